"""Writes a generated bill down as the record that Shopify would give of its order."""

from __future__ import annotations

from typing import Any

from generated_bills import DIGITS, Bill, Item

Record = dict[str, Any]

PLACED = "2026-03-01T10:00:00Z"
EDITED = "2026-03-02T10:00:00Z"
REFUNDED = "2026-03-03T10:00:00Z"
CODE = "SPRING"

CLIENT_IDS = (
    "google-clientID",
    "_ga4session-clientID",
    "fbp-clientID",
    "_fbc-clientID",
    "ttp-clientID",
    "_ttclid-clientID",
)


def text_of(minor: int, currency: str) -> str:
    """Writes minor units as a decimal string.

    >>> text_of(-5, "USD"), text_of(5, "JPY"), text_of(1234, "KWD")
    ('-0.05', '5', '1.234')
    """
    digits = DIGITS[currency]
    sign, figures = "-" if minor < 0 else "", str(abs(minor)).rjust(digits + 1, "0")
    whole, fraction = figures[: len(figures) - digits], figures[len(figures) - digits :]
    return f"{sign}{whole}.{fraction}" if digits else f"{sign}{whole}"


def record_of(bill: Bill) -> Record:
    """Writes an order's record."""
    lines = [*bill.lines, *([bill.added] if bill.added else [])]
    now = bill.total + _due(bill, bill.added)
    customer = {"id": 7001, "created_at": PLACED, "orders_count": 2, "total_spent": "60.1"}
    return {
        "id": 5001,
        "name": "#1001",
        "number": 1001,
        "created_at": PLACED,
        "processed_at": PLACED,
        "updated_at": REFUNDED,
        "edited": bill.added is not None,
        "currency": bill.currency,
        "presentment_currency": bill.seen,
        "taxes_included": bill.taxed,
        "email": "ada@example.com",
        "source_name": bill.source,
        "tags": "",
        "note_attributes": _notes(bill),
        "discount_codes": [{"code": CODE}],
        "discount_applications": [{"type": "discount_code", "code": CODE}],
        "payment_gateway_names": ["bogus"],
        "subtotal_price_set": money(bill, sum(line.net for line in lines)),
        "total_price_set": money(bill, now),
        "original_total_price_set": money(bill, bill.total),
        "total_discounts_set": money(bill, sum(item.cut for item in (*lines, *bill.shipping))),
        "total_tax_set": money(bill, sum(item.tax for item in (*lines, *bill.shipping))),
        "shipping_lines": [_shipping_line(bill, *each) for each in enumerate(bill.shipping)],
        "customer": None if bill.guest else {**customer, "email": "ada@example.com"},
        "line_items": [_line(bill, *each) for each in enumerate(lines)],
        "transactions": [_transaction(bill, 1, "sale", now, PLACED)],
        "fulfillments": [_fulfillment(bill)],
        "refunds": [_refund(bill, *each) for each in enumerate(bill.refunds)],
        **({"agreements": _agreements(bill, bill.added)} if bill.added else {}),
    }


def money(bill: Bill, minor: int) -> Record:
    """Writes an amount in both currencies."""
    sides = {
        "shop_money": (minor, bill.currency),
        "presentment_money": (minor * bill.rate, bill.seen),
    }
    return {
        side: {"amount": text_of(amount, code), "currency_code": code}
        for side, (amount, code) in sides.items()
    }


def _due(bill: Bill, item: Item | None) -> int:
    return item.net + (0 if bill.taxed else item.tax) if item else 0


def _notes(bill: Bill) -> list[Record]:
    named = {name: f"GA1.2.{place}" for place, name in enumerate(CLIENT_IDS)}
    named |= {"braze": "braze-1", "amplitude": "1700000000"}
    named |= {"segment-clientID": "anonymous-1"} if bill.text else {}
    return [{"name": name, "value": value} for name, value in named.items()]


def _line(bill: Bill, position: int, item: Item) -> Record:
    plan = {"id": 1, "name": "Monthly"} if item.kind == "plan" else None
    return {
        "id": 9000 + position,
        "title": "Kettle",
        "quantity": item.quantity,
        "gift_card": item.kind == "gift_card",
        "price_set": money(bill, item.price),
        "discount_allocations": _cut(bill, item),
        "tax_lines": [{"price_set": money(bill, item.tax)}],
        "properties": [{"name": "Engraving", "value": bill.text}],
        "product_id": 8000 + position,
        "selling_plan": plan,
    }


def _shipping_line(bill: Bill, position: int, item: Item) -> Record:
    return {
        "id": 6000 + position,
        "title": "Post",
        "price_set": money(bill, item.price),
        "discounted_price_set": money(bill, item.net),
        "discount_allocations": _cut(bill, item),
        "tax_lines": [{"price_set": money(bill, item.tax)}],
    }


def _cut(bill: Bill, item: Item) -> list[Record]:
    if not item.cut:
        return []
    return [{"amount_set": money(bill, item.cut), "discount_application_index": 0}]


def _transaction(bill: Bill, number: int, kind: str, amount: int, when: str) -> Record:
    return {
        "id": number,
        "kind": kind,
        "status": "success",
        "gateway": "bogus",
        "processed_at": when,
        "amount_set": money(bill, amount),
    }


def _fulfillment(bill: Bill) -> Record:
    return {
        "id": 1001,
        "status": "success",
        "shipment_status": "in_transit",
        "created_at": EDITED,
        "updated_at": REFUNDED,
        "line_items": [
            {"id": 9000 + position, "quantity": line.quantity}
            for position, line in enumerate(bill.lines)
        ],
    }


def _refund(bill: Bill, number: int, what: tuple[int, int]) -> Record:
    position, quantity = what
    amount = bill.back(position, quantity)
    return {
        "id": 2000 + number,
        "created_at": REFUNDED,
        "processed_at": REFUNDED,
        "total_refunded_set": money(bill, amount),
        "refund_line_items": [{"line_item_id": 9000 + position, "quantity": quantity}],
        "transactions": [_transaction(bill, 10 + number, "refund", amount, REFUNDED)],
    }


def _agreements(bill: Bill, added: Item) -> list[Record]:
    first = [_sale(bill, place, item) for place, item in enumerate(bill.lines)]
    first += [_sale(bill, None, item) for item in bill.shipping]
    later = [_sale(bill, len(bill.lines), added)]
    return [
        _agreement(1, "OrderAgreement", "order", PLACED, first),
        _agreement(2, "OrderEditAgreement", "order_edit", EDITED, later),
    ]


def _agreement(number: int, kind: str, reason: str, when: str, sales: list[Record]) -> Record:
    return {
        "id": number,
        "type": kind,
        "reason": reason,
        "happened_at": when,
        "app_id": 580111,
        "sales": sales,
    }


def _sale(bill: Bill, place: int | None, item: Item) -> Record:
    """Writes a sale; without a place among the lines it is of shipping."""
    line_type = "gift_card" if item.kind == "gift_card" else "product"
    cut = money(bill, item.cut)
    return {
        "type": "ProductSale" if place is not None else "ShippingLineSale",
        "action_type": "order",
        "line_type": line_type if place is not None else "shipping",
        "quantity": item.quantity if place is not None else None,
        "line_item_id": None if place is None else 9000 + place,
        "total_amount": money(bill, _due(bill, item)),
        "total_tax_amount": money(bill, item.tax),
        "total_discount_amount": cut,
        "total_discount_amount_after_taxes": cut,
    }
