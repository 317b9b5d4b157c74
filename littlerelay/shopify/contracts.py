"""Gives a subscription contract, Shopify's own subscription, the shape of a record.

A contract has no history: it tells that it was created, which attempts to bill it failed, and that
it is cancelled, but not when. Its ``updated_at`` is the time by which that is known.
"""

from __future__ import annotations

from typing import Any

from littlerelay.shopify import records

Node = dict[str, Any]

# The states in which an attempt has ended; in all others it waits, for Shopify or for the customer.
_STATUSES = {
    "SubscriptionBillingAttemptFailedState": "error",
    "SubscriptionBillingAttemptSuccessState": "success",
}


def contract(node: Node) -> Node:
    """Give a node of the ``subscriptions`` document the shape of a subscription's record.

    Its connections must have been read to their ends.
    """
    status = node["status"].lower()
    delivery = node.pop("delivery")
    attempts = node.pop("attempts")["nodes"]
    return {
        **node,
        "id": records.number(node["id"]),
        "source": "shopify",
        "topic": None,
        "cancelled_at": node["updated_at"] if status == "cancelled" else None,
        "status": status,
        "order_interval_frequency": delivery["count"],
        "order_interval_unit": delivery["interval"].lower(),
        "customer": _customer(node["customer"]),
        "items": [_item(line) for line in node["items"]["nodes"]],
        "charges": [_attempt(one) for one in attempts],
    }


def _customer(node: Node | None) -> Node | None:
    if node is None:
        return None
    node["id"] = records.number(node["id"])
    node["email"] = (node["email"] or {}).get("emailAddress")
    node["phone"] = (node["phone"] or {}).get("phoneNumber")
    records.empty_to_null(node, "first_name", "last_name")
    return node


def _item(node: Node) -> Node:
    for name in ("product_id", "variant_id"):
        node[name] = records.number(node[name]) if node[name] else None
    node["price"] = node["price"]["amount"]
    records.empty_to_null(node, "variant_title", "sku")
    return node


def _attempt(node: Node) -> Node:
    """Give an attempt. An error of no kind that has a code was not expected by Shopify either."""
    state = node["state"]
    codes = [code for code in (state.get("error") or {}).values() if code]
    status = _STATUSES.get(state["__typename"], "queued")
    return {
        "id": records.number(node["id"]),
        "status": status,
        "updated_at": node["created_at"],
        "attempted_at": node["completed_at"],
        "error_type": (codes or ["unexpected"])[0].lower() if status == "error" else None,
    }
