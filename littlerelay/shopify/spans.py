"""Cuts the history of one resource into spans of ``created_at``, and counts what each holds.

``created_at`` never changes, so no record moves from one span to another while it is read. The
bound on ``updated_at`` is only a lower one: a record that changes during the run can come in, never
leave. Spans shrink and grow so that each holds about as many records as are aimed at.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from littlerelay.errors import UnreachableError
from littlerelay.shopify.graphql import GraphQL, Variables, expected
from littlerelay.shopify.paging import exact_count
from littlerelay.times import epoch, iso

Node = dict[str, Any]

_SLACK = 2  # times so many records and a span is cut smaller, if it is longer than a second
_GROWTH = 8  # a span is at most so many times longer than the one before


@dataclass(frozen=True, slots=True)
class Resource:
    """How one kind of record is read.

    ``created`` is the filter on ``created_at`` in the list; the count's is always ``created_at``
    (Shopify calls it ``customer_date`` in the list of customers alone, and ignores another name).
    ``name`` also names its documents; ``first`` is the page's size to begin with. ``complete``
    reads a node's nested lists to their ends (false: it was deleted meanwhile), ``shape`` makes
    the node a record.
    """

    name: str
    first: int
    shape: Callable[[Node], Node]
    variables: Variables
    complete: Callable[[Node], bool]
    created: str = "created_at"


@dataclass(frozen=True, slots=True)
class Span:
    """All that was created from ``start`` (inclusive) up to ``end``: so many were counted.

    Times are seconds since 1970.
    """

    start: int
    end: int
    counted: int

    def __str__(self) -> str:
        """Say which span this is."""
        return f"created from {iso(self.start)} to {iso(self.end)}"


class Spans:
    """Cuts what was created before ``end`` and updated at or after ``since`` (seconds since 1970).

    Raises what GraphQL.execute raises, and UnreachableError where Shopify does not count exactly.
    """

    def __init__(self, api: GraphQL, resource: Resource, since: int, end: int) -> None:
        self.api = api
        self.resource = resource
        self.since = since
        self.end = end

    def whole(self, start: int | None) -> Span:
        """Give all that is to be read from ``start`` on (none: from the oldest record)."""
        counted = self.count(start, self.end)
        return Span(self.oldest() if start is None else start, self.end, counted)

    def check_whole(self, start: int | None, counted: int, found: int) -> None:
        """Check that as many came from ``start`` on as were ``counted``, or are counted now.

        Some records may have been deleted meanwhile. Raises UnreachableError.
        """
        if found < counted and found < self.count(start, self.end):
            raise self.short(counted, found, "at all")

    def cut(self, whole: Span, aim: int) -> Iterator[Span]:
        """Give span after span of a whole one, each of about ``aim`` records."""
        start, end = whole.start, whole.end
        width = _fitting(max(1, end - start), whole.counted, aim)
        while start < end:
            until = min(end, start + width)
            inside = self.count(start, until)
            if inside > _SLACK * aim and until - start > 1:
                width = _fitting(until - start, inside, aim)
                continue
            yield Span(start, until, inside)
            start, width = until, _fitting(until - start, inside, aim)

    def search(self, start: int | None, end: int) -> str:
        """Write the search of the list."""
        return _search(self.resource.created, self.since, start, end)

    def oldest(self) -> int:
        """Give a time before which nothing was created; the end where there is nothing at all.

        The list names it, whose order nobody proves: where any are counted before, it is 1970.
        """
        name = f"{self.resource.name}_oldest"
        answer = self.api.execute(name, {"query": self.search(None, self.end)})
        with expected(name):
            nodes = answer["page"]["nodes"]
            oldest = epoch(nodes[0]["created_at"]) if nodes else self.end
        return 0 if self.count(None, oldest) else oldest

    def count(self, start: int | None, end: int) -> int:
        """Count the records of a span; without a start, all up to its end."""
        return exact_count(
            self.api, self.resource.name, _search("created_at", self.since, start, end)
        )

    def short(self, counted: int, found: int, where: str) -> UnreachableError:
        """Give the error of a list that holds less than its count."""
        return UnreachableError(
            f"Shopify counts {counted} {self.resource.name} {where} and gives {found}.",
            "Nothing of what was short was written: run the same command again.",
        )


def first_placed(api: GraphQL, search: str) -> str | None:
    """Give when the first of the orders that a search finds was placed, as Shopify writes it.

    Raises what GraphQL.execute raises.
    """
    answer = api.execute("orders_earliest", {"query": search})
    with expected("orders_earliest"):
        nodes = answer["page"]["nodes"]
        return str(nodes[0]["processed_at"]) if nodes else None


def _fitting(width: int, counted: int, aim: int) -> int:
    """Give the seconds that hold ``aim`` records, where ``width`` hold ``counted``."""
    return max(1, min(width * aim // max(1, counted), width * _GROWTH))


def _search(created: str, since: int, start: int | None, end: int) -> str:
    """Write a search: timestamps quoted, for Shopify cuts a bare one at its colons."""
    lower = "" if start is None else f" {created}:>='{iso(start)}'"
    return f"updated_at:>='{iso(since)}'{lower} {created}:<'{iso(end)}'"
