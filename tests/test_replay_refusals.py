"""A message that Segment does not take stops nothing, is not lost, and can be mended and sent."""

import io
import itertools
from dataclasses import replace
from pathlib import Path
from typing import Any

import orjson
import pytest

from littlerelay import replays
from littlerelay.errors import DiskError, RefusedError, UnreachableError, UsageError
from littlerelay.progress import Sent
from littlerelay.settings import Destination, ReplayRequest
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
    target,
)
from standin.segment import StandInSegment

LINES = messages(1_000)
IDS = [orjson.loads(one)["messageId"] for one in LINES]


def refused(path: Path) -> list[dict[str, Any]]:
    return [orjson.loads(one) for one in beside(path, "refused").read_bytes().splitlines()]


@pytest.mark.parametrize("write", [put, put_own])
@pytest.mark.parametrize("number", [0, 1, 499, 998, 999])
def test_a_poison_message_is_found_and_all_others_are_accepted(
    segment: StandInSegment, tmp_path: Path, write: Any, number: int
) -> None:
    segment.app.poison = {IDS[number]}
    path = write(tmp_path / "events.ndjson", LINES)
    (result,) = sent(segment, path)
    assert (result.accepted, result.refused) == (999, 1)
    assert segment.verdict(LINES).missing == (IDS[number],)
    assert not segment.repeats
    (one,) = refused(path)
    assert one["message"] == orjson.loads(LINES[number])
    assert one["reason"] == "refused"
    assert one["detail"].startswith("400: ")


def test_a_413_is_searched_like_a_400(segment: StandInSegment, tmp_path: Path) -> None:
    segment.faults("413", "413")
    (result,) = sent(segment, put(tmp_path / "events.ndjson", LINES))
    assert (result.accepted, result.refused) == (1_000, 0)
    assert segment.verdict(LINES).is_exact


def test_a_refused_message_can_be_sent_once_it_is_mended(
    segment: StandInSegment, tmp_path: Path
) -> None:
    segment.app.poison = {IDS[3], IDS[700]}
    path = put(tmp_path / "events.ndjson", LINES)
    sent(segment, path)
    segment.app.poison = set()
    (result,) = sent(segment, beside(path, "refused"))
    assert (result.accepted, result.refused) == (2, 0)
    assert segment.verdict(LINES).is_exact


def test_when_every_message_is_refused_the_key_is_to_blame_and_nothing_is_lost(
    segment: StandInSegment, tmp_path: Path
) -> None:
    segment.app.poison = lambda _: True
    path = put(tmp_path / "events.ndjson", LINES)
    with pytest.raises(RefusedError, match="refuses every message"):
        sent(segment, path)
    segment.app.poison = set()
    (result,) = sent(segment, path)
    assert (result.accepted, result.refused) == (1_000, 0)
    assert not list(tmp_path.glob("*.refused.*"))


def test_many_poison_messages_in_a_row_stop_nothing_once_others_were_accepted(
    segment: StandInSegment, tmp_path: Path
) -> None:
    segment.app.poison = set(IDS[300:500])
    (result,) = sent(segment, put(tmp_path / "events.ndjson", LINES))
    assert (result.accepted, result.refused) == (800, 200)
    assert segment.verdict(LINES).missing == tuple(IDS[300:500])
    assert not segment.repeats


def test_a_refused_file_that_was_moved_away_is_asked_for_in_replays_own_words(
    segment: StandInSegment, tmp_path: Path
) -> None:
    segment.app.poison = {IDS[3]}
    path = put(tmp_path / "events.ndjson", LINES[:500])
    sent(segment, path)
    beside(path, "refused").unlink()
    put(path, LINES)
    with pytest.raises(DiskError) as caught:
        sent(segment, path)
    assert "--again" in caught.value.hint
    assert "--restart" not in caught.value.hint


