"""Draws how far recordings are: a bar for each step on a terminal, in a log a line now and then."""

from __future__ import annotations

from typing import NoReturn

from rich.console import Console
from rich.text import Text
from tqdm import tqdm

from littlerelay.clock import Clock
from littlerelay.progress import Finished, Replaying

from . import bars, summary
from .console import facts
from .text import clean, count, share, size

_EVERY = 30.0  # seconds between lines
_FITTED = 0.001  # seconds before a bar is drawn: once its text fits
_UNITS = {"reads": "B", "maps": " records", "writes": " events"}


class RecordingView:
    """Draws what a run of recordings tells; with ``sums_up`` it ends with the result's tables."""

    def __init__(self, out: Console, clock: Clock, *, is_screen: bool, sums_up: bool) -> None:
        self._out = out
        self._clock = clock
        self._is_screen = is_screen
        self._sums_up = sums_up
        self._bar: tqdm[NoReturn] | None = None
        self._latest: Replaying | None = None
        self._told = clock.monotonic()

    def show(self, value: Replaying | Finished) -> None:
        """Draw one value."""
        if isinstance(value, Replaying):
            self._advance(value)
            return
        was_drawn = self._latest is not None
        self._latest = None
        self.close()
        if self._sums_up:
            if was_drawn:
                self._out.print()
            summary.draw_result(value, self._out)

    def close(self) -> None:
        """Take the bar away; leave the last figures, if any, where it ends without a result."""
        if self._bar is not None:
            self._bar.close()
            self._bar = None
        if self._latest is not None and self._latest.records:
            self._out.print(Text(clean(line(self._latest))))

    def _advance(self, now: Replaying) -> None:
        before, self._latest = self._latest, now
        if before is None:
            self._out.print(facts([("output", now.output)]))
        if before is None or before.step != now.step:
            self._begin(now)
        if self._bar is not None and self._is_screen:
            self._bar.set_postfix_str(_figures(now), refresh=False)
            bars.fit(self._bar, now.position, self._out.width)
            self._bar.update(now.position - self._bar.n)
        elif self._clock.monotonic() - self._told >= _EVERY:
            self._told = self._clock.monotonic()
            self._out.print(Text(clean(line(now))))

    def _begin(self, now: Replaying) -> None:
        if self._bar is not None:
            self._bar.close()
        self._bar = tqdm(
            desc=now.step,
            total=now.size,
            initial=now.position,
            unit=_UNITS[now.step],
            unit_scale=True,
            leave=False,
            disable=not self._is_screen,
            file=self._out.file,
            dynamic_ncols=True,
            delay=_FITTED,
        )


def line(now: Replaying) -> str:
    """Say how far a step is: ``reads 12.4 MB of 40.0 MB (31%), 2,310 records``."""
    written = size if now.step == "reads" else count
    far = f"{now.step} {written(now.position)} of {written(now.size)}"
    return f"{far} ({share(now.position, now.size)}), {_figures(now)}"


def _figures(now: Replaying) -> str:
    parts = [f"{count(now.records)} records"]
    if now.rejected:
        parts.append(f"{count(now.rejected)} rejected")
    return ", ".join(parts)
