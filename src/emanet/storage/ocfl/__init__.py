# SPDX-License-Identifier: Apache-2.0
"""OCFL 1.1: where objects lie, their inventories, writing and reading them, and judging them."""
