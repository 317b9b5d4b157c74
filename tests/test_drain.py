"""A list inside an order or a checkout is read to its end, however long and however nested."""

from __future__ import annotations

from typing import Any

import pytest

from littlerelay.errors import UnreachableError
from littlerelay.shopify.drain import Drain, Node
from littlerelay.shopify.graphql import GraphQL, Variables

ORDER = "gid://shopify/Order/1"
REFUND = "gid://shopify/Refund/2"
FULFILLMENT = "gid://shopify/Fulfillment/3"

# Where each list lies, by the document that reads it: its owner's id, and its key.
LISTS = {
    "order_line_items": (ORDER, "line_items"),
    "order_shipping_lines": (ORDER, "shipping_lines"),
    "order_discount_applications": (ORDER, "discount_applications"),
    "refund_line_items": (REFUND, "refund_line_items"),
    "refund_shipping_lines": (REFUND, "refund_shipping_lines"),
    "refund_order_adjustments": (REFUND, "order_adjustments"),
    "refund_transactions": (REFUND, "transactions"),
    "fulfillment_line_items": (FULFILLMENT, "fulfillment_line_items"),
}
CHECKOUT = "gid://shopify/AbandonedCheckout/4"
LINE = "gid://shopify/AbandonedCheckoutLineItem/5"
PAGE = 4  # nodes that one answer gives of a list


class Lists(GraphQL):
    """An endpoint that holds lists by document and owner, and gives them PAGE by PAGE."""

    def __init__(self) -> None:
        self.lists: dict[tuple[str, str], list[Any]] = {}
        self.agreements: list[list[int]] = []
        self.asked: list[tuple[str, Variables]] = []
        self.stuck = False

    def execute(self, name: str, variables: Variables | None = None) -> dict[str, Any]:
        """Gives one page of a list, or no owner where there is none."""
        assert variables is not None
        self.asked.append((name, variables))
        if name == "order_agreements" and self.agreements:
            return {"owner": {"list": self._agreement(variables)}}
        nodes = self.lists.get((name, variables["id"]))
        found = None if nodes is None else {"list": self._page(nodes, variables["after"], PAGE)}
        return {"owner": found}

    def _page(self, nodes: list[Any], after: str | None, size: int) -> Node:
        start = int(after or 0)
        if self.stuck:
            return {"nodes": nodes[:size], "pageInfo": info(more=True, cursor=after)}
        end = min(start + size, len(nodes))
        cursor = str(end) if nodes else None
        return {"nodes": nodes[start:end], "pageInfo": info(end < len(nodes), cursor)}

    def _agreement(self, variables: Variables) -> Node:
        page = self._page(self.agreements, variables["after"], 1)
        nodes = [
            {"id": f"agreement of {sales}", "sales": self._page(sales, after, PAGE)}
            for sales, after in [(page["nodes"][0], variables.get("salesAfter"))]
        ]
        return {**page, "nodes": nodes}


def info(more: bool, cursor: str | None) -> Node:
    return {"hasNextPage": more, "endCursor": cursor}


def connection(nodes: list[Any], more: bool = False) -> Node:
    return {"nodes": nodes, "pageInfo": info(more, str(len(nodes)))}


def owner(gid: str) -> Node:
    """Makes an owner whose lists are short and whole."""
    lists = [key for owner_gid, key in LISTS.values() if owner_gid == gid]
    return {"id": gid, **{key: connection(["only"]) for key in lists}}


def order(edited: bool = False) -> Node:
    refunds, fulfillments = [owner(REFUND)], [owner(FULFILLMENT)]
    return {**owner(ORDER), "edited": edited, "refunds": refunds, "fulfillments": fulfillments}


def owner_of(node: Node, gid: str) -> Node:
    return next(one for one in [node, *node["refunds"], *node["fulfillments"]] if one["id"] == gid)


def test_an_order_whose_lists_are_whole_asks_nothing() -> None:
    api, node = Lists(), order()
    assert Drain(api, products=True).order(node)
    assert api.asked == []
    assert node == order()


@pytest.mark.parametrize("document", LISTS)
@pytest.mark.parametrize("length", [PAGE + 1, 2 * PAGE, 3 * PAGE + 1])
def test_a_list_that_goes_on_is_read_to_its_end(document: str, length: int) -> None:
    gid, key = LISTS[document]
    api, node = Lists(), order()
    api.lists[document, gid] = list(range(length))
    owner_of(node, gid)[key] = connection([0, 1], more=True)
    assert Drain(api, products=True).order(node)
    assert owner_of(node, gid).pop(key)["nodes"] == list(range(length))
    untouched = order()
    del owner_of(untouched, gid)[key]
    assert node == untouched
    assert {name for name, _ in api.asked} == {document}
    assert api.asked[0][1]["after"] == "2"


def test_every_refund_and_every_fulfillment_is_completed() -> None:
    api, node = Lists(), order()
    for kind, document, key in [
        ("refunds", "refund_transactions", "transactions"),
        ("fulfillments", "fulfillment_line_items", "fulfillment_line_items"),
    ]:
        node[kind] = [{**node[kind][0], "id": f"{kind} {index}"} for index in range(3)]
        for one in node[kind]:
            one[key] = connection(["a"], more=True)
            api.lists[document, one["id"]] = ["a", "b", one["id"]]
    assert Drain(api, products=True).order(node)
    last = [one["transactions"]["nodes"][2] for one in node["refunds"]]
    last += [one["fulfillment_line_items"]["nodes"][2] for one in node["fulfillments"]]
    assert last == [one["id"] for one in [*node["refunds"], *node["fulfillments"]]]


