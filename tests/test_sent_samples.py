"""A sample that was sent stands in nobody's way: the whole goes without what went with it."""

from pathlib import Path
from typing import Any

import orjson
import pytest

from command import faked
from littlerelay import sampled as marks
from littlerelay.errors import UsageError
from littlerelay.progress import Noted, Progress, Sent
from posting_runs import goes_on, posted, shop_of_orders
from sent_files import messages, put, sent
from small_shop import SmallShop
from standin.segment import StandInSegment

pytestmark = pytest.mark.usefixtures("swift_posts")

LINES = messages(200)


@pytest.fixture
def shop() -> SmallShop:
    return shop_of_orders()


def replay(segment: StandInSegment, folder: Path, *files: Path, **asked: Any) -> Sent:
    (result,) = sent(segment, *files, **{"state": folder / "state", **asked})
    return result


def sampled(shop: SmallShop, segment: StandInSegment, folder: Path, **asked: Any) -> int:
    """Reads a sample of five records each, sends it, and gives how many messages that were."""
    posted(shop, None, folder, limit=5)
    result = replay(segment, folder, folder / "events.ndjson", **asked)
    assert 0 < result.accepted < 20
    return result.accepted


def accepted(told: list[Progress]) -> list[tuple[int, int]]:
    return [(one.accepted, one.left_out) for one in told if isinstance(one, Sent)]


def test_the_whole_over_a_sample_is_sent_without_what_was_sent(
    shop: SmallShop, segment: StandInSegment, tmp_path: Path
) -> None:
    number = sampled(shop, segment, tmp_path)
    posted(shop, None, tmp_path)
    whole = replay(segment, tmp_path, tmp_path / "events.ndjson")
    assert (whole.accepted, whole.left_out, whole.known) == (81 - number, number, number)
    assert len(segment.accepted) == 81
    assert not segment.repeats
    goes_on(shop, 500)
    assert accepted(posted(shop, segment, tmp_path, since="last", out=None)) == [(1, 0)]


def test_what_is_read_and_sent_at_once_leaves_it_out_too(
    shop: SmallShop, segment: StandInSegment, tmp_path: Path
) -> None:
    number = sampled(shop, segment, tmp_path)
    told = posted(shop, segment, tmp_path, out=None)
    notes = [one.text for one in told if isinstance(one, Noted)]
    assert notes == [f"{number} messages of a sample were sent before, and are left out"]
    assert accepted(told) == [(81 - number, number)]
    assert not segment.repeats


def test_a_sample_that_was_read_and_sent_at_once_is_left_out(
    shop: SmallShop, segment: StandInSegment, tmp_path: Path
) -> None:
    posted(shop, segment, tmp_path, limit=5)
    posted(shop, None, tmp_path)
    replay(segment, tmp_path, tmp_path / "events.ndjson")
    assert len(segment.accepted) == 81
    assert not segment.repeats


def test_it_goes_on_so_where_it_was_stopped(
    shop: SmallShop, segment: StandInSegment, tmp_path: Path
) -> None:
    number = sampled(shop, segment, tmp_path)
    posted(shop, None, tmp_path)
    part = replay(segment, tmp_path, tmp_path / "events.ndjson", limit=30)
    assert (part.accepted, part.left_out) == (30, number)
    rest = replay(segment, tmp_path, tmp_path / "events.ndjson")
    assert (rest.accepted, rest.left_out) == (81 - number, number)
    assert not segment.repeats


def test_a_part_of_a_file_that_was_read_anew_is_left_out(
    shop: SmallShop, segment: StandInSegment, tmp_path: Path
) -> None:
    posted(shop, None, tmp_path)
    replay(segment, tmp_path, tmp_path / "events.ndjson", limit=30)
    goes_on(shop, 500)
    posted(shop, None, tmp_path, restart=True)
    whole = replay(segment, tmp_path, tmp_path / "events.ndjson")
    assert (whole.accepted, whole.left_out) == (52, 30)
    assert not segment.repeats


def test_what_was_refused_of_a_sample_is_no_part_of_what_was_sent(
    segment: StandInSegment, tmp_path: Path
) -> None:
    path = put(tmp_path / "events.ndjson", LINES)
    segment.app.poison = {orjson.loads(LINES[3])["messageId"]}
    replay(segment, tmp_path, path, limit=10)
    segment.app.poison = set()
    whole = replay(segment, tmp_path, put(tmp_path / "copy.ndjson", LINES))
    assert (whole.accepted, whole.left_out) == (191, 9)
    assert segment.verdict(LINES).is_exact


def test_a_delivery_that_went_beyond_its_sample_binds(
    segment: StandInSegment, tmp_path: Path
) -> None:
    path = put(tmp_path / "events.ndjson", LINES)
    replay(segment, tmp_path, path, limit=10)
    replay(segment, tmp_path, path)
    copy = put(tmp_path / "copy.ndjson", LINES)
    with pytest.raises(UsageError, match="holds what was sent before: 200 messages of"):
        replay(segment, tmp_path, copy)


def test_again_sends_what_went_with_a_sample_once_more(
    shop: SmallShop, segment: StandInSegment, tmp_path: Path
) -> None:
    sampled(shop, segment, tmp_path)
    posted(shop, None, tmp_path)
    assert replay(segment, tmp_path, tmp_path / "events.ndjson", again=True).accepted == 81


def test_a_sample_under_other_ids_leaves_nothing_out(
    shop: SmallShop, segment: StandInSegment, tmp_path: Path
) -> None:
    sampled(shop, segment, tmp_path, namespace="test")
    posted(shop, None, tmp_path)
    whole = replay(segment, tmp_path, tmp_path / "events.ndjson")
    assert (whole.accepted, whole.left_out) == (81, 0)


def test_the_command_says_what_is_left_out_and_why(
    segment: StandInSegment,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    for relay in faked(monkeypatch, capfd):
        monkeypatch.setenv("RELAY_WRITE_KEY", segment.write_key)
        monkeypatch.setenv("RELAY_ENDPOINT", segment.url)
        put(Path("sample.ndjson"), LINES[:50])
        put(Path("events.ndjson"), LINES)
        fast = ("--integrations", "All=true", "--rate", "100000")
        assert relay("replay", "sample.ndjson", "--limit", "50", *fast).code == 0
        ended = relay("replay", "events.ndjson", *fast)
        assert (ended.code, len(segment.accepted)) == (0, 200)
        assert "left out  50, sent before, with a sample" in ended.err


def test_a_sample_under_ids_of_its_own_binds_nobody(
    segment: StandInSegment, tmp_path: Path
) -> None:
    events = put(tmp_path / "events.ndjson", messages(2_000))
    (sample,) = sent(segment, events, limit=100, namespace="test")
    assert (sample.accepted, sample.sample) == (100, True)
    (result,) = sent(segment, events)
    assert (result.accepted, result.accepted_before, result.sample) == (2_000, 0, False)
    assert len(segment.accepted) == 2_100
    assert not segment.repeats
    (rest,) = sent(segment, events, namespace="test")
    assert (rest.accepted, rest.accepted_before) == (2_000, 100)
    assert not segment.repeats


def test_a_piece_of_a_mark_that_a_crash_left_hides_no_later_one(tmp_path: Path) -> None:
    kept = tmp_path / "marks"
    first, second = (marks.mark(orjson.loads(one)) for one in LINES[:2])
    marks.add(kept, LINES[:1])
    kept.write_bytes(kept.read_bytes() + b"torn")
    marks.add(kept, LINES[1:2])
    assert marks.load(kept) == {first, second}
