"""Runs `relay events`: which events there are, what each holds, and where it comes from."""

from __future__ import annotations

from collections.abc import Collection
from typing import Annotated, Any

import typer

from littlerelay import catalogue
from littlerelay.catalogue import EventEntry, Property
from littlerelay.errors import UsageError

from . import options

Name = Annotated[
    list[str] | None,
    typer.Argument(metavar="NAME", help="The event to show, as Order Completed."),
]
TrackingPlan = Annotated[
    bool,
    typer.Option(
        "--tracking-plan",
        help="Give the rules of a tracking plan for Segment Protocols, as JSON.",
        show_default=False,
    ),
]


def events(
    *,
    name: Name = None,
    tracking_plan: TrackingPlan = False,
    json: options.Json = False,
) -> int:
    """List the events; of one, show its properties, their sources and a sample."""
    # These bring rich and the mappers, for which --help need not wait.
    from littlerelay.segment import trackingplan  # noqa: PLC0415

    from . import display  # noqa: PLC0415

    if tracking_plan:
        if name:
            raise UsageError("A tracking plan has all events.", "Leave the event's name away.")
        display.as_json({"rules": trackingplan.rules()})
    elif name:
        told = whole(catalogue.find(" ".join(name)))
        display.as_json(told) if json else display.event(told)
    elif json:
        display.as_json({"events": [described(entry) for entry in catalogue.all_events()]})
    else:
        display.events([summary(entry) for entry in catalogue.all_events()])
    return 0


def summary(entry: EventEntry) -> dict[str, Any]:
    """Tell in short what an event is; ``relay`` says whether relay makes it."""
    told = {"event": entry.name, "description": entry.description}
    made = catalogue.MADE[entry.name]
    return told | {
        "type": made.call,
        "made_from": made.source,
        "relay": "from recordings" if entry.name in catalogue.RECORDED else "from history",
        "timestamp": made.time,
        "fact": made.fact,
    }


def described(entry: EventEntry) -> dict[str, Any]:
    """Tell what an event is and what it holds."""
    told = summary(entry)
    if entry.name == "Identify":
        always, sources = catalogue.ALWAYS["Identify"], catalogue.TRAIT_SOURCES
        told["traits"] = [row(trait, sources[trait.name], always) for trait in catalogue.traits()]
    if entry.name in catalogue.CARRIED:
        told["properties"] = properties(entry.name)
        if "products" in catalogue.CARRIED[entry.name]:
            told["product_properties"] = product_properties(entry.name)
        if "items" in catalogue.CARRIED[entry.name]:
            told["item_properties"] = item_properties()
    return told


def whole(entry: EventEntry) -> dict[str, Any]:
    """Tell all of an event, with a sample that the mappers make here and now."""
    from littlerelay.samples import sample  # noqa: PLC0415

    return described(entry) | {"sample": sample(entry.name)}


def properties(event: str) -> list[dict[str, Any]]:
    """Tell of the properties of a track."""
    always = catalogue.ALWAYS[event]
    return [
        row(entry, catalogue.source_of(event, entry.name), always)
        for entry in catalogue.properties_of(event)
    ]


def product_properties(event: str) -> list[dict[str, Any]]:
    """Tell of the properties of each of an event's products."""
    always = catalogue.product_always(event)
    return [
        row(entry, catalogue.PRODUCT_SOURCES[entry.name], always)
        for entry in catalogue.product_properties()
    ]


def item_properties() -> list[dict[str, Any]]:
    """Tell of the properties of each of a subscription's items."""
    return [
        row(entry, catalogue.ITEM_SOURCES[entry.name], catalogue.PRODUCT_ALWAYS)
        for entry in catalogue.item_properties()
    ]


def row(entry: Property, source: str, always: Collection[str]) -> dict[str, Any]:
    """Tell of one property; ``always`` are those that are there whatever a record lacks."""
    return {
        "name": entry.name,
        "type": f"{entry.kind}{', null' * entry.nullable}",
        "description": entry.description,
        "from": source,
        "always": entry.name in always,
    }
