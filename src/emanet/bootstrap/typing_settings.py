# SPDX-License-Identifier: Apache-2.0
"""The settings that the type checker's Django plugin reads; nothing runs with them."""

from __future__ import annotations

from emanet.bootstrap.django_settings import DatabaseSettings, values

globals().update(values(DatabaseSettings(sqlite=":memory:")))
SECRET_KEY = "not a secret: for the type checker only"
