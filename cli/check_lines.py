"""Draws the lines of a check, one below the other."""

from __future__ import annotations

from rich.console import Console
from rich.text import Text

from littlerelay.progress import Checked

from .text import clean

_STYLES = {"ok": "green", "failed": "bold red", "skipped": "dim"}
_STATE, _NAME = 9, 15  # columns: the longest word of each and a gap


def draw_checked(line: Checked, out: Console) -> None:
    """Draw one line and, of a failed one, what to do below it."""
    detail = Text(clean(line.detail), style="dim" if line.state == "skipped" else "")
    state = (line.state.ljust(_STATE), _STYLES[line.state])
    out.print(Text.assemble(state, clean(line.name).ljust(_NAME), detail))
    if line.remedy:
        out.print(Text.assemble(" " * (_STATE + _NAME), ("hint: ", "bold"), clean(line.remedy)))
