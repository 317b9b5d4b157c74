"""Finds the market of a record: by the first of its addresses that names a country."""

from __future__ import annotations

from littlerelay.records import Address, Checkout, Order, Visitor
from littlerelay.settings import Mapping, Markets


def market_handle(record: Order | Checkout | Visitor, mapping: Mapping) -> str | None:
    """Give the market that holds the shipping, else the billing, else the customer's country."""
    markets, customer = mapping.markets, record.get("customer")
    if not markets.by_country and markets.elsewhere is None:
        return None
    return market_of(
        markets,
        record.get("shipping_address"),
        record.get("billing_address"),
        customer.get("default_address") if customer else None,
    )


def market_of(markets: Markets, *addresses: Address | None) -> str | None:
    """Give the market of the first address that has a country, None where none has."""
    for address in addresses:
        country = address.get("country_code") if address else None
        if country:
            return markets.by_country.get(country, markets.elsewhere)
    return None


def market_anywhere(markets: Markets) -> str | None:
    """Give the market of somebody whose country is unknown: that of all, where there is but one."""
    one = {markets.elsewhere, *markets.by_country.values()}
    return markets.elsewhere if len(one) == 1 else None
