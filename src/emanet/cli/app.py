# SPDX-License-Identifier: Apache-2.0
"""The command `emanet`: options that all commands share, errors, exit codes.

Exit codes: 0 done; 1 a failure of ours or the environment's; 2 wrong usage; 3 done, but something
was held, refused, denied or found damaged (DESIGN section 6).
"""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path
from typing import Annotated

import typer

from emanet.cli import deliver, inspect, look
from emanet.cli.speaking import Voice, language_of
from emanet.model.errors import EmanetError, RegistryError, StoreFull

app = typer.Typer(
    name="emanet",
    help="The national archive for electronic journals: keeps, proves, opens, counts.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    add_completion=False,
)


@app.callback()
def shared(
    context: typer.Context,
    home: Annotated[
        Path,
        typer.Option(
            "-C", "--home", envvar="EMANET_HOME", help="The archive's home folder.", metavar="HOME"
        ),
    ] = Path(),
    language: Annotated[
        str, typer.Option("--lang", envvar="EMANET_LANG", help="tr or en; else by LANG.")
    ] = "",
) -> None:
    """Options that stand before the command."""
    voice = Voice(home=home, language=language_of(language, os.environ))
    os.environ["EMANET_LANG"] = voice.language  # errors are told in it too
    context.obj = voice


deliver.add_to(app)
look.add_to(app)
inspect.add_to(app)


class _Stopped(BaseException):
    """Ctrl-C, by a name of ours: the library that reads the words would answer it with 130."""


def _stop(*_: object) -> None:
    raise _Stopped


def main() -> None:
    """Run the command line; turns errors into one clear message and the documented exit code."""
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    signal.signal(signal.SIGINT, _stop)
    try:
        app()
    except EmanetError as error:
        _tell(error)
        sys.exit(error.exit_code)
    except Exception as error:
        known = _of_the_database(error)
        if known is None:
            raise
        _tell(known)
        sys.exit(known.exit_code)
    except _Stopped:
        print("emanet: " + ("durduruldu" if _turkish() else "stopped"), file=sys.stderr)
        sys.exit(1)


def _of_the_database(error: Exception) -> EmanetError | None:
    """Our word for what Django's database layer (which may not be loaded at all) raised."""
    if not any(kind.__module__ == "django.db.utils" for kind in type(error).__mro__):
        return None
    first = next(iter(str(error).strip().splitlines()), "")
    if getattr(error.__cause__, "sqlite_errorname", "") == "SQLITE_FULL":
        return StoreFull(f"The registry: {first}.", f"Kütük için yer kalmadı: {first}.")
    return RegistryError(
        f"The registry's database failed: {first}", f"Kütüğün veritabanı bozuldu: {first}"
    )


def _turkish() -> bool:
    return language_of(os.environ.get("EMANET_LANG", ""), os.environ) == "tr"


def _tell(error: EmanetError) -> None:
    """Say on standard error what happened, and what to do about it."""
    turkish = _turkish()
    print(f"emanet: {error.tr if turkish else error.en}", file=sys.stderr)
    if following := error.next_tr if turkish else error.next_en:
        print(f"        {following}", file=sys.stderr)


if __name__ == "__main__":
    main()
