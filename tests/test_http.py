"""A request that may be sent again is, for as long as patience lasts, and nothing else is."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any

import httpx
import pytest

from littlerelay.errors import UnreachableError, UsageError
from littlerelay.http import RetryTransport, client, retry_after, server_time
from littlerelay.patience import Patience
from littlerelay.progress import Waiting
from shopify_fakes import NOW, FakeTime, Script, web

URL = "https://acme.myshopify.com/it"
OK = httpx.Response(200, content=b"ok")
NAMED = 300  # seconds: the longest Retry-After that is obeyed


def with_wait(seconds: object, status: int = 429) -> httpx.Response:
    return httpx.Response(status, headers={"Retry-After": str(seconds)})


@pytest.mark.parametrize("status", [408, 410, 429, 460, 500, 502, 503, 504, 511, 520, 530, 540])
def test_a_passing_refusal_is_tried_again(status: int) -> None:
    time, server = FakeTime(), Script(httpx.Response(status), OK)
    assert web(server, time).get(URL).content == b"ok"
    assert len(server.requests) == 2


@pytest.mark.parametrize(
    "status", [200, 204, 301, 302, 307, 308, 400, 401, 402, 403, 404, 413, 422, 423, 430, 501, 505]
)
def test_a_lasting_answer_is_handed_back_at_once(status: int) -> None:
    time, server = FakeTime(), Script(httpx.Response(status, content=b"why"), OK)
    response = web(server, time).get(URL)
    assert (response.status_code, response.content) == (status, b"why")
    assert len(server.requests) == 1
    assert time.slept == []


def test_a_redirect_is_not_followed() -> None:
    with client(FakeTime().clock) as one:
        assert one.follow_redirects is False


@pytest.mark.parametrize(
    "failure",
    [
        httpx.ConnectError("refused"),
        httpx.ConnectTimeout("slow"),
        httpx.ReadTimeout("slow"),
        httpx.ReadError("reset"),
        httpx.RemoteProtocolError("cut"),
        httpx.ProxyError("no way"),
    ],
)
def test_a_broken_connection_is_tried_again(failure: Exception) -> None:
    server = Script(failure, OK)
    assert web(server, FakeTime()).get(URL).status_code == 200
    assert len(server.requests) == 2


def test_the_same_bytes_are_sent_again() -> None:
    server = Script(httpx.Response(503), OK)
    web(server, FakeTime()).post(URL, content=b"all of it")
    assert [request.content for request in server.requests] == [b"all of it"] * 2


def test_pauses_double_up_to_the_longest() -> None:
    time = FakeTime(luck=1.0)
    with pytest.raises(UnreachableError):
        web(Script(httpx.Response(503)), time).get(URL)
    assert time.slept == [0.5, 1, 2, 4, 8, 16, 32, 60, 60]


def test_half_of_a_pause_is_left_to_chance() -> None:
    shortest, middle, longest = (
        Patience().pause(3, FakeTime(luck).clock) for luck in (0.0, 0.5, 1.0)
    )
    assert (shortest, middle, longest) == (1.0, 1.5, 2.0)


def test_patience_ends_after_so_many_tries() -> None:
    time, server = FakeTime(), Script(httpx.Response(503))
    with pytest.raises(UnreachableError, match=r"acme\.myshopify\.com answered 503"):
        web(server, time, Patience(tries=4)).get(URL)
    assert len(server.requests) == 4


def test_patience_ends_before_a_pause_that_would_outlast_it() -> None:
    time, server = FakeTime(), Script(httpx.Response(503))
    with pytest.raises(UnreachableError):
        web(server, time, Patience(tries=1000, seconds=100)).get(URL)
    assert time.seconds == pytest.approx(63.5)
    assert len(server.requests) == 8


def test_a_broken_connection_ends_as_unreachable_and_hides_what_was_sent() -> None:
    server = Script(httpx.ConnectError("to secret.example.com"))
    with pytest.raises(UnreachableError, match="ConnectError") as caught:
        web(server, FakeTime()).get(URL)
    assert "secret" not in str(caught.value)
    assert caught.value.exit_code == 5


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("7", 7), ("2.0", 2), ("0.25", 0.5), (" 4 ", 4), ("301", NAMED), ("1e400", NAMED)],
)
def test_a_wait_that_is_named_is_obeyed_up_to_five_minutes(text: str, seconds: float) -> None:
    time = FakeTime()
    web(Script(with_wait(text), OK), time).get(URL)
    assert time.slept == [seconds]


def test_a_wait_may_be_named_as_a_date() -> None:
    time = FakeTime()
    later = format_datetime(datetime.fromtimestamp(NOW + 90, UTC), usegmt=True)
    web(Script(with_wait(later), OK), time).get(URL)
    assert time.slept == [90]


def test_a_wait_that_is_named_costs_no_try() -> None:
    time, server = FakeTime(), Script(*[with_wait(2)] * 30, OK)
    assert web(server, time, Patience(tries=2)).get(URL).status_code == 200
    assert time.slept == [2] * 30


def test_waits_that_are_named_end_with_the_time() -> None:
    time = FakeTime()
    with pytest.raises(UnreachableError):
        web(Script(with_wait(NAMED)), time).get(URL)
    assert time.slept == [NAMED] * 3


@pytest.mark.parametrize("text", ["0", "-5", "nan", "soon", "Thu, 01 Jan 1970 00:00:00 GMT"])
def test_a_wait_of_nothing_is_a_failure_like_another(text: str) -> None:
    time, server = FakeTime(), Script(with_wait(text))
    with pytest.raises(UnreachableError):
        web(server, time, Patience(tries=3)).get(URL)
    assert time.slept == [0.5, 1]


@pytest.mark.parametrize(
    "text",
    [
        None,
        "",
        "soon",
        "12 parsecs",
        "Mon, 32 Jan 2024 00:00:00 GMT",
        f"Mon, 01 Jan {'9' * 20} 00:00:00 GMT",
    ],
)
def test_a_wait_that_cannot_be_read_is_none(text: str | None) -> None:
    assert retry_after(text, NOW) is None


def test_whoever_watches_learns_why_it_waits() -> None:
    time, seen = FakeTime(), list[Waiting]()
    inner = httpx.MockTransport(Script(httpx.Response(503), with_wait(9), OK))
    transport = RetryTransport(inner, time.clock, seen.append)
    httpx.Client(transport=transport).get(URL)
    host = "acme.myshopify.com"
    assert seen == [Waiting(f"{host} answered 503", 0.5), Waiting(f"{host} answered 429", 9)]


class Body(httpx.SyncByteStream):
    """A body that remembers whether it was closed."""

    def __init__(self, content: bytes) -> None:
        self.content = content
        self.closed = False

    def __iter__(self) -> Iterator[bytes]:
        yield self.content

    def close(self) -> None:
        self.closed = True


def test_a_body_that_cannot_be_decoded_is_closed_and_tried_again() -> None:
    bodies = [Body(b"this is no gzip"), Body(gzip.compress(b"whole"))]
    given = iter(bodies)

    def server(request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, headers={"Content-Encoding": "gzip"}, stream=next(given))

    time = FakeTime()
    assert web(server, time).get(URL).content == b"whole"
    assert [body.closed for body in bodies] == [True, True]


def test_the_client_says_who_it_is() -> None:
    with client(FakeTime().clock) as one:
        assert one.headers["User-Agent"].startswith("littlerelay/")


def test_a_time_limit_holds_for_every_request() -> None:
    with client(FakeTime().clock) as one:
        limits: dict[str, Any] = one.timeout.as_dict()
    assert all(limits.values())


@pytest.mark.parametrize(
    "proxy", ["socks9://proxy.example.com:1", "http://ada:secret@proxy.example.com:no"]
)
def test_a_proxy_that_cannot_be_used_is_refused_by_its_name(
    proxy: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", proxy)
    with pytest.raises(UsageError, match="HTTPS_PROXY") as caught:
        client(FakeTime().clock)
    assert "secret" not in str(caught.value) + caught.value.hint


@pytest.mark.parametrize(
    ("date", "seconds"),
    [
        ("Fri, 02 Jan 1970 00:00:00 GMT", 86_400),
        ("Fri, 02 Jan 1970 00:00:00 -0000", 86_400),
        ("Fri, 02 Jan 1970 02:00:00 +0200", 86_400),
        ("yesterday", None),
        (f"Fri, 02 Jan {'9' * 20} 00:00:00 GMT", None),
    ],
)
def test_the_server_s_clock_is_read_where_it_tells_one(date: str, seconds: int | None) -> None:
    moment = server_time(httpx.Response(200, headers={"Date": date}))
    assert (moment.timestamp() if moment else None) == seconds


def test_a_server_need_not_tell_the_time() -> None:
    assert server_time(httpx.Response(200)) is None
