"""A checkout becomes Checkout Started, Checkout Step Viewed and Checkout Step Completed.

One record does not tell what its buyer did when; it proves how far they came:

- that it is there: step 1 (contact) was viewed, when it was created;
- a contact (customer, e-mail or phone) and an address with a street, all of which Shopify's first
  page asks: step 1 was completed and step 2 (shipping) viewed;
- shipping lines, or a gateway: step 2 was completed and step 3 (payment) viewed;
- ``completed_at``: all three were completed.

What the record proves is dated by its ``updated_at``, or by ``completed_at`` where it has one: no
step can have come after that. No step comes before Checkout Started.

A checkout that was completed became an order, which tells of its codes and its payment; one that
was not tells of them itself.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from littlerelay.events import Event, Sender, names_of, present, timestamp, track
from littlerelay.mappers.attributes import cookies_of
from littlerelay.mappers.checkout_amounts import shipping, subtotal
from littlerelay.mappers.coupons import Couponed, coupon_events
from littlerelay.mappers.identity import checkout_sender, email_of
from littlerelay.mappers.market import market_handle
from littlerelay.mappers.money import money, text_of
from littlerelay.mappers.people import people_events
from littlerelay.mappers.products import Basket, basket, products
from littlerelay.mappers.totals import totals_of_customer
from littlerelay.records import Checkout, MoneySet
from littlerelay.settings import Mapping

_SHIPPING, _PAYMENT = 2, 3


class CheckoutFacts(NamedTuple):
    """Holds a checkout with the settings, and what its events have in common.

    ``path`` begins the names of its facts, and ``name_of`` gives their messageIds. ``moment`` is
    the timestamp of what the record proves. ``cookies`` are traits.
    """

    checkout: Checkout
    mapping: Mapping
    sender: Sender
    basket: Basket
    email: str | None
    path: str
    name_of: Callable[[str], str]
    started: str
    moment: str
    market: str | None
    cookies: dict[str, str]


def map_checkout(checkout: Checkout, mapping: Mapping) -> list[Event]:
    """Give all events of a checkout."""
    facts = checkout_facts(checkout, mapping)
    was_left = not checkout.get("completed_at")
    return checkout_people(facts) + checkout_tracks(facts, was_left=was_left)


def checkout_people(facts: CheckoutFacts) -> list[Event]:
    """Give the Identify and the Alias of a checkout."""
    return people_events(facts.checkout, "checkouts", facts.checkout["created_at"], facts)


def checkout_tracks(facts: CheckoutFacts, *, was_left: bool) -> list[Event]:
    """Give what a record proves; one of a checkout that ``was_left`` tells of codes and payment."""
    table = checkout_table(facts)
    tracks = [checkout_started(facts, table), *step_events(facts, table)]
    return tracks + left_events(facts, table) if was_left else tracks


def checkout_facts(checkout: Checkout, mapping: Mapping) -> CheckoutFacts:
    """Find out what all events of a checkout share."""
    redacted = is_redacted(checkout)
    told = _without_notes(checkout) if redacted else checkout
    email, started = email_of(checkout), timestamp(checkout["created_at"])
    proven = timestamp(checkout.get("completed_at") or checkout["updated_at"])
    return CheckoutFacts(
        checkout,
        mapping,
        checkout_sender(told, email, mapping),
        basket(checkout, redacted=redacted),
        email,
        f"checkouts/{checkout['id']:d}",
        names_of(mapping.namespace, mapping.shop),
        started,
        max(started, proven),
        market_handle(checkout, mapping),
        cookies_of(told, mapping),
    )


def checkout_started(facts: CheckoutFacts, table: dict[str, Any]) -> Event:
    """User has started checkout."""
    name = facts.name_of(f"{facts.path}/started")
    return track("Checkout Started", name, facts.started, facts.sender, present(table.copy()))


def step_events(facts: CheckoutFacts, table: dict[str, Any]) -> list[Event]:
    """Give the steps that the record proves, in their order."""
    done = steps_done(facts.checkout)
    found = []
    for step in range(1, min(done + 1, _PAYMENT) + 1):
        found.append(checkout_step_viewed(facts, table, step))
        if step <= done:
            found.append(checkout_step_completed(facts, table, step))
    return found


def checkout_step_viewed(facts: CheckoutFacts, table: dict[str, Any], step: int) -> Event:
    """User has viewed a step in the checkout."""
    return track(
        "Checkout Step Viewed",
        facts.name_of(f"{facts.path}/step/{step}/viewed"),
        facts.started if step == 1 else facts.moment,
        facts.sender,
        present(table | {"step": step}),
    )


def checkout_step_completed(facts: CheckoutFacts, table: dict[str, Any], step: int) -> Event:
    """User has completed a step in the checkout."""
    return track(
        "Checkout Step Completed",
        facts.name_of(f"{facts.path}/step/{step}/completed"),
        facts.moment,
        facts.sender,
        present(table | {"step": step}),
    )


def left_events(facts: CheckoutFacts, table: dict[str, Any]) -> list[Event]:
    """Give what a checkout that was not completed tells of its codes and its payment."""
    checkout, found = facts.checkout, []
    if facts.mapping.coupon_on != "order":
        used = Couponed(checkout, facts, facts.path, facts.moment, table["checkout_id"])
        found += coupon_events(used)
    if checkout.get("gateway"):
        found.append(checkout_payment_info(facts, table))
    return found


def checkout_payment_info(facts: CheckoutFacts, table: dict[str, Any]) -> Event:
    """Give the Payment Info Entered of a checkout whose buyer had chosen how to pay."""
    return track(
        "Payment Info Entered",
        facts.name_of(f"{facts.path}/payment_info"),
        facts.moment,
        facts.sender,
        present(table | {"step": _PAYMENT}),
    )


def steps_done(checkout: Checkout) -> int:
    """Tell which step, of 1 to 3, the record proves completed last; 0 for none."""
    if checkout.get("completed_at"):
        return _PAYMENT
    if checkout.get("gateway") or checkout.get("shipping_lines"):
        return _SHIPPING
    contact = checkout.get("customer") or checkout.get("email") or checkout.get("phone")
    addresses = checkout.get("shipping_address"), checkout.get("billing_address")
    has_street = any(address and address.get("address1") for address in addresses)
    return 1 if contact and has_street else 0


def is_redacted(checkout: Checkout) -> bool:
    """Tell whether a checkout may be that of somebody who was erased.

    In history it then has neither a customer nor an address. A webhook, which can tell an e-mail,
    is of somebody who has not typed one yet.
    """
    people = ("customer", "shipping_address", "billing_address")
    return "email" not in checkout and not any(checkout.get(name) for name in people)


def checkout_table(facts: CheckoutFacts) -> dict[str, Any]:
    """Give all properties of a checkout in their order, those not known as None.

    Its events share it: each takes a copy.
    """
    checkout, mapping = facts.checkout, facts.mapping
    entries = checkout.get("discount_codes") or ()
    codes = [entry["code"] for entry in entries if entry["code"]]
    price, customer = checkout.get("total_price_set"), checkout.get("customer")
    presented = price.get("presentment_money") if price else None
    totals = totals_of_customer(customer, mapping) if customer else None
    lines = [(line, line["quantity"]) for line in checkout["line_items"]]
    # fmt: off
    return {
        "affiliation":                    "Shopify",
        "cart_id":                        checkout.get("cart_token"),
        "checkout_id":                    _checkout_id(checkout, mapping),
        "coupon":                         ",".join(codes) or None,
        "currency":                       checkout["currency"],
        "discount":                       _money(checkout.get("total_discounts_set")),
        "email":                          facts.email,
        "lifetime_revenue_littledata":    totals.lifetime_revenue if totals else None,
        "location_id":                    checkout.get("location_id"),
        "payment_method":                 checkout.get("gateway"),
        "presentment_currency":           presented["currency_code"] if presented else None,
        "presentment_total":              text_of(presented) if presented else None,
        "products":                       products(lines, facts.basket),
        "purchase_count_littledata":      totals.purchase_count if totals else None,
        "sent_from":                      mapping.sent_from,
        "shipping":                       shipping(checkout, mapping),
        "shipping_method":                _shipping_method(checkout),
        "shopify_customer_id_littledata": customer["id"] if customer else None,
        "source_name":                    checkout.get("source_name"),
        "step":                           None,
        "subtotal":                       subtotal(checkout, mapping),
        "tax":                            _money(checkout.get("total_tax_set")),
        "total":                          _money(price),
        "market_handle":                  facts.market,
    }
    # fmt: on


def _without_notes(checkout: Checkout) -> Checkout:
    return {**checkout, "note_attributes": []}


def _checkout_id(checkout: Checkout, mapping: Mapping) -> str | None:
    """Give the checkout's token, None where the source does not tell it, or its number as a text.

    The token of its cart would not do: an order, too, has both, and by this one they are joined.
    """
    return checkout.get("token") if mapping.checkout_id == "token" else str(checkout["id"])


def _shipping_method(checkout: Checkout) -> str | None:
    return ",".join([line["title"] for line in checkout.get("shipping_lines") or ()]) or None


def _money(amount: MoneySet | None) -> float | None:
    return None if amount is None else money(amount)
