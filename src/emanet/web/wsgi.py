# SPDX-License-Identifier: Apache-2.0
"""The WSGI application that granian or another server runs; EMANET_HOME names the archive."""

from __future__ import annotations

from django.core.handlers.wsgi import WSGIHandler

from emanet.web.means import served

served()
application = WSGIHandler()
