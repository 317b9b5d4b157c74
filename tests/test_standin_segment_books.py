"""The books of the stand-in Segment: what was posted, what a file lacks, and all of it by HTTP."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from segment_posts import batch, lines, post, send, track
from standin.segment import StandInSegment
from standin.segment_options import DEFAULTS, read_options

FIXTURES = Path(__file__).parent.parent / "fixtures"


@pytest.fixture
def segment() -> Iterator[StandInSegment]:
    with StandInSegment() as running:
        yield running


def test_every_post_is_noted_with_what_a_sender_is_judged_by(segment: StandInSegment) -> None:
    body = batch(segment, [track("a"), track("b"), track("c")], sentAt="2026-01-01T00:00:00.000Z")
    send(segment, body, {"X-Retry-Count": "2", "User-Agent": "it/1", "Authorization": "Bearer x"})
    (seen,) = segment.requests
    assert (seen.events, seen.first, seen.last, seen.status) == (3, "a", "c", 200)
    assert (seen.sent_at, seen.bytes) == ("2026-01-01T00:00:00.000Z", len(json.dumps(body)))
    assert (seen.retry_count, seen.user_agent, seen.authorization) == ("2", "it/1", "bearer")
    assert not seen.encoded
    assert 0 <= segment.now_ms - seen.time_ms < 30_000


def test_a_post_that_meets_a_fault_is_noted_with_its_events(segment: StandInSegment) -> None:
    segment.faults("503")
    post(segment, track("a"), track("b"))
    (seen,) = segment.requests
    assert (seen.status, seen.fault, seen.events, seen.last) == (503, "503", 2, "b")
    assert seen.retry_count is None


def test_a_file_that_was_sent_as_it_is_is_exact(segment: StandInSegment) -> None:
    post(segment, track("a"), track("b"))
    post(segment, track("b"))
    verdict = segment.verdict([*lines(track("b"), track("a"), track("a")), b"\n"])
    assert verdict.is_exact
    assert (verdict.repeats, verdict.dropped) == (1, {"repeat": 1})


def test_what_is_missing_and_what_is_too_much_is_named(segment: StandInSegment) -> None:
    post(segment, track("a"), track("b"))
    verdict = segment.verdict(lines(track("b"), track("c")))
    assert (verdict.missing, verdict.extra, verdict.differing) == (("c",), ("a",), ())
    assert not verdict.is_exact


@pytest.mark.parametrize("value", [1.0, True, "1", None])
def test_an_event_that_says_something_else_is_named(segment: StandInSegment, value: object) -> None:
    post(segment, track("a", properties={"n": 1}))
    verdict = segment.verdict(lines(track("a", properties={"n": value})))
    assert verdict.differing == ("a",)
    assert not verdict.is_exact


def test_the_order_of_keys_and_the_time_of_sending_are_no_difference(
    segment: StandInSegment,
) -> None:
    post(segment, track("a", sentAt="2026-01-01T00:00:00.000Z"))
    assert segment.verdict(lines(dict(reversed(track("a").items())))).is_exact


def test_an_event_that_was_taken_twice_is_not_exact(segment: StandInSegment) -> None:
    post(segment, track("a"))
    segment.pass_time(86_401)
    post(segment, track("a"))
    verdict = segment.verdict(lines(track("a")))
    assert verdict.doubled == ("a",)
    assert not verdict.is_exact


def test_where_ids_alone_are_kept_ids_alone_are_compared() -> None:
    with StandInSegment(keep="ids") as segment:
        post(segment, track("a"), track("b"))
        assert segment.accepted == {"a": b"", "b": b""}
        assert segment.verdict(lines(track("a", n=1), track("b"))).is_exact
        assert segment.verdict(lines(track("a"))).extra == ("b",)


def control(segment: StandInSegment, name: str, body: object) -> httpx.Response:
    return httpx.post(f"{segment.url}/control/{name}", json=body)


def test_the_books_can_be_read_from_outside(segment: StandInSegment) -> None:
    post(segment, track("b"), track("a"), track("a"), track(""))
    data = httpx.get(f"{segment.url}/control/verdict-data").json()
    assert data["order"][:2] == ["b", "a"]
    assert (data["dropped"], data["without_id"], data["repeats"]) == ({"repeat": 1}, 1, 0)
    assert data["requests"][0]["events"] == 4
    file = b"".join(lines(track("a"), track("c")))
    verdict = httpx.post(f"{segment.url}/control/verdict", content=file).json()
    assert (verdict["missing"], verdict["is_exact"]) == (["c"], False)


def test_the_controls_steer_the_faults_and_the_clock(segment: StandInSegment) -> None:
    control(segment, "faults", {"next": ["503"], "storm": [7, 1.0]})
    assert post(segment, track("a")).status_code == 503
    assert segment.storm == (7, 1.0)
    control(segment, "faults", {"storm": None})
    assert post(segment, track("a")).status_code == 200
    control(segment, "pass_time", {"seconds": 86_400})
    post(segment, track("a"))
    assert list(segment.order) == ["a", "a"]


def test_a_control_that_makes_no_sense_is_refused(segment: StandInSegment) -> None:
    unknown = control(segment, "faults", {"next": ["sunspots"]})
    assert unknown.status_code == 400
    assert "No such fault: sunspots" in unknown.json()["error"]
    assert control(segment, "pass_time", {}).status_code == 400
    assert control(segment, "nothing", {}).status_code == 404


def start(*words: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "standin.segment", *words]
    return subprocess.Popen(command, cwd=FIXTURES, stdout=subprocess.PIPE, text=True, env={})


def test_the_command_says_where_it_is_and_stops_when_told() -> None:
    with start("--write-key", "a-key-of-mine", "--poison", "bad,worse") as process:
        assert process.stdout is not None
        ready = json.loads(process.stdout.readline())
        url, key = f"{ready['url']}/v1/batch", ready["write_key"]
        statuses = [
            httpx.post(url, json={"batch": [track(name)], "writeKey": key}).status_code
            for name in ("worse", "a")
        ]
        order = httpx.get(f"{ready['url']}/control/verdict-data").json()["order"]
        httpx.post(f"{ready['url']}/control/stop")
        assert process.wait(5) == 0
    assert (key, statuses, order) == ("a-key-of-mine", [400, 200], ["a"])


def test_the_command_stops_at_a_signal() -> None:
    with start() as process:
        assert process.stdout is not None
        process.stdout.readline()
        process.send_signal(signal.SIGTERM)
        assert process.wait(5) == 0


def test_the_command_line_says_what_options_say() -> None:
    assert read_options([]) == DEFAULTS
    options = read_options("--storm 7:0.2 --suppressed a,b --keep ids --rate-limit 5".split())
    assert options["storm"] == (7, 0.2)
    assert options["suppressed"] == {"a", "b"}
    assert (options["keep"], options["rate_limit"]) == ("ids", 5.0)
