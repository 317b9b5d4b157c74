"""What Shopify gathers for a bulk operation is drawn, with its pace, until records are read."""

from __future__ import annotations

import io
from typing import Any

from rich.console import Console

from command import FakeTime, part
from littlerelay.progress import Advanced, Gathering, Noted, Progress, Started

STARTED = Started("acme", "acme.myshopify.com", "events.ndjson", "a", "b", {"orders": 2_000})
PERIOD = "2024-01-01 to 2024-06-30"


def gathering(roots: int, fetched: int | None = None) -> Gathering:
    return Gathering("orders", PERIOD, roots, 1_000, fetched)


def read(number: int) -> Advanced:
    return Advanced("orders", number, number, 0, 0, "2024-01-01T00:00:00Z")


def drawn(*values: Progress, seconds: float = 10.0) -> str:
    """Gives what the live view shows after these values, so many seconds apart."""
    time = FakeTime()
    out = Console(file=io.StringIO(), width=110, force_terminal=True, color_system=None)
    view = part("live").LiveView(out, time.clock(), sums_up=True)
    for value in (STARTED, *values):
        view.show(value)
        time.seconds += seconds
    view.close()
    paper = Console(file=io.StringIO(), width=110, force_terminal=True, color_system=None)
    with paper.capture() as capture:
        paper.print(view._drawn())
    return capture.get().rstrip()


def told(*values: Progress, seconds: float) -> list[str]:
    """Gives the lines of a log of these values, so many seconds apart."""
    time, file = FakeTime(), io.StringIO()
    out = Console(file=file, width=160, markup=False, emoji=False, soft_wrap=True)
    view: Any = part("plain").PlainView(out, time.clock(), sums_up=True)
    view.show(STARTED)
    before = len(file.getvalue())
    for value in values:
        time.seconds += seconds
        view.show(value)
    return file.getvalue()[before:].splitlines()


def test_a_bar_shows_how_much_is_gathered_how_fast_and_how_long_it_takes() -> None:
    row = next(line for line in drawn(gathering(0), gathering(400)).splitlines() if "gath" in line)
    assert "400 of 1,000  40%" in row
    assert "20/s  ETA 30s" in row


def test_the_line_beneath_says_which_period_is_gathered() -> None:
    beneath = drawn(gathering(400)).splitlines()[-1]
    assert f"Shopify gathers orders of {PERIOD}: 400 of 1,000 (40%)" in beneath


def test_the_line_beneath_says_how_much_of_a_result_is_here() -> None:
    beneath = drawn(gathering(1_000, fetched=5_000_000)).splitlines()[-1]
    assert f"fetches orders of {PERIOD}: 5.0 MB" in beneath


def test_records_that_are_read_take_the_bar_away() -> None:
    assert "gathered" not in drawn(gathering(1_000), read(100))


def test_while_something_is_gathered_no_pace_of_reading_is_claimed() -> None:
    orders = drawn(read(100), read(600), gathering(10)).splitlines()[0]
    assert "600 of 2,000" in orders
    assert "/s" not in orders
    assert "25/s" in drawn(read(100), read(600)).splitlines()[0]


def test_what_a_continued_run_has_read_to_its_end_is_not_shown_as_nothing() -> None:
    both = Started(
        "acme", "acme.myshopify.com", "x", "a", "b", {"customers": 7, "orders": 2_000}, resumed=True
    )
    rows = drawn(both, gathering(10)).splitlines()
    assert any("7 of 7" in row for row in rows if row.startswith("customers"))


def test_another_period_has_a_pace_of_its_own() -> None:
    later = Gathering("orders", "2024-07-01 to 2024-12-31", 0, 1_000)
    row = next(
        line for line in drawn(gathering(0), gathering(900), later).splitlines() if "gath" in line
    )
    assert "/s" not in row


def test_a_log_tells_of_it_every_half_minute() -> None:
    lines = told(*(gathering(number) for number in range(10)), seconds=10.0)
    assert len(lines) == 3
    assert lines[0] == f"Shopify gathers orders of {PERIOD}: 2 of 1,000 (0%)"


def test_a_log_says_at_once_where_another_way_is_gone() -> None:
    assert told(Noted("These are read by pages."), seconds=0.0) == ["These are read by pages."]
