"""Reads the orders' own figures: a second query, of aggregates alone, that sums no line.

What a backfill wrote can be proven against them: they come neither from the records that were
mapped nor from anything that relay added up. Amounts are Decimals of the shop's currency; times are
as Shopify writes them, in whole seconds: ``2026-01-31T09:15:00Z``.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any, NamedTuple

from littlerelay.errors import UnreachableError
from littlerelay.shopify.graphql import GraphQL, expected
from littlerelay.shopify.paging import Pager, exact_count
from littlerelay.shopify.records import number
from littlerelay.times import epoch, iso

Node = dict[str, Any]

_PAGE = 250  # the most that Shopify gives at once: without lines a page costs 35 points
_BESIDES = ("tip", "duties", "fees")
DELETIONS_KEPT = 365 * 86_400  # seconds for which Shopify keeps the events of a shop


class Refunded(NamedTuple):
    """One refund: when it was processed, and what was paid back (0 where no money moved yet)."""

    id: int
    processed: str
    total: Decimal


class OrderFigures(NamedTuple):
    """What Shopify itself says of one order.

    ``total`` is the order as placed; ``subtotal`` (goods after discounts, with their taxes where
    prices include them), ``tax``, ``shipping`` (before its discounts), ``shipped`` (after them) and
    ``discount`` are after edits and before returns; ``refunded`` is what was paid back by now.
    ``besides`` is what the order as placed cost beside goods, shipping and taxes: tips, duties,
    fees and rounded cash. ``fulfillments`` are (id, created), cancelled ones among them.
    """

    id: int
    name: str
    created: str
    processed: str
    updated: str
    test: bool
    edited: bool
    taxes_included: bool
    source_name: str | None
    currency: str
    total: Decimal
    subtotal: Decimal
    tax: Decimal
    shipping: Decimal
    shipped: Decimal
    discount: Decimal
    besides: Decimal
    refunded: Decimal
    refunds: tuple[Refunded, ...]
    fulfillments: tuple[tuple[int, str], ...]


class Bounds(NamedTuple):
    """A span of time in seconds since 1970, its start in and its end out; none is no bound."""

    start: int | None = None
    end: int | None = None

    def holds(self, time: str) -> bool:
        """Tell whether a time of Shopify's lies within."""
        at = epoch(time)
        return (self.start is None or at >= self.start) and (self.end is None or at < self.end)

    def terms(self, field: str) -> list[str]:
        """Write the terms of a search; Shopify cuts a time without quotes at its colons."""
        lower = [] if self.start is None else [f"{field}:>='{iso(self.start)}'"]
        return lower + ([] if self.end is None else [f"{field}:<'{iso(self.end)}'"])


EVER = Bounds()


class OrderSearch(NamedTuple):
    """Which orders are meant: all bounds must hold; ``test`` none takes test orders and others."""

    created: Bounds = EVER
    processed: Bounds = EVER
    updated: Bounds = EVER
    test: bool | None = None

    def text(self) -> str:
        """Write the search."""
        terms = self.updated.terms("updated_at") + self.created.terms("created_at")
        terms += self.processed.terms("processed_at")
        return " ".join(terms + ([] if self.test is None else [f"test:{str(self.test).lower()}"]))

    def holds(self, order: OrderFigures) -> bool:
        """Tell whether an order is meant: what Shopify gives beyond that does not count."""
        return (
            self.created.holds(order.created)
            and self.processed.holds(order.processed)
            and self.updated.holds(order.updated)
            and self.test in (None, order.test)
        )


class DeletedOrder(NamedTuple):
    """An order that is gone, and when it was deleted."""

    id: int
    deleted: str


def order_figures(api: GraphQL, search: OrderSearch, first: int = _PAGE) -> Iterator[OrderFigures]:
    """Give the figures of the orders that are meant, oldest first by ``created``, as they come.

    Raises what GraphQL.execute raises, and UnreachableError where Shopify gives fewer orders than
    it counts before and after, or would not count.
    """
    text, found = search.text(), 0
    counted = count_orders(api, search)
    last: set[int] = set()
    for nodes in Pager(api, "order_figures", first).pages({"query": text}):
        with expected("order_figures"):
            page = {order.id: order for order in map(_order, nodes)}
            meant = [order for order in page.values() if search.holds(order)]
        for order in meant:
            if order.id not in last:
                found += 1
                yield order
        last = set(page)
    if found < counted and found < (counted := count_orders(api, search)):
        raise UnreachableError(
            f"Shopify counts {counted} orders and gives the figures of {found}.",
            "Nothing can be proven by what is short: run the same command again.",
        )


def count_orders(api: GraphQL, search: OrderSearch) -> int:
    """Count the orders that are meant, exactly.

    Raises what GraphQL.execute raises, and UnreachableError where Shopify would not count.
    """
    return exact_count(api, "orders", search.text())


def count_customers(api: GraphQL, created: Bounds = EVER) -> int:
    """Count customers exactly, by when they were created. Raises like `count_orders`."""
    return exact_count(api, "customers", " ".join(created.terms("created_at")))


def deleted_orders(api: GraphQL, deleted: Bounds = EVER) -> Iterator[DeletedOrder]:
    """Give the orders that were deleted within a time, oldest deletion first.

    Shopify keeps these events for one year: see `DELETIONS_KEPT`. Raises what GraphQL.execute
    raises.
    """
    terms = ["action:destroy", "subject_type:ORDER", *deleted.terms("created_at")]
    for nodes in Pager(api, "deleted_orders", _PAGE).pages({"query": " ".join(terms)}):
        with expected("deleted_orders"):
            found = [_deleted(node) for node in nodes if _is_deletion(node)]
            meant = [one for one in found if deleted.holds(one.deleted)]
        yield from meant


def _order(node: Node) -> OrderFigures:
    total = node["total"]["shop_money"]
    return OrderFigures(
        id=number(node["id"]),
        name=str(node["name"]),
        created=node["created_at"],
        processed=node["processed_at"],
        updated=node["updated_at"],
        test=bool(node["test"]),
        edited=bool(node["edited"]),
        taxes_included=bool(node["taxes_included"]),
        source_name=node["source_name"],
        currency=str(total["currency_code"]),
        total=Decimal(total["amount"]),
        subtotal=_amount(node["subtotal"]),
        tax=_amount(node["tax"]),
        shipping=_amount(node["shipping"]),
        shipped=_amount(node["current_shipping"]) + _amount(node["refunded_shipping"]),
        discount=_amount(node["discount"]),
        besides=sum(
            map(_amount, (*(node[name] for name in _BESIDES), node["rounding"]["payment"])),
            Decimal(0),
        ),
        refunded=_amount(node["refunded"]),
        refunds=tuple(_refund(one) for one in node["refunds"]),
        fulfillments=tuple((number(one["id"]), one["created_at"]) for one in node["fulfillments"]),
    )


def _refund(node: Node) -> Refunded:
    return Refunded(number(node["id"]), node["processed_at"], _amount(node["total"]))


def _amount(money: Node | None) -> Decimal:
    """Read an amount of the shop's currency; Shopify gives none where there is no such thing."""
    return Decimal(0) if money is None else Decimal(money["shop_money"]["amount"])


def _is_deletion(node: Node) -> bool:
    return node.get("action") == "destroy" and node.get("subject_type") == "ORDER"


def _deleted(node: Node) -> DeletedOrder:
    return DeletedOrder(number(node["subject_id"]), node["created_at"])
