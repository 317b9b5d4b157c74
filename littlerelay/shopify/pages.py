"""Reads one resource page by page, in windows of time that are proven complete.

The records of a window are counted first; fewer than counted are read once more, and still fewer
are an error. Windows shrink and grow so that each holds a few pages.
"""

from __future__ import annotations

from collections.abc import Iterator

from littlerelay.errors import UnreachableError
from littlerelay.shopify.graphql import MaxCostExceededError, Variables, expected
from littlerelay.shopify.spans import Node, Span, Spans
from littlerelay.shopify.windows import Window, changed, shaped
from littlerelay.times import epoch

_PAGES = 2  # full pages that a window aims at


class Pages:
    """Reads the spans of one resource.

    Raises what GraphQL.execute raises, and UnreachableError where Shopify gives fewer records than
    it counts.
    """

    def __init__(self, spans: Spans) -> None:
        self._spans = spans
        self._first = spans.resource.first
        self._aim = _PAGES * self._first
        self.seen = 0

    def total(self) -> int:
        """Count the records there are to read."""
        return self._spans.count(None, self._spans.end)

    def windows(self, start: int | None = None) -> Iterator[Window]:
        """Give every window from ``start`` on (none: from the oldest record), in order of time."""
        whole, seen = self._spans.whole(start), self.seen
        yield from self.within(whole)
        self._spans.check_whole(start, whole.counted, self.seen - seen)

    def within(self, whole: Span) -> Iterator[Window]:
        """Give every window of a span."""
        for span in self._spans.cut(whole, self._aim):
            yield Window(span.start, span.end, self._complete(span))

    def _complete(self, span: Span) -> list[Node]:
        counted = span.counted
        nodes = self._read(span) if counted else {}
        if len(nodes) < counted:
            counted = self._spans.count(span.start, span.end)
            nodes = self._read(span)
        if len(nodes) < counted:
            raise self._spans.short(counted, len(nodes), str(span))
        self.seen += len(nodes)
        return shaped(self._spans.resource, changed(self._spans, nodes.values()))

    def _read(self, span: Span) -> dict[str, Node]:
        """Give the nodes of a span by id; what was created outside of it does not count."""
        name = self._spans.resource.name
        nodes: dict[str, Node] = {}
        text = self._spans.search(span.start, span.end)
        after: str | None = None
        seen: set[str | None] = {None}
        while True:
            page = self._page({"query": text, "after": after})
            with expected(name):
                inside = [one for one in page["nodes"] if span.start <= _created(one) < span.end]
                nodes.update((node["id"], node) for node in inside)
                more, after = page["pageInfo"]["hasNextPage"], page["pageInfo"]["endCursor"]
            if not more:
                return nodes
            if after in seen:
                raise UnreachableError(
                    f"Shopify gave the same page of {name} twice.", "Run the same command again."
                )
            seen.add(after)

    def _page(self, variables: Variables) -> Node:
        """Ask for one page, halving it for good as often as it costs too much."""
        resource = self._spans.resource
        while True:
            asked = {**resource.variables, **variables, "first": self._first}
            try:
                answer = self._spans.api.execute(resource.name, asked)
            except MaxCostExceededError:
                if self._first == 1:
                    raise
                self._first //= 2
                continue
            with expected(resource.name):
                return dict(answer["page"])


def _created(node: Node) -> int:
    return epoch(node["created_at"])
