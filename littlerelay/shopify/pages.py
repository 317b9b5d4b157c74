"""Reads one resource page by page, in windows of time that are proven complete.

A window is a span of ``created_at``, which never changes, so no record moves from one window to
another while it is read. Its records are counted first; fewer than counted are read once more, and
still fewer are an error. The bound on ``updated_at`` is only a lower one: a record that changes
during the run can come in, never leave. Windows shrink and grow so that each holds a few pages.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from littlerelay.errors import UnreachableError
from littlerelay.shopify.graphql import GraphQL, MaxCostExceededError, Variables, expected
from littlerelay.shopify.records import UNREADABLE, number
from littlerelay.times import epoch, iso

Node = dict[str, Any]

_TIMES = ("created_at", "updated_at")
_PAGES = 2  # full pages that a window aims at
_SLACK = 2  # times so many records and a window is cut smaller, if it is longer than a second
_GROWTH = 8  # a window is at most so many times longer than the one before


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
class Window:
    """All records created from ``start`` (inclusive) up to ``end``, in order of (created_at, id).

    Times are seconds since 1970.
    """

    start: int
    end: int
    records: list[Node]


class Pages:
    """Reads one resource: all that was created before ``end`` and updated at or after ``since``.

    Both are seconds since 1970. Raises what GraphQL.execute raises, and UnreachableError where
    Shopify gives fewer records than it counts.
    """

    def __init__(self, api: GraphQL, resource: Resource, since: int, end: int) -> None:
        self._api = api
        self._resource = resource
        self._since = since
        self._end = end
        self._first = resource.first
        self._aim = _PAGES * resource.first
        self._seen = 0

    def total(self) -> int:
        """Count the records there are to read."""
        return self._count(None, self._end)

    def windows(self, start: int | None = None) -> Iterator[Window]:
        """Give every window from ``start`` on (none: from the oldest record), in order of time.

        At the end, as many records must have come as were counted at the start, or as are counted
        then, for some may have been deleted.
        """
        counted, seen, bound = self._count(start, self._end), self._seen, start
        start = self._oldest() if start is None else start
        width = self._fitting(max(1, self._end - start), counted)
        while start < self._end:
            end = min(self._end, start + width)
            inside = self._count(start, end)
            if inside > _SLACK * self._aim and end - start > 1:
                width = self._fitting(end - start, inside)
                continue
            yield Window(start, end, self._complete(start, end, inside))
            start, width = end, self._fitting(end - start, inside)
        if self._seen - seen < counted and self._seen - seen < self._count(bound, self._end):
            raise self._short(counted, self._seen - seen, "at all")

    def _complete(self, start: int, end: int, counted: int) -> list[Node]:
        nodes = self._read(start, end) if counted else {}
        if len(nodes) < counted:
            counted = self._count(start, end)
            nodes = self._read(start, end)
        if len(nodes) < counted:
            raise self._short(counted, len(nodes), f"created from {iso(start)} to {iso(end)}")
        self._seen += len(nodes)
        with expected(self._resource.name):
            changed = [node for node in nodes.values() if epoch(node["updated_at"]) >= self._since]
        found = [self._shaped(node) for node in changed if self._resource.complete(node)]
        return sorted(found, key=lambda record: (epoch(record["created_at"]), record["id"]))

    def _shaped(self, node: Node) -> Node:
        """Make a node a record; one that cannot be read becomes a record that is rejected."""
        known = {"id": number(node["id"])} | {key: node[key] for key in _TIMES}
        try:
            return self._resource.shape(node)
        except (AttributeError, KeyError, TypeError, ValueError):
            return {**known, UNREADABLE: node}

    def _short(self, counted: int, found: int, where: str) -> UnreachableError:
        return UnreachableError(
            f"Shopify counts {counted} {self._resource.name} {where} and gives {found}.",
            "Nothing of what was short was written: run the same command again.",
        )

    def _read(self, start: int, end: int) -> dict[str, Node]:
        """Give the nodes of a window by id; what was created outside of it does not count."""
        nodes: dict[str, Node] = {}
        text = self._list(start, end)
        after: str | None = None
        seen: set[str | None] = {None}
        while True:
            page = self._page({"query": text, "after": after})
            with expected(self._resource.name):
                inside = [one for one in page["nodes"] if start <= _created(one) < end]
                nodes.update((node["id"], node) for node in inside)
                more, after = page["pageInfo"]["hasNextPage"], page["pageInfo"]["endCursor"]
            if not more:
                return nodes
            if after in seen:
                raise UnreachableError(
                    f"Shopify gave the same page of {self._resource.name} twice.",
                    "Run the same command again.",
                )
            seen.add(after)

    def _page(self, variables: Variables) -> Node:
        """Ask for one page, halving it for good as often as it costs too much."""
        while True:
            asked = {**self._resource.variables, **variables, "first": self._first}
            try:
                answer = self._api.execute(self._resource.name, asked)
            except MaxCostExceededError:
                if self._first == 1:
                    raise
                self._first //= 2
                continue
            with expected(self._resource.name):
                return dict(answer["page"])

    def _oldest(self) -> int:
        name = f"{self._resource.name}_oldest"
        answer = self._api.execute(name, {"query": self._list(None, self._end)})
        with expected(name):
            nodes = answer["page"]["nodes"]
            return epoch(nodes[0]["created_at"]) if nodes else self._end

    def _fitting(self, width: int, counted: int) -> int:
        """Give the seconds that hold what a window aims at, where ``width`` hold ``counted``."""
        return max(1, min(width * self._aim // max(1, counted), width * _GROWTH))

    def _list(self, start: int | None, end: int) -> str:
        """Write the search of the list."""
        return _search(self._resource.created, self._since, start, end)

    def _count(self, start: int | None, end: int) -> int:
        text = _search("created_at", self._since, start, end)
        name = f"{self._resource.name}_count"
        answer = self._api.execute(name, {"query": text})
        with expected(name):
            count, precision = int(answer["counted"]["count"]), answer["counted"]["precision"]
        if precision != "EXACT":
            raise UnreachableError(
                f"Shopify would not count the {self._resource.name} exactly.",
                "Without an exact count nothing proves that a window is whole: run again later.",
            )
        return count


def _created(node: Node) -> int:
    return epoch(node["created_at"])


def _search(created: str, since: int, start: int | None, end: int) -> str:
    """Write a search: timestamps quoted, for Shopify cuts a bare one at its colons."""
    lower = "" if start is None else f" {created}:>='{iso(start)}'"
    return f"updated_at:>='{iso(since)}'{lower} {created}:<'{iso(end)}'"


def limited(windows: Iterable[Window], limit: int) -> Iterator[Window]:
    """Give windows until ``limit`` records have gone by: a sample."""
    for window in windows:
        yield replace(window, records=window.records[:limit])
        limit -= len(window.records)
        if limit <= 0:
            return
