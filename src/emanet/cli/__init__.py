# SPDX-License-Identifier: Apache-2.0
"""The command line: asks duties and queries, prints, and decides nothing."""
