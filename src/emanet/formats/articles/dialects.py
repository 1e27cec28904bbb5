# SPDX-License-Identifier: Apache-2.0
"""The dialects in which articles, headers and manifests are read, most particular first."""

from __future__ import annotations

from typing import Protocol

from lxml import etree

from emanet.formats.articles import jats
from emanet.formats.articles.native import (
    crossref,
    elsevier,
    elsevier_dataset,
    erudit,
    lists,
    marcxml,
    oai_dc,
    ojs,
    springer_app,
    wileyml,
)
from emanet.formats.xml.doctype import Doctype
from emanet.formats.xml.safe import Parsed
from emanet.model.package import Reading


class Dialect(Protocol):
    """A dialect is a module with these two functions."""

    def knows(self, root: str, space: str, doctype: Doctype) -> bool:
        """Whether a file with this root element, namespace and document type is in the dialect."""

    def read(self, tree: etree._ElementTree, parsed: Parsed, place: str) -> Reading:
        """Read it. ``place`` is its path inside the delivery. Never raises for bad data."""


DIALECTS: tuple[Dialect, ...] = (
    elsevier,
    elsevier_dataset,
    springer_app,
    crossref,
    wileyml,
    erudit,
    ojs,
    lists,
    marcxml,
    oai_dc,
    jats,
)
