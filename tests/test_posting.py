"""A batch is posted as its lines are, and no answer, whatever it says, tells the write key."""

import gc
import io
import weakref
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import orjson
import pytest

from littlerelay import replays
from littlerelay.clock import SYSTEM
from littlerelay.errors import RefusedError
from littlerelay.http import AGAIN, RetryTransport
from littlerelay.segment.access import Access
from littlerelay.segment.batches import START, Batch
from littlerelay.segment.posting import Poster
from littlerelay.settings import Destination, ReplayRequest
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
