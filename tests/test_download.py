"""A result is fetched whole, from the right host, and goes on where it broke off."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest

from littlerelay.errors import DiskError, RefusedError, UnreachableError
from littlerelay.patience import Patience
from littlerelay.shopify.download import Download, SpentError
from shopify_fakes import FakeTime

URL = "https://storage.googleapis.com/shopify/bulk/1?Signature=secret"
RESULT = b'{"id":1}\n{"id":2}\n{"id":3}\n'
HALF = len(RESULT) // 2

Answer = Callable[[httpx.Request], httpx.Response]


class Breaking(httpx.SyncByteStream):
    """Gives some bytes, and then no more: the connection breaks."""

    def __init__(self, content: bytes) -> None:
        self._content = content

    def __iter__(self) -> Iterator[bytes]:
        """Gives the bytes and breaks."""
        yield self._content
        raise httpx.RemoteProtocolError("broken")


class Host:
    """Answers each request by the next answer of a list; the last one answers all that follow."""

    def __init__(self, *answers: Answer) -> None:
        self._answers = list(answers)
        self.asked: list[httpx.Request] = []

    def client(self) -> httpx.Client:
        """Gives a client whose requests come here."""
        return httpx.Client(transport=httpx.MockTransport(self._answer))

    def _answer(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request)
        answer = self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]
        return answer(request)

    def ranges(self) -> list[str | None]:
        """Gives the range that each request asked for."""
        return [request.headers.get("Range") for request in self.asked]


def whole(_: httpx.Request) -> httpx.Response:
    return httpx.Response(200, stream=httpx.ByteStream(RESULT))


def rest(request: httpx.Request) -> httpx.Response:
    """Answers a range, as storage does."""
    start = int(request.headers["Range"].removeprefix("bytes=").removesuffix("-"))
    if start >= len(RESULT):
        return httpx.Response(416, headers={"Content-Range": f"bytes */{len(RESULT)}"})
    name = f"bytes {start}-{len(RESULT) - 1}/{len(RESULT)}"
    stream = httpx.ByteStream(RESULT[start:])
    return httpx.Response(206, headers={"Content-Range": name}, stream=stream)


def broken(content: bytes) -> Answer:
    headers = {"Content-Length": str(len(RESULT))}
    return lambda _: httpx.Response(200, headers=headers, stream=Breaking(content))


def status(code: int, **headers: str) -> Answer:
    return lambda _: httpx.Response(code, headers=headers, stream=httpx.ByteStream(b""))


def fetched(path: Path, host: Host, url: str = URL, *, is_local: bool = False) -> bytes:
    time = FakeTime()
    told: list[int] = []
    patience = Patience(tries=3)
    Download(host.client, time.clock, patience=patience, is_local=is_local).fetch(
        url, path, told.append
    )
    assert told == sorted(told)
    return path.read_bytes()


def test_a_result_is_fetched_as_it_is_and_for_its_owner_alone(tmp_path: Path) -> None:
    host = Host(whole)
    assert fetched(tmp_path / "result", host) == RESULT
    assert host.asked[0].headers["Accept-Encoding"] == "identity"
    assert not [name for name in host.asked[0].headers if name.startswith("x-shopify")]
    assert (tmp_path / "result").stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("signature", ["secret", "a%2Fb%3D", "ä b/c+"])
def test_no_log_holds_the_address_which_is_its_own_permission(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, signature: str
) -> None:
    host = Host(broken(RESULT[:HALF]), rest)
    with caplog.at_level(logging.DEBUG):
        fetched(tmp_path / "result", host, f"{URL.partition('=')[0]}={signature}")
        Host(whole).client().get("https://example.com/other")
    told = [record.getMessage() for record in caplog.records]
    assert any("/other" in line for line in told)
    assert not [line for line in told if "Signature" in line]


def test_what_broke_off_goes_on_behind_the_bytes_that_are_there(tmp_path: Path) -> None:
    host = Host(broken(RESULT[:HALF]), rest)
    assert fetched(tmp_path / "result", host) == RESULT
    assert host.ranges() == [None, f"bytes={HALF}-"]


def test_what_an_earlier_run_fetched_is_not_fetched_again(tmp_path: Path) -> None:
    (tmp_path / "result").write_bytes(RESULT[:HALF])
    host = Host(rest)
    assert fetched(tmp_path / "result", host) == RESULT
    assert host.ranges() == [f"bytes={HALF}-"]


def test_a_file_that_is_whole_already_stays(tmp_path: Path) -> None:
    (tmp_path / "result").write_bytes(RESULT)
    assert fetched(tmp_path / "result", Host(rest)) == RESULT


def test_a_file_that_is_longer_than_the_result_is_fetched_anew(tmp_path: Path) -> None:
    (tmp_path / "result").write_bytes(RESULT + b"more")
    assert fetched(tmp_path / "result", Host(rest, whole)) == RESULT


def test_a_host_that_knows_no_ranges_gives_the_whole_again(tmp_path: Path) -> None:
    (tmp_path / "result").write_bytes(b"x" * HALF)
    assert fetched(tmp_path / "result", Host(whole)) == RESULT


def test_an_answer_of_other_bytes_than_were_asked_for_is_not_taken(tmp_path: Path) -> None:
    (tmp_path / "result").write_bytes(RESULT[:HALF])
    wrong = status(206, **{"Content-Range": f"bytes 0-9/{len(RESULT)}"})
    assert fetched(tmp_path / "result", Host(wrong, rest)) == RESULT


def test_an_answer_with_fewer_bytes_than_it_names_is_not_whole(tmp_path: Path) -> None:
    def short(_: httpx.Request) -> httpx.Response:
        headers = {"Content-Length": str(len(RESULT))}
        return httpx.Response(200, headers=headers, stream=httpx.ByteStream(RESULT[:HALF]))

    assert fetched(tmp_path / "result", Host(short, rest)) == RESULT


def test_patience_ends_only_where_nothing_comes_any_more(tmp_path: Path) -> None:
    steps = [broken(RESULT[:1])]
    for size in range(2, 9):

        def one_more(_: httpx.Request, size: int = size) -> httpx.Response:
            name = f"bytes {size - 1}-{len(RESULT) - 1}/{len(RESULT)}"
            stream = Breaking(RESULT[size - 1 : size])
            return httpx.Response(206, headers={"Content-Range": name}, stream=stream)

        steps.append(one_more)
    assert fetched(tmp_path / "result", Host(*steps, rest)) == RESULT


def test_a_host_that_stays_broken_is_given_up(tmp_path: Path) -> None:
    host = Host(status(503))
    with pytest.raises(UnreachableError, match="status 503"):
        fetched(tmp_path / "result", host)
    assert len(host.asked) == 3


@pytest.mark.parametrize("code", [400, 401, 403, 404, 410])
def test_an_address_that_has_expired_says_so_at_once(tmp_path: Path, code: int) -> None:
    host = Host(status(code))
    with pytest.raises(SpentError):
        fetched(tmp_path / "result", host)
    assert len(host.asked) == 1


def test_a_compressed_answer_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UnreachableError, match="compressed"):
        fetched(tmp_path / "result", Host(status(200, **{"Content-Encoding": "gzip"})))


def test_an_answer_that_leads_elsewhere_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RefusedError, match="another address"):
        fetched(tmp_path / "result", Host(status(302, Location="https://evil.example/")))


@pytest.mark.parametrize(
    "url",
    [
        "http://storage.googleapis.com/1",
        "https://storage.googleapis.com.evil.example/1",
        "https://evil.example/storage.googleapis.com",
        "https://storage.googleapis.com:8443/1",
        "https://storage.googleapis.com" + "@" + "evil.example/1",
        "http://127.0.0.1:8000/1",
        "https://localhost/1",
    ],
)
def test_no_other_host_is_asked(tmp_path: Path, url: str) -> None:
    host = Host(whole)
    with pytest.raises(RefusedError, match="host of a result") as refused:
        fetched(tmp_path / "result", host, url)
    assert not host.asked
    assert "secret" not in str(refused.value)


@pytest.mark.parametrize("url", ["http://a:b:c/1?secret", "https://\x00/secret", "", "secret"])
def test_what_is_no_address_is_refused(tmp_path: Path, url: str) -> None:
    with pytest.raises(RefusedError) as refused:
        fetched(tmp_path / "result", Host(whole), url)
    assert "secret" not in str(refused.value)


def test_a_shop_on_this_machine_has_its_results_there_too(tmp_path: Path) -> None:
    host = Host(whole)
    assert fetched(tmp_path / "result", host, "http://127.0.0.1:8000/1", is_local=True) == RESULT


def test_a_symbolic_link_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").write_bytes(b"")
    (tmp_path / "result").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(DiskError):
        fetched(tmp_path / "result", Host(whole))
    assert (tmp_path / "elsewhere").read_bytes() == b""


def test_no_error_names_the_address_which_is_a_permission(tmp_path: Path) -> None:
    for answer in (status(503), status(403), status(302), status(200, **{"Content-Encoding": "x"})):
        with pytest.raises((UnreachableError, RefusedError)) as error:
            fetched(tmp_path / "result", Host(answer))
        assert "secret" not in f"{error.value} {error.value.hint}"
