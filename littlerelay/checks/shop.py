"""Checks what the app may read of a shop that answers, and how much there is to read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from littlerelay import periods, runs
from littlerelay.checks.lines import failed, kept, skipped, tried
from littlerelay.errors import RelayError
from littlerelay.history import History
from littlerelay.progress import Checked
from littlerelay.settings import BackfillRequest
from littlerelay.shopify.protected import check_protected
from littlerelay.shopify.shop import NEEDED, Shop
from littlerelay.shopify.ways import is_by_bulk, seconds_by_pages
from littlerelay.times import iso
from littlerelay.uncounted import UNCOUNTED

SCOPES = "scopes"
PERIOD = "period"
PROTECTED = "customer data"
BUCKET = "pace"
RECORDS = "records"

_LACK = "the app lacks a scope"


@dataclass(slots=True)
class ShopChecks:
    """The checks of one shop that was met; ``counts`` are the records to read, once counted."""

    shop: Shop
    request: BackfillRequest
    history: History | RelayError | None
    counts: Mapping[str, int] = field(default_factory=dict)
    _start: int | None = None
    _lacks_scope: bool = False

    def access(self) -> Iterator[Checked]:
        """Check the scopes, the period, and the approval for customers' data."""
        scopes = tried(SCOPES, self._scopes)
        yield scopes
        yield self._period()
        self._lacks_scope = scopes.state == "failed"
        yield skipped(PROTECTED, _LACK) if self._lacks_scope else self._protected()

    def amount(self) -> Iterator[Checked]:
        """Tell the pace that Shopify allows, and count the records."""
        yield self._bucket()
        if self._start is None:
            yield skipped(RECORDS, "the period is not known")
        else:
            yield skipped(RECORDS, _LACK) if self._lacks_scope else tried(RECORDS, self._records)

    def _scopes(self) -> str:
        self.shop.check_scopes()
        if "contracts" in self.request.resources:
            self.shop.check_contracts()
        left_out = "; ".join(self.shop.left_out())
        granted = " and ".join(NEEDED.split(","))
        return (
            f"{granted} are granted; left out: {left_out}"
            if left_out
            else "all that relay can use are granted"
        )

    def _period(self) -> Checked:
        """Check the period as a run resolves it: by the shop's clock and time zone."""
        if not self.request.since:
            self._start = 0
            return skipped(PERIOD, "give --since")
        return tried(PERIOD, self._reach)

    def _reach(self) -> str:
        history = self._known()
        half_done = runs.unfinished(history) if self.request.since == periods.LAST else None
        if half_done is not None:
            run = half_done[1]
            self._start = run.updated_since
            return f"first the run half done, from {iso(run.since)} to {iso(run.until)}"
        since, self._start, until = periods.bounds(self.request, self.shop, history)
        if "orders" in self.request.resources:
            self.shop.check_reach(self._start)
        if self.request.since == periods.LAST:
            return f"what is new since {iso(self._start)}, up to {iso(until)}"
        return f"from {iso(since)} to {iso(until)}"

    def _known(self) -> History | None:
        """Give the job's history, which ``last`` alone goes on from. Raises DiskError."""
        if not isinstance(self.history, RelayError):
            return self.history
        if self.request.since == periods.LAST:
            raise self.history
        return None

    def _protected(self) -> Checked:
        found = kept(lambda: check_protected(self.shop.api))
        if isinstance(found, RelayError):
            return failed(PROTECTED, found)
        if not found:
            return skipped(PROTECTED, "the shop has no customer and no order to try it on")
        return Checked(PROTECTED, "ok", "names, e-mails, phones and addresses are shown")

    def _bucket(self) -> Checked:
        bucket = self.shop.api.bucket
        if bucket is None:
            return skipped(BUCKET, "Shopify tells nothing of its bucket")
        return Checked(
            BUCKET,
            "ok",
            f"{bucket.restore_rate:,.0f} points a second; the bucket holds "
            f"{bucket.available:,.0f} of {bucket.maximum:,.0f}",
        )

    def _records(self) -> str:
        start, end = self._start or 0, self.shop.now - periods.MARGIN
        names = [name for name in runs.RESOURCES if name in self.request.resources]
        counted = [name for name in names if name not in UNCOUNTED]
        self.counts = counts = {name: self.shop.pages(name, start, end).total() for name in counted}
        told = ", ".join(f"{count:,} {name}" for name, count in counts.items())
        known = [f"{told}{self._time()}"] if counted else []
        if uncounted := [name for name in names if name in UNCOUNTED]:
            known.append(f"nobody counts {' and '.join(uncounted)}")
        return "; ".join(known)

    def _time(self) -> str:
        bucket = self.shop.api.bucket
        if bucket is None:
            return ""
        minutes = round(seconds_by_pages(self.counts, bucket.restore_rate) / 60)
        span = f"about {minutes:,} min" if minutes else "less than a minute"
        if any(is_by_bulk(name, count, self.request.mode) for name, count in self.counts.items()):
            return f"; by pages that would take {span}, so bulk operations read the most of it"
        return f"; to read them takes {span}"
