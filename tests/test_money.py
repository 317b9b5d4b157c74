"""Money is right to the cent, whatever way it takes."""

import re
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from golden import CASES, events_of, record_of
from littlerelay.events import MalformedError
from littlerelay.mappers.money import amount_text, money, money_text, number, number_of, total
from littlerelay.records import MoneySet
from standin.schema import SCHEMA_FILE

UNITS = {"EUR": "0.01", "JPY": "1", "KWD": "0.001"}
CURRENCIES = st.sampled_from(sorted(UNITS))
AMOUNTS = st.from_regex(r"-?[0-9]{1,15}(\.[0-9]{1,12})?", fullmatch=True)


def rounded(text: str, currency: str) -> Decimal:
    """Returns what an amount is, the slow and obvious way."""
    return Decimal(text).quantize(Decimal(UNITS[currency]), ROUND_HALF_UP)


@given(AMOUNTS, CURRENCIES)
def test_a_number_is_that_of_the_decimal(text: str, currency: str) -> None:
    assert number_of(text, currency) == float(rounded(text, currency))


@given(AMOUNTS, CURRENCIES)
def test_a_text_is_that_of_the_decimal(text: str, currency: str) -> None:
    written = money_text(text, currency)
    assert Decimal(written) == rounded(text, currency)
    assert -Decimal(written).as_tuple().exponent == len(UNITS[currency].partition(".")[2])  # type: ignore[operator]


@given(st.integers(-(10**14) + 1, 10**14 - 1))
def test_an_amount_in_cents_needs_no_decimal_to_be_right(cents: int) -> None:
    text = f"{Decimal(cents) / 100:.2f}"
    assert number_of(text, "EUR") == float(Decimal(text))
    assert Decimal(money_text(text, "EUR")) == Decimal(text)


@pytest.mark.parametrize(
    ("text", "currency", "value", "written"),
    [
        ("30.0", "EUR", 30.0, "30.00"),
        ("30", "EUR", 30.0, "30.00"),
        ("55.0", "JPY", 55.0, "55"),
        ("55.5", "JPY", 56.0, "56"),
        ("0.0005", "KWD", 0.001, "0.001"),
        ("1.005", "EUR", 1.01, "1.01"),
        ("-1.005", "EUR", -1.01, "-1.01"),
        ("99999999999999.99", "EUR", 99999999999999.99, "99999999999999.99"),
    ],
)
def test_amounts_are_rounded_half_up_to_minor_units(
    text: str, currency: str, value: float, written: str
) -> None:
    assert number_of(text, currency) == value
    assert money_text(text, currency) == written


@pytest.mark.parametrize("text", ["-0", "-0.0", "-0.00", "-0.001"])
def test_a_zero_has_no_sign(text: str) -> None:
    assert repr(number_of(text, "EUR")) == "0.0"
    assert money_text(text, "EUR") == "0.00"
    assert amount_text(Decimal(text), "JPY") == "0"


@pytest.mark.parametrize(
    "text",
    ["", " 1", "1 ", "1,50", "1e3", "nan", "inf", "1_0", "+1", "1.", ".5", "1\n", "١", "0x1"],
)
def test_what_is_no_plain_decimal_is_refused(text: str) -> None:
    for currency in UNITS:
        with pytest.raises(MalformedError) as raised:
            number_of(text, currency)
        assert raised.value.reason == "malformed_money"
        with pytest.raises(MalformedError):
            money_text(text, currency)


def euros(text: str) -> MoneySet:
    return {"shop_money": {"amount": text, "currency_code": "EUR"}}


@given(st.lists(st.integers(0, 10**9), max_size=50))
def test_a_sum_is_rounded_once_and_loses_nothing(cents: list[int]) -> None:
    summed = total(euros(f"{Decimal(one) / 100:.2f}") for one in cents)
    assert number(summed, "EUR") == float(Decimal(sum(cents)) / 100)


def test_a_sum_of_many_tenths_is_exact() -> None:
    assert number(total([euros("0.1")] * 3), "EUR") == 0.3


def test_money_is_the_shops_side_of_a_set() -> None:
    amount: MoneySet = {
        "shop_money": {"amount": "9.50", "currency_code": "EUR"},
        "presentment_money": {"amount": "1533", "currency_code": "JPY"},
    }
    assert money(amount) == 9.5


# The figures of these are Shopify's own: an order as it became, and one with taxes inside.
AS_SHOPIFY = {"orders/edited_without_agreements", "orders/tax_inclusive_as_shopify"}
SALES = [
    (case, event["properties"])
    for case in CASES
    if case.startswith("orders/") and case not in AS_SHOPIFY
    for event in events_of(case)
    if event.get("event") in ("Order Completed", "POS Order Placed", "Order Cancelled")
]


# What an order can cost beside what its events tell.
BESIDES = (
    "total_tip_received_set",
    "original_total_duties_set",
    "original_total_additional_fees_set",
    "total_cash_rounding_payment_adjustment_set",
)


@pytest.mark.parametrize(("case", "properties"), SALES)
def test_an_orders_figures_add_up_to_its_total(case: str, properties: dict[str, Any]) -> None:
    record = record_of(case)
    told = sum(Decimal(str(properties[name])) for name in ("subtotal", "shipping", "tax"))
    untold = total(record[name] for name in BESIDES if name in record)
    assert told + untold == Decimal(str(properties["total"]))


@pytest.mark.parametrize("case", [case for case in CASES if case.startswith("orders/upsell")])
def test_an_upsells_figures_add_up_to_its_total(case: str) -> None:
    for event in events_of(case):
        if event.get("event") == "Post Purchase Upsell":
            found = {
                name: Decimal(str(event["properties"][name]))
                for name in ("subtotal", "tax", "total")
            }
            assert found["subtotal"] + found["tax"] == found["total"]


def test_shopify_sells_in_no_currency_of_four_decimals() -> None:
    """Amounts of these would be rounded to cents, and a proof counts in thousandths."""
    (listed,) = re.findall(r"enum CurrencyCode \{(.*?)\}", SCHEMA_FILE.read_text(), re.DOTALL)
    sold_in = set(re.findall(r"^  ([A-Z]{3})$", listed, re.MULTILINE))
    assert len(sold_in) > 150
    assert not sold_in & {"CLF", "UYW"}
