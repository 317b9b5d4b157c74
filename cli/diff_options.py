"""Defines the options of `relay diff`."""

from __future__ import annotations

import re
from typing import Annotated, Any

import typer

from .options import flag, mode, option, rate

_WHAT = "What is compared"
_SHOWN = "What is shown"
_SHOP = "A shop, compared with earlier files"

_SAVED = "What is saved"
_MOST = 1_000_000


def _samples(value: str) -> int:
    if not re.fullmatch("[0-9]{1,7}", value) or int(value) > _MOST:
        raise typer.BadParameter(f"it is no number from 0 to {_MOST:,}.")
    return int(value)


def _outcome(value: str) -> str:
    if value not in ("new", "changed", "gone", "same"):
        raise typer.BadParameter("it is none of new, changed, gone and same.")
    return value


Files = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="OLD NEW",
        help="Two files of events (plain, .gz or .zst); with --since, more files for --against.",
        show_default=False,
    ),
]
Event = Annotated[
    list[str] | None,
    option("Only this event, or type (identify ...); may be repeated.", "NAME", _WHAT),
]
Only = Annotated[
    Any,
    option("Show only what is new, changed, gone or same.", "OUTCOME", _SHOWN, _outcome),
]
Samples = Annotated[
    int | None,
    option("Show so many messages of each outcome. Default: 5.", "N", _SHOWN, _samples),
]
Full = Annotated[bool, flag("--full", "Show every message that is new, changed or gone.", _SHOWN)]
Zone = Annotated[
    str | None,
    option("The time zone of the months, as in Europe/Berlin. Default: UTC.", "ZONE", _SHOWN),
]
StrictGone = Annotated[
    bool, flag("--strict-gone", "End with 10 where something is gone, too.", _SHOWN)
]
Save = Annotated[
    str | None,
    option(
        "Write what is new or changed to this file, for `relay replay`. It must not exist.",
        "FILE",
        _SAVED,
    ),
]
Resend = Annotated[
    str | None,
    option(
        "Give what is changed fresh ids in that file, made of the old ids and this text: Segment "
        "then takes it for new, so that a track event counts beside the one it saw before.",
        "EPOCH",
        _SAVED,
    ),
]
Rate = Annotated[
    float | None,
    option(
        "Messages a second, for the time that sending is told to take. Default: 800.",
        "N",
        _SHOWN,
        rate,
    ),
]
Since = Annotated[
    str | None,
    option(
        "Read a shop, from when: 2024-01-31 (midnight in the shop's time zone), a timestamp with "
        "its zone, or 30d.",
        "DATE",
        _SHOP,
    ),
]
Against = Annotated[
    list[str] | None,
    option(
        "Earlier files of events, taken in the order of their runs: the last line of a messageId "
        "counts. Default: the job's last output.",
        "FILE...",
        _SHOP,
    ),
]
Resource = Annotated[
    str | None,
    option(
        "Which records, with commas: customers, orders, checkouts, subscriptions, contracts. "
        "Default: customers,orders.",
        "NAMES",
        _SHOP,
    ),
]
Mode = Annotated[
    Any,
    option("How records are read: by pages, in bulk operations, or auto.", "MODE", _SHOP, mode),
]
