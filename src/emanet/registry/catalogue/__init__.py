# SPDX-License-Identifier: Apache-2.0
"""The catalogue: sealed objects, titles, articles, versions, files and their relations."""
