"""Draws a proof: the verdict, what differs, by name, then the sums of both sides."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal
from typing import NoReturn

from rich.console import Console
from rich.text import Text
from tqdm import tqdm

from littlerelay.clock import Clock
from littlerelay.compare.values import Comparing
from littlerelay.reconcile.values import (
    KINDS,
    REASONS,
    Asking,
    Differing,
    Finding,
    Kind,
    Reason,
    Reconciled,
    summed,
)

from .console import facts
from .reconcile_json import Document
from .reconcile_tables import money, tables
from .text import clean, count, duration, share

_EVERY = 30.0  # seconds between lines where there is no terminal
_FAULTS = 50  # that are named
_EXPLAINED = 3  # of each reason that are named
_SIGNS = {"missing": "-", "extra": "+", "altered": "~"}
_ONE = {
    "customers": "customer",
    "orders": "order",
    "refunds": "refund",
    "fulfillments": "fulfillment",
}
_REPORT = (
    "Its total is less what was paid back. It counts by whole days of the shop, edits, refunds and "
    "cancellations when they were made, and neither gift cards nor tips nor deleted orders: it "
    "stands beside, and decides nothing."
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
        self._kinds: Counter[tuple[Reason, Kind]] = Counter()
        self._faults: list[Text] = []  # until the verdict, which stands above them
        self._held: list[Text] = []  # until after the sums

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
        if found.reason is not None:
            self._kinds[found.reason, found.kind] += 1
        most = _FAULTS if found.reason is None else _EXPLAINED
        if not self._is_full and self._named[found.reason] > most:
            return
        line = Text(described(found), style="dim" if found.reason else "red")
        if self._errors is None:
            if found.reason is None:
                self._out.print(line)
        elif self._is_full:
            self._out.print(line)  # as they come: there may be any number
        else:
            (self._held if found.reason else self._faults).append(line)

    def _draw(self, result: Reconciled) -> None:
        if self._is_full and self._named:
            self._out.print()
        self._out.print(Text(verdict(result), style="bold red" if result.faults else "bold green"))
        self._out.print()
        for line in self._faults:
            self._out.print(line)
        if self._faults:
            self._out.print()
        for table in tables(result, self._out.width, is_full=self._is_full):
            self._out.print(table)
            self._out.print()
        for line in self._held:
            self._out.print(line)
        if self._held:
            self._out.print()
        self._out.print(facts(self._facts(result)))

    def _facts(self, result: Reconciled) -> list[tuple[str, str]]:
        found = [("files", ", ".join(result.files)), ("shop", result.shop)]
        if result.since and result.until:
            found.append(("period", f"{result.since} to {result.until}"))
        found += [("note", note) for note in result.notes]
        for reason, number in result.explained.items():
            more = "" if self._is_full or number <= _EXPLAINED else "; --full names all"
            found.append(("explained", f"{self._of(reason, number)}: {REASONS[reason]}{more}"))
        if result.kinds:
            more = "" if self._is_full or is_named(result) else "; --full names all"
            found.append(("unexplained", f"{count(result.faults)}{more}"))
            took = duration(result.elapsed)
            found.append(("left aside", _BEYOND))
            found.append(("compared", f"in {took}; months are those of {result.zone}"))
        if result.report and self._is_full:
            found.append(("report", _REPORT))
        return [*found, ("verdict", verdict(result))]  # which may have left the window by now

    def _of(self, reason: Reason, number: int) -> str:
        """Say what a reason explains: ``test order: 31 orders, 14 refunds``."""
        told = [_several(self._kinds[reason, kind], kind) for kind in KINDS]
        return f"{reason}: {', '.join(filter(None, told)) or count(number)}"


def verdict(result: Reconciled) -> str:
    """Say in one line what a proof came to.

    As in ``Proved: 1,467 orders (177,544.37 USD), 192 refunds; nothing is unexplained.``
    """
    sums = summed(result.rows)
    totals = [
        f"{money(row.file, row.currency)} {clean(row.currency)}"
        for row in sums
        if row.name == "total"
    ]
    told = []
    for kind in result.kinds:
        number = int(sum(row.file for row in sums if row.name == kind))  # of each currency
        amounts = f" ({', '.join(totals)})" if kind == "orders" and totals else ""
        told.append((_several(number, kind) or f"no {kind}") + amounts)
    held = ", ".join(told)
    if not result.faults:
        return f"Proved: {held}; nothing is unexplained."
    what = "differences have" if result.faults > 1 else "difference has"
    return f"Not proved: {count(result.faults)} {what} no explanation, in {held}."


def _several(number: int, kind: Kind) -> str:
    return f"{count(number)} {_ONE[kind] if number == 1 else kind}" if number else ""


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
    """Say which record it is, with its number where the name is not that already.

    Of what only a file has, and whose number is not known, the messageId alone tells what it is.
    """
    what = _ONE[found.kind]
    if found.outcome == "extra" and found.id is None:
        return f"{what} with the messageId {clean(found.message_id)}"
    return what if found.id is None or found.name == str(found.id) else f"{what} {found.id}"


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
