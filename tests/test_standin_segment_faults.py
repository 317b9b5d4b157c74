"""The stand-in Segment when the way to it is bad: faults, storms, limits of the rate, clocks."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http.client import HTTPConnection

import httpx
import pytest

from segment_posts import batch, post, track
from standin.segment import StandInSegment
from standin.segment_faults import STORM, SegmentFaults


@pytest.fixture
def segment() -> Iterator[StandInSegment]:
    with StandInSegment(slow_seconds=0.2) as running:
        yield running


@pytest.mark.parametrize("status", ["302", "400", "401", "403", "413", "429", "500", "503", "599"])
def test_a_status_comes_once_with_an_error_and_the_batch_is_not_taken(
    segment: StandInSegment, status: str
) -> None:
    segment.faults(status)
    answer = post(segment, track("a"))
    assert answer.status_code == int(status)
    assert set(answer.json()) == {"code", "message"}
    assert "Retry-After" not in answer.headers
    assert not segment.accepted
    assert post(segment, track("a")).status_code == 200


def test_a_redirect_says_where_to(segment: StandInSegment) -> None:
    segment.faults("302")
    assert post(segment, track("a")).headers["Location"] == "/elsewhere"


def test_a_429_says_how_long_to_wait_where_that_is_asked_for(segment: StandInSegment) -> None:
    segment.faults("429:2")
    headers = post(segment, track("a")).headers
    assert (headers["Retry-After"], headers["X-RateLimit-Reset"]) == ("2", "2")


def test_faults_come_in_their_order_and_to_batches_alone(segment: StandInSegment) -> None:
    segment.faults("503", "429:0")
    settings = httpx.get(f"{segment.url}/v1/projects/{segment.write_key}/settings")
    statuses = [post(segment, track("a")).status_code for _ in range(3)]
    assert (settings.status_code, statuses) == (200, [503, 429, 200])
    assert [seen.fault for seen in segment.requests] == ["503", "429:0", ""]


def test_a_reset_comes_before_the_batch_is_taken(segment: StandInSegment) -> None:
    segment.faults("reset")
    with pytest.raises(httpx.NetworkError):
        post(segment, track("a"))
    assert not segment.accepted
    assert segment.requests[0].status == 0


def test_a_lost_answer_is_reset_after_the_batch_was_taken(segment: StandInSegment) -> None:
    segment.faults("lost")
    with pytest.raises(httpx.NetworkError):
        post(segment, track("a"))
    assert list(segment.order) == ["a"]
    post(segment, track("a"))
    assert segment.repeats == [("a",)]
    assert segment.dropped == {"repeat": 1}


def test_a_cut_answer_is_shorter_than_it_promised(segment: StandInSegment) -> None:
    segment.faults("cut")
    with pytest.raises(httpx.RemoteProtocolError):
        post(segment, track("a"))
    assert list(segment.order) == ["a"]


def test_a_slow_answer_comes_byte_by_byte(segment: StandInSegment) -> None:
    segment.faults("slow")
    began = time.monotonic()
    assert post(segment, track("a")).json() == {"success": True}
    assert time.monotonic() - began >= 0.2


def test_a_captive_portal_answers_in_html_and_takes_nothing(segment: StandInSegment) -> None:
    segment.faults("html")
    answer = post(segment, track("a"))
    assert answer.status_code == 200
    assert answer.headers["Content-Type"].startswith("text/html")
    assert answer.text.startswith("<!doctype html>")
    assert not segment.accepted


def test_a_hang_lasts_until_the_client_gives_up(segment: StandInSegment) -> None:
    segment.faults("hang")
    url, body = f"{segment.url}/v1/batch", batch(segment, [track("a")])
    with pytest.raises(httpx.ReadTimeout):
        httpx.post(url, json=body, timeout=0.1)
    assert not segment.accepted
    assert post(segment, track("a")).status_code == 200


def test_a_hang_does_not_outlast_the_server() -> None:
    with StandInSegment() as segment:
        segment.faults("hang")
        connection = HTTPConnection(segment.url.removeprefix("http://"))
        connection.request("POST", "/v1/batch", b"{}")
        while not segment.requests:
            time.sleep(0.01)
    with pytest.raises(ConnectionError):
        connection.getresponse()
    connection.close()


@pytest.mark.parametrize("kind", ["sunspots", "200", "503:7", "4290", ""])
def test_an_unknown_fault_is_refused(segment: StandInSegment, kind: str) -> None:
    with pytest.raises(ValueError, match="No such fault"):
        segment.faults("503", kind)
    assert post(segment, track("a")).status_code == 200, "none of them was queued"


def test_a_storm_is_always_the_same_for_its_seed() -> None:
    def drawn(seed: int) -> list[str]:
        faults = SegmentFaults((seed, 0.2))
        return [faults.draw() for _ in range(1000)]

    assert drawn(7) == drawn(7) != drawn(8)
    assert 150 < sum(fault != "" for fault in drawn(7)) < 250
    assert {fault for fault in drawn(7) if fault} == set(STORM)


@pytest.mark.torture
def test_a_sender_that_goes_on_gets_through_a_storm(segment: StandInSegment) -> None:
    segment.storm = (7, 0.5)
    for name in map(str, range(20)):
        while not came_through(segment, name):
            continue
    segment.storm = None
    assert list(segment.order) == [str(number) for number in range(20)]
    assert len(segment.requests) > 30


def came_through(segment: StandInSegment, name: str) -> bool:
    """Tells whether one try was answered as it should be."""
    try:
        return post(segment, track(name)).status_code == 200
    except httpx.TransportError:
        return False


def test_more_events_than_the_rate_allows_are_told_to_wait_a_second() -> None:
    with StandInSegment(rate_limit=10) as segment:
        full = [track(str(number)) for number in range(10)]
        assert post(segment, *full).status_code == 200
        refused = post(segment, *full)
        assert (refused.status_code, refused.headers["Retry-After"]) == (429, "1")
        segment.pass_time(1)
        assert post(segment, *full).status_code == 200


def test_a_batch_of_more_than_a_second_is_let_in_and_paid_for_afterwards() -> None:
    with StandInSegment(rate_limit=10) as segment:
        assert post(segment, *[track(str(number)) for number in range(200)]).status_code == 200
        segment.pass_time(9)  # of 19.1 that are owed: a slow machine may take some seconds more
        assert post(segment, track("a")).status_code == 429
        segment.pass_time(11)
        assert post(segment, track("a")).status_code == 200


def test_every_answer_has_the_date_of_a_clock_that_may_be_wrong() -> None:
    with StandInSegment(clock_skew=-7200) as segment:
        segment.faults("503")
        answers = [post(segment, track("a")), post(segment, track("a")), httpx.get(segment.url)]
    for answer in answers:
        behind = datetime.now(UTC) - parsedate_to_datetime(answer.headers["Date"])
        assert 7190 < behind.total_seconds() < 7230


def test_one_connection_serves_many_batches(segment: StandInSegment) -> None:
    connection = HTTPConnection(segment.url.removeprefix("http://"))
    connection.connect()
    first = connection.sock
    for number in range(20):
        body = json.dumps(batch(segment, [track(str(number))]))
        connection.request("POST", "/v1/batch", body)
        assert connection.getresponse().read() == b'{"success":true}'
        assert connection.sock is first
    connection.close()
    assert len(segment.order) == 20


def test_a_client_that_goes_in_the_middle_of_a_batch_has_sent_none(
    segment: StandInSegment, capfd: pytest.CaptureFixture[str]
) -> None:
    connection = HTTPConnection(segment.url.removeprefix("http://"))
    connection.request("POST", "/v1/batch", b'{"batch":[', {"Content-Length": "500"})
    connection.close()
    assert post(segment, track("a")).status_code == 200
    segment.stop()
    assert len(segment.requests) == 1
    assert capfd.readouterr().err == ""


def test_a_body_of_unknown_length_is_refused_and_never_half_read(segment: StandInSegment) -> None:
    url, body = f"{segment.url}/v1/batch", json.dumps(batch(segment, [track("a")])).encode()
    assert httpx.post(url, content=iter([body])).status_code == 411
    assert not segment.requests
