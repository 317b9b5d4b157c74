"""What is chosen of a file binds its delivery once something was sent, and not before."""

from pathlib import Path

import pytest

from littlerelay.errors import CheckpointMismatch
from sent_files import beside, line, message, messages, put, put_own, sent
from standin.segment import StandInSegment

LINES = messages(2_000)


@pytest.fixture(params=["own", "foreign"])
def events(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    write = put_own if request.param == "own" else put
    return write(tmp_path / "events.ndjson", LINES)


def test_options_that_chose_nothing_bind_nobody(segment: StandInSegment, events: Path) -> None:
    (result,) = sent(segment, events, events=("Order Complete",))
    assert (result.accepted, result.left_out, result.chose_nothing) == (0, 2_000, True)
    (again,) = sent(segment, events, events=("Order Complete",))
    assert (again.already, again.chose_nothing) == (True, True)
    (result,) = sent(segment, events, events=("Order Completed",))
    assert (result.accepted, result.chose_nothing) == (2_000, False)


def test_options_that_chose_nothing_bind_nobody_though_a_line_was_refused(
    segment: StandInSegment, tmp_path: Path
) -> None:
    path = put(tmp_path / "events.ndjson", [*LINES[:9], line(message(9, userId=None))])
    (result,) = sent(segment, path, events=("Order Complete",))
    assert (result.left_out, result.refused, result.chose_nothing) == (9, 1, True)
    beside(path, "refused").write_bytes(line(message(9)))  # mended where it lies
    (result,) = sent(segment, path, events=("Order Completed",))
    assert (result.accepted, result.refused, result.chose_nothing) == (9, 1, False)
    (kept,) = tmp_path.glob("*.refused.*.old-*")
    assert kept.read_bytes() == line(message(9))
    with pytest.raises(CheckpointMismatch, match="is now"):
        sent(segment, path, events=("Order Refunded",))
