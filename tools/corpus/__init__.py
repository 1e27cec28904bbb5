# SPDX-License-Identifier: Apache-2.0
"""A generator of publishers' deliveries, real in shape and made up in content."""
