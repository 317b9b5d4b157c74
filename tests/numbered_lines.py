"""Lines of small messages that count on, and limits under which few of them fill a batch."""

from collections.abc import Callable

import pytest

from littlerelay.segment import batches
from littlerelay.segment.batches import START, Line, Place
from littlerelay.segment.messages import Refusal

LIMIT = 60  # bytes of a batch under narrow limits


def narrow(patch: pytest.MonkeyPatch) -> None:
    """Makes batches small, and what lies far behind near."""
    patch.setattr(batches, "MAX_BYTES", LIMIT)
    patch.setattr(batches, "_FARTHEST", 4 * LIMIT)
    patch.setattr(batches, "_QUIET", 2 * LIMIT)


def reading(content: bytes) -> Callable[[int], bytes]:
    """Gives what reads bytes; fewer than asked for only at the end."""
    left = [content]

    def read(most: int) -> bytes:
        piece, left[0] = left[0][:most], left[0][most:]
        return piece

    return read


def in_a_file(drawn: list[tuple[list[tuple[int, int]], int]]) -> list[Line]:
    """Makes lines of messages (each a lane and a size) and so many refusals."""
    made: list[Line] = []
    place, number = START, 0
    for sizes, count in drawn:
        messages = []
        for lane, size in sizes:
            messages.append((lane, b"%0*d\n" % (size, number)))
            number += 1
        refused = [Refusal("r", f"{len(made)}/{one}", None) for one in range(count)]
        size = sum(len(one) for _, one in messages) + 2 + count
        end = Place(
            place.bytes + size,
            place.lines + 1,
            place.events + len(messages) + count,
            place.left_out + (not messages),
        )
        made.append(Line(place, end, messages, refused))
        place = end
    return made
