# SPDX-License-Identifier: Apache-2.0
"""The pages, in Turkish and English: they ask duties and queries and decide nothing."""
