# SPDX-License-Identifier: Apache-2.0
"""The forms in which a work is written: XML dialects, PDF, PNG, containers."""
