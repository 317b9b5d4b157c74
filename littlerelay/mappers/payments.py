"""The first payment of an order becomes Payment Info Entered: then its buyer had entered it."""

from __future__ import annotations

from typing import Any

from littlerelay.events import Event, present, timestamp, track
from littlerelay.mappers.facts import OrderFacts
from littlerelay.mappers.orders import NO_REVENUE
from littlerelay.records import Order, Transaction

_ENTERED = ("authorization", "sale")
# Orders for which nobody went through a checkout: those of a store, drafts (1830279 is Shopify's
# admin, under whose number newer drafts stand), and what a subscription renews.
_NO_CHECKOUT = ("pos", "shopify_draft_order", "1830279")
_RENEWED = "subscription_contract"  # also subscription_contract_checkout_one
_PAYMENT_STEP = 3


def payment_info_entered(facts: OrderFacts, table: dict[str, Any], paid: Transaction) -> Event:
    """User has entered payment information on step 3 of the Shopify checkout."""
    gateway = paid.get("gateway") or table["payment_method"]
    changed = {"payment_method": gateway, "step": _PAYMENT_STEP}
    return track(
        "Payment Info Entered",
        facts.name_of(f"orders/{facts.order['id']:d}/payment_info"),
        moment_of(paid),
        facts.sender,
        present(table | NO_REVENUE | changed),
    )


def first_payment(order: Order) -> Transaction | None:
    """Give the first transaction that succeeded, None for an order without a checkout.

    A gift card is entered on another step: it counts only where nothing else paid. A transaction
    without any time is passed over, for its event would have none.
    """
    source = order.get("source_name") or ""
    if source in _NO_CHECKOUT or source.startswith(_RENEWED):
        return None
    succeeded = [one for one in order.get("transactions") or () if _is_payment(one)]
    if len(succeeded) < 2:
        return succeeded[0] if succeeded else None
    others = [one for one in succeeded if one.get("gateway") != "gift_card"]
    return min(others or succeeded, key=lambda one: (moment_of(one), one["id"]))


def moment_of(transaction: Transaction) -> str:
    """Give when a transaction was processed, else created."""
    return timestamp(transaction.get("processed_at") or transaction["created_at"] or "")


def _is_payment(transaction: Transaction) -> bool:
    is_dated = transaction.get("processed_at") or transaction.get("created_at")
    return transaction["status"] == "success" and transaction["kind"] in _ENTERED and bool(is_dated)
