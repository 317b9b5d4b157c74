"""Makes bulk results: whole nodes taken apart into lines, as Shopify gives them."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from littlerelay.shopify import partitions
from littlerelay.shopify.joining import join
from littlerelay.shopify.shapes import CHECKOUTS, CUSTOMERS, ORDERS, Shape

Node = dict[str, Any]


def taken_apart(nodes: Iterable[Node], shape: Shape, parent: str = "") -> Iterator[Node]:
    """Gives the lines of nodes and of all that they hold, depth first: grouped."""
    for node in nodes:
        own = {key: value for key, value in node.items() if key not in shape.connections}
        own = {"__typename": shape.typenames[0], **own}
        yield own | ({"__parentId": parent} if parent else {})
        for key, members in shape.connections.items():
            yield from taken_apart(node[key]["nodes"], members, node["id"])


def connection(*nodes: Node) -> Node:
    """Gives a connection as a page holds it that was read to its end."""
    return {"nodes": list(nodes), "pageInfo": {"hasNextPage": False, "endCursor": None}}


def order(number: int, lines: int = 2, second: int | None = None) -> Node:
    """Gives an order with a few nodes in each connection, created in a second of its own."""
    clock = number if second is None else second
    applications = [{"__typename": "ManualDiscountApplication", "title": "t"}] * (number % 2)
    applications += [{"__typename": "DiscountCodeApplication", "code": f"C{number}"}]
    return {
        "id": f"gid://shopify/Order/{number}",
        "created_at": f"2026-01-01T{clock // 3600:02}:{clock // 60 % 60:02}:{clock % 60:02}Z",
        "line_items": connection(
            *({"id": f"gid://shopify/LineItem/{number}{line}"} for line in range(lines))
        ),
        "shipping_lines": connection(
            *({"id": f"gid://shopify/ShippingLine/{number}{line}"} for line in range(number % 3))
        ),
        "discount_applications": connection(*applications),
    }


def checkout(number: int) -> Node:
    """Gives an abandoned checkout, its lines with allocations, some without."""
    return {
        "id": f"gid://shopify/AbandonedCheckout/{number}",
        "created_at": f"2026-01-01T00:{number // 60 % 60:02}:{number % 60:02}Z",
        "line_items": connection(
            *(
                {
                    "id": f"gid://shopify/AbandonedCheckoutLineItem/{number}{line}",
                    "discount_allocations": connection(
                        *({"amount": place} for place in range((number + line) % 3))
                    ),
                }
                for line in range(number % 4)
            )
        ),
    }


def encoded(line: Node) -> bytes:
    """Encodes a line as Shopify does: slashes escaped, other characters as they are."""
    text = json.dumps(line, ensure_ascii=False, separators=(",", ":"))
    return text.replace("/", "\\/").encode()


def written(path: Path, lines: Sequence[Node]) -> Path:
    """Writes a bulk result."""
    path.write_bytes(b"".join(encoded(line) + b"\n" for line in lines))
    return path


def joined(path: Path, shape: Shape) -> list[Node]:
    """Joins a file and gives the whole nodes, and leaves nothing behind."""
    before = set(path.parent.rglob("*"))
    with closing(join(path, shape, path.parent)) as whole:
        nodes = list(whole)
        assert whole.roots == len(nodes)
    assert set(path.parent.rglob("*")) == before
    return nodes


def narrow(patch: pytest.MonkeyPatch, part: int = 400, most: int = 4) -> None:
    """Makes partitions small, and few of them at once: even a small file needs splits of splits."""
    patch.setattr(partitions, "_PART", part)
    patch.setattr(partitions, "_MOST_PARTS", most)


ALL = {
    "orders": ([order(number) for number in range(1, 9)], ORDERS),
    "checkouts": ([checkout(number) for number in range(1, 9)], CHECKOUTS),
}
MAKERS = {"orders": order, "checkouts": checkout}
SHAPES = {"orders": ORDERS, "customers": CUSTOMERS, "checkouts": CHECKOUTS}


def depth(line: Node) -> int:
    if "__parentId" not in line:
        return 0
    return 2 if line["__typename"] == "DiscountAllocation" else 1


def is_last_root(line: Node) -> bool:
    return depth(line) == 0 and line["id"].endswith("/40")


def kind_of(line: Node) -> str:
    return "discount" if "Application" in line["__typename"] else str(line["__typename"])


ORDERS_OF_LINES: dict[str, Callable[[list[Node]], list[Node]]] = {
    "roots first": lambda lines: sorted(lines, key=depth),
    "roots last": lambda lines: sorted(lines, key=lambda line: -depth(line)),
    "the last root last": lambda lines: sorted(lines, key=is_last_root),
    "connections one after the other": lambda lines: sorted(lines, key=kind_of),
    "discounts last of all": lambda lines: sorted(lines, key=lambda line: "id" not in line),
}
