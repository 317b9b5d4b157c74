"""Files that are compared, and what came of it."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from littlerelay import diffs
from littlerelay.compare.values import Compared, Difference
from littlerelay.settings import DiffRequest
from sent_files import line, put

Result = tuple[Compared, list[Difference]]


def compared(old: Path, new: Path, **asked: Any) -> Result:
    """Compares two files, and gives the result and the messages that were told."""
    return told(diffs.diff(DiffRequest((str(old),), **asked), str(new)))


def told(values: Iterable[object]) -> Result:
    """Gives the result of a comparison, and its messages."""
    every = list(values)
    result = every[-1]
    assert isinstance(result, Compared)
    return result, [one for one in every if isinstance(one, Difference)]


def of_lines(old: Iterable[object], new: Iterable[object], **asked: Any) -> Result:
    """Compares two files of these messages."""
    places = Path("old.ndjson"), Path("new.ndjson")
    for place, messages in zip(places, (old, new), strict=True):
        put(place, map(line, messages))
    return compared(*places, **asked)


def counts(result: Result) -> tuple[int, int, int, int]:
    """Gives how many are new, changed, the same and gone."""
    found = result[0].counts
    return found["new"], found["changed"], found["same"], found["gone"]


def changes(result: Result) -> list[tuple[str, object, object]]:
    """Gives every value that differs."""
    return [(one.path, one.old, one.new) for found in result[1] for one in found.changes]
