# SPDX-License-Identifier: Apache-2.0
"""Publishers' own formats, each brought to a record."""
