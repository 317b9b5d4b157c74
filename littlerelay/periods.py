"""Resolves the period that a run is asked for, by the shop's clock and what its job has given."""

from __future__ import annotations

from littlerelay.errors import RefusedError, UsageError
from littlerelay.history import History
from littlerelay.meaning import lost_scopes
from littlerelay.settings import BackfillRequest
from littlerelay.shopify.shop import Shop
from littlerelay.times import iso, resolve

LAST = "last"
MARGIN = 300  # seconds before now at which a run ends: Shopify's index lags by some


def bounds(request: BackfillRequest, shop: Shop, history: History | None) -> tuple[int, int, int]:
    """Give the start of the facts, the start of the changes to read, and the end.

    Raises UsageError for a time that is none, for a period that holds nothing, and where ``last``
    has nothing to go on from. Raises RefusedError where ``last`` would lose what a scope showed.
    """
    since, read_from, until = _asked(request, shop, history)
    until = min(until, shop.now - MARGIN)
    if since >= until:
        raise UsageError(
            f"The period from {iso(since)} to {iso(until)} is empty.",
            "Give a --since before --until; relay reads up to five minutes ago.",
        )
    return since, read_from, until


def _asked(request: BackfillRequest, shop: Shop, history: History | None) -> tuple[int, int, int]:
    if request.since == LAST:
        first, end = _span(history, request, shop)
        return first, end, shop.now
    since = resolve(request.since, shop.now, shop.zone)
    until = resolve(request.until, shop.now, shop.zone) if request.until else shop.now
    return since, since, until


def _span(history: History | None, request: BackfillRequest, shop: Shop) -> tuple[int, int]:
    if history is None or history.since is None or history.end is None:
        raise UsageError(
            "--since last needs a finished run of this job, and there is none.",
            "Run once with a date first; if that run gave events, name its job with --job.",
        )
    if history.cut_over and not request.past_until:
        raise UsageError(
            f"This job was ended on purpose with --until, at {iso(history.end)}.",
            "Events after that would come twice where live tracking has taken over; "
            "--past-until goes on all the same.",
        )
    if history.end > shop.now:
        raise UsageError(
            f"This job has reached {iso(history.end)}, and the shop's clock says {iso(shop.now)}.",
            "A clock was wrong in an earlier run: run once more with a date and --restart.",
        )
    if not request.fewer_scopes:
        _check_scopes(history.missing_scopes, shop, history.end)
    return history.since, history.end


def _check_scopes(missing: tuple[str, ...] | None, shop: Shop, end: int) -> None:
    """Refuse to go on with less than the job could read before: no later run makes up for it."""
    if lost := " and ".join(sorted(lost_scopes(missing, tuple(shop.missing_scopes())))):
        raise RefusedError(
            f"The app has lost {lost} since the job's last run: facts would be missing or poorer, "
            "and no later run would give them.",
            f"Grant {lost} again: the same command then goes on from {iso(end)}. To go on without, "
            "for good, give --fewer-scopes once.",
        )
