"""The changes of a cart become Product Added and Product Removed: one for each line.

What counts as a change is told by the module beside this one.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from littlerelay.events import Event, Sender, encode_part, names_of, present, track
from littlerelay.mappers.cart_changes import Change, changes, held
from littlerelay.mappers.identity import cart_sender
from littlerelay.mappers.market import market_anywhere
from littlerelay.mappers.products import Basket, product
from littlerelay.mappers.successive import successive
from littlerelay.records import Cart
from littlerelay.settings import Mapping


class CartFacts(NamedTuple):
    """Holds what all events of a cart share; ``path`` begins the names of its facts."""

    token: str
    mapping: Mapping
    sender: Sender
    path: str
    name_of: Callable[[str], str]
    market: str | None


def cart_events(records: Sequence[Cart], mapping: Mapping) -> list[Event]:
    """Give all events of the records of one cart, in whatever order they come.

    Raises RecordError (``malformed_time``, ``malformed_money``) for a value that cannot be read.
    """
    ordered = successive(records, _units)
    if not ordered:
        return []
    facts = _facts(ordered, mapping)
    return [
        product_removed(change, facts) if change.is_removal else product_added(change, facts)
        for change in changes(ordered)
    ]


def product_added(change: Change, facts: CartFacts) -> Event:
    """User has added a product to the cart, and left it in the cart for more than 10 seconds."""
    return track(
        "Product Added",
        _name(change, "added", facts),
        change.moment,
        facts.sender,
        cart_properties(change, facts),
    )


def product_removed(change: Change, facts: CartFacts) -> Event:
    """User has removed a product from the cart."""
    return track(
        "Product Removed",
        _name(change, "removed", facts),
        change.moment,
        facts.sender,
        cart_properties(change, facts),
    )


def cart_properties(change: Change, facts: CartFacts) -> dict[str, Any]:
    """Give the properties of a change; those of the product stand among the event's own.

    Where the currency is unknown, a price is taken to be in hundredths.
    """
    price = change.line["price_set"]
    currency, seen = price["shop_money"]["currency_code"], price.get("presentment_money")
    alone = Basket({}, {}, currency, redacted=False, made={})
    # fmt: off
    return present({
        "cart_id":              facts.token,
        "currency":             currency or None,
        "presentment_currency": seen["currency_code"] if seen else None,
        "sent_from":            facts.mapping.sent_from,
        **product(change.line, change.quantity, None, alone),
        "market_handle":        facts.market,
    })
    # fmt: on


def _facts(ordered: list[Cart], mapping: Mapping) -> CartFacts:
    """Find out what all events of a cart share.

    The storefront's scripts note who a visitor is a moment after the first line is in the cart, so
    what was noted last is told of all events.
    """
    noted = [cart for cart in ordered if cart.get("note_attributes")]
    token = ordered[0]["token"]
    return CartFacts(
        token,
        mapping,
        cart_sender((noted or ordered)[-1], mapping),
        f"carts/{encode_part(token)}",
        names_of(mapping.namespace, mapping.shop),
        market_anywhere(mapping.markets),
    )


def _name(change: Change, what: str, facts: CartFacts) -> str:
    key, moment = encode_part(change.key), encode_part(change.moment)
    return facts.name_of(f"{facts.path}/{key}/{what}/{moment}")


def _units(cart: Cart) -> int:
    return sum(one.quantity for one in held(cart).values())
