"""Files are sent to Segment whole, each message once, from where they were sent before."""

import itertools
import signal
import threading
from collections import defaultdict
from dataclasses import replace
from pathlib import Path

import orjson
import pytest

from littlerelay import deliveries
from littlerelay import sending as delivering
from littlerelay.clock import SYSTEM
from littlerelay.errors import (
    UnreachableError,
)
from littlerelay.progress import Sending
from sent_files import (
    RESTLESS,
    beside,
    line,
    message,
    messages,
    put,
    put_own,
    sending,
    sent,
)
from standin.segment import StandInSegment

LINES = messages(2_000)


@pytest.fixture(params=["own", "foreign"])
def events(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    write = put_own if request.param == "own" else put
    return write(tmp_path / "events.ndjson", LINES)


def test_every_message_is_accepted_as_it_is(segment: StandInSegment, events: Path) -> None:
    (result,) = sent(segment, events)
    assert (result.accepted, result.refused, result.left_out) == (2_000, 0, 0)
    assert segment.verdict(LINES).is_exact
    assert segment.order == [orjson.loads(one)["messageId"] for one in LINES]
    assert not segment.repeats
    assert not segment.dropped


def test_batches_are_full_and_never_too_large(segment: StandInSegment, events: Path) -> None:
    sent(segment, events)
    sizes = [one.bytes for one in segment.requests]
    assert max(sizes) < 500_000
    assert min(sizes[:-1]) > 0.9 * 500_000


def test_many_small_messages_make_batches_of_at_most_2500(
    segment: StandInSegment, tmp_path: Path
) -> None:
    left_out = ("context", "properties")
    small = [message(number) for number in range(6_000)]
    lines = [line({name: one[name] for name in one if name not in left_out}) for one in small]
    for path in (put_own(tmp_path / "own", lines), put(tmp_path / "foreign", lines)):
        sent(segment, path)
    assert max(one.events for one in segment.requests) == 2_500
    assert not segment.dropped.keys() - {"repeat"}
    assert segment.verdict(lines).is_exact


def test_a_slow_rate_makes_small_batches(segment: StandInSegment, events: Path) -> None:
    sent(segment, events, rate=100)
    assert {one.events for one in segment.requests} == {100}


def test_the_rate_is_kept_without_bursts(segment: StandInSegment, events: Path) -> None:
    slept: list[float] = []
    clock = replace(SYSTEM, sleep=slept.append, monotonic=lambda: sum(slept))
    sent(segment, events, rate=100, clock=clock)
    assert sum(slept) == pytest.approx(19.0)
    assert max(slept) == pytest.approx(1.0)


def test_a_finished_file_sends_nothing(segment: StandInSegment, events: Path) -> None:
    sent(segment, events)
    before = len(segment.requests)
    (result,) = sent(segment, events)
    assert result.already
    assert (result.accepted, result.batches) == (2_000, 0)
    assert len(segment.requests) == before


def test_a_file_that_grew_sends_what_is_new(segment: StandInSegment, tmp_path: Path) -> None:
    path = put(tmp_path / "events.ndjson", LINES[:1_200])
    sent(segment, path)
    put(path, LINES)
    (result,) = sent(segment, path)
    assert result.accepted == 2_000
    assert segment.verdict(LINES).is_exact
    assert not segment.repeats


def test_again_sends_it_once_more_under_the_same_ids(segment: StandInSegment, events: Path) -> None:
    sent(segment, events)
    (result,) = sent(segment, events, again=True)
    assert result.accepted == 2_000
    assert segment.dropped == {"repeat": 2_000}
    assert len(list(events.parent.glob("*.delivery.*.json.old-*"))) == 1


@pytest.mark.parametrize("stop", range(1, 6))
def test_it_goes_on_where_it_was_stopped(segment: StandInSegment, events: Path, stop: int) -> None:
    running = sending(segment, events)
    assert len(list(itertools.islice(running, stop))) == stop
    running.close()
    told = [one for one in sending(segment, events) if isinstance(one, Sending)]
    assert told[0].accepted > 0 or stop == 1
    assert segment.verdict(LINES).is_exact
    assert not segment.repeats  # what was under way at the stop was waited for


def test_no_message_is_lost_when_segment_stays_away(segment: StandInSegment, events: Path) -> None:
    running = sending(segment, events)
    list(itertools.islice(running, 3))
    segment.faults(*["503"] * 11)
    with pytest.raises(UnreachableError, match="answered 503"):
        list(running)
    left = deliveries.load(beside(events, "delivery"))
    assert left is not None
    assert 0 < left.events < 2_000
    sent(segment, events)
    assert segment.verdict(LINES).is_exact


def test_what_is_about_one_person_stays_in_order_on_many_connections(
    segment: StandInSegment, events: Path
) -> None:
    segment.storm = (11, 0.3)
    (result,) = sent(segment, events, concurrency=8)
    assert result.accepted == 2_000
    assert segment.verdict(LINES).is_exact
    users = {one["messageId"]: one["userId"] for one in map(orjson.loads, LINES)}
    seen = defaultdict(list)
    for name in segment.order:
        seen[users[name]].append(name)
    meant = defaultdict(list)
    for name, user in users.items():
        meant[user].append(name)
    assert seen == meant


@pytest.mark.parametrize("stop", [2, 5, 9])
def test_many_connections_lose_nothing_when_stopped(
    segment: StandInSegment, events: Path, stop: int
) -> None:
    running = sending(segment, events, concurrency=4)
    list(itertools.islice(running, stop))
    running.close()
    (result,) = sent(segment, events, concurrency=3)
    assert result.accepted == 2_000
    assert segment.verdict(LINES).is_exact


def test_a_storm_changes_nothing(segment: StandInSegment, events: Path) -> None:
    segment.storm = (3, 0.5)
    (result,) = sent(segment, events)
    assert result.accepted == 2_000
    assert segment.verdict(LINES).is_exact


def test_every_try_has_its_own_time_and_number(segment: StandInSegment, tmp_path: Path) -> None:
    now = iter(range(1_700_000_000, 1_800_000_000, 1_000))
    clock = replace(RESTLESS, now=lambda: float(next(now)))
    segment.faults("503", "reset", "lost")
    sent(segment, put(tmp_path / "events.ndjson", LINES[:10]), clock=clock, check_key=False)
    assert [one.retry_count for one in segment.requests] == [None, "1", "2", "3"]
    assert len({one.sent_at for one in segment.requests}) == 4


def test_a_retry_after_is_obeyed(segment: StandInSegment, tmp_path: Path) -> None:
    slept: list[float] = []
    clock = replace(SYSTEM, sleep=slept.append)
    segment.faults("429:7", "429:9")
    sent(segment, put(tmp_path / "events.ndjson", LINES[:10]), clock=clock)
    assert [round(one) for one in slept if one > 1] == [7, 9]


class Rung(Exception):
    """A signal came."""


def ring(*_: object) -> None:
    raise Rung


def test_a_request_that_hangs_does_not_outlive_a_stop(
    segment: StandInSegment, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = put(tmp_path / "events.ndjson", LINES[:10])
    monkeypatch.setattr(delivering, "_GRACE", 0.1)
    segment.faults("hang")
    before = {*threading.enumerate()}, signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, 0.5)
    try:
        with pytest.raises(Rung):
            sent(segment, path, clock=SYSTEM)
    finally:
        signal.signal(signal.SIGALRM, before[1])
    mine = [one for one in {*threading.enumerate()} - before[0] if "Executor" in one.name]
    for thread in mine:
        thread.join(5)
        assert not thread.is_alive()
    sent(segment, path)
    assert segment.verdict(LINES[:10]).is_exact
