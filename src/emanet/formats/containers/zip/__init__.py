# SPDX-License-Identifier: Apache-2.0
"""ZIP, read strictly: end records, directory, local headers, accounting, recovery."""
