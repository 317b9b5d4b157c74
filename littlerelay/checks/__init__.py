"""Tests every precondition of a long run before it begins, and changes nothing anywhere.

One line comes of each, in the order of ``NAMES``; where subscriptions are read, one more of
Recharge comes after the records. A failure does not stop what does not depend on it, and a check
fails with the very error, and the remedy, that the run would end with.
"""

from __future__ import annotations

from collections.abc import Generator, Iterable, Iterator, Mapping
from dataclasses import replace

from littlerelay import http, runs
from littlerelay.checks import destination, machine, recharge
from littlerelay.checks.introduction import (
    PATIENCE,
    SHOP,
    TOKEN,
    VERSION,
    Introduction,
    introduction,
)
from littlerelay.checks.lines import kept, skipped
from littlerelay.checks.shop import BUCKET, PERIOD, PROTECTED, RECORDS, SCOPES, ShopChecks
from littlerelay.clock import SYSTEM, Clock
from littlerelay.environment import Draft, state_folder
from littlerelay.errors import RefusedError, RelayError, UnreachableError
from littlerelay.history import History, JobFolder
from littlerelay.patience import Watch, unwatched
from littlerelay.progress import Checked
from littlerelay.settings import BackfillRequest

NAMES = (
    *(SHOP, TOKEN, SCOPES, PERIOD, PROTECTED, VERSION),
    *(BUCKET, RECORDS, destination.WRITE_KEY, destination.REGION),
    *(machine.CLOCK, machine.DISK, machine.JOB, machine.OUTPUT),
)


def check(
    draft: Draft,
    request: BackfillRequest,
    clock: Clock = SYSTEM,
    watch: Watch = unwatched,
    *,
    is_sent: bool = False,
) -> Iterator[Checked]:
    """Check everything that the run of this request needs, giving a line for each.

    ``request.since`` is empty where no period is named; what ``is_sent`` needs a write key. Raises
    UsageError for settings and a request that cannot be meant; everything else becomes a line.
    """
    runs.check_request(replace(request, out=None), draft.found.mapping(), int(clock.now()))
    with http.client(clock, watch, PATIENCE) as web:
        met = introduction(draft, web, clock, watch)
        folder = _folder(draft, request, met.domain)
        history = kept(folder.load) if isinstance(folder, JobFolder) else None
        counts = yield from _shopify(met, request, history)
        yield from recharge.lines(draft, request, web, clock)
    yield from destination.lines(draft.found, draft.environ, clock, watch, is_asked=is_sent)
    yield machine.clock(met.ahead, is_standin=draft.endpoint() is not None)
    yield machine.disk(request.out, counts)
    mapping = replace(draft.found.mapping(), shop=met.domain or "")
    yield from machine.Place(folder, request, mapping, met.shop, history).lines()


def exit_code(lines: Iterable[Checked]) -> int:
    """Give the exit code: 0 where nothing failed, 5 where trying again may do, else 4."""
    failed = [line for line in lines if line.state == "failed"]
    if not failed:
        return 0
    is_away = all(line.is_away for line in failed)
    return UnreachableError.exit_code if is_away else RefusedError.exit_code


def _folder(
    draft: Draft, request: BackfillRequest, domain: str | None
) -> JobFolder | RelayError | None:
    """Give the job's folder, or what speaks against its name; none where it has no name."""
    job = request.job or (domain.partition(".")[0] if domain else None)
    return kept(lambda: JobFolder(state_folder(draft.found), job)) if job else None


def _shopify(
    met: Introduction, request: BackfillRequest, history: History | RelayError | None
) -> Generator[Checked, None, Mapping[str, int]]:
    """Give the lines on the shop, and then the records counted; none where they are not known."""
    yield from (met.shop_line, met.token_line)
    if met.shop is None:
        yield from (skipped(name, met.lack) for name in (SCOPES, PERIOD, PROTECTED))
        yield met.version_line
        yield from (skipped(name, met.lack) for name in (BUCKET, RECORDS))
        return {}
    checks = ShopChecks(met.shop, request, history)
    yield from checks.access()
    yield met.version_line
    yield from checks.amount()
    return checks.counts
