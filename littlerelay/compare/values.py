"""The values that a comparison gives; whoever asked for it draws them, or does not."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from littlerelay.settings import Outcome

if TYPE_CHECKING:
    from littlerelay.previews import Preview  # with it comes orjson

OUTCOMES: tuple[Outcome, ...] = ("new", "changed", "same", "gone")

Counts = Mapping[Outcome, int]


class _Absent:
    """Stands for a value that one of two messages does not have."""

    def __repr__(self) -> str:
        return "ABSENT"


ABSENT = _Absent()


@dataclass(frozen=True, slots=True)
class Change:
    """One value that differs; either may be ABSENT. Members of a list are named by their index."""

    path: str
    old: object
    new: object


@dataclass(frozen=True, slots=True)
class Comparing:
    """Files are being read; ``position`` of ``size`` bytes, of all of them together."""

    file: str
    position: int
    size: int


@dataclass(frozen=True, slots=True)
class Difference:
    """One message that is new, changed, the same or gone.

    ``message`` is the new one, of what is gone the old one. ``changes`` are those of a changed one.
    """

    outcome: Outcome
    message: Mapping[str, Any]
    changes: tuple[Change, ...] = ()


@dataclass(frozen=True, slots=True)
class Compared:
    """What a comparison came to: counts in all, by event and by month (``2026-01``).

    ``messages`` is how many of the new side were compared: of several with one id, or of several
    Identify of one person, the last alone is counted.
    ``zone`` is that of the months. ``saved`` is how many messages were written to the
    ``plan``, none where none was asked for; ``kept`` of them are facts that keep an id which may
    have been sent. ``preview`` is of what is new or changed, none where it
    was not asked for. Of a shop that was read, ``since`` and ``until`` are
    the period, and ``rejected`` records gave no events.
    """

    old: tuple[str, ...]
    new: str
    counts: Counts
    events: Mapping[str, Counts] = field(default_factory=dict)
    months: Mapping[str, Counts] = field(default_factory=dict)
    zone: str = "UTC"
    elapsed: float = 0.0
    messages: int = 0
    plan: str | None = None
    saved: int | None = None
    kept: int = 0
    since: str | None = None
    until: str | None = None
    rejected: int = 0
    preview: Preview | None = None

    @property
    def is_strange(self) -> bool:
        """Tell whether the sides have nothing in common, though each has something."""
        counts = self.counts
        return not (counts["same"] or counts["changed"]) and bool(counts["new"] and counts["gone"])
