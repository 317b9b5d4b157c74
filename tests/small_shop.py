"""A shop of a few records in memory, and rules that make events of them, for tests of runs."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from types import SimpleNamespace
from typing import Any
from zoneinfo import ZoneInfo

from littlerelay.clock import Clock
from littlerelay.errors import RecordError
from littlerelay.events import Event, message_id, present, timestamp
from littlerelay.settings import Mapping, Markets
from littlerelay.shopify.windows import Window
from littlerelay.times import epoch, iso

Record = dict[str, Any]

FIRST = 1_700_000_000
NOW = FIRST + 700


def record(number: int, second: int, facts: Iterable[int] = (), **more: Any) -> Record:
    """Makes a record that was created some seconds after FIRST, with facts at other seconds."""
    return {
        "id": number,
        "created_at": iso(FIRST + second),
        "updated_at": iso(FIRST + more.pop("updated", second)),
        "facts": [iso(FIRST + moment) for moment in facts],
        **more,
    }


def mapped(resource: str, record: Record, mapping: Mapping) -> list[Event]:
    """Maps a record: what it tells of its customer, and an event for each fact.

    ``broken`` records are rejected, and ``long`` ones give long lines.
    """
    if record.get("broken"):
        raise RecordError("missing_field", "name")
    context = _context(record)
    properties = {"note": "x" * record.get("long", 0), "market": mapping.markets.elsewhere}
    return _states(resource, record, mapping) + [
        {
            "type": "track",
            "event": "Order Completed" if resource == "orders" else "Customer Created",
            **_named(mapping, f"{resource}/{record['id']}/{moment}", moment, context),
            "properties": present(dict(properties)),
        }
        for moment in record["facts"]
    ]


def _states(resource: str, record: Record, mapping: Mapping) -> list[Event]:
    """Gives an Identify where it is a customer's, an Alias where there is a ``visitor``."""
    context, found = _context(record), []
    customer = context["externalIds"][0]["id"]
    if resource == "customers" or mapping.identify_orders:
        fact = f"identify/{customer}/{record['updated_at']}"
        found.append({"type": "identify", **_named(mapping, fact, record["updated_at"], context)})
    if "visitor" in record:
        fact = f"alias/{record['visitor']}/{customer}"
        found.append({"type": "alias", **_named(mapping, fact, record["created_at"], context)})
    return found


def _context(record: Record) -> dict[str, Any]:
    customer = str(record.get("customer", record["id"]))
    return {"externalIds": [{"id": customer, "type": "shopify_customer_id"}]}


def _named(mapping: Mapping, fact: str, moment: str, context: dict[str, Any]) -> Event:
    return {
        "messageId": message_id(mapping.namespace, mapping.shop, fact),
        "timestamp": timestamp(moment),
        "context": context,
    }


@dataclass
class SmallShop:
    """Stands in for an opened shop; its windows are ``width`` seconds long."""

    records: dict[str, list[Record]]
    now: int = NOW
    width: int = 100
    zone: ZoneInfo = field(default_factory=lambda: ZoneInfo("America/New_York"))
    scopes_missing: tuple[str, ...] = ()
    known_markets: Markets = field(default_factory=Markets)
    api: Any = field(default_factory=lambda: SimpleNamespace(bucket=None))

    def missing_scopes(self) -> list[str]:
        return list(self.scopes_missing)

    def within_reach(self, windows: Iterator[Window], _: int) -> Iterator[Window]:
        return windows

    def left_out(self) -> list[str]:
        return [f"something (needs {scope})" for scope in self.scopes_missing]

    def markets(self) -> Markets:
        return self.known_markets

    def check_reach(self, since: int) -> None:
        assert since <= self.now

    def pages(self, resource: str, since: int, end: int) -> "SmallPages":
        return SmallPages(self.records[resource], self.width, since, end)


@dataclass
class SmallPages:
    """Records created before ``end`` and updated at or after ``since``."""

    records: list[Record]
    width: int
    since: int
    end: int

    def total(self) -> int:
        return len(self._between(0, self.end))

    def windows(self, start: int | None = None) -> Iterator[Window]:
        if start is None:
            start = min(
                (epoch(one["created_at"]) for one in self._between(0, self.end)), default=self.end
            )
        while start < self.end:
            end = min(self.end, start + self.width)
            yield Window(start, end, self._between(start, end))
            start = end

    def _between(self, start: int, end: int) -> list[Record]:
        found = [
            one
            for one in self.records
            if start <= epoch(one["created_at"]) < end and epoch(one["updated_at"]) >= self.since
        ]
        return sorted(found, key=lambda one: (one["created_at"], one["id"]))


def hasty_clock(now: float = NOW) -> Clock:
    """Gives a clock on which two seconds pass between any two looks: every moment is due."""
    ticks = iter(range(0, 2_000_000, 2))
    return Clock(lambda: now, lambda: float(next(ticks)), lambda _: None, lambda: 0.5)


def standing_clock(now: float = NOW) -> Clock:
    """Gives a clock on which no time passes."""
    return replace(hasty_clock(now), monotonic=lambda: 0.0)


# Two records of one second, records without facts, rejected ones, and one at a window's edge.
CUSTOMERS = [
    record(1, 0, [0]),
    record(2, 0, [0], broken=True),
    record(5, 40, [40, 45], long=30),
    record(4, 40, []),
    record(6, 100, [100], long=90),
    record(7, 220, [220], broken=True, updated=221),
    record(8, 330, [330, 331, 332], long=200),
]
ORDERS = [
    record(50, 10, [10], long=250, customer=5),
    record(51, 200, [], customer=5),
    record(52, 399, [399], customer=8),
]


def small_shop(**more: Any) -> SmallShop:
    """Makes the shop of most tests."""
    return SmallShop({"customers": list(CUSTOMERS), "orders": list(ORDERS)}, **more)
