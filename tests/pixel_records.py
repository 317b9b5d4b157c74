"""Invents web-pixel events, and tells of what they give."""

from __future__ import annotations

from typing import Any

from golden import SHOP, record_of
from littlerelay.events import Event
from littlerelay.mappers import map_records
from littlerelay.settings import Mapping

CLIENT = "2f1e7a60-0f51-4b8e-9c3a-1d2e3f405162"
VISIT = record_of("pixels/visit")
COLLECTION = next(one for one in VISIT if one["name"] == "collection_viewed")
PURCHASE = next(one for one in VISIT if one["name"] == "checkout_completed")


def pixel(name: str, at: str = "10:00:00", **more: Any) -> dict[str, Any]:
    """Returns an event without anything around it."""
    plain = {"id": f"e-{name}-{at}", "name": name, "clientId": CLIENT}
    return {**plain, "timestamp": f"2026-03-01T{at}Z", **more}


def at_page(path: str, search: str = "") -> dict[str, Any]:
    """Returns the context of an event on a page."""
    home = "https://shop.example.com"
    address = {"href": f"{home}{path}{search}", "origin": home, "pathname": path, "search": search}
    return {"document": {"location": address, "referrer": "", "title": "A page"}}


def mapped(*pixels: dict[str, Any], **settings: Any) -> list[Event]:
    return map_records("pixels", pixels, Mapping(shop=SHOP, **settings))


def names(events: list[Event]) -> list[str]:
    return [str(event.get("event", event["type"])) for event in events]


def told(pixels: list[dict[str, Any]], **settings: Any) -> list[str]:
    """Returns the names of what events give, but for sessions."""
    found = names(mapped(*pixels, **settings))
    return [name for name in found if name != "Session Started"]


def one(name: str, events: list[Event]) -> Event:
    (event,) = (event for event in events if event.get("event") == name)
    return event


def visitors(*pixels: dict[str, Any], **settings: Any) -> list[tuple[str | None, str | None]]:
    """Returns the user id and the anonymous id of the page view of each event."""
    events = [event for event in mapped(*pixels, **settings) if event.get("event") == "Page Viewed"]
    return [(event.get("userId"), event.get("anonymousId")) for event in events]


def with_init(name: str = "page_viewed", at: str = "10:00:00", **data: Any) -> dict[str, Any]:
    return pixel(name, at, init={"data": data})


ADA = {"id": "gid://shopify/Customer/7101", "email": "Ada@example.com", "firstName": "Ada"}
NOTED = {"attributes": [{"key": "_segment-clientID", "value": "of-the-checkout"}]}


def clicked(
    href: str | None, at: str = "10:30:00", tag: str = "A", path: str = "/"
) -> dict[str, Any]:
    element = {"href": href, "tagName": tag}
    return pixel(
        "clicked", at, type="dom", data={"element": element}, init={"context": at_page(path)}
    )
