# SPDX-License-Identifier: Apache-2.0
"""XML read safely: no fetching, no expansion bombs, no character lost, schemas from the bundle."""
