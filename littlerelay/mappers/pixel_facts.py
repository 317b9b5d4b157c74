"""Tells whom a web-pixel event is about, what surrounds it, and what all that it gives shares.

Whom it is about: the customer who is logged in, else the one of the checkout's order. The anonymous
id is Segment's own where the shop's tracking left it in the attributes of the cart or checkout, or
where the recorder kept it; else it is Shopify's ``clientId``, which is never aliased.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from littlerelay.events import Event, Sender, encode_part, names_of, present, timestamp, track
from littlerelay.mappers.attributes import (
    cookies_of,
    integrations_of,
    is_no_id,
    notes_of,
    recovered_id,
)
from littlerelay.mappers.identity import (
    CONSENT,
    LIBRARY,
    anonymous_id,
    configured_consent,
    email_of,
    external_ids,
    traits_of,
    user_id,
)
from littlerelay.mappers.market import market_handle, market_of
from littlerelay.mappers.pixel_pages import home_of, location_of
from littlerelay.mappers.pixel_parts import (
    checkout_of,
    context_of,
    init_data_of,
    init_of,
    noted,
    page_of,
    person_of,
)
from littlerelay.records import (
    Address,
    KnownPerson,
    Pixel,
    PixelCheckout,
    PixelLocation,
    Visitor,
)
from littlerelay.settings import Mapping

_PRIVACY = (
    "analyticsProcessingAllowed",
    "marketingAllowed",
    "preferencesProcessingAllowed",
    "saleOfDataAllowed",
)


class PixelFacts(NamedTuple):
    """Holds a web-pixel event with the settings, and what its messages have in common.

    ``path`` begins the names of its facts, ``name_of`` gives their messageIds. ``location`` is that
    of the page, ``home`` the address of the storefront. ``cookies`` are traits.
    """

    pixel: Pixel
    mapping: Mapping
    sender: Sender
    email: str | None
    customer: KnownPerson | None
    market: str | None
    cookies: dict[str, str]
    path: str
    name_of: Callable[[str], str]
    moment: str
    location: PixelLocation
    home: str

    def track(self, event: str, properties: dict[str, Any], part: str = "") -> Event:
        """Give a track of this event; ``part`` tells several of one name apart."""
        fact = f"{self.path}/{encode_part(event)}{part}"
        return track(event, self.name_of(fact), self.moment, self.sender, present(properties))

    @property
    def customer_id(self) -> int | None:
        """Give Shopify's number of the customer."""
        return self.customer["id"] if self.customer else None


def pixel_facts(pixel: Pixel, recovered: str | None, mapping: Mapping) -> PixelFacts:
    """Find out what all messages of an event share; ``recovered`` is that of `recovered_of`."""
    person = person_of(pixel)
    email, customer = email_of(person), person.get("customer")
    context, data = context_of(pixel), init_data_of(pixel)
    location = location_of(context)
    return PixelFacts(
        pixel,
        mapping,
        _sender(pixel, person, recovered, mapping),
        email,
        customer,
        _market(pixel, person, mapping),
        cookies_of(person, mapping),
        f"pixels/{encode_part(pixel['id'])}",
        names_of(mapping.namespace, mapping.shop),
        timestamp(pixel["timestamp"]),
        location,
        home_of(location, data.get("shop"), mapping.shop),
    )


def recovered_of(pixel: Pixel, mapping: Mapping) -> str | None:
    """Give Segment's id of the visitor, of the cart or checkout, else as it was recorded."""
    found = recovered_id(notes_of({"note_attributes": noted(pixel)}), mapping)
    told = pixel.get("anonymousId")
    return found or (told if told and not is_no_id(told) else None)


def is_known(pixel: Pixel) -> bool:
    """Tell whether an event's ``clientId`` is one: a browser without cookies has none."""
    return not is_no_id(pixel["clientId"])


def _market(pixel: Pixel, person: Visitor, mapping: Mapping) -> str | None:
    """Give the market: the checkout's own word, else that of an address, else of its country.

    An event without a checkout does not tell where its visitor is: ``shop`` is the shop's country.
    """
    checkout: PixelCheckout = checkout_of(pixel) or {}
    localization = checkout.get("localization") or {}
    told = (localization.get("market") or {}).get("handle")
    country = (localization.get("country") or {}).get("isoCode")
    by_country: Address = {"country_code": country}
    return told or market_handle(person, mapping) or market_of(mapping.markets, by_country)


def _sender(pixel: Pixel, person: Visitor, recovered: str | None, mapping: Mapping) -> Sender:
    email, customer, notes = email_of(person), person.get("customer"), notes_of(person)
    user = user_id(customer, email, mapping)
    visitor = recovered or (pixel["clientId"] if is_known(pixel) else None)
    if user is None and visitor is None:
        visitor = anonymous_id(mapping.shop, "pixels", pixel["id"])
    # fmt: off
    return present({
        "userId":       user,
        "anonymousId":  visitor,
        "context":      _context(pixel, person, email, mapping),
        "integrations": integrations_of(notes, mapping) if notes or mapping.integrations else None,
    })
    # fmt: on


def _context(pixel: Pixel, person: Visitor, email: str | None, mapping: Mapping) -> dict[str, Any]:
    context, customer = context_of(pixel), person.get("customer")
    navigator = (context.get("navigator") if context else None) or {}
    # fmt: off
    return present({
        "library":     LIBRARY,
        "userAgent":   navigator.get("userAgent") or None,
        "locale":      navigator.get("language") or None,
        "page":        page_of(pixel),
        "traits":      traits_of(person, email) or None,
        "externalIds": external_ids(customer) if customer else None,
        "consent":     _consent(pixel, mapping),
        "historical":  True,
    })
    # fmt: on


def _consent(pixel: Pixel, mapping: Mapping) -> dict[str, Any] | None:
    """Give what the visitor agreed to, else what the settings tell of everybody."""
    privacy = init_of(pixel).get("customerPrivacy") or {}
    asked = zip(CONSENT, _PRIVACY, strict=True)
    told = present({name: privacy.get(field) for name, field in asked})
    if told:
        return {"categoryPreferences": told}
    return configured_consent(mapping) if mapping.consent else None
