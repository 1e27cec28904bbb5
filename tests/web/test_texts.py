# SPDX-License-Identifier: Apache-2.0
"""Every text of the pages has its Turkish, and the compiled catalogue is that of the source."""

from __future__ import annotations

import gettext
import re

import pytest
from tests.web.texts import PO, Key, asked, given

from emanet.model.delivery import Fate, Role, State
from emanet.model.event import EventKind
from emanet.model.finding import Severity
from emanet.web import words

_BLANK = re.compile(r"%\(\w+\)s")


def test_every_text_has_its_turkish_and_none_is_left_over() -> None:
    texts, turkish = asked(), given()
    assert len(texts) > 150
    assert sorted(texts - set(turkish)) == []
    assert sorted(set(turkish) - texts) == []


def _faults(key: Key, forms: list[str]) -> list[str]:
    _, text, plural = key
    if len(forms) != (2 if plural else 1) or not all(forms):
        return ["not every form is there"]
    faults = []
    for form in forms:
        if sorted(_BLANK.findall(form)) != sorted(_BLANK.findall(plural or text)):
            faults.append("other blanks")
        if form.strip() != form or (form[-1] in ".:") != (text[-1] in ".:"):
            faults.append("begins or ends otherwise")
        if form.count("<") != text.count("<") or "'" in form:
            faults.append("other markup, or an apostrophe that is not ’")
    return faults


def test_every_translation_is_whole() -> None:
    assert {key: faults for key, forms in given().items() if (faults := _faults(key, forms))} == {}


@pytest.mark.parametrize(
    ("key", "forms"),
    [
        (("", "%(n)s file", "%(n)s files"), ["%(n)s dosya"]),
        (("", "Of %(at)s", ""), ["Tarihi"]),
        (("", "None.", ""), ["Yok"]),
        (("", "<b>x</b>", ""), ["x"]),
        (("", "XML", ""), ["XML'i"]),
        (("", "None", ""), [""]),
    ],
)
def test_a_bad_translation_is_seen(key: Key, forms: list[str]) -> None:
    assert _faults(key, forms)


def test_the_compiled_catalogue_is_fresh() -> None:
    with PO.with_suffix(".mo").open("rb") as file:
        compiled = gettext.GNUTranslations(file)
    for (context, text, plural), forms in given().items():
        for number, form in zip((5, 1), reversed(forms), strict=False):
            if plural:
                assert compiled.ngettext(text, plural, number) == form
            elif context:
                assert compiled.pgettext(context, text) == form
            else:
                assert compiled.gettext(text) == form
    entries = {key for key in compiled._catalog if key}  # type: ignore[attr-defined]
    assert len(entries) == sum(len(forms) for forms in given().values())


@pytest.mark.parametrize(
    ("table", "codes"),
    [
        (words.STATES, State),
        (words.FATES, Fate),
        (words.ROLES, Role),
        (words.SEVERITIES, Severity),
        (words.EVENTS, EventKind),
    ],
)
def test_every_code_has_its_word(table: words.Words, codes: type) -> None:
    assert set(table) == {code.value for code in codes}
    assert words.word(table, "no-such-code") == "no-such-code"
