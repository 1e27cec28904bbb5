# SPDX-License-Identifier: Apache-2.0
"""The pages' words for codes: states, fates, roles, relations, events, article types, stages."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy as _of

Words = Mapping[str, Promise | str]

STATES: Words = {
    "accepted": _("accepted"),
    "held": _("held"),
    "refused": _("refused"),
    "repeated": _("repeated"),
    "waiting": _("waiting for the rest"),
}
SEVERITIES: Words = {
    "info": _("note"),
    "warning": _("warning"),
    "problem": _("problem"),
    "hold": _("reason to hold"),
    "refuse": _("reason to refuse"),
}
FATES: Words = {
    "article": _("in an article"),
    "packaging": _("packaging"),
    "ignored": _("ignored"),
    "unclaimed": _("belongs to no article"),
    "repeated": _("held already"),
    "held": _("held"),
    "refused": _("refused"),
}
ROLES: Words = {
    "container": _("container"),
    "article": _("article XML"),
    "metadata": _("metadata"),
    "pdf": "PDF",
    "figure": _("figure"),
    "supplement": _("supplement"),
    "manifest": _("manifest"),
    "junk": _("system file"),
    "other": _("other"),
}
RELATIONS: Words = {
    "corrects": _("Corrects"),
    "retracts": _("Retracts"),
    "expresses-concern-about": _("Expresses concern about"),
    "adds-to": _("Adds to"),
    "comments-on": _("Comments on"),
    "replies-to": _("Replies to"),
    "translates": _("Translation of"),
    "corrected-by": _("Correction"),
    "retracted-by": _("Retraction notice"),
    "concern-expressed-by": _("Expression of concern"),
    "added-to-by": _("Addendum"),
    "commented-on-by": _("Comment"),
    "replied-to-by": _("Reply"),
    "translated-as": _("Translation"),
    "related-to": _("Related article"),
}
NOTICES: Words = {
    "retracted-by": _("This article was retracted."),
    "concern-expressed-by": _("Concern was expressed about this article."),
    "corrected-by": _("This article was corrected."),
    "added-to-by": _("Something was added to this article."),
    "retracts": _("This notice retracts:"),
    "expresses-concern-about": _("This notice expresses concern about:"),
    "corrects": _("This notice corrects:"),
    "adds-to": _("This is an addition to:"),
}
EVENTS: Words = {
    "delivery:files:received": _("Delivery received"),
    "delivery:content:examined": _("Delivery examined"),
    "delivery:verdict:accepted": _("Delivery accepted"),
    "delivery:verdict:held": _("Delivery held"),
    "delivery:verdict:refused": _("Delivery refused"),
    "delivery:verdict:released": _("Delivery released by hand"),
    "delivery:siblings:awaited": _("Delivery waits for the rest"),
    "delivery:repeat:acknowledged": _("Repeated delivery acknowledged"),
    "article:version:added": _("Article version added"),
    "accession:bytes:sealed": _("Accession sealed"),
    "accession:bytes:verified": _("Every byte found as sealed"),
    "accession:bytes:damaged": _("Damage found"),
    "registry:rows:rebuilt": _("Registry rebuilt"),
}
OUTCOMES: Words = {
    "success": _("success"),
    "warning": _("with findings"),
    "fail": _("failed"),
}
STAGES: Words = {
    "AO": _("author’s original"),
    "SMUR": _("manuscript under review"),
    "AM": _("accepted manuscript"),
    "P": _("proof"),
    "AOP": _("ahead of its issue"),
    "VoR": _("version of record"),
    "CVoR": _("corrected version of record"),
    "EVoR": _("enhanced version of record"),
}
# As JATS suggests for article-type, and what other dialects say for the same.
TYPES: Words = {
    "abstract": _of("type", "Abstract"),
    "addendum": _of("type", "Addendum"),
    "article-commentary": _of("type", "Commentary"),
    "book-review": _of("type", "Book review"),
    "brief-report": _of("type", "Brief report"),
    "case-report": _of("type", "Case report"),
    "correction": _of("type", "Correction"),
    "data-paper": _of("type", "Data paper"),
    "discussion": _of("type", "Discussion"),
    "editorial": _of("type", "Editorial"),
    "expression-of-concern": _of("type", "Expression of concern"),
    "introduction": _of("type", "Introduction"),
    "letter": _of("type", "Letter"),
    "meeting-report": _of("type", "Meeting report"),
    "news": _of("type", "News"),
    "obituary": _of("type", "Obituary"),
    "preprint": _of("type", "Preprint"),
    "rapid-communication": _of("type", "Rapid communication"),
    "reply": _of("type", "Reply"),
    "research-article": _of("type", "Research article"),
    "retraction": _of("type", "Retraction"),
    "review-article": _of("type", "Review article"),
    "systematic-review": _of("type", "Systematic review"),
    "translation": _of("type", "Translation"),
}


def word(table: Words, code: object) -> str:
    """The word for a code (an enum's member or its text); a code without one stands for itself."""
    text = str(getattr(code, "value", code))
    return str(table.get(text, text))
