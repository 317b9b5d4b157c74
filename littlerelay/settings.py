"""Holds what a run was told, as frozen values."""

from __future__ import annotations

import re
from collections.abc import Mapping as MappingABC
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Literal

from littlerelay.signing_secrets import SigningSecrets

# How a shop's domain looks in lower case; `shopify.session` decides whether it is one.
SHOP_DOMAIN = re.compile(r"[a-z0-9][a-z0-9-]*\.myshopify\.com")

# "shopify_customer_id", "hashed_email", "email", "none", or "metafield:namespace.key".
UserId = str
OrderId = Literal["name", "number", "id"]
Region = Literal["us", "eu"]
Mode = Literal["auto", "pages", "bulk"]
Outcome = Literal["new", "changed", "same", "gone"]  # of a message that was compared

ALLOWED = 1_000  # events a second, of a workspace, by Segment
RATE = 800.0  # so that live ones have room


def metafield(choice: UserId) -> tuple[str, str] | None:
    """Give namespace and key of ``metafield:namespace.key``, None of another choice.

    >>> metafield("metafield:custom.member_id")
    ('custom', 'member_id')
    """
    kind, _, place = choice.partition(":")
    namespace, _, key = place.partition(".")
    return (namespace, key) if kind == "metafield" else None


@dataclass(frozen=True, slots=True)
class Markets:
    """The shop's active markets: the handle of each country's, and that of all other countries.

    Countries are ISO 3166 codes in upper case.
    """

    by_country: MappingABC[str, str] = field(default_factory=dict)
    elsewhere: str | None = None


@dataclass(frozen=True, slots=True)
class Choices:
    """What a user may choose of the form of events, and for which shop.

    ``shop`` is the ``*.myshopify.com`` domain in lower case.
    """

    shop: str
    namespace: str = ""
    user_id: UserId = "shopify_customer_id"
    order_id: OrderId = "name"
    # "id" is REST's number, which history does not tell of orders.
    checkout_id: Literal["token", "id"] = "token"
    revenue: bool = False
    coupon_on: Literal["order", "checkout", "both"] = "order"
    # Whose edits of an order are upsells: only apps', or those of staff, too.
    upsell_by: Literal["app", "anyone"] = "app"
    refund_zero: bool = False
    include_test: bool = False
    pos_as_order_completed: bool = False
    customer_totals: Literal["as_of_order", "current"] = "as_of_order"
    sent_from: str = "littlerelay"
    anonymous_id_attributes: tuple[str, ...] = ("segment-clientID", "_segment-clientID")
    braze_keys: tuple[str, ...] = ()
    amplitude_keys: tuple[str, ...] = ()
    cookies_to_track: tuple[str, ...] = ()
    pixel_server_events: bool = False
    session_pause: int = 30  # minutes without an event, after which another session starts
    leave_out: tuple[str, ...] = ()  # events by name, as "Fulfillment Updated" or "Identify"
    # In a tax-inclusive shop, "shopify" leaves the taxes in subtotal and shipping, as Shopify does.
    amounts: Literal["without_tax", "shopify"] = "without_tax"
    # Pairs, so that the value can be compared and hashed: ("Mixpanel", True), ("Analytics", True).
    integrations: tuple[tuple[str, bool], ...] = ()
    consent: tuple[tuple[str, bool], ...] = ()


@dataclass(frozen=True, slots=True)
class Mapping(Choices):
    """What shapes an event: with the record, all that a mapper may look at.

    What is no choice is found out by the run: ``frozen_end`` is the end of its period, ISO 8601 in
    UTC with milliseconds (no state is dated later), and ``identify_orders`` is true where it reads
    no customers, so that orders must tell who their customer is.
    """

    frozen_end: str = "9999-12-31T23:59:59.999Z"
    identify_orders: bool = False
    markets: Markets = Markets()

    @property
    def choices(self) -> Choices:
        """Give what the user chose of it."""
        return Choices(**{one.name: getattr(self, one.name) for one in fields(Choices)})


@dataclass(frozen=True, slots=True)
class Credentials:
    """Where an access token comes from: given, or granted for a client id and secret.

    Never shown: ``repr`` leaves all of it out.
    """

    token: str | None = field(default=None, repr=False)
    client_id: str | None = field(default=None, repr=False)
    client_secret: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class OAuth:
    """An app of Segment's OAuth, which is granted tokens for what it signs.

    ``server`` is the address of the server that grants them, without a path; ``private_key`` is the
    text of an RSA key (PEM), never shown.
    """

    app_id: str
    key_id: str
    private_key: str = field(repr=False)
    server: str
    scope: str = "tracking_api:write"


@dataclass(frozen=True, slots=True)
class Destination:
    """Where events go, and with which credentials.

    ``endpoint`` is the whole address of the batch API. ``region`` is none for an endpoint of one's
    own. ``settings_endpoint`` is the base address of the API that tells a key's settings, none
    where none is known. ``oauth`` is none where the write key is enough. No secret is shown.
    """

    endpoint: str
    write_key: str = field(repr=False)
    region: Region | None = None
    settings_endpoint: str | None = None
    oauth: OAuth | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class RechargeAccess:
    """How the store's Recharge is reached.

    ``endpoint`` is an address on loopback that stands in for it, none for Recharge itself. The
    token is never shown.
    """

    token: str = field(repr=False)
    endpoint: str | None = None


