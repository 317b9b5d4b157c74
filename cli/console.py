"""Gives the terminal as something to draw on, and the lines of labels that all drawings share."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from functools import partial
from itertools import accumulate
from textwrap import TextWrapper
from typing import Any

from rich.console import Console
from rich.text import Text

from .text import clean

Facts = Iterable[tuple[str, str]]

_AT_WORDS = partial(
    TextWrapper,
    break_long_words=False,
    break_on_hyphens=False,
    drop_whitespace=False,
    expand_tabs=False,
    replace_whitespace=False,
)
_WIDE = 160  # columns, where no terminal says how many


class Screen(Console):
    """A terminal that cuts no word: a line that is too long goes on beneath, after its label.

    A word that is longer than the terminal, a path perhaps, stays whole, to be copied. What is no
    terminal gets each line as it is.
    """

    def print(self, *objects: Any, **how: Any) -> None:
        """Print, with the lines of texts folded."""
        shown = [self._folded(one) if isinstance(one, Text) else one for one in objects]
        super().print(*(shown if self.is_terminal else objects), **how)

    def _folded(self, text: Text) -> Text:
        lines = (self._hung(line) for line in text.split("\n", allow_blank=True))
        return Text("\n").join(lines)

    def _hung(self, line: Text) -> Text:
        """Fold one line; what goes on stands beneath what followed its label."""
        if line.cell_len <= self.width:
            return line
        label = next((span.end for span in line.spans if span.start == 0), 0)
        indent = label if label < self.width // 2 else 0
        head, rest = line.divide([indent]) if indent else (Text(), line)
        lines = _AT_WORDS(width=self.width - indent).wrap(rest.plain)
        parts = rest.divide([*accumulate(map(len, lines))][:-1])
        return head + Text("\n" + " " * indent).join(map(_stripped, parts))


def _stripped(text: Text) -> Text:
    plain = text.plain
    return text[len(plain) - len(plain.lstrip()) : len(plain.rstrip())]


def console(*, errors: bool = True) -> Console:
    """Give standard error, or standard output, as something to draw on."""
    stream = sys.stderr if errors else sys.stdout
    return Screen(
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
