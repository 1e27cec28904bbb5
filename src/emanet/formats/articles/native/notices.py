# SPDX-License-Identifier: Apache-2.0
"""What a publisher's own word for a link between articles means, held to what the notice is.

The formats have their own words (``ErratumTo``, ``retractedArticle``, ``corrigendum``); they are
told by their stems. What points back (``ErratumFrom``, ``corrected-by``) ends in from or by.
"""

from __future__ import annotations

import re

from emanet.formats.articles.jats_relations import held_to
from emanet.model.article import Related, Relation
from emanet.model.finding import Finding
from emanet.model.ids import fold

_WORDS: tuple[tuple[re.Pattern[str], Relation, Relation], ...] = tuple(
    (re.compile(stems), forth, back)
    for stems, forth, back in (
        ("concern", Relation.CONCERNS, Relation.OTHER),
        ("retract|withdraw|removal", Relation.RETRACTS, Relation.RETRACTED_BY),
        ("errat|corrig|correct", Relation.CORRECTS, Relation.CORRECTED_BY),
        ("addend", Relation.ADDS_TO, Relation.OTHER),
        ("comment|discussion", Relation.COMMENTS, Relation.OTHER),
        ("reply|response|rebuttal", Relation.REPLIES, Relation.OTHER),
        ("translat", Relation.TRANSLATES, Relation.OTHER),
    )
)
_BACK = re.compile(r"(?:from|by)$")


def link(
    given: str, kind: str, doi: str, source: str, place: str
) -> tuple[Related, tuple[Finding, ...]]:
    """The statement that an article of type ``kind`` makes by a link of type ``given``.

    Where the link has no telling word the type of the notice speaks. Only a retraction retracts and
    only a correction corrects; a link that claims more gives ARTICLE-RELATION-UNLIKELY. ``doi`` is
    in its form for comparison; ``source`` names the format, ``place`` is the file's path.
    """
    said = _said(given)
    if said is Relation.OTHER and not _BACK.search(fold(given)):
        said = _said(kind)
    relation = held_to(said, kind)
    findings: tuple[Finding, ...] = ()
    if relation is not said:
        detail = {"given": given[:80], "type": kind[:80], "doi": doi}
        findings = (Finding("ARTICLE-RELATION-UNLIKELY", place, detail),)
    return Related(relation, doi, given, source), findings


def _said(word: str) -> Relation:
    folded = fold(word)
    back = bool(_BACK.search(folded))
    for stems, forth, backward in _WORDS:
        if stems.search(folded):
            return backward if back else forth
    return Relation.OTHER
