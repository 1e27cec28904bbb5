# SPDX-License-Identifier: Apache-2.0
"""Activity: everything that happened, and the audits."""
