# SPDX-License-Identifier: Apache-2.0
"""The pages as the server gives them: words, addresses, paging, languages, headers."""

from __future__ import annotations

import re
from urllib.parse import quote, urljoin, urlsplit

import pytest
from tests.web import material
from tests.web.driver import Answer, Site

LANGUAGES = ("tr", "en")
PAGES = ("", "search", "search?q=makale", "titles", "deliveries", "problems")
POLICY = {
    "default-src 'self'",
    "object-src 'none'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
}


def article(site: Site, doi: str, language: str = "tr") -> Answer:
    """The page of an article, by the link that a search for its DOI gives."""
    found = site.get(f"/{language}/search?q={quote(doi, safe='')}")
    (link,) = found.links("//ol[@class='hits']//a")
    return site.get(link)


def follow(site: Site, path: str, xpath: str) -> list[list[str]]:
    """The texts that an expression picks, page after page by the link to the next."""
    pages = []
    seen = set()
    while path not in seen:
        seen.add(path)
        answer = site.get(path.partition("#")[0])
        assert answer.status == 200
        pages.append(["".join(e.itertext()) for e in answer.tree.xpath(xpath)])
        following = answer.links("//a[@rel='next']")
        if not following:
            break
        path = urljoin(path, following[0])
    return pages


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("page", [*PAGES, "nothing", "article/10.9999/none"])
def test_every_page_is_in_its_language_and_keeps_to_itself(
    site: Site, language: str, page: str
) -> None:
    answer = site.get(f"/{language}/{page}")
    assert answer.status == (404 if "no" in page else 200)
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert answer.headers["content-language"] == language
    assert answer.tree.get("lang") == language
    assert set(answer.headers["content-security-policy"].split("; ")) == POLICY
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["x-frame-options"] == "DENY"
    assert answer.headers["referrer-policy"] == "same-origin"
    assert answer.headers["cross-origin-opener-policy"] == "same-origin"
    assert "set-cookie" not in answer.headers
    loaded = answer.tree.xpath("//link/@href | //img/@src | //script")
    assert len(loaded) >= 4
    assert all(str(address).startswith("/") for address in loaded)
    assert not answer.tree.xpath("//*[@style] | //style | //*[starts-with(name(@*), 'on')]")


@pytest.mark.parametrize(
    ("wanted", "language"),
    [("tr", "tr"), ("en-GB,en;q=0.9,tr;q=0.5", "en"), ("el,it", "tr"), ("", "tr")],
)
def test_the_root_leads_to_the_language_of_the_reader(
    site: Site, wanted: str, language: str
) -> None:
    answer = site.get("/", Accept_Language=wanted)
    assert (answer.status, answer.headers["location"]) == (302, f"/{language}/")


def test_other_requests(site: Site) -> None:
    assert (site.get("/healthz").status, site.get("/healthz").text) == (200, "ok\n")
    assert site.get("/tr/", method="HEAD").body == b""
    refused = site.get("/tr/", method="POST")
    assert refused.status == 403
    assert "Bu isteğe izin verilmiyor." in refused.words
    assert "This request is not allowed." in refused.words
    wrong = site.get("/en/", Host="evil.example")
    assert wrong.status == 400
    assert "Sunucu bu adresi anlamadı" in wrong.words
    assert "Traceback" not in wrong.text + refused.text


def test_static_files(site: Site) -> None:
    style = site.get("/static/emanet/style.css")
    assert style.status == 200
    assert style.headers["content-type"].startswith("text/css")
    assert "access-control-allow-origin" not in style.headers
    assert "url(" not in style.text
    assert "@import" not in style.text
    assert site.get("/static/emanet/mark.svg").headers["content-type"] == "image/svg+xml"
    assert site.get("/static/../means.py").status == 404


def test_the_status_page_counts_and_tells_what_waits(site: Site) -> None:
    turkish, english = site.get("/tr/").words, site.get("/en/").words
    assert "4 teslimat bekletiliyor; bir kişinin kararı gerekiyor." in turkish
    assert "4 deliveries are held and wait for a decision." in english
    assert "6 deliveries were refused." in english
    sealed = {}
    for language in LANGUAGES:
        (shown,) = site.get(f"/{language}/").tree.xpath("//dd[contains(., 'MB')]/text()")
        sealed[language] = shown
    assert re.fullmatch(r"\d+\.\d\xa0MB", sealed["en"])
    assert sealed["tr"] == sealed["en"].replace(".", ",")


def test_an_empty_archive_says_so_and_how_to_begin(bare: Site) -> None:
    home = bare.get("/tr/").words
    assert "Henüz hiçbir teslimat alınmadı." in home
    assert "emanet ingest KLASÖR" in home
    for page in PAGES[1:]:
        assert bare.get(f"/en/{page}").status == 200
    assert "None." in bare.get("/en/titles").words
    assert "No article was found." in bare.get("/en/search?q=x").words


