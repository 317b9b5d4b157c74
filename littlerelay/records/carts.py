"""A cart."""

from __future__ import annotations

from typing import Required, TypedDict

from littlerelay.records.lines import LineItem
from littlerelay.records.parts import Attribute


class CartLine(LineItem, total=False):
    """A line of a cart: its ``id`` is that of the variant, and its ``title`` names both.

    A key is ``variant:hash``; the hash changes with the line's properties.
    """

    key: str | None


class Cart(TypedDict, total=False):
    """A cart as it is after a change; only webhooks tell of carts, and never whose they are."""

    token: Required[str]
    updated_at: Required[str]
    note_attributes: list[Attribute]  # none in Shopify's own webhooks
    line_items: Required[list[CartLine]]
