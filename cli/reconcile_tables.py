"""Lays out what both sides of a proof sum to; however narrow a terminal is, no figure is cut."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal
from typing import Any

from rich.table import Table
from rich.text import Text

from littlerelay.mappers.money import amount_text
from littlerelay.reconcile.values import AMOUNTS, Reconciled, Row, currency_of, summed

from .text import clean, count

_SIDES = ("file", "Shopify", "difference", "explained", "unexplained")
_ORDER = ("customers", "orders", *AMOUNTS[:-1], "refunds", "refunded", "fulfillments")
_SALES = ("orders", "total", "taxes", "shipping", "discounts", "reversals")
_GAP = 2  # spaces between columns

Cells = list[Text]


def tables(result: Reconciled, width: int, *, is_full: bool) -> Iterator[Table | Text]:
    """Give the sums, and the figures of months: those unexplained, or all, and Shopify's report."""
    by_month = [row for row in result.rows if is_full or row.unexplained]
    by_month.sort(key=lambda row: (row.month, _place(row)))
    for names, rows in (
        (("", *_SIDES), [[Text(_label(row)), *_cells(row)] for row in _sums(result)]),
        (
            ("month", "", *_SIDES),
            [[Text(row.month), Text(_label(row)), *_cells(row)] for row in by_month],
        ),
        (("Shopify's sales report", *_SALES), list(_report(result)) if is_full else []),
    ):
        if rows:
            yield laid_out(names, rows, width)


def laid_out(names: Sequence[str], rows: list[Cells], width: int) -> Table | Text:
    """Give a table; where it is wider than so many columns, each row on lines of its own."""
    widths = [max(map(len, column)) for column in zip(names, *rows, strict=True)]
    lefts = 2 if names[0] == "month" else 1
    if sum(widths) + _GAP * len(widths) > width:
        return Text("\n").join(line for row in rows for line in _lines(names, row, lefts, width))
    table = Table(box=None, padding=(0, _GAP, 0, 0), pad_edge=False, header_style="dim")
    for number, name in enumerate(names):
        table.add_column(name, justify="left" if number < lefts else "right")
    for row in rows:
        table.add_row(*row)
    return table


def _lines(names: Sequence[str], row: Cells, lefts: int, width: int) -> Iterator[Text]:
    """Give what a row is of, and below it each of its figures behind its name."""
    yield Text("  ").join(row[:lefts])
    line = Text()
    for name, cell in zip(names[lefts:], row[lefts:], strict=True):
        pair = Text.assemble(("  " + name + " ", "dim"), cell)
        if line and len(line) + len(pair) > width:
            yield line
            line = Text()
        line.append_text(pair)
    yield line


def money(amount: Decimal, currency: str) -> str:
    """Write an amount with the digits of its currency, and with more where it has more."""
    text = amount_text(amount, currency)
    return f"{Decimal(text) if Decimal(text) == amount else amount:,}"


def _sums(result: Reconciled) -> list[Row]:
    """Sum both sides over all months."""
    return sorted(summed(result.rows), key=_place)


def _report(result: Reconciled) -> Iterator[Cells]:
    """Give Shopify's sales report, by month, and its sums."""
    currency = currency_of(result)
    every = [[getattr(month, name) for name in _SALES] for month in result.report]
    by_month = [
        (month.month, told) for month, told in zip(result.report, every, strict=True) if any(told)
    ]
    sums = [sum(column, Decimal(0)) for column in zip(*every, strict=True)]
    for label, (number, *amounts) in [*by_month, *([("all months", sums)] if every else ())]:
        figures = (money(amount, currency) for amount in amounts)
        yield [Text(label), Text(count(int(number))), *map(Text, figures)]


def _cells(row: Row) -> list[Text]:
    shown: Callable[[Decimal], str] = (
        (lambda figure: money(figure, row.currency))
        if row.name in AMOUNTS
        else (lambda figure: count(int(figure)))
    )
    figures = (row.file, row.shop, row.difference, row.explained, row.unexplained)
    cells = [Text(shown(figure), style="" if figure else "dim") for figure in figures]
    if row.unexplained:
        cells[-1].stylize("bold red")
    return cells


def _label(row: Row) -> str:
    return f"{clean(row.currency)} {row.name}" if row.name in AMOUNTS else row.name


def _place(row: Row) -> tuple[Any, ...]:
    return row.currency, _ORDER.index(row.name)
