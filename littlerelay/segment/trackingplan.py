"""Writes the catalogue as a tracking plan for Segment's Protocols.

What `rules` gives is what the Public API takes at ``/tracking-plans/{id}/rules``: one rule a track,
one for Identify, and one that holds for every message. A plan knows no rules for Alias. Each rule
is a JSON schema (draft 7) of a whole message. A property that the catalogue does not know is no
violation, for other tools may add theirs; and what a record may lack is not required.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, TypeAlias

from littlerelay import catalogue
from littlerelay.catalogue import Kind, Property

Schema: TypeAlias = dict[str, Any]

_VERSION = 1
_DRAFT = "http://json-schema.org/draft-07/schema#"
_TYPES: dict[Kind, Schema] = {
    "String": {"type": "string"},
    "Integer": {"type": "integer"},
    "Float": {"type": "number"},
    "Double": {"type": "number"},
    "Number": {"type": "number"},
    "Boolean": {"type": "boolean"},
    "Array": {"type": "array"},
    "Object": {"type": "object"},
    "Date": {"type": "string", "format": "date-time"},
}


def rules() -> list[dict[str, Any]]:
    """Give the rules of the plan: tracks in the catalogue's order, Identify, all messages."""
    described = {entry.name: entry.description for entry in catalogue.all_events()}
    tracks = [
        {
            "type": "TRACK",
            "key": event,
            "jsonSchema": _message(described[event], "properties", _properties_of(event)),
            "version": _VERSION,
        }
        for event in catalogue.CARRIED
    ]
    # The name of a cookie's trait is the shop's own; a plan names what all shops have.
    fixed = (trait for trait in catalogue.traits() if "<" not in trait.name)
    traits = _object(_nested(fixed), catalogue.ALWAYS["Identify"])
    identify = _message(described["Identify"], "traits", traits)
    return [
        *tracks,
        {"type": "IDENTIFY", "jsonSchema": identify, "version": _VERSION},
        {"type": "COMMON", "jsonSchema": _common(), "version": _VERSION},
    ]


def _message(description: str, part: str, schema: Schema) -> Schema:
    """Give the schema of a message whose ``properties`` or ``traits`` have one of their own."""
    parts: Schema = {"context": {}, "traits": {}, "properties": {}}
    return {
        "$schema": _DRAFT,
        "description": description,
        **_object(parts | {part: schema}, [part]),
    }


def _properties_of(event: str) -> Schema:
    schemas = {entry.name: _value(entry) for entry in catalogue.properties_of(event)}
    lists = {"products": catalogue.product_properties(), "items": catalogue.item_properties()}
    for name, entries in lists.items():
        if name in schemas:
            schemas[name]["items"] = _object(_nested(entries), catalogue.product_always(event))
    return _object(schemas, catalogue.ALWAYS[event])


def _common() -> Schema:
    """Give what holds for every message: whom it is about and what surrounds it."""
    envelope = [
        (catalogue.path_of(entry), _value(entry))
        for entry in catalogue.EVENT_PROPERTIES
        if catalogue.is_envelope(entry)
    ]
    schemas = _tree(envelope) | {
        "messageId": {"type": "string"},
        "timestamp": {"type": "string", "format": "date-time"},
    }
    for destination in schemas["integrations"]["properties"].values():
        destination["type"] = ["object", "boolean"]  # ids for it, or that it is on or off
    whole = _object(schemas, ["messageId", "timestamp", "context"])
    return {"$schema": _DRAFT, "description": "What surrounds every message", **whole}


def _nested(entries: Iterable[Property]) -> Schema:
    return _tree((tuple(entry.name.split(".")), _value(entry)) for entry in entries)


def _tree(leaves: Iterable[tuple[tuple[str, ...], Schema]]) -> Schema:
    """Put schemas into objects of objects, each where its path says."""
    found: Schema = {}
    for (*above, name), schema in leaves:
        place = found
        for key in above:
            place = place.setdefault(key, {"type": "object"}).setdefault("properties", {})
        place[name] = schema
    return found


def _object(properties: Schema, required: Iterable[str]) -> Schema:
    needed = list(required)
    schema: Schema = {"type": "object", "properties": properties}
    return schema | {"required": needed} if needed else schema


def _value(entry: Property) -> Schema:
    schema = {"description": entry.description, **_TYPES[entry.kind]}
    return schema | {"type": [schema["type"], "null"]} if entry.nullable else schema
