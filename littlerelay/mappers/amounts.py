"""Gives what an order held and cost when it was placed.

For most orders that is what the record says. An edited order says what it became; what it was is
in the sales of its first agreement (reason ``order``). Without agreements (REST, webhooks) the
figures of the record are all there is.

Where the shop's prices include taxes, those of the lines and the shipping lines are taken out of
``subtotal`` and ``shipping``, for the event's figures are before taxes.
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import NamedTuple

from littlerelay.errors import RecordError
from littlerelay.events import MalformedError
from littlerelay.mappers.money import ZERO, money, number, shop_decimal, total
from littlerelay.records import LineItem, MoneySet, Order, Sale
from littlerelay.settings import Mapping


class Figures(NamedTuple):
    """Holds an order as it was placed: lines with their quantities, amounts in the shop's currency.

    An amount is None where the record does not carry it; ``subscription_revenue`` also where no
    line has a selling plan.
    """

    lines: list[tuple[LineItem, int]]
    subtotal: float | None
    shipping: float
    tax: float | None
    discount: float | None
    revenue: float | None
    subscription_revenue: float | None


def figures(order: Order, mapping: Mapping) -> Figures:
    """Give an order as it was placed."""
    agreements = order.get("agreements")
    placed = [a for a in agreements if a["reason"] == "order"] if agreements else None
    if not placed:
        return _from_record(order, mapping)
    first = min(placed, key=lambda agreement: (agreement["happened_at"], agreement["id"]))
    return figures_of_sales(order, first.get("sales") or [], mapping)


def _from_record(order: Order, mapping: Mapping) -> Figures:
    taxed = _has_tax_inside(order)
    less_tax = taxed and mapping.amounts != "shopify"
    # fmt: off
    return Figures(
        lines                = [(line, line["quantity"]) for line in order["line_items"]],
        subtotal             = _subtotal(order, less_tax=less_tax),
        shipping             = _shipping(order, less_tax=less_tax),
        tax                  = _money_or_none(order.get("total_tax_set")),
        discount             = _money_or_none(order.get("total_discounts_set")),
        revenue              = _revenue(order, taxed=taxed) if mapping.revenue else None,
        subscription_revenue = _subscription_revenue(order, taxed=taxed),
    )
    # fmt: on


def _has_tax_inside(order: Order) -> bool:
    return bool(order.get("taxes_included"))


def _money_or_none(amount: MoneySet | None) -> float | None:
    return None if amount is None else money(amount)


def _subtotal(order: Order, *, less_tax: bool) -> float | None:
    amount = order.get("subtotal_price_set")
    if amount is None or not less_tax:
        return _money_or_none(amount)
    return number(shop_decimal(amount) - _taxes(order["line_items"]), order["currency"])


def _shipping(order: Order, *, less_tax: bool) -> float:
    lines = order.get("shipping_lines")
    if not lines:
        return 0.0
    if len(lines) == 1 and not less_tax:
        return money(lines[0]["discounted_price_set"])
    cost = total(line["discounted_price_set"] for line in lines)
    taxes = total(tax["price_set"] for line in lines for tax in line.get("tax_lines") or ())
    return number(cost - taxes if less_tax else cost, order["currency"])


def _revenue(order: Order, *, taxed: bool) -> float | None:
    """Give the subtotal without tax, less gift cards: those are revenue once they are spent."""
    amount = order.get("subtotal_price_set")
    if amount is None:
        return None
    subtotal = shop_decimal(amount) - (_taxes(order["line_items"]) if taxed else ZERO)
    cards = (line for line in order["line_items"] if line.get("gift_card"))
    return number(subtotal - _net(cards, taxed=taxed), order["currency"])


def _subscription_revenue(order: Order, *, taxed: bool) -> float | None:
    lines = _subscriptions(order["line_items"])
    return number(_net(lines, taxed=taxed), order["currency"]) if lines else None


def _subscriptions(lines: Iterable[LineItem]) -> list[LineItem]:
    return [
        line for line in lines if line.get("selling_plan") is not None and not line.get("gift_card")
    ]


def _net(lines: Iterable[LineItem], *, taxed: bool) -> Decimal:
    """Sum lines after all their discounts, without tax."""
    return sum((_net_of(line, taxed=taxed) for line in lines), ZERO)


def _net_of(line: LineItem, *, taxed: bool) -> Decimal:
    net = shop_decimal(line["price_set"]) * line["quantity"]
    if allocations := line.get("discount_allocations"):
        net -= total(part["amount_set"] for part in allocations)
    return net - _taxes([line]) if taxed else net


def _taxes(lines: Iterable[LineItem]) -> Decimal:
    return total(tax["price_set"] for line in lines for tax in line.get("tax_lines") or ())


def figures_of_sales(order: Order, sales: list[Sale], mapping: Mapping) -> Figures:
    """Give what some of an order's sales come to: those of an agreement, or a part of them."""
    taxed, currency = _has_tax_inside(order), order["currency"]
    amount_of = _gross_sales if taxed and mapping.amounts == "shopify" else _net_sales
    quantities = _quantities(sales, order)
    lines = [
        (line, quantities[line["id"]]) for line in order["line_items"] if line["id"] in quantities
    ]
    with_plan = {line["id"] for line in _subscriptions(line for line, _ in lines)}
    sold = _of_type("product", sales)
    planned = [sale for sale in sold if sale["line_item_id"] in with_plan]
    # fmt: off
    return Figures(
        lines                = lines,
        subtotal             = number(amount_of(_goods(sales)), currency),
        shipping             = number(amount_of(_of_type("shipping", sales)), currency),
        tax                  = number(_sale_taxes(sales), currency),
        discount             = number(_sale_discounts(sales, taxed=taxed), currency),
        revenue              = number(_net_sales(sold), currency) if mapping.revenue else None,
        subscription_revenue = number(_net_sales(planned), currency) if planned else None,
    )
    # fmt: on


def _of_type(line_type: str, sales: list[Sale]) -> list[Sale]:
    return [sale for sale in sales if sale["line_type"] == line_type]


def _goods(sales: list[Sale]) -> list[Sale]:
    return _of_type("product", sales) + _of_type("gift_card", sales)


def _quantities(sales: list[Sale], order: Order) -> dict[int, int]:
    """Count the units sold of each line item."""
    known = {line["id"] for line in order["line_items"]}
    counted: dict[int, int] = {}
    for sale in _goods(sales):
        line_id = sale.get("line_item_id")
        if line_id is None:
            raise RecordError("missing_field", "agreements.sales.line_item_id")
        if line_id not in known:
            raise MalformedError("unknown_line_item", line_id)
        counted[line_id] = counted.get(line_id, 0) + (sale.get("quantity") or 0)
    return counted


def _gross_sales(sales: Iterable[Sale]) -> Decimal:
    return total(sale["total_amount"] for sale in sales)


def _net_sales(sales: Iterable[Sale]) -> Decimal:
    """Sum sales without tax: a sale's amount always holds it."""
    kept = list(sales)
    return _gross_sales(kept) - _sale_taxes(kept)


def _sale_taxes(sales: Iterable[Sale]) -> Decimal:
    return total(sale["total_tax_amount"] for sale in sales)


def _sale_discounts(sales: Iterable[Sale], *, taxed: bool) -> Decimal:
    """Sum discounts as the order's own figure does: with tax where prices have it inside."""
    if taxed:
        return total(sale["total_discount_amount_after_taxes"] for sale in sales)
    return total(sale["total_discount_amount"] for sale in sales)
