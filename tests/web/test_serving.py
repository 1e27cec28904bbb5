# SPDX-License-Identifier: Apache-2.0
"""The command ``emanet serve``: its address, its end, and what it says when it cannot start."""

from __future__ import annotations

import http.client
import shutil
import signal
import socket
import subprocess
import sys
import time
import zipfile
from pathlib import Path

import pytest
from tests.conftest import ROOT
from tests.web.driver import Site, emanet, free_port

from emanet.bootstrap.serving import address_of, free_address
from emanet.model.errors import ServeError, UsageError


@pytest.mark.parametrize(
    ("number", "language", "word"),
    [(signal.SIGINT, "en", "Pages"), (signal.SIGTERM, "tr", "Sayfalar")],
)
def test_it_tells_its_address_and_ends_at_once_though_a_browser_holds_on(
    bare: Site, tmp_path: Path, number: int, language: str, word: str
) -> None:
    for name in ("emanet.py", "wsgi.py", "django.py", "__init__.py"):  # to be imported by nobody
        (tmp_path / name).write_text("raise SystemExit('taken')\n")
    with Site(bare.home, folder=tmp_path, more={"EMANET_LANG": language}) as site:
        holding = http.client.HTTPConnection("127.0.0.1", site.port)
        holding.request("GET", "/en/")
        assert holding.getresponse().read()
        began = time.monotonic()
        assert site.stop(number) == (0, f"{word}: {site.address}/  (Ctrl-C)\n")
        assert (
            time.monotonic() - began < 30
        )  # it waits for no browser; the rest is the machine's load
        holding.close()


def test_a_port_on_which_another_emanet_listens_is_told(bare: Site) -> None:
    # The other server would let itself be joined: the two would share the requests in silence.
    bind = f"127.0.0.1:{bare.port}"
    said = emanet("-C", bare.home, "serve", "--bind", bind, expect=1, EMANET_LANG="tr")
    assert f"127.0.0.1 üzerindeki {bare.port} numaralı kapı dolu" in said
    assert "--bind" in said


def test_a_port_taken_by_any_program_is_told() -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        with pytest.raises(ServeError) as caught:
            free_address("127.0.0.1", port)
    assert caught.value.exit_code == 1
    assert caught.value.en == f"Port {port} on 127.0.0.1 is taken: another program listens there."
    assert free_address("127.0.0.1", port) == "127.0.0.1"


@pytest.mark.parametrize(
    "bind",
    ["127.0.0.1", "127.0.0.1:", ":8000", "127.0.0.1:0", "127.0.0.1:65536", "127.0.0.1:x", "::1:80",
     "[::1]", "[]:80", "host:٣", "a..b:8000", "192.0.2.7:8000"],
)  # fmt: skip
def test_a_wrong_address_is_refused(bind: str) -> None:
    with pytest.raises(UsageError) as caught:
        free_address(*address_of(bind))
    assert caught.value.exit_code == 2
    assert caught.value.tr != caught.value.en


def test_a_wrong_address_ends_the_command_with_2(bare: Site) -> None:
    assert "HOST:PORT" in emanet("-C", bare.home, "serve", "--bind", "8000", expect=2)


def test_right_addresses() -> None:
    assert address_of("127.0.0.1:8000") == ("127.0.0.1", 8000)
    assert address_of("[::1]:80") == ("::1", 80)
    assert free_address("localhost", free_port()) in ("127.0.0.1", "::1")


def test_no_archive_is_told(tmp_path: Path, copied: Path) -> None:
    assert "emanet init" in emanet("-C", tmp_path / "none", "serve", expect=2)
    shutil.rmtree(copied / "root")
    assert "OCFL" in emanet("-C", copied, "serve", expect=2)


def test_a_name_that_is_not_configured_is_answered_under_its_own_address(bare: Site) -> None:
    assert bare.get("/en/", Host="archive.example").status == 400
    with Site(bare.home, more={"EMANET_WEB__HOSTS": '["archive.example"]'}) as named:
        assert named.get("/en/", Host="archive.example").status == 200
        assert named.get("/en/").status == 200  # the address that was told
        assert named.get("/en/", Host="localhost").status == 400
        said = named.stop()[1]
        assert "Traceback" not in said


def test_the_installed_package_serves_its_own_files(bare: Site, tmp_path: Path) -> None:
    pytest.importorskip("hatchling", reason="no hatchling installed")
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)],
        cwd=ROOT,
        check=True,
        capture_output=True,
    )
    (wheel,) = tmp_path.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(tmp_path / "installed")
    style = tmp_path / "installed" / "emanet" / "web" / "static" / "emanet" / "style.css"
    style.write_text("/* of the wheel */" + style.read_text(encoding="utf-8"), encoding="utf-8")
    site = Site(
        bare.home,
        command=(sys.executable, "-m", "emanet.cli.app"),
        more={"PYTHONPATH": str(tmp_path / "installed")},
    )
    with site:
        assert site.get("/static/emanet/style.css").text.startswith("/* of the wheel */")
        assert site.get("/static/emanet/mark.svg").status == 200
        assert "Bu arşivde ne var" in site.get("/tr/").words
        assert site.stop()[0] == 0
