# SPDX-License-Identifier: Apache-2.0
"""Bootstrap: the configuration read once, objects built once, Django settings made from values."""
