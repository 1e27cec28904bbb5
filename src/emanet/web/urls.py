# SPDX-License-Identifier: Apache-2.0
"""Addresses of the pages; each stands below /tr/ or /en/."""

from __future__ import annotations

from django.conf.urls.i18n import i18n_patterns
from django.urls import path

from emanet.web import operating, reading

urlpatterns = [
    path("", operating.choose_language, name="root"),
    path("healthz", operating.health, name="health"),
    *i18n_patterns(
        path("", operating.home, name="home"),
        path("search", reading.search, name="search"),
        path("article/<path:doi>", reading.article, name="article"),
        path("record/<int:number>", reading.record, name="record"),
        path("titles", reading.titles, name="titles"),
        path("titles/<int:number>", reading.title, name="title"),
        path("deliveries", operating.deliveries, name="deliveries"),
        path("deliveries/<slug:delivery>", operating.delivery, name="delivery"),
        path("problems", operating.problems, name="problems"),
    ),
]

handler400 = "emanet.web.failures.bad_request"
handler403 = "emanet.web.failures.forbidden"
handler404 = "emanet.web.frame.not_found"
handler500 = "emanet.web.failures.failed"
