"""Says what a backfill would bring and cost: the API of `relay backfill --estimate`.

It counts, and reads a sample of bounded size. Nothing is written, locked, remembered or sent.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass, replace

from littlerelay import http, periods, report, runs
from littlerelay.checkpoint import Checkpoint
from littlerelay.clock import SYSTEM, Clock
from littlerelay.errors import UsageError
from littlerelay.estimating.counts import counted, earliest
from littlerelay.estimating.figures import Estimation
from littlerelay.estimating.samples import take
from littlerelay.history import folder_of
from littlerelay.patience import unwatched
from littlerelay.previews import Figure, Preview
from littlerelay.progress import Progress
from littlerelay.reading import open_shopify, with_domain
from littlerelay.rules import rules
from littlerelay.settings import RATE, BackfillRequest, Settings
from littlerelay.shopify.shop import Shop
from littlerelay.shopify.ways import is_by_bulk, seconds_by_pages
from littlerelay.times import iso
from littlerelay.uncounted import UNCOUNTED


@dataclass(frozen=True, slots=True)
class Records:
    """The records of one resource: so many would be read, most of them in bulk or by pages.

    ``sampled`` were read for the estimate, and stand for about ``rejected`` that cannot be mapped.
    """

    counted: int
    sampled: int
    rejected: Figure
    is_by_bulk: bool


@dataclass(frozen=True, slots=True)
class Estimate:
    """What a backfill would bring. Times are ISO 8601 in UTC.

    ``restore_rate`` is what Shopify grants, in points a second, and ``reading`` the seconds that
    all records would take by pages at that rate; none where Shopify tells none. ``elapsed`` is in
    seconds.
    """

    shop: str
    since: str
    until: str
    records: Mapping[str, Records]
    preview: Preview
    restore_rate: float | None = None
    reading: float | None = None
    elapsed: float = 0.0


def estimate(
    settings: Settings,
    request: BackfillRequest,
    rate: float = RATE,
    clock: Clock = SYSTEM,
    watch: Callable[[Progress], None] = unwatched,
) -> Generator[Progress | Estimate, None, None]:
    """Estimate what a backfill of this period would bring, and what sending it would cost.

    Gives what the run would be, then the estimate. ``rate`` is messages a second. Raises the errors
    of ``littlerelay.errors``.
    """
    began = clock.monotonic()
    if request.since == periods.LAST:
        raise UsageError(
            "An estimate is of a period, and --since last is none.", "Give --since a date."
        )
    if unknown := sorted(UNCOUNTED.intersection(request.resources)):
        raise UsageError(
            f"Nobody counts {' and '.join(unknown)}, so they cannot be estimated.",
            "Estimate the other resources: --resource customers,orders,checkouts.",
        )
    request = replace(request, out="-", post=None)
    runs.check_request(request, settings.mapping, int(clock.now()))
    settings = with_domain(settings)
    with http.client(clock, watch) as web:
        shop = open_shopify(settings, web, clock, watch)
        meant = runs.meaning(request, settings.mapping, shop)
        run = runs.new(request, shop, settings.shop, meant, None)
        job = folder_of(settings, request.job).job
        yield report.started(run, job, settings.shop, "none: it is an estimate")
        found = _estimation(shop, run, settings)
        done = _estimate(shop, request, found, rate, clock.now())
    yield replace(done, elapsed=clock.monotonic() - began)


def _estimation(shop: Shop, run: Checkpoint, settings: Settings) -> Estimation:
    made = rules(run, settings.mapping, lambda _: False, None)
    bounds = counted(shop, run, settings.mapping)
    every = (shop.spans(name, run.updated_since, run.frozen_end) for name in run.resources)
    samples = [take(spans, run.since, made) for spans in every]
    return Estimation(run, settings.mapping, bounds, samples, earliest(shop, run, settings.mapping))


def _estimate(
    shop: Shop, request: BackfillRequest, found: Estimation, rate: float, now: float
) -> Estimate:
    counts = {sample.resource: sample.counted for sample in found.samples}
    bucket = shop.api.bucket
    return Estimate(
        shop=shop.domain,
        since=iso(found.run.since),
        until=iso(found.run.until),
        records={
            one.resource: Records(
                one.counted,
                one.read,
                one.rejects,
                is_by_bulk(one.resource, one.counted, request.mode),
            )
            for one in found.samples
        },
        preview=found.preview(rate, now),
        restore_rate=bucket.restore_rate if bucket else None,
        reading=seconds_by_pages(counts, bucket.restore_rate) if bucket else None,
    )
