"""Files that runs wrote are taken in the order of these runs, however they are named."""

from __future__ import annotations

from pathlib import Path
from uuid import UUID

import pytest

from compared_files import counts, told
from littlerelay import diffs
from littlerelay.places import named
from littlerelay.sequence import in_order
from littlerelay.settings import DiffRequest
from proven_files import told as tell
from sent_files import line, put, put_own, sent
from standin.segment import StandInSegment


def identify(name: str) -> bytes:
    """Makes the state of a customer, whose messageId is the same whatever the name."""
    return line(
        {
            "type": "identify",
            "messageId": str(UUID(int=1, version=5)),
            "timestamp": "2024-03-05T14:30:00.000Z",
            "userId": "7001",
            "traits": {"firstName": name},
        }
    )


@pytest.fixture
def job(tmp_path: Path) -> tuple[Path, Path]:
    """Gives the files of a first run and of one after it, whose names sort the other way."""
    first, later = tmp_path / "events.ndjson", tmp_path / "events-2026.ndjson"
    for path, name, end in ((first, "Old", 1_000), (later, "New", 2_000)):
        put_own(path, [identify(name)])
        tell(path, frozen_end=end)
    return first, later


def test_the_file_of_the_later_run_comes_last(job: tuple[Path, Path], tmp_path: Path) -> None:
    first, later = job
    assert named([str(tmp_path / "events*.ndjson")]) == [later, first]
    assert in_order([later, first]) == in_order([first, later]) == [first, later]


def test_a_file_that_no_run_wrote_stays_in_its_place(
    job: tuple[Path, Path], tmp_path: Path
) -> None:
    first, later = job
    bare = put(tmp_path / "plan.ndjson", [identify("Sent")])
    assert in_order([later, bare, first]) == [first, bare, later]


def test_earlier_files_are_compared_by_what_the_later_one_says(
    job: tuple[Path, Path], tmp_path: Path
) -> None:
    now = put(tmp_path / "now.ndjson", [identify("New")])
    asked = DiffRequest((str(tmp_path / "events*.ndjson"),))
    result = told(diffs.diff(asked, str(now)))
    assert counts(result) == (0, 0, 1, 0)
    assert result[0].old == tuple(map(str, job))


def test_what_is_older_is_sent_first(job: tuple[Path, Path], segment: StandInSegment) -> None:
    first, later = job
    results = sent(segment, later, first)
    assert [Path(one.file) for one in results] == [first, later]
