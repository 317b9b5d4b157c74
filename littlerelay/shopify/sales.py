"""Reads the shop's own sales report, month by month, in Shopify's query language for reports.

A report counts by the days of the shop's time zone, and each thing on its own: an order when it was
processed, a refund, an edit or a cancellation when it was made. Test orders and deleted ones are
not in it, nor are gift cards and tips. What Shopify takes off is negative there, so that
``net = gross + discounts + reversals`` and ``total = net + shipping + duties + fees + taxes``.

The language: https://shopify.dev/docs/api/shopifyql; the columns are those of its ``sales`` table,
in which ``sales_reversals`` has taken the place of ``returns``.
"""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from littlerelay.errors import RefusedError
from littlerelay.shopify.graphql import GraphQL, expected
from littlerelay.shopify.refusals import words

SCOPE = "read_reports"  # without it `sales` is refused

# What each field of `Sales` is called in Shopify's table.
_COLUMNS = {
    "orders": "orders",
    "gross": "gross_sales",
    "discounts": "discounts",
    "reversals": "sales_reversals",
    "net": "net_sales",
    "shipping": "shipping_charges",
    "duties": "duties",
    "fees": "additional_fees",
    "taxes": "taxes",
    "total": "total_sales",
}
_MONTH = re.compile(r"(\d{4}-\d{2})(?:-01.*)?")


class Sales(NamedTuple):
    """One month of the report, or the part of it that was asked for: ``month`` is ``2026-01``.

    Amounts are Decimals of the shop's currency, in which ``discounts`` and ``reversals`` are
    negative.
    """

    month: str
    orders: int
    gross: Decimal
    discounts: Decimal
    reversals: Decimal
    net: Decimal
    shipping: Decimal
    duties: Decimal
    fees: Decimal
    taxes: Decimal
    total: Decimal


class ReportError(RefusedError):
    """Shopify did not understand what it was asked to report."""


def sales(api: GraphQL, first: date, last: date) -> list[Sales]:
    """Give the report from one day of the shop to another, both in it, by month.

    Raises what GraphQL.execute raises (DeniedError without `SCOPE`, or where the app is not
    approved for customers' data, which Shopify asks for as well), and ReportError.
    """
    answer = api.execute("sales", {"text": _text(first, last)})
    with expected("sales"):
        report = answer["report"]
        errors = [words(error) for error in report["errors"]]
        rows = [] if errors else _rows(report["table"])
    if errors:
        raise ReportError(
            f"Shopify does not understand relay's question for sales: {errors[0]}",
            "Everything else can be checked without it; look for a newer relay.",
        )
    return rows


def _text(first: date, last: date) -> str:
    columns = ", ".join(_COLUMNS.values())
    return f"FROM sales SHOW {columns} TIMESERIES month SINCE {first} UNTIL {last} ORDER BY month"


def _rows(table: dict[str, Any]) -> list[Sales]:
    names = [column["name"] for column in table["columns"]]
    return sorted(_sales(row, names) for row in table["rows"])


def _sales(row: dict[str, Any] | list[Any], names: list[str]) -> Sales:
    """Read a row, its values by name or in the order of the columns; numbers are texts in it."""
    values = row if isinstance(row, dict) else dict(zip(names, row, strict=True))
    found = _MONTH.fullmatch(values["month"])
    if not found:
        raise ValueError("no month")
    amounts = {key: Decimal(values[name] or 0) for key, name in _COLUMNS.items()}
    return Sales(found[1], int(amounts.pop("orders")), **amounts)