@pytest.mark.parametrize("products", [True, False])
def test_products_are_asked_for_only_where_the_app_may_read_them(products: bool) -> None:
    api, node = Lists(), order()
    for document in ("order_line_items", "order_shipping_lines"):
        gid, key = LISTS[document]
        api.lists[document, gid] = ["a", "b"]
        node[key] = connection(["a"], more=True)
    Drain(api, products=products).order(node)
    sent = {name: variables.get("products") for name, variables in api.asked}
    assert sent == {"order_line_items": products, "order_shipping_lines": None}


@pytest.mark.parametrize("document", [name for name in LISTS if name.startswith("order_")])
def test_an_order_that_was_deleted_meanwhile_is_left_out(document: str) -> None:
    gid, key = LISTS[document]
    node = order()
    owner_of(node, gid)[key] = connection([0], more=True)
    assert not Drain(Lists(), products=True).order(node)


@pytest.mark.parametrize("document", [name for name in LISTS if not name.startswith("order_")])
def test_an_order_is_not_lost_because_a_part_of_it_vanished(document: str) -> None:
    gid, key = LISTS[document]
    node = order()
    owner_of(node, gid)[key] = connection([0], more=True)
    with pytest.raises(UnreachableError, match="vanished"):
        Drain(Lists(), products=True).order(node)


@pytest.mark.parametrize("document", LISTS)
def test_a_cursor_that_stands_still_is_an_error(document: str) -> None:
    gid, key = LISTS[document]
    api, node = Lists(), order()
    api.lists[document, gid], api.stuck = [0, 1], True
    owner_of(node, gid)[key] = connection([0], more=True)
    with pytest.raises(UnreachableError, match=f"same page of {document} twice"):
        Drain(api, products=True).order(node)
    assert len(api.asked) == 1


def drained(agreements: list[list[int]]) -> tuple[Lists, list[Node]]:
    api, node = Lists(), order(edited=True)
    api.agreements = agreements
    assert Drain(api, products=True).order(node)
    return api, node["agreements"]


def test_an_order_that_was_not_edited_has_no_agreements() -> None:
    node = order()
    Drain(Lists(), products=True).order(node)
    assert "agreements" not in node


@pytest.mark.parametrize(
    "agreements",
    [
        [[1]],
        [[]],
        [[1, 2], [3], [], [4, 5]],
        [list(range(PAGE))],
        [list(range(PAGE + 1))],
        [[1], list(range(3 * PAGE + 2)), [2], list(range(2 * PAGE)), [3]],
    ],
)
def test_an_edited_order_has_all_agreements_with_all_their_sales(
    agreements: list[list[int]],
) -> None:
    _, given = drained(agreements)
    assert [one["sales"] for one in given] == agreements
    assert [one["id"] for one in given] == [f"agreement of {sales}" for sales in agreements]


def test_an_edited_order_may_have_no_agreements() -> None:
    api, node = Lists(), order(edited=True)
    api.lists["order_agreements", ORDER] = []
    assert Drain(api, products=True).order(node)
    assert node["agreements"] == []


def test_no_page_of_agreements_is_asked_for_twice() -> None:
    api, _ = drained([[1], list(range(3 * PAGE)), [2]])
    pages = [(each["after"], each.get("salesAfter")) for _, each in api.asked]
    assert pages == [(None, None), ("1", None), ("1", "4"), ("1", "8"), ("2", None)]


def test_an_edited_order_that_was_deleted_meanwhile_is_left_out() -> None:
    assert not Drain(Lists(), products=True).order(order(edited=True))


def test_sales_whose_cursor_stands_still_are_an_error() -> None:
    api = Lists()
    api.agreements, api.stuck = [[1, 2]], True
    with pytest.raises(UnreachableError, match="same page of order_agreements twice"):
        Drain(api, products=True).order(order(edited=True))
    assert len(api.asked) <= 2


def checkout(more: bool = False, line_more: bool = False) -> Node:
    """Makes a checkout of one line; either of its lists goes on, or is whole."""
    line = {"id": LINE, "discount_allocations": connection(["a"], more=line_more)}
    return {"id": CHECKOUT, "line_items": connection([line], more=more)}


def test_a_checkout_whose_lists_are_whole_asks_nothing() -> None:
    api, node = Lists(), checkout()
    assert Drain(api, products=True).checkout(node)
    assert (api.asked, node) == ([], checkout())


def test_the_lines_of_a_checkout_and_what_lowered_them_are_read_to_their_ends() -> None:
    api, node = Lists(), checkout(more=True, line_more=True)
    late = {"id": "late", "discount_allocations": connection(["z"], more=True)}
    api.lists["checkout_line_items", CHECKOUT] = ["the first, known already", late]
    for line in (LINE, "late"):
        api.lists["checkout_discount_allocations", line] = ["a", *range(2 * PAGE)]
    assert Drain(api, products=False).checkout(node)
    first, second = node["line_items"]["nodes"]
    assert first["discount_allocations"]["nodes"] == ["a", *range(2 * PAGE)]
    assert second["discount_allocations"]["nodes"][1:] == [*range(2 * PAGE)]
    sent = {name: variables.get("products") for name, variables in api.asked}
    assert sent == {"checkout_line_items": False, "checkout_discount_allocations": None}


def test_a_checkout_that_shopify_removed_meanwhile_is_left_out() -> None:
    assert not Drain(Lists(), products=True).checkout(checkout(more=True))


def test_a_checkout_is_not_lost_because_a_line_of_it_vanished() -> None:
    with pytest.raises(UnreachableError, match="vanished"):
        Drain(Lists(), products=True).checkout(checkout(line_more=True))
