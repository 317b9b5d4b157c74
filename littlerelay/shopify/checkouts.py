"""Gives an abandoned checkout of a GraphQL page the shape of a record.

History tells less of a checkout than a webhook: no e-mail and phone but the customer's, no shipping
lines, no gateway, no taxes of its lines. Its tokens are hidden in the address that brings its buyer
back, of which Shopify has had two shapes:

- ``/{shop}/checkouts/{token}/recover?key=...`` holds the checkout's own token;
- ``/{shop}/checkouts/ac/{token}/recover?key=...`` holds the token of its cart, which is another
  one: an order, too, has a ``cart_token`` of this form beside its ``checkout_token``.
"""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlsplit

from littlerelay.shopify import records

Node = dict[str, Any]

_recovery = re.compile(
    r".*/checkouts/(?P<cart>(?:ac|cn)/)?(?P<token>[\w-]{16,})(?:/.*)?", re.ASCII
).fullmatch


def checkout(node: Node) -> Node:
    """Give a node of the ``checkouts`` document the shape of a checkout record.

    Its connections must have been read to their ends.
    """
    node["id"] = records.number(node["id"])
    node |= tokens(node["abandoned_checkout_url"])
    node["currency"] = node["total_price_set"]["shop_money"]["currency_code"]
    node["presentment_currency"] = node["total_price_set"]["presentment_money"]["currency_code"]
    node["discount_codes"] = [{"code": code} for code in node["discount_codes"]]
    node["line_items"], node["discount_applications"] = _lines(node["line_items"]["nodes"])
    if customer := node["customer"]:
        records.order_customer(customer)
        customer["currency"] = node["currency"]  # of what the customer spent in the shop
    records.address(node["billing_address"])
    records.address(node["shipping_address"])
    return node


def tokens(url: str) -> dict[str, str]:
    """Give the ``token`` or the ``cart_token`` in a recovery address; nothing of another shape.

    >>> tokens("https://shop.example.com/1/checkouts/0123456789abcdef0123456789abcdef/recover?key=1")
    {'token': '0123456789abcdef0123456789abcdef'}
    >>> tokens("https://shop.example.com/1/checkouts/ac/hWN0123456789abcdefghijk/recover?key=1")
    {'cart_token': 'hWN0123456789abcdefghijk'}
    """
    found = _recovery(urlsplit(url).path)
    if not found:
        return {}
    return {"cart_token" if found["cart"] else "token": found["token"]}


def _lines(nodes: list[Node]) -> tuple[list[Node], list[Node]]:
    """Give the line items, and the discount applications: only the lines tell of those."""
    known: dict[int, Node] = {}
    for line in nodes:
        line["discount_allocations"] = line["discount_allocations"]["nodes"]
        for allocation in line["discount_allocations"]:
            application = allocation["discount_application"]
            known[application["index"]] = {**application}
    applications, places = records.applications([*known.values()])
    return [_line(line, places) for line in nodes], applications


def _line(node: Node, places: dict[int, int]) -> Node:
    node["id"] = records.number(node["id"])
    records.allocations(node, places)
    node["vendor"] = (node.get("product") or {}).get("vendor")
    records.product_of(node)
    records.empty_to_null(node, "variant_title", "vendor", "sku")
    return node
