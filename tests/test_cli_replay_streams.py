"""`relay replay` works with standard streams that are there or closed, and stops in good order."""

from __future__ import annotations

import io
import json
import signal
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from command import Ended, Relay, faked, part
from segment_keys import KEY
from sent_files import beside, messages, put
from standin.segment import StandInSegment

LINES = messages(1_000)
ALL = ("--integrations", "All=true")
FAST = (*ALL, "--rate", "1000")


@pytest.fixture
def relay(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Iterator[Relay]:
    yield from faked(monkeypatch, capfd)


@pytest.fixture
def segment(monkeypatch: pytest.MonkeyPatch) -> Iterator[StandInSegment]:
    monkeypatch.setenv("RELAY_WRITE_KEY", KEY)
    with StandInSegment(write_key=KEY) as running:
        monkeypatch.setenv("RELAY_ENDPOINT", running.url)
        yield running


@pytest.fixture
def events() -> Path:
    return put(Path("events.ndjson"), LINES)


def said(ended: Ended) -> list[str]:
    return [one.rstrip() for one in ended.err.splitlines()]


def type_in(monkeypatch: pytest.MonkeyPatch, content: bytes) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(content)))


def test_standard_input_is_sent(
    relay: Relay, segment: StandInSegment, monkeypatch: pytest.MonkeyPatch
) -> None:
    type_in(monkeypatch, b"".join(LINES))
    ended = relay("replay", "-", *FAST)
    assert ended.code == 0
    assert said(ended)[0] == "file    standard input"
    assert segment.verdict(LINES).is_exact
    assert not list(Path.cwd().iterdir())


def test_from_standard_input_to_standard_output_the_events_have_it_for_themselves(
    relay: Relay, monkeypatch: pytest.MonkeyPatch
) -> None:
    type_in(monkeypatch, b"".join(LINES[:20]))
    ended = relay("replay", "-", "--out", "-", "--json", "--quiet")
    assert ended.out.encode() == b"".join(LINES[:20])
    assert json.loads(ended.err)["files"][0]["accepted"] == 20


def test_standard_streams_that_are_closed_are_refused_where_they_are_needed(
    relay: Relay, segment: StandInSegment, events: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdin", None)
    assert relay("replay", "events.ndjson", *FAST).code == 0
    assert relay("replay", "events.ndjson", "--out", "out.ndjson").code == 0
    ended = relay("replay", "-", *FAST)
    assert (ended.code, said(ended)[0]) == (2, "error: Standard input is closed.")
    monkeypatch.setattr(sys, "__stdout__", None)
    ended = relay("replay", "events.ndjson", "--out", "-")
    assert (ended.code, said(ended)[0]) == (2, "error: Standard output is closed.")


def interrupting(
    show: Callable[[Any, Any], None], number: signal.Signals, after: int
) -> Callable[[Any, Any], None]:
    """Gives what shows so many values, and then meets a signal."""
    left = iter(range(after - 1, -1, -1))

    def shown(view: Any, value: Any) -> None:
        show(view, value)
        if next(left, None) == 0:
            signal.raise_signal(number)

    return shown


@pytest.mark.parametrize(
    ("number", "code"), [(signal.SIGTERM, 7), (signal.SIGHUP, 7), (signal.SIGINT, 130)]
)
@pytest.mark.usefixtures("events")
def test_a_signal_ends_it_and_what_was_accepted_is_remembered(
    relay: Relay,
    segment: StandInSegment,
    monkeypatch: pytest.MonkeyPatch,
    number: signal.Signals,
    code: int,
) -> None:
    view = part("sending_view").SendingView
    with monkeypatch.context() as patch:
        patch.setattr(view, "show", interrupting(view.show, number, after=3))
        ended = relay("replay", "events.ndjson", *FAST)
    assert ended.code == code
    assert ended.err.endswith(
        "error: Stopped.\nhint: The same command goes on from the last checkpoint.\n"
    )
    kept = json.loads(beside(Path("events.ndjson"), "delivery").read_text())
    assert 0 < kept["delivery"]["events"] == len(segment.accepted) < 1_000
    assert said(ended)[-3].endswith(f" {len(segment.accepted)} accepted")
    ended = relay("replay", "events.ndjson", *FAST)
    assert ended.code == 0
    assert "continues after" in ended.err
    assert segment.verdict(LINES).is_exact
    assert not segment.repeats


def test_what_was_written_when_a_signal_ends_it_is_not_called_accepted(
    relay: Relay, events: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    view = part("sending_view").SendingView
    monkeypatch.setattr(view, "show", interrupting(view.show, signal.SIGINT, after=1))
    ended = relay("replay", "events.ndjson", "--out", "out.ndjson")
    assert ended.code == 130
    assert said(ended)[-3].endswith(" 0 written")


@pytest.mark.parametrize("words", [["--rate", "5"], ["--again"], ["--max-duration", "5m"]])
def test_where_nothing_is_sent_no_option_says_how(relay: Relay, words: list[str]) -> None:
    ended = relay("replay", "events.ndjson", "--out", "out.ndjson", *words)
    assert ended.code == 2
    assert "--out sends nothing" in ended.err
