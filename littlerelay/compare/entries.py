"""Makes entries of lines: of relay's own facts by their beginning alone, of all else decoded.

Relay's own lines have their keys in one order, so what a fact names is found without decoding, and
its bytes tell what it says. What tells a state, and whatever has another form, is decoded; its
content with sorted keys tells what it says. Hashes that differ decide nothing.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

import orjson

from littlerelay.compare.content import KEY, STATE_EVENTS, content, key_of, key_of_id
from littlerelay.compare.partitions import ENTRY, Partitions
from littlerelay.compare.sides import File, Side
from littlerelay.events import timestamp
from littlerelay.files.lines import BYTE_ORDER_MARK
from littlerelay.segment.messages import LONGEST_LINE, Refusal, read

_TOLD = 20_000  # lines after which somebody else may have a turn
_UNCHOSEN = -1
_UTC = "UTC"
_STATES = frozenset(name.encode() for name in STATE_EVENTS)  # decoded, whatever their form

_fact = re.compile(
    rb'\{"type":"track","event":"([^"\\]+)","messageId":"([^"\\]{1,99})",'
    rb'"timestamp":"(\d{4}-\d\d-\d\dT\d\d:\d\d):\d\d\.\d{3}Z"'
).match


class Codes(dict[tuple[bytes, bytes], int]):
    """Numbers each pair of an event's name and a month; one that was not chosen has -1.

    ``names`` are the chosen events, in lower case (none: all). A minute is written as in
    ``2026-01-31T09:15``, in UTC; its month is that of ``zone``.
    """

    def __init__(self, names: Iterable[str], zone: str) -> None:
        super().__init__()
        self.pairs: list[tuple[str, str]] = []
        self.month = months_of(zone)
        self._names = frozenset(names)

    def __missing__(self, pair: tuple[bytes, bytes]) -> int:
        event, month = (part.decode("utf-8", "replace") for part in pair)
        is_chosen = not self._names or event.casefold() in self._names
        code = len(self.pairs) if is_chosen else _UNCHOSEN
        if is_chosen:
            self.pairs.append((event, month))
        self[pair] = code
        return code


class Spreader:
    """Spreads the entries of one side; ``cuts`` leaves what names the library out of hashes."""

    def __init__(self, codes: Codes, into: Partitions, *, cuts: bool) -> None:
        self._codes = codes
        self._into = into
        self._cuts = cuts

    def spread(self, side: Side, file: File) -> Iterator[None]:
        """Spread the entries of a side's next file, now and then giving way.

        Raises UsageError for a line that is no event.
        """
        codes, month, pack = self._codes, self._codes.month, ENTRY.pack
        writes, count = self._into.writes, len(self._into.writes)
        library = file.library if self._cuts else None
        position = side.end
        for number, text in enumerate(side.lines(file), 1):
            found, size = _fact(text), len(text)
            if found and found[1] not in _STATES and text.endswith(b"}\n"):
                event, name, minute = found.groups()
                key = name if len(name) == KEY else key_of_id(name)
                code = codes[event, month(minute)]
                if code >= 0:
                    said = hash(text.replace(library, b"", 1) if library else text)
                    writes[hash(key) % count](pack(key, said, position, size, 0, code))
            else:
                self._decoded(side, position, text)
            position += size
            if number % _TOLD == 0:
                yield

    def _decoded(self, side: Side, position: int, text: bytes) -> None:
        """Spread the entries of a line of any form."""
        if len(text) > LONGEST_LINE:
            raise side.unreadable(position, f"it has more than {LONGEST_LINE:,} bytes")
        codes, writes = self._codes, self._into.writes
        for number, one in enumerate(read(text.removeprefix(BYTE_ORDER_MARK))):
            if isinstance(one, Refusal):
                raise side.unreadable(position, one.detail)
            event = one.event
            name = str(event.get("event") or event["type"]).encode()
            minute = timestamp(event["timestamp"])[:16].encode()
            code = codes[name, codes.month(minute)]
            if code >= 0:
                key = key_of(event)
                said = hash(orjson.dumps(content(event), option=orjson.OPT_SORT_KEYS))
                entry = ENTRY.pack(key, said, position, len(text), number, code)
                writes[hash(key) % len(writes)](entry)


def months_of(zone: str) -> Callable[[bytes], bytes]:
    """Give the function that tells the month of a minute, as in ``2026-01-31T09:15`` in UTC."""
    return _utc_month if zone == _UTC else _months_in(ZoneInfo(zone))


def _utc_month(minute: bytes) -> bytes:
    return minute[:7]


def _months_in(zone: ZoneInfo) -> Callable[[bytes], bytes]:
    @lru_cache(maxsize=1 << 16)
    def month(minute: bytes) -> bytes:
        try:
            moment = datetime.fromisoformat(f"{minute.decode()}:00+00:00").astimezone(zone)
        except (ValueError, OverflowError):  # a line in relay's form that relay never wrote
            return minute[:7]
        return b"%04d-%02d" % (moment.year, moment.month)

    return month
