"""Refuses what can be held to nothing at all: a proof that compared nothing would be none."""

from __future__ import annotations

from collections.abc import Sequence

from littlerelay.compare.sides import File
from littlerelay.errors import UsageError
from littlerelay.reconcile.values import Kind
from littlerelay.sequence import listed, of_job


def check_files(files: Sequence[File]) -> None:
    """Refuse a sample, and what was new alone. Raises UsageError."""
    for file in files:
        if file.run is not None and file.run.limit is not None:
            raise UsageError(
                f"Nothing can be compared: {file.path} is a sample (--limit), which holds a part "
                "of the shop on purpose.",
                "Reconcile the file of a run without --limit.",
            )
    runs = [file.run for file in files if file.run is not None and file.run.new_since is not None]
    if runs and len(runs) == len(files):
        names = ", ".join(str(file.path) for file in files)
        every = listed(of_job(files[0].path, runs[0].job))
        raise UsageError(
            f"Nothing can be compared: {names} holds only what was new then (--since last).",
            f"Name it together with the files of the runs before it: relay reconcile {every}",
        )


def check_kinds(kinds: Sequence[Kind], notes: Sequence[str]) -> None:
    """Refuse files of which nothing can be compared; ``notes`` say why. Raises UsageError."""
    if not kinds:
        why = f": {'; '.join(notes)}" if notes else ""
        raise UsageError(
            f"Nothing can be compared{why}.", "Reconcile a file of customers or of orders."
        )
