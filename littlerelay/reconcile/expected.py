"""Says what files of events must hold of a shop, by Shopify's own figures.

Nothing here comes from the records that were mapped: a second query gives aggregates alone, and a
fact's messageId follows from the shop and the record's number.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

from littlerelay.compare.entries import months_of
from littlerelay.events import timestamp
from littlerelay.mappers.money import amount_text
from littlerelay.reconcile.books import Books, Entry, Known, thousandths
from littlerelay.reconcile.scope import READ_FROM, Scope
from littlerelay.reconcile.values import Kind, Reason
from littlerelay.shopify.figures import OrderFigures, Refunded
from littlerelay.times import iso_ms

NAMED = 5  # orders of a note
_POS = "pos"


class Expectation:
    """Notes what files must hold. ``zone`` is that of the months.

    ``unsummed`` are the names of the first orders of which Shopify says that more or less was
    refunded than their refunds come to, and of one beyond the NAMED ones.
    """

    def __init__(
        self, books: Books, scope: Scope, name_of: Callable[[str], str], zone: str
    ) -> None:
        self._books = books
        self._scope = scope
        self._name_of = name_of
        self._month = months_of(zone)
        self._readings = [
            (one.resources, iso_ms(one.since), iso_ms(one.until), iso_ms(one.freeze))
            for one in scope.readings
        ]
        self.unsummed: list[str] = []

    def order(self, order: OrderFigures) -> None:
        """Note an order, its refunds and its fulfillments."""
        facts = _Facts(order, self._scope)
        self._note(facts, "orders", order.id, order.processed)
        for refund in order.refunds:
            self._note(facts, "refunds", refund.id, refund.processed, refund)
        for number, created in order.fulfillments:
            self._note(facts, "fulfillments", number, created)
        is_odd = order.refunded != sum(refund.total for refund in order.refunds)
        if is_odd and len(self.unsummed) <= NAMED:
            self.unsummed.append(order.name)

    def customer(self, number: int, created: str, updated: str) -> None:
        """Note a customer."""
        at = timestamp(created)
        key, month = self._name_of(f"customers/{number}/created"), self._month_of(at)
        is_created_late, is_changed_late = self._late("customers", at, created, updated)
        absent: Reason | None = "created later" if is_created_late else None
        entry = Entry(key, "customers", at, month, "", str(number), number)
        self._books.add_known(entry, Known(number, absent, is_changed_late))

    def deleted(self, number: int) -> None:
        """Note an order that is deleted: which of its names its event had is not known."""
        for fact in ("completed", "pos"):
            self._books.add_deleted(self._name_of(f"orders/{number}/{fact}"))

    def _late(self, kind: Kind, at: str, created: str, updated: str) -> tuple[bool, bool]:
        """Tell whether a record was created too late for a fact, and whether it changed since.

        It was too late where each run that gave facts of that time had ended; it may have changed
        for each as soon as one had.
        """
        ends = [
            freeze
            for resources, since, until, freeze in self._readings
            if READ_FROM[kind] in resources and since <= at < until
        ]
        born, changed = timestamp(created), timestamp(updated)
        is_changed_late = any(changed >= end for end in ends)
        return bool(ends) and all(born >= end for end in ends), is_changed_late

    def _month_of(self, at: str) -> str:
        return self._month(at[:16].encode()).decode()

    def _note(
        self, facts: _Facts, kind: Kind, number: int, moment: str, refund: Refunded | None = None
    ) -> None:
        if kind in self._scope.kinds or kind == "orders":  # an order's name is always of use
            order, at = facts.order, timestamp(moment)
            key, month = self._name_of(facts.names(number)[kind]), self._month_of(at)
            amounts = facts.amounts(kind, refund)
            entry = Entry(key, kind, at, month, order.currency, order.name, number, **amounts)
            created_late, changed_late = self._late(kind, at, order.created, order.updated)
            known = facts.known(
                kind, refund, is_created_late=created_late, is_changed_late=changed_late
            )
            self._books.add_known(entry, known)


@dataclass(frozen=True, slots=True)
class _Facts:
    """What all facts of an order share."""

    order: OrderFigures
    scope: Scope

    def names(self, number: int) -> dict[Kind, str]:
        """Give the fact of each kind that has this number."""
        return {
            "orders": f"orders/{number}/{'pos' if self._is_pos else 'completed'}",
            "refunds": f"refunds/{number}",
            "fulfillments": f"fulfillments/{number}/created",
        }

    def amounts(self, kind: Kind, refund: Refunded | None) -> dict[str, int]:
        """Give what an event must tell of a fact."""
        order = self.order
        told = {"refunded": refund.total} if refund else {}
        if kind == "orders":
            told = {
                "total": order.total,
                "tax": order.tax,
                "shipping": order.shipped,
                "discount": order.discount,
                "subtotal": order.subtotal,
            }
            if (parts := self._parts()) is not None:
                told["parts"] = parts
        return {name: rounded(one, order.currency) for name, one in told.items()}

    def known(
        self, kind: Kind, refund: Refunded | None, *, is_created_late: bool, is_changed_late: bool
    ) -> Known:
        """Give what else decides whether a difference is a fault."""
        absent = self._absent(kind, refund)
        if is_created_late and absent != "test order":
            absent = "created later"
        return Known(
            self.order.id,
            absent,
            is_changed_late,
            self.order.edited,
            self._has_tax_inside,
        )

    @property
    def _has_tax_inside(self) -> bool:
        """Tell whether Shopify's subtotal and shipping hold taxes, and the event's do not."""
        return self.order.taxes_included and not self.scope.shipping_has_tax

    def _parts(self) -> Decimal | None:
        """Give what an event's subtotal, shipping and tax must come to; none where nobody knows.

        Of an edited order only its total is told as it was placed, and what else that held.
        """
        order = self.order
        if not order.edited:
            goods = order.subtotal + order.shipped
            return goods if self._has_tax_inside else goods + order.tax
        # With taxes in the event's figures twice, it would take those of the order as placed.
        is_twice = order.taxes_included and not self._has_tax_inside
        return None if is_twice else order.total - order.besides

    def _absent(self, kind: Kind, refund: Refunded | None) -> Reason | None:
        """Say why a file need not hold a fact; none where it must."""
        if self.order.test and not self.scope.include_test:
            return "test order"
        event = "POS Order Placed" if self._is_pos else "Order Completed"
        if kind == "orders" and event in self.scope.left_out:
            return "left out"
        if refund is not None and not refund.total and not self.scope.refund_zero:
            return "moved no money"
        return None

    @property
    def _is_pos(self) -> bool:
        return self.order.source_name == _POS and not self.scope.pos_as_completed


def rounded(amount: Decimal, currency: str) -> int:
    """Give an amount as an event tells it: in whole minor units of its currency."""
    return thousandths(Decimal(amount_text(amount, currency)))
