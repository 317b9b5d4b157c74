"""Puts files in the order in which runs wrote them, whatever the order of their names."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Sequence
from pathlib import Path

from littlerelay import checkpoint
from littlerelay.places import Paths

_CHECKPOINT = Paths(Path("*")).checkpoint.name.removeprefix("*")
_FEW = 5  # files that are named


def in_order(paths: Iterable[Path]) -> list[Path]:
    """Put those that runs wrote in the order in which they read the shop; others stay in place.

    Of one messageId the later file has the newer state, and is to come last. Recordings do not say
    how new they are. Raises what `checkpoint.load` raises.
    """
    given = list(paths)
    read = {path: moment for path in given if (moment := _moment(path)) is not None}
    sorted_ones = iter(sorted(read, key=read.__getitem__))
    return [next(sorted_ones) if path in read else path for path in given]


def _moment(path: Path) -> int | None:
    """Give up to when a file's run read, in seconds since 1970; none where nothing tells."""
    run = checkpoint.load(Paths(path).checkpoint) if path.is_file() else None
    return None if run is None or run.meaning.recorded_in else run.frozen_end


def of_job(output: Path, job: str) -> list[Path]:
    """Give the files of all runs of a job that lie where one of them does, the earliest first.

    Raises what `checkpoint.load` raises.
    """
    found = []
    for beside in output.parent.glob(f"*{_CHECKPOINT}"):
        run = checkpoint.load(beside)
        path = beside.with_name(beside.name.removesuffix(_CHECKPOINT))
        if run is not None and run.job == job and run.is_of_job and path.exists():
            found.append(path)
    return in_order(sorted(found))


def listed(paths: Sequence[Path]) -> str:
    """Name files as a command takes them, of many the first and the last."""
    names = [shlex.quote(str(path)) for path in paths]
    if len(names) > _FEW:
        names = [*names[: _FEW - 1], f"... {names[-1]} ({len(paths)} files)"]
    return " ".join(names)
