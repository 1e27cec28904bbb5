# SPDX-License-Identifier: Apache-2.0
"""Small valid PDFs of one page, with Turkish and Greek letters that show and can be copied."""

from __future__ import annotations

import unicodedata
import zlib
from functools import cache

from tools.corpus.forms.png import noise

_MADE = (
    "Made for demonstration; not a publication.",
    "Gösterim için üretildi; yayın değildir.",
)
_LINE = 68
# Widths in thousandths of the type size, from the metrics of the standard fonts.
_LATIN_WIDTHS = dict(
    zip(
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ",
        (
            *(556, 556, 500, 556, 556, 278, 556, 556, 222, 222, 500, 222, 833, 556, 556, 556, 556),
            *(333, 500, 278, 556, 500, 722, 500, 500, 500, 667, 667, 722, 722, 667, 611, 778, 722),
            *(278, 500, 667, 556, 833, 722, 778, 667, 778, 722, 667, 611, 722, 667, 944, 667, 667),
            611,
        ),
        strict=True,
    )
)
_GREEK = {
    "α": ("alpha", 631), "β": ("beta", 549), "γ": ("gamma", 411), "δ": ("delta", 494),
    "ε": ("epsilon", 439), "ζ": ("zeta", 494), "η": ("eta", 603), "θ": ("theta", 521),
    "ι": ("iota", 329), "κ": ("kappa", 549), "λ": ("lambda", 549), "μ": ("mu", 576),
    "ν": ("nu", 521), "ξ": ("xi", 493), "ο": ("omicron", 549), "π": ("pi", 549),
    "ρ": ("rho", 549), "σ": ("sigma", 603), "ς": ("sigma1", 439), "τ": ("tau", 439),
    "υ": ("upsilon", 576), "φ": ("phi", 521), "χ": ("chi", 549), "ψ": ("psi", 686),
    "ω": ("omega", 686), "Α": ("Alpha", 722), "Β": ("Beta", 667), "Γ": ("Gamma", 603),
    "Δ": ("Delta", 612), "Ε": ("Epsilon", 611), "Ζ": ("Zeta", 611), "Η": ("Eta", 722),
    "Θ": ("Theta", 741), "Ι": ("Iota", 333), "Κ": ("Kappa", 722), "Λ": ("Lambda", 686),
    "Μ": ("Mu", 889), "Ν": ("Nu", 722), "Ξ": ("Xi", 645), "Ο": ("Omicron", 722),
    "Π": ("Pi", 768), "Ρ": ("Rho", 556), "Σ": ("Sigma", 592), "Τ": ("Tau", 611),
    "Υ": ("Upsilon", 690), "Φ": ("Phi", 763), "Χ": ("Chi", 722), "Ψ": ("Psi", 795),
    "Ω": ("Omega", 768),
}  # fmt: skip
# Accents as strokes around x = 0, seen from the height of a small letter; some hang below.
_ACCENTS = {
    "\u0306": "-110 790 m -80 690 80 690 110 790 c S",  # breve
    "\u0327": "20 0 m 40 -60 l 90 -80 70 -190 -60 -170 c S",  # cedilla
    "\u0307": "0 720 m 0 790 l S",  # dot
    "\u0301": "-20 680 m 70 820 l S",  # acute, tonos
    "\u0308": "-90 720 m -90 780 l S 90 720 m 90 780 l S",  # dieresis
    "\u030c": "-100 800 m 0 690 l 100 800 l S",  # caron
    "\u0300": "20 680 m -70 820 l S",
    "\u0302": "-100 690 m 0 800 l 100 690 l S",
    "\u030a": "-60 750 m -60 830 60 830 60 750 c 60 670 -60 670 -60 750 c S",
}
# Glyph names that the standard Latin font has (Adobe Glyph List).
_NAMED = {
    "ı": "dotlessi", "Ł": "Lslash", "ł": "lslash", "–": "endash", "’": "quoteright",
    "ø": "oslash", "Ø": "Oslash", "ß": "germandbls", "Þ": "Thorn", "þ": "thorn", "Æ": "AE",
    "æ": "ae", "ð": "eth", "Ð": "Eth", "«": "guillemotleft", "»": "guillemotright",
    "·": "periodcentered", "°": "degree", "±": "plusminus", "×": "multiply", "“": "quotedblleft",
    "”": "quotedblright", "—": "emdash", "‘": "quoteleft", "©": "copyright", "µ": "mu",
}  # fmt: skip
_ACCENT_NAMES = {
    "\u0301": "acute", "\u0300": "grave", "\u0302": "circumflex", "\u0308": "dieresis",
    "\u0303": "tilde", "\u0327": "cedilla", "\u030a": "ring",
}  # fmt: skip


