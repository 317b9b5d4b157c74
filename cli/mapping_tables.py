"""Writes the blocks of the README that tell of events, properties and traits."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from littlerelay import catalogue
from littlerelay.catalogue import Property


def blocks() -> dict[str, str]:
    """Give each block by its name, in Markdown."""
    return {"events": events(), "properties": properties(), "traits": traits()}


def events() -> str:
    """List the events that are made, each with its source, time and fact."""
    rows = [(name, made.source, made.time, made.fact) for name, made in catalogue.MADE.items()]
    return table(("event", "made from", "timestamp", "fact in its messageId"), rows)


def properties() -> str:
    """List the properties of the events, then those of a product."""
    heading = ("property", "type", "what it is", "from")
    common = catalogue.EVENT_PROPERTIES + catalogue.ADDED_EVENT_PROPERTIES
    of_subscriptions = [
        entry for entry in catalogue.tables_of("Subscription Created") if entry not in common
    ]
    among = ", ".join(sorted(catalogue.OF_ONE_PRODUCT))
    return "\n\n".join(
        (
            table(heading, _carried(common)),
            "Besides, the events of subscriptions have:",
            table(heading, _carried(of_subscriptions)),
            f"Each of the `products`, and of `items`; in {among} they stand among the event's own:",
            table(heading, _described(catalogue.product_properties(), catalogue.PRODUCT_SOURCES)),
        )
    )


def traits() -> str:
    """List the traits of an Identify."""
    heading = ("trait", "type", "what it is", "from")
    return table(heading, _described(catalogue.traits(), catalogue.TRAIT_SOURCES))


def table(heading: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    """Write a Markdown table."""
    lines = [heading, tuple("---" for _ in heading), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _carried(entries: Iterable[Property]) -> list[tuple[str, ...]]:
    """Describe the properties that some event carries of its own, by the first that does."""
    first: dict[Property, str] = {}
    for event in catalogue.MADE:
        for entry in catalogue.properties_of(event) if event in catalogue.CARRIED else ():
            first.setdefault(entry, event)
    own = [entry for entry in entries if entry in first]
    return _described(own, {one.name: catalogue.source_of(first[one], one.name) for one in own})


def _described(entries: Iterable[Property], sources: Mapping[str, str]) -> list[tuple[str, ...]]:
    return [
        (
            f"`{entry.name}`",
            f"{entry.kind}{', null' * entry.nullable}",
            entry.description,
            sources[entry.name],
        )
        for entry in entries
    ]
