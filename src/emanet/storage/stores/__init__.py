# SPDX-License-Identifier: Apache-2.0
"""Stores of bytes under keys: one interface, a disk, a bucket, a memory, and wrappers of these."""