BAD: list[tuple[bytes, str]] = [
    (b"{not json\n", "not_json"),
    (b"\xff\xfe\n", "not_json"),
    (b"[1]\n", "not_a_message"),
    (line(message(1, userId=None)), "missing_id"),
    (line(message(1, userId="")), "missing_id"),
    (line(message(1, userId=True)), "wrong_type"),
    (line(message(1, event="")), "missing_event"),
    (line(message(1, timestamp=None)), "missing_timestamp"),
    (line(message(1, timestamp="2024-03-05")), "malformed_time"),
    (line(message(1, timestamp="2024-03-05T14:30:00")), "malformed_time"),
    (line(message(1, type="order")), "wrong_type"),
    (line(message(1, type="alias")), "missing_id"),
    (line(message(1, properties=[])), "wrong_type"),
    (line(message(1, messageId="x" * 100)), "wrong_type"),
    (line(message(1, size=40_000)), "too_large"),
    (b'"' + b"x" * 17_000_000 + b'"\n', "too_large"),
]


@pytest.mark.parametrize(("bad", "reason"), BAD, ids=[str(n) for n in range(len(BAD))])
def test_what_segment_would_drop_is_refused_before_it_is_sent(
    segment: StandInSegment, tmp_path: Path, bad: bytes, reason: str
) -> None:
    path = put(tmp_path / "events.ndjson", [*LINES[:5], bad, *LINES[5:10]])
    (result,) = sent(segment, path)
    assert (result.accepted, result.refused) == (10, 1)
    assert segment.verdict(LINES[:10]).is_exact
    assert not segment.dropped
    assert [one["reason"] for one in refused(path)] == [reason]


@pytest.mark.parametrize("lanes", [1, 4])
@pytest.mark.parametrize("stop", range(1, 7))
def test_refused_messages_are_written_once_wherever_it_stops(
    tmp_path: Path, lanes: int, stop: int
) -> None:
    lines = list(LINES)
    lines[5] = lines[400] = lines[990] = b"{no json\n"
    with StandInSegment(poison={IDS[7], IDS[500], IDS[995]}) as segment:
        path = put(tmp_path / "events.ndjson", lines)
        running = sending(segment, path, concurrency=lanes)
        list(itertools.islice(running, stop))
        running.close()
        (result,) = sent(segment, path, concurrency=lanes)
    assert (result.accepted, result.refused) == (994, 6)
    assert len(refused(path)) == 6
    names = {one["message"]["messageId"] for one in refused(path) if one["reason"] == "refused"}
    assert names == {IDS[7], IDS[500], IDS[995]}


def test_a_refused_file_that_no_checkpoint_tells_of_is_not_touched(
    segment: StandInSegment, tmp_path: Path
) -> None:
    segment.app.poison = {IDS[3]}
    path = put(tmp_path / "events.ndjson", LINES)
    sent(segment, path)
    beside(path, "delivery").unlink()
    with pytest.raises(UsageError, match="no checkpoint tells of it"):
        sent(segment, path)
    assert len(refused(path)) == 1


def piped(segment: StandInSegment, *lines: bytes) -> Path:
    """Sends lines as from standard input, and names the file of those that were refused."""
    request = ReplayRequest(("-",), integrations=(("All", True),), rate=1e6)
    stream = io.BytesIO(b"".join(lines))
    *_, result = replays.replay(request, target(segment), RESTLESS, stream=stream)
    assert isinstance(result, Sent)
    return Path(result.refused_file)


def test_what_is_refused_of_one_pipe_is_not_mixed_with_that_of_another(
    segment: StandInSegment,
) -> None:
    bad = [line(message(number, userId=None)) for number in range(3)]
    places = [piped(segment, LINES[number], bad[number]) for number in range(3)]
    for place, one in zip(places, bad, strict=True):
        assert [orjson.loads(kept)["message"] for kept in place.read_bytes().splitlines()] == [
            orjson.loads(one)
        ]
    assert [place.name.partition(".")[0] for place in places] == ["stdin", "stdin-2", "stdin-3"]
    assert segment.verdict(LINES[:3]).is_exact


