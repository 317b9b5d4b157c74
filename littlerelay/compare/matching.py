"""Matches the entries of two sides, one partition after the other."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from heapq import merge
from itertools import repeat

from littlerelay.compare.content import content, differences, original_id
from littlerelay.compare.costs import Costs
from littlerelay.compare.entries import Codes
from littlerelay.compare.partitions import Entry, Findings
from littlerelay.compare.plans import Planned
from littlerelay.compare.sides import Side
from littlerelay.compare.values import OUTCOMES, Change, Counts, Difference
from littlerelay.compare.workspace import Workspace
from littlerelay.events import Event
from littlerelay.settings import Outcome


@dataclass(frozen=True, slots=True)
class Sides:
    """Both sides of a comparison."""

    old: Side
    new: Side


class Matcher:
    """Finds out what is new, changed, the same and gone.

    ``kept`` are the outcomes of which each message is to be found again; ``counts_as_gone``
    tells of a message that only the old side has whether it would be on the new one, if it still
    were.
    """

    def __init__(
        self,
        sides: Sides,
        work: Workspace,
        kept: frozenset[Outcome],
        counts_as_gone: Callable[[Event], bool] | None = None,
    ) -> None:
        self._sides = sides
        self._counts_as_gone = counts_as_gone
        self._numbers: dict[Outcome, Counter[int]] = {outcome: Counter() for outcome in OUTCOMES}
        self.found: dict[Outcome, Findings] = {
            outcome: Findings(
                work, f"found-{outcome}", (sides.old if outcome == "gone" else sides.new).end
            )
            for outcome in OUTCOMES
            if outcome in kept
        }

    def match(self, old: dict[bytes, Entry], new: dict[bytes, Entry]) -> None:
        """Match the entries of one partition. Raises UsageError for a line that is no event."""
        same = self._numbers["same"]
        keeps_same = "same" in self.found
        for key, entry in new.items():
            before = old.pop(key, None)
            if before is None:
                self._note("new", entry, entry)
            elif entry[1] != before[1] and self._differ(before, entry):
                self._note("changed", entry, before)
            elif keeps_same:
                self._note("same", entry, before)
            else:
                same[entry[5]] += 1
        for entry in old.values():
            if self._counts_as_gone is None or self._counts_as_gone(self._event_of(entry)):
                self._note("gone", entry, entry)

    def close(self) -> None:
        """End the files of what was found. Raises OSError."""
        for findings in self.found.values():
            findings.close()

    def _note(self, outcome: Outcome, entry: Entry, other: Entry) -> None:
        self._numbers[outcome][entry[5]] += 1
        if findings := self.found.get(outcome):
            findings.add(entry[2:5], other[2:5])

    def _differ(self, before: Entry, entry: Entry) -> bool:
        old = self._sides.old.message(before[2:5]).event
        new = self._sides.new.message(entry[2:5]).event
        return any(differences(content(old), content(new)))

    def _event_of(self, entry: Entry) -> Event:
        return self._sides.old.message(entry[2:5]).event

    def counts(self) -> Counts:
        """Give how many messages there are of each outcome."""
        return {outcome: numbers.total() for outcome, numbers in self._numbers.items()}

    def counts_by(self, part: int, codes: Codes) -> dict[str, Counts]:
        """Give the same by event (``part`` 0) or month (1), in order of their names."""
        found: dict[str, dict[Outcome, int]] = {}
        for outcome, numbers in self._numbers.items():
            for code, number in numbers.items():
                counts = found.setdefault(codes.pairs[code][part], dict.fromkeys(OUTCOMES, 0))
                counts[outcome] += number
        return {name: found[name] for name in sorted(found)}

    def measure(self, outcomes: Iterable[Outcome], costs: Costs) -> None:
        """Take each message of the new side with one of these outcomes into costs, in its order."""
        side = self._sides.new
        for finding in merge(*(self.found[outcome] for outcome in outcomes)):
            if not costs.add_line(side.line(finding[:3])):
                message = side.message(finding[:3])
                costs.add(message.event, len(message.content) + 1)

    def planned(self, outcomes: Iterable[Outcome]) -> Iterator[Planned]:
        """Give each message of the new side with one of these outcomes, in its order."""
        found = [zip(self.found[outcome], repeat(outcome)) for outcome in outcomes]
        for finding, outcome in merge(*found):
            message = self._sides.new.message(finding[:3])
            old_id = None
            if outcome == "changed":
                old_id = original_id(self._sides.old.message(finding[3:]).event)
            yield Planned(message, repeats=old_id == original_id(message.event))

    def differences(self, outcome: Outcome) -> Iterator[Difference]:
        """Give each message of one outcome that is kept, in the order of its side."""
        side = self._sides.old if outcome == "gone" else self._sides.new
        for finding in self.found[outcome]:
            message = side.message(finding[:3]).event
            changes: tuple[Change, ...] = ()
            if outcome == "changed":
                old = self._sides.old.message(finding[3:]).event
                changes = tuple(differences(content(old), content(message)))
            yield Difference(outcome, message, changes)
