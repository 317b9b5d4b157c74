"""The stand-in shop's left checkouts: who left them, what is in them, and what became of them."""

from collections.abc import Callable
from decimal import Decimal
from itertools import chain
from typing import Any
from urllib.parse import urlsplit

import pytest

from standin.world import NAMED, World
from standin.world_checkouts import FIRST_MONDAY, KEPT, QUIET, RECOVERED, WEEK, monday
from standin.world_time import DAY, epoch_ms, wire_time

WORLD = World()
ROWS = range(len(WORLD.table("checkouts")))
COLUMNS = ("shopMoney", "presentmentMoney")
RECENT = "2026-08-03T00:00:00Z"


def checkout(row: int, shop: World = WORLD) -> Any:
    node = shop.checkout(row)
    assert node is not None
    return node


def named(name: str) -> Any:
    node = WORLD.node(NAMED[name])
    assert node is not None
    return node


def amount(bag: Any, column: str) -> Decimal:
    return Decimal(bag[column]["amount"]) if bag else Decimal(0)


def total(nodes: Any, field: str, column: str) -> Decimal:
    return sum((amount(node[field], column) for node in nodes), Decimal(0))


def currency(node: Any) -> str:
    return str(node["totalPriceSet"]["presentmentMoney"]["currencyCode"])


def cuts(node: Any) -> list[Any]:
    return list(chain.from_iterable(line["discountAllocations"] for line in node["lineItems"]))


def test_a_shop_has_a_left_checkout_for_every_eighth_order() -> None:
    for orders in (0, 7, 300, 1000):
        assert len(World(orders=orders).table("checkouts")) == orders // 8


def test_checkouts_are_of_the_last_three_months_but_for_two_that_are_kept() -> None:
    created = [checkout(row)["createdAt"] for row in ROWS]
    assert [time < RECENT for time in created] == [True, True] + [False] * (len(ROWS) - 2)
    assert named("checkout-touched-of-late")["updatedAt"] > "2026-10-20"
    assert named("checkout-recovered-long-ago")["completedAt"] < RECENT


def test_some_are_recovered_by_an_order_that_came_later_with_the_same_content() -> None:
    recovered = [row for row in ROWS if checkout(row)["completedAt"]]
    assert len(recovered) >= 4
    orders = [WORLD.cart(row).order for row in recovered]
    assert len(set(orders)) == len(orders)
    for row, number in zip(recovered, orders, strict=True):
        node, order = checkout(row), WORLD.order(number)
        assert node["createdAt"] < order["createdAt"]
        assert node["completedAt"] == order["processedAt"]
        assert node["totalPriceSet"] == order["originalTotalPriceSet"]
        assert node["customAttributes"] == order["customAttributes"]
        assert WORLD.cart(row).token == order["checkoutToken"]
        assert WORLD.cart(row).cart_token == order["cartToken"]
        who, buyer = node["customer"], order["customer"]
        assert (who and who()["id"]) == (buyer and buyer()["id"])


def test_open_ones_are_left_at_every_step_by_customers_and_by_guests() -> None:
    open_ones = [row for row in ROWS if not checkout(row)["completedAt"]]
    assert len(open_ones) > 20
    assert {WORLD.cart(row).stage for row in open_ones} == {1, 2, 3}
    assert {checkout(row)["customer"] is None for row in open_ones} == {True, False}
    for row in open_ones:
        node, stage = checkout(row), WORLD.cart(row).stage
        assert stage > 1 or node["shippingAddress"] is None
        assert (node["billingAddress"] is not None) == (stage == 3)
        assert stage > 1 or (node["taxLines"], node["totalTaxSet"]) == ([], None)


def test_nobody_is_a_customer_before_there_is_an_account() -> None:
    for row in ROWS:
        node = checkout(row)
        latest = node["completedAt"] or node["createdAt"]
        assert node["customer"] is None or node["customer"]()["createdAt"] <= latest


def test_recovery_urls_are_of_every_form_that_shopify_has_had() -> None:
    forms = set()
    for row in ROWS:
        parts = urlsplit(checkout(row)["abandonedCheckoutUrl"])
        shop, *middle, token, last = parts.path.strip("/").split("/")
        assert (shop, last) == ("60000000001", "recover")
        cart = WORLD.cart(row)
        assert token == (cart.cart_token if middle[1:] == ["ac"] else cart.token)
        assert parts.query.startswith("key=")
        forms.add((parts.hostname, "/".join(middle), len(token)))
    assert {form[0] for form in forms} == {"shop.example.com", "littlerelay-demo.myshopify.com"}
    assert {form[1:] for form in forms} == {
        ("checkouts", 32),
        ("checkouts/ac", 32),
        ("checkouts/ac", 24),
        ("checkouts/ac", 52),
    }


