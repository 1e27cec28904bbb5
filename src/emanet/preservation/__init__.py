# SPDX-License-Identifier: Apache-2.0
"""Keeping what is kept: audits of every byte, and indexes made again from the containers."""