@pytest.mark.parametrize("doi", material.ODD_DOIS)
def test_old_dois_have_working_addresses(site: Site, doi: str) -> None:
    for language in LANGUAGES:
        page = article(site, doi, language)
        assert page.status == 200
        assert doi in page.words
        (other,) = page.links("//ul[@class='languages']//a")
        assert doi in site.get(other).words
        resolver = page.links("//dd/a[starts-with(@href, 'https://doi.org/')]")
        assert len(resolver) == 1
        assert not {"#", "?", " ", "<", '"'} & set(resolver[0])


def test_an_article_without_doi_has_an_address(site: Site) -> None:
    found = site.get("/tr/search?q=ta%C5%9F%C4%B1mayan")
    (link,) = found.links("//ol[@class='hits']//a")
    assert link.startswith("/tr/record/")
    assert "DOI taşımayan makale" in site.get(link).words


@pytest.mark.parametrize(
    "path",
    [
        "article/10.5555/nobody",
        "article/no-doi-at-all",
        "article/10.5555/%00",
        "article/%ff%fe",
        "record/7",
        "record/99999999999999999999999999999",
        "titles/7",
        "titles/99999999999999999999999999999",
        "deliveries/d-0000000000000000",
        "deliveries/" + "x" * 3000,
        "nothing",
    ],
)
def test_what_is_not_there_gets_a_page_that_says_so(site: Site, path: str) -> None:
    for language, word in (("tr", "Ara"), ("en", "Search")):
        answer = site.get(f"/{language}/{path}")
        assert answer.status == 404
        assert answer.tree.xpath("//main//button")[0].text == word
        assert "Traceback" not in answer.text
    assert site.get("/article/10.5555/hard.long").headers["location"].endswith("hard.long")


@pytest.mark.parametrize(
    "query",
    [
        "search?q=%00%1b&from=-1",
        "search?q=makale&from=99999999999999999999",
        "search?q=" + "%C5%9F" * 3000,
        "search?q=%FF%22%27%3C%3E&from=x",
        "search?from=5",
        "titles?after=%00",
        "titles?after=x%7C99999999999999999999",
        "titles?letter=%C3%87",
        "titles?letter=zz&name=%00",
        "titles?name=%25%5C_",
        "deliveries?state=none&before=99999999999999999999",
        "problems?before=x&files=-3",
    ],
)
def test_nonsense_in_an_address_harms_nothing(site: Site, query: str) -> None:
    assert site.get(f"/tr/{query}").status == 200


def test_a_search_finds_turkish_words_whatever_their_casing(site: Site) -> None:
    for words in ("ışık izmir", "IŞIK İZMİR", "isik IZMIR"):
        (link,) = site.get(f"/tr/search?q={quote(words)}").links("//ol[@class='hits']//a")
        assert link.endswith(material.LONG)


def test_a_search_is_leafed_through_to_its_end(site: Site) -> None:
    pages = follow(site, "/tr/search?q=%C3%A7o%C4%9Funluk%20makalesi", "//div[@class='t']/a")
    assert all(len(page) == 20 for page in pages[:-1])
    found = [title for page in pages for title in page]
    assert len(found) == len(set(found)) == material.MANY
    first = site.get("/en/search?q=%C3%A7o%C4%9Funluk%20makalesi").words
    assert f"{material.MANY} articles were found. Shown: 1 to 20." in first


def test_a_search_behind_its_last_page_shows_that_one(site: Site) -> None:
    page = site.get("/en/search?q=%C3%A7o%C4%9Funluk%20makalesi&from=9999")
    assert "Shown: 221 to 230." in page.words
    assert not page.links("//a[@rel='next']")
    assert page.links("//a[@rel='prev']")[0].endswith("from=200")


def test_a_search_that_finds_nothing_gives_advice(site: Site) -> None:
    assert "Makale bulunamadı." in site.get("/tr/search?q=zzqqzz").words
    assert "must hold every word" in site.get("/en/search?q=zzqqzz").words
    unknown = site.get("/en/search?q=10.9999/none")
    assert "No article with this DOI is kept here." in unknown.words


def test_a_journal_is_found_by_letter_name_and_issn_and_leafed_through(site: Site) -> None:
    for query in ("letter=%C3%87", "name=%C3%87O%C4%9EUNLUK", "name=2050-084X"):
        (link,) = [
            a
            for a in site.get(f"/tr/titles?{query}").links("//td[@class='first']/a[@dir]")
            if "Çoğunluk Dergisi" in site.get(a).words
        ]
    pages = follow(site, link, "//div[@class='t']/a")
    assert [len(page) for page in pages] == [100, 100, 30]
    assert len({title for page in pages for title in page}) == material.MANY
    greek = site.get("/tr/titles?letter=other").tree.xpath("//td[@class='first']/a/text()")
    assert greek
    assert all(ord(name[0]) > 0x370 for name in greek)


def test_notices_stand_above_the_article_and_lead_both_ways(site: Site) -> None:
    turkish = article(site, material.RETRACTED)
    banner = turkish.tree.xpath("//p[@class='banner']")[0]
    assert "Bu makale geri çekildi." in banner.text_content()
    notice = site.get(banner.xpath(".//a/@href")[0].replace("/tr/", "/en/"))
    assert "This notice retracts: Geri çekilen çalışma" in notice.words
    corrected = article(site, material.LONG, "en")
    banners = [b.text_content() for b in corrected.tree.xpath("//p[contains(@class, 'banner')]")]
    assert len(banners) == 1  # the notice says more, but not of this article
    assert banners[0].startswith("This article was corrected.")
    correction = article(site, material.CORRECTION, "en").words
    assert "10.5555/not.held (not held here)" in correction


