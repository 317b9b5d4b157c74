"""Gives what a GraphQL page holds the shape of a record.

The documents have renamed the fields already; here connections and ids are unwrapped, enum values
spelled as webhooks spell them, and empty texts made null. A node is changed in place and handed
back: it was just decoded and nobody else holds it.
"""

from __future__ import annotations

from typing import Any

Node = dict[str, Any]

UNREADABLE = "unreadable"  # the key under which a record keeps a node that has another shape

_APPLICATION_TYPES = {
    "DiscountCodeApplication": "discount_code",
    "AutomaticDiscountApplication": "automatic",
    "ManualDiscountApplication": "manual",
    "ScriptDiscountApplication": "script",
}
# What GraphQL's displayStatus says beside the carrier's news: no shipment status.
_NOT_SHIPMENT = frozenset(
    {
        "CANCELED",
        "FULFILLED",
        "LABEL_PURCHASED",
        "LABEL_VOIDED",
        "MARKED_AS_FULFILLED",
        "SUBMITTED",
    }
)


def number(gid: str) -> int:
    """Read the number out of a global id.

    >>> number("gid://shopify/MailingAddress/1?model_name=CustomerAddress")
    1
    """
    return int(gid.partition("?")[0].rpartition("/")[2])


def customer(node: Node) -> Node:
    """Give a node of the ``customers`` document the shape of a customer record."""
    mail = node["email"] or {}
    call = node["phone"] or {}
    spent = node["total_spent"]
    sms = call.get("smsMarketingConsent")
    node["id"] = number(node["id"])
    node["email"] = mail.get("emailAddress")
    node["email_marketing_consent"] = _consent(
        mail.get("marketingState"), mail.get("marketingOptInLevel")
    )
    node["phone"] = call.get("phoneNumber")
    node["sms_marketing_consent"] = _consent(sms["state"], sms["optInLevel"]) if sms else None
    node["state"] = node["state"].lower()
    node["tags"] = ", ".join(node["tags"])
    node["orders_count"] = int(node["orders_count"])
    node["total_spent"] = spent["amount"]
    node["currency"] = spent["currencyCode"]
    empty_to_null(node, "first_name", "last_name", "note")
    address(node["default_address"])
    _metafields(node)
    return node


def order(node: Node) -> Node:
    """Give a node of the ``orders`` document the shape of an order record.

    Its connections must have been read to their ends; ``agreements`` are there only where the
    order was edited.
    """
    node["id"] = number(node["id"])
    node["cancel_reason"] = _lower(node["cancel_reason"])
    node["financial_status"] = _lower(node["financial_status"])
    node["fulfillment_status"] = _lower(node["fulfillment_status"])
    node["location_id"] = _id_of(node.pop("location", None))
    node["total_cash_rounding_payment_adjustment_set"] = node.pop("cash_rounding")["payment"]
    node["tags"] = ", ".join(node["tags"])
    node["discount_codes"] = [{"code": code} for code in node["discount_codes"]]
    # Taken out and put in again, connections stand in one place, of a page or a bulk operation.
    node["discount_applications"], places = applications(node.pop("discount_applications")["nodes"])
    shipping = node.pop("shipping_lines")["nodes"]
    node["shipping_lines"] = [shipping_line(line, places) for line in shipping]
    node["line_items"] = [line_item(line, places) for line in node.pop("line_items")["nodes"]]
    node["transactions"] = [_transaction(one) for one in node["transactions"]]
    node["fulfillments"] = [_fulfillment(one) for one in node["fulfillments"]]
    node["refunds"] = [_refund(one) for one in node["refunds"]]
    if "agreements" in node:
        node["agreements"] = [_agreement(one) for one in node["agreements"]]
    if node["customer"]:
        order_customer(node["customer"])
    address(node["billing_address"])
    address(node["shipping_address"])
    empty_to_null(node, "note")
    return node


def line_item(node: Node, places: dict[int, int]) -> Node:
    """Give a line item of GraphQL the shape of a webhook's.

    ``places`` tells where each discount application stands in the order's list, by its index.
    """
    node["id"] = number(node["id"])
    allocations(node, places)
    product_of(node)
    plan = node["selling_plan"]
    if plan:
        plan["id"] = number(plan["id"]) if plan["id"] else None
    empty_to_null(node, "variant_title", "vendor", "sku")
    return node


def product_of(line: Node) -> None:
    """Give a line item, of an order or a checkout, what GraphQL tells of its product."""
    image = line.pop("image")
    line["image_url"] = image["url"] if image else None
    if "product" in line:  # else the app may not read products, and none is not "deleted"
        line["product_type"] = (line["product"] or {}).get("product_type")
    product = line.pop("product", None) or {}
    line["product_id"] = number(product["id"]) if product else None
    line["url"] = product.get("online_store_url")
    variant = line.pop("variant", None) or {}
    line["variant_id"] = number(variant["id"]) if variant else None
    line["compare_at_price"] = variant.get("compare_at_price")


