"""Reads Shopify's decimal strings and writes the amounts of an event, right to the cent.

An amount is rounded half up to its currency's minor units (ISO 4217) and becomes a JSON number at
the very end; sums are made of Decimals. Raises MalformedError (``malformed_money``) for a text that
is no plain decimal number.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation

from littlerelay.errors import RecordError
from littlerelay.events import MalformedError
from littlerelay.records import Money, MoneySet

ZERO = Decimal(0)

# ISO 4217, table A.1: the currencies whose minor unit is not a hundredth, but for Chile's CLF and
# Uruguay's UYW: these units of account have four decimals, and Shopify sells in neither.
_NO_DECIMALS = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF".split()
_THREE_DECIMALS = "BHD IQD JOD KWD LYD OMR TND".split()
_CENT = Decimal("0.01")
_MINOR_UNITS = dict.fromkeys(_NO_DECIMALS, Decimal(1)) | dict.fromkeys(
    _THREE_DECIMALS, Decimal("0.001")
)

_is_decimal = re.compile(r"-?[0-9]{1,15}(?:\.[0-9]{1,12})?").fullmatch
# At most 14 digits: every such number is the nearest float's shortest decimal.
_is_in_cents = re.compile(r"-?[0-9]{1,12}(?:\.[0-9]{1,2})?").fullmatch


def money(amount: MoneySet) -> float:
    """Give a money set's amount in the shop's currency as a number.

    A text that is in cents already needs no Decimal: `float` reads both alike.
    """
    one = amount["shop_money"]
    text, currency = one["amount"], one["currency_code"]
    if currency not in _MINOR_UNITS and _is_in_cents(text):
        return float(text) or 0.0
    return number(decimal(text), currency)


def number_of(text: str, currency: str) -> float:
    """Give a decimal string as a number.

    >>> number_of("55.0", "JPY"), number_of("0.125", "USD"), number_of("0.125", "KWD")
    (55.0, 0.13, 0.125)
    """
    return money({"shop_money": {"amount": text, "currency_code": currency}})


def text_of(amount: Money) -> str:
    """Give one amount as a text in its currency's minor units."""
    return money_text(amount["amount"], amount["currency_code"])


def money_text(text: str, currency: str) -> str:
    """Give a decimal string with exactly the digits of its currency's minor units.

    >>> money_text("55.0", "USD"), money_text("55.0", "JPY"), money_text("55", "KWD")
    ('55.00', '55', '55.000')
    """
    if currency not in _MINOR_UNITS and _is_in_cents(text):
        return f"{float(text) or 0.0:.2f}"
    return amount_text(decimal(text), currency)


def amount_text(amount: Decimal, currency: str) -> str:
    """Give a sum as a text, rounded once."""
    return f"{_rounded(amount, currency):f}"


def shop_decimal(amount: MoneySet) -> Decimal:
    """Give a money set's amount in the shop's currency, to be summed."""
    return decimal(amount["shop_money"]["amount"])


def total(amounts: Iterable[MoneySet]) -> Decimal:
    """Sum money sets in the shop's currency."""
    return sum(map(shop_decimal, amounts), ZERO)


def presented(amounts: list[MoneySet]) -> tuple[str | None, str | None]:
    """Sum what the customer saw, where every amount tells it and all in one currency.

    Gives the sum as a text, and its currency.
    """
    seen = [amount["presentment_money"] for amount in amounts if "presentment_money" in amount]
    currencies = {money["currency_code"] for money in seen}
    if len(seen) < len(amounts) or len(currencies) != 1:
        return None, None
    currency = currencies.pop()
    return amount_text(sum((decimal(money["amount"]) for money in seen), ZERO), currency), currency


def minor_unit(currency: str) -> Decimal:
    """Give the least amount of a currency."""
    return _MINOR_UNITS.get(currency, _CENT)


def number(amount: Decimal, currency: str) -> float:
    """Give a sum as a number, rounded once."""
    return float(_rounded(amount, currency))


def decimal(text: str) -> Decimal:
    """Read a decimal string; no exponent, no infinity, no spaces."""
    if not _is_decimal(text):
        raise MalformedError("malformed_money", text)
    return Decimal(text)


def _rounded(amount: Decimal, currency: str) -> Decimal:
    try:
        # Added to zero, a negative zero loses its sign.
        return amount.quantize(minor_unit(currency), ROUND_HALF_UP) + ZERO
    except InvalidOperation:  # more digits than a sum of money can have
        raise RecordError("malformed_money", "a sum is too large") from None
