"""Draws a run on a terminal: a bar for each resource, and a line of what goes on beneath."""

from __future__ import annotations

import math

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from littlerelay.clock import Clock
from littlerelay.progress import Advanced, Bucket, Finished, Gathering, Sending, Started, Waiting

from .meter import Meter
from .plain import PlainView, gathers, pace, waits
from .text import clean, count, share, size

_REFRESHES = 4  # a second
_ROOM_FOR_BARS = 70  # columns
_NO_WAIT = ("", 0.0)  # the reason of a wait, and when it ends


class LiveView(PlainView):
    """Draws the figures anew a few times a second, and takes them away at the end."""

    def __init__(self, out: Console, clock: Clock, *, sums_up: bool) -> None:
        super().__init__(out, clock, sums_up=sums_up)
        self._live: Live | None = None
        self._waiting = _NO_WAIT

    def begin(self, started: Started) -> None:
        """Say what runs, and put the view beneath."""
        super().begin(started)
        self._out.print()
        self._waiting = _NO_WAIT
        self._start()

    def advance(self, advanced: Advanced) -> None:
        """Let the next refresh draw new figures; no lines are told beside them."""
        self._waiting = _NO_WAIT
        self._told = self._clock.monotonic()
        super().advance(advanced)

    def send(self, sending: Sending) -> None:
        """Let the next refresh draw new figures of the delivery."""
        self._told = self._clock.monotonic()
        super().send(sending)

    def wait(self, waiting: Waiting) -> None:
        """Let the view count a wait down."""
        self._waiting = (waiting.reason, self._clock.monotonic() + waiting.seconds)
        self._start()

    def gather(self, gathering: Gathering) -> None:
        """Let the next refresh draw how much Shopify has gathered."""
        self._told = self._clock.monotonic()
        super().gather(gathering)
        self._start()

    def finish(self, finished: Finished) -> None:
        """Take the view away, and sum up."""
        self._stop()
        super().finish(finished)

    def close(self) -> None:
        """Take the view away; leave the last figures if the run ended without a result."""
        self._stop()
        super().close()

    def _start(self) -> None:
        if self._live is None:
            self._live = Live(
                console=self._out,
                get_renderable=self._drawn,
                refresh_per_second=_REFRESHES,
                transient=True,
                redirect_stdout=False,
                redirect_stderr=False,
            )
            self._live.start(refresh=True)

    def _stop(self) -> None:
        if self._live is not None:
            self._live.stop()
            self._live = None

    def _drawn(self) -> RenderableType:
        parts = [bars(self._meter, self._out.width)] if self._meter else []
        return Group(*parts, self._beneath())

    def _beneath(self) -> Text:
        latest = self._meter.latest.get(self._meter.current or "") if self._meter else None
        parts = activity(latest) if latest else []
        if self._meter and self._meter.gathering:
            parts.append(gathers(self._meter.gathering))
        reason, end = self._waiting
        left = math.ceil(end - self._clock.monotonic())
        if left > 0:
            parts.append(waits(reason, left))
        return Text(clean(" · ".join(parts)), style="dim")


def activity(latest: Advanced) -> list[str]:
    """Name what has been written and rejected, and how full Shopify's bucket is."""
    parts = [size(latest.bytes)]
    if latest.rejected:
        parts.append(f"{count(latest.rejected)} rejected")
    if latest.bucket:
        parts.append(bucket_state(latest.bucket))
    return parts


def bucket_state(bucket: Bucket) -> str:
    """Say how many points Shopify's bucket holds, and how fast it fills."""
    have, most = count(round(bucket.available)), count(round(bucket.maximum))
    return f"bucket {have}/{most} +{bucket.restore_rate:.0f}/s"


def bars(meter: Meter, width: int) -> Table:
    """Draw a row for each resource; a narrow terminal has figures and no bars."""
    is_wide = width >= _ROOM_FOR_BARS
    table = Table.grid(padding=(0, 2, 0, 0), expand=is_wide, pad_edge=False)
    table.add_column(no_wrap=True)
    if is_wide:
        table.add_column(ratio=1)
    for _ in ("read", "share"):
        table.add_column(justify="right", no_wrap=True)
    table.add_column(no_wrap=True, min_width=18 if is_wide else None)
    for resource in meter.resources():
        bar = [_bar(meter, resource)] if is_wide else []
        table.add_row(Text(clean(resource)), *bar, *_figures(meter, resource))
    if meter.gathering is not None:
        bar = [_gathered_bar(meter.gathering)] if is_wide else []
        table.add_row(Text("gathered"), *bar, *_gathered_figures(meter, meter.gathering))
    if meter.sending is not None:
        bar = [_sent_bar(meter, meter.sending)] if is_wide else []
        table.add_row(Text("accepted"), *bar, *_sent_figures(meter, meter.sending))
    return table


def _figures(meter: Meter, resource: str) -> list[Text]:
    """Give the cells beside a bar: how many of how many, the share, the pace."""
    total = meter.started.totals.get(resource)
    read = meter.read(resource)
    known = [count(read), ""]
    if total or (total == 0 and not read):
        known = [_of(read, total), share(read, total)]
    speed = "  ".join(pace(meter.rate(), meter.eta())) if resource == meter.current else ""
    return [*(Text(cell) for cell in known), Text(speed, style="dim")]


def _gathered_figures(meter: Meter, gathering: Gathering) -> list[Text]:
    """Give the cells of what Shopify gathers: how many of the period's records, and the pace."""
    roots, counted = gathering.roots, gathering.counted
    speed = "  ".join(pace(meter.gathered_rate(), meter.gathered_eta()))
    return [Text(_of(roots, counted)), Text(share(roots, counted)), Text(speed, style="dim")]


def _gathered_bar(gathering: Gathering) -> RenderableType:
    done = min(gathering.roots, gathering.counted)
    return ProgressBar(gathering.counted, done, complete_style="yellow", finished_style="yellow")


def _sent_figures(meter: Meter, sending: Sending) -> list[Text]:
    """Give the cells of the delivery: how many of the events that were written, and the pace."""
    known = [_of(sending.accepted, meter.events()), share(sending.accepted, meter.events())]
    if not meter.events():
        known = [count(sending.accepted), ""]
    speed = "  ".join(pace(meter.sent_rate(), meter.sent_eta()))
    return [*(Text(cell) for cell in known), Text(speed, style="dim")]


def _sent_bar(meter: Meter, sending: Sending) -> RenderableType:
    total = meter.events()
    if not total:
        return Text()
    done = min(sending.accepted, total)
    return ProgressBar(total, done, complete_style="magenta", finished_style="green")


def _of(read: int, total: int) -> str:
    return f"{count(read)} of {count(total)}"


def _bar(meter: Meter, resource: str) -> RenderableType:
    total = meter.started.totals.get(resource)
    if not total:
        return Text()
    done = min(meter.read(resource), total)
    return ProgressBar(total, done, complete_style="cyan", finished_style="green")