def shipping_line(node: Node, places: dict[int, int]) -> Node:
    """Give a shipping line of GraphQL the shape of a webhook's; ``places`` as of `line_item`."""
    allocations(node, places)
    return _with_number(node)


def allocations(line: Node, places: dict[int, int]) -> None:
    """Point a line's allocations to the places of their applications."""
    for allocation in line["discount_allocations"]:
        index = allocation.pop("discount_application")["index"]
        allocation["discount_application_index"] = places[index]


def order_customer(node: Node) -> None:
    """Give the customer of an order or a checkout its shape."""
    node["id"] = number(node["id"])
    node["email"] = (node["email"] or {}).get("emailAddress")
    node["phone"] = (node["phone"] or {}).get("phoneNumber")
    node["orders_count"] = int(node["orders_count"])
    node["total_spent"] = node["total_spent"]["amount"]
    empty_to_null(node, "first_name", "last_name")
    address(node["default_address"])
    _metafields(node)


def applications(nodes: list[Node]) -> tuple[list[Node], dict[int, int]]:
    """Put discount applications in the order of their index; tell where each one then stands."""
    nodes.sort(key=lambda node: int(node["index"]))
    places = {node.pop("index"): place for place, node in enumerate(nodes)}
    for node in nodes:
        node["type"] = _APPLICATION_TYPES[node.pop("__typename")]
        for key in ("allocation_method", "target_selection", "target_type"):
            node[key] = _lower(node[key])
    return nodes, places


def _transaction(node: Node) -> Node:
    node["id"] = number(node["id"])
    node["kind"] = node["kind"].lower()
    node["status"] = node["status"].lower()
    return node


def _fulfillment(node: Node) -> Node:
    tracking = node.pop("tracking_info")
    shown = node.pop("display_status")
    node["id"] = number(node["id"])
    node["status"] = _lower(node["status"])
    node["shipment_status"] = None if shown in _NOT_SHIPMENT else _lower(shown)
    node["location_id"] = _id_of(node.pop("location", None))
    node["tracking_company"] = next((one["company"] for one in tracking if one["company"]), None)
    node["tracking_numbers"] = [one["number"] for one in tracking if one["number"]]
    node["tracking_urls"] = [one["url"] for one in tracking if one["url"]]
    node["line_items"] = [
        {"id": number(one["line_item"]["id"]), "quantity": one["quantity"]}
        for one in node.pop("fulfillment_line_items")["nodes"]
    ]
    return node


def _refund(node: Node) -> Node:
    node["id"] = number(node["id"])
    node["refund_line_items"] = [_refund_line(one) for one in node["refund_line_items"]["nodes"]]
    node["refund_shipping_lines"] = [
        _with_number(one) for one in node["refund_shipping_lines"]["nodes"]
    ]
    adjustments = node["order_adjustments"]["nodes"]
    node["order_adjustments"] = [_with_number(one) for one in adjustments]
    for one in adjustments:
        one["reason"] = _lower(one["reason"])
    node["transactions"] = [_transaction(one) for one in node["transactions"]["nodes"]]
    empty_to_null(node, "note")
    return node


def _refund_line(node: Node) -> Node:
    node["line_item_id"] = number(node.pop("line_item")["id"])
    return _with_number(node)


def _agreement(node: Node) -> Node:
    node["type"] = node.pop("__typename")
    node["reason"] = node["reason"].lower()
    node["app_id"] = _id_of(node.pop("app"))
    if "user" in node:  # else the app may not read users, and null is not "nobody"
        node["user_id"] = _id_of(node.pop("user"))
    node["sales"] = [_sale(one) for one in node["sales"]]
    return _with_number(node)


def _sale(node: Node) -> Node:
    node["type"] = node.pop("__typename")
    node["action_type"] = node["action_type"].lower()
    node["line_type"] = node["line_type"].lower()
    node["line_item_id"] = _id_of(node.pop("line_item", None))
    return _with_number(node)


def _with_number(node: Node) -> Node:
    if node["id"]:
        node["id"] = number(node["id"])
    return node


def _id_of(node: Node | None) -> int | None:
    return number(node["id"]) if node else None


def _lower(text: str | None) -> str | None:
    return None if text is None else text.lower()


def _consent(state: str | None, level: str | None) -> Node:
    return {"state": _lower(state), "opt_in_level": _lower(level)}


def _metafields(node: Node) -> None:
    """Make a list of the one metafield that was asked for, empty where it has no value."""
    if "metafield" in node:
        found = node.pop("metafield")
        node["metafields"] = [found] if found and found["value"] else []


def address(node: Node | None) -> None:
    """Make the empty texts of an address null."""
    if node:
        for key, value in node.items():
            if value == "":
                node[key] = None


def empty_to_null(node: Node, *keys: str) -> None:
    """Make the texts under some keys null where they are empty."""
    for key in keys:
        if node[key] == "":
            node[key] = None
