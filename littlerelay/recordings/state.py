"""Says how far a run of recordings is, before its file is written."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Literal

from littlerelay.marks import EMPTY

Phase = Literal["reading", "mapping", "writing"]


@dataclass(slots=True)
class State:
    """Where a run stands; it is kept with each step's results.

    While it reads: ``file`` is the number of the input, ``offset`` and ``lines`` are how far it is
    read (bytes as unpacked), and ``fingerprint`` says what the input is up to there. ``shop`` is
    the one that the lines name. ``counts`` has, for each kind, how many records were read,
    rejected, and of no fact; ``unsigned`` of those rejected had nothing to verify. While it maps:
    ``family`` and ``key`` are the last entity's, and ``mapped`` counts the records so far.
    """

    phase: Phase = "reading"
    file: int = 0
    offset: int = 0
    lines: int = 0
    fingerprint: str = EMPTY.tail
    shop: str = ""
    read: Counter[str] = field(default_factory=Counter)
    rejected: Counter[str] = field(default_factory=Counter)
    filtered: Counter[str] = field(default_factory=Counter)
    unsigned: int = 0
    family: str = ""
    key: str = ""
    mapped: int = 0

    def __post_init__(self) -> None:
        """Count on what was counted before."""
        self.read = Counter(self.read)
        self.rejected = Counter(self.rejected)
        self.filtered = Counter(self.filtered)
