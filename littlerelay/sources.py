"""Makes batches of a file of events: of relay's own bytes as they are, of all else line by line."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path

from littlerelay import ages, checkpoint, sampled
from littlerelay.checkpoint import Checkpoint
from littlerelay.errors import RecordError, RefusedError, UsageError
from littlerelay.files.inputs import Input
from littlerelay.files.lines import BYTE_ORDER_MARK, lines
from littlerelay.places import Paths
from littlerelay.segment.batches import Batch, Line, Place, lane_of, of_blocks, of_lines
from littlerelay.segment.changes import NOTHING, Changes
from littlerelay.segment.choice import EVERYTHING, Choice
from littlerelay.segment.messages import (
    LONGEST_LINE,
    Message,
    Refusal,
    encoded,
    lost_digits,
    read,
)
from littlerelay.settings import Mapping
from littlerelay.times import epoch, iso

OLD = ages.SHORTEST  # seconds after which destinations are likely to act wrongly on an event

HEAD = 64 * 1024  # bytes that tell what a file holds

_LOOK = 1024 * 1024  # bytes of a file's first messages, whose names are told


Read = Callable[[int], bytes]


@dataclass(frozen=True, slots=True)
class Plan:
    """What becomes of the messages of a file.

    ``oldest`` is the time (seconds since 1970) before which no message may be sent, none where the
    user has chosen the destinations. ``known`` stands for messages that were sent before
    (`sampled.mark`), and are left out. ``limit`` is how many messages are taken at most. A last
    line that has no end and is no JSON is left where ``leaves_torn``: somebody may still be writing
    it.
    """

    choice: Choice = EVERYTHING
    changes: Changes = NOTHING
    oldest: int | None = None
    limit: int | None = None
    lanes: int = 1
    most: int = 2_500  # messages of a batch
    leaves_torn: bool = False
    known: frozenset[bytes] = frozenset()

    @property
    def takes_bytes(self) -> bool:
        """Tell whether relay's own lines go as they are, without a look at any of them."""
        as_they_are = self.choice.is_everything and self.changes.is_nothing
        return as_they_are and self.limit is None and self.lanes == 1 and not self.known


@dataclass(frozen=True, slots=True)
class Own:
    """What relay's own checkpoint tells of a file: that its run wrote all up to ``end``."""

    run: Checkpoint
    end: int | None  # bytes as unpacked; none: to the end of the file

    @property
    def is_unfinished(self) -> bool:
        """Tell whether the run has yet to write more."""
        return self.run.phase == "reading"


def own(source: Input, path: Path) -> Own | None:
    """Tell whether a run of relay wrote this file, and how far it is durable; none where not.

    Raises UsageError for a compressed file that its run has not finished, and what
    `checkpoint.load` raises.
    """
    run = checkpoint.load(Paths(path).checkpoint)
    if run is None:
        return None
    mark = run.output
    if source.is_plain:
        left = source.raw_size - mark.bytes  # of a run that is done it was added by somebody else
        may_be = left >= 0 if run.phase == "reading" else left == 0
        is_same = may_be and source.fingerprint(mark.bytes) == mark.tail
        return Own(run, mark.bytes) if is_same else None
    if run.phase == "reading":
        raise UsageError(
            f"{path} is compressed, and the run that writes it is not finished.",
            "Finish it with the command that began it.",
        )
    is_same = source.raw_size == mark.bytes and source.fingerprint(0) == mark.tail
    return Own(run, None) if is_same else None


def batches(read_from: Read, place: Place, plan: Plan, *, is_own: bool) -> Iterator[Batch]:
    """Make batches of what is read from a place on; relay's own lines may go as they are.

    Raises RefusedError for a message that is too old to be sent unasked.
    """
    if is_own and plan.takes_bytes:
        return of_blocks(read_from, place, plan.most)
    return of_lines(taken(read_from, place, plan), place, plan.lanes, plan.most)


def taken(read_from: Read, place: Place, plan: Plan) -> Iterator[Line]:
    """Read lines from a place on, and say what becomes of each."""
    for size, text in lines(read_from, LONGEST_LINE):
        if plan.limit is not None and place.events >= plan.limit:
            return
        if text is None:
            detail = f"the line has more than {LONGEST_LINE:,} bytes"
            found: list[Message | Refusal] = [Refusal("too_large", detail, None)]
        else:
            found = list(read(text.removeprefix(BYTE_ORDER_MARK)))
            if plan.leaves_torn and size == len(text) and _is_torn(found):
                return
        yield (line := _line(found, place, size, plan))
        place = line.end


def _is_torn(found: list[Message | Refusal]) -> bool:
    return any(isinstance(one, Refusal) and one.reason == "not_json" for one in found)


def names(path: Path) -> list[str]:
    """Name the events, or else the types, of a file's first messages. Raises what `Input` does."""
    with closing(Input(path)) as source:
        head = source.read(_LOOK).removeprefix(BYTE_ORDER_MARK)
    found = (one for line in head.split(b"\n") for one in read(line))
    events = (one.event for one in found if isinstance(one, Message))
    return sorted({event.get("event") or event["type"] for event in events})


