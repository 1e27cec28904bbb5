# SPDX-License-Identifier: Apache-2.0
"""Tools beside the package: the corpus generator and the demonstration."""
