"""Makes bodies as webhooks and REST send them, small and complete."""

from __future__ import annotations

from typing import Any

from littlerelay.events import Event
from littlerelay.mappers import map_record
from littlerelay.settings import Mapping

Body = dict[str, Any]

MAPPING = Mapping(shop="example-shop.myshopify.com")
WHEN = "2026-03-01T12:00:00+01:00"


def both(shop: str, seen: str, codes: str = "EUR USD") -> Body:
    """Makes a money set of amounts in the shop's currency and in the customer's."""
    ours, theirs = codes.split()
    return {
        "shop_money": {"amount": shop, "currency_code": ours},
        "presentment_money": {"amount": seen, "currency_code": theirs},
    }


def line_body(**more: Any) -> Body:
    return {
        "id": 9001,
        "title": "Kettle",
        "variant_title": "",
        "vendor": "",
        "sku": "",
        "quantity": 2,
        "price": "20.00",
        "properties": [],
        **more,
    }


def order_body(**more: Any) -> Body:
    return {
        "id": 5001,
        "name": "#1001",
        "number": 1,
        "order_number": 1001,
        "created_at": WHEN,
        "processed_at": WHEN,
        "updated_at": WHEN,
        "currency": "EUR",
        "presentment_currency": "EUR",
        "email": "",
        "note": "",
        "tags": "vip,  first order ,",
        "total_price": "40.00",
        "line_items": [line_body()],
        "customer": {"id": 7001, "created_at": WHEN, "first_name": "", "tags": "b,a"},
        "admin_graphql_api_id": "gid://shopify/Order/5001",
        **more,
    }


def checkout_body(**more: Any) -> Body:
    return {
        "id": 3001,
        "token": "token-1",
        "created_at": WHEN,
        "updated_at": WHEN,
        "currency": "EUR",
        "presentment_currency": "USD",
        "total_price": "43.00",
        "line_items": [
            line_body(id="60715a34", key="60715a34", properties={}) | {"price": "21.50"}
        ],
        **more,
    }


def refund_body(**more: Any) -> Body:
    return {
        "id": 2001,
        "created_at": WHEN,
        "note": "",
        "refund_line_items": [],
        "order_adjustments": [],
        "transactions": [],
        **more,
    }


def paid_back(amount: str, currency: str) -> Body:
    """Makes a transaction as a refund's body holds it."""
    return {
        "id": 1,
        "kind": "refund",
        "status": "success",
        "amount": amount,
        "currency": currency,
        "created_at": WHEN,
    }


def shipping_adjustment(cost: Body, tax: Body) -> Body:
    return {"id": 4, "kind": "shipping_refund", "amount_set": cost, "tax_amount_set": tax}


def foreign_order(**more: Any) -> Body:
    """Makes an order of a customer who sees two dollars for each euro."""
    price = both("40.00", "80.00")
    return order_body(presentment_currency="USD", total_price_set=price, **more)


def the_event(record: Body, name: str) -> Event:
    found = [e for e in map_record("orders", record, MAPPING) if e.get("event") == name]
    (event,) = found
    return event
