"""Reads the lines of one entity again, and gives its records in order of time."""

from __future__ import annotations

from collections.abc import Callable
from itertools import groupby
from operator import attrgetter

import orjson

from littlerelay.errors import RecordError
from littlerelay.recordings.erasures import ERASURES, erased
from littlerelay.recordings.joining import Told, joined
from littlerelay.recordings.nodes import LINES
from littlerelay.recordings.parts import Wanted
from littlerelay.recordings.recognising import decoded, loaded, recognised
from littlerelay.recordings.recorded import Recorded
from littlerelay.recordings.store import Row, Store
from littlerelay.recordings.subscriptions import SUBSCRIBERS, buyer_of, with_buyer

Refuse = Callable[[list[Row], RecordError], None]  # takes lines that tell no record, and why

_by_moment = attrgetter("recorded.moment")


class Entities:
    """Gives the records of the entities of a store.

    ``kind`` is that of bare records, where the user named it; ``wanted`` is what is made of nodes.
    """

    def __init__(self, store: Store, kind: str | None, wanted: Wanted) -> None:
        self._store = store
        self._kind = kind
        self._wanted = wanted
        self._erased = erased(one.body for row in store.of(ERASURES) for one in self._recorded(row))

    def told(self, rows: list[Row], refuse: Refuse) -> list[Told]:
        """Give the records in order of time, each once, however their lines were ordered.

        Raises orjson's JSONEncodeError where lines of one time are nested too deeply to be written.
        """
        every = [one for row in rows for one in self._read(row, refuse)]
        if any(one.recorded.form == "node" for one in every):
            every = self._joined(every, refuse)
        if len(every) < 2:
            return every
        every.sort(key=_by_moment)
        found: list[Told] = []
        for _, group in groupby(every, _by_moment):
            same = list(group)
            found += _distinct(same) if len(same) > 1 else same
        return found

    def _read(self, row: Row, refuse: Refuse) -> list[Told]:
        """Read a line again; none where it is not what its beginning told, and is refused."""
        try:
            line = recognised(loaded(row.content), self._kind)
            if row.kind in LINES:  # whose key is the entity's by now
                return [Told(line.recorded, [row])]
            found = line.entities()
            if (row.kind, row.key) not in found:
                raise RecordError("unknown_line", "it contradicts its own beginning")
        except RecordError as error:
            refuse([row], error)
            return []
        left = map(self._erased.without, map(self._with_buyer, found[row.kind, row.key]))
        return [Told(one, [row]) for one in left if one is not None]

    def _joined(self, every: list[Told], refuse: Refuse) -> list[Told]:
        """Make records of the nodes among the records of an entity, which lie on several lines."""
        found = joined(every, self._wanted)
        for rows, error in found.refused:
            refuse(rows, error)
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
        return recognised(decoded(row.content), self._kind).entities()[row.kind, row.key]


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
