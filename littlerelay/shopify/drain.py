"""Reads the nested lists of an order or a checkout to their ends; a page gives only a part.

A connection inside a page stops silently at its ``first``; only ``hasNextPage`` tells. What is left
is asked by the owner's id. The sales agreements of an edited order are asked for here too: few
orders have been edited, and a page of all orders would pay for them.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from typing import Any

from littlerelay.errors import UnreachableError
from littlerelay.shopify.graphql import GraphQL, MaxCostExceededError, Variables, expected
from littlerelay.shopify.paging import pages

Node = dict[str, Any]

_ORDER_LISTS = {
    "line_items": "order_line_items",
    "shipping_lines": "order_shipping_lines",
    "discount_applications": "order_discount_applications",
}
_REFUND_LISTS = {
    "refund_line_items": "refund_line_items",
    "refund_shipping_lines": "refund_shipping_lines",
    "order_adjustments": "refund_order_adjustments",
    "transactions": "refund_transactions",
}
_FULFILLMENT_LISTS = {"fulfillment_line_items": "fulfillment_line_items"}
_CHECKOUT_LISTS = {"line_items": "checkout_line_items"}
_CONTRACT_LISTS = {"items": "contract_items", "attempts": "contract_attempts"}
_CHECKOUT_LINE_LISTS = {"discount_allocations": "checkout_discount_allocations"}
_AGREEMENTS = "order_agreements"
_BATCH = 100  # parents whose lists are asked for at once; Shopify takes 250 ids
# What these documents read belongs to the record itself: where it is gone, so is the record.
_OF_RECORD = ("order_", "checkout_line_items", "contract_")


class GoneError(Exception):
    """The order, checkout or contract was deleted while it was read."""


class FollowUps:
    """Asks in batches for what a bulk operation cannot give: connections inside of a list."""

    def __init__(self, api: GraphQL) -> None:
        self._api = api
        self._size = _BATCH

    def orders(self, orders: list[Node]) -> list[Node]:
        """Give the orders with the lists of their refunds and fulfillments, as a page has them.

        Orders that were deleted meanwhile are left out. Raises what GraphQL.execute raises.
        """
        gone: set[str] = set()
        for key in ("fulfillments", "refunds"):
            with expected("orders"):
                owners = [
                    (str(one["id"]), one, order["id"]) for order in orders for one in order[key]
                ]
            at = 0
            while at < len(owners):
                batch = owners[at : at + self._size]
                lists = self._lists(key, [gid for gid, _, _ in batch])
                if lists is None:
                    continue
                for gid, owner, order in batch:
                    owner.update(lists.get(gid, {}))
                    gone |= set() if gid in lists else {order}
                at += len(batch)
        if gone:
            self._check_gone(gone)
        return [order for order in orders if order["id"] not in gone]

    def _lists(self, name: str, ids: list[str]) -> dict[str, Node] | None:
        """Ask for the lists of those that are there, by id.

        Gives none where so many cost too much, and fewer are to be tried.
        """
        try:
            answer = self._api.execute(name, {"ids": ids})
        except MaxCostExceededError:
            if self._size == 1:
                raise
            self._size //= 2
            return None
        with expected(name):
            if len(answer["nodes"]) != len(ids):
                raise ValueError("another number than was asked for")
            return {node["id"]: node for node in answer["nodes"] if node}

    def _check_gone(self, orders: set[str]) -> None:
        """Make sure that orders whose parts are gone are gone themselves."""
        for gid in orders:
            asked = {"id": gid, "after": None}
            if self._api.execute("order_shipping_lines", asked)["owner"] is not None:
                raise _vanished(gid)


class Drain:
    """Completes orders and checkouts; ``products`` and ``users`` say what the app may read."""

    def __init__(self, api: GraphQL, *, products: bool, users: bool = False) -> None:
        self._api = api
        self._flags = {
            "order_line_items": {"products": products},
            "checkout_line_items": {"products": products},
            _AGREEMENTS: {"users": users},
        }

    def order(self, node: Node) -> bool:
        """Complete an order in place; false where it was deleted meanwhile.

        Raises UnreachableError where a part of it vanished while the order is still there.
        """
        try:
            self._lists(node, _ORDER_LISTS)
            for refund in node["refunds"]:
                self._lists(refund, _REFUND_LISTS)
            for fulfillment in node["fulfillments"]:
                self._lists(fulfillment, _FULFILLMENT_LISTS)
            if node["edited"]:
                node["agreements"] = self._agreements(node["id"])
        except GoneError:
            return False
        return True

    def checkout(self, node: Node) -> bool:
        """Complete a checkout in place; false where Shopify removed it meanwhile.

        Raises UnreachableError where a part of it vanished.
        """
        try:
            self._lists(node, _CHECKOUT_LISTS)
        except GoneError:
            return False
        for line in node["line_items"]["nodes"]:
            self._lists(line, _CHECKOUT_LINE_LISTS)
        return True

    def contract(self, node: Node) -> bool:
        """Complete a subscription contract in place; false where it was removed meanwhile."""
        try:
            self._lists(node, _CONTRACT_LISTS)
        except GoneError:
            return False
        return True

    def _lists(self, owner: Node, documents: dict[str, str]) -> None:
        for key, name in documents.items():
            connection = owner[key]
            if connection["pageInfo"]["hasNextPage"]:
                rest = partial(self._after, name, owner["id"])
                connection["nodes"] = _together(pages(rest, name, connection))

    def _after(self, name: str, gid: str, after: str | None) -> Node:
        return self._more(name, gid, {"after": after})

    def _agreements(self, gid: str) -> list[Node]:
        """Give all agreements of an order, ``sales`` a plain and complete list in each."""

        def page(after: str | None) -> Node:
            connection = self._after(_AGREEMENTS, gid, after)
            found = [
                {**agreement, "sales": self._sales(gid, agreement["sales"], {"after": after})}
                for agreement in connection["nodes"]
            ]
            return {**connection, "nodes": found}

        return _together(pages(page, _AGREEMENTS))

    def _sales(self, gid: str, sales: Node, agreement: Variables) -> list[Node]:
        def page(after: str | None) -> Node:
            agreements = self._more(_AGREEMENTS, gid, {**agreement, "salesAfter": after})["nodes"]
            if not agreements:
                raise _vanished(gid)
            return dict(agreements[0]["sales"])

        return _together(pages(page, _AGREEMENTS, sales))

    def _more(self, name: str, gid: str, variables: Variables) -> Node:
        asked = {"id": gid, **variables, **self._flags.get(name, {})}
        owner = self._api.execute(name, asked)["owner"]
        if owner is None:
            raise GoneError if name.startswith(_OF_RECORD) else _vanished(gid)
        return dict(owner["list"])


def _vanished(gid: str) -> UnreachableError:
    return UnreachableError(
        f"A part of {gid} vanished while it was read.",
        "Nothing of that window was written: run the same command again.",
    )


def _together(read: Iterable[list[Node]]) -> list[Node]:
    return [node for nodes in read for node in nodes]
