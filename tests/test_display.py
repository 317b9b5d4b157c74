"""What is drawn is calm, exact, and cannot be driven by what a customer typed."""

from __future__ import annotations

import io
import re
import sys
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from command import FINISHED, STARTED, FakeTime, advanced, part
from littlerelay.job_status import JobStatus
from littlerelay.progress import Counts, Progress, Reached, Waiting

SGR = re.compile(r"\x1b\[[0-9;]*m")
NASTY = (
    *("\x1b[2J", "\x9b31m", "\x7f", "\r", "\x07", "\u202e", "\u2066", "\u200b", "\ufeff", "\u2028"),
    *("\ud800", "\u3164", "[/foo]", "[bold]", ":smile:", "\n", "error: no"),
)
TEXTS = st.lists(st.one_of(st.text(), st.sampled_from(NASTY))).map("".join)


@dataclass
class Drawn:
    """A view without a terminal, and what it has drawn."""

    time: FakeTime = field(default_factory=FakeTime)
    file: io.StringIO = field(default_factory=io.StringIO)

    def __post_init__(self) -> None:
        out = Console(file=self.file, width=160, markup=False, emoji=False, soft_wrap=True)
        self.view = part("plain").PlainView(out, self.time.clock(), sums_up=True)

    def show(self, *values: Progress) -> list[str]:
        """Returns the lines that come of these values."""
        before = len(self.file.getvalue())
        for value in values:
            self.view.show(value)
        return self.file.getvalue()[before:].splitlines()


def bars(width: int, *values: Any, resumed: bool = False) -> str:
    """Returns the live view's bars after these values, one a second, without colors."""
    time = FakeTime()
    meter = part("meter").Meter(replace(STARTED, resumed=resumed), time.clock().monotonic)
    for value in values:
        meter.take(value)
        time.seconds += 1
    out = Console(file=io.StringIO(), width=width, force_terminal=True, color_system=None)
    with out.capture() as capture:
        out.print(part("live").bars(meter, width))
    return capture.get()


class Terminal(io.StringIO):
    """Says that it is a terminal."""

    def isatty(self) -> bool:
        return True


def beneath(reason: str) -> str:
    """Returns what a live view has beneath its bars while it waits."""
    out = Console(file=io.StringIO(), width=200, force_terminal=True, color_system=None)
    view = part("live").LiveView(out, FakeTime().clock(), sums_up=True)
    for value in (STARTED, advanced(5), Waiting(reason, 2.5)):
        view.show(value)
    drawn = view._beneath()
    view.close()
    with out.capture() as capture:
        out.print(drawn)
    return capture.get()


def is_harmless(text: str) -> bool:
    """Tells whether a text holds nothing but what can be seen, line ends and colors."""
    return all(line.isprintable() for line in SGR.sub("", text).split("\n"))


@given(TEXTS)
def test_a_cleaned_text_is_visible_and_on_one_line(text: str) -> None:
    cleaned = part("text").clean(text)
    assert cleaned.isprintable()
    assert not set(cleaned) & set("\u034f\u115f\u1160\u17b4\u17b5\u3164\uffa0")


@given(st.text(st.characters(codec="ascii", exclude_categories=["Cc"])))
def test_plain_text_is_left_as_it_is(text: str) -> None:
    assert part("text").clean(text) == text


def test_letters_of_all_people_are_left_as_they_are() -> None:
    names = "Zoë Łukasz 李小龍 عائشة नेहा 👍"
    assert part("text").clean(names) == names


def test_what_looks_like_a_token_is_blotted_out() -> None:
    token = "shpat_" + "0123456789abcdef" * 2
    assert part("text").clean(f"Illegal header value b'{token}'") == (
        "Illegal header value b'shpat_***'"
    )


@given(TEXTS)
def test_no_text_in_a_run_drives_the_terminal(text: str) -> None:
    drawn = Drawn()
    drawn.show(
        replace(STARTED, job=text, output=text, left_out=(text,), totals={text: 5}),
        advanced(3, resource=text),
        Waiting(text, 45.0),
    )
    drawn.view.close()
    drawn.show(
        replace(
            FINISHED, output=text, counts={text: Counts(1, 0, 1)}, rejects=text, events={text: 1}
        )
    )
    assert is_harmless(drawn.file.getvalue())


