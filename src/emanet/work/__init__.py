# SPDX-License-Identifier: Apache-2.0
"""Heavy work spread over processes or a cluster, so that a poisonous item costs itself alone."""