class _Face:
    """One simple font: gives letters codes from 128 on, and tells what they mean."""

    def __init__(self) -> None:
        self.codes: dict[str, int] = {}

    def code(self, letter: str) -> int:
        if letter not in self.codes and len(self.codes) < 127:
            self.codes[letter] = 128 + len(self.codes)
        return self.codes.get(letter, 63)

    def meaning(self) -> bytes:
        pairs = [f"<{code:02X}> <{ord(c):04X}>" for c, code in self.codes.items()]
        listed = "\n".join(
            f"{len(part)} beginbfchar\n" + "\n".join(part) + "\nendbfchar"
            for part in (pairs[i : i + 100] for i in range(0, len(pairs), 100))
        )
        return (
            "/CIDInit /ProcSet findresource begin\n12 dict begin\nbegincmap\n"
            "/CMapName /Made def\n/CMapType 2 def\n"
            "1 begincodespacerange\n<00> <FF>\nendcodespacerange\n"
            "1 beginbfrange\n<20> <7E> <0020>\nendbfrange\n"
            f"{listed}\nendcmap\nCMapName currentdict /CMap defineresource pop\nend\nend"
        ).encode()

    def simple(self, base: str, tounicode: int) -> bytes:
        """The dictionary of a standard font with these letters named (``/Differences``)."""
        shown = " ".join(f"/{_glyph(c)}" for c in self.codes)
        coding = f"/Encoding << /Type /Encoding /Differences [128 {shown}] >> " if shown else ""
        return (
            f"<< /Type /Font /Subtype /Type1 /BaseFont /{base} {coding}"
            f"/ToUnicode {tounicode} 0 R >>"
        ).encode()

    def drawn(self, tounicode: int, first: int) -> bytes:
        """The dictionary of a Type 3 font; the letters' drawings are the objects from first on."""
        names = " ".join(f"/g{i}" for i in range(len(self.codes)))
        procs = " ".join(f"/g{i} {first + i} 0 R" for i in range(len(self.codes)))
        widths = " ".join(str(_width(c)) for c in self.codes) or "0"
        last = 127 + max(1, len(self.codes))
        return (
            "<< /Type /Font /Subtype /Type3 /FontBBox [0 -250 1000 1000] "
            "/FontMatrix [0.001 0 0 0.001 0 0] /Resources << /Font << /F1 5 0 R /F2 6 0 R >> >> "
            f"/Encoding << /Type /Encoding /Differences [128 {names}] >> /CharProcs << {procs} >> "
            f"/FirstChar 128 /LastChar {last} /Widths [{widths}] /ToUnicode {tounicode} 0 R >>"
        ).encode()


def _glyph(letter: str) -> str:
    if letter in _GREEK:
        return _GREEK[letter][0]
    bare, marks = _parts(letter)
    if marks in _ACCENT_NAMES:
        return bare + _ACCENT_NAMES[marks]
    return _NAMED.get(letter) or f"uni{ord(letter):04X}"


@cache
def _parts(letter: str) -> tuple[str, str]:
    """The bare letter and its accents."""
    plain = unicodedata.normalize("NFD", letter)
    return plain[0], plain[1:]


def _width(letter: str) -> int:
    bare = _parts(letter)[0]
    return _GREEK[bare][1] if bare in _GREEK else _LATIN_WIDTHS.get(bare, 556)


@cache
def _font(letter: str) -> str:
    """F1: the standard Latin font has it; F2: the Greek one; F3: it must be drawn."""
    if letter in _GREEK:
        return "F2"
    marks = _parts(letter)[1]
    if letter <= "\u00ff" or not marks or any(m not in _ACCENTS for m in marks):
        return "F1"
    return "F3"


