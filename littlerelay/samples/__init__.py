"""Makes a sample of each event: the mappers' own work on invented records, never out of date."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import resources

import orjson

from littlerelay.events import Event
from littlerelay.mappers import map_record, map_records
from littlerelay.settings import Mapping, Markets

_MAPPING = Mapping(shop="example.myshopify.com", markets=Markets(by_country={"DE": "europe"}))
# The records, beside this file, with their resources; the first that gives an event is its sample.
_RECORDS = (
    ("customers", "customer.json"),
    ("orders", "order.json"),
    ("orders", "order_cancelled.json"),
    ("orders", "order_pos.json"),
    ("checkouts", "checkout.json"),
    ("subscriptions", "subscription.json"),
    ("subscriptions", "subscription_cancelled.json"),
)
_SUCCESSIVE = (("carts", "cart.json"), ("pixels", "pixels.json"))  # all records of one thing


def sample(name: str) -> Event | None:
    """Give an invented event of that name, of the catalogue; None where relay makes none."""
    named = (one for one in _events() if one.get("event", one["type"].capitalize()) == name)
    return next(named, None)


def _events() -> Iterator[Event]:
    for resource, file in _RECORDS:
        yield from map_record(resource, orjson.loads(_read(file)), _MAPPING)
    for resource, file in _SUCCESSIVE:
        yield from map_records(resource, orjson.loads(_read(file)), _MAPPING)


def _read(file: str) -> bytes:
    return (resources.files(__name__) / file).read_bytes()
