"""Draws files that are sent: a bar of bytes on a terminal, in a log a line every 30 seconds."""

from __future__ import annotations

from rich.console import Console
from rich.text import Text

from littlerelay.clock import Clock
from littlerelay.progress import Delivering, Sending, Sent, Waiting

from .byte_bar import ByteBar
from .console import facts
from .sent_texts import late, sent_summary, sent_total
from .text import clean, count, duration, share, size

_EVERY = 30.0  # seconds between lines
_LONG = 5.0  # seconds of a wait that somebody would wonder about


class SendingView:
    """Draws what a delivery tells; with ``sums_up`` each file ends with what it came to."""

    def __init__(self, out: Console, clock: Clock, *, is_screen: bool, sums_up: bool) -> None:
        self._out = out
        self._clock = clock
        self._is_screen = is_screen
        self._sums_up = sums_up
        self._bar: ByteBar | None = None
        self._told = clock.monotonic()
        self._latest: Sending | None = None
        self._first: Sending | None = None
        self._target = ""
        self._results: list[Sent] = []

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
                is_headed, self._latest = self._latest is not None, None
                self._take_away()
                self._results.append(value)
                if self._sums_up:
                    self._out.print(sent_summary(value, is_headed=is_headed))

    def close(self) -> None:
        """Take the bar away; leave the last figures where it ends without a result."""
        self._take_away()
        if self._sums_up and len(self._results) > 1:
            self._out.print(sent_total(self._results))

    def _take_away(self) -> None:
        if self._bar is not None:
            self._bar.close()
            self._bar = None
        if self._latest is not None:
            self._tell(self._latest)
            self._latest = None

    def _begin(self, sending: Sending) -> None:
        target = "" if sending.target == self._target else sending.target
        self._out.print(facts([("file", sending.file), ("target", target)]))
        self._first, self._target = sending, sending.target
        if sending.accepted or sending.refused:
            self._line(f"continues after {count(sending.accepted)} accepted by the API")
        if sending.late is not None:
            self._line(late(sending.late))
        self._told = self._clock.monotonic()
        if self._is_screen:
            self._bar = ByteBar(self._out.file, self._clock, sending.size, sending.position)

    def _advance(self, sending: Sending) -> None:
        if self._bar is not None and self._first is not None:
            done = sending.accepted - self._first.accepted
            self._bar.show(_cells(sending), sending.position, done, self._out.width)
        if not self._is_screen and self._clock.monotonic() - self._told >= _EVERY:
            self._told = self._clock.monotonic()
            self._tell(sending)

    def _tell(self, sending: Sending) -> None:
        self._line(f"{_share(sending)}{_figures(sending)}")

    def _wait(self, waiting: Waiting) -> None:
        if waiting.seconds >= _LONG:
            self._line(f"waits {duration(waiting.seconds)}: {waiting.reason}")

    def _line(self, text: str) -> None:
        if self._bar is not None:
            self._bar.clear()
        self._out.print(Text(clean(text)))


def _figures(sending: Sending) -> str:
    done, figures = _cells(sending)
    number, _, rest = figures.partition(", ")
    return f"{number} {done}{', ' if rest else ''}{rest}"


def _cells(sending: Sending) -> tuple[str, str]:
    """Give what is done with messages, and how many: ``accepted``, ``1,031, 2 refused``."""
    refused = f", {count(sending.refused)} refused" if sending.refused else ""
    return "accepted" if sending.is_posted else "written", f"{count(sending.accepted)}{refused}"


def _share(sending: Sending) -> str:
    if not sending.size:
        return f"{size(sending.position)}, " if sending.position else ""
    read = f"{size(sending.position)} of {size(sending.size)}"
    return f"{read} ({share(sending.position, sending.size)}), "
