# SPDX-License-Identifier: Apache-2.0
"""The made-up world: words, people, publishers, titles and works."""
