"""Assembles source, mapper and files into jobs: what `relay backfill` and `relay status` do.

``backfill`` is a generator of progress values; whoever calls it may stop at any value, or be killed
anywhere, and go on by calling it again with the same request.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import BinaryIO

from littlerelay import archives, checkpoint, deliveries, http, probing, report, runs, unsent
from littlerelay.checkpoint import Checkpoint
from littlerelay.clock import SYSTEM, Clock
from littlerelay.durable import make_folder
from littlerelay.errors import RefusedError, UnreachableError, UsageError
from littlerelay.files.ndjson import LazyFile, StreamOutput, verify
from littlerelay.history import History, JobFolder, folder_of, jobs
from littlerelay.job_status import JobStatus
from littlerelay.keeping import NOTHING, Kept, keeper
from littlerelay.ledger import Ledger
from littlerelay.meaning import OF_SHOP, PERIOD, Meaning, differences
from littlerelay.patience import unwatched
from littlerelay.periods import LAST
from littlerelay.pipeline import Run
from littlerelay.places import Paths, check_place, check_stream, set_files_aside
from littlerelay.posts import Posting
from littlerelay.progress import Finished, Noted, Progress
from littlerelay.reading import Sources, open_recharge, open_shopify, read_shop, with_domain
from littlerelay.recharge.api import Recharge
from littlerelay.reconcile.counting import counted, is_countable
from littlerelay.rules import rules
from littlerelay.settings import BackfillRequest, Settings
from littlerelay.shopify.gathering import clear
from littlerelay.shopify.protected import check_protected
from littlerelay.shopify.shop import Shop
from littlerelay.shopify.ways import Ways
from littlerelay.sources import check_ages
from littlerelay.writing import Writing

_APART = (
    "this job sends what it reads, and this run sends nothing: the job does not remember it, and "
    "--since last goes on as if it had not been"
)


def backfill(
    settings: Settings,
    request: BackfillRequest,
    clock: Clock = SYSTEM,
    watch: Callable[[Progress], None] = unwatched,
    stream: BinaryIO | None = None,
) -> Generator[Progress, None, None]:
    """Bring a shop's history into an event file, giving progress after every window.

    The same request again goes on with a run that was stopped, and says so of a finished one.
    ``watch`` hears of waits while they happen; ``stream`` takes the lines of an output ``-``.
    Raises the errors of ``littlerelay.errors``.
    """
    runs.check_request(request, settings.mapping, int(clock.now()))
    check_stream(stream, is_named=request.out == "-")
    if request.post is not None and request.post.check_key:
        probing.check(request.post.destination, clock, watch)
    settings = with_domain(settings)
    folder = folder_of(settings, request.job)
    with folder.locked(), http.client(clock, watch) as web:
        shop = open_shopify(settings, web, clock, watch)
        recharge = open_recharge(settings, request.resources, web, clock)
        if "contracts" in request.resources:
            shop.check_contracts()
        job = _Job(settings, request, folder, clock, shop, watch, recharge)
        if stream is not None:
            yield from job.stream(stream)
            return
        done = None
        if request.since == LAST:
            job.check_unsent()
            yield from job.finish_deliveries()
        if request.since == LAST and not request.restart:
            done = yield from job.finish_begun()
        if done is None or request.out is None or done != Path(request.out).absolute():
            yield from job.run()


def status(state: Path) -> list[JobStatus]:
    """Tell where the latest run of each job stands; a job whose files are damaged says so."""
    return [report.of_job(JobFolder(state, name), state) for name in jobs(state)]


@dataclass(frozen=True, slots=True)
class _Job:
    """One invocation: what was asked, by whom, and of which opened shop."""

    settings: Settings
    request: BackfillRequest
    folder: JobFolder
    clock: Clock
    shop: Shop
    watch: Callable[[Progress], None]
    recharge: Recharge | None

    def run(self) -> Iterator[Progress]:
        """Go on with the run of this request, or begin it."""
        paths = runs.paths(self.request, self.folder.spool, self.shop.now)
        check_place(paths)
        meant = runs.meaning(self.request, self.settings.mapping, self.shop)
        begun = None
        if not self.request.restart:
            begun = runs.begun(paths, self.request, self.folder.job, meant)
            if begun is not None and begun.is_blank:  # another may have begun to read since
                runs.check_unfinished(self.folder.load(), paths)
            archives.check_whole(begun, paths.output)
        start = begun or self._begin(paths, meant)
        if start.is_apart:
            yield Noted(_APART)
        yield from self._go(paths, start)

    def finish_begun(self) -> Generator[Progress, None, Path | None]:
        """Finish the run that was begun last, with its own period, where it is not finished.

        Returns the absolute path of its output, none where there was nothing to finish.
        """
        begun = runs.unfinished(self.folder.load())
        if begun is None:
            return None
        paths, found = begun
        meant = runs.meaning(self.request, self.settings.mapping, self.shop)
        names = OF_SHOP - PERIOD
        if found.is_blank and differences(found.meaning, meant, names):
            return None
        checkpoint.check_same(paths.checkpoint, found.meaning, meant, names)
        yield from self._go(paths, found)
        return paths.output

    def check_unsent(self) -> None:
        """Refuse to send what is new after outputs that would be passed over. Raises UsageError."""
        if (post := self.request.post) is not None:
            to, skips = post.destination, self.request.past_unsent
            unsent.check(self.folder, self.settings.state, to, skips=skips)

    def finish_deliveries(self) -> Iterator[Progress]:
        """Send what earlier runs have written and not sent to its end, the oldest first."""
        history = self.folder.load()
        others = [Path(history.output), *(one.path for one in history.written)] if history else []
        for posting in map(self._posting, unsent.waiting(self.folder.spool, others)):
            run = checkpoint.load(posting.paths.checkpoint) if posting else None
            if posting and run and posting.is_left(run, self.folder.spool):
                yield from self._go(posting.paths, run)

    def stream(self, stream: BinaryIO) -> Iterator[Progress]:
        """Write the events to a stream: no checkpoint, nothing remembered."""
        began = self.clock.monotonic()
        rejects = Path(f"{self.folder.job}.rejects.ndjson")
        if rejects.exists():
            raise UsageError(
                f"{rejects} exists, and rejected records would go there.", "Move it away first."
            )
        meant = runs.meaning(self.request, self.settings.mapping, self.shop)
        start = runs.new(self.request, self.shop, self.folder.job, meant, None)
        yield report.started(start, self.folder.job, self.settings.shop, "-")
        with ExitStack() as stack:
            stack.callback(clear, self.folder.bulk)  # even where it is stopped: it cannot go on
            rejected = stack.enter_context(closing(LazyFile(rejects)))
            run = Run(start, StreamOutput(stream), rejected, lambda _: None, self.clock)
            yield from self._read(start, None, run)
            end = run.finish()
        checkpoint.check_counts(end)
        told = report.finished(end, self.folder.job, "-", str(rejects))
        yield replace(told, bytes=run.written, elapsed=self.clock.monotonic() - began)

    def _posting(self, paths: Paths) -> Posting | None:
        """Give the delivery of a run's file; none where it is not asked for."""
        post, mapping = self.request.post, self.settings.mapping
        state = self.settings.state
        return Posting(paths, post, mapping, self.clock, self.watch, state) if post else None

    def _begin(self, paths: Paths, meant: Meaning) -> Checkpoint:
        """Begin a run, once nothing speaks against it: its checkpoint is the first of its files."""
        history = self.folder.load()
        start = runs.new(self.request, self.shop, self.folder.job, meant, history)
        if {"customers", "orders"} <= set(self.request.resources):
            check_protected(self.shop.api)
        if posting := self._posting(paths):
            check_ages(start, self.settings.mapping, self.clock.now())
            posting.repeated(start, resends=self.request.restart)
        if start.new_since is not None:
            self.folder.given()
        elif posting is None and unsent.is_apart(self.folder, history, start):
            start = start.model_copy(update={"is_apart": True})
        if start.limit is None:
            runs.check_job(history, meant)
            if start.is_of_job and not (self.request.restart and self.request.since == LAST):
                runs.check_unfinished(history, paths)
        old = runs.old_files(self.request, history, paths)
        archives.check_new(archives.of_output(paths.output, meant), old)
        if not self.request.restart:
            runs.check_sample(paths)
        if self.request.archive is not None:  # while nothing is bound to it yet
            make_folder(Path(self.request.archive))
        set_files_aside(old, int(self.clock.now()))
        if start.is_of_job:
            output = str(paths.output.absolute())
            known = history or History(job=self.folder.job, meaning=meant, output=output)
            self.folder.save(known.model_copy(update={"output": output, "meaning": meant}))
        checkpoint.save(paths.checkpoint, start)
        return start

    def _go(self, paths: Paths, start: Checkpoint) -> Iterator[Progress]:
        """Bring a run from wherever it stands to its end, and its delivery, too."""
        written, posting = self._written(paths, start), self._posting(paths)
        if posting is None or _is_spent(paths, start):
            if posting is not None:
                posting.check_spent()
            yield from written
            return
        check_ages(start, self.settings.mapping, self.clock.now(), str(paths.output))
        resends = self.request.restart
        yield from posting.along(written, self.folder.spool, resends=resends)
        unsent.settle(self.folder, self.settings.state, posting.post.destination)

    def _written(self, paths: Paths, start: Checkpoint) -> Iterator[Progress]:
        """Write a run's file to its end."""
        remember, domain = partial(self._remember, paths), self.settings.shop
        kept = keeper(start, paths.output, domain, self.shop.zone)
        writing = Writing(paths, start, domain, self.clock, remember, kept)
        if start.phase != "reading" and not _is_spent(paths, start):
            verify(paths.output, start.output)
        if start.phase == "done":
            if start.is_of_job and self.folder.load() is None:
                remember(start)
            is_removed = _is_spent(paths, start)
            again = replace(writing.finished(start), already=True, is_removed=is_removed)
            yield from self._proven(again, paths)
            return
        for value in writing.told(partial(self._read, start, paths.output)):
            yield from self._proven(value, paths) if isinstance(value, Finished) else (value,)

    def _proven(self, done: Finished, paths: Paths) -> Iterator[Progress]:
        """Give a run that is done with Shopify's own counts, where they are of the same."""
        run = checkpoint.load(paths.checkpoint)
        is_lacking = run is not None and run.rejects.lines > 0 and not paths.rejects.exists()
        if run is None or not is_countable(run) or is_lacking:
            yield done
            return
        mapping = self.settings.mapping
        try:
            found = tuple(counted(self.shop.api, run, mapping, paths.rejects))
        except (RefusedError, UnreachableError, UsageError) as error:
            yield Noted(f"what was given is not held to Shopify's counts: {error}")
            found = ()
        yield replace(done, counted=found)

    def _read(
        self, start: Checkpoint, output: Path | None, run: Run, kept: Kept = NOTHING
    ) -> Iterator[Progress]:
        """Read every resource from where it stands."""
        with ExitStack() as stack:
            given = self._given(start, stack)
            made = kept.keeping(rules(start, self.settings.mapping, given, output))
            ways = Ways(
                self.shop,
                self.request.mode,
                Paths(output).bulk if output else self.folder.bulk,
                self.clock,
                self.watch,
                is_local=self.settings.endpoint is not None,
            )
            yield from read_shop(Sources(ways, self.recharge), run, start, made)

    def _given(self, start: Checkpoint, stack: ExitStack) -> Callable[[str], bool]:
        """Open the ledger of a run of ``--since last``."""
        if start.new_since is None:
            return lambda _: False
        return stack.enter_context(closing(Ledger(self.folder.given()))).__contains__

    def _remember(self, paths: Paths, end: Checkpoint) -> None:
        """Take a finished run into the job's history, which may have been lost meanwhile."""
        known = self.folder.load()
        if known is None:
            output = str(paths.output.absolute())
            known = History(job=self.folder.job, meaning=end.meaning, output=output)
        is_posted = self.request.post is not None
        known = unsent.remembered(known, end, paths.output, is_posted=is_posted)
        self.folder.record(known, end, paths.output)


def _is_spent(paths: Paths, run: Checkpoint) -> bool:
    return run.phase == "done" and deliveries.is_spent(paths.output)
