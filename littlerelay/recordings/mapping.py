"""Makes the events of one entity after the other, of the lines that were kept."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from itertools import chain, groupby
from operator import attrgetter
from pathlib import Path

import orjson

from littlerelay.durable import as_text
from littlerelay.errors import RecordError
from littlerelay.events import Event, customer_of, encode, has_cookies, timestamp
from littlerelay.recordings.checking import check
from littlerelay.recordings.entities import Entities
from littlerelay.recordings.joining import Told
from littlerelay.recordings.kinds import EVENTS, FAMILIES
from littlerelay.recordings.parts import Wanted
from littlerelay.recordings.reading import rejected
from littlerelay.recordings.recognising import decoded
from littlerelay.recordings.recorded import Made, Recorded
from littlerelay.recordings.store import Fact, Reject, Row, Store
from littlerelay.selection import Selection
from littlerelay.settings import Mapping

_RECORDS = 2_000  # that are mapped in one step, unless their bytes are more
_BYTES = 8_000_000
# Bytes of the lines of one entity, which are in memory together: of an order, of a visitor. A page
# of a pixel takes 4 KB, so this is a visitor of 16,000 pages; a recorder's fault knows no bounds.
_MOST = 64_000_000

_TOO_MANY = RecordError(
    "too_many", "the records of its visitor, order or cart: map them in files of fewer"
)

_entity = attrgetter("family", "key")


@dataclass(frozen=True, slots=True)
class Rules:
    """What makes events of records: the settings, and which events are given.

    ``kind`` is that of bare records, where the user named it. Events of a period are given where a
    selection says one.
    """

    mapping: Mapping
    kind: str | None
    selection: Selection | None

    @property
    def wanted(self) -> Wanted:
        """Say what is made of nodes."""
        chosen = self.selection
        return Wanted(self.mapping, chosen.since, chosen.until) if chosen else Wanted(self.mapping)

    def chosen(self, made: Made) -> list[Event]:
        """Give the events of one record that are given."""
        if self.selection is None or not made.events:
            return made.events
        if made.record is not None:
            return self.selection.choose(made.record, made.events)
        since, until = self.selection.since, self.selection.until
        return [one for one in made.events if since <= timestamp(one["timestamp"]) < until]


@dataclass(slots=True)
class _Step:
    """What one transaction adds; ``faulty`` are the rejected lines of the entity at hand."""

    inputs: list[Path]
    rules: Rules
    store: Store
    facts: list[Fact] = field(default_factory=list)
    rejects: list[Reject] = field(default_factory=list)
    records: int = 0
    bytes: int = 0
    faulty: set[tuple[int, int, str]] = field(default_factory=set)

    @property
    def is_full(self) -> bool:
        """Tell whether it is time to keep what was made."""
        return self.records >= _RECORDS or self.bytes >= _BYTES

    def begin(self, rows: list[Row]) -> None:
        """Count the lines of the next entity."""
        self.records += len(rows)
        self.bytes += sum(len(row.content) for row in rows)
        self.faulty.clear()

    def refuse(self, rows: list[Row], error: RecordError) -> None:
        """Reject lines, each once."""
        for row in rows:
            if _named(row) not in self.faulty:  # which may hold several records
                self.faulty.add(_named(row))
                self.rejects.append(self.reject(row, error))

    def reject(self, row: Row, error: RecordError) -> Reject:
        """Count a rejected line, and give what is kept of it."""
        self.store.state.rejected[row.kind] += 1
        place = as_text(self.inputs[row.file]), row.line
        line = rejected(error, place, row.content, self.rules.mapping.shop)
        return Reject(row.file, row.line, line)


class Mapper:
    """Maps the records of a store from where it was left."""

    def __init__(self, inputs: list[Path], rules: Rules, store: Store) -> None:
        self._inputs = inputs
        self._rules = rules
        self._store = store
        # Where messages are passed on, each fact may be among them, too.
        self._passes_on = store.state.read[EVENTS] > 0
        self._entities = Entities(store, rules.kind, rules.wanted)

    def map(self) -> Iterator[None]:
        """Map all entities that are left, giving way after each step."""
        while self._step():
            yield

    def _step(self) -> bool:
        """Map some entities, and keep what came of it; false where none is left."""
        at, step = self._store.state, _Step(self._inputs, self._rules, self._store)
        before = at.mapped
        with closing(self._store.after(at.family, at.key)) as rows:
            for (at.family, at.key), found in groupby(rows, _entity):
                together, too_many = _together(found)
                if too_many:
                    self._store.add(facts=step.facts, rejects=self._refused(too_many, step))
                    return True
                self._map(together, step)
                if step.is_full:
                    break
        at.mapped += step.records
        self._store.add(facts=step.facts, rejects=step.rejects)
        return at.mapped > before

    def _refused(self, rows: Iterable[Row], step: _Step) -> Iterator[Reject]:
        """Reject one by one the records of an entity that has too many, after those of the step."""
        at = self._store.state
        at.mapped += step.records
        yield from step.rejects
        for row in rows:
            at.mapped += 1
            yield step.reject(row, _TOO_MANY)

    def _map(self, rows: list[Row], step: _Step) -> None:
        """Map one entity; a record that is at fault is rejected, and the others are mapped."""
        step.begin(rows)
        family = rows[0].family
        try:
            facts = self._facts(family, self._entities.told(rows, step.refuse))
        except (RecordError, orjson.JSONEncodeError, RecursionError):
            facts = self._without_faults(family, rows, step)
        step.facts += facts
        if not facts:
            left = [row.kind for row in rows if _named(row) not in step.faulty]
            self._store.state.filtered.update(left)

    def _without_faults(self, family: str, rows: list[Row], step: _Step) -> list[Fact]:
        """Reject every line that is at fault by itself, and give the events of the others."""
        told = self._entities.told(_written(rows, step), step.refuse)
        fine = self._fine(family, told, step)
        try:
            return self._facts(family, fine)
        except RecordError as error:  # of none alone
            step.refuse([row for one in fine for row in one.rows], error)
            return []

    def _facts(self, family: str, told: list[Told]) -> list[Fact]:
        """Give the events of an entity as lines, none for no records. Raises RecordError."""
        return self._events(family, [one.recorded for one in told]) if told else []

    def _events(self, family: str, records: Sequence[Recorded]) -> list[Fact]:
        facts, told = [], set()
        for made in FAMILIES[family].make(records, self._rules.mapping):
            check(family, made)
            for event in self._rules.chosen(made):
                own = event["messageId"]
                if own in told:
                    continue
                told.add(own)
                shared = self._shared(family, event)
                rank = _rank(family, made, event) if shared else ""
                name = event.get("event") or event["type"]
                facts.append(Fact(own, shared, rank, event["timestamp"], name, encode(event)))
        return facts

    def _shared(self, family: str, event: Event) -> str | None:
        """Name what records of several entities may tell: an alias, and who a customer is.

        So may a pixel's event, which one recorder kept with its visitor and another without.

        A customer is introduced once, by the first record, where no customer records were read;
        but an Identify with cookies is always given, for no other record has them.
        """
        if self._passes_on or event["type"] == "alias" or family == "pixels":
            return str(event["messageId"])
        if event["type"] != "identify" or not self._rules.mapping.identify_orders:
            return None
        return None if has_cookies(event) else f"customer {customer_of(event)}"

    def _fine(self, family: str, told: list[Told], step: _Step) -> list[Told]:
        """Reject every record that is at fault by itself, and give the others."""
        whole = [one.recorded for one in told]
        fine = []
        for one in told:
            try:
                self._events(family, FAMILIES[family].alone(whole, one.recorded))
            except RecordError as error:
                step.refuse(one.rows, error)
            else:
                fine.append(one)
        return fine


def _written(rows: list[Row], step: _Step) -> list[Row]:
    """Reject the lines that are nested too deeply for what is made of them to be written.

    Only here is it looked for, as it costs a tenth of reading a line, and no shop has one.
    """
    fine = []
    for row in rows:
        try:
            decoded(row.content)
        except RecordError as error:
            step.refuse([row], error)
        else:
            fine.append(row)
    return fine


def _named(row: Row) -> tuple[int, int, str]:
    return row.file, row.line, row.kind


def _together(rows: Iterator[Row]) -> tuple[list[Row], Iterator[Row] | None]:
    """Take the records of one entity; where they are too many, none of them, and all beside."""
    found: list[Row] = []
    size = 0
    for row in rows:
        found.append(row)
        size += len(row.content)
        if size > _MOST:
            return [], chain(found, rows)
    return found, None


def _rank(family: str, made: Made, event: Event) -> str:
    """Rank who tells what others tell, too: as in a backfill orders do before checkouts.

    Of orders the one that was created first does.
    """
    place = list(FAMILIES).index(family)
    created = timestamp(made.record["created_at"]) if made.record else event["timestamp"]
    number = made.record["id"] if made.record else 0
    return f"{place} {created} {number:020}"
