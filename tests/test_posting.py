"""A batch is posted as its lines are, and no answer, whatever it says, tells the write key."""

import gc
import gzip
import io
import weakref
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import orjson
import pytest

from littlerelay import http, replays
from littlerelay.clock import SYSTEM
from littlerelay.errors import RefusedError, UsageError
from littlerelay.http import AGAIN, RetryTransport
from littlerelay.patience import unwatched
from littlerelay.segment.access import Access
from littlerelay.segment.batches import START, Batch
from littlerelay.segment.posting import Poster
from littlerelay.sending import Wire
from littlerelay.settings import Destination, OAuth, ReplayRequest
from sent_files import RESTLESS, beside, line, message, messages, put, sent, target
from standin.exchange import Reply
from standin.segment import StandInSegment

ENDS = "\r\v\f\x1c\x85\u2028\n"  # of lines, for Python


@pytest.fixture
def segment() -> Iterator[StandInSegment]:
    with StandInSegment() as running:
        yield running


@pytest.mark.parametrize("between", ["", "\r"])
def test_only_a_newline_ends_a_message(
    segment: StandInSegment, tmp_path: Path, between: str
) -> None:
    found = [message(number, properties={"note": ENDS}) for number in range(9)]
    lines = [line(one).replace(b',"', f',{between}"'.encode()) for one in found]
    segment.app.poison = {found[4]["messageId"], found[8]["messageId"]}
    (result,) = sent(segment, put(tmp_path / "events.ndjson", lines))
    assert (result.accepted, result.refused) == (7, 2)
    assert set(segment.verdict(lines).missing) == segment.app.poison
    refused = beside(tmp_path / "events.ndjson", "refused").read_bytes().splitlines()
    assert [orjson.loads(one)["message"] for one in refused] == [found[4], found[8]]


@pytest.mark.parametrize(("before", "many"), [(0, 5), (185, 150)])
def test_an_answer_that_tells_the_key_does_not_pass_it_on(
    segment: StandInSegment, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, many: int, before: int
) -> None:
    words = "x" * before + f"invalid: {segment.write_key}"
    monkeypatch.setattr(segment.app, "_taken", lambda *_: Reply(400, {"message": words}))
    path = put(tmp_path / "events.ndjson", [line(message(number)) for number in range(many)])
    said = told(segment, path)
    assert "invalid" in said
    assert segment.write_key[:4] not in said


def told(segment: StandInSegment, path: Path) -> str:
    """Gives all that is said and written of a delivery."""
    try:
        results: Any = sent(segment, path)
    except RefusedError as error:
        results = f"{error} {error.hint}"
    files = [file.read_text() for file in path.parent.iterdir()]
    return " ".join([str(results), *files])


class Tokens(Access):
    """Counts the tokens that are thrown away; `first` is good for nothing."""

    def __init__(self) -> None:
        self.cleared = 0

    def headers(self, renew: bool = False) -> dict[str, str]:
        return {"Authorization": f"Bearer {'again' if self.cleared else 'first'}"}

    def clear(self) -> None:
        self.cleared += 1


@pytest.mark.parametrize("is_first_good", [True, False])
def test_a_poison_message_costs_one_token_at_most(is_first_good: bool) -> None:
    posts: list[bytes] = []

    def answered(request: httpx.Request) -> httpx.Response:
        posts.append(gzip.decompress(request.content))
        is_good = is_first_good or request.headers["Authorization"] == "Bearer again"
        status = 400 if b"POISON" in posts[-1] or not is_good else 200
        return httpx.Response(status, json={"success": status == 200})

    lines = [line({"messageId": "POISON" if one == 700 else str(one)}) for one in range(1_024)]
    app = OAuth("app", "key", "", "https://example.com")
    where = Destination("https://example.com/v1/batch", "k" * 10, oauth=app)
    tokens = Tokens()
    poster = Poster(where, tokens, httpx.MockTransport(answered), SYSTEM)
    refused = poster.post(Batch(0, START, START, b"".join(lines), len(lines)))
    assert [number for number, _ in refused] == [700]
    assert tokens.cleared == 1
    assert len(posts) == 2 + 2 * 10  # once more with another token, then by halves


def test_nothing_keeps_a_batch_that_is_answered() -> None:
    kept: list[weakref.ref[Any]] = []

    def answer(request: httpx.Request) -> httpx.Response:
        kept.append(weakref.ref(request.extensions[AGAIN]))
        return httpx.Response(200, json={"success": True})

    there = Destination("https://events.example.com/v1/batch", "key-of-the-source")
    way = RetryTransport(httpx.MockTransport(answer), SYSTEM)
    gc.disable()
    try:
        with httpx.Client(transport=way) as web:
            Poster(there, Access(there, web), way, SYSTEM).post(Batch(0, START, START, b"{}\n", 1))
        assert [one() for one in kept] == [None]
    finally:
        gc.enable()


@pytest.mark.parametrize("is_stream", [False, True])
def test_segment_s_own_words_are_kept_for_the_owner_alone_and_are_in_no_error(
    segment: StandInSegment, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, is_stream: bool
) -> None:
    words = Reply(400, {"message": "invalid email ada@example.com"})
    monkeypatch.setattr(segment.app, "_taken", lambda *_: words)
    path = put(tmp_path / "events.ndjson", messages(500))
    with pytest.raises(RefusedError, match=r"refuses every message \(status 400\)") as caught:
        piped(segment) if is_stream else sent(segment, path)
    refused = Path(caught.value.hint.rpartition(" are in ")[2].removesuffix("."))
    (one,) = map(orjson.loads, refused.read_bytes().splitlines())
    assert one["detail"] == "400: invalid email ada@example.com"
    assert refused.stat().st_mode & 0o777 == 0o600
    assert "ada" not in f"{caught.value} {caught.value.hint}"


def piped(segment: StandInSegment) -> None:
    request = ReplayRequest(("-",), integrations=(("All", True),), rate=1e6)
    stream = io.BytesIO(b"".join(messages(500)))
    list(replays.replay(request, target(segment), RESTLESS, stream=stream))


def test_a_way_that_is_refused_is_not_left_open(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[httpx.Client] = []
    client = http.client

    def noted(*given: Any, **named: Any) -> httpx.Client:
        made.append(client(*given, **named))
        return made[-1]

    monkeypatch.setattr(http, "client", noted)
    app = OAuth("app", "key", "no key", "https://example.com")
    where = Destination("https://example.com/v1/batch", "k" * 10, oauth=app)
    with pytest.raises(UsageError):
        Wire(where, (1.0, 1), SYSTEM, unwatched)
    assert [one.is_closed for one in made] == [True]
