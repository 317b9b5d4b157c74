"""Writes what a store holds into the files of a run: rejects as they came, events by time."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass, field

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
    _saved: tuple[float, int] = field(init=False)

    def __post_init__(self) -> None:
        """Count from here to the next checkpoint."""
        self._saved = self.clock.monotonic(), self.output.written

    def write(self) -> Iterator[int]:
        """Write all that is left, giving now and then how many events are written."""
        written = self.run.output.lines
        with closing(self.store.rejects(self.run.rejects.lines)) as rejects:
            for line in rejects:
                self.rejects.write(line)
        yield written
        with closing(self.store.facts(written)) as facts:
            for line in facts:
                self.output.write(line)
                written += 1
                self._remember_when_due()
                if written % _TOLD == 0:
                    yield written
        yield written

    def _remember_when_due(self) -> None:
        """Save a checkpoint at the first settled point after a second or 8 MB."""
        seconds, written = self._saved
        if self.output.settle() and (
            self.output.written - written >= SAVE_BYTES
            or self.clock.monotonic() - seconds >= SAVE_SECONDS
        ):
            marks = {"output": self.output.sync(), "rejects": self.rejects.sync()}
            self.run = self.run.model_copy(update=marks)
            self.save(self.run)
            self._saved = self.clock.monotonic(), self.output.written

    def finish(self) -> Checkpoint:
        """End the files, and give the checkpoint that covers them."""
        marks = {"output": self.output.finish(), "rejects": self.rejects.finish()}
        return self.run.model_copy(update=marks)


def counted(names: Iterable[tuple[str, int]]) -> dict[str, int]:
    """Give counts of events, the most frequent first."""
    return dict(sorted(names, key=lambda pair: (-pair[1], pair[0])))
