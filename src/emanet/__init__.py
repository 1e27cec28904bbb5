# SPDX-License-Identifier: Apache-2.0
"""Emanet: the national archive for electronic journals; see ARCHITECTURE.md."""
