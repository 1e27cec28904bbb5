# SPDX-License-Identifier: Apache-2.0
"""What kind of XML a file is, by its root, namespace and declarations: ``JATS Archiving 1.1``."""

from __future__ import annotations

import re

from emanet.formats.xml.doctype import XmlSniff

_NLM = re.compile(
    r"-//NLM//DTD (?P<jats>JATS \(Z39\.96\) )?(?P<set>Journal Archiving|Journal Publishing"
    r"|Article Authoring)(?: and Interchange)?(?: DTD)?(?: with [\w ]+?)?(?: DTD)?"
    r" v(?P<version>\d[\w.]*)",
    re.IGNORECASE,
)
_DERIVED = re.compile(r"[-+]//([^/]+)//DTD [^/]*(?:JATS|NLM|Taxonomic Treatment)", re.IGNORECASE)
_TAG_SETS = {
    "journal archiving": "Archiving",
    "journal publishing": "Publishing",
    "article authoring": "Authoring",
}
_SYSTEM = re.compile(
    r"(?:^|/)(?P<jats>JATS-)?(?P<set>archive|journalpub|publishing|articleauthoring)[\w.-]*\.dtd$",
    re.IGNORECASE,
)
_SYSTEM_SETS = {
    "archive": "Archiving",
    "journalpub": "Publishing",
    "publishing": "Publishing",
    "articleauthoring": "Authoring",
}
_VERSION = re.compile(r"(\d+(?:\.\d+)*\w*)")
_ELSEVIER = re.compile(r"-//ES//DTD ([\w -]+?) DTD version (\d[\d.]*)//", re.IGNORECASE)
_SILVERCHAIR = re.compile(r"^https?://specifications\.silverchair\.com/xsd/(\d+)/(\d+)/SCJATS")

# Root and namespace (a prefix of it; "" for none needed) to label; attribute that holds the version
_BY_ROOT: tuple[tuple[str, str, str, str], ...] = (
    ("dataset", "http://www.elsevier.com/xml/schema/transport/", "Elsevier dataset", ""),
    ("document", "http://www.elsevier.com/xml/document/schema", "Elsevier document", ""),
    ("Publisher", "", "Springer A++", ""),
    ("doi_batch", "", "Crossref deposit", "version"),
    ("crossref_result", "", "Crossref query result", "version"),
    ("OAI-PMH", "", "OAI-PMH response", ""),
    ("record", "http://www.openarchives.org/OAI/", "OAI-PMH record", ""),
    ("record", "http://www.loc.gov/MARC21/slim", "MARCXML", ""),
    ("collection", "http://www.loc.gov/MARC21/slim", "MARCXML", ""),
    ("dc", "http://www.openarchives.org/OAI/2.0/oai_dc/", "Dublin Core (oai_dc)", ""),
    ("mods", "http://www.loc.gov/mods/", "MODS", "version"),
    ("mets", "http://www.loc.gov/METS/", "METS", ""),
    ("premis", "http://www.loc.gov/premis/", "PREMIS", "version"),
    ("component", "http://www.wiley.com/namespaces/wiley", "WileyML 3G", "version"),
    ("article", "http://www.erudit.org/xsd/article", "EruditArticle", ""),
    ("articles", "http://pkp.sfu.ca", "OJS native", ""),
    ("issues", "http://pkp.sfu.ca", "OJS native", ""),
    ("article", "http://pkp.sfu.ca", "OJS native", ""),
    ("issue", "http://pkp.sfu.ca", "OJS native", ""),
    ("manifest", "http://manuscriptexchange.org/schema/manifest", "MECA manifest", ""),
    ("manifest", "https://manuscriptexchange.org/schema/manifest", "MECA manifest", ""),
    ("ArticleSet", "", "PubMed article set", ""),
    ("pmc-articleset", "", "PMC article set", ""),
    ("TEI", "http://www.tei-c.org/ns/1.0", "TEI P5", ""),
    ("svg", "http://www.w3.org/2000/svg", "SVG", "version"),
    ("html", "http://www.w3.org/1999/xhtml", "XHTML", ""),
    ("math", "http://www.w3.org/1998/Math/MathML", "MathML", ""),
    ("xmpmeta", "adobe:ns:meta/", "XMP", ""),
)
_JA = "http://www.elsevier.com/xml/ja/dtd"
_JA_ROOTS = {"article", "simple-article", "book-review", "exam", "converted-article"}


def jats_label(seen: XmlSniff) -> str:
    """The label of a JATS or NLM article (``JATS Publishing 1.3``), "" when it is none.

    By public identifier (a publisher's own tag set by its owner: ``JATS (TaxPub)``), else system
    identifier and ``@dtd-version``, else the version alone. The root name ``article`` proves
    nothing: Elsevier and Érudit use it in namespaces of their own.
    """
    if seen.root != "article":
        return ""
    if found := _NLM.match(seen.doctype.public):
        family = "JATS" if found["jats"] else "NLM"
        return f"{family} {_TAG_SETS[found['set'].lower()]} {found['version']}"
    if found := _SILVERCHAIR.match(seen.namespace):
        return f"JATS (Silverchair {found[1]}.{found[2]})"
    if seen.namespace:
        return ""
    if seen.doctype.public:
        own = _DERIVED.match(seen.doctype.public)
        return f"JATS ({own[1]})" if own else ""
    written = _VERSION.match(seen.dtd_version)
    version = written[1] if written else ""
    system = seen.doctype.system
    if found := _SYSTEM.search(system):
        above = re.search(r"/(\d[\w.]*)/[^/]*$", system)
        version = version or (above[1] if above else "")
        family = "JATS" if found["jats"] else "NLM"
        return f"{family} {_SYSTEM_SETS[found['set'].lower()]} {version}".strip()
    if not version:
        return "JATS"
    return f"{'NLM' if version in ('2.0', '2.1', '2.2', '2.3', '3.0') else 'JATS'} {version}"


def label(seen: XmlSniff) -> str:
    """The label of any XML file; ``XML`` for one of a kind not known here."""
    if found := jats_label(seen):
        return found
    if found := _elsevier(seen):
        return found
    for root, namespace, name, attribute in _BY_ROOT:
        if seen.root == root and seen.namespace.startswith(namespace):
            version = seen.attributes.get(attribute, "") if attribute else ""
            if name == "Springer A++":
                return _springer(seen)
            return f"{name} {version}".strip()
    if seen.root.lower() == "html":
        return "HTML"
    return "XML"


def _elsevier(seen: XmlSniff) -> str:
    found = _ELSEVIER.match(seen.doctype.public)
    if found and found[1].lower() == "journal article":
        return f"Elsevier JA {found[2]}"
    if seen.namespace == _JA and seen.root in _JA_ROOTS:
        return "Elsevier JA"
    return f"Elsevier {found[1]} {found[2]}" if found else ""


def _springer(seen: XmlSniff) -> str:
    words = f"{seen.doctype.public} {seen.doctype.system}"
    if "springer" not in words.lower() and "A++" not in words:
        return "XML" if words.strip() else "Springer A++"
    version = re.search(r"V(\d+(?:\.\d+)*)", words)
    return f"Springer A++ {version[1]}" if version else "Springer A++"
