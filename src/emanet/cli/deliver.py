# SPDX-License-Identifier: Apache-2.0
"""Commands about deliveries: init, ingest, deliveries, release, refuse."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from emanet.cli.opening import opened
from emanet.cli.speaking import Voice, size_text
from emanet.duties.reports import IngestReport
from emanet.model.delivery import Receipt, State
from emanet.model.errors import UsageError
from emanet.model.finding import Severity

Json = Annotated[bool, typer.Option("--json", help="Answer as JSON.")]
_STATES = {
    "accepted": "kabul",
    "held": "bekletildi",
    "refused": "reddedildi",
    "repeated": "yinelenen",
    "waiting": "gerisi bekleniyor",
}


def add_to(app: typer.Typer) -> None:
    """Hang these commands on the application."""
    app.command("init")(init)
    app.command("ingest")(ingest)
    app.command("deliveries", help=_DELIVERIES_HELP)(deliveries_command)


_DELIVERIES_HELP = (
    "List deliveries; `deliveries ID` shows one with the fate of every file; "
    "`deliveries release|refuse ID --reason R` decides a held one."
)


def init(
    context: typer.Context,
    home: Annotated[Path, typer.Argument(metavar="HOME", help="Folder of the new archive.")],
    name: Annotated[str, typer.Option(help="The archive's name.")] = "Emanet",
    digest: Annotated[str, typer.Option(help="sha512 or sha256, for the root.")] = "sha512",
    as_json: Json = False,
) -> None:
    """Make a new, empty archive in a folder."""
    from emanet.bootstrap.wiring import create_home

    voice: Voice = context.obj
    made = create_home(home, name=name, digest=digest)
    if as_json:
        voice.json({"home": str(made), "created": True})
    else:
        voice.say(f"An archive stands in {made}.", f"Arşiv {made} içinde kuruldu.")


def ingest(
    context: typer.Context,
    paths: Annotated[list[Path], typer.Argument(metavar="PATH…", help="Files or drop areas.")],
    publisher: Annotated[str, typer.Option(help="The publisher's key in emanet.toml.")] = "",
    as_json: Json = False,
) -> None:
    """Take in deliveries: understand, examine, judge, seal and register them."""
    from emanet.bootstrap.wiring import open_home

    voice: Voice = context.obj
    means = open_home(voice.home)
    from emanet.duties.ingest_deliveries import ingest as take_in

    ticker = voice.progress()
    try:
        report = take_in(means, paths, publisher=publisher, progress=ticker)
    finally:
        ticker.close()
    if as_json:
        voice.json(report)
    else:
        _print_report(voice, report)
    not_done = {State.HELD, State.REFUSED, State.WAITING}
    if report.held_files or report.left or any(r.state in not_done for r in report.receipts):
        raise typer.Exit(3)


def _print_report(voice: Voice, report: IngestReport) -> None:
    for receipt in report.receipts:
        _print_receipt(voice, receipt)
    for left in report.left:
        word = voice.pick("left alone", "dokunulmadı")
        print(f"{'-':18}  {word}  {left.name}  {left.finding.text(voice.language)}")
    if report.registered:
        voice.say(
            f"Registered what an earlier run had sealed: {', '.join(report.registered)}.",
            f"Önceki bir çalışmanın mühürlediği kaydedildi: {', '.join(report.registered)}.",
        )
    account = report.accounting
    states = [r.state for r in report.receipts]
    voice.say(
        f"{len(states)} deliveries: {states.count(State.ACCEPTED)} accepted, "
        f"{states.count(State.HELD)} held, {states.count(State.REFUSED)} refused, "
        f"{states.count(State.REPEATED)} repeated, {states.count(State.WAITING)} waiting. "
        f"{report.articles} article versions in {len(report.accessions)} accessions; "
        f"{size_text(account.bytes_in)} in, {size_text(account.accounted)} accounted for; "
        f"{report.seconds:.1f} s.",
        f"{len(states)} teslimat: {states.count(State.ACCEPTED)} kabul, "
        f"{states.count(State.HELD)} bekletilen, {states.count(State.REFUSED)} ret, "
        f"{states.count(State.REPEATED)} yinelenen, {states.count(State.WAITING)} gerisi "
        f"beklenen. {len(report.accessions)} koruma biriminde {report.articles} makale sürümü; "
        f"gelen {size_text(account.bytes_in)}, hesabı verilen {size_text(account.accounted)}; "
        f"{report.seconds:.1f} s.",
    )


def _print_receipt(voice: Voice, receipt: Receipt) -> None:
    state = receipt.state.value
    word = voice.pick(state, _STATES[state])
    where = f" → {receipt.accession}" if receipt.accession else ""
    print(
        f"{receipt.delivery.id}  {word:9}  {receipt.delivery.name}  "
        f"[{receipt.layout or '?'}; {receipt.articles}]{where}"
    )
    shown = 0
    for finding in sorted(receipt.findings, key=lambda f: -f.severity.rank):
        if finding.severity.rank < Severity.PROBLEM.rank:
            continue
        if shown == 5:
            more = sum(f.severity.rank >= Severity.PROBLEM.rank for f in receipt.findings) - shown
            voice.say(f"      … and {more} more", f"      … ve {more} bulgu daha")
            break
        print(f"      {finding.code}  {finding.place}  {finding.text(voice.language)}")
        shown += 1


def deliveries_command(
    context: typer.Context,
    words: Annotated[
        list[str] | None,
        typer.Argument(metavar="[ID | release ID | refuse ID]", help="One delivery, or an act."),
    ] = None,
    reason: Annotated[str, typer.Option(help="Why it is released or refused.")] = "",
    state: Annotated[str, typer.Option(help="Only accepted, held, refused, waiting …")] = "",
    limit: Annotated[int, typer.Option(help="At most so many.", min=1)] = 100,
    as_json: Json = False,
) -> None:
    """List deliveries, show one, or decide a held one."""
    words = words or []
    if words and words[0] in ("release", "refuse"):
        if len(words) != 2:
            raise UsageError(
                f"{words[0]} takes one delivery id.", f"{words[0]} tek bir teslimat kimliği ister."
            )
        act = release if words[0] == "release" else refuse
        act(context, words[1], reason=reason, as_json=as_json)
    elif len(words) == 1:
        _show_one(context, words[0], as_json)
    elif not words:
        _list(context, state, limit, as_json)
    else:
        raise UsageError(
            "Give one delivery id, or release ID, or refuse ID.",
            "Bir teslimat kimliği verin, ya da release ID, ya da refuse ID.",
        )


def _list(context: typer.Context, state: str, limit: int, as_json: bool) -> None:
    voice: Voice = context.obj
    opened(voice)
    from emanet.registry.deliveries import queries

    if state and state not in _STATES:
        raise UsageError(
            f"There is no state {state}; known are {', '.join(_STATES)}.",
            f"{state} diye bir durum yok; bilinenler: {', '.join(_STATES)}.",
        )
    rows = queries.list_deliveries(state=state or None, limit=limit)
    if as_json:
        voice.json(rows)
        return
    voice.table(
        voice.pick(
            "id|state|name|publisher|articles|files|size|received",
            "kimlik|durum|ad|yayıncı|makale|dosya|boyut|geliş",
        ).split("|"),
        [
            (
                row.id,
                voice.pick(row.state, _STATES.get(row.state, row.state)),
                row.name,
                row.publisher,
                str(row.articles),
                str(row.files),
                size_text(row.bytes),
                row.received,
            )
            for row in rows
        ],
    )


def _show_one(context: typer.Context, delivery: str, as_json: bool) -> None:
    voice: Voice = context.obj
    opened(voice)
    from emanet.duties.describe import describe_delivery

    view = describe_delivery(delivery)
    info = view.info
    if as_json:
        voice.json(
            {
                **{
                    name: getattr(info, name)
                    for name in info.__struct_fields__
                    if name not in ("key", "findings", "files")
                },
                "findings": [
                    {
                        "code": f.code,
                        "severity": f.severity,
                        "place": f.place,
                        "detail": f.detail,
                        "en": f.text("en"),
                        "tr": f.text("tr"),
                    }
                    for f in info.findings
                ],
                "files": view.files,
            }
        )
        return
    print(
        f"{info.id}  {voice.pick(info.state, _STATES[info.state])}  {info.name}  "
        f"[{info.layout or '?'}; {info.articles}]  {info.accession}"
    )
    if info.reason:
        print(f"      {voice.pick('reason', 'gerekçe')}: {info.reason}")
    for finding in sorted(info.findings, key=lambda f: -f.severity.rank):
        print(f"      {finding.code}  {finding.place}  {finding.text(voice.language)}")
    voice.table(
        voice.pick("fate|role|size|format|name", "akıbet|görev|boyut|biçim|ad").split("|"),
        [(f.fate, f.role, size_text(f.bytes), f.format, f.name) for f in view.files],
    )


def release(context: typer.Context, delivery: str, reason: str, as_json: bool) -> None:
    """Accept a held delivery by hand, with a reason that is kept."""
    from emanet.bootstrap.wiring import open_home

    voice: Voice = context.obj
    means = open_home(voice.home)
    from emanet.duties.decide_delivery import release as act

    _decided(voice, act(means, delivery, _needed(reason)), as_json)


def refuse(context: typer.Context, delivery: str, reason: str, as_json: bool) -> None:
    """Refuse a held delivery by hand, with a reason that is kept; its bytes are let go."""
    from emanet.bootstrap.wiring import open_home

    voice: Voice = context.obj
    means = open_home(voice.home)
    from emanet.duties.decide_delivery import refuse as act

    _decided(voice, act(means, delivery, _needed(reason)), as_json)


def _needed(reason: str) -> str:
    if not reason.strip():
        raise UsageError(
            "--reason is needed: it is kept with the decision.",
            "--reason gerekli: kararla birlikte saklanır.",
        )
    return reason.strip()


def _decided(voice: Voice, receipt: Receipt, as_json: bool) -> None:
    if as_json:
        voice.json(receipt)
    else:
        _print_receipt(voice, receipt)
