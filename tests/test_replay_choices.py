"""What is chosen of a file binds its delivery once something was sent, and not before."""

import gzip
import io
from pathlib import Path
from typing import Any

import pytest

from littlerelay import replays, report
from littlerelay.errors import CheckpointMismatch
from littlerelay.history import History
from littlerelay.progress import Sent
from littlerelay.settings import ReplayRequest
from meanings import MEANING
from sent_files import ALL, RESTLESS, beside, line, message, messages, put, put_own, sent, target
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


def test_what_was_not_chosen_is_not_told_as_unsent(segment: StandInSegment, tmp_path: Path) -> None:
    path = put_own(tmp_path / "events.ndjson", LINES)
    (result,) = sent(segment, path, users=("7003",), limit=2)
    assert (result.accepted, result.left_out, result.sample) == (2, 52, True)
    history = History(job="acme", meaning=MEANING, output=str(path))
    assert report.status(history).unsent == 2_000 - 2 - 52


@pytest.mark.parametrize("pack", [bytes, gzip.compress])
@pytest.mark.parametrize(("limit", "is_sample"), [(9, True), (10, False), (11, False)])
def test_a_limit_that_leaves_nothing_makes_no_sample(
    segment: StandInSegment, tmp_path: Path, pack: Any, limit: int, is_sample: bool
) -> None:
    path = put(tmp_path / "events", [pack(b"".join(LINES[:10]))])
    (result,) = sent(segment, path, limit=limit)
    assert (result.accepted, result.sample) == (min(limit, 10), is_sample)
    (again,) = sent(segment, path, limit=limit)
    assert (again.already, again.sample) == (True, is_sample)
    (rest,) = sent(segment, path)
    assert (rest.accepted, rest.already) == (10, not is_sample)
    assert segment.verdict(LINES[:10]).is_exact


@pytest.mark.parametrize(("limit", "is_sample"), [(9, True), (10, False)])
def test_a_limit_that_leaves_nothing_of_a_pipe_makes_no_sample(
    segment: StandInSegment, limit: int, is_sample: bool
) -> None:
    request = ReplayRequest(("-",), integrations=ALL, rate=1e6, limit=limit)
    stream = io.BytesIO(b"".join(LINES[:10]))
    *_, result = replays.replay(request, target(segment), RESTLESS, stream=stream)
    assert isinstance(result, Sent)
    assert result.sample == is_sample


def test_what_was_added_after_a_limit_that_left_nothing_is_sent_up_to_it(
    segment: StandInSegment, tmp_path: Path
) -> None:
    path = put(tmp_path / "events.ndjson", LINES[:10])
    sent(segment, path, limit=15)
    put(path, LINES[:20])
    (result,) = sent(segment, path, limit=15)
    assert (result.accepted, result.sample, result.already) == (15, True, False)


def test_digits_that_a_changed_message_would_lose_are_refused_and_kept(
    segment: StandInSegment, tmp_path: Path
) -> None:
    digits = b"123456789012345678901234567890"
    long = line(message(1)).replace(b"12.5", digits)
    path = put(tmp_path / "events.ndjson", [LINES[0], long])
    (result,) = sent(segment, path, namespace="test")
    assert (result.accepted, result.refused) == (1, 1)
    assert b'"reason":"long_number"' in beside(path, "refused").read_bytes()
    assert digits in beside(path, "refused").read_bytes()


def test_digits_of_a_message_that_segment_refuses_are_kept(tmp_path: Path) -> None:
    digits = b"123456789012345678901234567890"
    path = put(tmp_path / "events.ndjson", [LINES[0], line(message(1)).replace(b"12.5", digits)])
    with StandInSegment(poison={message(1)["messageId"]}) as segment:
        sent(segment, path)
    assert digits in beside(path, "refused").read_bytes()
