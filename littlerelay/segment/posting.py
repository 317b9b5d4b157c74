"""Posts batches to Segment's batch endpoint, and finds the one message in a batch it does not take.

The time of sending is written at every try: Segment works out each event's time from it. So is the
write key, which is in no file.
"""

from __future__ import annotations

import zlib
from datetime import UTC, datetime
from functools import partial

import httpx
import orjson

from littlerelay.clock import Clock
from littlerelay.errors import RefusedError
from littlerelay.http import AGAIN, NAMED, TIMEOUT
from littlerelay.segment.access import TOKEN_REFUSED, Access
from littlerelay.segment.batches import Batch
from littlerelay.segment.messages import Refusal, kept
from littlerelay.settings import Destination

POISON = (400, 413)  # what Segment answers to a batch of which it cannot take something
_UNAUTHORIZED = (401, 403, 511)
_MOST_REFUSED = 100  # messages, each by itself, before any was accepted
_SHOWN = 200  # characters of Segment's reason


class AllRefusedError(RefusedError):
    """Segment takes none of the first messages; ``refusal``, the latest of them, says why.

    Segment's own words may repeat what is in a message: they are for the file of refused ones.
    """

    def __init__(self, status: int, refusal: Refusal) -> None:
        super().__init__(
            f"Segment refuses every message (status {status}).",
            "The key or the endpoint is likely wrong: run `relay check`. Nothing is lost.",
        )
        self.refusal = refusal


class Poster:
    """Posts the batches of one destination; several threads may use it.

    It has a transport and no client, whose cookies, redirects and the like take as long as packing
    a batch.
    ``post`` raises RefusedError for a key, an endpoint or a token that is refused, AllRefusedError
    where all messages are, and UnreachableError when patience ends.
    """

    def __init__(
        self, destination: Destination, access: Access, web: httpx.BaseTransport, clock: Clock
    ) -> None:
        self._endpoint = httpx.URL(destination.endpoint)
        self._write_key = destination.write_key
        self._key = orjson.dumps(destination.write_key)
        self._has_tokens = destination.oauth is not None
        self._access = access
        self._web = web
        self._clock = clock
        self._refused_at_first = 0  # messages, before any was accepted
        self._has_accepted = False

    def post(self, batch: Batch) -> list[tuple[int, Refusal]]:
        """Post a batch until all of it is accepted, or refused message by message.

        Gives each refusal with the number of its message in the batch.
        """
        return self._posted(batch.content.removesuffix(b"\n"), 0, TOKEN_REFUSED)

    def _posted(
        self, content: bytes, first: int, suspect: frozenset[int]
    ) -> list[tuple[int, Refusal]]:
        """Post lines; answers in ``suspect`` may be the token's fault, and not the messages'."""
        answer = self._sent(content.replace(b"\n", b","), suspect)
        if answer.is_success:
            _check_answer(answer)
            self._has_accepted = True
            return []
        if answer.status_code not in POISON:
            raise _not_taken(answer)
        lines = content.split(b"\n")  # no `splitlines`: a carriage return may stand in a message
        if len(lines) == 1:
            return [(first, self._refusal(content, answer))]
        half = len(lines) // 2
        one, other = b"\n".join(lines[:half]), b"\n".join(lines[half:])
        # The token was new for the whole: what is answered to a part of it is the messages' fault.
        known = suspect - {*POISON}
        return self._posted(one, first, known) + self._posted(other, first + half, known)

    def _sent(self, batch: bytes, suspect: frozenset[int]) -> httpx.Response:
        """Send until something is answered; where a token was refused, once more with a new one."""
        answer = self._web.handle_request(self._request(batch))
        if self._has_tokens and answer.status_code in suspect:
            answer = self._web.handle_request(self._request(batch, 1, answer.status_code))
        return answer

    def _request(self, batch: bytes, tries: int = 0, status: int | None = None) -> httpx.Request:
        if status in TOKEN_REFUSED:
            self._access.clear()
        now = datetime.fromtimestamp(self._clock.now(), UTC).isoformat(timespec="milliseconds")
        tail = b'],"writeKey":%s,"sentAt":"%sZ"}' % (self._key, now[:23].encode())
        headers = {
            **NAMED,
            "Content-Type": "application/json",
            "Content-Encoding": "gzip",
            **self._access.headers(),
            **({"X-Retry-Count": str(tries)} if tries else {}),
        }
        content = _packed(b'{"batch":[', batch, tail)
        # No closure that knows itself: it would keep the batch until the next garbage collection.
        extensions = {AGAIN: partial(self._request, batch), "timeout": TIMEOUT.as_dict()}
        return httpx.Request(
            "POST", self._endpoint, headers=headers, content=content, extensions=extensions
        )

    def _refusal(self, line: bytes, answer: httpx.Response) -> Refusal:
        """Give one refused message; where none was ever accepted, it is not the messages' fault."""
        self._refused_at_first += 1
        detail = f"{answer.status_code}: {self._reason(answer)}"
        refusal = Refusal("refused", detail, kept(line))
        if not self._has_accepted and self._refused_at_first >= _MOST_REFUSED:
            raise AllRefusedError(answer.status_code, refusal)
        return refusal

    def _reason(self, answer: httpx.Response) -> str:
        """Give Segment's words, but for the key, which a server may repeat."""
        words = str(_said(answer).get("message") or "no reason given")
        return words.replace(self._write_key, "***")[:_SHOWN]


def _packed(*parts: bytes) -> bytes:
    packer = zlib.compressobj(1, zlib.DEFLATED, 31)
    return b"".join([*(packer.compress(part) for part in parts), packer.flush()])


def _check_answer(answer: httpx.Response) -> None:
    """Check that Segment answered, and not a page that somebody put before it."""
    if answer.content.lstrip()[:1] == b"<" or _said(answer).get("success") is False:
        raise RefusedError(
            f"{answer.request.url.host} answered {answer.status_code}, but not as Segment does.",
            "A proxy or a login page may stand between; nothing is lost.",
        )


def _not_taken(answer: httpx.Response) -> RefusedError:
    host, status = answer.request.url.host, answer.status_code
    if status in _UNAUTHORIZED:
        return RefusedError(
            f"{host} refuses the credentials ({status}).",
            "Give the write key of the source, and where it asks for OAuth, its app and key.",
        )
    return RefusedError(
        f"{host} answered {status}: it is no endpoint that takes batches.",
        "Check --region or --endpoint. Nothing is lost.",
    )


def _said(answer: httpx.Response) -> dict[str, object]:
    try:
        said = orjson.loads(answer.content)
    except orjson.JSONDecodeError:
        return {}
    return said if isinstance(said, dict) else {}
