"""Compares what a shop's history gives now with earlier events: the API of `relay diff --since`.

It is the loop of a backfill with another end: the events lie in a folder for temporary files until
they are compared. Nothing is sent, and nothing of the job is written or locked.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

from littlerelay import checkpoint, deliveries, http, periods, report, runs
from littlerelay.checkpoint import Checkpoint
from littlerelay.clock import SYSTEM, Clock
from littlerelay.compare.comparison import Comparison
from littlerelay.compare.content import original_id
from littlerelay.compare.sides import File, check_naming
from littlerelay.compare.values import Compared
from littlerelay.compare.workspace import Workspace
from littlerelay.diffs import Told, finished, opened, wanted_of, whole_files
from littlerelay.errors import RefusedError, UsageError
from littlerelay.events import STATES, Event, names_of, timestamp
from littlerelay.files.ndjson import LazyFile, StreamOutput
from littlerelay.history import JobFolder, folder_of
from littlerelay.meaning import OF_JOB, SETTINGS, Meaning, differences, lost_scopes
from littlerelay.patience import unwatched
from littlerelay.pipeline import Run
from littlerelay.places import Paths
from littlerelay.progress import Noted, Progress
from littlerelay.reading import Sources, open_recharge, open_shopify, read_shop, with_domain
from littlerelay.rules import rules
from littlerelay.sequence import listed, of_job
from littlerelay.settings import BackfillRequest, DiffRequest, Mapping, Settings
from littlerelay.shopify.shop import Shop
from littlerelay.shopify.ways import Ways
from littlerelay.times import iso, iso_ms

# From which records the facts come. Not here are Customer Enabled, which tells a state, dated anew
# with every change of its record, and so in no period then; and what Recharge forgets: an update
# with the next one, a failed charge once it is paid, a skip that is taken back, the cancellation of
# who comes back.
_FROM = {
    "Customer Created": "customers",
    "Checkout Started": "checkouts",
    "Checkout Step Viewed": "checkouts",
    "Checkout Step Completed": "checkouts",
    "Order Completed": "orders",
    "POS Order Placed": "orders",
    "Post Purchase Upsell": "orders",
    "Order Cancelled": "orders",
    "Order Refunded": "orders",
    "Fulfillment Created": "orders",
    "Fulfillment Updated": "orders",
}
_AGAINST = "Name the files of its events with --against"
_ROOM = 58  # letters of a job's name that leave room for more
_FROM_EITHER = frozenset({"Coupon Applied", "Payment Info Entered"})  # only an order's names it
_SUBSCRIBED = "Subscription Created"
_BY_SELLER = {"recharge": "subscriptions", "shopify": "contracts"}  # as its messageId tells


def diff_shop(
    settings: Settings,
    request: BackfillRequest,
    asked: DiffRequest,
    clock: Clock = SYSTEM,
    watch: Callable[[Progress], None] = unwatched,
) -> Generator[Told | Progress, None, None]:
    """Compare what a backfill would give with earlier files, or with the job's last output.

    Gives the progress of the reading, then what `diffs.diff` gives. Raises the errors of
    ``littlerelay.errors``.
    """
    began = clock.monotonic()
    wanted = wanted_of(asked)
    _check(request, settings, clock)
    settings = with_domain(settings)
    job = folder_of(settings, request.job)
    with whole_files():
        old = opened(asked.old or last_output(job, _AGAINST))
        naming = {"shop": settings.shop, "namespace": settings.mapping.namespace}
        check_naming(old, naming, "this command")
        with Workspace() as work:
            dry = _DryRun(settings, replace(request, out="-"), job.job, work, clock)
            dry.saves = asked.save is not None
            end = yield from dry.read(old, watch)
            wanted = replace(wanted, counts_as_gone=_would_be_there(end, settings.mapping))
            compared = yield from Comparison(old, [File(dry.place)], work, wanted).run()
    yield from _brought_by_last(job, compared)
    yield replace(
        finished(compared, began, clock),
        new=settings.shop,
        since=iso(end.since),
        until=iso(end.until),
        rejected=sum(at.rejected for at in end.resources.values()),
    )


class _DryRun:
    """A run whose events go to a work file, and that nobody remembers."""

    def __init__(
        self, settings: Settings, request: BackfillRequest, job: str, work: Workspace, clock: Clock
    ) -> None:
        self.place = work.path / "given"
        self.saves = False
        self._settings = settings
        self._request = request
        self._job = job
        self._work = work
        self._clock = clock

    def read(
        self, old: list[File], watch: Callable[[Progress], None]
    ) -> Generator[Progress, None, Checkpoint]:
        """Read what a backfill would read, and give the run as it ended."""
        settings, clock = self._settings, self._clock
        with http.client(clock, watch) as web:
            shop = open_shopify(settings, web, clock, watch)
            meant = runs.meaning(self._request, settings.mapping, shop)
            start = runs.new(self._request, shop, self._job, meant, None)
            names = ", ".join(str(file.path) for file in old)
            told = f"none: it is compared with {names}"
            yield report.started(start, self._job, settings.shop, told)
            yield from _other_settings(old, meant)
            yield from _other_scopes(old, meant, saves=self.saves)
            recharge = open_recharge(settings, self._request.resources, web, clock)
            if "contracts" in self._request.resources:
                shop.check_contracts()
            end = yield from self._run(start, Sources(self._ways(shop, watch), recharge))
        yield report.finished(end, self._job, told, "")
        return end

    def _run(self, start: Checkpoint, sources: Sources) -> Generator[Progress, None, Checkpoint]:
        made = rules(start, self._settings.mapping, lambda _: False, None)
        with (
            self._work.create(self.place.name) as events,
            closing(LazyFile(self._work.path / "rejects")) as rejects,
        ):
            run = Run(start, StreamOutput(events), rejects, lambda _: None, self._clock)
            yield from read_shop(sources, run, start, made)
            end = run.finish()
        checkpoint.check_counts(end)
        return end

    def _ways(self, shop: Shop, watch: Callable[[Progress], None]) -> Ways:
        return Ways(
            shop,
            self._request.mode,
            self._work.path / "bulk",
            self._clock,
            watch,
            is_local=self._settings.endpoint is not None,
        )


def _brought_by_last(job: JobFolder, compared: Compared) -> Iterator[Noted]:
    """Note the new facts of a plan that the job would send a second time."""
    kinds = compared.events.items()
    new = sum(one["new"] for name, one in kinds if name.casefold() not in STATES)
    history = job.load() if compared.plan and new else None
    if history is None or history.end is None or history.cut_over:
        return
    yield Noted(
        f"new facts in {compared.plan}: {new:,}. --since last of the job {job.job} knows of no "
        "plan and sends them, too; what Segment takes twice, more than about a day apart, counts "
        "twice. Where --since last goes on, let it bring what is new, and save people alone: "
        "--event identify"
    )


def _check(request: BackfillRequest, settings: Settings, clock: Clock) -> None:
    if request.since == periods.LAST:
        raise UsageError(
            "relay diff compares a period, and --since last is none.", "Give --since a date."
        )
    runs.check_request(replace(request, out="-"), settings.mapping, int(clock.now()))


def last_output(job: JobFolder, hint: str) -> tuple[str, ...]:
    """Name the file that a job wrote last, where it holds more than what was new then.

    Raises UsageError where there is none; ``hint`` says how files are named.
    """
    history = job.load()
    if history is None:
        raise UsageError(f"The job {job.job} has no earlier run to compare with.", f"{hint}.")
    output = Path(history.output)
    if deliveries.is_spent(output):
        since = iso(history.since) if history.since is not None else "DATE"
        which = f"{since} --resource {','.join(history.meaning.resources)}"
        raise UsageError(
            f"{output} was removed once all of it was accepted, as --post without --out does.",
            "Read it anew, which sends nothing and leaves the job as it is: relay backfill --since "
            f"{which} --job {job.job[:_ROOM]}-proof --out FILE; then name FILE. With --post --out "
            "FILE it stays.",
        )
    run = checkpoint.load(Paths(output).checkpoint)
    if run is not None and run.new_since is not None:
        raise UsageError(
            f"{output} holds only what was new since {iso(run.new_since)}.",
            f"{hint}: {listed(of_job(output, job.job))}",
        )
    return (history.output,)


def _other_settings(old: list[File], meant: Meaning) -> Iterator[Noted]:
    """Note the settings with which earlier files were written otherwise: all may differ then."""
    for file in old:
        if file.run is not None:
            before = file.run.meaning.resources  # none of recordings
            names = OF_JOB if before else SETTINGS & OF_JOB
            if changed := differences(file.run.meaning, meant, names):
                yield Noted(f"{file.path} was written with other settings: {changed}")
            if unread := [one for one in before if one not in meant.resources]:
                yield Noted(
                    f"{' and '.join(unread)} of {file.path} are not compared: "
                    f"--resource {','.join(before)} does"
                )


def _other_scopes(old: list[File], meant: Meaning, *, saves: bool) -> Iterator[Noted]:
    """Note what the app could read when earlier files were written and cannot now, or otherwise.

    Raises RefusedError where a plan would take that away from what was sent.
    """
    now = set(meant.missing_scopes or ())
    for file in old:
        if file.run is None or file.run.meaning.missing_scopes is None:
            continue
        then = set(file.run.meaning.missing_scopes)
        gone = lost_scopes(file.run.meaning.missing_scopes, meant.missing_scopes)
        if lost := " and ".join(sorted(gone)):
            told = f"{file.path} was written with {lost}, which the app lacks now"
            if saves and gone != {"read_all_orders"}:
                raise RefusedError(
                    f"{told}: a plan would hold poorer copies of what that file has.",
                    f"Grant {lost} to the app, or leave --save away.",
                )
            yield Noted(f"{told}: most of what is changed or gone may come from that")
        if won := " and ".join(sorted(then - now)):
            told = f"{file.path} was written without {won}, which the app has now"
            yield Noted(f"{told}: most of what is new or changed may come from that")


def _would_be_there(run: Checkpoint, mapping: Mapping) -> Callable[[Event], bool]:
    """Give what tells whether a run would give a message whose record is still in the shop.

    It would of facts in its period that come from the records it reads.
    """
    since, until = iso_ms(run.since), iso_ms(run.until)
    name_of = names_of(mapping.namespace, mapping.shop)

    def would_be_there(event: Event) -> bool:
        if event["type"] != "track" or event["event"] in mapping.leave_out:
            return False
        is_read = source_of(event, name_of) in run.resources
        return is_read and since <= timestamp(event["timestamp"]) < until

    return would_be_there


def source_of(fact: Event, name_of: Callable[[str], str]) -> str | None:
    """Name the records of which a fact was made; none where relay made it of no record.

    ``name_of`` gives the messageId of a fact of the shop.
    """
    properties = fact.get("properties") or {}
    if fact["event"] in _FROM_EITHER:
        return "orders" if "order_id" in properties else "checkouts"
    if fact["event"] == _SUBSCRIBED:
        number, key = properties.get("subscriptionId"), original_id(fact)
        names = {name_of(f"subscriptions/{one}/{number}/created"): one for one in _BY_SELLER}
        return _BY_SELLER.get(names.get(key, ""))
    return _FROM.get(fact["event"])
