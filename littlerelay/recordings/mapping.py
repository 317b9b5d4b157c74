"""Makes the events of one entity after the other, of the lines that were kept."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from itertools import chain, groupby
from operator import attrgetter
from pathlib import Path

import orjson

from littlerelay.errors import RecordError
from littlerelay.events import COOKIE_TRAIT, Event, encode, timestamp
from littlerelay.recordings.erasures import ERASURES, erased
from littlerelay.recordings.joining import Told, joined
from littlerelay.recordings.kinds import EVENTS, FAMILIES
from littlerelay.recordings.nodes import LINES
from littlerelay.recordings.parts import Wanted
from littlerelay.recordings.reading import rejected
from littlerelay.recordings.recognising import decoded, recognised
from littlerelay.recordings.recorded import Made, Recorded, moment
from littlerelay.recordings.store import Fact, Reject, Row, Store
from littlerelay.recordings.subscriptions import SUBSCRIBERS, buyer_of, with_buyer
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

_by_moment = attrgetter("recorded.moment")
_entity = attrgetter("family", "key")


@dataclass(slots=True)
class _Step:
    """What one transaction adds; ``faulty`` are the rejected lines of the entity at hand."""

    facts: list[Fact] = field(default_factory=list)
    rejects: list[Reject] = field(default_factory=list)
    records: int = 0
    bytes: int = 0
    faulty: set[tuple[int, int, str]] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class Rules:
    """What makes events of records: the settings, and which events are given.

    ``kind`` is that of bare records, where the user named it. Events of a period are given where a
    selection says one.
    """

    mapping: Mapping
    kind: str | None
    selection: Selection | None

    def chosen(self, made: Made) -> list[Event]:
        """Give the events of one record that are given."""
        if self.selection is None or not made.events:
            return made.events
        if made.record is not None:
            return self.selection.choose(made.record, made.events)
        since, until = self.selection.since, self.selection.until
        return [one for one in made.events if since <= timestamp(one["timestamp"]) < until]


class Mapper:
    """Maps the records of a store from where it was left."""

    def __init__(self, inputs: list[Path], rules: Rules, store: Store) -> None:
        self._inputs = inputs
        self._rules = rules
        self._store = store
        # Where messages are passed on, each fact may be among them, too.
        self._passes_on = store.state.read[EVENTS] > 0
        self._erased = erased(one.body for row in store.of(ERASURES) for one in self._recorded(row))

    def map(self) -> Iterator[None]:
        """Map all entities that are left, giving way after each step."""
        while self._step():
            yield

    def _step(self) -> bool:
        """Map some entities, and keep what came of it; false where none is left."""
        at, step = self._store.state, _Step()
        before = at.mapped
        with closing(self._store.after(at.family, at.key)) as rows:
            for (at.family, at.key), found in groupby(rows, _entity):
                together, too_many = _together(found)
                if too_many:
                    self._store.add(facts=step.facts, rejects=self._refused(too_many, step))
                    return True
                self._map(together, step)
                if step.records >= _RECORDS or step.bytes >= _BYTES:
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
            at.rejected[row.kind] += 1
            place = str(self._inputs[row.file]), row.line
            shop = self._rules.mapping.shop
            yield Reject(row.file, row.line, rejected(_TOO_MANY, place, row.content, shop))

    def _map(self, rows: list[Row], step: _Step) -> None:
        """Map one entity; a record that is at fault is rejected, and the others are mapped."""
        step.records += len(rows)
        step.bytes += sum(len(row.content) for row in rows)
        step.faulty.clear()
        told = self._told(rows, step)
        family = rows[0].family
        try:
            facts = self._facts(family, told)
        except RecordError:
            told = self._without_faults(family, told, step)
            try:
                facts = self._facts(family, told)
            except RecordError as error:  # of none alone
                self._reject([row for one in told for row in one.rows], error, step)
                return
        step.facts += facts
        if not facts:
            left = [row.kind for row in rows if _named(row) not in step.faulty]
            self._store.state.filtered.update(left)

    def _told(self, rows: list[Row], step: _Step) -> list[Told]:
        """Give the records in order of time, each once, however their lines were ordered."""
        every = [one for row in rows for one in self._read(row, step)]
        if any(one.recorded.form == "node" for one in every):
            every = self._joined(every, step)
        if len(every) < 2:
            return every
        every.sort(key=_by_moment)
        found: list[Told] = []
        for _, group in groupby(every, _by_moment):
            same = list(group)
            found += _distinct(same) if len(same) > 1 else same
        return found

    def _read(self, row: Row, step: _Step) -> list[Told]:
        """Read a line again; none where it is not what its beginning told, and is rejected."""
        try:
            line = recognised(decoded(row.content), self._rules.kind)
            if row.kind in LINES:  # whose key is the entity's by now
                return [Told(line.recorded, [row])]
            found = line.entities()
            if (row.kind, row.key) not in found:
                raise RecordError("unknown_line", "it contradicts its own beginning")
        except RecordError as error:
            self._reject([row], error, step)
            return []
        left = map(self._erased.without, map(self._with_buyer, found[row.kind, row.key]))
        return [Told(one, [row]) for one in left if one is not None]

    def _joined(self, every: list[Told], step: _Step) -> list[Told]:
        """Make records of the nodes among the records of an entity, which lie on several lines."""
        chosen, mapping = self._rules.selection, self._rules.mapping
        wanted = Wanted(mapping, chosen.since, chosen.until) if chosen else Wanted(mapping)
        found = joined(every, wanted)
        for rows, error in found.refused:
            self._reject(rows, error, step)
        left = ((self._erased.without(one.recorded), one.rows) for one in found.told)
        return [Told(one, rows) for one, rows in left if one is not None]

    def _with_buyer(self, one: Recorded) -> Recorded:
        """Give a subscription's record with its customer, if another line tells who that is."""
        key = buyer_of(one)
        if key is None:
            return one
        rows = self._store.entity(SUBSCRIBERS, key)
        return with_buyer(one, (told.body for row in rows for told in self._recorded(row)))

    def _recorded(self, row: Row) -> list[Recorded]:
        """Give what a line told of the row's entity; a line may hold records of others, too."""
        return recognised(decoded(row.content), self._rules.kind).entities()[row.kind, row.key]

    def _facts(self, family: str, told: list[Told]) -> list[Fact]:
        """Give the events of an entity as lines, none for no records. Raises RecordError."""
        return self._events(family, [one.recorded for one in told]) if told else []

    def _events(self, family: str, records: Sequence[Recorded]) -> list[Fact]:
        facts, told = [], set()
        for made in FAMILIES[family].make(records, self._rules.mapping):
            _check_times(made)
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
        if any(name.startswith(COOKIE_TRAIT) for name in event["traits"]):
            return None
        return f"customer {event['context']['externalIds'][0]['id']}"

    def _without_faults(self, family: str, told: list[Told], step: _Step) -> list[Told]:
        """Reject every record that is at fault by itself, and give the others."""
        whole = [one.recorded for one in told]
        fine = []
        for one in told:
            try:
                self._events(family, FAMILIES[family].alone(whole, one.recorded))
            except RecordError as error:
                self._reject(one.rows, error, step)
            else:
                fine.append(one)
        return fine

    def _reject(self, rows: list[Row], error: RecordError, step: _Step) -> None:
        for row in rows:
            if _named(row) not in step.faulty:  # which may hold several records
                step.faulty.add(_named(row))
                self._store.state.rejected[row.kind] += 1
                place = str(self._inputs[row.file]), row.line
                line = rejected(error, place, row.content, self._rules.mapping.shop)
                step.rejects.append(Reject(row.file, row.line, line))


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


def _check_times(made: Made) -> None:
    """Refuse a record without its own times, by which its events are chosen and ranked, if any.

    Raises RecordError.
    """
    if made.record is not None and made.events:
        moment(made.record, "created_at")
        moment(made.record, "updated_at")


def _rank(family: str, made: Made, event: Event) -> str:
    """Rank who tells what others tell, too: as in a backfill orders do before checkouts.

    Of orders the one that was created first does.
    """
    place = list(FAMILIES).index(family)
    created = timestamp(made.record["created_at"]) if made.record else event["timestamp"]
    number = made.record["id"] if made.record else 0
    return f"{place} {created} {number:020}"


def _distinct(same: list[Told]) -> list[Told]:
    """Give records of one moment in an order that only their content decides, each once."""
    found: dict[bytes, Told] = {}
    for one in same:
        content = orjson.dumps(
            [one.recorded.topic, one.recorded.kind, one.recorded.body], option=orjson.OPT_SORT_KEYS
        )
        if content in found:
            found[content].rows.extend(one.rows)
        else:
            found[content] = one
    return [found[content] for content in sorted(found)]
