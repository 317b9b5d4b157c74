"""Defines the options of `relay reconcile`."""

from __future__ import annotations

from typing import Annotated

import typer

from .options import flag, option

_WHAT = "What is compared"

Files = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="FILE...",
        help="Files of events (plain, .gz or .zst). Default: the job's last output.",
        show_default=False,
    ),
]
Since = Annotated[
    str | None,
    option(
        "From when: 2024-01-31 (midnight in the shop's time zone), a timestamp with its zone, or "
        "30d. Default: the start of the run that wrote the file.",
        "DATE",
        _WHAT,
    ),
]
Until = Annotated[str | None, option("Up to when. Default: the end of that run.", "DATE", _WHAT)]
Resource = Annotated[
    str | None,
    option(
        "Only these, with commas: customers, orders (with refunds and fulfillments).",
        "NAMES",
        _WHAT,
    ),
]
Job = Annotated[
    str | None, option("The job whose last output is meant. Default: the shop.", "NAME", _WHAT)
]
Full = Annotated[
    bool, flag("--full", "Name every difference, and show every month.", "What is shown")
]
