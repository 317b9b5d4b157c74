"""Builds Segment's messages: their ids, their times, their bytes.

One record gives the same bytes on every run, so nothing here asks a clock or draws a number. The
keys of a message stand in one order: type, event, messageId, timestamp, userId, anonymousId,
previousId, context, integrations, properties or traits. What is None is left out, here and nowhere
else.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import Any, TypeAlias
from unicodedata import normalize
from urllib.parse import quote
from uuid import NAMESPACE_URL, uuid5

import orjson

from littlerelay.errors import RecordError

Event: TypeAlias = dict[str, Any]

# Whom a message is about, and what surrounds it: userId, anonymousId, context, integrations, those
# that are present, in this order. All messages of one record share it.
Sender: TypeAlias = dict[str, Any]

# The HTTP API's documentation allows 32 KB a message. Segment's libraries disagree on whether that
# includes 32,768 bytes, so it does not here.
MAX_EVENT_BYTES = 32_768

# What a product can lose, in this order, when its message is too long: first what can be of any
# length, then what a product's id tells as well, then what describes it.
OPTIONAL_PRODUCT_PROPERTIES = (
    "product_properties",
    "image_url",
    "url",
    "compare_at_price",
    "shopify_product_id",
    "brand",
    "category",
    "variant",
    "coupon",
)

# Traits whose null says "never asked", which an absent trait would not.
NULLABLE_TRAITS = frozenset(
    {"email_consent_state", "email_opt_in_level", "sms_consent_state", "sms_opt_in_level"}
)

COOKIE_TRAIT = "littledata_"  # how the trait of a tracked cookie begins
STATES = frozenset({"identify", "alias"})  # types that tell how something is, and no moment

_ROOT = uuid5(NAMESPACE_URL, "https://littlerelay").bytes
_VARIANTS = dict(zip("0123456789abcdef", "89ab" * 4, strict=True))
# Days up to the 28th are in every month, so nothing is left to check.
_is_utc = re.compile(
    r"[12]\d{3}-(?:0[1-9]|1[0-2])-(?:0[1-9]|1\d|2[0-8])T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d"
    r"(?:\.\d{3})?Z",
    re.ASCII,
).fullmatch
# A zone that is whole hours from UTC, as most are in which webhooks tell times.
_in_zone = re.compile(
    r"(\d{4}-\d\d-\d\d)T([01]\d|2[0-3])(:[0-5]\d:[0-5]\d)([+-](?:[01]\d|2[0-3])):00", re.ASCII
).fullmatch
_UNRESERVED = re.compile(r"[A-Za-z0-9._~-]*")
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:?\d\d)", re.ASCII)


class MalformedError(RecordError):
    """One value of a record is not what it should be.

    ``value`` is that very object, by which the record's mapper finds where it stands. It is a
    customer's data: it is in no message.
    """

    def __init__(self, reason: str, value: object) -> None:
        super().__init__(reason, "a value cannot be read")
        self.value = value


def track(
    event: str, message_id: str, timestamp: str, sender: Sender, properties: dict[str, Any]
) -> Event:
    """Give a track message; ``properties`` become part of it, and come from `present`."""
    return {
        "type": "track",
        "event": event,
        "messageId": message_id,
        "timestamp": timestamp,
        **sender,
        "properties": properties,
    }


def page(message_id: str, timestamp: str, sender: Sender, properties: dict[str, Any]) -> Event:
    """Give a page message; it has no name, as a call of analytics.js without one."""
    return {
        "type": "page",
        "messageId": message_id,
        "timestamp": timestamp,
        **sender,
        "properties": properties,
    }


def identify(message_id: str, timestamp: str, sender: Sender, traits: dict[str, Any]) -> Event:
    """Give an identify message; ``traits`` come from `present_traits`."""
    return {
        "type": "identify",
        "messageId": message_id,
        "timestamp": timestamp,
        **sender,
        "traits": traits,
    }


def alias(message_id: str, timestamp: str, sender: Sender, previous_id: str) -> Event:
    """Give an alias message: who had ``previous_id`` is the sender's user."""
    return present(
        {
            "type": "alias",
            "messageId": message_id,
            "timestamp": timestamp,
            "userId": sender["userId"],
            "anonymousId": sender.get("anonymousId"),
            "previousId": previous_id,
            "context": sender["context"],
            "integrations": sender.get("integrations"),
        }
    )


def present(values: dict[str, Any]) -> dict[str, Any]:
    """Take out what is None and gives the same dict back; 0, false and an empty text stay.

    Most values are there, so taking the others out costs less than a copy without them.
    """
    for key in [*values]:
        if values[key] is None:
            del values[key]
    return values


def present_traits(traits: dict[str, Any]) -> dict[str, Any]:
    """Take out what is None, but for consent, whose null says something."""
    for key in [*traits]:
        if traits[key] is None and key not in NULLABLE_TRAITS:
            del traits[key]
    return traits


def has_cookies(event: Event) -> bool:
    """Tell whether an identify tells of cookies, which no other record of its customer has."""
    return any(name.startswith(COOKIE_TRAIT) for name in event.get("traits") or ())


def customer_of(event: Event) -> str:
    """Give Shopify's id of the customer whom an identify is about."""
    return str(event["context"]["externalIds"][0]["id"])


