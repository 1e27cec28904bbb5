# SPDX-License-Identifier: Apache-2.0
"""From a survey to a package: which articles a delivery holds, and the role and fate of each file.

Pure: a survey in, a package out. Every member comes out once, with one role and one fate.
"""

from __future__ import annotations

from emanet.formats.publishers import elife, elsevier, finish, manifests, oup
from emanet.formats.publishers.desk import Desk
from emanet.formats.publishers.join import give_files, open_articles
from emanet.formats.publishers.survey import Survey
from emanet.formats.publishers.tree import Tree
from emanet.model.finding import Finding
from emanet.model.package import Package

_HANDS = (elsevier, oup, elife)


def understand(survey: Survey) -> Package:
    """Understand a delivery.

    Takes a survey with members in the order of their ordinals, its readings and texts (and
    ``extra`` digests where ``manifests.wants_digests`` asked for them). Returns the package. Its
    findings, and those of its articles, hold the readings' findings, each once, but not those of
    ``survey.findings``. A file that several articles share (an OJS issue in one XML, a deposit for
    all) stands among the members of each; its ``article`` is the first of them.
    """
    tree = Tree(survey)
    bags, tags = manifests.bags(tree)
    desk = Desk(tree, tags)
    open_articles(desk)
    elsevier.open_listed(desk)
    give_files(desk)
    for hand in _HANDS:
        hand.apply(desk)
    for checklist in manifests.checklists(tree):
        desk.findings += manifests.compare(tree, checklist)
    desk.findings += bags
    desk.findings += [Finding("PACKAGE-SIBLING-AWAITED", "", {"name": name}) for name in desk.waits]
    return finish.package(desk)
