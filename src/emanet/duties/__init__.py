# SPDX-License-Identifier: Apache-2.0
"""The duties: what the archive is obliged to do, one obligation a file; here the wings meet."""
