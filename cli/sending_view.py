"""Draws files that are sent: a bar of bytes on a terminal, in a log a line every 30 seconds."""

from __future__ import annotations

from typing import NoReturn

from rich.console import Console
from rich.text import Text
from tqdm import tqdm

from littlerelay.clock import Clock
from littlerelay.progress import Delivering, Sending, Sent, Waiting

from . import bars
from .console import facts
from .sent_texts import late, sent_summary
from .text import clean, count, duration, share, size

_EVERY = 30.0  # seconds between lines
_FITTED = 0.001  # seconds before a bar is drawn: once its text fits
_LONG = 5.0  # seconds of a wait that somebody would wonder about


class SendingView:
    """Draws what a delivery tells; with ``sums_up`` each file ends with what it came to."""

    def __init__(self, out: Console, clock: Clock, *, is_screen: bool, sums_up: bool) -> None:
        self._out = out
        self._clock = clock
        self._is_screen = is_screen
        self._sums_up = sums_up
        self._bar: tqdm[NoReturn] | None = None
        self._told = clock.monotonic()
        self._latest: Sending | None = None

    def show(self, value: Delivering) -> None:
        """Draw one value."""
        match value:
            case Sending():
                self._latest = value
                if value.begins:
                    self._begin(value)
                self._advance(value)
            case Waiting():
                self._wait(value)
            case Sent():
                self._latest = None
                self.close()
                if self._sums_up:
                    self._out.print(sent_summary(value))

    def close(self) -> None:
        """Take the bar away; leave the last figures where it ends without a result."""
        if self._bar is not None:
            self._bar.close()
            self._bar = None
        if self._latest is not None:
            self._tell(self._latest)

    def _begin(self, sending: Sending) -> None:
        self._out.print(facts([("file", sending.file), ("target", sending.target)]))
        if sending.accepted or sending.refused:
            self._line(f"continues after {count(sending.accepted)} accepted by the API")
        if sending.late is not None:
            self._line(late(sending.late))
        self._told = self._clock.monotonic()
        self._bar = tqdm(
            total=sending.size,
            initial=sending.position,
            unit="B",
            unit_scale=True,
            leave=False,
            disable=not self._is_screen,
            file=self._out.file,
            dynamic_ncols=True,
            delay=_FITTED,
        )

    def _advance(self, sending: Sending) -> None:
        if self._bar is not None and self._is_screen:
            self._bar.set_postfix_str(_figures(sending), refresh=False)
            bars.fit(self._bar, sending.position, self._out.width)
            self._bar.update(sending.position - self._bar.n)
        if not self._is_screen and self._clock.monotonic() - self._told >= _EVERY:
            self._told = self._clock.monotonic()
            self._tell(sending)

    def _tell(self, sending: Sending) -> None:
        self._line(f"{_share(sending)}{_figures(sending)}")

    def _wait(self, waiting: Waiting) -> None:
        if waiting.seconds >= _LONG:
            self._line(f"waits {duration(waiting.seconds)}: {waiting.reason}")

    def _line(self, text: str) -> None:
        if self._bar is not None and self._is_screen:
            self._bar.clear()
        self._out.print(Text(clean(text)))


def _figures(sending: Sending) -> str:
    parts = [f"{count(sending.accepted)} {'accepted' if sending.is_posted else 'written'}"]
    if sending.refused:
        parts.append(f"{count(sending.refused)} refused")
    return ", ".join(parts)


def _share(sending: Sending) -> str:
    if not sending.size:
        return f"{size(sending.position)}, " if sending.position else ""
    read = f"{size(sending.position)} of {size(sending.size)}"
    return f"{read} ({share(sending.position, sending.size)}), "
