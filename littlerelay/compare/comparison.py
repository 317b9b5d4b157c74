"""Compares two sides, from their files to what came of it."""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import dataclass, replace
from itertools import islice

from littlerelay.compare.costs import Costs
from littlerelay.compare.entries import Codes, Spreader
from littlerelay.compare.matching import Matcher, Sides
from littlerelay.compare.partitions import Partitions, parts_for
from littlerelay.compare.plans import Plan, Written
from littlerelay.compare.sides import File, Side
from littlerelay.compare.values import Compared, Comparing, Difference
from littlerelay.compare.workspace import Workspace
from littlerelay.durable import disk_errors
from littlerelay.events import Event
from littlerelay.previews import Preview
from littlerelay.settings import Outcome

SHOWN: tuple[Outcome, ...] = ("new", "changed", "gone")
PLANNED: tuple[Outcome, ...] = ("new", "changed")


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to be compared, and what of it is told.

    ``events`` are names or types, in lower case (none: all). ``outcomes`` are those of which
    messages are given, ``most`` of each (none: all). ``counts_as_gone`` is that of `Matcher`.
    ``plan`` is where all are written that are new or changed, told or not; ``rate`` is the
    messages a second of the preview of them (none: no preview).
    """

    events: frozenset[str] = frozenset()
    outcomes: tuple[Outcome, ...] = SHOWN
    most: int | None = 5
    zone: str = "UTC"
    counts_as_gone: Callable[[Event], bool] | None = None
    plan: Plan | None = None
    rate: float | None = None

    @property
    def kept(self) -> frozenset[Outcome]:
        """Give the outcomes of which each message is to be found again."""
        planned = () if self.plan is None and self.rate is None else PLANNED
        return frozenset((*self.outcomes, *planned))


class Comparison:
    """One comparison of files: run it once."""

    def __init__(self, old: list[File], new: list[File], work: Workspace, wanted: Wanted) -> None:
        self._old, self._new = old, new
        self._work = work
        self._wanted = wanted
        self._codes = Codes(wanted.events, wanted.zone)
        self._size = sum(file.raw_size for file in [*old, *new])
        self._parts = parts_for(max(sum(file.size for file in files) for files in (old, new)))
        # Where all was made by one version, its name needs no cutting out.
        self._cuts = len({file.library for file in [*old, *new]}) > 1

    def run(self) -> Generator[Comparing | Difference, None, Compared]:
        """Read, match, and tell. Raises UsageError for what is no event, and DiskError."""
        with (
            Side(self._old, self._work, "old") as old,
            Side(self._new, self._work, "new") as new,
            disk_errors(self._work.path),
        ):
            old_parts = yield from self._spread(old, 0)
            new_parts = yield from self._spread(new, old.taken)
            wanted = self._wanted
            matcher = Matcher(Sides(old, new), self._work, wanted.kept, wanted.counts_as_gone)
            for number in range(self._parts):
                matcher.match(old_parts.latest(number), new_parts.latest(number))
                yield Comparing(str(self._new[-1].path), self._size, self._size)
            matcher.close()
            # First: whoever reads what is told may have had enough of it.
            written, preview = self._sent(matcher)
            for outcome in wanted.outcomes:
                yield from islice(matcher.differences(outcome), wanted.most)
        messages = new_parts.entries
        compared = replace(self._compared(matcher), preview=preview, messages=messages)
        if written is None:
            return compared
        return replace(compared, saved=written.lines, kept=written.kept)

    def _sent(self, matcher: Matcher) -> tuple[Written | None, Preview | None]:
        """Write the plan, and sum up what would be sent, as far as either is asked for."""
        plan, rate = self._wanted.plan, self._wanted.rate
        written, costs = None, None if rate is None else Costs(self._work)
        if plan is not None:
            written = plan.write(matcher.planned(PLANNED), costs)
        elif costs is not None:
            matcher.measure(PLANNED, costs)
        if rate is None or costs is None:
            return written, None
        by_event = matcher.counts_by(0, self._codes).items()
        numbers = {name: sum(counts[one] for one in PLANNED) for name, counts in by_event}
        return written, costs.preview({name: n for name, n in numbers.items() if n}, rate)

    def _spread(self, side: Side, before: int) -> Generator[Comparing, None, Partitions]:
        """Spread the entries of a side; ``before`` is how many bytes were read already."""
        parts = Partitions(self._work, f"{side.name}-part", self._parts)
        spreader = Spreader(self._codes, parts, cuts=self._cuts)
        for file in side.files:
            name = str(file.path)
            yield Comparing(name, before + side.taken, self._size)
            for _ in spreader.spread(side, file):
                yield Comparing(name, before + side.taken, self._size)
        parts.close()
        return parts

    def _compared(self, matcher: Matcher) -> Compared:
        return Compared(
            old=tuple(str(file.path) for file in self._old),
            new=str(self._new[-1].path),
            counts=matcher.counts(),
            events=matcher.counts_by(0, self._codes),
            months=matcher.counts_by(1, self._codes),
            zone=self._wanted.zone,
            plan=str(self._wanted.plan.path) if self._wanted.plan else None,
        )
