"""Gives the terminal as something to draw on, and the lines of labels that all drawings share."""

from __future__ import annotations

import sys
from collections.abc import Iterable

from rich.console import Console
from rich.text import Text

from .text import clean

Facts = Iterable[tuple[str, str]]

_WIDE = 160  # columns, where no terminal says how many


def console(*, errors: bool = True) -> Console:
    """Give standard error, or standard output, as something to draw on."""
    stream = sys.stderr if errors else sys.stdout
    return Console(
        file=stream,
        width=None if stream.isatty() else _WIDE,
        markup=False,
        emoji=False,
        highlight=False,
        soft_wrap=True,
    )


def facts(rows: Facts) -> Text:
    """Lay out labels and their values, one a line; an empty value leaves its line out."""
    shown = [(label, clean(value)) for label, value in rows if value]
    width = max((len(label) for label, _ in shown), default=0)
    lines = (Text.assemble((label.ljust(width + 2), "dim"), value) for label, value in shown)
    return Text("\n").join(lines)
