# SPDX-License-Identifier: Apache-2.0
"""ZIP and TAR read strictly, at byte level: listing, recovery, one member at a time."""
