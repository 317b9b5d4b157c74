"""Sums up what is new or changed: what it would cost to send it, exactly and in bounded memory."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from hashlib import blake2b

from littlerelay.compare.workspace import Workspace
from littlerelay.events import Event, timestamp
from littlerelay.previews import Figure, Preview

_PARTS = 64  # files over which ids are spread
_WIDTH = 16  # bytes of an id's digest
_BUFFER = 16 * 1024
_REMEMBERED = 100_000  # ids that were written of late, and need not be again
_USER, _VISITOR, _TIED = b"u", b"v", b"t"

# The beginning of relay's own lines, up to all that tells whom they are about.
_own = re.compile(
    rb'\{"type":"(?:track|identify|alias)",(?:"event":"[^"\\]+",)?"messageId":"[^"\\]{1,99}",'
    rb'"timestamp":"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z)"(?:,"userId":"([^"\\]+)")?'
    rb'(?:,"anonymousId":"([^"\\]+)")?(?:,"previousId":"([^"\\]+)")?,"context":'
).match


class Costs:
    """Takes messages in, one after the other, and gives their preview. Raises OSError."""

    def __init__(self, work: Workspace) -> None:
        self._ids = _Ids(work)
        self._bytes = 0
        self._first: bytes | None = None
        self._last: bytes | None = None

    def add_line(self, line: bytes) -> bool:
        """Take a message in by its line; tell whether that is in relay's form, and may be sent so.

        What others add at the end (sentAt, writeKey ...) are no objects.
        """
        found = _own(line) if line.endswith(b"}}\n") else None
        if found is None or not (found[2] or found[3]):
            return False
        self._add(found[1], len(line), (found[2], found[3], found[4]))
        return True

    def add(self, event: Event, size: int) -> None:
        """Take in a message whose line has so many bytes."""
        names = ("userId", "anonymousId", "previousId")
        user, visitor, previous = (str(event.get(name) or "").encode() or None for name in names)
        self._add(timestamp(event["timestamp"]).encode(), size, (user, visitor, previous))

    def _add(
        self, moment: bytes, size: int, ids: tuple[bytes | None, bytes | None, bytes | None]
    ) -> None:
        user, visitor, previous = ids
        self._bytes += size
        self._first = moment if self._first is None else min(self._first, moment)
        self._last = moment if self._last is None else max(self._last, moment)
        if user:
            self._ids.add(_USER, user)
        if visitor:
            self._ids.add(_TIED if user else _VISITOR, visitor)
        if previous and user:
            self._ids.add(_TIED, previous)

    def preview(self, events: Mapping[str, int], rate: float) -> Preview:
        """Give the preview of these numbers of events, sent at so many messages a second."""
        users, visitors = self._ids.counts()
        return Preview(
            events={name: Figure(number) for name, number in events.items()},
            users=Figure(users),
            visitors=Figure(visitors),
            bytes=Figure(self._bytes),
            rate=rate,
            first=self._first.decode() if self._first else None,
            last=self._last.decode() if self._last else None,
        )


class _Ids:
    """Counts distinct ids: they are spread over files, each of which fits into memory."""

    def __init__(self, work: Workspace) -> None:
        self._paths = [work.path / f"ids-{number}" for number in range(_PARTS)]
        self._files = [work.create(path.name, _BUFFER) for path in self._paths]
        self._writes = [file.write for file in self._files]
        self._late = set[bytes]()

    def add(self, kind: bytes, text: bytes) -> None:
        """Take an id in."""
        name = kind + text
        if name in self._late:
            return
        if len(self._late) >= _REMEMBERED:
            self._late.clear()
        self._late.add(name)
        digest = blake2b(text, digest_size=_WIDTH).digest()
        self._writes[digest[0] % _PARTS](digest + kind)

    def counts(self) -> tuple[int, int]:
        """Give how many users there are, and how many visitors who are no users."""
        users = visitors = 0
        for file in self._files:
            file.close()
        for path in self._paths:
            held: dict[bytes, set[bytes]] = {_USER: set(), _VISITOR: set(), _TIED: set()}
            for record in _records(path.read_bytes()):
                held[record[_WIDTH:]].add(record[:_WIDTH])
            path.unlink()
            users += len(held[_USER])
            visitors += len(held[_VISITOR] - held[_TIED])
        return users, visitors


def _records(content: bytes) -> Iterator[bytes]:
    width = _WIDTH + 1
    return (content[at : at + width] for at in range(0, len(content), width))
