"""Defines the options of the commands."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Annotated

import typer

_MOST = 1_000_000_000  # records of a sample
_PERIOD = "What is read"
_OUTPUT = "Where it goes"
_TALK = "What is said"


def option(
    text: str, metavar: str, panel: str, read: Callable[[str], object] | None = None
) -> object:
    """Give an option that takes a value, which ``read`` checks."""
    return typer.Option(
        metavar=metavar, help=text, rich_help_panel=panel, show_default=False, parser=read or _text
    )


def _text(value: str) -> str:
    """Refuse an empty value: a variable of the caller's script was not set."""
    if not value:
        raise typer.BadParameter("it is empty.")
    return value


def _number(value: str) -> int:
    if not re.fullmatch("[0-9]{1,10}", value) or not 1 <= int(value) <= _MOST:
        raise typer.BadParameter(f"it is no number from 1 to {_MOST:,}.")
    return int(value)


def flag(name: str, text: str, panel: str) -> object:
    """Give an option that takes no value."""
    return typer.Option(name, metavar="", help=text, rich_help_panel=panel, show_default=False)


_SINCE = option(
    "From when: 2024-01-31 (midnight in the shop's time zone), a timestamp with its zone, 30d, "
    "or last: what is new since the last run.",
    "DATE",
    _PERIOD,
)
Since = Annotated[str, _SINCE]
IfSince = Annotated[str | None, _SINCE]
Until = Annotated[str | None, option("Up to when. Default: now.", "DATE", _PERIOD)]
Resource = Annotated[
    str,
    option(
        "Which records, with commas: customers, orders, checkouts. Default: customers,orders.",
        "NAMES",
        _PERIOD,
    ),
]
Limit = Annotated[
    int | None, option("A sample: so many records of each resource.", "N", _PERIOD, _number)
]
PastUntil = Annotated[
    bool,
    flag("--past-until", "Let --since last go on where the first run had --until.", _PERIOD),
]
Out = Annotated[
    str | None,
    option(
        "The file to write, or - for standard output. Default: events.ndjson; "
        "with --since last a name with the end of the period.",
        "FILE",
        _OUTPUT,
    ),
]
Job = Annotated[str | None, option("The job's name. Default: the shop.", "NAME", _OUTPUT)]
Named = Annotated[str | None, option("Only this job.", "NAME", "Options")]
Restart = Annotated[
    bool, flag("--restart", "Begin anew; what was written before is renamed.", _OUTPUT)
]
Quiet = Annotated[bool, flag("--quiet", "Say nothing but errors.", _TALK)]
Json = Annotated[bool, flag("--json", "Give the result as one JSON object.", _TALK)]
