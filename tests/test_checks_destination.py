"""`relay check` asks Segment whether it knows the write key, and where the key belongs."""

from dataclasses import replace
from typing import Any

import pytest

from littlerelay import routes
from littlerelay.checks import destination
from littlerelay.clock import SYSTEM
from littlerelay.configuration import Options, configuration
from littlerelay.patience import unwatched
from littlerelay.progress import Checked
from standin.segment import StandInSegment

CLOCK = replace(SYSTEM, sleep=lambda _: None)


def check(**variables: str) -> list[Checked]:
    found = configuration(Options(), variables)
    lines = list(destination.lines(found, variables, CLOCK, unwatched))
    assert [line.name for line in lines] == ["write key", "region"]
    return lines


def states(lines: list[Checked]) -> list[str]:
    return [line.state for line in lines]


def test_without_a_key_nothing_is_asked() -> None:
    assert states(check(RELAY_REGION="us")) == ["skipped", "skipped"]


def test_a_known_key_is_ok_and_an_endpoint_of_ones_own_has_no_region(
    segment: StandInSegment,
) -> None:
    lines = check(RELAY_WRITE_KEY=segment.write_key, RELAY_ENDPOINT=segment.url)
    assert states(lines) == ["ok", "skipped"]
    assert "not verifiable" in lines[1].detail


def test_an_unknown_key_is_refused_with_a_remedy(segment: StandInSegment) -> None:
    key, region = check(RELAY_WRITE_KEY="not-the-write-key", RELAY_ENDPOINT=segment.url)
    assert (key.state, region.state) == ("failed", "skipped")
    assert "does not know this write key" in key.detail
    assert key.remedy
    assert "not-the-write-key" not in str([key, region])


def test_an_endpoint_that_is_away_is_told_as_such() -> None:
    with StandInSegment() as gone:
        address = gone.url
    key, _ = check(RELAY_WRITE_KEY=gone.write_key, RELAY_ENDPOINT=address)
    assert (key.state, key.is_away) == ("failed", True)


def test_a_missing_region_is_the_regions_fault() -> None:
    key, region = check(RELAY_WRITE_KEY="some-write-key")
    assert (key.state, region.state) == ("skipped", "failed")
    assert "--region us or --region eu" in region.remedy


def test_a_key_that_cannot_be_one_is_the_keys_fault() -> None:
    key, region = check(RELAY_WRITE_KEY="short", RELAY_REGION="us")
    assert (key.state, region.state) == ("failed", "skipped")


@pytest.mark.parametrize(
    ("api_host", "wanted", "state"),
    [
        ("api.segment.io/v1", "us", "ok"),
        ("api.segment.io/v1", "eu", "failed"),
        ("events.eu1.segmentapis.com/v1", "eu", "ok"),
        ("events.eu1.segmentapis.com/v1", "us", "failed"),
        ("proxy.example.com/v1", "us", "skipped"),
        (None, "us", "skipped"),
    ],
)
def test_the_region_is_the_keys_own(
    monkeypatch: pytest.MonkeyPatch, api_host: str | None, wanted: str, state: str
) -> None:
    with StandInSegment(api_host=api_host) as segment:
        detour(monkeypatch, segment)
        key, region = check(RELAY_WRITE_KEY=segment.write_key, RELAY_REGION=wanted)
    assert (key.state, region.state) == ("ok", state)


def detour(monkeypatch: pytest.MonkeyPatch, segment: StandInSegment) -> None:
    """Lets what is meant for Segment's settings reach the stand-in."""
    send = routes.EnvironmentTransport.handle_request

    def sent(self: routes.EnvironmentTransport, request: Any) -> Any:
        assert request.url.host == "cdn.segment.com"
        port = int(segment.url.rpartition(":")[2])
        request.url = request.url.copy_with(scheme="http", host="127.0.0.1", port=port)
        return send(self, request)

    monkeypatch.setattr(routes.EnvironmentTransport, "handle_request", sent)
