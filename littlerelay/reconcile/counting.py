"""Holds what a run has just given to Shopify's own counts: the quick proof at a backfill's end.

Some counts, whatever the size of the shop. They tell that something is missing, not what:
`relay reconcile` names it.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from littlerelay.checkpoint import Checkpoint
from littlerelay.progress import DELETED, NOT_TOLD_APART, Counted
from littlerelay.reconcile.rejects import reject_lines
from littlerelay.settings import Mapping
from littlerelay.shopify.figures import (
    Bounds,
    OrderSearch,
    count_customers,
    count_orders,
    deleted_orders,
)
from littlerelay.shopify.graphql import GraphQL

_PLACED = ("Order Completed", "POS Order Placed")
_CREATED = "Customer Created"


def is_countable(run: Checkpoint) -> bool:
    """Tell whether a run gave everything of its period, so that Shopify's counts are of the same.

    A sample gives less on purpose, and ``--since last`` what is new.
    """
    return run.limit is None and run.new_since is None


def counted(api: GraphQL, run: Checkpoint, mapping: Mapping, rejects: Path) -> Iterator[Counted]:
    """Count what a finished run should have given.

    Raises what GraphQL.execute raises, and UsageError where the file of rejects is none.
    """
    if "customers" in run.resources and _CREATED not in mapping.leave_out:
        yield _customers(api, run, rejects)
    if "orders" in run.resources and not set(_PLACED) & set(mapping.leave_out):
        yield _orders(api, run, mapping, rejects)


def _customers(api: GraphQL, run: Checkpoint, rejects: Path) -> Counted:
    period = Bounds(run.since, run.until)
    given, known = run.events.get(_CREATED, 0), count_customers(api, period)
    records = _rejected(rejects, "customers") if run.rejects.lines else iter(())
    explained = {"rejected": _within(records, "created_at", period)}
    explained[NOT_TOLD_APART] = max(0, given + explained["rejected"] - known)
    return Counted("customers", given, known, _present(explained))


def _orders(api: GraphQL, run: Checkpoint, mapping: Mapping, rejects: Path) -> Counted:
    period = Bounds(run.since, run.until)
    meant = OrderSearch(created=Bounds(end=run.frozen_end), processed=period)
    given, known = sum(run.events.get(name, 0) for name in _PLACED), count_orders(api, meant)
    tests = 0 if mapping.include_test else count_orders(api, meant._replace(test=True))
    records = _rejected(rejects, "orders") if run.rejects.lines else iter(())
    rejected = _within(
        (one for one in records if mapping.include_test or not one.get("test")),
        "processed_at",
        period,
    )
    surplus = given + tests + rejected - known
    if surplus > 0:
        gone = sum(1 for _ in deleted_orders(api, Bounds(start=run.frozen_end)))
        surplus = min(surplus, gone)
    explained = {"test orders": tests, "rejected": rejected, DELETED: max(0, surplus)}
    return Counted("orders", given, known, _present(explained))


def _within(records: Iterator[dict[str, Any]], moment: str, period: Bounds) -> int:
    """Count the records of a period; one whose time cannot be read may be of it."""
    found = 0
    for record in records:
        try:
            found += period.holds(record[moment])
        except (KeyError, TypeError, ValueError):
            found += 1
    return found


def _rejected(path: Path, source: str) -> Iterator[dict[str, Any]]:
    """Give the rejected records of a resource; one that is no object has nothing to tell."""
    for line in reject_lines(path):
        if line["source"] == source:
            record = line.get("record")
            yield record if isinstance(record, dict) else {}


def _present(explained: dict[str, int]) -> dict[str, int]:
    return {reason: number for reason, number in explained.items() if number}
