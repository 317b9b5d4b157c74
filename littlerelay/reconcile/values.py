"""The values that a proof gives; whoever asked for it draws them, or does not."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Literal

Kind = Literal["orders", "refunds", "fulfillments", "customers"]
Outcome = Literal["missing", "extra", "altered"]
Reason = Literal[
    "rejected",
    "test order",
    "left out",
    "moved no money",
    "created later",
    "changed later",
    "deleted",
    "edited",
    "tax inside",
]

KINDS: tuple[Kind, ...] = ("orders", "refunds", "fulfillments", "customers")
AMOUNTS = ("total", "tax", "shipping", "discount", "refunded")
PARTS = ("subtotal", "shipping", "tax")  # of an order, which are compared by what they come to

# Of a fact with such a reason no run gives an event, whenever it was.
NEVER_GIVEN: tuple[Reason, ...] = ("test order", "left out", "moved no money")

# The settings by which a fact is in a file, or an amount is another one.
HEEDED = frozenset(
    {
        "amounts",
        "include_test",
        "leave_out",
        "namespace",
        "pos_as_order_completed",
        "refund_zero",
    }
)

# Why each is no fault, as people read it.
REASONS: dict[Reason, str] = {
    "rejected": "their records were rejected",
    "test order": "test orders give no events, unless include_test is set",
    "left out": "left out by the setting leave_out",
    "moved no money": "a refund without money gives no event, unless refund_zero is set",
    "created later": "created after the run had ended",
    "changed later": "paid back after the run had ended",
    "deleted": "deleted in Shopify since",
    "edited": "events tell orders as they were placed, Shopify's sums what edits made of them",
    "tax inside": "prices include taxes, and the events' shipping is without them",
}


@dataclass(frozen=True, slots=True)
class Asking:
    """Shopify is asked for its own figures; ``read`` of about ``counted`` records are here."""

    resource: str
    read: int
    counted: int


@dataclass(frozen=True, slots=True)
class Differing:
    """One value in which the two sides differ: a Decimal, a text, or none where there is none."""

    name: str
    file: Decimal | str | None
    shop: Decimal | str | None


@dataclass(frozen=True, slots=True)
class Finding:
    """One fact that is missing in the files, in excess there, or told otherwise.

    ``name`` is the order's (``#1042``) or the customer's id, ``id`` what Shopify numbers the
    record, none where only the file tells of it. ``at`` is the fact's time, ``values`` what
    differs; of a fact that one side lacks, what the other has. Without a ``reason`` it is a fault.
    ``detail`` is why a record was rejected, or why the files should not have what is in excess.
    """

    kind: Kind
    outcome: Outcome
    name: str
    id: int | None
    message_id: str
    at: str
    currency: str
    values: tuple[Differing, ...]
    reason: Reason | None
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """One figure of one month (``2026-01``) on both sides.

    ``name`` is a kind (then both are counts, without a currency), or an amount. ``explained`` is
    the part of the difference for which there are reasons.
    """

    month: str
    currency: str
    name: str
    file: Decimal
    shop: Decimal
    explained: Decimal

    @property
    def difference(self) -> Decimal:
        """Give by how much the file has more than Shopify."""
        return self.file - self.shop

    @property
    def unexplained(self) -> Decimal:
        """Give the part of the difference for which there is no reason."""
        return self.difference - self.explained


@dataclass(frozen=True, slots=True)
class Reported:
    """One month of Shopify's own sales report, beside what the files sum to."""

    month: str
    orders: int
    total: Decimal
    taxes: Decimal
    shipping: Decimal
    discounts: Decimal
    reversals: Decimal


@dataclass(frozen=True, slots=True)
class Reconciled:
    """What came of it. Times are ISO 8601 in UTC; months are those of the shop's ``zone``.

    ``kinds`` were compared, ``notes`` say what was not, and why. ``faults`` and ``explained`` count
    the findings.
    """

    files: tuple[str, ...]
    shop: str
    since: str | None
    until: str | None
    zone: str
    kinds: tuple[Kind, ...]
    rows: tuple[Row, ...]
    faults: int
    explained: dict[Reason, int]
    notes: tuple[str, ...]
    report: tuple[Reported, ...] = ()
    elapsed: float = 0.0


def summed(rows: Iterable[Row]) -> list[Row]:
    """Sum figures over all months; the month of a sum is empty."""
    sums: dict[tuple[str, str], Row] = {}
    for row in rows:
        nothing = Row("", row.currency, row.name, *[Decimal(0)] * 3)
        before = sums.get((row.currency, row.name), nothing)
        sums[row.currency, row.name] = replace(
            before,
            file=before.file + row.file,
            shop=before.shop + row.shop,
            explained=before.explained + row.explained,
        )
    return list(sums.values())


def currency_of(result: Reconciled) -> str:
    """Give the currency of a shop's own report: that of the amounts beside it, empty without."""
    return next((row.currency for row in result.rows if row.currency), "")