@pytest.mark.parametrize("column", COLUMNS)
@pytest.mark.parametrize("seed", [1, 2])
def test_the_money_of_a_checkout_adds_up_to_the_cent(column: str, seed: int) -> None:
    shop = World(seed=seed)
    for row in ROWS:
        node, cart = checkout(row, shop), shop.cart(row)
        lines = node["lineItems"]
        gross, subtotal = (
            amount(node[field], column) for field in ("totalLineItemsPriceSet", "subtotalPriceSet")
        )
        assert total(lines, "originalTotalPriceSet", column) == gross
        assert gross - total(cuts(node), "allocatedAmountSet", column) == subtotal
        assert total(node["taxLines"], "priceSet", column) == amount(node["totalTaxSet"], column)
        # What the Admin API does not tell: the shipping, and a tip of who paid in the end.
        bill = cart.state.bill.shop if column == "shopMoney" else cart.state.bill.buyer
        digits = {"JPY": 1, "KWD": 1000}.get(currency(node) if column != "shopMoney" else "", 100)
        tips = sum(
            charge.net for charge, line in zip(bill.lines, cart.plan.lines, strict=True) if line.tip
        )
        hidden = Decimal(sum(charge.net for charge in bill.shipping) + tips) / digits
        taxes = 0 if node["taxesIncluded"] else amount(node["totalTaxSet"], column)
        known = subtotal + hidden + taxes + amount(node["totalDutiesSet"], column)
        assert amount(node["totalPriceSet"], column) == known, node["name"]


@pytest.mark.parametrize("column", COLUMNS)
def test_a_line_of_a_checkout_holds_its_prices_with_and_without_codes(column: str) -> None:
    for row in ROWS:
        for line in checkout(row)["lineItems"]:
            unit = amount(line["originalUnitPriceSet"], column)
            gross = amount(line["originalTotalPriceSet"], column)
            automatic = amount(line["discountedTotalPriceSet"], column)
            assert unit * line["quantity"] == gross >= automatic
            assert automatic >= amount(line["discountedTotalPriceWithCodeDiscount"], column)


ODDITIES: dict[str, Callable[[Any], bool]] = {
    "checkout-touched-of-late": lambda c: c["createdAt"] < RECENT and c["completedAt"] is None,
    "checkout-recovered-long-ago": lambda c: c["createdAt"] < RECENT and bool(c["completedAt"]),
    "checkout-contact": lambda c: (
        c["customer"] is c["shippingAddress"] is c["billingAddress"] is None
    ),
    "checkout-phone": lambda c: c["customer"] is c["shippingAddress"] is None,
    "checkout-nobody": lambda c: c["customer"] is None and c["shippingAddress"] is not None,
    "checkout-shipping": lambda c: c["shippingAddress"] is not None and c["billingAddress"] is None,
    "checkout-payment": lambda c: c["billingAddress"] is not None and c["customer"] is not None,
    "checkout-downloads": lambda c: (
        c["shippingAddress"] is None and c["billingAddress"] is not None
    ),
    "checkout-recovered": lambda c: c["completedAt"] is not None,
    "checkout-codes": lambda c: c["discountCodes"] == ["WELCOME10", "take 5/É", "FREESHIP"],
    "checkout-line-discounts": lambda c: (
        [cut["discountApplication"]["__typename"] for cut in cuts(c)]
        == ["DiscountCodeApplication", "AutomaticDiscountApplication"]
        and c["lineItems"][0]["discountedTotalPriceSet"]
        != c["lineItems"][0]["discountedTotalPriceWithCodeDiscount"]
    ),
    "checkout-free": lambda c: amount(c["totalPriceSet"], "shopMoney") == 0,
    "checkout-euro": lambda c: currency(c) == "EUR" and c["taxesIncluded"],
    "checkout-tax-included": lambda c: c["taxesIncluded"] and c["discountCodes"] == ["THIRD"],
    "checkout-yen": lambda c: currency(c) == "JPY",
    "checkout-duties": lambda c: c["totalDutiesSet"] is not None and currency(c) == "KWD",
    "checkout-canadian-dollar": lambda c: currency(c) == "CAD" and not c["taxesIncluded"],
    "checkout-custom-line": lambda c: (
        [(line["product"], line["sku"], line["title"]) for line in c["lineItems"]]
        == [(None, None, "Engraving")]
    ),
    "checkout-deleted": lambda c: (
        [line["variant"] is None for line in c["lineItems"]] == [True, True, False]
    ),
    "checkout-twelve-lines": lambda c: len(c["lineItems"]) == 12,
    "checkout-sixty-lines": lambda c: len(c["lineItems"]) == 60,
    "checkout-client-ids": lambda c: (
        {"segment-clientID", "google-clientID"} <= {pair["key"] for pair in c["customAttributes"]}
    ),
    "checkout-hostile": lambda c: "\x1b" in c["note"] and "[link" in c["lineItems"][0]["title"],
}


