# SPDX-License-Identifier: Apache-2.0
"""Words of the pages: codes, states, sizes and moments as people read them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Protocol

import nh3
from django import template
from django.urls import reverse
from django.utils import translation
from django.utils.formats import date_format
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext_lazy as _

from emanet.model.finding import Finding

register = template.Library()

_STATES = {
    "accepted": _("accepted"),
    "held": _("held"),
    "refused": _("refused"),
    "repeated": _("repeated"),
    "waiting": _("waiting for its sibling"),
}
_SEVERITIES = {
    "info": _("note"),
    "warning": _("warning"),
    "problem": _("problem"),
    "hold": _("held for this"),
    "refuse": _("refused for this"),
}
_FATES = {
    "article": _("in an article"),
    "packaging": _("packaging"),
    "ignored": _("ignored"),
    "unclaimed": _("belongs to no article"),
    "repeated": _("held already"),
    "held": _("held"),
    "refused": _("refused"),
}
_ROLES = {
    "container": _("container"),
    "article": _("article XML"),
    "metadata": _("metadata"),
    "pdf": _("PDF"),
    "figure": _("figure"),
    "supplement": _("supplement"),
    "manifest": _("manifest"),
    "junk": _("system file"),
    "other": _("other"),
}
_RELATIONS = {
    "corrects": _("Corrects"),
    "retracts": _("Retracts"),
    "expresses-concern-about": _("Expresses concern about"),
    "adds-to": _("Adds to"),
    "comments-on": _("Comments on"),
    "replies-to": _("Replies to"),
    "translates": _("Translates"),
    "corrected-by": _("Corrected by"),
    "retracted-by": _("Retracted by"),
    "concern-expressed-by": _("Concern expressed by"),
    "added-to-by": _("Added to by"),
    "commented-on-by": _("Commented on by"),
    "replied-to-by": _("Replied to by"),
    "translated-as": _("Translated as"),
    "related-to": _("Related to"),
}
_EVENTS = {
    "delivery:files:received": _("files received"),
    "delivery:content:examined": _("content examined"),
    "delivery:verdict:accepted": _("delivery accepted"),
    "delivery:verdict:held": _("delivery held"),
    "delivery:verdict:refused": _("delivery refused"),
    "delivery:verdict:released": _("delivery released by hand"),
    "delivery:siblings:awaited": _("waits for its sibling"),
    "delivery:repeat:acknowledged": _("repeat acknowledged"),
    "article:version:added": _("version added"),
    "accession:bytes:sealed": _("unit sealed"),
    "accession:bytes:verified": _("every byte verified"),
    "accession:bytes:damaged": _("damage found"),
    "registry:rows:rebuilt": _("registry rebuilt"),
}
_OUTCOMES = {"success": _("success"), "warning": _("with findings"), "fail": _("failed")}


class _Hit(Protocol):
    doi: str
    id: int


def _word(table: Mapping[str, object], code: object) -> str:
    text = getattr(code, "value", code)
    return str(table.get(str(text), text))


@register.filter
def state_word(code: str) -> str:
    """A delivery's state in words."""
    return _word(_STATES, code)


@register.filter
def severity_word(code: str) -> str:
    """A finding's severity in words."""
    return _word(_SEVERITIES, code)


@register.filter
def fate_word(code: str) -> str:
    """A file's fate in words."""
    return _word(_FATES, code)


@register.filter
def role_word(code: str) -> str:
    """A file's role in words."""
    return _word(_ROLES, code)


@register.filter
def relation_word(code: str) -> str:
    """A relation in words."""
    return _word(_RELATIONS, code)


@register.filter
def event_word(code: str) -> str:
    """An event's kind in words."""
    return _word(_EVENTS, code)


@register.filter
def outcome_word(code: str) -> str:
    """An event's outcome in words."""
    return _word(_OUTCOMES, code)


@register.filter
def size(count: int) -> str:
    """Bytes in powers of 1,000, with the decimal sign of the language."""
    value = float(count)
    for unit in ("B", "kB", "MB", "GB", "TB"):
        if value < 1000 or unit == "TB":
            text = f"{value:.0f}" if unit == "B" else f"{value:.1f}"
            if translation.get_language() == "tr":
                text = text.replace(".", ",")
            return f"{text}\u00a0{unit}"
        value /= 1000
    return f"{count}\u00a0B"


@register.filter
def moment(text: str) -> str:
    """An RFC 3339 moment as date and time (UTC) in the page's language; other text unchanged."""
    try:
        at = datetime.fromisoformat(text.replace("Z", "+00:00"))
    except ValueError:
        return text
    return f"{date_format(at, 'j F Y')} {at:%H:%M} UTC"


@register.filter
def is_link(text: str) -> bool:
    """Whether the text is a web address."""
    return text.startswith(("https://", "http://"))


@register.filter
def clean_html(text: str) -> SafeString:
    """Inline markup of a title, with everything taken off that could act."""
    allowed = {"i", "b", "em", "strong", "sub", "sup", "span", "br"}
    return mark_safe(nh3.clean(text, tags=allowed, attributes={}))


@register.simple_tag
def finding_text(finding: Finding) -> str:
    """A finding's sentence in the page's language."""
    return finding.text("tr" if translation.get_language() == "tr" else "en")


@register.simple_tag
def article_url(hit: _Hit) -> str:
    """The address of an article's page: by DOI, else by the number of its record."""
    return reverse("article", args=[hit.doi]) if hit.doi else reverse("record", args=[hit.id])
