"""Says of each difference whether a rule explains it, and by how much the sums differ for it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from decimal import Decimal

from littlerelay.reconcile.books import Books, Entry, Known, Pair, Sum, amount
from littlerelay.reconcile.scope import Scope
from littlerelay.reconcile.values import (
    AMOUNTS,
    NEVER_GIVEN,
    PARTS,
    Differing,
    Finding,
    Outcome,
    Reason,
    Row,
)

_ALTERABLE = ("tax", "shipping", "discount")  # of an order; its total stays as it was placed

Place = tuple[str, str, str]  # month, currency, name of a figure


class Judge:
    """Judges every pair that differs; `rows` are right once all were.

    ``forgets`` says that the files were written before what Shopify remembers of deletions.
    """

    def __init__(self, books: Books, scope: Scope, *, forgets: bool) -> None:
        self._books = books
        self._scope = scope
        self._forgets = forgets
        self._explained: Counter[Place] = Counter()
        self._any_deleted = books.has_deleted()

    def findings(self) -> Iterator[Finding]:
        """Give every difference with its reason, or as a fault."""
        for pair in self._books.pairs(self._scope.kinds):
            for finding in self._judged(pair):
                if finding.reason is not None:
                    self._explain(pair, finding)
                yield finding

    def rows(self) -> Iterator[Row]:
        """Give every figure of every month, in the order of their names."""
        files, shop = (_figures(self._books.sums(side)) for side in ("file", "shop"))
        for place in sorted(files.keys() | shop.keys()):
            kind_of_row = _kind(place[2])
            if kind_of_row in self._scope.kinds:
                figures = (one[place] for one in (files, shop, self._explained))
                yield Row(*place, *(_shown(place[2], figure) for figure in figures))

    def _judged(self, pair: Pair) -> Iterator[Finding]:
        file, shop, known, rejected = pair
        if shop is None or known is None:
            if file is not None:
                yield _finding("extra", file, _all_of(file, None), self._why_extra(file))
        elif file is None:
            reason = known.absent or ("rejected" if rejected else None)
            yield _finding("missing", shop, _all_of(None, shop), reason, rejected or "")
        elif known.absent in NEVER_GIVEN:
            yield _finding("extra", shop, _all_of(file, None), None, known.absent)
        else:
            yield from _altered(file, shop, known)

    def _why_extra(self, file: Entry) -> Reason | None:
        """Say why Shopify has no such fact any more; none where it should."""
        if file.kind == "customers":  # merged or erased: Shopify tells of neither
            return "deleted" if file.id is not None else None
        if self._books.is_deleted(file.key):
            return "deleted"
        if self._books.has_order(file.name):
            return None
        is_of_deleted = self._books.is_of_deleted(file.name)
        is_likely = file.id is not None and self._any_deleted
        return "deleted" if is_of_deleted or is_likely or self._forgets else None

    def _explain(self, pair: Pair, finding: Finding) -> None:
        """Take what is explained into the sums, as far as it lies in the period."""
        names = {value.name for value in finding.values}
        is_whole = finding.outcome != "altered"
        for entry, sign in ((pair.file, 1), (pair.shop, -1)):
            if entry is not None and self._books.holds(entry):
                for name, figure in _figures_of(entry).items():
                    if is_whole or name in names:
                        self._explained[entry.month, entry.currency, name] += sign * figure


def _altered(file: Entry, shop: Entry, known: Known) -> Iterator[Finding]:
    """Give what differs of one fact, what shares a reason together."""
    by_reason: dict[Reason | None, list[Differing]] = {}
    for value in _differing(file, shop):
        by_reason.setdefault(_why_other(value.name, file, shop, known), []).append(value)
    if None not in by_reason and _differ_together(file, shop):
        parts = Differing(" + ".join(PARTS), *map(_decimal, (file.parts, shop.parts)))
        by_reason[None] = [parts]
    for reason, values in by_reason.items():
        yield _finding("altered", shop, tuple(values), reason)


def _differ_together(file: Entry, shop: Entry) -> bool:
    """Tell whether an order's parts come to something else, where both sides know to what."""
    return None not in (file.parts, shop.parts) and file.parts != shop.parts


