# SPDX-License-Identifier: Apache-2.0
"""Addresses of the pages; each stands below /tr/ or /en/."""

from __future__ import annotations

from django.conf.urls.i18n import i18n_patterns
from django.urls import path

from emanet.web import pages

urlpatterns = [
    path("", pages.choose_language, name="root"),
    path("healthz", pages.health, name="health"),
    *i18n_patterns(
        path("", pages.home, name="home"),
        path("search", pages.search, name="search"),
        path("article/<path:doi>", pages.article, name="article"),
        path("record/<int:number>", pages.record, name="record"),
        path("titles", pages.titles, name="titles"),
        path("titles/<int:number>", pages.title, name="title"),
        path("deliveries", pages.deliveries, name="deliveries"),
        path("deliveries/<slug:delivery>", pages.delivery, name="delivery"),
        path("problems", pages.problems, name="problems"),
    ),
]

handler404 = "emanet.web.pages.not_found"
handler500 = "emanet.web.pages.failed"
