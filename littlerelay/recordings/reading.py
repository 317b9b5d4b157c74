"""Reads recordings line by line, tells what each line is, and keeps it for the mapping."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

import orjson

from littlerelay.clock import Clock
from littlerelay.durable import as_text
from littlerelay.errors import DiskError, RecordError, UsageError
from littlerelay.events import timestamp
from littlerelay.files.inputs import Input
from littlerelay.files.lines import BYTE_ORDER_MARK, lines
from littlerelay.recordings import signatures
from littlerelay.recordings.kinds import EVENTS, KINDS, OTHER
from littlerelay.recordings.nodes import owned
from littlerelay.recordings.recognising import Found, decoded, glanced, recognised
from littlerelay.recordings.store import OWNERS, Fact, Reject, Row, Store
from littlerelay.segment.messages import Refusal, kept, read, taken_out
from littlerelay.settings import SHOP_DOMAIN
from littlerelay.signing_secrets import SigningSecrets

LONGEST = 16 * 1024 * 1024  # bytes of a line
UNKNOWN = "unknown"  # the kind under which a line counts that is nothing known

_OF_OTHERS = {"other_shop", "unknown_shop"}  # what is rejected for a shop that is not the run's
_LINES = 5_000  # that are kept in one step, unless their bytes are more
_BYTES = 8_000_000
_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class Asked:
    """What was said of the lines: the kind of bare records, their shop, and who signed them.

    None of them need be; messages for Segment are taken ``since`` and ``until`` (as timestamps).
    """

    kind: str | None
    shop: str | None
    secrets: SigningSecrets | None
    since: str
    until: str


class Reader:
    """Reads inputs, of ``sizes`` when the run began, from where the store left them.

    Raises UsageError, DiskError.
    """

    def __init__(
        self, inputs: list[Path], sizes: list[int], asked: Asked, store: Store, clock: Clock
    ) -> None:
        self._inputs = inputs
        self._sizes = sizes
        self._asked = asked
        self._store = store
        self._state = store.state
        self._clock = clock
        self._rows: list[Row] = []
        self._facts: list[Fact] = []
        self._rejects: list[Reject] = []
        self._bytes = 0
        self._kept = clock.monotonic()

    def read(self) -> Iterator[int]:
        """Read all lines that are left, giving now and then the bytes of the current input."""
        for number in range(self._state.file, len(self._inputs)):
            with closing(Input(self._inputs[number], is_growing=True)) as source:
                self._go_on(source)
                yield source.raw_position
                for size, text in lines(source.read, LONGEST):
                    self._state.offset += size
                    self._state.lines += 1
                    self._take(text)
                    if self._is_due():
                        self._keep(source)
                        yield source.raw_position
                if source.raw_position < self._sizes[number]:
                    raise DiskError(
                        f"{source.path} was cut while it was read.",
                        "Put the file back: the same command maps what is there then.",
                    )
                self._keep(source, is_end=True)

    def _go_on(self, source: Input) -> None:
        """Go to where the input was left. Raises DiskError where it is not the same."""
        at = self._state
        if source.fingerprint(at.offset) != at.fingerprint and at.offset:
            raise DiskError(
                f"{source.path} is not the file that was read before: it is shorter or changed.",
                "Put the file back, or give --restart.",
            )
        source.go_to(at.offset)

    def _take(self, text: bytes | None) -> None:
        """Tell what a line is, and note it; a blank line is none."""
        if text is not None:
            text = (text.removeprefix(BYTE_ORDER_MARK) if self._state.lines == 1 else text).strip()
            if not text:
                return
        kinds = [UNKNOWN]
        try:
            glance = glanced(text) if text and self._asked.secrets is None else None
            if text and glance:
                kind, key, shop = glance
                kinds = [kind]
                self._check_shop(shop)
                self._spill(kind, key, text)
            else:
                line = decoded(text)
                found = recognised(line, self._asked.kind)
                kinds = [kind for kind, _ in found.entities()]
                self._check(found)
                if found.recorded.kind == EVENTS:
                    self._pass_on(_messages(found, line, text or b""))
                else:
                    self._note(found, text or b"")
        except RecordError as error:
            self._reject(error, text)
            self._state.unsigned += error.reason == signatures.UNSIGNED
            kinds = kinds[:1]
            self._state.rejected[kinds[0]] += 1
        self._state.read.update(kinds)
        self._bytes += len(text or b"")

    def _check(self, found: Found) -> None:
        """Refuse a line that was not signed, where that is verified, or is of another shop."""
        if self._asked.secrets is not None:
            signatures.check(found, self._asked.secrets)
        if found.shop is not None:
            self._check_shop(found.shop.lower())

    def _check_shop(self, shop: str) -> None:
        """Refuse a line of another shop than the settings'; where they name none, the recordings.

        Raises RecordError, UsageError.
        """
        if shop == self._asked.shop or (shop == self._state.shop and not self._asked.shop):
            return
        if not SHOP_DOMAIN.fullmatch(shop):
            raise RecordError("unknown_shop", "its shop is no *.myshopify.com")
        if self._asked.shop:
            raise RecordError("other_shop", "it is not of the shop of the settings")
        if self._state.shop:
            raise UsageError(
                f"The recordings are of several shops, {self._state.shop} and {shop} among them.",
                "Say which one is meant with --shop; lines of others then go to the rejects.",
            )
        self._state.shop = shop

    def _note(self, found: Found, text: bytes) -> None:
        if found.recorded.kind == OTHER:
            self._state.filtered[OTHER] += 1
            return
        for kind, key in found.entities():
            self._spill(kind, key, text)
        self._own(found)

    def _spill(self, kind: str, key: str, text: bytes) -> None:
        at = self._state
        self._rows.append(Row(KINDS[kind].family, key, kind, at.file, at.lines, text))

    def _own(self, found: Found) -> None:
        """Note whose a line is that owns others: by those they will be found."""
        told = owned(found.recorded)
        if told is not None:
            family, name, key = told
            at = self._state
            self._rows.append(Row(OWNERS, name, family, at.file, at.lines, key.encode()))

    def _pass_on(self, texts: Iterable[bytes]) -> None:
        """Keep the messages of a line as they are. Raises RecordError for one that is none."""
        facts = []
        for one in chain.from_iterable(map(read, texts)):
            if isinstance(one, Refusal):
                raise RecordError(one.reason, one.detail)
            event, moment = one.event, timestamp(one.event["timestamp"])
            if self._asked.since <= moment < self._asked.until:
                name = event.get("event") or event["type"]
                own = event["messageId"]
                facts.append(Fact(own, own, moment, moment, name, one.content + b"\n"))
        self._facts += facts
        if not facts:
            self._state.filtered[EVENTS] += 1

    def _reject(self, error: RecordError, text: bytes | None) -> None:
        at = self._state
        place = as_text(self._inputs[at.file]), at.lines
        shop = "" if error.reason in _OF_OTHERS else self._asked.shop or at.shop
        self._rejects.append(Reject(at.file, at.lines, rejected(error, place, text, shop)))

    def _is_due(self) -> bool:
        count = len(self._rows) + len(self._facts) + len(self._rejects)
        return (
            count >= _LINES
            or self._bytes >= _BYTES
            or (count > 0 and self._clock.monotonic() - self._kept >= _SECONDS)
        )

    def _keep(self, source: Input, *, is_end: bool = False) -> None:
        """Make durable what was read, with how far that is."""
        at = self._state
        at.fingerprint = source.fingerprint(at.offset)
        if is_end:
            at.file, at.offset, at.lines = at.file + 1, 0, 0
        self._store.add(self._rows, self._facts, self._rejects)
        self._rows, self._facts, self._rejects = [], [], []
        self._bytes, self._kept = 0, self._clock.monotonic()


def _messages(found: Found, line: object, text: bytes) -> list[bytes]:
    """Give the messages for Segment that a line is, or that lie within it.

    Raises RecordError (``long_number``).
    """
    if found.recorded.body is line:
        return [text]
    return [taken_out(one.body) for one in (found.recorded, *found.others)]


def rejected(
    error: RecordError, place: tuple[str, int], text: bytes | None, shop: str = ""
) -> bytes:
    """Give the line that tells of a rejected one; ``place`` is its file and its number there.

    ``shop`` is the one that it counts for, which it may not tell itself; empty where none is known.
    """
    source, line = place
    told = {
        "reason": error.reason,
        "detail": error.detail,
        "source": source,
        "line": line,
        **({"shop": shop} if shop else {}),
        "record": None if text is None else _as_it_was(text),
    }
    return orjson.dumps(told, option=orjson.OPT_APPEND_NEWLINE)


def _as_it_was(text: bytes) -> object:
    """Give a line as JSON; as a text what is none, or could not be written or read again."""
    try:
        decoded(text)
    except RecordError:
        return text.decode("utf-8", "replace")
    return kept(text)
