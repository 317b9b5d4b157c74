"""Draws the catalogue: all events as a table, and one event as a page."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from functools import partial
from itertools import zip_longest
from textwrap import wrap
from typing import Any

from rich.console import Console
from rich.text import Text

from .console import facts

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
_GAP = "  "  # between two cells
_fold = partial(wrap, break_long_words=False, break_on_hyphens=False)


def draw_events(events: Iterable[Mapping[str, Any]], out: Console) -> None:
    """Draw the events, one a row."""
    rows = [[one["event"], one["type"], one["made_from"], one["relay"]] for one in events]
    _draw_table(["event", "type", "made from", "relay"], rows, out)


def draw_event(event: Mapping[str, Any], out: Console) -> None:
    """Draw one event: what it is, what it holds and from where, and a sample."""
    out.print(Text(event["event"], style="bold"))
    out.print(Text(_plain(event["description"])))
    out.print()
    out.print(facts((label, _plain(event[key])) for label, key in _FACTS.items() if key in event))
    for heading, part in _PARTS.items():
        if part in event:
            out.print()
            rows = [[one["name"], one["type"], one["from"]] for one in event[part]]
            _draw_table([heading, "type", "from"], rows, out)
    if event["sample"]:
        out.print()
        out.print(Text("a sample, of an invented shop", style="dim"))
        out.print(json.dumps(event["sample"], indent=2))  # as it is, to be copied


def _draw_table(heading: list[str], rows: Iterable[list[str]], out: Console) -> None:
    """Draw a table: folded at words to the width of a terminal; elsewhere a row is one line."""
    lines = [heading, *(list(map(_plain, row)) for row in rows)]
    widths = _widths(lines, out.width if out.is_terminal else None)
    for number, line in enumerate(lines):
        for text in _beside(line, widths) if widths else _below(line, out.width):
            out.print(Text(text, style="" if number else "dim"))


def _widths(lines: list[list[str]], room: int | None) -> list[int]:
    """Give each column as much as it takes, the widest less; none where a word would be cut."""
    columns = list(zip(*lines, strict=True))
    widths = [max(map(len, column)) for column in columns]
    least = [max(len(word) for cell in column for word in cell.split()) for column in columns]
    while room is not None and sum(widths) + len(_GAP) * (len(widths) - 1) > room:
        wide = [place for place, width in enumerate(widths) if width > least[place]]
        if not wide:
            return []
        widths[max(wide, key=widths.__getitem__)] -= 1
    return widths


def _beside(line: list[str], widths: list[int]) -> Iterator[str]:
    """Give a row as lines of text, its cells side by side."""
    for parts in zip_longest(*map(_fold, line, widths), fillvalue=""):
        yield _GAP.join(map(str.ljust, parts, widths)).rstrip()


def _below(line: list[str], room: int) -> Iterator[str]:
    """Give a row as lines of text, its last cell below the others."""
    *others, last = line
    yield _GAP.join(others)
    yield from (f"{_GAP}{_GAP}{text}" for text in _fold(last, max(1, room - 2 * len(_GAP))))


def _plain(text: str) -> str:
    return text.replace("`", "")
