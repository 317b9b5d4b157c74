"""Draws the catalogue: all events as a table, and one event as a page."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

# How a page labels what is told of an event.
_FACTS = {
    "type": "type",
    "made from": "made_from",
    "relay makes it": "relay",
    "timestamp": "timestamp",
    "fact in its messageId": "fact",
}
_PARTS = {
    "property": "properties",
    "each of the products": "product_properties",
    "each of the items": "item_properties",
    "trait": "traits",
}


def draw_events(events: Iterable[Mapping[str, Any]], out: Console) -> None:
    """Draw the events, one a row."""
    rows = [[one["event"], one["type"], one["made_from"], one["relay"]] for one in events]
    _table(rows, out, ("event", "type", "made from", "relay"))


def draw_event(event: Mapping[str, Any], out: Console) -> None:
    """Draw one event: what it is, what it holds and from where, and a sample."""
    out.print(Text(event["event"], style="bold"))
    out.print(Text(_plain(event["description"])), soft_wrap=not out.is_terminal)
    out.print()
    _table([[label, event[key]] for label, key in _FACTS.items() if key in event], out)
    for heading, part in _PARTS.items():
        if part in event:
            out.print()
            rows = [[one["name"], one["type"], one["from"]] for one in event[part]]
            _table(rows, out, (heading, "type", "from"))
    if event["sample"]:
        out.print()
        out.print(Text("a sample, of an invented shop", style="dim"))
        out.print(Text(json.dumps(event["sample"], indent=2)))


def _table(rows: Iterable[list[str]], out: Console, heading: Sequence[str] | None = None) -> None:
    """Draw a table: folded to the width of a terminal; elsewhere a row is one line."""
    cells = [list(map(_plain, row)) for row in rows]
    if out.is_terminal:
        out.print(_folded(cells, heading), soft_wrap=False)
        return
    lines = [list(heading), *cells] if heading else cells
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    for line in lines:
        padded = (cell.ljust(width) for cell, width in zip(line, widths, strict=True))
        out.print(Text("  ".join(padded).rstrip()))


def _folded(rows: list[list[str]], heading: Sequence[str] | None) -> Table:
    table = Table(
        box=None,
        padding=(0, 2, 0, 0),
        pad_edge=False,
        header_style="dim",
        show_header=heading is not None,
    )
    for title in heading or rows[0]:
        table.add_column(title, overflow="fold")
    for first, *others in rows:
        table.add_row(Text(first, style="" if heading else "dim"), *map(Text, others))
    return table


def _plain(text: str) -> str:
    return text.replace("`", "")
