"""Holds files of events to a shop's own figures: the public API of `relay reconcile`.

Nothing is sent or written, and nothing of the job is held.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from littlerelay import http
from littlerelay.clock import SYSTEM, Clock
from littlerelay.compare.sides import File, check_naming
from littlerelay.compare.values import Comparing
from littlerelay.compare.workspace import Workspace
from littlerelay.diffs import opened, whole_files
from littlerelay.errors import RefusedError, UsageError
from littlerelay.events import names_of
from littlerelay.history import folder_of
from littlerelay.patience import unwatched
from littlerelay.progress import Progress
from littlerelay.reading import open_shopify, with_domain
from littlerelay.reconcile.books import Books
from littlerelay.reconcile.comparable import check_files
from littlerelay.reconcile.expected import NAMED, Expectation
from littlerelay.reconcile.given import Reader
from littlerelay.reconcile.judging import Judge
from littlerelay.reconcile.scope import Asked, Scope, scope
from littlerelay.reconcile.values import Asking, Finding, Reason, Reconciled, Reported
from littlerelay.settings import Settings
from littlerelay.shopdiffs import last_output
from littlerelay.shopify import sales
from littlerelay.shopify.customer_dates import customer_dates
from littlerelay.shopify.figures import (
    DELETIONS_KEPT,
    Bounds,
    OrderSearch,
    count_customers,
    count_orders,
    deleted_orders,
    order_figures,
)
from littlerelay.shopify.session import covers
from littlerelay.shopify.shop import Shop
from littlerelay.times import iso, iso_ms

Told = Comparing | Asking | Finding | Reconciled

_OVERLAP = 3600  # seconds by which an order may be marked as updated before its child is
_TOLD = 1_000  # orders after which somebody else may have a turn
_RESOURCES = ("customers", "orders")


@dataclass(frozen=True, slots=True)
class ReconcileRequest:
    """What one `relay reconcile` was asked, as typed.

    ``files`` are paths or patterns, none for the last output of ``job``. ``since`` and ``until``
    are none for the period of the runs that wrote them; ``resources`` none for what these read.
    ``settings`` are the names of those that were typed.
    """

    files: tuple[str, ...] = ()
    since: str | None = None
    until: str | None = None
    resources: tuple[str, ...] = ()
    job: str | None = None
    settings: frozenset[str] = frozenset()


def reconcile(
    settings: Settings,
    request: ReconcileRequest,
    clock: Clock = SYSTEM,
    watch: Callable[[Progress], None] = unwatched,
) -> Generator[Told, None, None]:
    """Compare files with a shop, giving progress, then what differs, then what it came to.

    Raises the errors of ``littlerelay.errors``.
    """
    began = clock.monotonic()
    _check_resources(request.resources)
    if request.files and request.job is not None:
        raise UsageError(
            "--job stands for the last output of a job, and files are named.",
            "Name one of the two.",
        )
    settings = with_domain(settings)
    with whole_files():
        job = folder_of(settings, request.job)
        files = opened(request.files or last_output(job, "Name the files"), may_be_cut=True)
        check_naming(files, {"shop": settings.shop}, "this command")
        check_files(files)
        with http.client(clock, watch) as web:
            shop = open_shopify(settings, web, clock, watch)
            asked = Asked(request.since, request.until, request.resources, request.settings)
            found = scope(files, asked, settings.mapping, shop.now, shop.zone)
            result = yield from _compared(files, shop, found)
    yield replace(result, elapsed=clock.monotonic() - began)


def _check_resources(names: Sequence[str]) -> None:
    unknown = [name for name in names if name not in _RESOURCES]
    if unknown:
        raise UsageError(
            f"{', '.join(unknown)} cannot be reconciled.",
            "Choose from customers and orders; refunds and fulfillments come with their orders.",
        )


def _compared(
    files: list[File], shop: Shop, found: Scope
) -> Generator[Comparing | Asking | Finding, None, Reconciled]:
    since, until = iso_ms(found.since), iso_ms(found.until)
    with Workspace() as work, closing(Books(work, since, until)) as books:
        unsummed = yield from _fill(books, files, shop, found)
        forgets = found.first_freeze < shop.now - DELETIONS_KEPT
        judge = Judge(books, found, forgets=forgets)
        tally = Counter[Reason | None]()
        for finding in judge.findings():
            tally[finding.reason] += 1
            yield finding
        rows = tuple(judge.rows())
    report, notes = _report(shop, found) if _has_orders(found) else ((), ())
    return Reconciled(
        files=tuple(str(file.path) for file in files),
        shop=shop.domain,
        since=iso(found.since),
        until=iso(found.until),
        zone=shop.zone.key,
        kinds=found.kinds,
        rows=rows,
        faults=tally[None],
        explained={reason: number for reason, number in tally.items() if reason is not None},
        notes=(*found.notes, *unsummed, *notes),
        report=report,
    )


def _has_orders(found: Scope) -> bool:
    return any(kind != "customers" for kind in found.kinds)


def _fill(
    books: Books, files: list[File], shop: Shop, found: Scope
) -> Generator[Comparing | Asking, None, list[str]]:
    """Note what both sides tell. Gives what else the user is to know of it."""
    if _has_orders(found):
        shop.check_reach(found.since)
    name_of, zone = names_of(found.namespace, shop.domain), shop.zone.key
    yield from Reader(books, name_of, zone).read(files)
    expectation = Expectation(books, found, name_of, zone)
    if _has_orders(found):
        yield from _ask_orders(shop, found, expectation)
    if "customers" in found.kinds:
        yield from _ask_customers(shop, found, expectation)
    books.settle_shop()
    return _unsummed(expectation.unsummed)


def _unsummed(names: list[str]) -> list[str]:
    if not names:
        return []
    few = ", ".join(names[:NAMED]) + (" ..." if len(names) > NAMED else "")
    return [f"the refunds of {few} do not come to what Shopify says was refunded of the order"]


def _ask_orders(shop: Shop, found: Scope, expectation: Expectation) -> Iterator[Asking]:
    """Note every order that a fact of the period can be of, and what was deleted."""
    read = OrderSearch(
        created=Bounds(end=found.last_freeze), updated=Bounds(max(0, found.since - _OVERLAP))
    )
    later = OrderSearch(
        created=Bounds(start=found.last_freeze), processed=Bounds(found.since, found.until)
    )
    counted, number = count_orders(shop.api, read), 0
    yield Asking("orders", 0, counted)
    for search in (read, later):
        for order in order_figures(shop.api, search):
            expectation.order(order)
            number += 1
            if number % _TOLD == 0:
                yield Asking("orders", number, counted)
    yield Asking("orders", number, counted)
    remembered = max(found.since, shop.now - DELETIONS_KEPT)
    for gone in deleted_orders(shop.api, Bounds(start=remembered)):
        expectation.deleted(gone.id)


def _ask_customers(shop: Shop, found: Scope, expectation: Expectation) -> Iterator[Asking]:
    """Note every customer of the period, month by month, for the counts of each are checked."""
    counted, number = count_customers(shop.api, Bounds(found.since, found.until)), 0
    yield Asking("customers", 0, counted)
    for _, span in months(found.since, found.until, shop.zone):
        for customer in customer_dates(shop.api, span):
            expectation.customer(*customer)
            number += 1
            if number % _TOLD == 0:
                yield Asking("customers", number, counted)
    yield Asking("customers", number, counted)


def months(since: int, until: int, zone: ZoneInfo) -> Iterator[tuple[str, Bounds]]:
    """Give each month of a period, by name (``2026-01``) and as seconds since 1970."""
    start = since
    while start < until:
        first = datetime.fromtimestamp(start, zone).replace(day=1, hour=0, minute=0, second=0)
        following = (first + timedelta(days=32)).replace(day=1, fold=0)
        end = min(until, int(following.timestamp()))
        yield f"{first:%Y-%m}", Bounds(start, end)
        start = end


def _report(shop: Shop, found: Scope) -> tuple[tuple[Reported, ...], tuple[str, ...]]:
    """Give Shopify's sales report of the days of the period, or say why it is not there."""
    if not covers(shop.scopes, sales.SCOPE):
        return (), (f"Shopify's sales report does not stand beside: it needs {sales.SCOPE}",)
    first, last = (
        datetime.fromtimestamp(moment, UTC).astimezone(shop.zone).date()
        for moment in (found.since, found.until - 1)
    )
    try:
        rows = sales.sales(shop.api, first, last)
    except RefusedError as error:
        return (), (f"Shopify's sales report does not stand beside: {error}",)
    return tuple(
        Reported(
            month=row.month,
            orders=row.orders,
            total=row.total,
            taxes=row.taxes,
            shipping=row.shipping,
            discounts=row.discounts,
            reversals=row.reversals,
        )
        for row in rows
    ), ()
