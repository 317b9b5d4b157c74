"""Moves records through: read a window, map it, write it, and only then remember it.

The checkpoint of a window is saved after its lines are durable, so that a run which stops anywhere
and starts again leaves the files of a run that never stopped.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Protocol

import orjson

from littlerelay.checkpoint import Checkpoint, Position
from littlerelay.clock import Clock
from littlerelay.errors import RecordError
from littlerelay.events import Event, encode
from littlerelay.files.ndjson import Output
from littlerelay.marks import Mark
from littlerelay.times import epoch

Record = dict[str, Any]
Mapper = Callable[[str, Record], list[Event]]

FATES = ("mapped", "rejected", "filtered")
SAVE_SECONDS = 1.0
SAVE_BYTES = 8_000_000


class Window(Protocol):
    """A complete span of records: all created before ``end`` (seconds) that were not given yet."""

    @property
    def end(self) -> int:
        """Give the end of the span."""
        ...

    @property
    def records(self) -> list[Record]:
        """Give the records in order of (created_at, id)."""
        ...


Chooser = Callable[[Record, list[Event]], list[Event]]


@dataclass(frozen=True, slots=True)
class Rules:
    """What makes events of records: the mapper, and the choice of those that belong to the run.

    ``note`` learns of the events that were written.
    """

    mapper: Mapper
    choose: Chooser
    note: Callable[[list[Event]], None]

    def lines(self, resource: str, record: Record) -> tuple[list[Event], list[bytes]]:
        """Map one record whole: its chosen events, and each as a line. Raises RecordError."""
        events = self.choose(record, self.mapper(resource, record))
        return events, [encode(event) for event in events]


@dataclass(slots=True)
class Tally:
    """How far one resource has come, while it moves; a Position is its frozen form."""

    total: int
    time: int
    number: int
    read: int
    fates: Counter[str]
    done: bool

    def moves_to(self, record: Record) -> bool:
        """Count one more record; false where it was given before the run was stopped."""
        place = epoch(record["created_at"]), record["id"]
        if place <= (self.time, self.number):
            return False
        self.time, self.number = place
        self.read += 1
        return True

    def position(self) -> Position:
        """Give the frozen form."""
        return Position(
            total=self.total,
            time=self.time or None,
            number=self.number,
            done=self.done,
            read=self.read,
            **{fate: self.fates[fate] for fate in FATES},
        )


def tally(position: Position) -> Tally:
    """Give a position its moving form."""
    fates = Counter({fate: getattr(position, fate) for fate in FATES})
    return Tally(
        position.total, position.time or 0, position.number, position.read, fates, position.done
    )


class Run:
    """One run being written: its files, its counts, and the checkpoint that covers them.

    ``save`` gets each checkpoint once all that it covers is durable.
    """

    def __init__(
        self,
        start: Checkpoint,
        output: Output,
        rejects: Output,
        save: Callable[[Checkpoint], None],
        clock: Clock,
    ) -> None:
        self.tallies = {name: tally(position) for name, position in start.resources.items()}
        self.events = Counter(start.events)
        self._checkpoint = start
        self._output = output
        self._rejects = rejects
        self._save = save
        self._clock = clock
        self._first, self._last = start.first, start.last
        self._saved = (clock.monotonic(), output.written)

    @property
    def written(self) -> int:
        """Give the bytes of the output so far."""
        return self._output.written

    def read(self, resource: str, windows: Iterable[Window], rules: Rules) -> Iterator[Tally]:
        """Write what the windows hold, giving the tally after each.

        What was read is kept, too, when the source stops: a signal, a refusal, no connection.
        """
        at = self.tallies[resource]
        for window in self._kept(windows):
            for record in window.records:
                if at.moves_to(record):
                    at.fates[self._write(resource, record, rules)] += 1
                    self._save_when_due()
            at.time, at.number = window.end, 0
            self._save_when_due()
            yield at
        at.done = True

    def finish(self) -> Checkpoint:
        """End the files and save the checkpoint that enters the ``checking`` phase."""
        return self._remember(self._output.finish(), "checking")

    def _kept(self, windows: Iterable[Window]) -> Iterator[Window]:
        """Give the windows; where the source fails, first save all that came before.

        Only here, between two windows, does the moment hold nothing half done.
        """
        coming = iter(windows)
        while True:
            try:
                window = next(coming, None)
            except BaseException:
                if self._output.settle():
                    self._remember(self._output.sync(), "reading")
                raise
            if window is None:
                return
            yield window

    def _write(self, resource: str, record: Record, rules: Rules) -> str:
        """Write one record's events, or its reject; give the name of its fate."""
        try:
            events, lines = rules.lines(resource, record)
        except RecordError as error:
            self._rejects.write(_reject(resource, record, error))
            return "rejected"
        for event, line in zip(events, lines, strict=True):
            self._output.write(line)
            self._count(event)
        rules.note(events)
        return "mapped" if events else "filtered"

    def _count(self, event: Event) -> None:
        self.events[event.get("event") or event["type"]] += 1
        moment = event["timestamp"]
        self._first = moment if self._first is None else min(self._first, moment)
        self._last = moment if self._last is None else max(self._last, moment)

    def _save_when_due(self) -> None:
        """Save at the first settled point after a second or 8 MB."""
        seconds, written = self._saved
        if self._output.settle() and (
            self._clock.monotonic() - seconds >= SAVE_SECONDS
            or self._output.written - written >= SAVE_BYTES
        ):
            self._remember(self._output.sync(), "reading")

    def _remember(self, output: Mark, phase: str) -> Checkpoint:
        """Save a checkpoint of this moment; ``output`` is durable up to its mark already."""
        rejects = self._rejects.sync()
        now = {
            "phase": phase,
            "output": output,
            "rejects": rejects,
            "resources": {name: one.position() for name, one in self.tallies.items()},
            "events": dict(self.events),
            "first": self._first,
            "last": self._last,
        }
        self._checkpoint = self._checkpoint.model_copy(update=now)
        self._save(self._checkpoint)
        self._saved = (self._clock.monotonic(), self._output.written)
        return self._checkpoint


def _reject(resource: str, record: Record, error: RecordError) -> bytes:
    line = {
        "reason": error.reason,
        "detail": error.detail,
        "source": resource,
        "id": record.get("id"),
        "record": record,
    }
    return orjson.dumps(line, option=orjson.OPT_APPEND_NEWLINE)