def message_id(namespace: str, shop: str, fact: str) -> str:
    """Name a fact: the same fact has the same id on every run and from every source.

    It is ``uuid5(uuid5(NAMESPACE_URL, "https://littlerelay"), f"{namespace}/{shop}/{fact}")``, as
    36 characters. The namespace is percent-encoded here; so must be every part of ``fact`` that is
    not a number (`encode_part`).
    """
    return names_of(namespace, shop)(fact)


@lru_cache(maxsize=64)
def names_of(namespace: str, shop: str) -> Callable[[str], str]:
    """Give the function that names the facts of one shop (`message_id`), for many of them.

    It hashes what all names of the shop begin with once, and writes the UUID of version 5
    (RFC 9562) from the digest's digits: `uuid.UUID` is ten times slower.
    """
    start = f"{encode_part(namespace)}/{shop}/".encode()
    hashed = hashlib.sha1(_ROOT + start, usedforsecurity=False)

    def name_of(fact: str) -> str:
        name = hashed.copy()
        name.update(fact.encode())
        digits = name.hexdigest()
        variant = _VARIANTS[digits[16]]
        return (
            f"{digits[:8]}-{digits[8:12]}-5{digits[13:16]}-{variant}{digits[17:20]}-{digits[20:32]}"
        )

    return name_of


def content_hash(traits: dict[str, Any]) -> str:
    """Give the first 16 hex digits of SHA-256 over the traits as JSON with sorted keys."""
    return hashlib.sha256(orjson.dumps(traits, option=orjson.OPT_SORT_KEYS)).hexdigest()[:16]


@lru_cache(maxsize=256)
def encode_part(text: str) -> str:
    """Percent-encode one variable part of a fact, in NFC; RFC 3986's unreserved stay.

    >>> encode_part("caf\u0065\u0301/10 %")
    'caf%C3%A9%2F10%20%25'
    """
    if _UNRESERVED.fullmatch(text):
        return text
    return quote(normalize("NFC", text), safe="")


def timestamp(text: str) -> str:
    """Give a time of Shopify's in UTC with milliseconds, its further digits cut off.

    Raises MalformedError (``malformed_time``) for what is no ISO 8601 time with a zone, or no
    possible one.

    >>> timestamp("2026-01-31T04:15:00-05:00")
    '2026-01-31T09:15:00.000Z'
    """
    if text[-1:] == "Z" and _is_utc(text):
        return text if len(text) > 20 else text[:19] + ".000Z"
    return _converted(text)


@lru_cache(maxsize=4096)
def _converted(text: str) -> str:
    """Convert a time of another form; the records of one order tell the same few many times."""
    found = _in_zone(text)
    if found is None and not _TIME.fullmatch(text):
        raise MalformedError("malformed_time", text)
    try:
        if found is not None:  # in a fifth of what datetime takes
            day, hour, rest, offset = found.groups()
            days, of_utc = divmod(int(hour) - int(offset), 24)
            return f"{_day(day, days)}T{of_utc:02}{rest}.000Z"
        moment = datetime.fromisoformat(text)
        return moment.astimezone(UTC).isoformat(timespec="milliseconds")[:23] + "Z"
    except (ValueError, OverflowError):
        raise MalformedError("malformed_time", text) from None


@lru_cache(maxsize=4096)
def _day(day: str, later: int) -> str:
    """Give the date so many days later. Raises ValueError for what is none, OverflowError."""
    return (date.fromisoformat(day) + timedelta(later)).isoformat()


def encode(event: Event) -> bytes:
    """Give the event as one line of NDJSON, its newline included.

    A message of 32,768 bytes or more loses OPTIONAL_PRODUCT_PROPERTIES of all its products, one
    property after the other, until it is shorter. Raises RecordError (``too_large``) where that
    does not suffice: nothing is ever cut in silence; ``wrong_type`` for a number that is none of
    JSON's 64 bits, as an invented id can be.
    """
    try:
        line = orjson.dumps(event, option=orjson.OPT_APPEND_NEWLINE)
    except orjson.JSONEncodeError as error:
        if "serializable" in str(error):  # no record's fault, but that of whoever made the event
            raise
        kind = event.get("event", event["type"])
        raise RecordError("wrong_type", f"{kind} cannot be written: {error}") from None
    if len(line) <= MAX_EVENT_BYTES:
        return line
    return _shrunk(event)


def _shrunk(event: Event) -> bytes:
    size = 0
    dropped: set[str] = set()
    for name in OPTIONAL_PRODUCT_PROPERTIES:
        dropped.add(name)
        line = orjson.dumps(_without(event, dropped), option=orjson.OPT_APPEND_NEWLINE)
        size = len(line) - 1
        if size < MAX_EVENT_BYTES:
            return line
    kind = event.get("event", event["type"])
    raise RecordError("too_large", f"{kind} has {size} bytes without what it can lose")


def _without(event: Event, dropped: set[str]) -> Event:
    properties = event.get("properties", {})
    shorter = {
        name: [_less(product, dropped) for product in properties[name]]
        for name in ("products", "items")
        if name in properties
    }
    if shorter:
        return {**event, "properties": {**properties, **shorter}}
    if "price" in properties:  # of one product, which stands among them
        return {**event, "properties": _less(properties, dropped)}
    return event


def _less(values: dict[str, Any], dropped: set[str]) -> dict[str, Any]:
    return {key: value for key, value in values.items() if key not in dropped}
