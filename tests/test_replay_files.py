"""What is given to `relay replay` is read as it is meant, or refused before anything is sent."""

import gzip
import io
import itertools
from dataclasses import replace
from pathlib import Path
from typing import Any

import orjson
import pytest
import zstandard

from littlerelay import places, replays
from littlerelay.clock import SYSTEM
from littlerelay.errors import (
    CheckpointMismatch,
    DiskError,
    LockedError,
    RefusedError,
    StoppedError,
    UsageError,
)
from littlerelay.progress import Sending, Sent
from littlerelay.settings import ReplayRequest
from sent_files import (
    ALL,
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

LINES = messages(2_000)


@pytest.fixture(params=["own", "foreign"])
def events(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    write = put_own if request.param == "own" else put
    return write(tmp_path / "events.ndjson", LINES)


@pytest.mark.parametrize("pack", [gzip.compress, zstandard.compress])
def test_compressed_files_are_sent_and_gone_on_with(
    segment: StandInSegment, tmp_path: Path, pack: Any
) -> None:
    path = put(tmp_path / "events", [pack(b"".join(LINES))])
    running = sending(segment, path)
    list(itertools.islice(running, 3))
    running.close()
    (result,) = sent(segment, path)
    assert result.accepted == 2_000
    assert segment.verdict(LINES).is_exact
    assert sent(segment, path)[0].already


def test_a_compressed_file_that_was_cut_is_an_error(
    segment: StandInSegment, tmp_path: Path
) -> None:
    path = put(tmp_path / "events.gz", [gzip.compress(b"".join(LINES))[:-20_000]])
    with pytest.raises(DiskError, match="ends too early"):
        sent(segment, path)


def test_standard_input_is_sent_and_nothing_is_remembered(
    segment: StandInSegment, tmp_path: Path
) -> None:
    request = ReplayRequest(("-",), integrations=ALL, rate=1e6)
    stream = io.BytesIO(b"".join(LINES))
    told = list(replays.replay(request, target(segment), RESTLESS, stream=stream))
    assert isinstance(told[-1], Sent)
    assert told[-1].accepted == 2_000
    assert segment.verdict(LINES).is_exact
    assert not list(Path.cwd().iterdir())


def test_several_files_are_sent_in_order_each_from_where_it_is(
    segment: StandInSegment, tmp_path: Path
) -> None:
    first = put(tmp_path / "a.ndjson", LINES[:500])
    sent(segment, first)
    put(tmp_path / "b.ndjson", LINES[500:900])
    results = sent(segment, tmp_path / "*.ndjson")
    assert [(Path(one.file).name, one.already) for one in results] == [
        ("a.ndjson", True),
        ("b.ndjson", False),
    ]
    assert segment.verdict(LINES[:900]).is_exact


def test_a_file_that_another_command_sent_meanwhile_is_not_sent_from_before(
    segment: StandInSegment, tmp_path: Path
) -> None:
    first = put(tmp_path / "a.ndjson", LINES[:500])
    second = put(tmp_path / "b.ndjson", LINES[500:900])
    begun = sending(segment, first, second)
    next(begun)
    sent(segment, second)
    with pytest.raises(LockedError, match="by another command meanwhile"):
        list(begun)
    assert sent(segment, first, second)[1].already
    assert segment.verdict(LINES[:900]).is_exact
    assert not segment.dropped


def test_a_run_that_is_not_finished_is_sent_as_far_as_it_is_durable(
    segment: StandInSegment, tmp_path: Path
) -> None:
    path = put_own(tmp_path / "events.ndjson", LINES[:700], is_done=False)
    with path.open("ab") as more:
        more.write(b"".join(LINES[700:800]) + LINES[800][:50])  # of which no checkpoint tells
    (result,) = sent(segment, path)
    assert result.unfinished
    assert result.accepted == 700
    path.unlink()
    put_own(path, LINES)
    (result,) = sent(segment, path)
    assert (result.unfinished, result.accepted) == (False, 2_000)
    assert segment.verdict(LINES).is_exact
    assert not segment.repeats


def test_a_last_line_that_is_still_being_written_is_left_until_it_is_whole(
    segment: StandInSegment, tmp_path: Path
) -> None:
    path = put(tmp_path / "events.ndjson", [*LINES[:3], LINES[3][:200]])
    (result,) = sent(segment, path)
    assert (result.accepted, result.refused, result.unfinished) == (3, 0, True)
    put(path, [*LINES[:4], LINES[4].rstrip(b"\n")])
    (result,) = sent(segment, path)
    assert (result.accepted, result.refused, result.unfinished) == (5, 0, False)
    assert segment.verdict(LINES[:5]).is_exact
    assert sent(segment, path)[0].already


def test_a_file_that_changed_is_not_gone_on_with(segment: StandInSegment, events: Path) -> None:
    running = sending(segment, events)
    list(itertools.islice(running, 3))
    running.close()
    put(events, LINES[::-1])
    with pytest.raises(DiskError, match="not the file that was sent from before"):
        sent(segment, events)


@pytest.mark.parametrize(
    "other", [{"events": ("Order Refunded",)}, {"users": ("7003",)}, {"since": "2024-01-01"}]
)
def test_other_options_do_not_go_on_with_a_delivery(
    segment: StandInSegment, events: Path, other: dict[str, Any]
) -> None:
    sent(segment, events, limit=100)
    with pytest.raises(CheckpointMismatch, match="is now"):
        sent(segment, events, **other)


def test_a_sample_is_gone_on_with(segment: StandInSegment, events: Path) -> None:
    (result,) = sent(segment, events, limit=100)
    assert (result.accepted, result.sample) == (100, True)
    assert sent(segment, events, limit=100)[0].already
    (result,) = sent(segment, events)
    assert (result.accepted, result.sample) == (2_000, False)
    assert segment.verdict(LINES).is_exact
    assert not segment.repeats


def test_it_stops_when_its_time_is_over(segment: StandInSegment, events: Path) -> None:
    with pytest.raises(StoppedError, match="--max-duration"):
        sent(segment, events, rate=500, max_duration=1.5, clock=SYSTEM)
    assert 0 < len(segment.accepted) < 2_000
    sent(segment, events)
    assert segment.verdict(LINES).is_exact
    assert not segment.repeats


def test_its_time_is_over_while_segment_is_away_too(
    segment: StandInSegment, tmp_path: Path
) -> None:
    segment.faults("429:200", "429:200")
    began = SYSTEM.monotonic()
    with pytest.raises(StoppedError, match="--max-duration"):
        sent(segment, put(tmp_path / "events", LINES[:9]), max_duration=0.3, clock=SYSTEM)
    assert SYSTEM.monotonic() - began < 60


@pytest.mark.parametrize("seconds", [19 * 3600, 21 * 3600])
def test_a_late_resume_is_told(segment: StandInSegment, events: Path, seconds: int) -> None:
    running = sending(segment, events)
    list(itertools.islice(running, 3))
    running.close()
    later = replace(RESTLESS, now=lambda: SYSTEM.now() + seconds)
    first = next(sending(segment, events, clock=later, check_key=False))
    assert isinstance(first, Sending)
    assert first.late == (pytest.approx(21.0, abs=0.1) if seconds > 20 * 3600 else None)


def test_two_destinations_of_a_file_know_nothing_of_each_other(
    segment: StandInSegment, events: Path
) -> None:
    sent(segment, events)
    with StandInSegment(write_key="another-write-key") as other:
        (result,) = sent(other, events)
        assert (result.accepted, result.already) == (2_000, False)
        assert other.verdict(LINES).is_exact


def test_nothing_that_is_kept_tells_the_key_or_a_customer(
    segment: StandInSegment, events: Path
) -> None:
    sent(segment, events)
    kept = beside(events, "delivery").read_text()
    assert segment.write_key not in kept
    assert "7001" not in kept
    assert beside(events, "delivery").stat().st_mode & 0o077 == 0


def test_old_messages_wait_for_a_choice_of_destinations(
    segment: StandInSegment, events: Path
) -> None:
    for unsaid in ((), (("Mixpanel", True),)):  # of which all others would stay on
        with pytest.raises(RefusedError, match="older than 72 hours"):
            sent(segment, events, integrations=unsaid)
    assert not segment.requests
    sent(segment, events, integrations=(("All", False), ("Mixpanel", True)))
    assert len(segment.accepted) == 2_000
    one = orjson.loads(next(iter(segment.accepted.values())))
    assert one["integrations"] == {"All": False, "Mixpanel": True}


def test_a_choice_that_the_run_itself_made_is_enough(
    segment: StandInSegment, tmp_path: Path
) -> None:
    path = put_own(
        tmp_path / "events.ndjson", LINES, integrations=(("All", False), ("Mixpanel", True))
    )
    sent(segment, path, integrations=())
    assert segment.verdict(LINES).is_exact


@pytest.mark.parametrize("named", [(("Email All", True),), (("Mixpanel", True),), ()])
def test_a_destination_whose_name_ends_like_all_is_no_choice_of_the_run(
    segment: StandInSegment, tmp_path: Path, named: tuple[tuple[str, bool], ...]
) -> None:
    path = put_own(tmp_path / "events.ndjson", LINES, integrations=named)
    with pytest.raises(RefusedError, match="older than 72 hours"):
        sent(segment, path, integrations=())
    assert not segment.requests


def test_one_old_message_late_in_a_file_is_found_before_the_first_batch(
    segment: StandInSegment, tmp_path: Path
) -> None:
    now = "2100-01-01T00:00:00.000Z"
    recent = [line(message(number, timestamp=now)) for number in range(1_000)]
    path = put(tmp_path / "events.ndjson", [*recent, line(message(1_000))])
    with pytest.raises(RefusedError, match="older than 72 hours"):
        sent(segment, path, integrations=())
    assert not segment.requests
    sent(segment, put(path, recent), integrations=())
    assert segment.verdict(recent).is_exact


@pytest.mark.parametrize("names", [["-", "a.ndjson"], ["*.nothing"], ["a.checkpoint.json"]])
def test_what_cannot_be_meant_is_refused(names: list[str]) -> None:
    with pytest.raises(UsageError):
        places.named(names)


def test_files_that_hold_other_things_are_refused(segment: StandInSegment, tmp_path: Path) -> None:
    record = line({"id": 1, "admin_graphql_api_id": "gid://shopify/Order/1", "line_items": []})
    with pytest.raises(UsageError, match="holds a recording, and events"):
        sent(segment, put(tmp_path / "orders.ndjson", [record]))
    with pytest.raises(UsageError, match="holds no events"):
        sent(segment, put(tmp_path / "orders.csv", [b"id,total\n", b"1,12.50\n"]))


def test_lines_that_were_added_to_a_finished_run_are_sent_too(
    segment: StandInSegment, tmp_path: Path
) -> None:
    path = put_own(tmp_path / "events.ndjson", LINES[:300])
    with path.open("ab") as more:
        more.write(b"".join(LINES[300:400]))
    (result,) = sent(segment, path)
    assert result.accepted == 400
    assert segment.verdict(LINES[:400]).is_exact


def test_standard_input_cannot_be_stopped_to_go_on_later(segment: StandInSegment) -> None:
    request = ReplayRequest(("-",), integrations=ALL, rate=1e6, max_duration=60.0)
    with pytest.raises(UsageError, match="--max-duration"):
        list(replays.replay(request, target(segment), RESTLESS, stream=io.BytesIO(LINES[0])))
    assert not segment.requests
