"""An edit that adds products to an order becomes Post Purchase Upsell.

Shopify tells of an edit in a sales agreement of its own, with the app that made it and, where the
app that reads may see users, the member of staff. An edit in Shopify's admin stands there as one of
its app: by that number it is told from an upsell even where users may not be seen.
"""

from __future__ import annotations

from typing import Any

from littlerelay.events import Event, present, timestamp, track
from littlerelay.mappers.amounts import figures_of_sales
from littlerelay.mappers.facts import OrderFacts
from littlerelay.mappers.money import number, presented, total
from littlerelay.mappers.orders import NO_REVENUE
from littlerelay.mappers.products import products
from littlerelay.records import Agreement, Sale
from littlerelay.settings import Mapping

# Shopify's own apps, with which staff edit orders: Point of Sale, Draft Orders, the admin.
_APPS_OF_STAFF = (129785, 1354745, 1830279)
_NOT_OF_AN_EDIT = dict.fromkeys(("coupon", "location_id", "shipping", "shipping_method"))


def upsell_events(facts: OrderFacts, table: dict[str, Any]) -> list[Event]:
    """Give an event for each upsell among the edits of an order since it was placed."""
    placed = timestamp(facts.order["processed_at"])
    return [
        post_purchase_upsell(facts, table, agreement, sales)
        for agreement in facts.order.get("agreements") or ()
        if (sales := _added(agreement))
        and _is_upsell(agreement, facts.mapping)
        and timestamp(agreement["happened_at"]) >= placed
    ]


def post_purchase_upsell(
    facts: OrderFacts, table: dict[str, Any], edit: Agreement, sales: list[Sale]
) -> Event:
    """Customer accepts the upsell. Will contain only the newly added products."""
    return track(
        "Post Purchase Upsell",
        facts.name_of(f"orders/{facts.order['id']:d}/upsell/{edit['id']:d}"),
        timestamp(edit["happened_at"]),
        facts.sender,
        present(table | NO_REVENUE | _NOT_OF_AN_EDIT | upsold(facts, sales)),
    )


def upsold(facts: OrderFacts, sales: list[Sale]) -> dict[str, Any]:
    """Give what of an order's properties an upsell tells otherwise: its own products and money."""
    currency = facts.order["currency"]
    added = figures_of_sales(facts.order, sales, facts.mapping)
    amounts = [sale["total_amount"] for sale in sales]
    presentment_total, presentment_currency = presented(amounts)
    # fmt: off
    return {
        "discount":             added.discount,
        "presentment_currency": presentment_currency,
        "presentment_total":    presentment_total,
        "products":             products(added.lines, facts.basket),
        "subtotal":             added.subtotal,
        "tax":                  added.tax,
        "total":                number(total(amounts), currency),
    }
    # fmt: on


def _added(agreement: Agreement) -> list[Sale]:
    """Give the sales of an edit that add products to the order."""
    if agreement["type"] != "OrderEditAgreement":
        return []
    return [
        sale
        for sale in agreement.get("sales") or ()
        if sale["action_type"] == "order"
        and sale["line_type"] == "product"
        and (sale.get("quantity") or 0) > 0
    ]


def _is_upsell(agreement: Agreement, mapping: Mapping) -> bool:
    """Tell whether an app made an edit, or whether the settings take anyone's."""
    app = agreement.get("app_id")
    is_by_app = app is not None and app not in _APPS_OF_STAFF and not agreement.get("user_id")
    return is_by_app or mapping.upsell_by == "anyone"
