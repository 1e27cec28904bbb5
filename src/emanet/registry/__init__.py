# SPDX-License-Identifier: Apache-2.0
"""The registry: rows projected from sealed records, and the questions put to them."""