def test_of_many_sound_audits_the_last_is_listed(site: Site) -> None:
    page = article(site, material.GREEK, "en").words
    assert "every byte found as sealed (2 sound audits in all)" in page
    assert page.count("Every byte found as sealed") == 1
    assert "Accession sealed" in page


def test_markup_of_titles_is_shown_and_never_acts(site: Site) -> None:
    title = article(site, material.MARKUP).tree.xpath("//h1")[0]
    assert [e.tag for e in title.iter()] == ["h1", "i", "math", "msup", "mi", "mn"]
    attack = article(site, material.SCRIPT)
    assert not attack.tree.xpath("//script | //main//img")
    assert attack.words.count(material.ATTACK) == 3  # title, author, abstract: as they are written
    assert not attack.tree.xpath("//a[starts-with(@href, 'javascript')]")
    assert "javascript:alert(1)" in attack.words


def test_languages_and_dates_are_named_in_the_language_of_the_page(site: Site) -> None:
    greek = article(site, material.GREEK)
    assert greek.tree.xpath("//h1")[0].get("lang") == "el"
    assert "Yunanca" in greek.words
    assert "3 Mayıs 2021" in greek.words
    assert "Araştırma makalesi research-article" in greek.words
    english = article(site, material.GREEK, "en").words
    assert "Greek" in english
    assert "3 May 2021" in english
    arabic = article(site, material.ARABIC, "en").tree.xpath("//h1")[0]
    assert (arabic.get("lang"), arabic.get("dir")) == ("ar", "auto")
    crowd = article(site, material.CROWD)
    assert "ve 15 yazar daha" in crowd.words
    assert "Soyad39, Ad" in crowd.words


def delivery(site: Site, name: str, language: str = "tr") -> str:
    """The address of a delivery's page by its name."""
    found = site.get(f"/{language}/deliveries").tree.xpath("//td[@class='first']/a")
    (link,) = [a.get("href") for a in found if name in a.text_content()]
    return str(link)


def test_a_large_delivery_is_shown_in_parts(site: Site) -> None:
    path = delivery(site, "zor/large")
    pages = follow(site, path, "//td[@class='first']/bdi")
    assert [len(page) for page in pages] == [200, 30]
    assert len({name for page in pages for name in page}) == material.MANY
    assert site.get(f"{path}?fate=held").words.count("many") == 0
    assert site.get(f"{path}?fate=nothing&after=x").status == 200


def test_names_that_hide_something_are_shown_as_they_are(site: Site) -> None:
    page = site.get(delivery(site, "zor/hard"))
    assert "\u202e" not in page.text
    assert "ters\\u202eyüz.txt" in page.words
    assert "\\xe7izelge-\\xfc.csv adı UTF-8 değil" in page.words
    (link,) = page.links("//a[contains(text(), '(SICI)')]")
    assert material.SICI in site.get(link).words
    assert "belongs to no article" in site.get(delivery(site, "zor/hard", "en")).words


def test_every_state_has_its_list(site: Site) -> None:
    page = site.get("/en/deliveries")
    states = page.links("//nav[@class='choice']//a")
    assert len(states) == 6
    counted = {
        urlsplit(link).query: len(
            site.get(urljoin("/en/deliveries", link)).tree.xpath("//tbody/tr")
        )
        for link in states
    }
    assert counted.pop("") == sum(counted.values())
    assert counted["state=held"] == 4
    assert counted["state=refused"] == 6
    assert counted["state=waiting"] == 0
    assert "First page" in site.get("/en/deliveries?before=1").words


def test_the_problem_queue_gives_reasons_in_the_language_of_the_page(site: Site) -> None:
    turkish, english = site.get("/tr/problems"), site.get("/en/problems")
    assert "Üye şifreli." in turkish.words
    assert "bekletme nedeni" in turkish.words
    assert "The member is encrypted." in english.words
    assert len(english.tree.xpath("//section[@class='case']")) == 6  # 4 held, 2 with files held
    assert len(english.tree.xpath("//section[@class='case']/pre")) == 4
    (held, *_) = english.links("//section[@class='case']/h3/a")
    ref = held.rsplit("/", 1)[1]
    assert f'emanet deliveries release {ref} --reason "…"' in english.words
    waiting = english.tree.xpath("//h2[@id='files']/following-sibling::table//tbody/tr")
    assert len(waiting) == 3
    assert "PDF-IS-HTML" in waiting[0].text_content() + waiting[1].text_content()


def test_a_refused_delivery_tells_why(site: Site) -> None:
    for language, word in (("tr", "ret nedeni"), ("en", "reason to refuse")):
        listed = site.get(f"/{language}/deliveries?state=refused")
        for link in listed.links("//td[@class='first']/a"):
            assert word in site.get(link).words
