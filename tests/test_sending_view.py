"""A delivery is drawn calmly: a bar on a terminal, elsewhere a plain line now and then."""

from __future__ import annotations

import io
from dataclasses import replace
from time import sleep
from typing import Any

import pytest
from rich.console import Console

from command import FINISHED, FakeTime, part
from littlerelay.progress import Sending, Sent, Waiting

SENDING = Sending("events.ndjson", "127.0.0.1", 0, 1_000_000, begins=True)
SENT = Sent("events.ndjson", "api.segment.io", 1_200, 0, 0, "refused.ndjson", elapsed=61.0)


class Terminal(io.StringIO):
    """Says that it is a terminal."""

    def isatty(self) -> bool:
        return True


def drawn(file: io.StringIO, *values: Any, seconds: float = 31.0, pause: float = 0.0) -> str:
    """Gives what a view draws of these values, so many seconds apart."""
    time = FakeTime()
    out = Console(file=file, width=160, markup=False, emoji=False, soft_wrap=True)
    view = part("sending_view").SendingView(
        out, time.clock(), is_screen=file.isatty(), sums_up=True
    )
    for value in values:
        view.show(value)
        time.seconds += seconds
        sleep(pause)
    view.close()
    return file.getvalue()


HALF = Sending("events.ndjson", "127.0.0.1", 500_000, 1_000_000, accepted=600, refused=2)


def test_a_log_has_plain_lines() -> None:
    lines = drawn(io.StringIO(), SENDING, HALF, SENT).splitlines()
    assert lines == [
        "file    events.ndjson",
        "target  127.0.0.1",
        "500.0 kB of 1.0 MB (50%), 600 accepted, 2 refused",
        "done in 1m01s: 1,200 accepted by the API",
    ]


def test_several_files_are_two_lines_each_and_a_sum() -> None:
    nothing = replace(SENT, accepted=0, elapsed=0.0)
    other = replace(SENDING, file="later.ndjson")
    lines = drawn(io.StringIO(), SENDING, replace(SENT, refused=1), other, nothing).splitlines()
    assert lines == [
        "file    events.ndjson",
        "target  127.0.0.1",
        "done in 1m01s: 1,200 accepted by the API",
        "refused  1, in refused.ndjson",
        "file  later.ndjson",
        "done in 0s: 0 accepted by the API",
        "2 files: 1,200 messages accepted by the API, 1 refused",
    ]


@pytest.mark.parametrize(
    ("before", "told"),
    [
        (0, "done in 1m01s: 1,200 accepted by the API"),
        (1_000, "done in 1m01s: 200 accepted by the API now, 1,200 in all"),
        (1_200, "nothing was left to send: 1,200 accepted by the API in all"),
    ],
)
def test_what_was_accepted_now_is_told_apart_from_all(before: int, told: str) -> None:
    shown = drawn(io.StringIO(), replace(SENT, accepted_before=before)).splitlines()
    assert shown[0] == told


@pytest.mark.parametrize("file", [io.StringIO, Terminal])
def test_one_that_ends_without_a_result_leaves_its_last_figures(file: type[io.StringIO]) -> None:
    shown = drawn(file(), SENDING, HALF, seconds=1.0)
    assert shown.endswith("500.0 kB of 1.0 MB (50%), 600 accepted, 2 refused\n")


def test_a_log_is_told_no_more_than_every_30_seconds() -> None:
    lines = drawn(io.StringIO(), SENDING, *[HALF] * 10, seconds=10.0).splitlines()
    assert len(lines) == 2 + 3 + 1  # the last one when it ends


def test_a_terminal_has_a_bar_which_ends_with_the_file() -> None:
    shown = drawn(Terminal(), SENDING, HALF, SENT, pause=0.11)  # tqdm's own clock
    assert "accepted  ━━━" in shown
    assert "600, 2 refused   50%  19/s  ETA 31s" in shown
    assert "\r" in shown
    assert shown.rpartition("\r")[2].startswith("\x1b[1mdone in")


@pytest.mark.parametrize("file", [io.StringIO, Terminal])
def test_waits_and_late_resumes_are_told(file: type[io.StringIO]) -> None:
    late = Sending("e", "t", 0, None, accepted=5, late=21.4, begins=True)
    wait = Waiting("api.segment.io answered 503", 8.0)
    shown = drawn(file(), late, wait, Waiting("a moment", 1.0))
    assert "continues after 5 accepted by the API" in shown
    assert "warning: the last batch was accepted 21 hours ago" in shown
    assert "waits 8s: api.segment.io answered 503" in shown
    assert "a moment" not in shown


@pytest.mark.parametrize("file", [io.StringIO, Terminal])
def test_no_name_drives_the_terminal(file: type[io.StringIO]) -> None:
    nasty = "a\x1b[2Jb\u202e"
    shown = drawn(
        file(),
        Sending(nasty, nasty, 0, 5, begins=True),
        Waiting(nasty, 9.0),
        Sent(nasty, nasty, 1, 1, 1, nasty),
    )
    assert "\x1b[2J" not in shown
    assert "\u202e" not in shown


def test_what_a_run_sent_is_summed_up_once_and_is_not_to_be_sent_again() -> None:
    file = io.StringIO()
    out = Console(file=file, width=160, markup=False, emoji=False, soft_wrap=True)
    view = part("plain").PlainView(out, FakeTime().clock(), sums_up=True)
    # No `Started` comes first: the file is an older run's, and only its delivery goes on.
    view.show(SENDING)
    view.show(FINISHED)
    view.show(SENT)
    told = file.getvalue()
    assert "sends it" not in told
    assert told.count("1,200") == 1
    assert "file " not in told
    view.show(replace(SENT, is_cleared=True))
    assert "events.ndjson, removed now" in file.getvalue()
