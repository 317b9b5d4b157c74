"""Checks that Recharge answers, where subscriptions are read from it."""

from __future__ import annotations

from collections.abc import Iterator

import httpx

from littlerelay.checks.lines import failed, kept, tried
from littlerelay.clock import Clock
from littlerelay.environment import Draft
from littlerelay.errors import RelayError
from littlerelay.progress import Checked
from littlerelay.recharge.api import Recharge
from littlerelay.recharge.pages import check
from littlerelay.settings import BackfillRequest

RECHARGE = "Recharge"


def lines(
    draft: Draft, request: BackfillRequest, web: httpx.Client, clock: Clock
) -> Iterator[Checked]:
    """Ask for one of each list that a run reads; no line where no subscriptions are read."""
    access = kept(lambda: draft.recharge(request.resources))
    if isinstance(access, RelayError):
        yield failed(RECHARGE, access)
    elif access is not None:
        api = Recharge(access, web, clock)
        yield tried(RECHARGE, lambda: _asked(api))


def _asked(api: Recharge) -> str:
    check(api)
    return "the token reads subscriptions, charges and customers"