def _line(found: list[Message | Refusal], place: Place, size: int, plan: Plan) -> Line:
    messages: list[tuple[int, bytes]] = []
    refused: list[Refusal] = []
    left_out = 0
    for one in found:
        if isinstance(one, Refusal):
            refused.append(one)
        elif not plan.choice.takes(one.event):
            left_out += 1
        else:
            _check_age(one, plan)
            changed = _changed(one, plan.changes)
            if isinstance(changed, Message) and _is_known(changed, plan):
                left_out += 1
            else:
                _send(changed, plan.lanes, messages, refused)
    end = Place(
        place.bytes + size,
        place.lines + 1,
        place.events + len(messages) + len(refused),
        place.left_out + left_out,
    )
    return Line(place, end, messages, refused)


def _send(
    one: Message | Refusal, lanes: int, messages: list[tuple[int, bytes]], refused: list[Refusal]
) -> None:
    if isinstance(one, Refusal):
        refused.append(one)
        return
    event = one.event
    lane = lane_of(event.get("userId") or event["anonymousId"], lanes) if lanes > 1 else 0
    messages.append((lane, one.content + b"\n"))


def _changed(message: Message, changes: Changes) -> Message | Refusal:
    if changes.is_nothing:
        return message
    event = changes.made(message.event)
    if event is message.event:
        return message
    try:
        return lost_digits(message.content) or Message(event, encoded(event))
    except RecordError as error:
        return Refusal(error.reason, error.detail, message.event)


def _is_known(message: Message, plan: Plan) -> bool:
    return bool(plan.known) and sampled.mark(message.event) in plan.known


def _check_age(message: Message, plan: Plan) -> None:
    """Refuse an old message where nobody has chosen who gets it."""
    if plan.oldest is not None and epoch(message.event["timestamp"]) < plan.oldest:
        raise too_old(message.event["timestamp"])


def of_own(plan: Plan, own: Own | None) -> Plan:
    """Leave away what the run that wrote a file has done to it already."""
    if own is None:
        return plan
    meant, changes = own.run.meaning.settings, plan.changes
    if changes.integrations == (meant.integrations or (("All", True),)):
        changes = replace(changes, integrations=())
    if changes.namespace == meant.namespace:
        changes = replace(changes, namespace="")
    is_chosen = is_choice(meant.integrations)
    return replace(plan, changes=changes, oldest=None if is_chosen else plan.oldest)


def is_choice(integrations: Iterable[tuple[str, bool]]) -> bool:
    """Tell whether destinations were chosen: without ``All``, those that are not named stay on."""
    return any(name == "All" for name, _ in integrations)


def too_old(first: str) -> RefusedError:
    """Say why old events wait for a choice; ``first`` is the time of one of them."""
    return _unchosen(f"There are events older than 72 hours (of {first})")


def begins_too_early(start: str, begun: str | None = None) -> RefusedError:
    """Say why a run waits for a choice: its period begins at ``start``, which no event may have.

    A run that was ``begun`` without a choice keeps to that; its file (named so) is sent by itself.
    """
    what = f"The run's period begins at {start}, so events may be older than 72 hours"
    if begun is None:
        return _unchosen(what)
    return _unchosen(
        f"{what}, and it was begun without a choice of destinations, which its events would name",
        f"Finish it without --post, then choose when its file is sent: relay replay {begun} "
        "--integrations 'All=false Mixpanel=true', or All=true.",
    )


def check_ages(run: Checkpoint, mapping: Mapping, now: float, begun: str | None = None) -> None:
    """Refuse to send a run before it has begun: old events wait for a choice of destinations.

    ``begun`` names the file of a run that was begun without one. Raises RefusedError.
    """
    first = run.since if run.new_since is None else run.new_since
    if not is_choice(mapping.integrations) and first < now - OLD:
        raise begins_too_early(iso(first), begun)


def _unchosen(what: str, remedy: str = "") -> RefusedError:
    return RefusedError(
        f"{what}, and no destinations are chosen: e-mail and SMS tools would act on old events as "
        "if they happened now, ad platforms reject them.",
        remedy
        or "Choose with --integrations 'All=false Mixpanel=true' (names as Segment writes them; "
        "warehouses always get all), or with --integrations All=true.",
    )


class Bounded:
    """Reads no further than so many bytes."""

    def __init__(self, source: Read, left: int) -> None:
        self._source = source
        self._left = left

    def read(self, most: int) -> bytes:
        """Give up to ``most`` bytes."""
        piece = self._source(min(most, self._left))
        self._left -= len(piece)
        return piece


class Ending:
    """Reads from a place on, and knows the end once it was read to it."""

    def __init__(self, source: Read, start: int) -> None:
        self._source = source
        self._position = start
        self._is_over = False

    def read(self, most: int) -> bytes:
        """Give up to ``most`` bytes."""
        piece = self._source(most)
        self._position += len(piece)
        self._is_over = not piece
        return piece

    def is_end(self, position: int) -> bool:
        """Tell whether nothing comes after a position."""
        return self._is_over and position == self._position
