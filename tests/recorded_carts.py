"""Makes bodies of carts as their webhooks send them, and tells what came of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from littlerelay.events import Event
from littlerelay.mappers import map_records
from littlerelay.settings import Mapping
from littlerelay.shopify import bodies
from made_bodies import MAPPING, Body, both

TOKEN = "hWN6cNZXZemrDJSUALGolq01"


def line_body(quantity: int = 1, variant: int = 8501, mark: str = "aa", **more: Any) -> Body:
    """Makes a line; ``mark`` is what its key has of its properties."""
    return {
        "id": variant,
        "properties": None,
        "quantity": quantity,
        "variant_id": variant,
        "key": f"{variant}:{mark}",
        "discounted_price": "20.00",
        "discounts": [],
        "gift_card": False,
        "grams": 300,
        "line_price": f"{20 * quantity}.00",
        "original_line_price": f"{20 * quantity}.00",
        "original_price": "20.00",
        "price": "20.00",
        "product_id": variant - 500,
        "sku": "",
        "taxable": True,
        "title": f"Mug {variant}",
        "total_discount": "0.00",
        "vendor": "",
        "price_set": both("20.00", "22.40"),
        "line_price_set": both(f"{20 * quantity}.00", f"{22.4 * quantity:.2f}"),
        "original_line_price_set": both(f"{20 * quantity}.00", f"{22.4 * quantity:.2f}"),
        **more,
    }


def cart_body(milliseconds: int, *lines: Body, **more: Any) -> Body:
    """Makes a cart as it is so long after ten o'clock."""
    minutes, rest = divmod(milliseconds, 60_000)
    return {
        "id": TOKEN,
        "token": TOKEN,
        "line_items": list(lines),
        "note": None,
        "updated_at": f"2026-09-01T{10 + minutes // 60}:{minutes % 60:02}:{rest / 1000:06.3f}Z",
        "created_at": "2026-09-01T10:00:00.000Z",
        **more,
    }


def events_of(found: Sequence[Body], mapping: Mapping = MAPPING) -> list[Event]:
    """Gives the events of the bodies of one cart."""
    return map_records("carts", [bodies.cart(body) for body in found], mapping)


def told(found: Sequence[Body]) -> list[tuple[str, str, int]]:
    """Gives time, what happened and to how many units of each event."""
    return [
        (
            event["timestamp"][14:-1],
            event["event"].removeprefix("Product ").lower(),
            event["properties"]["quantity"],
        )
        for event in events_of(found)
    ]
