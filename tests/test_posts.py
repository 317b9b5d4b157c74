"""`relay backfill --post` sends what it writes, loses nothing, and sends nothing unasked."""

import itertools
from pathlib import Path

import pytest

from littlerelay import replays
from littlerelay.clock import SYSTEM
from littlerelay.errors import RefusedError, UnreachableError, UsageError
from littlerelay.progress import Finished, Progress, Sending, Sent, Stalled
from littlerelay.settings import Mapping, ReplayRequest
from posting_runs import NOW, posted, running, shop_of_orders, spooled
from sent_files import ALL, RESTLESS, target
from small_shop import FIRST, SmallShop, record
from standin.segment import StandInSegment

pytestmark = pytest.mark.usefixtures("swift_posts")


@pytest.fixture
def shop() -> SmallShop:
    return shop_of_orders()


def written(folder: Path, name: str = "events.ndjson") -> list[bytes]:
    return (folder / name).read_bytes().splitlines()


def test_all_that_is_written_is_accepted(
    shop: SmallShop, segment: StandInSegment, tmp_path: Path
) -> None:
    told = posted(shop, segment, tmp_path)
    assert segment.verdict(written(tmp_path)).is_exact
    assert len(segment.accepted) == 81
    assert [type(one) for one in told[-2:]] == [Finished, Sent]
    assert isinstance(told[-1], Sent)
    assert (told[-1].accepted, told[-1].refused, told[-1].is_cleared) == (81, 0, False)


def test_it_sends_before_the_run_has_ended(
    shop: SmallShop, segment: StandInSegment, tmp_path: Path
) -> None:
    for told in running(shop, segment, tmp_path):
        if isinstance(told, Sending) and told.accepted:
            break
    assert 0 < len(segment.accepted) <= 81


@pytest.mark.parametrize("stop", [1, 2, 3, 5, 8, 9, 10, 11, 12])
def test_it_goes_on_wherever_it_was_stopped(
    shop: SmallShop, segment: StandInSegment, tmp_path: Path, stop: int
) -> None:
    begun = running(shop, segment, tmp_path)
    list(itertools.islice(begun, stop))
    begun.close()
    posted(shop, segment, tmp_path)
    assert segment.verdict(written(tmp_path)).is_exact
    assert not segment.repeats


def test_replay_goes_on_with_what_a_run_was_sending_and_the_other_way_round(
    shop: SmallShop, segment: StandInSegment, tmp_path: Path
) -> None:
    begun = running(shop, segment, tmp_path)
    list(itertools.islice(begun, 8))
    begun.close()
    request = ReplayRequest((str(tmp_path / "events.ndjson"),), integrations=ALL, rate=1e6)
    *_, sent = replays.replay(request, target(segment), RESTLESS)
    assert isinstance(sent, Sent)
    assert sent.unfinished
    posted(shop, segment, tmp_path)
    assert segment.verdict(written(tmp_path)).is_exact
    assert not segment.repeats
    *_, sent = replays.replay(request, target(segment), RESTLESS)
    assert isinstance(sent, Sent)
    assert sent.already


def test_what_was_accepted_before_is_told(
    shop: SmallShop, segment: StandInSegment, tmp_path: Path
) -> None:
    (*_, first), (*_, second) = (posted(shop, segment, tmp_path) for _ in range(2))
    assert isinstance(first, Sent)
    assert isinstance(second, Sent)
    assert (first.accepted, first.accepted_before) == (81, 0)
    assert (second.accepted, second.accepted_before) == (81, 81)


def test_without_a_file_of_ones_own_the_spool_goes_once_all_is_accepted(
    shop: SmallShop, segment: StandInSegment, tmp_path: Path
) -> None:
    told = posted(shop, segment, tmp_path, out=None)
    assert len(segment.accepted) == 81
    assert spooled(tmp_path) == []
    assert isinstance(told[-1], Sent)
    assert told[-1].is_cleared
    (again,) = posted(shop, segment, tmp_path, out=None)
    assert isinstance(again, Finished)
    assert again.already
    assert again.is_removed
    assert len(segment.requests) == len([one for one in segment.requests if one.status == 200])
    assert not segment.repeats


def test_the_spool_stays_while_segment_is_away_and_the_run_goes_on(
    shop: SmallShop, segment: StandInSegment, tmp_path: Path
) -> None:
    segment.faults(*["503"] * 11)
    told: list[Progress] = []
    with pytest.raises(UnreachableError, match="answered 503"):
        told.extend(running(shop, segment, tmp_path, out=None))
    assert isinstance(told[-1], Finished)
    assert any(isinstance(one, Stalled) for one in told) or not segment.accepted
    assert spooled(tmp_path) == ["events.ndjson"]
    *_, sent = posted(shop, segment, tmp_path, out=None)
    assert isinstance(sent, Sent)
    assert sent.accepted == 81
    assert spooled(tmp_path) == []