@dataclass(frozen=True, slots=True)
class Settings:
    """One shop and how to reach it.

    ``endpoint`` is an address on loopback that stands in for the shop; none for the shop itself.
    ``state`` is the folder in which jobs remember what they have given. ``file`` is the file of
    settings that was read, none without one. ``recharge`` is none where no subscriptions are read.
    """

    shop: str
    credentials: Credentials
    state: Path
    endpoint: str | None = None
    mapping: Mapping = field(default_factory=lambda: Mapping(shop=""))
    file: Path | None = None
    recharge: RechargeAccess | None = None


@dataclass(frozen=True, slots=True)
class Post:
    """That a run's events are sent while it writes them: where to, and how.

    ``rate`` is events a second, ``concurrency`` connections at a time. ``check_key`` asks Segment
    for the write key first.
    """

    destination: Destination
    rate: float = RATE
    concurrency: int = 1
    check_key: bool = True


@dataclass(frozen=True, slots=True)
class BackfillRequest:
    """What one `relay backfill` was asked, as typed.

    ``since`` and ``until`` are a date, a timestamp with zone, ``30d``, or (``since`` only)
    ``last``. ``out`` is a path, ``-`` for standard output, or none for ``last``'s own name.
    ``limit`` is records a resource. ``job`` is none for the shop's name. Where events are also sent
    (``post``), no ``out`` at all is a file in the job's own folder. ``mode`` is how records are
    read, and changes none of them. ``archive`` is the folder in which they are kept, if they are.
    ``fewer_scopes`` lets ``last`` go on where the app has lost scopes.
    """

    since: str
    until: str | None = None
    resources: tuple[str, ...] = ("customers", "orders")
    out: str | None = "events.ndjson"
    limit: int | None = None
    job: str | None = None
    restart: bool = False
    past_until: bool = False
    fewer_scopes: bool = False
    past_unsent: bool = False
    post: Post | None = None
    mode: Mode = "auto"
    archive: str | None = None


@dataclass(frozen=True, slots=True)
class RemapRequest:
    """What one mapping of an archive was asked.

    ``archive`` is the file that tells of it, ``out`` the file to write. ``shop`` is the one that
    the settings are for, none where they do not say.
    """

    archive: Path
    out: str
    restart: bool = False
    shop: str | None = None


@dataclass(frozen=True, slots=True)
class RecordingsRequest:
    """What one mapping of recordings was asked, as typed.

    ``inputs`` are paths or patterns, ``out`` the file to write. ``kind`` is that of bare records,
    none where they tell it themselves; ``shop`` is theirs, none where the lines tell it. ``since``
    and ``until`` are as those of `ReplayRequest`. With ``secrets`` each line must be a webhook that
    was signed with one of them.
    """

    inputs: tuple[str, ...]
    out: str
    kind: str | None = None
    shop: str | None = None
    since: str | None = None
    until: str | None = None
    secrets: SigningSecrets | None = None
    restart: bool = False


@dataclass(frozen=True, slots=True)
class ReplayRequest:
    """What one `relay replay` was asked, as typed.

    ``inputs`` are paths, patterns, or ``-`` alone for standard input. ``since`` and ``until`` are a
    date (midnight UTC), a timestamp with zone, or ``30d``. ``where`` holds pairs of a path and a
    text. ``limit`` is messages a file, ``rate`` events a second, ``max_duration`` seconds. ``out``
    is a file to write in place of posting, or ``-``. ``check_key`` asks Segment for the key first.
    ``state`` is the folder that remembers what was sent, wherever it lies now.
    """

    inputs: tuple[str, ...]
    since: str | None = None
    until: str | None = None
    events: tuple[str, ...] = ()
    users: tuple[str, ...] = ()
    where: tuple[tuple[str, str], ...] = ()
    limit: int | None = None
    rate: float = RATE
    concurrency: int = 1
    integrations: tuple[tuple[str, bool], ...] = ()
    namespace: str = ""
    out: str | None = None
    max_duration: float | None = None
    again: bool = False
    check_key: bool = True
    state: Path | None = None


@dataclass(frozen=True, slots=True)
class DiffRequest:
    """What one `relay diff` was asked, as typed.

    ``old`` are paths or patterns, of which the last line of a messageId wins. ``events`` are names
    or types (none: all). ``outcomes`` are those of which messages are told, ``most`` of each (none:
    all). ``zone`` is that of the months. ``save`` is a file for what is new or changed; ``resend``
    is the text of which changed messages get fresh ids there, none for none. ``rate`` is the
    messages a second at which those are told to be sent; none tells nothing of what sending costs.
    """

    old: tuple[str, ...]
    events: tuple[str, ...] = ()
    outcomes: tuple[Outcome, ...] = ("new", "changed", "gone")
    most: int | None = 5
    zone: str = "UTC"
    save: str | None = None
    resend: str | None = None
    rate: float | None = RATE
