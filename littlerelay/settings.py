"""Holds what a run was told, as frozen values."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

UserId = Literal["shopify_customer_id", "hashed_email", "email", "none"]
OrderId = Literal["name", "number", "id"]


@dataclass(frozen=True, slots=True)
class Mapping:
    """What shapes an event: with the record, all that a mapper may look at.

    ``shop`` is the ``*.myshopify.com`` domain in lower case. ``frozen_end`` is the end of the run's
    period, ISO 8601 in UTC with milliseconds: no state is dated later. ``identify_orders`` is true
    where the run reads no customers, so that orders must tell who their customer is.
    """

    shop: str
    frozen_end: str = "9999-12-31T23:59:59.999Z"
    identify_orders: bool = False
    namespace: str = ""
    user_id: UserId = "shopify_customer_id"
    order_id: OrderId = "name"
    revenue: bool = False
    refund_zero: bool = False
    include_test: bool = False
    pos_as_order_completed: bool = False
    customer_totals: Literal["as_of_order", "current"] = "as_of_order"
    sent_from: str = "littlerelay"
    anonymous_id_attributes: tuple[str, ...] = ("segment-clientID", "_segment-clientID")
    # In a tax-inclusive shop, "shopify" leaves the taxes in subtotal and shipping, as Shopify does.
    amounts: Literal["without_tax", "shopify"] = "without_tax"
    # Pairs, so that the value can be compared and hashed: ("Mixpanel", True), ("Analytics", True).
    integrations: tuple[tuple[str, bool], ...] = ()
    consent: tuple[tuple[str, bool], ...] = ()


@dataclass(frozen=True, slots=True)
class Credentials:
    """Where an access token comes from: given, or granted for a client id and secret.

    Never shown: ``repr`` leaves all of it out.
    """

    token: str | None = field(default=None, repr=False)
    client_id: str | None = field(default=None, repr=False)
    client_secret: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Settings:
    """One shop and how to reach it.

    ``endpoint`` is an address on loopback that stands in for the shop; none for the shop itself.
    ``state`` is the folder in which jobs remember what they have given.
    """

    shop: str
    credentials: Credentials
    state: Path
    endpoint: str | None = None
    mapping: Mapping = field(default_factory=lambda: Mapping(shop=""))


@dataclass(frozen=True, slots=True)
class BackfillRequest:
    """What one `relay backfill` was asked, as typed.

    ``since`` and ``until`` are a date, a timestamp with zone, ``30d``, or (``since`` only)
    ``last``. ``out`` is a path, ``-`` for standard output, or none for ``last``'s own name.
    ``limit`` is records a resource. ``job`` is none for the shop's name.
    """

    since: str
    until: str | None = None
    resources: tuple[str, ...] = ("customers", "orders")
    out: str | None = "events.ndjson"
    limit: int | None = None
    job: str | None = None
    restart: bool = False
    past_until: bool = False
