"""Names the fields that relay's own documents ask of each kind of node.

By them a line of a bulk result is told from one of another query, which has other names.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from typing import Any

from littlerelay.shopify.queries import document

# By typename: the document, the fragment in it, and what the document itself asks beside that.
_ASKED = {
    "Customer": ("bulk_customers", "Customer", ()),
    "Order": ("bulk_orders", "OrderFields", ("fulfillments", "refunds")),
    "LineItem": ("bulk_orders", "LineItem", ()),
    "ShippingLine": ("bulk_orders", "ShippingLine", ()),
    "AbandonedCheckout": ("bulk_checkouts", "CheckoutFields", ()),
    "AbandonedCheckoutLineItem": ("bulk_checkouts", "CheckoutLineFields", ()),
    "DiscountAllocation": ("bulk_checkouts", "CheckoutAllocation", ()),
}
_APPLICATION = ("bulk_orders", "DiscountApplication", ())
_SELECTION = re.compile(r"\{[^{}]*\}")
_SWITCHED = re.compile(r"(?:\w+: )?\w+ @include\([^)]*\)|\.\.\. ?(?:on )?\w+")
_FIELD = re.compile(r"(\w+)(?:: \w+)?")


def lacking(typename: str, node: Mapping[str, Any]) -> str | None:
    """Name the first field that relay asks of such a node and that this one lacks, if any.

    What a scope or a setting switches may be there or not.

    >>> lacking("Customer", {"id": "gid://shopify/Customer/1", "createdAt": "2026-01-01T00:00:00Z"})
    'created_at'
    """
    return next((name for name in _fields(typename) if name not in node), None)


@cache
def _fields(typename: str) -> tuple[str, ...]:
    name, fragment, others = _ASKED.get(typename, _APPLICATION)
    text = document(name).partition(f"\nfragment {fragment} on ")[2].partition("\nfragment ")[0]
    inner = text[text.index("{") + 1 : text.rindex("}")]
    while _SELECTION.search(inner):
        inner = _SELECTION.sub("", inner)
    return (*_FIELD.findall(_SWITCHED.sub("", inner)), *others)
