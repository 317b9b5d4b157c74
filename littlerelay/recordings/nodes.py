"""Recognises the nodes that Shopify's GraphQL gives to relay's own questions.

A result of a bulk operation has a node on each line: an order, and each of its lines, with the
parent's id. So a line belongs to an entity by its parent; where that is no entity itself (the lines
of a checkout have discounts of their own), `owned` says whose it is. A node of a page holds all of
them itself.
"""

from __future__ import annotations

import re

from littlerelay.errors import RecordError
from littlerelay.recordings.recorded import Body, Recorded, moment
from littlerelay.shopify.asked import lacking
from littlerelay.shopify.shapes import CHECKOUTS, ORDERS, Plan, Shape

ORDER_LINES, CHECKOUT_LINES = "order_lines", "checkout_lines"
LINES = {ORDER_LINES: "orders", CHECKOUT_LINES: "checkouts"}
SHAPES: dict[str, Shape] = {"orders": ORDERS, "checkouts": CHECKOUTS}
# What an order's node tells of these a bulk operation cannot tell whole: their own lists.
PARTS = {"refunds": "refund_line_items", "fulfillments": "fulfillment_line_items"}

_REMEDY = "read the shop with `relay backfill --archive`, and map that"
_ROOTS = {"Order": "orders", "Customer": "customers", "AbandonedCheckout": "checkouts"}
_PLANS = {kind: Plan(SHAPES[family]) for kind, family in LINES.items()}
_OWNERS = {
    typename: kind
    for kind, plan in _PLANS.items()
    for typename, place in plan.places.items()
    if place.owner > 0
}
_gid = re.compile(r"gid://shopify/(\w+)/([0-9]{1,18})(?:\?.*)?", re.ASCII).fullmatch


def is_node(body: Body) -> bool:
    """Tell whether a line is a node of GraphQL's, of whatever query."""
    own = body.get("id")
    return (type(own) is str and own.startswith("gid://shopify/")) or "__parentId" in body


def placed(body: Body) -> list[Recorded]:
    """Give the records of a node: itself, and its parts that a bulk operation does not tell whole.

    Raises RecordError (``bulk_line``) for a node that another query gave.
    """
    if "__parentId" in body:
        return [_line(body)]
    typename, _, number = named(body.get("id")).partition("/")
    if typename not in _ROOTS:
        raise _other(f"relay asks for no {typename or 'such id'}")
    _check(typename, body)
    kind = _ROOTS[typename]
    found = Recorded(kind, number, moment(body, "updated_at"), "", body, "node")
    parts = PARTS if kind == "orders" else ()
    return [found, *(found._replace(kind=name) for name in parts if bare(body, name))]


def place_of(body: Body) -> tuple[str, str]:
    """Give the entity of a line and, as lines tell none, an empty time. Raises RecordError."""
    found = _line(body)
    return found.key, found.moment


def owned(one: Recorded) -> tuple[str, str, str] | None:
    """Give the family, the id and the entity of a line that owns others; none of one without."""
    if one.kind not in LINES or one.body.get("__typename") not in _OWNERS:
        return None
    return LINES[one.kind], named(one.body["id"]), one.key


def bare(order: Body, name: str) -> list[Body]:
    """Give the refunds, or the fulfillments, of an order's node that come without their lists."""
    listed = order.get(name)
    parts = listed if isinstance(listed, list) else []
    return [one for one in parts if isinstance(one, dict) and PARTS[name] not in one]


def named(gid: object) -> str:
    """Name a node by its id, without what Shopify may add to it; an empty name for no id."""
    found = _gid(gid) if isinstance(gid, str) else None
    return f"{found[1]}/{found[2]}" if found else ""


def number_of(gid: object) -> str:
    """Give the number in an id as a text; an empty one for no id."""
    return named(gid).rpartition("/")[2]


def _line(body: Body) -> Recorded:
    """Tell to which entity, or to which line of one, a line of a bulk result belongs."""
    typename = str(body.get("__typename"))
    kind = next((one for one, plan in _PLANS.items() if typename in plan.places), None)
    if kind is None:
        has_name = "__typename" in body
        raise _other("relay asks for no such line" if has_name else "it lacks __typename")
    _check(typename, body)
    places, parent = _PLANS[kind].places, named(body["__parentId"])
    place, (above, _, number) = places[typename], parent.partition("/")
    if above not in places or places[above].owner != place.parent:
        raise RecordError("wrong_type", "__parentId")
    if place.owner > 0 and not named(body["id"]):
        raise RecordError("wrong_type", "id")
    return Recorded(kind, number if place.depth == 1 else parent, "", "", body, "node")


def _check(typename: str, body: Body) -> None:
    name = lacking(typename, body)
    if name is not None:
        raise _other(f"it lacks {name}")


def _other(why: str) -> RecordError:
    what = "it is of a bulk operation with another query than relay's own"
    return RecordError("bulk_line", f"{what} ({why}); {_REMEDY}")
