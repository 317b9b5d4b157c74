"""Makes a sample of each event: the mappers' own work on invented records, never out of date."""

from __future__ import annotations

from importlib import resources
from typing import Any

import orjson

from littlerelay.events import Event
from littlerelay.mappers import map_record
from littlerelay.settings import Mapping, Markets

_MAPPING = Mapping(shop="example.myshopify.com", markets=Markets(by_country={"DE": "europe"}))
# The records, beside this file, with their resources; the first that gives an event is its sample.
_RECORDS = (
    ("customers", "customer.json"),
    ("orders", "order.json"),
    ("orders", "order_cancelled.json"),
    ("orders", "order_pos.json"),
    ("checkouts", "checkout.json"),
)


def sample(name: str) -> Event | None:
    """Give an invented event of that name, of the catalogue; None where relay makes none."""
    for resource, file in _RECORDS:
        for event in map_record(resource, _read(file), _MAPPING):
            if event.get("event", event["type"].capitalize()) == name:
                return event
    return None


def _read(file: str) -> dict[str, Any]:
    record: dict[str, Any] = orjson.loads((resources.files(__name__) / file).read_bytes())
    return record