def _differing(file: Entry, shop: Entry) -> Iterator[Differing]:
    if file.at != shop.at:
        yield Differing("time", file.at, shop.at)
    if file.currency != shop.currency:
        yield Differing("currency", file.currency, shop.currency)
    for name in AMOUNTS:
        told, right = getattr(file, name), getattr(shop, name)
        if told != right:
            yield Differing(name, _decimal(told), _decimal(right))


def _why_other(name: str, file: Entry, shop: Entry, known: Known) -> Reason | None:
    """Say why a value may differ; none where it may not.

    Shopify's tax, shipping and discount follow edits, the event's are as placed: of these tax and
    shipping are held by what they come to with the subtotal. In a shop whose prices include taxes
    the event's shipping is without them.
    """
    if shop.kind == "orders" and name in _ALTERABLE:
        told = getattr(file, name)
        if known.is_edited and told is not None and told >= 0:
            return "edited"
        if name == "shipping" and known.has_tax_inside and _is_tax_inside(file, shop):
            return "tax inside"
    # Money that was on its way adds to a refund once it has come; nothing else moves by itself.
    has_grown = name == "refunded" and (file.refunded or 0) < (shop.refunded or 0)
    return "changed later" if known.is_late and has_grown else None


def _is_tax_inside(file: Entry, shop: Entry) -> bool:
    """Tell whether an event's shipping is less by its taxes.

    Shopify tells no sum of these; but with all of its taxes an order comes to as much as Shopify
    says of its goods and its shipping. Of a file that tells no subtotal they are at most all taxes.
    """
    if file.shipping is None or shop.shipping is None or shop.subtotal is None:
        return False
    inside = shop.shipping - file.shipping
    if not 0 <= inside <= min(shop.shipping, shop.tax or 0):
        return False
    if file.subtotal is None or file.tax is None:
        return True
    return file.subtotal + file.shipping + file.tax == shop.subtotal + shop.shipping


def _finding(
    outcome: Outcome,
    entry: Entry,
    values: tuple[Differing, ...],
    reason: Reason | None,
    detail: str = "",
) -> Finding:
    return Finding(
        kind=entry.kind,
        outcome=outcome,
        name=entry.name,
        id=entry.id,
        message_id=entry.key,
        at=entry.at,
        currency=entry.currency,
        values=values,
        reason=reason,
        detail=detail,
    )


def _all_of(file: Entry | None, shop: Entry | None) -> tuple[Differing, ...]:
    """Give all amounts of what one side lacks."""
    return tuple(
        Differing(
            name,
            _decimal(getattr(file, name) if file else None),
            _decimal(getattr(shop, name) if shop else None),
        )
        for name in AMOUNTS
        if getattr(file or shop, name) is not None
    )


def _decimal(thousandths: int | None) -> Decimal | None:
    return None if thousandths is None else amount(thousandths)


def _figures_of(entry: Entry) -> dict[str, int]:
    """Give what a fact adds to the sums."""
    amounts = {name: getattr(entry, name) for name in AMOUNTS}
    return {entry.kind: 1, **{n: one for n, one in amounts.items() if one is not None}}


def _figures(sums: Iterator[Sum]) -> Counter[Place]:
    found: Counter[Place] = Counter()
    for one in sums:
        found[one.month, one.currency, one.kind] += one.number
        for name, figure in one.amounts.items():
            found[one.month, one.currency, name] += figure
    return found


def _kind(name: str) -> str:
    if name == "refunded":
        return "refunds"
    return "orders" if name in AMOUNTS else name


def _shown(name: str, figure: int) -> Decimal:
    return amount(figure) if name in AMOUNTS else Decimal(figure)
