# SPDX-License-Identifier: Apache-2.0
"""Deliveries: what publishers sent, what was found in it and what became of it."""
