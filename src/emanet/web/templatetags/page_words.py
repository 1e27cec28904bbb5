# SPDX-License-Identifier: Apache-2.0
"""Words of the pages: codes, numbers, sizes, dates, languages and titles as people read them."""

from __future__ import annotations

import re
from datetime import date, datetime
from typing import Any, Protocol
from urllib.parse import quote

import nh3
from django import template
from django.urls import reverse
from django.utils import translation
from django.utils.formats import date_format, number_format
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from emanet.model.finding import Finding
from emanet.web import words

register = template.Library()

_UNITS = ("B", "kB", "MB", "GB", "TB", "PB")
_DAY = re.compile(r"(\d{4})(?:-(\d\d)(?:-(\d\d))?)?")
# Control characters, and those that turn the direction of the text after them (Unicode, UAX 9).
_HIDDEN = re.compile("[\x00-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]")
_TAG = re.compile(r"[a-z]{2,3}(?:-[a-z0-9]{1,8})*")
# Three-letter codes met in deliveries; a page names a language by its shortest code (BCP 47).
_SHORT = {
    "ara": "ar", "chi": "zh", "zho": "zh", "cze": "cs", "ces": "cs", "deu": "de", "ger": "de",
    "dut": "nl", "nld": "nl", "ell": "el", "gre": "el", "eng": "en", "fas": "fa", "per": "fa",
    "fra": "fr", "fre": "fr", "ita": "it", "jpn": "ja", "kor": "ko", "pol": "pl", "por": "pt",
    "ron": "ro", "rum": "ro", "rus": "ru", "spa": "es", "tur": "tr", "ukr": "uk",
}  # fmt: skip
_MATH = {
    "math", "mrow", "mi", "mn", "mo", "ms", "mtext", "mspace", "msub", "msup", "msubsup", "munder",
    "mover", "munderover", "mfrac", "msqrt", "mroot", "mtable", "mtr", "mtd", "mstyle", "mpadded",
    "mphantom", "mmultiscripts", "mprescripts", "none",
}  # fmt: skip
_CLEANER = nh3.Cleaner(
    tags={"i", "b", "em", "strong", "sub", "sup", "u", "s", "code"} | _MATH,
    attributes={"math": {"display"}, "mi": {"mathvariant"}, "mstyle": {"mathvariant"}},
    clean_content_tags={"script", "style"},
)


class _Hit(Protocol):
    doi: str
    id: int


@register.filter
def state_word(code: str) -> str:
    """A delivery's state in words."""
    return words.word(words.STATES, code)


@register.filter
def fate_word(code: str) -> str:
    """A file's fate in words."""
    return words.word(words.FATES, code)


@register.filter
def role_word(code: str) -> str:
    """A file's role in words."""
    return words.word(words.ROLES, code)


@register.filter
def relation_word(code: str) -> str:
    """A relation in words, as a heading before the other article."""
    return words.word(words.RELATIONS, code)


@register.filter
def notice_word(code: str) -> str:
    """What a notice says of the article shown, as a sentence."""
    return words.word(words.NOTICES, code)


@register.filter
def event_word(code: str) -> str:
    """An event's kind in words."""
    return words.word(words.EVENTS, code)


@register.filter
def outcome_word(code: str) -> str:
    """An event's outcome in words."""
    return words.word(words.OUTCOMES, code)


@register.filter
def stage_word(code: str) -> str:
    """A version's stage in words, with its code: "accepted manuscript (AM)"."""
    text = words.word(words.STAGES, code)
    return text if text == code else f"{text} ({code})"


@register.filter
def type_word(code: str) -> str:
    """An article type in words where the publisher's code is a usual one; else the code."""
    return words.word(words.TYPES, code)


@register.filter
def severity(finding: Finding) -> str:
    """A finding's severity as a code; "info" for one this program does not know."""
    try:
        return finding.severity.value
    except KeyError:  # sealed by another age of this program
        return "info"


@register.filter
def severity_word(finding: Finding) -> str:
    """A finding's severity in words."""
    return words.word(words.SEVERITIES, severity(finding))


@register.filter
def finding_text(finding: Finding) -> str:
    """A finding's sentence in the page's language; "" for one this program does not know."""
    try:
        return visible(finding.text("tr" if translation.get_language() == "tr" else "en"))
    except KeyError:
        return ""


