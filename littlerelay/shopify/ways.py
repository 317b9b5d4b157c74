"""Chooses the way in which a resource is read: by pages, or in bulk."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from littlerelay import http
from littlerelay.clock import Clock
from littlerelay.patience import Follow
from littlerelay.settings import Mode
from littlerelay.shopify.bulk import Bulk, Kind
from littlerelay.shopify.contract_pages import ContractPages
from littlerelay.shopify.download import Download
from littlerelay.shopify.drain import FollowUps
from littlerelay.shopify.gathering import Means
from littlerelay.shopify.operations import Operations
from littlerelay.shopify.pages import Pages
from littlerelay.shopify.shapes import CHECKOUTS, CUSTOMERS, ORDERS
from littlerelay.shopify.shop import Shop
from littlerelay.shopify.spans import Node

# From so many records on, an operation is quicker than their pages at Shopify's slowest pace.
WORTH = {"customers": 10_000, "orders": 1_000, "checkouts": 1_000}

# Points of Shopify's bucket that a record costs with all that hangs on it, as the stand-in shop
# (fixtures/standin) charges them.
_POINTS = {"customers": 0.7, "orders": 7.3, "checkouts": 7.0}


def seconds_by_pages(counts: Mapping[str, int], restore_rate: float) -> float:
    """Give about how long records take by pages, at so many points a second.

    ``counts`` are by resource.
    """
    return sum(_POINTS[name] * count for name, count in counts.items()) / restore_rate


def is_by_bulk(resource: str, counted: int, mode: Mode) -> bool:
    """Tell whether most of so many records would be read in bulk operations."""
    return mode == "bulk" or (mode == "auto" and counted >= WORTH[resource])


@dataclass(frozen=True, slots=True)
class Ways:
    """The ways to one shop's history.

    Results of bulk operations lie in ``folder`` while they are read. ``is_local`` is true where the
    shop is one on this machine.
    """

    shop: Shop
    mode: Mode
    folder: Path
    clock: Clock
    watch: Follow
    is_local: bool = False

    def reader(self, resource: str, since: int, end: int) -> Pages | Bulk | ContractPages:
        """Give what reads a resource, by its name in a run; see Spans for the bounds."""
        if resource == "contracts":  # few, and nothing to count them by
            return self.shop.contracts(since, end)
        if self.mode == "pages":
            return self.shop.pages(resource, since, end)
        spans = self.shop.spans(resource, since, end)
        pages = Pages(spans) if self.mode == "auto" else None
        return Bulk(spans, self._kind(resource), self._means(), pages)

    def _kind(self, resource: str) -> Kind:
        shape, complete = {
            "customers": (CUSTOMERS, _as_they_are),
            "orders": (ORDERS, FollowUps(self.shop.api).orders),
            "checkouts": (CHECKOUTS, _as_they_are),
        }[resource]
        return Kind(shape, complete, WORTH[resource])

    def _means(self) -> Means:
        operations = Operations(self.shop.api, self.clock, self.watch)
        download = Download(http.plain_client, self.clock, self.watch, is_local=self.is_local)
        return Means(operations, download, self.folder, self.clock, self.watch)


def _as_they_are(nodes: list[Node]) -> list[Node]:
    return nodes
