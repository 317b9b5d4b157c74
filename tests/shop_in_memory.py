"""A shop that is a list: it answers counts, pages and the oldest record from the search alone."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from littlerelay.shopify.graphql import GraphQL, MaxCostExceededError, Variables
from littlerelay.shopify.pages import Pages
from littlerelay.shopify.records import number
from littlerelay.shopify.spans import Node, Resource, Spans
from littlerelay.times import epoch, iso

TIME = r"'(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ)'"
SEARCH = re.compile(f"updated_at:>={TIME}(?: created_at:>={TIME})? created_at:<{TIME}")


class Row(NamedTuple):
    """One record; times are seconds since 1970. Rows sort as Shopify's CREATED_AT does."""

    created: int
    number: int
    updated: int

    def node(self) -> Node:
        """Gives the row as GraphQL does."""
        return {
            "id": f"gid://shopify/Order/{self.number}",
            "created_at": iso(self.created),
            "updated_at": iso(self.updated),
        }


@dataclass
class Faults:
    """What the shop does wrong.

    ``hidden`` are the numbers that each reading of a window leaves out, the first reading first;
    ``strays`` are given with every page whatever was asked; ``miscount`` is added to every count;
    ``dearest`` is the largest page that does not cost too much.
    """

    hidden: list[set[int]] = field(default_factory=list)
    strays: list[Row] = field(default_factory=list)
    miscount: int = 0
    precision: str = "EXACT"
    dearest: int = 250
    stuck: bool = False


class ShopInMemory(GraphQL):
    """Stands in for the endpoint; ``asked`` holds every name and its variables."""

    def __init__(self, rows: list[Row], faults: Faults | None = None) -> None:
        self.rows = sorted(rows)
        self.faults = faults or Faults()
        self.asked: list[tuple[str, Variables]] = []
        self._hidden: set[int] = set()

    def execute(self, name: str, variables: Variables | None = None) -> dict[str, Any]:
        """Answers ``orders``, ``orders_count`` and ``orders_oldest``."""
        assert variables is not None
        self.asked.append((name, variables))
        rows = self._found(variables["query"])
        if name == "orders_count":
            count = len(rows) + self.faults.miscount
            return {"counted": {"count": count, "precision": self.faults.precision}}
        if name == "orders_oldest":
            return {"page": {"nodes": [{"created_at": iso(row.created)} for row in rows[:1]]}}
        assert name == "orders"
        return {"page": self._page(rows, variables)}

    def _found(self, query: str) -> list[Row]:
        search = SEARCH.fullmatch(query)
        assert search, f"Shopify would not understand {query}"
        updated, start, end = (epoch(text) if text else 0 for text in search.groups())
        return [row for row in self.rows if row.updated >= updated and start <= row.created < end]

    def _page(self, rows: list[Row], variables: Variables) -> Node:
        if variables["first"] > self.faults.dearest:
            raise MaxCostExceededError
        after = variables["after"]
        if after is None:
            self._hidden = self.faults.hidden.pop(0) if self.faults.hidden else set()
        left = [row for row in rows if after in (None, "stuck") or _cursor(row) > after]
        page = left[: variables["first"]]
        more = len(left) > len(page)
        shown = [row for row in [*page, *self.faults.strays] if row.number not in self._hidden]
        cursor = "stuck" if self.faults.stuck else max(map(_cursor, page), default=None)
        info = {"hasNextPage": more, "endCursor": cursor}
        return {"nodes": [row.node() for row in shown], "pageInfo": info}

    def sizes(self) -> list[int]:
        """Gives the sizes of the pages that were asked for."""
        return [variables["first"] for name, variables in self.asked if name == "orders"]


def _cursor(row: Row) -> str:
    """Gives the place of a row, so written that later rows have a later text."""
    return f"{row.created:012}-{row.number:012}"


def shape(node: Node) -> Node:
    """Gives the node an integer id, as an adapter does."""
    return {**node, "id": number(node["id"])}


def pages(shop: ShopInMemory, since: int, end: int, first: int = 50) -> Pages:
    """Makes the pages of the shop's orders."""
    return Pages(Spans(shop, Resource("orders", first, shape, {}, lambda _: True), since, end))
