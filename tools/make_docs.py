# SPDX-License-Identifier: Apache-2.0
"""Make docs/reference from the program: commands, settings, findings, events. A test compares."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import typer

from emanet.bootstrap.config import Config
from emanet.cli.app import app
from emanet.model.event import EventKind
from emanet.model.finding import Severity, catalogue

NOTE = "<!-- Made by `python -m tools.make_docs`; a test compares it with the program. -->\n"


def findings() -> Iterator[str]:
    """Every finding code with severity, clause and both texts."""
    yield "# Findings\n"
    yield NOTE
    yield (
        "A finding is something noticed in what was delivered. Its severity says what follows, "
        "unless the agreement with the publisher (`[publishers.KEY]`) gives it another weight.\n"
    )
    yield (
        "| severity | what follows |\n|---|---|\n"
        "| info | nothing |\n| warning | the article is kept and shown; somebody may look |\n"
        "| problem | this file or article is kept but not catalogued: fate `held` |\n"
        "| hold | the whole delivery waits in the quarantine |\n"
        "| refuse | the delivery is recorded with its digests and not kept |\n"
    )
    known = catalogue()
    for severity in reversed(Severity):
        yield f"## {severity.value}\n"
        for code in sorted(c for c, e in known.items() if e.severity is severity):
            entry = known[code]
            yield f"### {code}\n"
            yield f"- en: {entry.en}"
            yield f"- tr: {entry.tr}"
            if entry.clause:
                yield f"- clause: {entry.clause}"
            yield ""


def events() -> Iterator[str]:
    """Every kind of event with its PREMIS type."""
    yield "# Events\n"
    yield NOTE
    yield (
        "Events are sealed with what they tell of (`events.jsonl`) and shown by `emanet show`. "
        "The vocabulary is closed; each kind maps to a PREMIS 3 event type.\n"
    )
    for kind in EventKind:
        yield f"### {kind.value}\n"
        yield f"PREMIS: {kind.premis}\n"


def settings() -> Iterator[str]:
    """Every setting with type, default and environment variable."""
    yield "# Settings\n"
    yield NOTE
    yield (
        "Settings stand in `emanet.toml` in the archive's home folder; each can also be given as "
        "an environment variable, which wins. Secrets belong there only.\n"
    )
    for section, field in Config.model_fields.items():
        kind = field.annotation
        if section == "publishers":
            kind = kind.__args__[1]  # type: ignore[union-attr]
            yield "## [publishers.KEY]\n"
            prefix = ""
        else:
            yield f"## [{section}]\n"
            prefix = f"EMANET_{section.upper()}__"
        yield " ".join((kind.__doc__ or "").split()) + "\n"  # type: ignore[union-attr]
        yield "| setting | default | environment |\n|---|---|---|"
        for name, inner in kind.model_fields.items():  # type: ignore[union-attr]
            default = inner.default
            shown = f'"{default}"' if isinstance(default, str) else str(default).lower()
            if isinstance(default, tuple):
                shown = "[" + ", ".join(f'"{v}"' for v in default) + "]"
            variable = f"`{prefix}{name.upper()}`" if prefix else "–"
            yield f"| `{name}` | `{shown}` | {variable} |"
        yield ""


def commands() -> Iterator[str]:
    """Every command with its help."""
    yield "# Commands\n"
    yield NOTE
    group = typer.main.get_command(app)
    yield "    emanet [-C HOME] [--lang tr|en] COMMAND …\n"
    yield (
        "`-C HOME` (or `EMANET_HOME`) chooses the archive, the present folder by default. Exit "
        "codes: 0 done, 1 a failure of ours, 2 wrong usage, 3 done but something was held, "
        "refused or found damaged.\n"
    )
    for name, command in sorted(group.commands.items()):  # type: ignore[attr-defined]
        yield f"## emanet {name}\n"
        yield f"{' '.join((command.help or '').split())}\n"
        yield "| option | meaning |\n|---|---|"
        for parameter in command.params:
            names = ", ".join(f"`{o}`" for o in parameter.opts if o.startswith("-"))
            if not names:
                names = f"`{(parameter.metavar or parameter.name).replace('|', ' or ')}`"
            words = (getattr(parameter, "help", None) or "").strip() or "–"
            yield f"| {names} | {words} |"
        yield ""


MAKERS = {
    "findings.md": findings,
    "events.md": events,
    "settings.md": settings,
    "commands.md": commands,
}


def make(name: str) -> str:
    """The text of one page."""
    return "\n".join(MAKERS[name]()).rstrip() + "\n"


def main() -> None:
    """Write all pages into the folder given, docs/reference by default."""
    folder = Path(sys.argv[1] if len(sys.argv) > 1 else "docs/reference")
    folder.mkdir(parents=True, exist_ok=True)
    for name in MAKERS:
        (folder / name).write_text(make(name), encoding="utf-8")


if __name__ == "__main__":
    main()
