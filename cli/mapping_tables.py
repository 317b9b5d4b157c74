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
    known = catalogue.EVENT_PROPERTIES + catalogue.ADDED_EVENT_PROPERTIES
    events_of = {
        entry.name: [event for event in catalogue.MADE if entry.name in _carried(event)]
        for entry in known
    }
    own = [entry for entry in known if events_of[entry.name]]
    sources = {name: catalogue.source_of(of[0], name) for name, of in events_of.items() if of}
    heading = ("property", "type", "what it is", "from")
    among = ", ".join(sorted(catalogue.OF_ONE_PRODUCT))
    return "\n\n".join(
        (
            table(heading, _described(own, sources)),
            f"Each of the `products`; in {among} they stand among the event's own:",
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


def _carried(event: str) -> tuple[str, ...]:
    """Give what an event carries of its own, without what it tells of its one product."""
    carried = catalogue.CARRIED.get(event, ())
    if event not in catalogue.OF_ONE_PRODUCT:
        return carried
    return tuple(name for name in carried if name not in catalogue.PRODUCT_SOURCES)


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
