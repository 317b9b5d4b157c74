"""Cuts a file of events into batches that Segment takes whole.

A Place says how far a file was read, and every line before a batch's ``start`` is in an earlier
batch of its lane, was left out or was refused. So the file is delivered up to the smallest start
that Segment has not acknowledged.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from zlib import crc32

from littlerelay.errors import Bug
from littlerelay.segment.messages import Refusal

# Of 500,000 bytes that Segment takes: what else is in a body (the key, the time) comes on top.
MAX_BYTES = 480_000
MAX_EVENTS = 2_500  # what is over that is dropped with a 200

_FARTHEST = 16_000_000  # bytes that a batch's first line may lie behind before it must go
_QUIET = 8_000_000  # bytes without a batch after which the place is told all the same


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """A point in a file: unpacked bytes and lines before it, and what they held.

    ``events`` counts the messages that were to be sent, refused ones among them, ``left_out`` those
    that were not chosen.
    """

    bytes: int = 0
    lines: int = 0
    events: int = 0
    left_out: int = 0


START = Place()


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a file: from where to where, what of it is sent and what is refused.

    ``messages`` are each a lane and the bytes of one message, its newline included.
    """

    start: Place
    end: Place
    messages: list[tuple[int, bytes]]
    refused: list[Refusal] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Batch:
    """Messages of one lane, a line each; none where only ``covered`` and ``refused`` tell news.

    ``covered`` is the place up to which all lines are in this batch or in those before it;
    ``refused`` are refusals, each with the place of its line; ``places`` are those of the messages'
    lines, none where the batch is one block of the file.
    """

    lane: int
    start: Place
    covered: Place
    content: bytes
    count: int
    refused: tuple[tuple[Place, Refusal], ...] = ()
    places: tuple[Place, ...] = ()

    def place_of(self, number: int) -> Place:
        """Give where the line of a message begins, or where its block does."""
        return self.places[number] if self.places else self.start


def of_blocks(read: Callable[[int], bytes], start: Place, most: int) -> Iterator[Batch]:
    """Cut batches out of relay's own lines, as they are: nothing is decoded.

    ``read`` gives bytes from ``start`` on, ``most`` bounds the events of a batch. Raises
    Bug for lines that are not relay's own.
    """
    rest, place = b"", start
    while block := rest + read(MAX_BYTES - len(rest)):
        end, count = _end_of_batch(block, most)
        if not end:
            raise Bug(f"the line at byte {place.bytes} is not one of relay's own")
        after = Place(place.bytes + end, place.lines + count, place.events + count, place.left_out)
        yield Batch(0, place, after, block[:end], count)
        rest, place = block[end:], after


def _end_of_batch(block: bytes, most: int) -> tuple[int, int]:
    """Give where the last whole line ends that still belongs to the batch, and how many there are.

    Only lines of less than 180 bytes are so many that their number decides.
    """
    # bytes.count looks at each byte in turn; this takes a fifth of the time.
    count = len(block) - len(block.replace(b"\n", b""))
    if count <= most:
        return block.rfind(b"\n") + 1, count
    end = 0
    for _ in range(most):
        end = block.find(b"\n", end) + 1
    return end, most


def of_lines(lines: Iterable[Line], start: Place, lanes: int, most: int) -> Iterator[Batch]:
    """Put lines into the batches of their lanes; a last one without messages covers the end."""
    builders = [_Builder(lane) for lane in range(lanes)]
    refused: list[tuple[Place, Refusal]] = []
    place = told = start

    def cut(builder: _Builder) -> Batch:
        nonlocal refused, told
        content, places = builder.taken()
        opened = [one.start for one in builders if one.count]
        first, covered = places[0] if places else place, min([place, *opened])
        batch = Batch(
            builder.lane, first, covered, content, len(places), tuple(refused), tuple(places)
        )
        refused, told = [], place
        return batch

    for line in lines:
        for lane, message in line.messages:
            builder = builders[lane]
            if builder.is_full_with(message, most):
                place = line.start
                yield cut(builder)
            builder.add(message, line.start)
        refused += [(line.start, refusal) for refusal in line.refused]
        place = line.end
        for builder in builders:
            if builder.count and place.bytes - builder.start.bytes > _FARTHEST:
                yield cut(builder)
        if place.bytes - told.bytes > _QUIET and not any(one.count for one in builders):
            yield cut(builders[0])
    for builder in sorted(builders, key=lambda one: one.start):
        if builder.count:
            yield cut(builder)
    yield cut(builders[0])


class _Builder:
    """Collects the messages of one lane, and where the line of each begins."""

    def __init__(self, lane: int) -> None:
        self.lane = lane
        self._messages: list[bytes] = []
        self._places: list[Place] = []
        self._size = 0

    @property
    def count(self) -> int:
        """Give how many messages are collected."""
        return len(self._messages)

    @property
    def start(self) -> Place:
        """Give where the first of them begins."""
        return self._places[0] if self._places else START

    def is_full_with(self, message: bytes, most: int) -> bool:
        """Tell whether a message would be too much for what is collected."""
        is_over = self._size + len(message) > MAX_BYTES or self.count >= most
        return self.count > 0 and is_over

    def add(self, message: bytes, start: Place) -> None:
        """Take a message of the line that begins at ``start``."""
        self._messages.append(message)
        self._places.append(start)
        self._size += len(message)

    def taken(self) -> tuple[bytes, list[Place]]:
        """Give what was collected, and begin anew."""
        content, places = b"".join(self._messages), self._places
        self._messages, self._places, self._size = [], [], 0
        return content, places


def lane_of(identity: str, lanes: int) -> int:
    """Give the lane of whoever a message is about: the same on every machine and in every run.

    >>> lane_of("7001", 4)
    1
    """
    return crc32(identity.encode("utf-8", "replace")) % lanes
