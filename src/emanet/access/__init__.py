# SPDX-License-Identifier: Apache-2.0
"""Access: finding what is kept, and the copy handed out."""
