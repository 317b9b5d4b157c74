"""Reads a file of rejected records, which somebody may have mended since."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import orjson

from littlerelay.errors import UsageError
from littlerelay.files.inputs import Input
from littlerelay.files.lines import lines

_LONGEST = 1 << 40  # bytes of a rejected record


def reject_lines(path: Path) -> Iterator[dict[str, Any]]:
    """Give each line of a file of rejects, if it is there: a reason, a source, and what it tells.

    Raises UsageError for a file that is something else.
    """
    if not path.exists():
        return
    with closing(Input(path, is_growing=True)) as file:
        for _, text in lines(file.read, _LONGEST):
            if text:
                yield _line(path, text)


def reasons(path: Path) -> Counter[str]:
    """Count the records in a file of rejects by the reason; none where that cannot be told."""
    try:
        return Counter(str(line["reason"]) for line in reject_lines(path))
    except UsageError:
        return Counter()


def _line(path: Path, text: bytes) -> dict[str, Any]:
    try:
        line = orjson.loads(text)
    except ValueError:
        line = None
    if not (isinstance(line, dict) and {"reason", "source"} <= line.keys()):
        raise UsageError(
            f"{path} is no file of rejected records.", "Put back what relay wrote there."
        )
    return line
