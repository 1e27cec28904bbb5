# SPDX-License-Identifier: Apache-2.0
"""Real packages of publishers list and read without a finding that would keep them out."""

from __future__ import annotations

from pathlib import Path

from emanet.formats.containers.listing import list_container
from emanet.model.finding import Severity, worst

NO_ZIP = "elife_poa_e99999_ds.zip"  # eighteen bytes of text, on purpose


def test_every_real_package_lists_and_reads(faults, jats: Path) -> None:
    seen = 0
    for path in sorted((jats / "packages").rglob("*")):
        if path.suffix not in (".zip", ".tar"):
            continue
        size = path.stat().st_size
        with path.open("rb") as file:
            listing = list_container(file, path.name, size)
            assert listing is not None
            if path.name == NO_ZIP:
                assert [f.code for f in listing.findings] == ["ZIP-NOT-ZIP"]
                continue
            assert worst(listing.findings).rank < Severity.HOLD.rank, path
            assert sum(area.length for area in listing.areas) == size
            assert listing.entries
            for entry in listing.entries:
                assert faults(file, entry) == []
        seen += 1
    assert seen >= 20


def test_the_macos_name_is_read_and_said(jats: Path) -> None:
    path = jats / "packages" / "elife" / "DIGEST_35774.zip"
    with path.open("rb") as file:
        listing = list_container(file, path.name, path.stat().st_size)
    assert listing is not None
    assert {f.code for f in listing.findings} == {"NAME-UNFLAGGED"}
    assert "Baye\u0301s_35774.docx" in {entry.name for entry in listing.entries}
