"""Reads one resource page by page, in windows of time that are proven complete.

The records of a window are counted first; fewer than counted are read once more, and still fewer
are an error. Windows shrink and grow so that each holds a few pages.
"""

from __future__ import annotations

from collections.abc import Iterator

from littlerelay.shopify.graphql import expected
from littlerelay.shopify.paging import Pager
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
        self._pager = Pager(spans.api, spans.resource.name, spans.resource.first)
        self._aim = _PAGES * spans.resource.first
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

    def sample(self, span: Span, most: int) -> list[Node]:
        """Give the first records of a span: so many at most, and no more than a page holds."""
        resource = self._spans.resource
        pager = Pager(self._spans.api, resource.name, min(most, resource.first))
        return shaped(resource, changed(self._spans, next(self._nodes(span, pager)).values()))

    def _complete(self, span: Span) -> list[Node]:
        counted = span.counted
        nodes = self.read(span) if counted else {}
        if len(nodes) < counted:
            counted = self._spans.count(span.start, span.end)
            nodes = self.read(span)
        if len(nodes) < counted:
            raise self._spans.short(counted, len(nodes), str(span))
        self.seen += len(nodes)
        return shaped(self._spans.resource, changed(self._spans, nodes.values()))

    def read(self, span: Span) -> dict[str, Node]:
        """Give the nodes of a span by id; what was created outside of it does not count."""
        nodes: dict[str, Node] = {}
        for page in self._nodes(span, self._pager):
            nodes |= page
        return nodes

    def _nodes(self, span: Span, pager: Pager) -> Iterator[dict[str, Node]]:
        """Give the nodes of each page by id, those that were created in the span."""
        resource = self._spans.resource
        asked = {**resource.variables, "query": self._spans.search(span.start, span.end)}
        for page in pager.pages(asked):
            with expected(resource.name):
                inside = [one for one in page if span.start <= _created(one) < span.end]
                found = {node["id"]: node for node in inside}
            yield found


def _created(node: Node) -> int:
    return epoch(node["created_at"])
