"""Makes recordings of invented webhooks, and runs through them."""

import base64
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import orjson

from littlerelay import recorded
from littlerelay.clock import Clock
from littlerelay.progress import Finished
from littlerelay.settings import Mapping, RecordingsRequest
from made_bodies import Body, order_body, refund_body
from small_shop import standing_clock

SHOP = "acme.myshopify.com"
OUT = "events.ndjson"
DAY = "2026-03-01T12:00:0{}+01:00"


def webhook(topic: str, body: Body, shop: str | None = SHOP, **more: Any) -> Body:
    """Makes the envelope that is kept most often."""
    named = {} if shop is None else {"shop": shop}
    return {"topic": topic, **named, "payload": body, **more}


def headers(topic: str, **more: str) -> dict[str, str]:
    return {"X-Shopify-Topic": topic, "X-Shopify-Shop-Domain": SHOP, **more}


def packed(body: Body) -> str:
    return base64.b64encode(orjson.dumps(body)).decode()


def order(**more: Any) -> Body:
    """Makes the body of an order whose customer nobody knows."""
    return order_body(customer=None, **more)


def customer_body(**more: Any) -> Body:
    return {
        "id": 7001,
        "created_at": DAY.format(0),
        "updated_at": DAY.format(1),
        "email": "ada@example.com",
        "first_name": "Ada",
        "state": "disabled",
        "verified_email": False,
        "tags": "",
        "admin_graphql_api_id": "gid://shopify/Customer/7001",
        **more,
    }


def fulfillment_body(**more: Any) -> Body:
    return {
        "id": 6001,
        "order_id": 5001,
        "name": "#1001-F1",
        "status": "success",
        "created_at": DAY.format(2),
        "updated_at": DAY.format(2),
        "shipment_status": None,
        "tracking_numbers": [],
        "line_items": [{"id": 9001, "quantity": 2}],
        "admin_graphql_api_id": "gid://shopify/Fulfillment/6001",
        **more,
    }


def paid_refund(**more: Any) -> Body:
    paid = {"id": 8, "kind": "refund", "status": "success", "amount": "40.00", "currency": "EUR"}
    return refund_body(transactions=[paid], **{"order_id": 5001, **more})


def orders(count: int) -> list[Body]:
    """Makes webhooks of so many orders."""
    return [webhook("orders/create", order(id=5001 + n, name=f"#{1001 + n}")) for n in range(count)]


def put(path: Path, lines: Iterable[Body | bytes]) -> Path:
    """Writes a recording; what is no object goes in as it is."""
    texts = (one if isinstance(one, bytes) else orjson.dumps(one) for one in lines)
    path.write_bytes(b"".join(text + b"\n" for text in texts))
    return path


def replay(
    folder: Path, *names: str, clock: Clock | None = None, mapping: Any = None, **asked: Any
) -> Finished:
    """Maps recordings of a folder into a file beside them."""
    request = RecordingsRequest(
        tuple(str(folder / name) for name in names or ("recorded.ndjson",)),
        str(folder / OUT),
        **asked,
    )
    made = Mapping(shop="", **(mapping or {}))
    *_, last = recorded.replay(request, made, clock or standing_clock())
    assert isinstance(last, Finished)
    return last


def replayed(folder: Path, lines: Iterable[Body | bytes], **asked: Any) -> list[Any]:
    """Gives the events of a recording with these lines."""
    for path in folder.glob(f"{OUT}*"):
        path.unlink()
    put(folder / "recorded.ndjson", lines)
    replay(folder, **asked)
    return events(folder)


def events(folder: Path) -> list[Any]:
    return [orjson.loads(line) for line in (folder / OUT).read_bytes().splitlines()]


def rejects(folder: Path) -> list[Any]:
    path = folder / f"{OUT}.rejects.ndjson"
    return [orjson.loads(line) for line in path.read_bytes().splitlines()] if path.exists() else []


def names(found: Iterable[Any]) -> list[str]:
    return [one.get("event") or one["type"] for one in found]
