"""Reads the subscriptions of a store in windows of their creation, with what belongs to each.

A subscription itself tells neither its customer nor what became of its charges. So its customer,
and those of its charges that failed or were skipped, are asked for it; of charges that were paid
Recharge shows the last 90 days alone, and no event is made of them.

Recharge counts nothing, so a window is complete when its last page says that no other follows.
``created_at`` never changes: windows are cut by it, and a little more is asked for than belongs to
each, since Recharge does not say whether its bounds are inclusive.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from littlerelay.errors import RecordError, UnreachableError
from littlerelay.recharge import bodies
from littlerelay.recharge.api import Recharge
from littlerelay.recharge.bodies import Body
from littlerelay.times import epoch, iso
from littlerelay.uncounted import cut

_PAGE = 250  # the most that Recharge gives at once
_MOST = 4 * _PAGE  # subscriptions that a window holds, unless it is a second
_FEW = _PAGE
_ASKED = 50  # subscriptions whose charges and customers are asked for at once
_TOLD = ("error", "skipped")  # what charges are that events are made of
_LISTS = ("subscriptions", "charges", "customers")


@dataclass(frozen=True, slots=True)
class Window:
    """All records created from ``start`` (inclusive) up to ``end``, in order of (created_at, id).

    Times are seconds since 1970.
    """

    start: int
    end: int
    records: list[Body]


def check(api: Recharge) -> None:
    """Ask for one of each list that is read, for each needs a scope of its own.

    Raises what Recharge.get raises, and UnreachableError for an answer of another shape.
    """
    for name in _LISTS:
        _list(api.get(name, {"limit": "1"}), name)


class Pages:
    """Reads what was created before ``end`` and changed at or after ``since`` (seconds).

    Raises what Recharge.get raises, and UnreachableError for an answer of another shape.
    """

    def __init__(self, api: Recharge, since: int, end: int) -> None:
        self._api = api
        self._since = since
        self._end = end

    def windows(self, start: int | None = None) -> Iterator[Window]:
        """Give every window from ``start`` on (none: from the oldest one), in order of time."""
        begin = self._oldest() if start is None else start
        for since, until, found in cut(begin, self._end, self._created, _FEW):
            yield Window(since, until, self._records(found))

    def _oldest(self) -> int:
        """Give a time before which nothing was created; the end where there is nothing.

        The lowest id should be the oldest, which nobody promises; where it is not, it is 1970.
        """
        page = self._page("subscriptions", {"limit": "1", "sort_by": "id-asc"})[0]
        if not page:
            return self._end
        oldest = _created_at(page[0])
        until = {"limit": str(_PAGE), "created_at_max": _asked(oldest)}
        before = [one for one in self._page("subscriptions", until)[0] if _created_at(one) < oldest]
        return 0 if before else min(oldest, self._end)

    def _created(self, start: int, end: int) -> list[Body] | None:
        """Give the subscriptions of a span by their order; None where they are too many."""
        asked = {"created_at_min": _asked(start - 1), "created_at_max": _asked(end)}
        found: dict[int, Body] = {}
        for page in self._pages("subscriptions", asked):
            found |= {one["id"]: one for one in page if start <= _created_at(one) < end}
            if len(found) > _MOST and end - start > 1:
                return None
        return sorted(found.values(), key=lambda one: (_created_at(one), one["id"]))

    def _records(self, found: list[Body]) -> list[Body]:
        """Make records of subscriptions: those that changed, or whose charges did."""
        records: list[Body] = []
        for place in range(0, len(found), _ASKED):
            some = found[place : place + _ASKED]
            charged, people = self._charged(some), self._people(some)
            for body in some:
                record = _joined(body, charged.get(body["id"], []), people)
                if _changed(record) >= self._since:
                    records.append(record)
        return records

    def _charged(self, some: list[Body]) -> dict[int, list[Body]]:
        """Give the charges that tell something, by subscription."""
        ids = ",".join(str(body["id"]) for body in some)
        found: dict[int, list[Body]] = {}
        for status in _TOLD:
            asked = {"purchase_item_ids": ids, "status": status}
            for page in self._pages("charges", asked):
                for body in page:
                    for one in _billed(body):
                        found.setdefault(one["id"], []).append(one)
        return found

    def _people(self, some: list[Body]) -> dict[int, Body]:
        """Give the customers of subscriptions, by Recharge's own id."""
        ids = sorted(
            {body["customer_id"] for body in some if isinstance(body.get("customer_id"), int)}
        )
        if not ids:
            return {}
        asked = {"ids": ",".join(map(str, ids))}
        return {one["id"]: one for page in self._pages("customers", asked) for one in page}

    def _pages(self, path: str, asked: dict[str, str]) -> Iterator[list[Body]]:
        """Give every page of a list."""
        page, cursor = self._page(path, {**asked, "limit": str(_PAGE), "sort_by": "id-asc"})
        seen = {None}
        while True:
            yield page
            if cursor is None:
                return
            if cursor in seen:
                raise UnreachableError(
                    f"Recharge gave the same page of {path} twice.", "Run the same command again."
                )
            seen.add(cursor)
            # The cursor stands for all that was asked; nothing else may go with it.
            page, cursor = self._page(path, {"cursor": cursor, "limit": str(_PAGE)})

    def _page(self, path: str, asked: dict[str, str]) -> tuple[list[Body], Any]:
        body = self._api.get(path, asked)
        found, cursor = _list(body, path), body.get("next_cursor") or None
        if not isinstance(cursor, str | None):
            raise _odd(path)
        return found, cursor


def _joined(body: Body, charged: list[Body], people: dict[int, Body]) -> Body:
    """Give the record of a subscription with its charges, the first one first, and its customer."""
    record = bodies.subscription(body)
    own = body.get("customer_id")
    person = people.get(own) if isinstance(own, int) else None
    if person is not None:
        record["customer"] = bodies.customer({"customer": person})
    charges = [charge for one in charged for charge in one["charges"]]
    charges.sort(key=lambda one: (str(one["updated_at"]), one["id"]))
    record["charges"] = charges
    if charged:
        latest = max(charged, key=lambda one: str(one["updated_at"]))
        record |= {name: latest[name] for name in ("shipping_address", "billing_address")}
        record["currency"] = record["currency"] or latest["currency"]
    return record


def _changed(record: Body) -> int:
    """Give when a subscription or one of its charges changed last."""
    try:
        return max(epoch(one["updated_at"]) for one in (record, *record["charges"]))
    except (TypeError, ValueError):
        raise _odd("subscriptions") from None


def _billed(body: Body) -> list[Body]:
    try:
        return bodies.billed(body)
    except RecordError:
        raise _odd("charges") from None


def _created_at(body: Body) -> int:
    """Give when a subscription was created: without that it has no place. Raises."""
    try:
        return epoch(str(bodies.time_of(body.get("created_at"))))
    except ValueError:
        raise _odd("subscriptions") from None


def _list(body: Body, path: str) -> list[Body]:
    """Give the objects of a page, each with its id."""
    found = body.get(path)
    if not isinstance(found, list) or not all(
        isinstance(one, dict) and type(one.get("id")) is int for one in found
    ):
        raise _odd(path)
    return found


def _odd(path: str) -> UnreachableError:
    return UnreachableError(
        f"Recharge gave {path} of another shape than its API promises.",
        "Run the same command again; if that does not help, install a newer relay.",
    )


def _asked(seconds: int) -> str:
    """Write a time as Recharge itself does."""
    return iso(max(0, seconds))[:-1] + "+00:00"
