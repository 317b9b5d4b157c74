"""Says where the nodes of a bulk result belong: which kind goes under which key of its parent.

What is joined by a shape equals the node of the resource's page, all its connections read to their
ends.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

_WHOLE = b'],"pageInfo":{"hasNextPage":false,"endCursor":null}}'


@dataclass(frozen=True, slots=True)
class Shape:
    """A kind of node: its typenames, and its connections by the keys that hold them.

    A typename stands in one place of a shape. ``keeps_typename`` is true where the page's document
    selects ``__typename``; a bulk query always does.
    """

    typenames: tuple[str, ...]
    connections: Mapping[str, Shape] = field(default_factory=dict)
    keeps_typename: bool = False


CUSTOMERS = Shape(("Customer",))

ORDERS = Shape(
    ("Order",),
    {
        "line_items": Shape(("LineItem",)),
        "shipping_lines": Shape(("ShippingLine",)),
        "discount_applications": Shape(
            (
                "AutomaticDiscountApplication",
                "DiscountCodeApplication",
                "ManualDiscountApplication",
                "ScriptDiscountApplication",
            ),
            keeps_typename=True,
        ),
    },
)

CHECKOUTS = Shape(
    ("AbandonedCheckout",),
    {
        "line_items": Shape(
            ("AbandonedCheckoutLineItem",),
            {"discount_allocations": Shape(("DiscountAllocation",))},
        ),
    },
)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a kind of node stands.

    It lies ``depth`` connections below the root, in the connection number ``index`` of an owner of
    the kind ``parent``. ``owner`` is its own number among the kinds of owners; -1 stands for none.
    """

    depth: int
    parent: int
    index: int
    owner: int
    keeps_typename: bool


@dataclass(frozen=True, slots=True)
class Owner:
    """A kind of node that holds others: the opening of each of its connections, and its place."""

    openings: tuple[bytes, ...]
    place: Place


class Plan:
    """A shape laid out: places by typename, and owners, each of them before those that it holds.

    The roots are the owner number 0, even of a shape without connections.
    """

    def __init__(self, shape: Shape) -> None:
        self.places: dict[str, Place] = {}
        self.owners: list[Owner] = []
        self._lay(shape, 0, -1, 0)

    def _lay(self, shape: Shape, depth: int, parent: int, index: int) -> None:
        is_owner = depth == 0 or bool(shape.connections)
        owner = len(self.owners) if is_owner else -1
        place = Place(depth, parent, index, owner, shape.keeps_typename)
        self.places.update(dict.fromkeys(shape.typenames, place))
        if is_owner:
            openings = tuple(b',"%s":{"nodes":[' % key.encode() for key in shape.connections)
            self.owners.append(Owner(openings, place))
        for number, members in enumerate(shape.connections.values()):
            self._lay(members, depth + 1, owner, number)


def whole(node: bytes, openings: Sequence[bytes], lists: Sequence[Sequence[bytes]]) -> bytes:
    """Put its connections into an encoded node that is not empty.

    ``node`` ends with its brace, whatever stands before it.

    >>> whole(b'{"id":1}', [b',"lines":{"nodes":['], [[b'{"a":2}', b'{"a":3}']])
    b'{"id":1,"lines":{"nodes":[{"a":2},{"a":3}],"pageInfo":{"hasNextPage":false,"endCursor":null}}}'
    """
    parts = [node[:-1]]
    for opening, nodes in zip(openings, lists, strict=True):
        parts += (opening, b",".join(nodes), _WHOLE)
    parts.append(b"}")
    return b"".join(parts)