def test_every_named_checkout_is_looked_at() -> None:
    assert {name for name in NAMED if name.startswith("checkout-")} == ODDITIES.keys()


@pytest.mark.parametrize("name", ODDITIES)
def test_a_named_checkout_is_what_its_name_says(name: str) -> None:
    assert ODDITIES[name](named(name))
    assert named(name)["completedAt"] or "recovered" not in name


@pytest.mark.parametrize("seed", [1, 2, 3, 4])
def test_checkouts_come_move_on_and_are_recovered_as_the_shop_lives(seed: int) -> None:
    before, after = World(seed=seed), World(seed=seed)
    after.live(12)
    old, new = before.table("checkouts"), after.table("checkouts")
    assert len(new) > len(old) + 5
    moved = [row for row in range(len(old)) if new.updated_ms[row] != old.updated_ms[row]]
    assert moved
    before_that = {row for row in range(len(old)) if old.flags[row] & RECOVERED}
    recovered = {row for row in range(len(new)) if new.flags[row] & RECOVERED} - before_that
    assert recovered
    for row in recovered:
        order = after.order(after.cart(row).order)
        assert checkout(row, after)["completedAt"] == order["createdAt"] > wire_time(before.now)


def test_a_checkout_that_moves_on_tells_more_than_before() -> None:
    before, after = World(), World()
    for _ in range(40):
        after.advance_to(after.now + DAY // 8)
        after.stir()
    moved = [
        row
        for row in ROWS
        if after.cart(row).updated != before.cart(row).updated and not after.cart(row).completed
    ]
    assert moved
    for row in moved:
        old, new = before.cart(row), after.cart(row)
        units = [sum(line.quantity for line in cart.plan.lines) for cart in (old, new)]
        assert (new.stage, units[1]) > (old.stage, units[0])


def test_on_mondays_old_checkouts_are_removed_but_for_touched_and_recovered_ones() -> None:
    before, after = World(), World()
    after.live(45)
    last = monday(after.now)
    for row in ROWS:
        cart = after.cart(row)
        old = cart.created < last - KEPT and cart.updated < last - QUIET
        assert (after.checkout(row) is None) == (old and cart.completed is None), row
        assert before.checkout(row) is not None
    assert after.node(NAMED["checkout-touched-of-late"]) is None
    assert after.node(NAMED["checkout-recovered-long-ago"]) is not None
    books = [fact["id"] for fact in after.books() if fact["fact"] == "checkout"]
    table = after.table("checkouts")
    assert books == [table.id[row] for row in range(len(table)) if after.checkout(row)]


def test_an_old_checkout_stays_for_a_month_after_it_was_touched() -> None:
    shop = World()
    shop.live(9)
    assert shop.node(NAMED["checkout-contact"]) is None
    assert shop.node(NAMED["checkout-touched-of-late"]) is not None


def test_weeks_begin_on_mondays_at_midnight() -> None:
    first = epoch_ms("2026-10-26T00:00:00Z")
    assert [monday(first - 1), monday(first), monday(first + WEEK - 1)] == [
        first - WEEK,
        first,
        first,
    ]
    assert wire_time(FIRST_MONDAY) == "1970-01-05T00:00:00Z"


def test_the_books_hold_every_checkout_with_the_order_that_it_led_to() -> None:
    facts = [fact for fact in WORLD.books() if fact["fact"] == "checkout"]
    assert len(facts) == len(ROWS)
    for row, fact in zip(ROWS, facts, strict=True):
        node = checkout(row)
        assert node["name"] == f"#{fact['id']}"
        assert (fact["at"], fact["updated"]) == (node["createdAt"], node["updatedAt"])
        assert fact["total"] == node["totalPriceSet"]["shopMoney"]["amount"]
        assert fact["completed"] == node["completedAt"]
        assert (fact["order"] is None) == (node["completedAt"] is None)
