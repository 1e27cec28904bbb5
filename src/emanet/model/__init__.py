# SPDX-License-Identifier: Apache-2.0
"""The nouns: frozen values, findings, events and the error tree, all that the wings share."""
