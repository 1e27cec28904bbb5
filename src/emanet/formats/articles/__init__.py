# SPDX-License-Identifier: Apache-2.0
"""Articles: each dialect of article XML brought to one record."""
