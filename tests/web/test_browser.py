# SPDX-License-Identifier: Apache-2.0
"""The pages in a real browser: nothing blocked or broken, by keyboard, narrow, dark, accessible."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from tests.web import material
from tests.web.driver import Site

pytestmark = pytest.mark.server

ACCESSIBLE = Path(__file__).with_name("accessible.js").read_text(encoding="utf-8")
_WATCH = """document.addEventListener(
    "securitypolicyviolation", (event) => console.error("policy: " + event.blockedURI))"""
DESKTOP, PHONE = {"width": 1200, "height": 900}, {"width": 360, "height": 740}


def addresses(site: Site, language: str) -> list[str]:
    """One address of every kind of page, and those of the articles that are hard to show."""
    start = f"/{language}/"
    deliveries = site.get(f"{start}deliveries").links("//td[@class='first']/a")
    shown = [next(link for link in deliveries if name in site.get(link).words)
             for name in ("zor/hard", "zor/large", "locked.zip")]  # fmt: skip
    (journal,) = site.get(f"{start}titles?name=2050-084X").links("//td[@class='first']/a")
    if language == "en":  # the same templates with other words: the articles need no second look
        return [start, *(start + page for page in ("search?q=makale", "titles", "problems")),
                f"{start}article/{material.RETRACTED}", journal, shown[0]]  # fmt: skip
    hard = (material.RETRACTED, material.CORRECTION, material.MARKUP, material.SCRIPT,
            material.LONG, material.GREEK, material.ARABIC, material.CROWD)  # fmt: skip
    return [
        start,
        *(start + page for page in ("search", "titles", "deliveries", "problems", "nothing")),
        f"{start}search?q=makale",
        f"{start}search?q=zzqqzz",
        f"{start}article/10.9999/none",
        *(f"{start}article/{quote(doi)}" for doi in (material.SICI, *hard)),
        journal,
        *shown,
    ]


class Watched:
    """A page of the browser whose complaints and requests are written down."""

    def __init__(self, page: Any, site: Site) -> None:
        self.page = page
        self.site = site
        self.complaints: list[str] = []
        page.add_init_script(_WATCH)
        page.on("console", self._heard)
        page.on("pageerror", lambda error: self.complaints.append(f"script: {error}"))
        page.on("dialog", lambda dialog: self.complaints.append(f"dialog: {dialog.message}"))
        page.on("requestfailed", lambda request: self.complaints.append(f"failed {request.url}"))
        page.on("request", self._asked)

    def _heard(self, message: Any) -> None:
        # That a page answers 404 is told as an error of the page's own address: that is meant.
        own = message.location.get("url", "") == self.page.url
        if message.type in ("error", "warning") and not (own and "404" in message.text):
            self.complaints.append(f"{message.type}: {message.text} ({message.location})")

    def _asked(self, request: Any) -> None:
        if not request.url.startswith(self.site.address + "/"):
            self.complaints.append(f"request outside: {request.url}")

    def open(self, address: str) -> Any:
        """Go to an address; gives the page."""
        answer = self.page.goto(self.site.address + address)
        assert answer.status in (200, 404), address
        return self.page


@contextmanager
def watched(chromium: Any, site: Site, **options: Any) -> Iterator[Watched]:
    """A page in a context of its own; nothing may have been complained of at its end."""
    context = chromium.new_context(**options)
    page = Watched(context.new_page(), site)
    yield page
    assert page.complaints == []
    context.close()


@pytest.mark.parametrize("language", ["tr", "en"])
def test_every_page_wide_and_narrow_light_and_dark(
    chromium: Any, site: Site, language: str
) -> None:
    found: list[str] = []
    with watched(chromium, site, viewport=DESKTOP) as visitor:
        for address in addresses(site, language):
            page = visitor.open(address)
            assert page.evaluate("document.documentElement.lang") == language
            found += [f"{address} {word}" for word in page.evaluate(ACCESSIBLE)]
            page.set_viewport_size(PHONE)
            page.emulate_media(color_scheme="dark")
            found += [f"{address} phone, dark: {word}" for word in page.evaluate(ACCESSIBLE)]
            width = page.evaluate("document.documentElement.scrollWidth")
            if width > PHONE["width"]:
                found.append(f"{address} is {width} px wide on a phone")
            page.emulate_media(color_scheme="light")
            page.set_viewport_size(DESKTOP)
    assert found == []


@pytest.mark.parametrize(
    ("fault", "rule"),
    [
        ("document.title = ''", "the page has no title"),
        ("q('.soft, dt').style.color = '#999'", "contrast 2.8"),
        ("q('h2').outerHTML = '<h4>x</h4>'", "a heading skips a level"),
        ("q('img').removeAttribute('alt')", "no alt"),
        ("q('label').remove()", "no visible label"),
        ("q('main a').textContent = ''", "no name"),
        ("q('main a').tabIndex = 3", "tabindex above 0"),
        ("q('h2').id = 'main'", "an id stands twice"),
        ("q('nav').removeAttribute('aria-label')", "navigations share a name"),
        ("q('th').removeAttribute('scope')", "no scope"),
        ("q('header li').outerHTML = '<p>x</p>'", "not only li"),
        ("q('button').style.cssText = 'height: 12px; padding: 0'", "a target under 24 px"),
        ("q('main').lang = 'türkçe'", "lang is no language tag"),
        ("q('footer div').style.fontSize = '9px'", "text of 9 px"),
        ("q('h1').remove()", "not one h1"),
    ],
)
def test_the_check_sees_what_it_is_for(start: Any, fault: str, rule: str) -> None:
    start.reload()
    assert start.evaluate(ACCESSIBLE) == []
    start.evaluate(f"const q = (s) => document.querySelector(s); {fault}")
    assert any(word.startswith(rule) for word in start.evaluate(ACCESSIBLE))


@pytest.fixture(scope="module")
def start(chromium: Any, site: Site) -> Iterator[Any]:
    """The status page, to plant faults in."""
    with watched(chromium, site, viewport=DESKTOP) as visitor:
        yield visitor.open("/en/")


def test_an_attack_in_a_title_does_nothing(chromium: Any, site: Site) -> None:
    with watched(chromium, site) as visitor:
        page = visitor.open(f"/tr/article/{material.SCRIPT}")
        assert "Saldırı" in page.title()
        # The policy would stop it too: what slips into the page is not run.
        page.evaluate("""() => { const s = document.createElement('script');
            s.textContent = "document.title = 'taken'"; document.body.append(s); }""")
        assert "Saldırı" in page.title()
        assert len(visitor.complaints) == 2  # the browser's message, and our own listener's
        assert all("inline" in word for word in visitor.complaints)
        visitor.complaints.clear()


def test_the_way_by_keyboard_from_the_status_to_an_article(chromium: Any, site: Site) -> None:
    with watched(chromium, site) as visitor:
        page = visitor.open("/en/")
        page.keyboard.press("Tab")
        skip = page.locator(":focus")
        assert skip.inner_text() == "Skip to the content"
        assert skip.bounding_box()["x"] >= 0
        page.keyboard.press("Enter")
        page.keyboard.press("Tab")
        field = page.locator(":focus")
        assert field.get_attribute("id") == "q"
        assert field.evaluate("e => getComputedStyle(e).outlineStyle") == "solid"
        page.keyboard.type("ışık İzmir")
        page.keyboard.press("Enter")
        page.wait_for_url("**/en/search?q=*")
        for _ in range(60):
            page.keyboard.press("Tab")
            if (page.locator(":focus").get_attribute("href") or "").endswith(material.LONG):
                break
        page.keyboard.press("Enter")
        page.wait_for_url(f"**/en/article/{material.LONG}")
        assert page.locator("h1").inner_text().endswith("ışık İzmir")


def test_the_order_of_tabs_is_that_of_the_page(chromium: Any, site: Site) -> None:
    with watched(chromium, site) as visitor:
        page = visitor.open("/tr/")
        order = []
        for _ in range(10):
            page.keyboard.press("Tab")
            order.append(page.evaluate("document.activeElement.textContent.trim() || "
                                       "document.activeElement.id"))  # fmt: skip
    assert order == [
        "İçeriğe geç", "Emanet", "Durum", "Arama", "Dergiler", "Teslimatlar", "Sorunlar",
        "English", "q", "Ara",
    ]  # fmt: skip


def test_a_browser_follows_odd_dois_and_changes_language(chromium: Any, site: Site) -> None:
    with watched(chromium, site) as visitor:
        for doi in material.ODD_DOIS[:4]:
            page = visitor.open(f"/tr/search?q={quote(doi, safe='')}")
            page.locator("ol.hits a").click()
            assert page.locator("dd.mono > a").inner_text() == doi
            page.get_by_role("link", name="English").click()
            assert page.evaluate("document.documentElement.lang") == "en"
            assert page.locator("dd.mono > a").inner_text() == doi


def test_formulas_and_scripts_are_drawn(chromium: Any, site: Site) -> None:
    with watched(chromium, site) as visitor:
        page = visitor.open(f"/tr/article/{material.MARKUP}")
        base, raised = (
            page.locator(f"h1 {part}").bounding_box() for part in ("math mi", "math mn")
        )
        assert raised["y"] < base["y"] + base["height"] / 2
        arabic = visitor.open(f"/tr/article/{material.ARABIC}")
        assert arabic.locator("h1").evaluate("e => getComputedStyle(e).direction") == "rtl"
