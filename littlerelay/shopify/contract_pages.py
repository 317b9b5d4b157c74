"""Reads Shopify's own subscription contracts: those of the app that asks, for no other's are shown.

Shopify does not count them, so a window is complete when its last page says that no other follows.
Whether a failed attempt at billing changes a contract's ``updated_at`` is not said, so all of them
are read, and those are taken that changed or were billed since.
"""

from __future__ import annotations

from collections.abc import Iterator

from littlerelay.shopify.graphql import expected
from littlerelay.shopify.pages import Pages
from littlerelay.shopify.records import UNREADABLE
from littlerelay.shopify.spans import Node, Span, Spans
from littlerelay.shopify.windows import Window, shaped
from littlerelay.times import epoch
from littlerelay.uncounted import cut

_MOST = 1_000  # contracts that a window holds, unless it is a second
_FEW = 100


class ContractPages:
    """Reads the contracts of ``spans`` that changed at or after ``since`` (seconds since 1970).

    Raises what GraphQL.execute raises.
    """

    def __init__(self, spans: Spans, since: int) -> None:
        self._spans = spans
        self._pages = Pages(spans)
        self._since = since

    def windows(self, start: int | None = None) -> Iterator[Window]:
        """Give every window from ``start`` on (none: from the oldest one), in order of time."""
        begin = self._oldest() if start is None else start
        for since, until, nodes in cut(begin, self._spans.end, self._nodes, _FEW):
            records = shaped(self._spans.resource, nodes)
            kept = [record for record in records if _changed(record) >= self._since]
            yield Window(since, until, kept)

    def _nodes(self, start: int, end: int) -> list[Node] | None:
        found = self._pages.read(Span(start, end, 0))
        return None if len(found) > _MOST and end - start > 1 else [*found.values()]

    def _oldest(self) -> int:
        """Give a time before which nothing was created; the end where there is nothing at all."""
        name = f"{self._spans.resource.name}_oldest"
        answer = self._spans.api.execute(name)
        with expected(name):
            nodes = answer["page"]["nodes"]
            oldest = min(epoch(nodes[0]["created_at"]), self._spans.end) if nodes else None
        if oldest is None:
            return self._spans.end
        return 0 if self._pages.read(Span(0, oldest, 0)) else oldest


def _changed(record: Node) -> int:
    """Give when a contract, or an attempt at billing it, changed last."""
    if UNREADABLE in record:
        return epoch(record["updated_at"])
    times = [record["updated_at"]]
    for one in record["charges"]:
        times += [one["updated_at"], one["attempted_at"] or one["updated_at"]]
    return max(map(epoch, times))
