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
from littlerelay.shopify.graphql import GraphQL, MaxCostExceededError, Variables
from littlerelay.times import epoch, iso

Node = dict[str, Any]

WINDOW = 250  # records that a window aims at
_MOST = 2 * WINDOW  # records at which a window is cut smaller, if it is longer than a second
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

    def total(self) -> int:
        """Count the records there are to read."""
        return self._count(None, self._end)

    def windows(self, start: int | None = None) -> Iterator[Window]:
        """Give every window from ``start`` on (none: from the oldest record), in order of time."""
        start = self._oldest() if start is None else start
        width = self._first_width(start)
        while start < self._end:
            end = min(self._end, start + width)
            counted = self._count(start, end)
            if counted > _MOST and end - start > 1:
                width = _fitting(end - start, counted)
                continue
            yield Window(start, end, self._complete(start, end, counted))
            start, width = end, _fitting(end - start, counted)

    def _complete(self, start: int, end: int, counted: int) -> list[Node]:
        nodes = self._read(start, end) if counted else {}
        if len(nodes) < counted:
            counted = self._count(start, end)
            nodes = self._read(start, end)
        if len(nodes) < counted:
            raise UnreachableError(
                f"Shopify counts {counted} {self._resource.name} created from {iso(start)} to "
                f"{iso(end)} and gives {len(nodes)}.",
                "Nothing of that window was written: run the same command again.",
            )
        wanted = [node for node in nodes.values() if self._wanted(node, start, end)]
        found = [self._resource.shape(node) for node in wanted if self._resource.complete(node)]
        return sorted(found, key=lambda record: (record["created_at"], record["id"]))

    def _read(self, start: int, end: int) -> dict[str, Node]:
        """Give the nodes of a window by id, as Shopify's filter chose them."""
        nodes: dict[str, Node] = {}
        text = self._list(start, end)
        after: str | None = None
        while True:
            page = self._page({"query": text, "after": after})
            nodes.update((node["id"], node) for node in page["nodes"])
            if not page["pageInfo"]["hasNextPage"]:
                return nodes
            if page["pageInfo"]["endCursor"] == after:
                raise UnreachableError(
                    f"Shopify gave the same page of {self._resource.name} twice.",
                    "Run the same command again.",
                )
            after = page["pageInfo"]["endCursor"]

    def _page(self, variables: Variables) -> Node:
        """Ask for one page, halving it for good as often as it costs too much."""
        while True:
            asked = {**self._resource.variables, **variables, "first": self._first}
            try:
                return dict(self._api.execute(self._resource.name, asked)["page"])
            except MaxCostExceededError:
                if self._first == 1:
                    raise
                self._first //= 2

    def _wanted(self, node: Node, start: int, end: int) -> bool:
        """Check on this side what the filter was to choose."""
        created, updated = epoch(node["created_at"]), epoch(node["updated_at"])
        return start <= created < end and updated >= self._since

    def _oldest(self) -> int:
        text = self._list(None, self._end)
        nodes = self._api.execute(f"{self._resource.name}_oldest", {"query": text})["page"]["nodes"]
        return epoch(nodes[0]["created_at"]) if nodes else self._end

    def _first_width(self, start: int) -> int:
        return _fitting(max(1, self._end - start), self._count(start, self._end))

    def _list(self, start: int | None, end: int) -> str:
        """Write the search of the list."""
        return _search(self._resource.created, self._since, start, end)

    def _count(self, start: int | None, end: int) -> int:
        text = _search("created_at", self._since, start, end)
        counted = self._api.execute(f"{self._resource.name}_count", {"query": text})["counted"]
        if counted["precision"] != "EXACT":
            raise UnreachableError(
                f"Shopify would not count the {self._resource.name} exactly.",
                "Without an exact count nothing proves that a window is whole: run again later.",
            )
        return int(counted["count"])


def _search(created: str, since: int, start: int | None, end: int) -> str:
    """Write a search: timestamps quoted, for Shopify cuts a bare one at its colons."""
    lower = "" if start is None else f" {created}:>='{iso(start)}'"
    return f"updated_at:>='{iso(since)}'{lower} {created}:<'{iso(end)}'"


def _fitting(width: int, counted: int) -> int:
    """Give the seconds in which about WINDOW records lie, where ``width`` seconds hold counted."""
    return max(1, min(width * WINDOW // max(1, counted), width * _GROWTH))


def limited(windows: Iterable[Window], limit: int) -> Iterator[Window]:
    """Give windows until ``limit`` records have gone by: a sample."""
    for window in windows:
        yield replace(window, records=window.records[:limit])
        limit -= len(window.records)
        if limit <= 0:
            return
