"""Opens the envelopes in which archives keep webhooks.

Whoever stored a webhook kept its headers beside its body, and each tool in its own way:

- ``{"topic", "shop", "payload"}``, with or without ``headers``;
- an HTTP log's or a function's ``{"headers", "body"}``, the body a text, an object, or base64 where
  ``isBase64Encoded`` says so;
- Amazon EventBridge's ``{"detail": {"metadata", "payload"}}``, in which metadata are the headers;
- Google Pub/Sub's ``{"attributes", "data"}``, in which data is base64, also below ``message``.

Names of headers count in any case, with or without ``X-``, and as CGI writes them
(``HTTP_X_SHOPIFY_TOPIC``); a value may be the first of a list.
"""

from __future__ import annotations

import re
from base64 import b64decode
from typing import Any, NamedTuple

import orjson

from littlerelay.errors import RecordError

Body = dict[str, Any]

# So many brackets nest too little for orjson, which writes 254 levels, whatever stands around them.
_SURELY_WRITTEN = 240
_USUAL = {"topic", "shop", "payload"}
_SHOPS = ("shop", "shop_domain")


class Webhook(NamedTuple):
    """A webhook as it was delivered.

    ``triggered`` is when Shopify says that it was caused, an empty text where that was not kept.
    ``raw`` are the bytes that ``signature`` signs, None where only what they mean was kept.
    """

    topic: str
    shop: str | None
    triggered: str
    body: object
    raw: bytes | None
    signature: str | None


class Glance(NamedTuple):
    """What the beginning of a line tells: the topic, the shop, and how its body begins.

    ``order`` is the order's, None where there is none.
    """

    topic: str
    shop: str
    id: str
    order: str | None


# The envelope as JSON is written everywhere, around a body as Shopify writes it.
_beginning = re.compile(
    rb'\{"topic":"([a-z_/]+)","shop":"([a-z0-9-]+\.myshopify\.com)","payload":'
    rb'\{"id":([0-9]{1,18}),(?:"order_id":([0-9]{1,18}),)?'
).match


def glance(text: bytes) -> Glance | None:
    """Tell what a line is by its beginning alone, which costs a tenth of reading all of it.

    None for a line that begins otherwise. Whether the rest is right, who reads it will see.
    """
    found = _beginning(text)
    if found is None:
        return None
    topic, shop, own, order = found.groups()
    return Glance(topic.decode(), shop.decode(), own.decode(), order.decode() if order else None)


def shop_of(line: Body) -> str | None:
    """Give the shop that an envelope names beside what it holds, if any."""
    return next((one for one in map(line.get, _SHOPS) if isinstance(one, str) and one), None)


class _Parts(NamedTuple):
    headers: dict[str, str]
    body: object
    is_base64: bool = False


def usual_webhook(line: object) -> Webhook | None:
    """Give the webhook of a line that has a topic, a shop and a body alone: nothing else it can be.

    None for any other line, which may be a webhook all the same.
    """
    if not isinstance(line, dict) or line.keys() != _USUAL:
        return None
    topic, shop, body = line["topic"], line["shop"], line["payload"]
    if not (isinstance(topic, str) and isinstance(shop, str) and shop and isinstance(body, dict)):
        return None
    return Webhook(topic, shop, "", body, None, None)


def opened_webhook(line: Body) -> Webhook | None:
    """Open an envelope; None for what is none, or tells no topic of Shopify's.

    Raises RecordError (``not_json``, ``too_deep``, ``not_base64``) for a body that cannot be read.
    """
    parts = _parts(line)
    if parts is None:
        return None
    headers = parts.headers
    topic = line.get("topic") or headers.get("shopify-topic")
    if not isinstance(topic, str):
        return None
    body, raw = _opened(parts)
    return Webhook(
        topic,
        shop_of(line) or headers.get("shopify-shop-domain"),
        headers.get("shopify-triggered-at", ""),
        body,
        raw,
        headers.get("shopify-hmac-sha256"),
    )


def _parts(line: Body) -> _Parts | None:
    """Tell headers from body, whichever tool kept them."""
    inner = line.get("detail")
    if not isinstance(inner, dict):
        inner = line
    if isinstance(inner.get("metadata"), dict) and "payload" in inner:
        return _Parts(headers_of(inner["metadata"]), inner["payload"])
    message = line.get("message")
    if not isinstance(message, dict):
        message = line
    if isinstance(message.get("attributes"), dict) and "data" in message:
        return _Parts(headers_of(message["attributes"]), message["data"], is_base64=True)
    headers = headers_of(line.get("headers") or line.get("multiValueHeaders"))
    if "payload" in line:
        return _Parts(headers, line["payload"])
    if "body" in line and (headers or "topic" in line):
        return _Parts(headers, line["body"], line.get("isBase64Encoded") is True)
    return None


def headers_of(told: object) -> dict[str, str]:
    """Give headers by their names in small letters, without what stands before ``shopify-``."""
    if isinstance(told, dict):
        pairs = list(told.items())
    elif isinstance(told, list):
        pairs = [_pair(one) for one in told]
    else:
        return {}
    found = {}
    for name, value in pairs:
        first = value[0] if isinstance(value, list) and value else value
        if isinstance(name, str) and isinstance(first, str):
            found[_name(name)] = first
    return found


def _pair(one: object) -> tuple[object, object]:
    if isinstance(one, dict):
        return one.get("name", one.get("key")), one.get("value")
    return (one[0], one[1]) if isinstance(one, list) and len(one) == 2 else (None, None)


def _name(header: str) -> str:
    return header.lower().replace("_", "-").removeprefix("http-").removeprefix("x-")


def _opened(parts: _Parts) -> tuple[object, bytes | None]:
    """Give what a body says, and its own bytes where it is a text."""
    if not isinstance(parts.body, str):
        return parts.body, None
    try:
        raw = b64decode(parts.body, validate=True) if parts.is_base64 else parts.body.encode()
    except ValueError:  # binascii.Error, and a character beyond ASCII
        raise RecordError("not_base64", "the body") from None
    return read_json(raw, "the body"), raw


def load_json(text: bytes, what: str) -> object:
    """Read what may be nested too deeply to be written again. Raises RecordError: ``not_json``."""
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError:
        raise RecordError("not_json", what) from None


def read_json(text: bytes, what: str) -> object:
    """Read what can be written again, too: less deeply nested than can be read.

    Raises RecordError: ``not_json``, ``too_deep``.
    """
    found = load_json(text, what)
    if text.count(b"{") + text.count(b"[") > _SURELY_WRITTEN:
        try:
            orjson.dumps([[[[found]]]])  # what is made of it has it inside
        except orjson.JSONEncodeError:
            raise RecordError("too_deep", what) from None
    return found
