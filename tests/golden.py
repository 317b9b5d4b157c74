"""Reads the golden pairs: a record, and beside it the events that it gives.

In a folder of carts, pixels or subscriptions, and in ``checkouts-course``, a file holds all records
of one thing.
"""

import json
from pathlib import Path
from typing import Any

import orjson

from littlerelay.events import Event, encode
from littlerelay.mappers import map_record, map_records
from littlerelay.settings import Mapping, Markets

RECORDS = Path(__file__).resolve().parent.parent / "fixtures" / "records"
SHOP = "example-shop.myshopify.com"
# `case.settings.json` beside a record holds settings that differ from the default.
CASES = sorted(
    str(path.relative_to(RECORDS).with_suffix(""))
    for path in RECORDS.glob("*/*.json")
    if not path.name.endswith(".settings.json")
)


def record_of(case: str) -> Any:
    """Returns the record of a case like ``orders/paid``, or the list of its records."""
    return orjson.loads((RECORDS / f"{case}.json").read_bytes())


def resource_of(case: str) -> str:
    """Returns ``orders`` of a case like ``orders/paid``."""
    return case.partition("/")[0]


def settings_of(case: str) -> Mapping:
    """Returns the settings of a case."""
    path = RECORDS / f"{case}.settings.json"
    told = json.loads(path.read_text("utf-8")) if path.exists() else {}
    frozen = {key: _frozen(value) for key, value in told.items()}
    if "markets" in told:
        frozen["markets"] = Markets(**told["markets"])
    return Mapping(**{"shop": SHOP, **frozen})


def _frozen(value: Any) -> Any:
    """Returns a value of JSON with tuples for lists, as settings hold them."""
    return tuple(map(_frozen, value)) if isinstance(value, list) else value


def expected_path(case: str) -> Path:
    """Returns where the events of a case are written down."""
    return RECORDS / f"{case}.events.ndjson"


def mapped(case: str, record: Any, mapping: Mapping) -> list[Event]:
    """Returns the events of a record like that of a case, or of such records."""
    resource = resource_of(case).removesuffix("-course")
    if isinstance(record, list):
        return map_records(resource, record, mapping)
    return map_record(resource, record, mapping)


def events_of(case: str, **changed: Any) -> list[Event]:
    """Returns the events of a case, as a reader of the file gets them.

    ``changed`` are fields of the record that differ from the file.
    """
    record = record_of(case)
    events = mapped(case, record | changed if changed else record, settings_of(case))
    return [orjson.loads(encode(event)) for event in events]


def event_of(case: str, name: str, **changed: Any) -> Event:
    """Returns the one event of that name."""
    (event,) = (found for found in events_of(case, **changed) if found.get("event") == name)
    return event
