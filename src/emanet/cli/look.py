# SPDX-License-Identifier: Apache-2.0
"""Commands that read: status, find, show, get, export."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from emanet.cli.opening import opened
from emanet.cli.speaking import Voice, size_text
from emanet.duties.reports import ArticleView, Handed

Json = Annotated[bool, typer.Option("--json", help="Answer as JSON.")]


def add_to(app: typer.Typer) -> None:
    """Hang these commands on the application."""
    for command in (status, find, show, get, export):
        app.command(command.__name__)(command)


def status(context: typer.Context, as_json: Json = False) -> None:
    """Count what the archive holds."""
    voice: Voice = context.obj
    means = opened(voice)
    from emanet.duties.describe import describe_status

    counts = describe_status(means)
    if as_json:
        voice.json(counts)
        return
    turkish = {
        "deliveries": "teslimat",
        "accessions": "koruma birimi",
        "articles": "makale",
        "versions": "makale sürümü",
        "titles": "süreli yayın",
        "files": "dosya",
        "bytes": "boyut",
        "held": "bekletilen teslimat",
        "held_files": "bekletilen dosya",
        "refused": "reddedilen teslimat",
        "waiting": "gerisi beklenen teslimat",
        "damaged": "hasarlı birim",
        "oldest_audit": "en eski denetim",
        "never_audited": "hiç denetlenmemiş birim",
    }
    for name, value in counts.items():
        shown = size_text(int(value)) if name == "bytes" and value is not None else value
        print(
            f"{voice.pick(name.replace('_', ' '), turkish.get(name, name)):28} "
            f"{'–' if shown is None else shown}"
        )


def find(
    context: typer.Context,
    words: Annotated[list[str], typer.Argument(metavar="TEXT|DOI|ISSN…")],
    limit: Annotated[int, typer.Option(help="At most so many.", min=1, max=10_000)] = 20,
    offset: Annotated[int, typer.Option(help="Leave out the first so many.", min=0)] = 0,
    as_json: Json = False,
) -> None:
    """Find articles by words of title, abstract and authors, by DOI, or by ISSN."""
    voice: Voice = context.obj
    means = opened(voice)
    from emanet.duties.describe import find_articles

    found = find_articles(means, words, limit=limit, offset=offset)
    if as_json:
        voice.json(found)
    else:
        for hit in found.hits:
            print(f"{hit.doi or hit.id}  {hit.title}")
            place = " ".join(p for p in (hit.journal, hit.volume, hit.issue, hit.published) if p)
            print(f"      {place}")
        voice.say(f"{found.total} found.", f"{found.total} sonuç.")


def show(
    context: typer.Context,
    doi: Annotated[str, typer.Argument(metavar="DOI")],
    as_json: Json = False,
) -> None:
    """Show an article's record and its whole custody trail."""
    voice: Voice = context.obj
    means = opened(voice)
    from emanet.duties.describe import describe_article

    view = describe_article(means, doi)
    if as_json:
        voice.json(view)
    else:
        _print_article(voice, view)


def _print_article(voice: Voice, view: ArticleView) -> None:
    pick = voice.pick
    pages = "–".join(p for p in (view.first_page, view.last_page) if p) or view.elocation_id
    rows = (
        ("DOI", view.doi),
        (pick("title", "başlık"), view.title),
        (pick("authors", "yazarlar"), "; ".join(view.authors)),
        (pick("journal", "dergi"), f"{view.journal} ({', '.join(view.issn)})"),
        (pick("volume, issue, pages", "cilt, sayı, sayfa"), f"{view.volume} {view.issue} {pages}"),
        (pick("published", "yayım"), view.published),
        (pick("type", "tür"), view.type),
        (pick("version", "sürüm"), f"{view.number} {view.version}"),
        (pick("licence", "lisans"), view.licence),
        (pick("open access", "açık erişim"), pick("yes", "evet") if view.open_access else "–"),
        (pick("publisher", "yayıncı"), view.publisher),
        (pick("accession", "koruma birimi"), view.accession),
        (pick("delivery", "teslimat"), view.delivery),
    )
    for name, value in rows:
        print(f"{name:22} {value}")
    for relation in view.related:
        print(f"{relation.relation:22} {relation.doi}  {relation.title}")
    for file in view.files:
        print(f"  {file.role:11} {size_text(file.bytes):>9}  {file.sha256[:16]}  {file.path}")
        print(f"              {file.format}")
    for event in view.events:
        print(f"  {event.at}  {event.kind.value}  {event.subject}  {event.outcome}")


def get(
    context: typer.Context,
    doi: Annotated[str, typer.Argument(metavar="DOI")],
    out: Annotated[Path, typer.Option("-o", "--out", help="Folder to write to.")] = Path(),
    version: Annotated[int, typer.Option(help="Version by number; 0: the current one.")] = 0,
    as_json: Json = False,
) -> None:
    """Write an article's files out, bit for bit."""
    voice: Voice = context.obj
    means = opened(voice)
    from emanet.duties.hand_out import get as hand

    _print_handed(voice, hand(means, doi, out, number=version), as_json)


def export(
    context: typer.Context,
    names: Annotated[list[str], typer.Argument(metavar="ACCESSION|DOI…")],
    out: Annotated[Path, typer.Option("-o", "--out", help="Folder for the bags.")],
    as_json: Json = False,
) -> None:
    """Export accessions or articles as bags (BagIt 1.0)."""
    voice: Voice = context.obj
    means = opened(voice)
    from emanet.duties.hand_out import export as hand

    _print_handed(voice, hand(means, names, out), as_json)


def _print_handed(voice: Voice, handed: tuple[Handed, ...], as_json: bool) -> None:
    if as_json:
        voice.json(handed)
        return
    for file in handed:
        print(f"{file.sha256[:16] or '-':16}  {size_text(file.bytes):>9}  {file.path}")
