# SPDX-License-Identifier: Apache-2.0
"""Wrappers: stores around a store, that refuse, try again, count, or go wrong on order."""