@given(TEXTS)
def test_no_text_in_a_live_view_drives_the_terminal(text: str) -> None:
    assert is_harmless(bars(100, advanced(3, resource=text)))
    assert is_harmless(bars(40, advanced(3, resource=text)))


@given(TEXTS)
def test_no_text_of_a_job_drives_the_terminal(text: str) -> None:
    out = Console(file=io.StringIO(), width=80, force_terminal=True)
    with out.capture() as capture:
        job = JobStatus(text, text, text, text, text, {text: (1, 2, text)}, 1, 1, text, text)
        part("summary").draw_jobs([job], out)
    assert is_harmless(capture.get())


def test_a_markup_in_a_name_is_shown_as_it_is() -> None:
    assert "job     [bold]acme[/foo]" in Drawn().show(replace(STARTED, job="[bold]acme[/foo]"))


def test_a_log_first_says_what_runs_and_what_is_left_out() -> None:
    left_out = ("lineItem.product (read_products)", "order.location (read_locations)")
    assert Drawn().show(replace(STARTED, left_out=left_out)) == [
        "job       demo",
        "shop      demo.myshopify.com",
        "period    2024-01-01T05:00:00Z to 2026-11-23T14:00:00Z",
        "output    events.ndjson",
        "left out  lineItem.product (read_products); order.location (read_locations)",
    ]


NEW = replace(STARTED, new_since="2026-11-01T00:00:00Z")
NEWS = "period  what is new since 2026-11-01T00:00:00Z, up to 2026-11-23T14:00:00Z"


def test_a_log_of_since_last_says_what_is_new() -> None:
    assert NEWS in Drawn().show(NEW)


def test_a_live_view_of_since_last_says_what_is_new_and_what_is_left_out() -> None:
    out = Console(file=io.StringIO(), width=200, force_terminal=True, color_system=None)
    view = part("live").LiveView(out, FakeTime().clock(), sums_up=True)
    with out.capture() as capture:
        view.show(NEW)
        view.show(replace(STARTED, left_out=("order.location (read_locations)",)))
        view.close()
    assert f"{NEWS}\n" in capture.get()
    assert "left out  order.location (read_locations)\n" in capture.get()


def test_a_log_has_one_line_every_thirty_seconds() -> None:
    drawn = Drawn()
    drawn.show(STARTED)
    lines = []
    for page in range(1, 91):
        lines += drawn.show(advanced(310 * page))
        drawn.time.seconds += 1
    assert lines == [
        "orders 9,610 of 98,000 (9%), 310/s, ETA 4m45s, 22.1 MB",
        "orders 18,910 of 98,000 (19%), 310/s, ETA 4m15s, 22.1 MB",
    ]


def test_a_long_wait_is_told_and_a_short_one_is_not() -> None:
    drawn = Drawn()
    drawn.show(STARTED)
    assert drawn.show(Waiting("Shopify's bucket fills", 4.9)) == []
    assert drawn.show(Waiting("Shopify's bucket fills", 5.0)) == [
        "waits 5s: Shopify's bucket fills"
    ]
    assert drawn.show(Waiting("Shopify answered 502", 61.0)) == [
        "waits 1m01s: Shopify answered 502"
    ]


def test_every_wait_before_the_start_is_told() -> None:
    drawn = Drawn()
    assert drawn.show(Waiting("Shopify answered 502", 0.6)) == ["waits 1s: Shopify answered 502"]
    assert drawn.show(Waiting("Shopify answered 502", 8.0)) == ["waits 8s: Shopify answered 502"]


