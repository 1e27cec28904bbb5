# SPDX-License-Identifier: Apache-2.0
"""Publishers' layouts: from the files of a delivery to its articles."""