def test_what_a_pipe_refused_can_be_mended_and_sent_as_another_one_refuses(
    segment: StandInSegment,
) -> None:
    first = piped(segment, line(message(1, userId=None)))
    put(first, [LINES[1]])
    sent(segment, first)
    first.unlink()  # what tells of its delivery stays
    second = piped(segment, line(message(2, userId=None)))
    put(second, [LINES[2]])
    (result,) = sent(segment, second)
    assert result.accepted == 1
    assert segment.verdict(LINES[1:3]).is_exact


def test_a_refused_file_that_was_altered_stops_the_delivery(
    segment: StandInSegment, tmp_path: Path
) -> None:
    segment.app.poison = {IDS[3]}
    path = put(tmp_path / "events.ndjson", LINES[:500])
    sent(segment, path)
    beside(path, "refused").write_bytes(b"")
    put(path, LINES)
    with pytest.raises(DiskError):
        sent(segment, path)


def test_a_wrong_key_is_refused_before_the_first_batch(
    segment: StandInSegment, tmp_path: Path
) -> None:
    path = put(tmp_path / "events.ndjson", LINES)
    wrong = replace(target(segment), write_key="not-the-write-key")
    with pytest.raises(RefusedError, match="does not know this write key"):
        deliver(path, wrong)
    assert not segment.requests
    assert not list(tmp_path.glob("*.delivery.*"))


def test_a_closed_port_is_found_before_the_first_batch(tmp_path: Path) -> None:
    with StandInSegment() as gone:
        closed = target(gone)
    path = put(tmp_path / "events.ndjson", LINES)
    with pytest.raises(UnreachableError):
        deliver(path, closed)
    assert not list(tmp_path.glob("*.delivery.*"))


@pytest.mark.parametrize(("seconds", "side"), [(-3_600, "ahead of"), (3_600, "behind")])
def test_a_clock_that_is_wrong_is_refused_before_the_first_batch(
    tmp_path: Path, seconds: int, side: str
) -> None:
    path = put(tmp_path / "events.ndjson", LINES)
    with (
        StandInSegment(clock_skew=seconds) as segment,
        pytest.raises(RefusedError, match=f"{side} Segment's"),
    ):
        sent(segment, path)
    assert not segment.requests


@pytest.mark.parametrize("status", ["302", "401", "403", "404", "422", "501"])
def test_an_endpoint_that_is_none_is_refused_and_nothing_is_lost(
    segment: StandInSegment, tmp_path: Path, status: str
) -> None:
    path = put(tmp_path / "events.ndjson", LINES)
    segment.faults(status)
    with pytest.raises(RefusedError, match=status):
        sent(segment, path)
    sent(segment, path)
    assert segment.verdict(LINES).is_exact


def test_a_page_in_segments_place_is_no_acceptance(segment: StandInSegment, tmp_path: Path) -> None:
    path = put(tmp_path / "events.ndjson", LINES)
    segment.faults("html")
    with pytest.raises(RefusedError, match="not as Segment does"):
        sent(segment, path)
    sent(segment, path)
    assert segment.verdict(LINES).is_exact


def test_a_full_disk_stops_it_and_nothing_is_forgotten(
    segment: StandInSegment, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = put(tmp_path / "events.ndjson", LINES)
    running = sending(segment, path)
    list(itertools.islice(running, 2))

    def full(*_: object) -> None:
        raise DiskError("No space left on device.", "")

    with monkeypatch.context() as patch:
        patch.setattr("littlerelay.deliveries.save", full)
        with pytest.raises(DiskError):
            list(running)
    (result,) = sent(segment, path)
    assert result.accepted == 1_000
    assert segment.verdict(LINES).is_exact


def deliver(path: Path, destination: Destination) -> None:
    request = ReplayRequest((str(path),), integrations=(("All", True),), rate=1e6)
    list(replays.replay(request, destination, RESTLESS))
