"""Draws the settings on a terminal."""

from __future__ import annotations

from rich.console import Console
from rich.table import Table
from rich.text import Text

from littlerelay.meaning import text

from .console import Facts, facts
from .setting_texts import Rows
from .text import clean


def draw_settings(rows: Rows, head: Facts, out: Console) -> None:
    """Draw each setting with its value and where that comes from; defaults stand back."""
    table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False, header_style="dim")
    for heading in ("setting", "value", "from"):
        table.add_column(heading, overflow="fold")
    for name, (value, place) in rows.items():
        style = "dim" if place in ("", "default") else ""
        cells = (name, clean(text(value)), clean(place))
        table.add_row(*(Text(cell, style=style) for cell in cells))
    out.print(facts(head), soft_wrap=False)
    out.print()
    out.print(table, soft_wrap=False)
