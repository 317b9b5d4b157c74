"""Finds what there is in the catalogue: events by name, properties by event, places by property."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches

from littlerelay.catalogue.additions import (
    ADDED_EVENT_PROPERTIES,
    ADDED_EVENTS,
    ADDED_PRODUCT_PROPERTIES,
    ADDED_TRAITS,
    CALLS,
    CARRIED,
    OF_ONE_PRODUCT,
    PRODUCT_ALWAYS,
    SEEN_ALWAYS,
    SUBSCRIPTION_MEANINGS,
)
from littlerelay.catalogue.entries import EventEntry, Property
from littlerelay.catalogue.specification import (
    DEVICE_EVENTS,
    EVENT_PROPERTIES,
    PRODUCT_PROPERTIES,
    SERVER_EVENTS,
    SUBSCRIPTION_EVENTS,
    SUBSCRIPTION_PROPERTIES,
    TRAITS,
)
from littlerelay.catalogue.subscription_sources import ITEM_SOURCES
from littlerelay.errors import UsageError

_TYPES = ("track", "identify", "alias", "page", "screen", "group")


def all_events() -> tuple[EventEntry, ...]:
    """Give every event of the catalogue, Identify and Alias too."""
    return SERVER_EVENTS + ADDED_EVENTS + CALLS + SUBSCRIPTION_EVENTS + DEVICE_EVENTS


def find(name: str) -> EventEntry:
    """Give the event of that name, in whatever case. Raises UsageError with the nearest name."""
    known = {entry.name.casefold(): entry for entry in all_events()}
    if found := known.get(name.strip().casefold()):
        return found
    near = get_close_matches(name.strip().casefold(), known, n=1)
    hint = f"Did you mean {known[near[0]].name}? " if near else ""
    raise UsageError(f"There is no event {name}.", f"{hint}`relay events` lists them.")


def unknown_events(names: Iterable[str]) -> dict[str, str | None]:
    """Give those names that are no event or type in any case, each with one that may be meant."""
    known = {entry.name.casefold(): entry.name for entry in all_events()}
    found: dict[str, str | None] = {}
    for name in names:
        if (folded := name.casefold()) not in known and folded not in _TYPES:
            near = get_close_matches(folded, known, n=1)
            found[name] = known[near[0]] if near else None
    return found


def properties_of(event: str) -> tuple[Property, ...]:
    """Give the properties that a track can carry. Raises KeyError for what relay does not make."""
    known = {entry.name: entry for entry in (*EVENT_PROPERTIES, *ADDED_EVENT_PROPERTIES)}
    known |= {entry.name: entry for entry in _own(event)}
    return tuple(known[name] for name in CARRIED[event])


def tables_of(event: str) -> tuple[Property, ...]:
    """Give the tables of which a track's properties are, in their order."""
    return (*EVENT_PROPERTIES, *_own(event), *ADDED_EVENT_PROPERTIES)


def _own(event: str) -> tuple[Property, ...]:
    """Give the table that is this event's before all others, if there is one.

    A subscription's properties come with what they mean.
    """
    if event in OF_ONE_PRODUCT:
        return PRODUCT_PROPERTIES
    if event not in (entry.name for entry in SUBSCRIPTION_EVENTS):
        return ()
    meant = SUBSCRIPTION_MEANINGS
    return tuple(one._replace(description=meant[one.name]) for one in SUBSCRIPTION_PROPERTIES)


def product_properties() -> tuple[Property, ...]:
    """Give the properties of each of an event's ``products``."""
    return PRODUCT_PROPERTIES + ADDED_PRODUCT_PROPERTIES


def product_always(event: str) -> tuple[str, ...]:
    """Give the properties that each of an event's ``products`` has whatever a record lacks."""
    was_seen = event in (entry.name for entry in DEVICE_EVENTS)
    return SEEN_ALWAYS if was_seen else PRODUCT_ALWAYS


def item_properties() -> tuple[Property, ...]:
    """Give the properties of each of a subscription's ``items``."""
    known = PRODUCT_PROPERTIES + ADDED_PRODUCT_PROPERTIES
    return tuple(entry for entry in known if entry.name in ITEM_SOURCES)


def traits() -> tuple[Property, ...]:
    """Give the traits of an Identify; a part of the address stands as ``default_address.city``."""
    return tuple(entry for entry in TRAITS + ADDED_TRAITS if not is_envelope(entry))


def is_envelope(entry: Property) -> bool:
    """Tell whether a property stands in the message around ``properties`` and ``traits``."""
    top = entry.name.split(".")[0]
    return top in ("integrations", "context", "userId", "consent", "categoryPreferences")


def path_of(entry: Property) -> tuple[str, ...]:
    """Give the keys that lead through a message to a property that stands around the others."""
    parts = tuple(entry.name.split("."))
    above = {"consent": ("context",), "categoryPreferences": ("context", "consent")}
    return (*above.get(parts[0], ()), *parts)
