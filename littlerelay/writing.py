"""Writes a run's file to its end, wherever its records come from."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass, replace
from functools import partial

from littlerelay import checkpoint, report
from littlerelay.checkpoint import Checkpoint
from littlerelay.clock import Clock
from littlerelay.errors import Bug
from littlerelay.files.compressed import open_output
from littlerelay.files.ndjson import LazyFile
from littlerelay.keeping import NOTHING, Keeper, Kept
from littlerelay.pipeline import Rules, Run, Window
from littlerelay.places import Paths
from littlerelay.progress import Advanced, Bucket, Finished, Progress
from littlerelay.shopify.gathering import clear
from littlerelay.times import iso


@dataclass(frozen=True, slots=True)
class Writing:
    """One run, from where its checkpoint left it; ``shop`` is its shop's domain.

    ``remember`` takes a run whose counts are right into what outlives it, before it is done.
    ``keeper`` keeps its records, where they are kept.
    """

    paths: Paths
    start: Checkpoint
    shop: str
    clock: Clock
    remember: Callable[[Checkpoint], None]
    keeper: Keeper | None = None

    def told(self, read: Callable[[Run, Kept], Iterator[Progress]]) -> Iterator[Progress]:
        """Write what ``read`` gives to the run, and bring it to its end."""
        began = self.clock.monotonic()
        yield report.started(self.start, self.start.job, self.shop, str(self.paths.output))
        end = self.start
        if end.phase == "reading":
            with ExitStack() as stack:
                run, kept = self._opened(stack)
                yield from read(run, kept)
                end = kept.covered(run.finish())
                self._close(end)  # while nobody else can have the file
        else:
            self._close(end)
        yield replace(self.finished(end), elapsed=self.clock.monotonic() - began)

    def finished(self, run: Checkpoint) -> Finished:
        """Show the run as one that is done."""
        return report.finished(run, run.job, str(self.paths.output), str(self.paths.rejects))

    def _opened(self, stack: ExitStack) -> tuple[Run, Kept]:
        """Open the files, cut to the checkpoint: the output first, for its lock guards the rest."""
        paths, start = self.paths, self.start
        output = stack.enter_context(closing(open_output(paths.output, start.output)))
        rejects = stack.enter_context(closing(LazyFile(paths.rejects, start.rejects)))
        kept = NOTHING
        if self.keeper is not None:
            kept = stack.enter_context(closing(self.keeper.opened(start)))
        save = kept.saving(partial(checkpoint.save, paths.checkpoint))
        return Run(start, output, rejects, save, self.clock), kept

    def _close(self, end: Checkpoint) -> None:
        """Check the counts, remember the run, and only then call it done."""
        clear(self.paths.bulk)
        checkpoint.check_counts(end)
        if end.output.lines != sum(end.events.values()) or end.rejects.lines != sum(
            at.rejected for at in end.resources.values()
        ):
            raise Bug(f"{self.paths.output} does not hold as many lines as were counted")
        if self.keeper is not None:
            self.keeper.complete(end)
        if end.is_of_job:
            self.remember(end)
        checkpoint.save(self.paths.checkpoint, end.model_copy(update={"phase": "done"}))


def advances(
    run: Run,
    resource: str,
    windows: Iterable[Window],
    rules: Rules,
    bucket: Callable[[], Bucket | None],
) -> Iterator[Advanced]:
    """Write what the windows of a resource hold, and tell after each how far that is."""
    for tally in run.read(resource, windows, rules):
        yield Advanced(
            resource=resource,
            read=tally.read,
            events=run.events.total(),
            rejected=tally.fates["rejected"],
            bytes=run.written,
            position=iso(tally.time),
            bucket=bucket(),
        )
