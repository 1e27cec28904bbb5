# SPDX-License-Identifier: Apache-2.0
"""Archival storage: stores of bytes, the sealed objects in them, and how to read them back."""
