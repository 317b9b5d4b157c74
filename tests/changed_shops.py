"""A shop that was read, and what changes in it since."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from shops import events
from standin.server import StandIn


def orders(output: Path, *, known: bool) -> list[dict[str, Any]]:
    """Gives completed orders without tags in a file, of customers or of guests."""
    return [
        one
        for one in events(output)
        if one.get("event") == "Order Completed"
        and ("userId" in one) is known
        and one["properties"]["affiliation"] == "Shopify"
    ]


def gid_of(shop: StandIn, event: dict[str, Any]) -> str:
    """Gives the id of the order of an event."""
    table = shop.world.table("orders")
    every = (f"gid://shopify/Order/{number}" for number in table.id)
    name = event["properties"]["order_id"]
    return next(gid for gid in every if (found := shop.world.node(gid)) and found["name"] == name)


def about(event: dict[str, Any], output: Path) -> list[dict[str, Any]]:
    """Gives the facts in a file of the order of an event."""
    name = event["properties"]["order_id"]
    return [one for one in events(output) if one.get("properties", {}).get("order_id") == name]


def changed_shop(shop: StandIn, output: Path) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """Tags three orders and deletes one; gives the completed orders of both."""
    tagged, gone = orders(output, known=True)[-3:], orders(output, known=False)[-1]
    shop.pass_time(7200)
    for one in tagged:
        shop.change_order(gid_of(shop, one), "tag", tag="checked")
    shop.change_order(gid_of(shop, gone), "delete")
    shop.pass_time(7200)
    return tagged, gone
