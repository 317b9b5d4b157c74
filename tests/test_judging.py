"""Each difference has one reason, or none: what may explain it, and what may not."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from typing import Any

import pytest

from littlerelay.compare.workspace import Workspace
from littlerelay.reconcile.books import Books, Entry, Known
from littlerelay.reconcile.judging import Judge
from littlerelay.reconcile.scope import Scope
from littlerelay.reconcile.values import KINDS, Finding, Reason, Row

SINCE, UNTIL = "2026-01-10T00:00:00.000Z", "2026-03-01T00:00:00.000Z"
ORDER = Entry(
    key="o1",
    kind="orders",
    at="2026-01-31T09:15:00.000Z",
    month="2026-01",
    currency="USD",
    name="#1042",
    id=5042,
    total=54_000,
    tax=4_000,
    shipping=5_000,
    discount=0,
    subtotal=49_000,
    parts=58_000,
)
REFUND = Entry("r1", "refunds", ORDER.at, "2026-01", "USD", "#1042", 7001, refunded=9_000)
CUSTOMER = Entry("c1", "customers", ORDER.at, "2026-01", "", "70", 70)
KNOWN = Known(5042)
INSIDE = KNOWN._replace(has_tax_inside=True)


@pytest.fixture
def books() -> Iterator[Books]:
    with Workspace() as work, closing(Books(work, SINCE, UNTIL)) as books:
        yield books


def judged(books: Books, *, forgets: bool = False) -> tuple[list[Finding], list[Row]]:
    """Judges what the books hold; every figure that is left over must belong to a fault."""
    books.settle_files()
    books.settle_shop()
    scope = Scope(
        since=0,
        until=0,
        readings=(),
        kinds=KINDS,
        notes=(),
        namespace="",
        left_out=frozenset(),
        include_test=False,
        refund_zero=False,
        pos_as_completed=False,
        shipping_has_tax=False,
    )
    judge = Judge(books, scope, forgets=forgets)
    findings = list(judge.findings())
    rows = list(judge.rows())
    if all(one.reason for one in findings):
        assert not [row for row in rows if row.unexplained]
    return findings, rows


def reasons(books: Books, **how: bool) -> list[str | None]:
    return [one.reason for one in judged(books, **how)[0]]


def both(books: Books, shop: Entry, known: Known, **told: Any) -> None:
    books.add_known(shop, known)
    books.add_given(shop._replace(**told))


@pytest.mark.parametrize(
    ("told", "known", "reason"),
    [
        ({"total": 54_010}, KNOWN, None),
        ({"total": 54_010}, KNOWN._replace(is_late=True), None),
        ({"total": 54_010}, KNOWN._replace(is_edited=True), None),
        ({"currency": "EUR"}, KNOWN._replace(is_late=True), None),
        ({"tax": 4_010}, KNOWN, None),
        ({"tax": 4_010}, KNOWN._replace(is_late=True), None),
        ({"tax": 4_010}, KNOWN._replace(is_edited=True), "edited"),
        ({"tax": None}, KNOWN._replace(is_edited=True), None),
        ({"shipping": -10}, KNOWN._replace(is_edited=True), None),
        ({"parts": 58_010}, KNOWN, None),
        ({"parts": 58_010}, KNOWN._replace(is_edited=True), None),
        ({"tax": 4_010}, INSIDE, None),
        ({"shipping": 4_000}, KNOWN, None),
        ({"shipping": 4_000, "subtotal": 46_000}, INSIDE, "tax inside"),
        ({"shipping": 3_990, "subtotal": 46_000}, INSIDE, None),
        ({"shipping": 4_000, "subtotal": None}, INSIDE, "tax inside"),
        ({"shipping": None}, INSIDE, None),
        ({"shipping": 5_010, "subtotal": None}, INSIDE, None),
        ({"shipping": 990, "subtotal": None}, INSIDE, None),
        ({"discount": 10}, KNOWN._replace(is_edited=True), "edited"),
        ({"at": "2026-02-01T00:00:00.000Z"}, KNOWN._replace(is_late=True), None),
        ({"at": "2026-02-01T00:00:00.000Z"}, KNOWN, None),
    ],
)
def test_a_value_of_an_order_may_differ_for_a_reason(
    books: Books, told: dict[str, Any], known: Known, reason: str | None
) -> None:
    both(books, ORDER, known, **told)
    assert reasons(books) == [reason]


def test_parts_that_come_to_something_else_are_named_where_nothing_else_is(books: Books) -> None:
    edited = KNOWN._replace(is_edited=True)
    both(books, ORDER, edited, tax=4_010, parts=58_010)
    both(books, ORDER._replace(key="o2"), KNOWN, tax=4_010, parts=58_010)
    both(books, ORDER._replace(key="o3"), KNOWN, parts=None)
    found, _ = judged(books)
    assert [(one.reason, [value.name for value in one.values]) for one in found] == [
        ("edited", ["tax"]),
        (None, ["subtotal + shipping + tax"]),
        (None, ["tax"]),
    ]


def test_values_of_one_order_are_judged_each(books: Books) -> None:
    both(books, ORDER, KNOWN._replace(is_edited=True), total=1, tax=1, discount=1)
    found, _ = judged(books)
    assert [(one.reason, [value.name for value in one.values]) for one in found] == [
        (None, ["total"]),
        ("edited", ["tax", "discount"]),
    ]


def test_a_refund_may_grow_after_the_run(books: Books) -> None:
    both(books, REFUND, KNOWN, refunded=8_000)
    both(books, REFUND._replace(key="r2"), KNOWN._replace(is_late=True), refunded=8_000)
    both(books, REFUND._replace(key="r3"), KNOWN._replace(is_late=True), refunded=9_010)
    assert reasons(books) == [None, "changed later", None]


def test_what_moves_over_the_edge_of_the_period_counts_where_it_lies(books: Books) -> None:
    both(books, ORDER, KNOWN, at="2026-01-09T23:59:59.000Z")
    found, rows = judged(books)
    assert [one.reason for one in found] == [None]
    assert {row.month for row in rows} == {"2026-01"}
    (orders,) = [row for row in rows if row.name == "orders"]
    assert (int(orders.file), int(orders.shop), int(orders.explained)) == (0, 1, 0)


def test_what_shopify_has_beyond_the_period_is_not_missing(books: Books) -> None:
    books.add_known(ORDER._replace(at=UNTIL), KNOWN)
    books.add_known(ORDER._replace(at="2026-01-09T23:59:59.999Z", key="o2"), KNOWN)
    assert reasons(books) == []


def test_what_is_missing_is_a_fault_unless_the_record_says_why(books: Books) -> None:
    books.add_known(ORDER, KNOWN)
    books.add_known(ORDER._replace(key="o2"), Known(5043, "test order"))
    books.add_known(ORDER._replace(key="o3"), Known(5044))
    books.add_rejected("orders", 5044, "missing_field")
    books.add_rejected("customers", 5042, "missing_field")
    assert reasons(books) == [None, "test order", "rejected"]


@pytest.mark.parametrize("reason", ["test order", "left out", "moved no money"])
def test_what_a_setting_leaves_out_is_in_excess_where_a_file_has_it(
    books: Books, reason: Reason
) -> None:
    both(books, ORDER, KNOWN._replace(absent=reason))
    both(books, ORDER._replace(key="o2"), KNOWN._replace(absent="created later"))
    (found,) = judged(books)[0]
    assert (found.outcome, found.reason, found.detail) == ("extra", None, reason)


def test_a_record_that_was_rejected_twice_is_named_once(books: Books) -> None:
    books.add_known(ORDER, KNOWN)
    for reason in ("missing_field", "too_large"):
        books.add_rejected("orders", 5042, reason)
    assert reasons(books) == ["rejected"]


def test_a_customer_who_is_gone_was_deleted_where_the_id_proves_it(books: Books) -> None:
    books.add_given(CUSTOMER)
    books.add_given(CUSTOMER._replace(key="c2", id=None))
    assert reasons(books) == ["deleted", None]


def test_an_order_that_is_gone_was_deleted_where_shopify_says_so(books: Books) -> None:
    books.add_given(ORDER._replace(id=None))
    books.add_given(ORDER._replace(key="o2", name="#1043", id=None))
    books.add_deleted("o1")
    assert reasons(books) == ["deleted", None]


@pytest.mark.parametrize(("forgets", "reason"), [(True, "deleted"), (False, None)])
def test_deletions_of_long_ago_are_believed_where_nobody_remembers(
    books: Books, forgets: bool, reason: str | None
) -> None:
    books.add_given(ORDER._replace(id=None))
    assert reasons(books, forgets=forgets) == [reason]


def test_an_order_that_is_there_was_not_deleted(books: Books) -> None:
    both(books, ORDER, KNOWN)
    books.add_deleted("another")
    books.add_given(ORDER._replace(key="o2", id=None))
    books.add_given(REFUND)
    assert reasons(books, forgets=True) == [None, None]


def test_an_order_is_known_by_whatever_the_file_calls_it(books: Books) -> None:
    both(books, ORDER, KNOWN, name="5042")
    books.add_deleted("another")
    books.add_given(REFUND._replace(name="5042"))
    assert reasons(books) == [None]


def test_what_an_order_had_is_gone_with_it(books: Books) -> None:
    books.add_given(ORDER)
    books.add_deleted("o1")
    books.add_given(REFUND._replace(id=None))
    books.add_given(REFUND._replace(key="r2", name="#900"))
    books.add_given(REFUND._replace(key="r3", name="#901", id=None))
    assert reasons(books) == ["deleted", "deleted", "deleted", None]


def test_sums_are_by_month_currency_and_side(books: Books) -> None:
    both(books, ORDER, KNOWN)
    both(books, ORDER._replace(key="o2", currency="EUR"), KNOWN)
    books.add_given(ORDER._replace(key="o3", month="2026-02", at="2026-02-02T00:00:00.000Z"))
    _, rows = judged(books)
    totals = [row for row in rows if row.name == "total"]
    assert [(one.month, one.currency, int(one.file), int(one.shop)) for one in totals] == [
        ("2026-01", "EUR", 54, 54),
        ("2026-01", "USD", 54, 54),
        ("2026-02", "USD", 54, 0),
    ]
