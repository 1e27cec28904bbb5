# SPDX-License-Identifier: Apache-2.0
"""From bytes to values: XML, articles, containers, manifests, layouts."""
