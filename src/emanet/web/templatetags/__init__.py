# SPDX-License-Identifier: Apache-2.0
"""Template filters of the pages."""
