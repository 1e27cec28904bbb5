# SPDX-License-Identifier: Apache-2.0
"""Bytes by offset: steps into containers, ZIP records, digests; no file is opened here."""