@register.filter
def visible(text: str) -> str:
    """Text in which nothing hides or turns what follows: controls shown by their numbers."""
    return _HIDDEN.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


@register.filter
def count(number: int) -> str:
    """A number with the separators of the page's language."""
    return str(number_format(number or 0, force_grouping=True))


@register.filter
def size(number: int) -> str:
    """Bytes in powers of 1,000, with the decimal sign of the page's language."""
    value, unit = float(number or 0), 0
    while value >= 999.95 and unit < len(_UNITS) - 1:
        value, unit = value / 1000, unit + 1
    places = 1 if unit else 0
    shown = number_format(round(value, places), decimal_pos=places, force_grouping=True)
    return f"{shown}\u00a0{_UNITS[unit]}"


@register.filter
def moment(text: str) -> str:
    """An RFC 3339 moment as date and time (UTC) in the page's language; other text unchanged."""
    try:
        at = datetime.fromisoformat(text.replace("Z", "+00:00"))
    except ValueError:
        return text
    return f"{date_format(at, 'j F Y')}, {at:%H:%M} UTC"


@register.filter
def day(text: str) -> str:
    """``YYYY``, ``YYYY-MM`` or ``YYYY-MM-DD`` as a date in words; other text unchanged."""
    found = _DAY.fullmatch(text or "")
    if not found or not found[2]:
        return text
    try:
        at = date(int(found[1]), int(found[2]), int(found[3] or 1))
    except ValueError:
        return text
    return date_format(at, "j F Y" if found[3] else "F Y")


@register.filter
def lang_code(text: str) -> str:
    """A language as delivered (``EN``, ``eng``, ``pt_BR``) as a tag for ``lang``; "" if none."""
    tag = (text or "").strip().replace("_", "-").lower()
    first, dash, rest = tag.partition("-")
    tag = _SHORT.get(first, first) + dash + rest
    return tag if _TAG.fullmatch(tag) else ""


@register.simple_tag
def lang_of(languages: Any) -> SafeString:
    """The ``lang`` and ``dir`` attributes for a text in a language, or in the first of several."""
    first = languages if isinstance(languages, str) else next(iter(languages or ()), "")
    tag = lang_code(first)
    return mark_safe(f' lang="{tag}" dir="auto"' if tag else ' dir="auto"')  # tag: letters, digits


@register.filter
def language_word(text: str) -> str:
    """A language's name in the page's language; the code where it has none."""
    tag = lang_code(text)
    for code in (tag, tag.partition("-")[0]):
        try:
            return str(translation.get_language_info(code)["name_translated"])
        except KeyError:
            continue
    return text


@register.filter
def and_others(authors: str) -> str:
    """A line of authors whose "et al." is said in the page's language."""
    if authors.endswith("; et al.") and translation.get_language() == "tr":
        return authors.removesuffix("et al.") + "ve ark."
    return authors


@register.filter
def is_link(text: str) -> bool:
    """Whether the text is a web address."""
    return text.startswith(("https://", "http://"))


@register.simple_tag
def path(name: str) -> SafeString:
    """A file's name apart from its folders; kept from turning the text around it."""
    folder, slash, last = visible(name).rpartition("/")
    if not last:
        return format_html('<bdi class="path">{}</bdi>', folder + slash)
    return format_html(
        '<bdi class="path"><span class="soft">{}</span><span class="last">{}</span></bdi>',
        folder + slash,
        last,
    )


@register.simple_tag
def title_markup(title: str, title_html: str) -> str:
    """A title with its inline markup and formulas, everything taken off that could act.

    Fences of formulas (``mfenced``) are unknown to browsers: such a title is shown as plain text.
    """
    if not title_html or "<mfenced" in title_html:
        return title
    return mark_safe(_CLEANER.clean(title_html))


@register.simple_tag
def article_url(doi: str, number: int | None = None) -> str:
    """The address of an article's page: by DOI, else by the number of its record.

    A DOI with a part that a browser would take for a way up (``/../``) stands in no address.
    """
    if doi and doi.isprintable() and not {".", ".."} & set(doi.split("/")):
        return reverse("article", args=[doi])
    return reverse("record", args=[number]) if number is not None else ""


@register.simple_tag
def resolver_url(doi: str) -> str:
    """The address of a DOI at the resolver of the DOI Foundation."""
    return "https://doi.org/" + quote(doi, safe="/:;()._-~!*',@+=&$")