def _drawing(letter: str, greek: _Face) -> bytes:
    """The drawing of a letter: the bare one from its font, the accents as strokes."""
    bare, marks = _parts(letter)
    if bare in _GREEK:
        shown = f"/F2 1000 Tf <{greek.code(bare):02x}>"
    else:
        shown = f"/F1 1000 Tf ({bare})"
    capital = bare.isupper()
    strokes = []
    for mark in marks:
        below = mark == "\u0327"
        across = -60 if capital and bare in _GREEK else _width(letter) // 2
        up = 0 if below else 170 if capital and bare not in _GREEK else 0
        strokes.append(f"q 1 0 0 1 {across} {up} cm {_ACCENTS[mark]} Q")
    return (f"{_width(letter)} 0 d0 BT {shown} Tj ET 60 w 1 J {' '.join(strokes)}").encode()


def _shown(text: str, faces: dict[str, _Face]) -> str:
    """Operators that show a line, each run of letters in the font that has them."""
    runs: list[tuple[str, bytearray]] = []
    for c in unicodedata.normalize("NFC", text):
        if " " <= c <= "~":
            font = runs[-1][0] if c == " " and runs and runs[-1][0] != "F3" else "F1"
            code = ord(c)
        else:
            font = _font(c)
            code = faces[font].code(c)
        if not runs or runs[-1][0] != font:
            runs.append((font, bytearray()))
        runs[-1][1].append(code)
    return " ".join(f"/{font} 12 Tf <{codes.hex()}> Tj" for font, codes in runs)


def _wrapped(text: str) -> list[str]:
    lines, line = [], ""
    for word in text.split():
        if line and len(line) + len(word) >= _LINE:
            lines.append(line)
            line = word
        else:
            line = f"{line} {word}" if line else word
    return [*lines, line]


def pdf(title: str, doi: str, authors: str, text: str, *, size: int = 0) -> bytes:
    """Give a PDF of one page that carries title, DOI, authors and text.

    ``size`` pads it with an unused stream to about so many bytes. Letters are real text: they can
    be searched and copied.
    """
    faces = {"F1": _Face(), "F2": _Face(), "F3": _Face()}
    lines = [*_wrapped(title), f"DOI: {doi}", *_wrapped(authors), "", *_MADE, "", *_wrapped(text)]
    shown = "\n".join(f"{_shown(line, faces)} T*" if line else "T*" for line in lines)
    drawings = [_stream(_drawing(c, faces["F2"])) for c in faces["F3"].codes]
    page = zlib.compress(f"BT 14 TL 56 786 Td {shown} ET".encode(), 1)
    first = 12
    bodies = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R "
        b"/Resources << /Font << /F1 5 0 R /F2 6 0 R /F3 7 0 R >> >> >>",
        _stream(page, b"/Filter /FlateDecode "),
        faces["F1"].simple("Helvetica", 8),
        faces["F2"].simple("Symbol", 9),
        faces["F3"].drawn(10, first),
        *(_stream(face.meaning()) for face in faces.values()),
        f"<< /Title <FEFF{title.encode('utf-16-be').hex()}> "
        "/Producer (Emanet corpus generator) >>".encode(),
        *drawings,
    ]
    plain = sum(map(len, bodies)) + 500
    if size > plain:
        bodies.append(_stream(noise(doi, size - plain)))
    return _assembled(bodies, info=first - 1)


def _stream(data: bytes, entries: bytes = b"") -> bytes:
    return b"<< %s/Length %d >>\nstream\n%s\nendstream" % (entries, len(data), data)


def _assembled(bodies: list[bytes], info: int) -> bytes:
    out = bytearray(b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n")
    places = []
    for number, body in enumerate(bodies, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(bodies) + 1)
    out += b"".join(b"%010d 00000 n \n" % place for place in places)
    out += b"trailer\n<< /Size %d /Root 1 0 R /Info %d 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (
        len(bodies) + 1,
        info,
        start,
    )
    return bytes(out)
