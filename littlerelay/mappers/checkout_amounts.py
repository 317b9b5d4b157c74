"""Gives what the goods and the shipping of a checkout cost without tax.

Where the shop's prices include taxes, those of the lines and the shipping lines are taken out, as
for orders.
"""

from __future__ import annotations

from decimal import Decimal

from littlerelay.mappers.money import ZERO, money, number, shop_decimal, total
from littlerelay.records import Checkout, MoneySet
from littlerelay.settings import Mapping


def subtotal(checkout: Checkout, mapping: Mapping) -> float | None:
    """Give the goods after discounts, None where nobody knows how much of it is tax."""
    amount = checkout.get("subtotal_price_set")
    if amount is None:
        return None
    if not _is_less_tax(checkout, mapping):
        return money(amount)
    taxes = _taxes_of_lines(checkout, shop_decimal(amount))
    return None if taxes is None else number(shop_decimal(amount) - taxes, checkout["currency"])


def shipping(checkout: Checkout, mapping: Mapping) -> float | None:
    """Give the shipping after discounts, None before it was chosen."""
    lines = checkout.get("shipping_lines")
    if not lines:
        return None
    cost = total(line["discounted_price_set"] for line in lines)
    if _is_less_tax(checkout, mapping):
        cost -= total(tax["price_set"] for line in lines for tax in line.get("tax_lines") or ())
    return number(cost, checkout["currency"])


def _is_less_tax(checkout: Checkout, mapping: Mapping) -> bool:
    return bool(checkout.get("taxes_included")) and mapping.amounts != "shopify"


def _taxes_of_lines(checkout: Checkout, goods: Decimal) -> Decimal | None:
    """Give the taxes in the prices of the lines, which come to ``goods``.

    History tells the taxes of a whole checkout alone: they are the lines' where there are none, or
    where the lines are all that is to be paid.
    """
    lines = checkout["line_items"]
    if all(line.get("tax_lines") is not None for line in lines):
        return total(tax["price_set"] for line in lines for tax in line["tax_lines"])
    tax = _decimal(checkout.get("total_tax_set"))
    is_all = goods == _decimal(checkout.get("total_price_set"))
    return tax if tax == ZERO or is_all else None


def _decimal(amount: MoneySet | None) -> Decimal | None:
    return None if amount is None else shop_decimal(amount)