def test_a_run_that_goes_on_says_where() -> None:
    drawn = Drawn()
    begun = Reached("orders", 12_400, "2024-06-01T00:00:00Z")
    assert drawn.show(replace(STARTED, resumed=True, reached=begun))[-1] == (
        "continues at orders 12,400 of 98,000 (12%), created before 2024-06-01T00:00:00Z"
    )
    assert drawn.show(advanced(12_650)) == []
    anew = replace(STARTED, resumed=True, reached=Reached("orders", 0, None))
    assert drawn.show(anew)[-1] == "continues at orders 0 of 98,000 (0%)"


def test_a_run_that_ends_without_a_result_leaves_its_last_figures() -> None:
    drawn = Drawn()
    drawn.show(STARTED, advanced(12_400, rejected=3))
    drawn.view.close()
    last = drawn.file.getvalue().splitlines()[-1]
    assert last == "orders 12,400 of 98,000 (12%), 22.1 MB, 3 rejected"


SEND = "relay replay events.ndjson sends it, to the destinations that --integrations names"


def test_a_finished_run_leaves_its_result_and_nothing_after() -> None:
    drawn = Drawn()
    drawn.show(STARTED, advanced(98_000), FINISHED)
    drawn.view.close()
    assert [line.rstrip() for line in drawn.file.getvalue().splitlines()[4:]] == [
        "",
        "done in 5m12s: 97,993 events from 98,000 records",
        "",
        "records    read  mapped  rejected  filtered",
        "orders   98,000  97,993         0         7",
        "",
        "events            count",
        "Order Completed  97,993",
        "",
        "first   2024-01-01T05:03:00.000Z",
        "last    2026-11-23T13:59:02.000Z",
        "output  events.ndjson (612.0 MB)",
        "next    relay reconcile events.ndjson proves that nothing is missing",
        f"then    {SEND}",
    ]


def test_a_narrow_result_has_sentences_for_tables() -> None:
    out = Console(file=io.StringIO(), width=50, soft_wrap=True)
    with out.capture() as capture:
        part("summary").draw_result(FINISHED, out)
    assert "orders: 98,000 read, 97,993 mapped, 0 rejected, 7 filtered\n" in capture.get()


def test_a_wide_terminal_has_bars_and_a_narrow_one_figures() -> None:
    read = [advanced(12_000), advanced(12_310)]
    customers, orders = (line.rstrip() for line in bars(100, *read).splitlines())
    assert re.fullmatch(r"customers +━+ +41,000 of 41,000 +100%", customers)
    assert re.fullmatch(r"orders +━+╸? +12,310 of 98,000 +12% +155/s  ETA 9m13s", orders)
    narrow = bars(60, *read)
    assert "━" not in narrow
    assert "orders     12,310 of 98,000   12%  155/s  ETA 9m13s" in narrow


def test_a_resource_that_has_not_begun_stands_at_nothing() -> None:
    lines = bars(60, advanced(5, resource="customers")).splitlines()
    assert lines[1].split() == ["orders", "0", "of", "98,000", "0%"]


def test_a_resource_that_a_resumed_run_passes_by_was_read_before() -> None:
    lines = bars(60, advanced(5), resumed=True).splitlines()
    assert lines[0].split() == ["customers", "41,000", "of", "41,000", "100%"]


def test_a_terminal_that_can_do_little_has_plain_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal, time = Terminal(), FakeTime()
    monkeypatch.setattr(sys, "stderr", terminal)
    monkeypatch.setenv("TERM", "dumb")
    with part("display").view(quiet=False, sums_up=False, clock=time.clock()) as show:
        show(STARTED)
        time.seconds += 31
        show(advanced(5))
        assert terminal.getvalue().endswith("\norders 5 of 98,000 (0%), 22.1 MB\n")


def test_what_goes_on_is_told_beneath_the_bars() -> None:
    assert beneath("Shopify answered 502") == (
        "22.1 MB · bucket 1,460/2,000 +100/s · waits 3s: Shopify answered 502\n"
    )
    assert is_harmless(beneath("".join(NASTY)))


def test_activity_names_bytes_rejects_and_the_bucket() -> None:
    assert part("live").activity(advanced(5, rejected=2)) == [
        "22.1 MB",
        "2 rejected",
        "bucket 1,460/2,000 +100/s",
    ]
