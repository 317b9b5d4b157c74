"""What a resource's history is read into: windows of records, complete and in order."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from littlerelay.shopify.graphql import expected
from littlerelay.shopify.records import UNREADABLE, number
from littlerelay.shopify.spans import Node, Resource, Spans
from littlerelay.times import epoch

_TIMES = ("created_at", "updated_at")


@dataclass(frozen=True, slots=True)
class Window:
    """All records created from ``start`` (inclusive) up to ``end``, in order of (created_at, id).

    Times are seconds since 1970.
    """

    start: int
    end: int
    records: list[Node]


def changed(spans: Spans, nodes: Iterable[Node]) -> list[Node]:
    """Give the nodes that changed since what the run reads from."""
    with expected(spans.resource.name):
        return [node for node in nodes if epoch(node["updated_at"]) >= spans.since]


def shaped(resource: Resource, nodes: Iterable[Node]) -> list[Node]:
    """Make records of nodes, each complete, in order."""
    found = [_shaped(resource, node) for node in nodes if resource.complete(node)]
    return sorted(found, key=lambda record: (epoch(record["created_at"]), record["id"]))


def _shaped(resource: Resource, node: Node) -> Node:
    """Make a node a record; one that cannot be read becomes a record that is rejected."""
    known = {"id": number(node["id"])} | {key: node[key] for key in _TIMES}
    try:
        return resource.shape(node)
    except (AttributeError, KeyError, TypeError, ValueError):
        return {**known, UNREADABLE: node}


def limited(windows: Iterable[Window], limit: int) -> Iterator[Window]:
    """Give windows until ``limit`` records have gone by: a sample."""
    for window in windows:
        yield replace(window, records=window.records[:limit])
        limit -= len(window.records)
        if limit <= 0:
            return
