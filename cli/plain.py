"""Draws a run as plain lines, for a log: what runs, then how far it is every 30 seconds."""

from __future__ import annotations

from collections.abc import Mapping

from rich.console import Console
from rich.text import Text

from littlerelay.clock import Clock
from littlerelay.progress import (
    Advanced,
    Finished,
    Gathering,
    Noted,
    Progress,
    Reached,
    Sending,
    Sent,
    Stalled,
    Started,
    Waiting,
)

from . import summary
from .console import facts
from .meter import Meter
from .sent_texts import late, sent_summary
from .text import clean, count, duration, period, share, size, so_far

_EVERY = 30.0  # seconds between lines
_LONG = 5.0  # seconds of a wait that a reader of the log would wonder about


class PlainView:
    """Draws what a run tells as lines that a log can keep.

    With ``sums_up`` it ends with the result's tables.
    """

    def __init__(self, out: Console, clock: Clock, *, sums_up: bool) -> None:
        self._out = out
        self._clock = clock
        self._sums_up = sums_up
        self._meter: Meter | None = None
        self._told = clock.monotonic()
        self._has_news = False
        self._is_posted = False
        self._summed_up = ""  # the output of the run whose result was drawn last

    def show(self, value: Progress) -> None:
        """Draw one value, or keep it for the next line."""
        match value:
            case Started():
                self.begin(value)
            case Advanced():
                self.advance(value)
            case Waiting():
                self.wait(value)
            case Gathering():
                self.gather(value)
            case Noted():
                self._line(value.text)
            case Finished():
                self.finish(value)
            case Sending():
                self.send(value)
            case Sent():
                self.sum_up_sent(value)
            case Stalled():
                self._line(f"sending stopped, the run goes on: {value.reason}")

    def begin(self, started: Started) -> None:
        """Say what runs."""
        self._meter = Meter(started, self._clock.monotonic)
        self._out.print(header(started))
        if started.reached is not None:
            self._line(continues(started.reached, started.totals))
        self._told = self._clock.monotonic()

    def advance(self, advanced: Advanced) -> None:
        """Take in new figures, and tell of them when it is time."""
        if self._meter is None:
            return
        self._meter.take(advanced)
        self._has_news = True
        if self._clock.monotonic() - self._told >= _EVERY:
            self._tell()

    def send(self, sending: Sending) -> None:
        """Take in how much was sent, and tell of it when it is time."""
        self._is_posted = True
        if self._meter is None:
            return
        if sending.begins:
            self._line(f"sends to {sending.target}, {count(sending.accepted)} accepted before")
            if sending.late is not None:
                self._line(late(sending.late))
        self._meter.take_sent(sending)
        self._has_news = True
        if self._clock.monotonic() - self._told >= _EVERY:
            self._tell()

    def sum_up_sent(self, sent: Sent) -> None:
        """Say what became of what was sent."""
        self._has_news = False
        if self._sums_up:
            self._out.print()
            is_headed = sent.file == self._summed_up and not sent.is_cleared
            self._out.print(sent_summary(sent, is_headed=is_headed))

    def wait(self, waiting: Waiting) -> None:
        """Tell of a long wait, and of every wait before the run has begun."""
        if waiting.seconds >= _LONG or self._meter is None:
            self._line(waits(waiting.reason, waiting.seconds))

    def gather(self, gathering: Gathering) -> None:
        """Take in what Shopify gathers, and tell of it when it is time."""
        if self._meter:
            self._meter.take_gathering(gathering)
        if self._clock.monotonic() - self._told >= _EVERY:
            self._line(gathers(gathering))
            self._told = self._clock.monotonic()

    def finish(self, finished: Finished) -> None:
        """Sum up."""
        self._has_news = False
        if self._sums_up:
            if self._meter:
                self._out.print()
            summary.draw_result(finished, self._out, is_posted=self._is_posted)
            self._summed_up = finished.output

    def close(self) -> None:
        """Tell the last figures, if the run ended without a result."""
        if self._has_news:
            self._tell()

    def _tell(self) -> None:
        if self._meter:
            self._line(line(self._meter))
        self._told = self._clock.monotonic()
        self._has_news = False

    def _line(self, text: str) -> None:
        self._out.print(Text(clean(text)))


def header(started: Started) -> Text:
    """Say what runs, over which period, to where, and what is left out and why."""
    return facts(
        [
            ("job", started.job),
            ("shop", started.shop),
            ("period", period(started.since, started.until, started.new_since)),
            ("output", "standard output" if started.output == "-" else started.output),
            ("left out", "; ".join(started.left_out)),
        ]
    )


def continues(at: Reached, totals: Mapping[str, int | None]) -> str:
    """Say where a run goes on that was stopped before."""
    before = f", created before {at.position}" if at.position else ""
    return f"continues at {progress(at.resource, at.read, totals)}{before}"


def line(meter: Meter) -> str:
    """Sum up the resource that is being read: ``orders 12,400 of 98,000 (12%), 310/s ...``."""
    if meter.current is None:
        return sent(meter) or "nothing read yet"
    latest = meter.latest[meter.current]
    parts = (
        progress(latest.resource, latest.read, meter.started.totals),
        *pace(meter.rate(), meter.eta()),
        size(latest.bytes),
        f"{count(latest.rejected)} rejected" if latest.rejected else "",
        sent(meter),
    )
    return ", ".join(part for part in parts if part)


def sent(meter: Meter) -> str:
    """Say how much of what was written is accepted: ``400 of 1,200 accepted, 100/s, ETA 8s``."""
    sending = meter.sending
    if sending is None:
        return ""
    of = f" of {count(meter.events())}" if meter.events() else ""
    refused = [f"{count(sending.refused)} refused"] if sending.refused else []
    rates = pace(meter.sent_rate(), meter.sent_eta())
    return ", ".join([f"{count(sending.accepted)}{of} accepted", *refused, *rates])


def pace(rate: float | None, eta: float | None) -> list[str]:
    """Give how many a second and the time left, where they are known."""
    if not rate:
        return []
    speed = f"{rate:,.0f}/s" if rate >= 1 else "under 1/s"
    return [speed, f"ETA {duration(eta)}"] if eta and eta >= 1 else [speed]


def progress(resource: str, read: int, totals: Mapping[str, int | None]) -> str:
    """Say how far a resource is: ``orders 12,400 of 98,000 (12%)``."""
    return f"{resource} {so_far(read, totals.get(resource))}"


def gathers(gathering: Gathering) -> str:
    """Say what Shopify gathers, or how much of it is here."""
    what = f"{gathering.resource} of {gathering.period}"
    if gathering.fetched is not None:
        return f"fetches {what}: {size(gathering.fetched)}"
    gathered = f"{count(gathering.roots)} of {count(gathering.counted)}"
    return f"Shopify gathers {what}: {gathered} ({share(gathering.roots, gathering.counted)})"


def waits(reason: str, seconds: float) -> str:
    """Say why a run waits, and how long."""
    return f"waits {duration(seconds)}: {reason}"
