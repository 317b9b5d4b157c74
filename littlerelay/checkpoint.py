"""Remembers how far a run has come: a frozen value, and a file that is replaced in one step.

The file lies beside the output (``events.ndjson.checkpoint.json``). It holds the period as typed
and as resolved, everything that changes the meaning of the events, how far each resource has been
read, and where output and rejects end. It never holds a secret or a customer's data.
"""

from __future__ import annotations

from collections.abc import Container
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from littlerelay import sealed
from littlerelay.errors import Bug, CheckpointMismatch
from littlerelay.marks import EMPTY, Mark, Part
from littlerelay.meaning import OF_SHOP, Meaning, differences
from littlerelay.sealed import Sealed
from littlerelay.settings import Markets

_REMEDY = "Start anew with --restart: the old files are kept beside the new ones."


class Position(BaseModel):
    """How far one resource has been read.

    All records created before ``time`` (seconds since 1970) are covered, and those created at that
    second whose number is at most ``number``. ``total`` is Shopify's count at the start.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    total: int
    time: int | None = None
    number: int = 0
    done: bool = False
    read: int = 0
    mapped: int = 0
    rejected: int = 0
    filtered: int = 0


class Checkpoint(Sealed):
    """One run and where it stands. Times are seconds since 1970, ``first`` and ``last`` ISO.

    Records created before ``frozen_end`` and updated at or after ``updated_since`` are read; facts
    from ``since`` up to ``until`` are given. ``meaning`` is what must not change between two halves
    of a run. ``new_since`` is set for a run of ``--since last``: the end of the run before it.
    ``markets`` are the shop's when the run began, and serve it to its end. ``phase`` goes from
    ``reading`` (records) through ``checking`` (counts, ledger) to ``done``. ``archive`` are the
    parts in which the records so far are kept, where they are. Of a run that ``is_apart`` its job
    remembers nothing.
    """

    job: str
    meaning: Meaning
    since: int
    until: int
    frozen_end: int
    updated_since: int
    new_since: int | None
    limit: int | None
    left_out: list[str]
    markets: Markets = Markets()
    resources: dict[str, Position]
    phase: Literal["reading", "checking", "done"] = "reading"
    output: Mark = EMPTY
    rejects: Mark = EMPTY
    events: dict[str, int] = Field(default_factory=dict)
    first: str | None = None
    last: str | None = None
    archive: tuple[Part, ...] = ()
    is_apart: bool = False

    @property
    def is_of_job(self) -> bool:
        """Tell whether its job remembers what it gives; it does not of a sample."""
        return self.limit is None and not self.is_apart

    @property
    def is_blank(self) -> bool:
        """Tell whether nothing was read so far: such a run binds nobody to what it was told."""
        is_begun = any(at.done or at.time is not None for at in self.resources.values())
        return self.phase == "reading" and bool(self.resources) and not is_begun


def save(path: Path, checkpoint: Checkpoint) -> None:
    """Replace the checkpoint file; it is whole after a power loss, old or new. Raises DiskError."""
    sealed.save(path, "checkpoint", checkpoint)


def load(path: Path) -> Checkpoint | None:
    """Read a checkpoint file; none where there is none.

    Raises DiskError for a file that is damaged, UsageError for one of another format.
    """
    return sealed.load(path, "checkpoint", Checkpoint, _REMEDY)


def check_same(path: Path, then: Meaning, now: Meaning, names: Container[str] = OF_SHOP) -> None:
    """Refuse to go on with settings that would mix two meanings in one file.

    Raises CheckpointMismatch, naming each field with its old and new value.
    """
    changed = differences(then, now, names)
    if changed:
        raise CheckpointMismatch(
            f"{path} belongs to a run with other settings: {changed}.",
            "Give the same options again, or --restart (the old files are kept); a run beside that "
            "one needs another --out and a --job of its own.",
        )


def check_counts(end: Checkpoint) -> None:
    """Prove that every record that was read came to one end. Raises Bug."""
    for name, at in end.resources.items():
        if at.read != at.mapped + at.rejected + at.filtered:
            raise Bug(
                f"{at.read} {name} were read, {at.mapped} mapped, {at.rejected} rejected and "
                f"{at.filtered} filtered: that does not add up"
            )
