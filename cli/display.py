"""Draws: with the parts it puts together, the only place that writes to the terminal.

What a run tells goes to standard error: as a live view on a terminal, elsewhere (cron, a log) as
one plain line every 30 seconds. Results that were asked for go to standard output. Everything that
came from data or from a user is cleaned first, and no markup in it is interpreted.

Each drawing imports what it draws with: rich and tqdm take long, and most runs draw little.
"""

# ruff: noqa: PLC0415

from __future__ import annotations

import json
import os
import sys
import traceback
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from littlerelay.clock import SYSTEM, Clock
from littlerelay.compare.values import Compared, Comparing, Difference
from littlerelay.errors import Bug
from littlerelay.job_status import JobStatus
from littlerelay.progress import Checked, Delivering, Finished, Progress, Replaying
from littlerelay.reconcile.values import Asking, Finding, Reconciled

from .text import clean, clean_lines

if TYPE_CHECKING:
    from littlerelay.estimates import Estimate

    from .console import Facts
    from .setting_texts import Rows

Show = Callable[[Progress], None]


@contextmanager
def view(*, quiet: bool, sums_up: bool, clock: Clock = SYSTEM) -> Iterator[Show]:
    """Give a function that shows what a run tells; what it draws ends with the block.

    With ``sums_up`` a result is drawn as tables; otherwise somebody else gives it.
    """
    if quiet:
        yield lambda _: None
        return
    from .console import console
    from .live import LiveView
    from .plain import PlainView

    drawn = (LiveView if _is_screen() else PlainView)(console(), clock, sums_up=sums_up)
    try:
        yield drawn.show
    finally:
        drawn.close()


@contextmanager
def sending(
    *, quiet: bool, sums_up: bool, clock: Clock = SYSTEM
) -> Iterator[Callable[[Delivering], None]]:
    """Give a function that shows what a delivery tells; what it draws ends with the block."""
    if quiet:
        yield lambda _: None
        return
    from .console import console
    from .sending_view import SendingView

    drawn = SendingView(console(), clock, is_screen=_is_screen(), sums_up=sums_up)
    try:
        yield drawn.show
    finally:
        drawn.close()


@contextmanager
def replaying(
    *, quiet: bool, sums_up: bool, clock: Clock = SYSTEM
) -> Iterator[Callable[[Replaying | Finished], None]]:
    """Give a function that shows how far recordings are; what it draws ends with the block."""
    if quiet:
        yield lambda _: None
        return
    from .console import console
    from .recording_view import RecordingView

    drawn = RecordingView(console(), clock, is_screen=_is_screen(), sums_up=sums_up)
    try:
        yield drawn.show
    finally:
        drawn.close()


@contextmanager
def comparing(
    *, quiet: bool, is_json: bool, clock: Clock = SYSTEM
) -> Iterator[Callable[[Comparing | Difference | Compared], None]]:
    """Give a function that shows how far a comparison is, and on standard output what it found.

    ``quiet`` leaves both away, but for what is asked for as JSON.
    """
    from .console import console
    from .diff_view import ComparisonView

    drawn = ComparisonView(console(), console(errors=False), clock, quiet=quiet, is_json=is_json)
    try:
        yield drawn.show
    finally:
        drawn.close()


@contextmanager
def reconciling(
    *, quiet: bool, is_json: bool, is_full: bool, clock: Clock = SYSTEM
) -> Iterator[Callable[[Comparing | Asking | Finding | Reconciled], None]]:
    """Give a function that shows how far a proof is, and on standard output what it found.

    ``quiet`` leaves both away, but for faults, and for what is asked for as JSON.
    """
    from .console import console
    from .reconcile_view import ProofView

    errors, out = None if quiet else console(), console(errors=False)
    drawn = ProofView(errors, out, clock, is_json=is_json, is_full=is_full)
    try:
        yield drawn.show
    finally:
        drawn.close()


def _is_screen() -> bool:
    return sys.stderr.isatty() and os.environ.get("TERM", "dumb") != "dumb"


def jobs(statuses: Iterable[JobStatus]) -> None:
    """Show jobs on standard output."""
    from .console import console
    from .summary import draw_jobs

    draw_jobs(statuses, console(errors=False))


def checked(line: Checked) -> None:
    """Show what came of one check on standard output."""
    from .check_lines import draw_checked
    from .console import console

    draw_checked(line, console(errors=False))


def estimate(found: Estimate) -> None:
    """Show what a backfill would bring, on standard output."""
    from .console import console
    from .preview_view import draw_estimate

    draw_estimate(found, console(errors=False))


def events(listed: Iterable[Mapping[str, Any]]) -> None:
    """Show the events of the catalogue on standard output."""
    from .console import console
    from .event_pages import draw_events

    draw_events(listed, console(errors=False))


def event(told: Mapping[str, Any]) -> None:
    """Show one event of the catalogue on standard output."""
    from .console import console
    from .event_pages import draw_event

    draw_event(told, console(errors=False))


def settings(rows: Rows, head: Facts) -> None:
    """Show the settings on standard output."""
    from .console import console
    from .setting_pages import draw_settings

    draw_settings(rows, head, console(errors=False))


def note(label: str, value: str) -> None:
    """Say on standard error what a run is about to heed."""
    from .console import console, facts

    console().print(facts([(label, value)]))


def warning(text: str) -> None:
    """Say on standard error what is likely not meant, and stops nothing."""
    from rich.text import Text

    from .console import console

    console().print(Text(f"warning: {clean(text)}"))


def failure(message: str, hint: str) -> None:
    """Say on standard error what went wrong and what to do."""
    from rich.text import Text

    from .console import console

    out = console()
    out.print(Text.assemble(("error: ", "bold red"), clean(message)))
    if hint:
        out.print(Text.assemble(("hint: ", "bold"), clean(hint)))


def as_json(value: Mapping[str, Any], *, errors: bool = False) -> None:
    """Write one JSON object in plain ASCII: to standard output, or to standard error."""
    stream = sys.stderr if errors else sys.stdout
    stream.write(json.dumps(value, indent=2) + "\n")


def bug(error: BaseException) -> None:
    """Show a bug as one: where it happened and of which kind, with no value of a customer."""
    told = [_traceback(one) for one in _chain(error)]
    sys.stderr.write(clean_lines("\nThen:\n\n".join(told)))
    failure("This is a bug in relay.", "Report it with the lines above.")


def _chain(error: BaseException) -> list[BaseException]:
    """Give an error after those that led to it, as the interpreter tells them."""
    chain: list[BaseException] = []
    one: BaseException | None = error
    while one is not None and one not in chain:
        chain.insert(0, one)
        one = one.__cause__ or (None if one.__suppress_context__ else one.__context__)
    return chain


def _traceback(error: BaseException) -> str:
    """Tell one error; only the words of relay's own invariants are known to hold no value."""
    kind = type(error)
    words = f": {error}" if isinstance(error, Bug) else ""
    frames = traceback.format_tb(error.__traceback__)
    return "".join(
        ["Traceback (most recent call last):\n", *frames, f"{kind.__qualname__}{words}\n"]
    )
