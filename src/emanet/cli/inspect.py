# SPDX-License-Identifier: Apache-2.0
"""Commands that look after the archive: verify, rebuild, serve."""

from __future__ import annotations

import re
from typing import Annotated

import typer

from emanet.cli.speaking import Voice, size_text
from emanet.model.errors import UsageError

Json = Annotated[bool, typer.Option("--json", help="Answer as JSON.")]
_UNITS = {"": 1, "s": 1, "m": 60, "h": 3600, "d": 86400}


def add_to(app: typer.Typer) -> None:
    """Hang these commands on the application."""
    for command in (verify, rebuild, serve):
        app.command(command.__name__)(command)


def seconds_of(text: str) -> float:
    """Seconds of ``90``, ``30s``, ``10m``, ``2h``, ``1d``; raises UsageError otherwise."""
    found = re.fullmatch(r"(\d+(?:\.\d+)?)([smhd]?)", text.strip())
    if not found:
        raise UsageError(
            f"{text!r} is no time; write 30s, 10m, 2h or 1d.",
            f"{text!r} bir süre değil; 30s, 10m, 2h ya da 1d yazın.",
        )
    return float(found[1]) * _UNITS[found[2]]


def verify(
    context: typer.Context,
    accessions: Annotated[list[str] | None, typer.Argument(metavar="[ACCESSION…]")] = None,
    budget: Annotated[str, typer.Option(help="Stop after so long: 30s, 10m, 2h.")] = "",
    as_json: Json = False,
) -> None:
    """Audit: read every byte again and compare it with what was sealed, oldest check first."""
    from emanet.bootstrap.wiring import open_home

    voice: Voice = context.obj
    means = open_home(voice.home)
    from emanet.duties.audit_archive import audit

    ticker = voice.progress()
    limit = seconds_of(budget) if budget else None
    try:
        report = audit(means, accessions or [], budget_s=limit, progress=ticker)
    finally:
        ticker.close()
    if as_json:
        voice.json(
            {
                "objects": len(report.lines),
                "bytes": report.bytes,
                "seconds": report.seconds,
                "left": report.left,
                "damaged": report.damaged,
                "lines": report.lines,
            }
        )
    else:
        for line in report.damaged:
            for damage in line.damages:
                print(f"{line.object}  {damage.what}  {damage.path}  {damage.name}  {damage.doi}")
        voice.say(
            f"{len(report.lines)} objects, {size_text(report.bytes)} read and compared in "
            f"{report.seconds:.1f} s; {len(report.damaged)} damaged; {report.left} left for later.",
            f"{len(report.lines)} birim, {size_text(report.bytes)} {report.seconds:.1f} saniyede "
            f"okunup karşılaştırıldı; {len(report.damaged)} hasarlı; {report.left} sonraya kaldı.",
        )
    if report.damaged:
        raise typer.Exit(3)


def rebuild(context: typer.Context, as_json: Json = False) -> None:
    """Make the registry and the search index anew from storage alone."""
    from emanet.bootstrap.wiring import open_home

    voice: Voice = context.obj
    means = open_home(voice.home, check=False)
    from emanet.duties.rebuild_registry import rebuild as make_anew

    ticker = voice.progress()
    try:
        report = make_anew(means, progress=ticker)
    finally:
        ticker.close()
    if as_json:
        voice.json(report)
    else:
        voice.say(
            f"{report.objects} objects, {report.articles} article versions, {report.files} files "
            f"registered anew in {report.seconds:.1f} s; {report.indexed} in the search index.",
            f"{report.objects} birim, {report.articles} makale sürümü, {report.files} dosya "
            f"{report.seconds:.1f} saniyede yeniden kaydedildi; arama dizininde {report.indexed}.",
        )


def serve(
    context: typer.Context,
    bind: Annotated[str, typer.Option(help="HOST:PORT to listen on.")] = "",
) -> None:
    """Serve the pages: status, search, an article's record, the problem queue."""
    from emanet.bootstrap.serving import serve as run

    voice: Voice = context.obj
    run(voice.home, bind, language=voice.language)
