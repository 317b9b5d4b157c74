"""A write key is checked before anything is sent, and is shown nowhere."""

from __future__ import annotations

import logging
import traceback
from dataclasses import replace

import httpx
import pytest
from pytest_httpserver import HTTPServer

from littlerelay.errors import RefusedError, UnreachableError
from littlerelay.patience import Patience
from littlerelay.segment.preflight import KeyCheck, check_key
from littlerelay.settings import Destination
from segment_keys import KEY
from shopify_fakes import NOW, FakeTime, Script, answer, web

CDN = "https://cdn.segment.com"
US = Destination("https://api.segment.io/v1/batch", KEY, "us", CDN)
EU = replace(US, endpoint="https://events.eu1.segmentapis.com/v1/batch", region="eu")
US_HOST, EU_HOST = "api.segment.io", "events.eu1.segmentapis.com"


def known(api_host: object = None, date: int = NOW) -> httpx.Response:
    own = {} if api_host is None else {"apiHost": api_host}
    return answer({"integrations": {"Segment.io": own}}, date=date)


def checked(reply: httpx.Response | Exception, where: Destination = US) -> KeyCheck:
    time = FakeTime()
    return check_key(where, web(Script(reply), time, Patience(tries=1)), time.clock)


def test_the_settings_of_the_key_s_source_are_asked_for() -> None:
    server, time = Script(known()), FakeTime()
    check_key(replace(US, write_key="a/b?c%d"), web(server, time), time.clock)
    (request,) = server.requests
    assert request.method == "GET"
    assert str(request.url) == f"{CDN}/v1/projects/a%2Fb%3Fc%25d/settings"
    assert "Authorization" not in request.headers


@pytest.mark.parametrize(
    ("where", "api_host", "host"),
    [
        (US, "api.segment.io/v1", US_HOST),
        (US, "https://API.segment.io:443/v1", US_HOST),
        (EU, "events.eu1.segmentapis.com/v1", EU_HOST),
        (EU, "in.eu1.segmentapis.com", "in.eu1.segmentapis.com"),
    ],
)
def test_the_region_is_that_of_the_source_s_own_settings(
    where: Destination, api_host: str, host: str
) -> None:
    assert checked(known(api_host), where) == KeyCheck("known", "ok", host, 0.0)


@pytest.mark.parametrize(
    ("where", "api_host", "belongs", "goes"), [(US, EU_HOST, "eu", "us"), (EU, US_HOST, "us", "eu")]
)
def test_a_key_of_the_other_region_is_refused(
    where: Destination, api_host: str, belongs: str, goes: str
) -> None:
    with pytest.raises(RefusedError) as caught:
        checked(known(api_host), where)
    assert str(caught.value) == (
        f"This write key belongs to the region {belongs}, and events would go to {goes}."
    )
    assert caught.value.hint.startswith(f"Give --region {belongs}")
    assert caught.value.exit_code == 4


@pytest.mark.parametrize(
    ("api_host", "host"),
    [
        (None, None),
        (7, None),
        ("", None),
        ("two words", None),
        ("segment.example.com/v1", "segment.example.com"),
        ("api.segment.io.example.com", "api.segment.io.example.com"),
        ("events.eu1.segmentapis.com.example.com", "events.eu1.segmentapis.com.example.com"),
        ("eu1.example.com", "eu1.example.com"),
        ("events-eu1.segmentapis.com", "events-eu1.segmentapis.com"),
        ("\x1b[2J", None),
    ],
)
@pytest.mark.parametrize("where", [US, EU])
def test_a_host_that_tells_no_region_never_makes_one_right(
    where: Destination, api_host: object, host: str | None
) -> None:
    assert checked(known(api_host), where) == KeyCheck("known", "not verifiable", host, 0.0)


@pytest.mark.parametrize("body", [{}, {"integrations": []}, {"integrations": {"Segment.io": True}}])
def test_settings_without_a_word_on_the_host_are_settings(body: object) -> None:
    assert checked(answer(body)) == KeyCheck("known", "not verifiable", None, 0.0)


def test_an_endpoint_of_one_s_own_is_not_asked() -> None:
    server, time = Script(known()), FakeTime()
    own = Destination("https://segment.example.com/v1/batch", KEY)
    assert check_key(own, web(server, time), time.clock) == KeyCheck("not verifiable")
    assert server.requests == []


def test_without_a_region_none_is_right() -> None:
    here = Destination("http://127.0.0.1:81/v1/batch", KEY, None, "http://127.0.0.1:81")
    assert checked(known(US_HOST), here).region == "not verifiable"


@pytest.mark.parametrize(("off", "ahead"), [(3600, -3600.0), (-90, 90.0)])
def test_the_clock_is_compared_with_segment_s(off: int, ahead: float) -> None:
    assert checked(known(date=NOW + off)).ahead == ahead


def test_an_answer_need_not_tell_the_time() -> None:
    assert checked(httpx.Response(200, json={})).ahead is None


@pytest.mark.parametrize("status", [400, 403, 404])
def test_a_key_that_segment_does_not_know_is_refused_and_not_shown(status: int) -> None:
    with pytest.raises(RefusedError, match="Segment does not know this write key") as caught:
        checked(httpx.Response(status, text=KEY))
    assert caught.value.hint.startswith("Copy it again from Segment")
    assert caught.value.exit_code == 4
    assert "canary" not in "".join(traceback.format_exception(caught.value)) + caught.value.hint


@pytest.mark.parametrize(
    "reply",
    [
        httpx.Response(200, text=f"<html>{KEY}</html>"),
        httpx.Response(200, json=[KEY]),
        httpx.Response(302, headers={"Location": f"https://example.com/{KEY}"}),
        httpx.Response(501),
        httpx.Response(503, text=KEY),
        httpx.ConnectError("refused"),
    ],
)
def test_what_is_no_answer_says_nothing_of_the_key(reply: httpx.Response | Exception) -> None:
    with pytest.raises(UnreachableError) as caught:
        checked(reply)
    assert "canary" not in "".join(traceback.format_exception(caught.value)) + caught.value.hint


def test_no_log_holds_the_key_and_others_are_logged(
    httpserver: HTTPServer, caplog: pytest.LogCaptureFixture
) -> None:
    httpserver.expect_request(f"/v1/projects/{KEY}/settings").respond_with_json({})
    httpserver.expect_request("/other").respond_with_json({})
    base = httpserver.url_for("").rstrip("/")
    with caplog.at_level(logging.DEBUG), httpx.Client(trust_env=False) as client:
        found = check_key(replace(US, settings_endpoint=base), client)
        client.get(f"{base}/other")
    assert found.key == "known"
    assert found.ahead is not None
    assert abs(found.ahead) < 60
    told = [record.getMessage() for record in caplog.records if record.name != "werkzeug"]
    assert any("/other" in line for line in told)
    assert not [line for line in told if "canary" in line]
