# SPDX-License-Identifier: Apache-2.0
"""TAR, read strictly: headers of every age, members by offset, also inside a compressed stream."""
