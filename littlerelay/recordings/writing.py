"""Writes what a store holds into the files of a run: rejects as they came, events by time."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from littlerelay.checkpoint import Checkpoint
from littlerelay.clock import Clock
from littlerelay.files.ndjson import Output
from littlerelay.pipeline import SAVE_BYTES, SAVE_SECONDS
from littlerelay.recordings.store import Store

_TOLD = 5_000  # lines after which somebody else may have a turn


@dataclass(slots=True)
class Writer:
    """Writes from where the checkpoint ``run`` left the files; ``save`` gets each further one."""

    run: Checkpoint
    store: Store
    output: Output
    rejects: Output
    save: Callable[[Checkpoint], None]
    clock: Clock

    def write(self) -> Iterator[int]:
        """Write all that is left, giving now and then how many events are written."""
        written = self.run.output.lines
        for line in self.store.rejects(self.run.rejects.lines):
            self.rejects.write(line)
        saved = self.clock.monotonic(), self.output.written
        yield written
        for line in self.store.facts(written):
            self.output.write(line)
            written += 1
            if written % _TOLD == 0:
                yield written
            if self.output.settle() and self._is_due(*saved):
                self._remember()
                saved = self.clock.monotonic(), self.output.written
        yield written

    def _is_due(self, seconds: float, written: int) -> bool:
        return (
            self.output.written - written >= SAVE_BYTES
            or self.clock.monotonic() - seconds >= SAVE_SECONDS
        )

    def _remember(self) -> None:
        marks = {"output": self.output.sync(), "rejects": self.rejects.sync()}
        self.run = self.run.model_copy(update=marks)
        self.save(self.run)

    def finish(self) -> Checkpoint:
        """End the files, and give the checkpoint that covers them."""
        marks = {"output": self.output.finish(), "rejects": self.rejects.finish()}
        return self.run.model_copy(update=marks)


def counted(names: Iterable[tuple[str, int]]) -> dict[str, int]:
    """Give counts of events, the most frequent first."""
    return dict(sorted(names, key=lambda pair: (-pair[1], pair[0])))