def test_last_first_sends_what_an_earlier_run_could_not(
    shop: SmallShop, segment: StandInSegment, tmp_path: Path
) -> None:
    posted(shop, segment, tmp_path, out=None)
    shop.now += 1_000
    shop.records["orders"].append(record(500, NOW - FIRST + 10, [NOW - FIRST + 10], customer=9))
    segment.faults(*["503"] * 11)
    with pytest.raises(UnreachableError):
        posted(shop, segment, tmp_path, since="last", out=None)
    assert len(segment.accepted) == 81
    shop.now += 1_000
    shop.records["orders"].append(
        record(501, NOW - FIRST + 1_010, [NOW - FIRST + 1_010], customer=9)
    )
    told = posted(shop, segment, tmp_path, since="last", out=None)
    assert [one.accepted for one in told if isinstance(one, Sent)] == [1, 1]
    assert len(segment.accepted) == 83
    assert spooled(tmp_path) == []


def test_old_events_are_refused_before_anything_is_read_or_written(
    shop: SmallShop, segment: StandInSegment, tmp_path: Path
) -> None:
    with pytest.raises(RefusedError, match="older than 72 hours") as caught:
        posted(shop, segment, tmp_path, mapping=Mapping(shop=""))
    assert str(caught.value).startswith("The run's period begins at 2023-11-14T05:00:00Z")
    assert not segment.requests
    assert not (tmp_path / "events.ndjson").exists()


def test_a_run_that_was_begun_without_a_choice_is_not_sent_along_but_by_replay(
    shop: SmallShop, segment: StandInSegment, tmp_path: Path
) -> None:
    out = str(tmp_path / "events.ndjson")
    posted(shop, None, tmp_path, mapping=Mapping(shop=""), out=out)
    with pytest.raises(RefusedError, match="begun without a choice") as caught:
        posted(shop, segment, tmp_path, mapping=Mapping(shop=""), out=out)
    assert f"relay replay {out} --integrations" in caught.value.hint
    assert not segment.requests


def test_new_events_need_no_choice(segment: StandInSegment, tmp_path: Path) -> None:
    hour = int(SYSTEM.now()) - 3600 - FIRST
    shop = SmallShop({"customers": [], "orders": [record(1, hour, [hour])]}, now=int(SYSTEM.now()))
    posted(shop, segment, tmp_path, since="1d", mapping=Mapping(shop=""))
    assert len(segment.accepted) == 1


def test_a_wrong_key_is_refused_before_the_shop_is_asked(
    shop: SmallShop, segment: StandInSegment, tmp_path: Path
) -> None:
    segment.write_key = "not-the-write-key"
    with pytest.raises(RefusedError, match="does not know this write key"):
        posted(shop, segment, tmp_path)
    assert not (tmp_path / "events.ndjson").exists()


@pytest.mark.parametrize("out", ["-", "events.ndjson.gz"])
def test_what_cannot_be_sent_from_is_refused(
    shop: SmallShop, segment: StandInSegment, tmp_path: Path, out: str
) -> None:
    with pytest.raises(UsageError, match="--post sends from a plain file"):
        posted(shop, segment, tmp_path, out=out)


def test_a_plain_file_may_have_a_name_that_ends_in_a_dash(
    shop: SmallShop, segment: StandInSegment, tmp_path: Path
) -> None:
    posted(shop, segment, tmp_path, out=str(tmp_path / "events-"))
    assert len(segment.accepted) == 81


@pytest.mark.parametrize("out", ["events.ndjson", None])
def test_a_sample_is_sent_and_the_full_run_after_it_sends_all(
    shop: SmallShop, segment: StandInSegment, tmp_path: Path, out: str | None
) -> None:
    place = {"out": None if out is None else str(tmp_path / out)}
    posted(shop, segment, tmp_path, limit=3, **place)
    assert 0 < len(segment.accepted) < 81
    posted(shop, segment, tmp_path, **place)
    assert len(segment.accepted) == 81


def test_a_restart_sends_all_once_more(
    shop: SmallShop, segment: StandInSegment, tmp_path: Path
) -> None:
    posted(shop, segment, tmp_path)
    posted(shop, segment, tmp_path, restart=True)
    assert segment.dropped == {"repeat": 81}
    assert segment.verdict(written(tmp_path)).is_exact


def test_a_refused_message_is_kept_and_counted(shop: SmallShop, tmp_path: Path) -> None:
    with StandInSegment(poison=lambda one: one.get("userId") == "40") as segment:
        *_, sent = posted(shop, segment, tmp_path, out=None)
    assert isinstance(sent, Sent)
    assert (sent.accepted, sent.refused) == (80, 1)
    assert Path(sent.refused_file).read_bytes().count(b"\n") == 1
