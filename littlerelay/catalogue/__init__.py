"""Holds the catalogue: every event, property and trait, with its type and what it means.

The tables are those of the specification, word for word and in its order; the ``ADDED`` ones are
what this product adds. The mappers do not read them: tests hold the two together.

A property whose name is a path into the message (``context.ip``, ``integrations.…``, ``userId``) is
no member of ``properties`` or ``traits``: `is_envelope` tells, `path_of` says where it stands.
"""

from __future__ import annotations

from littlerelay.catalogue.additions import (
    ADDED_EVENT_PROPERTIES,
    ADDED_EVENTS,
    ADDED_PRODUCT_PROPERTIES,
    ADDED_TRAITS,
    ALWAYS,
    CALLS,
    CARRIED,
    OF_ONE_PRODUCT,
    PRODUCT_ALWAYS,
    SEEN_ALWAYS,
)
from littlerelay.catalogue.entries import EventEntry, Kind, Made, Property
from littlerelay.catalogue.lookup import (
    all_events,
    find,
    is_envelope,
    item_properties,
    path_of,
    product_always,
    product_properties,
    properties_of,
    tables_of,
    traits,
    unknown_events,
)
from littlerelay.catalogue.made import MADE, RECORDED
from littlerelay.catalogue.sources import PRODUCT_SOURCES, TRAIT_SOURCES, source_of
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

__all__ = [
    "ADDED_EVENTS",
    "ADDED_EVENT_PROPERTIES",
    "ADDED_PRODUCT_PROPERTIES",
    "ADDED_TRAITS",
    "ALWAYS",
    "CALLS",
    "CARRIED",
    "DEVICE_EVENTS",
    "EVENT_PROPERTIES",
    "ITEM_SOURCES",
    "MADE",
    "OF_ONE_PRODUCT",
    "PRODUCT_ALWAYS",
    "PRODUCT_PROPERTIES",
    "PRODUCT_SOURCES",
    "RECORDED",
    "SEEN_ALWAYS",
    "SERVER_EVENTS",
    "SUBSCRIPTION_EVENTS",
    "SUBSCRIPTION_PROPERTIES",
    "TRAITS",
    "TRAIT_SOURCES",
    "EventEntry",
    "Kind",
    "Made",
    "Property",
    "all_events",
    "find",
    "is_envelope",
    "item_properties",
    "path_of",
    "product_always",
    "product_properties",
    "properties_of",
    "source_of",
    "tables_of",
    "traits",
    "unknown_events",
]
