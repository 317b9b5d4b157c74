"""Finds out which recorded lines are Recharge's, and makes records of them.

A line is a webhook with its topic (beside the payload, or in the headers), one that was kept
without it (``{"subscription": {...}}``), a page that the API gave (``{"subscriptions": [...]}``),
or one bare object of any of these.
"""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Iterator
from typing import Any

import orjson

from littlerelay.errors import RecordError
from littlerelay.events import timestamp
from littlerelay.recharge import bodies
from littlerelay.recharge.bodies import Body
from littlerelay.recharge.signatures import HEADERS

_KINDS = ("subscription", "charge", "order")
# The kinds of Recharge's topics; those of Shopify's are plurals.
_TOPICS = (
    *_KINDS,
    *("address", "async_batch", "bundle_selection", "checkout", "customer", "gift_purchase"),
    *("onetime", "plan", "recharge", "store"),
)
_HEADER = "recharge-topic"
_PAYLOADS = ("payload", "body", "data")

# What tells each kind from everything that is not Recharge's, in either version.
_MARKS = {
    "customer": ({"id", "hash", "external_customer_id"}, {"id", "hash", "shopify_customer_id"}),
    "subscription": ({"id", "order_interval_unit", "order_interval_frequency"},),
    "charge": ({"id", "address_id", "line_items"},),
    "order": (
        {"id", "address_id", "line_items", "charge"},
        {"id", "address_id", "line_items", "charge_id"},
    ),
}


def is_recharge(line: object) -> bool:
    """Tell whether a line of a recording is one of Recharge's, whether or not it gives records."""
    if not isinstance(line, dict):
        return False
    topic = topic_of(line)
    is_wrapped = any(name in line for name in _PAYLOADS)
    if topic is not None and is_wrapped:
        return topic.partition("/")[0] in _TOPICS
    return any(True for _ in _told(line))


def recorded(line: object) -> list[Body]:
    """Give the records of a line of Recharge's; one of another kind of its objects has none.

    Raises RecordError for an object that is none, or is not as Recharge writes it.
    """
    if not isinstance(line, dict):
        raise RecordError("wrong_type", "the record")
    topic = topic_of(line)
    payload = _payload(line)
    if topic is None or payload is None:
        return [one for kind, body in _told(line) for one in _records(kind, body)]
    kind, body = topic.partition("/")[0], _read(payload)
    if kind not in _KINDS:
        return []
    told = body[kind] if isinstance(body, dict) and kind in body else body
    return _records(kind, told, topic)


def subscriber(line: object) -> Body | None:
    """Give the record of a line about a customer of Recharge's; None for every other line.

    ``id`` is Recharge's, and ``customer`` says who that is in the shop.
    """
    told = _customer(line) if isinstance(line, dict) else None
    if not isinstance(told, dict) or type(told.get("id")) is not int:
        return None
    moment = bodies.time_of(told.get("updated_at") or told.get("created_at"))
    return {"id": told["id"], "updated_at": moment, "customer": bodies.customer(told)}


def subscribers(line: Body) -> list[Body]:
    """Give what each line about a customer would be in place of a page of them; else the line."""
    page = line.get("customers")
    if topic_of(line) is None and isinstance(page, list) and page and _is("customer", page[0]):
        return [one if isinstance(one, dict) else {} for one in page]
    return [line]


def _customer(line: Body) -> object:
    """Give the customer of a webhook, or of a line that is one, or wraps nothing else."""
    topic = topic_of(line)
    if topic is None:
        told = line["customer"] if line.keys() == {"customer"} else line
        return told if _is("customer", told) else None
    if not topic.startswith("customer/"):
        return None
    try:
        body = _read(_payload(line))
    except RecordError:
        return None
    return body.get("customer", body) if isinstance(body, dict) else None


def _payload(line: Body) -> object:
    """Give what a webhook was sent with, None where a line has no such thing."""
    payload = next((line[name] for name in _PAYLOADS if name in line), None)
    is_packed = line.get("isBase64Encoded") is True and isinstance(payload, str)
    return _unpacked(str(payload)) if is_packed else payload


def _records(kind: str, body: object, topic: str | None = None) -> list[Body]:
    """Give records that name Recharge's own customer, too, of whom another line may tell more."""
    found = bodies.records(kind, body, topic)
    own = body if isinstance(body, dict) else {}
    inner = own.get("customer")
    number = own.get("customer_id") or (inner.get("id") if isinstance(inner, dict) else None)
    return [one | {"customer_id": number} for one in found]


def key_of(record: Body) -> str:
    """Give what the records of one subscription have in common."""
    return f"{record['source']}/{record['id']}"


def moment_of(record: Body) -> str:
    """Give the time by which the records of one subscription are in order.

    Raises RecordError (``malformed_time``) for what is none.
    """
    return timestamp(record["updated_at"])


def topic_of(line: Body) -> str | None:
    """Give the topic of a webhook: in the header of Recharge's name, else beside the payload."""
    found = _headers(line).get(_HEADER, line.get("topic"))
    return found.strip().lower() if isinstance(found, str) else None


def sent(line: Body) -> tuple[bytes | None, dict[str, str]] | None:
    """Give a webhook's body as it was sent, and its signatures by their names.

    None for a line without a signature; no body where only what it means was kept.
    Raises RecordError (``not_base64``).
    """
    headers = _headers(line)
    named = {one: headers.get(_name(one)) for one in HEADERS}
    signed = {name: value for name, value in named.items() if isinstance(value, str)}
    if not signed:
        return None
    body = _payload(line)
    return (body.encode() if isinstance(body, str) else None), signed


def _headers(line: Body) -> Body:
    """Give headers by their names in small letters; of several values of one, the first."""
    found = line.get("headers")
    if not isinstance(found, dict):
        return {}
    return {
        _name(name): value[0] if isinstance(value, list) and value else value
        for name, value in found.items()
        if isinstance(name, str)
    }


def _name(header: str) -> str:
    """Give a header's name in small letters, as HTTP and CGI alike write it."""
    return header.lower().replace("_", "-").removeprefix("http-").removeprefix("x-")


def _unpacked(payload: str) -> str:
    try:
        return b64decode(payload, validate=True).decode()
    except ValueError:  # binascii.Error, UnicodeDecodeError, a character beyond ASCII
        raise RecordError("not_base64", "the body of the webhook") from None


def _told(line: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    """Give every object of Recharge's that a line without a topic holds, with its kind."""
    for kind in _KINDS:
        if _is(kind, line.get(kind)):
            yield kind, line[kind]
            return
        page = line.get(f"{kind}s")
        if isinstance(page, list) and page and _is(kind, page[0]):
            yield from ((kind, one) for one in page)
            return
    for kind in reversed(_KINDS):  # an order has all that tells a charge
        if _is(kind, line):
            yield kind, line
            return


def _is(kind: str, body: object) -> bool:
    return isinstance(body, dict) and any(body.keys() >= marks for marks in _MARKS[kind])


def _read(payload: object) -> object:
    """Give what a body says; one that was kept as it came is a text."""
    if not isinstance(payload, str):
        return payload
    try:
        return orjson.loads(payload)
    except orjson.JSONDecodeError:
        raise RecordError("not_json", "the body of the webhook") from None
