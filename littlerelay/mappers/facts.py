"""Holds what all events of one record share, so that it is found out once."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple, Protocol

from littlerelay.errors import RecordError
from littlerelay.events import Sender, names_of
from littlerelay.mappers.attributes import cookies_of
from littlerelay.mappers.identity import email_of, is_redacted, order_sender, redacted_sender
from littlerelay.mappers.market import market_handle
from littlerelay.mappers.products import Basket, basket
from littlerelay.records import Order
from littlerelay.settings import Mapping


class Facts(Protocol):
    """What the facts of an order and those of a checkout have in common."""

    @property
    def mapping(self) -> Mapping:
        """Give the settings."""
        ...

    @property
    def sender(self) -> Sender:
        """Give whom the record's messages are about."""
        ...

    @property
    def email(self) -> str | None:
        """Give the customer's e-mail, else the record's."""
        ...

    @property
    def market(self) -> str | None:
        """Give the handle of the market."""
        ...

    @property
    def name_of(self) -> Callable[[str], str]:
        """Give the function that gives the messageId of a fact."""
        ...

    @property
    def cookies(self) -> dict[str, str]:
        """Give the tracked cookies, as traits."""
        ...


class OrderFacts(NamedTuple):
    """Holds an order with the settings, and what its events have in common.

    ``name_of`` gives the messageId of a fact of the order's shop. ``cookies`` are traits.
    """

    order: Order
    mapping: Mapping
    sender: Sender
    basket: Basket
    order_id: str
    email: str | None
    coupon: str | None
    name_of: Callable[[str], str]
    market: str | None
    cookies: dict[str, str]


def order_facts(order: Order, mapping: Mapping) -> OrderFacts:
    """Find out what all events of an order share."""
    email, redacted = email_of(order), is_redacted(order)
    codes = order.get("discount_codes")
    return OrderFacts(
        order,
        mapping,
        redacted_sender(order, mapping) if redacted else order_sender(order, email, mapping),
        basket(order, redacted=redacted),
        order_id(order, mapping),
        email,
        (",".join([entry["code"] for entry in codes if entry["code"]]) or None) if codes else None,
        names_of(mapping.namespace, mapping.shop),
        market_handle(order, mapping),
        {} if redacted else cookies_of(order, mapping),
    )


def order_id(order: Order, mapping: Mapping) -> str:
    """Give the id under which every event of an order is found: its name, with the ``#``.

    Raises RecordError where the settings ask for the number and the record has none.
    """
    if mapping.order_id == "name":
        return order["name"]
    if mapping.order_id == "id":
        return str(order["id"])
    if "number" not in order:
        raise RecordError("missing_field", "number")
    return str(order["number"])
