"""Tells who is behind a web-pixel event: an Identify of its customer, and an Alias."""

from __future__ import annotations

from littlerelay.events import Event, identify, present_traits
from littlerelay.mappers.people import alias_visitor, state_time
from littlerelay.mappers.pixel_facts import PixelFacts
from littlerelay.records import KnownPerson


def pixel_people(facts: PixelFacts, *, is_recovered: bool) -> list[Event]:
    """Give the Identify and the Alias of an event; one of ``clientId`` is never aliased.

    An Identify only where no customer records are read, or where the cart or checkout holds
    cookies, as of orders; and only where there is something to tell.
    """
    found, customer = [], facts.customer
    if customer and (facts.mapping.identify_orders or facts.cookies):
        found += _identify(customer, facts)
    if is_recovered and "userId" in facts.sender:
        found.append(alias_visitor(facts.moment, facts))
    return found


def _identify(customer: KnownPerson, facts: PixelFacts) -> list[Event]:
    """Give the Identify of the customer, with the traits that do not age and the cookies."""
    # fmt: off
    traits = present_traits({
        "email":     facts.email,
        "firstName": customer.get("first_name"),
        "lastName":  customer.get("last_name"),
        "phone":     customer.get("phone"),
    }) | facts.cookies
    # fmt: on
    name = facts.name_of(f"customers/{customer['id']:d}/identify/{facts.path}")
    moment = state_time(facts.moment, facts.mapping)
    return [identify(name, moment, facts.sender, traits)] if traits else []
