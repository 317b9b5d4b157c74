"""Draws a proof: what differs, by name, then the sums of both sides."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from decimal import Decimal
from typing import Any, NoReturn

from rich.console import Console
from rich.table import Table
from rich.text import Text
from tqdm import tqdm

from littlerelay.clock import Clock
from littlerelay.compare.values import Comparing
from littlerelay.mappers.money import amount_text
from littlerelay.reconcile.values import (
    AMOUNTS,
    REASONS,
    Asking,
    Differing,
    Finding,
    Reason,
    Reconciled,
    Row,
)

from .console import facts
from .reconcile_json import Document
from .text import clean, count, duration, share

_EVERY = 30.0  # seconds between lines where there is no terminal
_FAULTS = 50  # that are named
_EXPLAINED = 3  # of each reason that are named
_SIDES = ("file", "Shopify", "difference", "explained", "unexplained")
_ORDER = ("customers", "orders", *AMOUNTS[:-1], "refunds", "refunded", "fulfillments")
_SIGNS = {"missing": "-", "extra": "+", "altered": "~"}
_ONE = {
    "customers": "customer",
    "orders": "order",
    "refunds": "refund",
    "fulfillments": "fulfillment",
}
_REPORT = (
    "It counts by whole days of the shop, edits and cancellations when they were made, and neither "
    "gift cards nor tips nor deleted orders: it stands beside, and decides nothing."
)
_BEYOND = (
    "products, coupons, who somebody is (userId) and what an order is called: `relay diff --since` "
    "compares all of an event; of an edited order tax and shipping but together with the subtotal, "
    "and no discount"
)

Shown = Comparing | Asking | Finding | Reconciled


class ProofView:
    """Draws what was found on ``out``, and on ``errors`` how far it is.

    Without ``errors`` faults are all that is drawn, unless it is asked for as JSON.
    """

    def __init__(
        self, errors: Console | None, out: Console, clock: Clock, *, is_json: bool, is_full: bool
    ) -> None:
        self._errors = errors
        self._out = out
        self._clock = clock
        self._is_full = is_full
        self._document = Document(out.file) if is_json else None
        self._told = clock.monotonic()
        self._bar: tqdm[NoReturn] | None = None
        self._unit = ""
        self._named: Counter[Reason | None] = Counter()
        self._held: list[Text] = []

    def show(self, value: Shown) -> None:
        """Draw one value."""
        if isinstance(value, Comparing):
            self._advance("B", value.position, value.size)
        elif isinstance(value, Asking):
            self._advance(f" {value.resource}", value.read, value.counted)
        elif self._document is not None:
            self.close()
            self._document.write(value)
        elif isinstance(value, Finding):
            self.close()
            self._name(value)
        elif self._errors is not None:
            self.close()
            self._draw(value)

    def close(self) -> None:
        """Take the bar away."""
        if self._bar is not None:
            self._bar.close()
            self._bar = None

    def _advance(self, unit: str, position: int, size: int) -> None:
        """Move a bar on a terminal; elsewhere tell the same every 30 seconds."""
        if self._errors is None:
            return
        if self._bar is None or unit != self._unit:
            self.close()
            self._unit = unit
            self._bar = tqdm(
                total=max(size, position),
                unit=unit,
                unit_scale=True,
                leave=False,
                disable=None,
                file=self._errors.file,
                dynamic_ncols=True,
            )
        self._bar.update(position - self._bar.n)
        if self._bar.disable and self._clock.monotonic() - self._told >= _EVERY:
            self._told = self._clock.monotonic()
            what = "of the files" if unit == "B" else f"of Shopify's{unit}"
            self._errors.print(Text(f"read {share(position, size)} {what}"))

    def _name(self, found: Finding) -> None:
        """Name one difference, unless enough of its kind were."""
        self._named[found.reason] += 1
        most = _FAULTS if found.reason is None else _EXPLAINED
        if not self._is_full and self._named[found.reason] > most:
            return
        line = Text(described(found), style="dim" if found.reason else "red")
        if found.reason is None or (self._is_full and self._errors is not None):
            self._out.print(line)
        else:
            self._held.append(line)  # after the faults, which come first

    def _draw(self, result: Reconciled) -> None:
        for line in self._held:
            self._out.print(line)
        if self._named:
            self._out.print()
        if result.rows:
            self._out.print(_sums(result))
            self._out.print()
        for table in (_months(result, is_full=self._is_full), _report(result)):
            if table is not None:
                self._out.print(table)
                self._out.print()
        self._out.print(facts(self._facts(result)))

    def _facts(self, result: Reconciled) -> list[tuple[str, str]]:
        found = [("files", ", ".join(result.files)), ("shop", result.shop)]
        if result.since and result.until:
            found.append(("period", f"{result.since} to {result.until}"))
        found += [("note", note) for note in result.notes]
        for reason, number in result.explained.items():
            more = "" if self._is_full or number <= _EXPLAINED else "; --full names all"
            found.append(("explained", f"{count(number)} {reason}: {REASONS[reason]}{more}"))
        if result.kinds:
            more = "" if self._is_full or is_named(result) else "; --full names all"
            found.append(("unexplained", f"{count(result.faults)}{more}"))
            took = duration(result.elapsed)
            found.append(("left aside", _BEYOND))
            found.append(("compared", f"in {took}; months are those of {result.zone}"))
        if result.report:
            found.append(("report", _REPORT))
        return found


def is_named(result: Reconciled) -> bool:
    """Tell whether every fault is named, where not all that differs is asked for."""
    return result.faults <= _FAULTS


def described(found: Finding) -> str:
    """Say in one line what differs.

    As in ``~ #1042  order 5000000042  total 54.00, Shopify 54.01``; ``-`` is missing in the files,
    ``+`` is in them alone.
    """
    parts = [f"{_SIGNS[found.outcome]} {clean(found.name)}", _record(found)]
    if found.outcome == "altered":
        parts.append("; ".join(_differing(value, found.currency) for value in found.values))
    else:
        place = "not in the files" if found.outcome == "missing" else "not in Shopify"
        if found.reason is None and found.detail:
            place = f"not to be in the files ({clean(found.detail)})"
        said = [_one_side(value, found.currency) for value in found.values]
        parts.append(", ".join([f"{place}: {found.at}", *said]))
    if found.reason is not None:
        detail = f": {clean(found.detail)}" if found.detail else ""
        parts.append(f"({found.reason}{detail})")
    return "  ".join(parts)


def _record(found: Finding) -> str:
    """Say which record it is, with its number where the name is not that already."""
    what = _ONE[found.kind]
    return what if found.id is None or found.name == str(found.id) else f"{what} {found.id}"


def money(amount: Decimal, currency: str) -> str:
    """Write an amount with the digits of its currency, and with more where it has more."""
    text = amount_text(amount, currency)
    return f"{Decimal(text) if Decimal(text) == amount else amount:,}"


def _differing(value: Differing, currency: str) -> str:
    file, shop = (_value(one, currency) for one in (value.file, value.shop))
    return f"{value.name} {file}, Shopify {shop}"


def _one_side(value: Differing, currency: str) -> str:
    one = value.shop if value.file is None else value.file
    unit = f" {clean(currency)}" if value.name in ("total", "refunded") else ""
    return f"{value.name} {_value(one, currency)}{unit}"


def _value(one: Decimal | str | None, currency: str) -> str:
    if one is None:
        return "(none)"
    return money(one, currency) if isinstance(one, Decimal) else clean(one)


def _sums(result: Reconciled) -> Table:
    """Sum both sides over all months."""
    sums: dict[tuple[str, str], Row] = {}
    for row in result.rows:
        before = sums.get((row.currency, row.name))
        sums[row.currency, row.name] = _added(before, row) if before else row
    table = _table("", *_SIDES)
    for row in sorted(sums.values(), key=_place):
        table.add_row(Text(_label(row)), *_cells(row))
    return table


def _months(result: Reconciled, *, is_full: bool) -> Table | None:
    """Show the figures of months, of all or of those with something unexplained."""
    rows = [row for row in result.rows if is_full or row.unexplained]
    if not rows:
        return None
    table = _table("month", "", *_SIDES)
    for row in sorted(rows, key=lambda row: (row.month, _place(row))):
        table.add_row(Text(row.month), Text(_label(row)), *_cells(row))
    return table


def _report(result: Reconciled) -> Table | None:
    """Sum Shopify's sales report."""
    if not result.report:
        return None
    names = ("orders", "total", "taxes", "shipping", "discounts", "reversals")
    table = _table("Shopify's sales report", *names)
    cells = [sum((getattr(month, name) for month in result.report), Decimal(0)) for name in names]
    table.add_row("all months", *(f"{cell:,}" for cell in cells))
    return table


def _table(*names: str) -> Table:
    table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False, header_style="dim")
    for name in names:
        table.add_column(name, justify="left" if name in ("", "month", names[0]) else "right")
    return table


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


def _added(one: Row, other: Row) -> Row:
    return Row(
        month="",
        currency=one.currency,
        name=one.name,
        file=one.file + other.file,
        shop=one.shop + other.shop,
        explained=one.explained + other.explained,
    )


def _label(row: Row) -> str:
    return f"{clean(row.currency)} {row.name}" if row.name in AMOUNTS else row.name


def _place(row: Row) -> tuple[Any, ...]:
    return row.currency, _ORDER.index(row.name)
