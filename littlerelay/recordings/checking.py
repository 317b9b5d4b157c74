"""Holds what is made of recordings to what events promise: times, and the catalogue's types.

Mappers copy much of a record as it is. Shopify's API gives it the right type, but a recording is
anybody's work: a `sku` that is a list there would be one in the events.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cache
from typing import Any

from littlerelay.catalogue import CARRIED, Kind, Property, item_properties, product_properties
from littlerelay.catalogue import properties_of as carried_by
from littlerelay.catalogue import traits as all_traits
from littlerelay.errors import RecordError
from littlerelay.events import Event
from littlerelay.mappers.shape import fault
from littlerelay.recordings.recorded import Made, moment
from littlerelay.records import Checkout, Customer, Order

_NUMBER = (int, float)
_OF_KINDS: dict[Kind, tuple[type, ...]] = {
    "String": (str,),
    "Date": (str,),
    "Integer": (int,),
    "Float": _NUMBER,
    "Double": _NUMBER,
    "Number": _NUMBER,
    "Boolean": (bool,),
    "Array": (list,),
    "Object": (dict,),
}
_ADDRESSES = ("address", "default_address")
_RECORDS = {"checkouts": Checkout, "customers": Customer, "orders": Order}


_Types = dict[str, tuple[type, ...]]  # of the values of one object by name; others may have any

_DEVICE: _Types = {"ip": (str,), "userAgent": (str,)}


def check(family: str, made: Made) -> None:
    """Refuse a record without its own times, by which its events are chosen and ranked, if any.

    So is one refused of which an event would have a value of another type than is promised.
    Raises RecordError, with the path of the field where the record tells it.
    """
    if made.record is not None and made.events:
        moment(made.record, "created_at")
        moment(made.record, "updated_at")
    seen: set[int] = set()  # events of one record share many objects
    for event in made.events:
        for values, types in _parts(event, seen):
            if name := _wrong(values, types):
                found = fault(made.record, _RECORDS.get(family)) if made.record else None
                whose = event.get("event") or event["type"]
                raise found or RecordError("wrong_type", f"{name} of {whose}")


def _wrong(values: dict[str, Any], known: _Types) -> str | None:
    """Give the name of a value of a wrong type, none where there is none."""
    found = [name for name, one in values.items() if name in known and type(one) not in known[name]]
    return min(found) if found else None


def _parts(event: Event, seen: set[int]) -> Iterator[tuple[dict[str, Any], _Types]]:
    """Give the objects of a message whose values have a promised type, each with its types.

    What stands in one that was ``seen`` is not given again.
    """
    if event.get("event") in CARRIED:
        properties = event["properties"]
        yield properties, _of_track(event["event"])
        for name in ("products", "items"):
            lines = properties.get(name)
            if isinstance(lines, list):
                types = _of_line(name)
                for line in lines:
                    if id(line) not in seen:
                        seen.add(id(line))
                        yield line, types
    context = event["context"]
    if id(context) not in seen:
        seen.add(id(context))
        yield context, _DEVICE
        yield from _of_traits(context.get("traits"))
    yield from _of_traits(event.get("traits"))


def _of_traits(traits: dict[str, Any] | None) -> Iterator[tuple[dict[str, Any], _Types]]:
    if traits:
        yield traits, _of_person()
        yield from ((traits[name], _of_address()) for name in _ADDRESSES if name in traits)


@cache
def _of_track(event: str) -> _Types:
    return _types(carried_by(event))


@cache
def _of_line(name: str) -> _Types:
    return _types(product_properties() if name == "products" else item_properties())


@cache
def _of_person() -> _Types:
    addresses = (Property(name, "Object", "") for name in _ADDRESSES)
    return _types((*all_traits(), *addresses))


@cache
def _of_address() -> _Types:
    above = "default_address."
    inner = (one for one in all_traits() if one.name.startswith(above))
    return _types(one._replace(name=one.name.removeprefix(above)) for one in inner)


def _types(entries: Iterable[Property]) -> _Types:
    null: tuple[type, ...] = (type(None),)
    return {one.name: _OF_KINDS[one.kind] + null * one.nullable for one in entries}
