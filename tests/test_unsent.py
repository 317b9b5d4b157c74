"""No run that sends goes on in silence after an output of its job that was not sent."""

from pathlib import Path
from typing import Any

import pytest

from littlerelay.errors import UsageError
from littlerelay.progress import Advanced, Noted, Progress, Sent
from posting_runs import goes_on, posted, running, shop_of_orders
from sent_files import sent
from small_shop import SmallShop
from standin.segment import StandInSegment

pytestmark = pytest.mark.usefixtures("swift_posts")

HISTORY = 81  # messages of the shop when it is read first


@pytest.fixture
def shop(tmp_path: Path) -> SmallShop:
    """Gives a shop whose history was written and not sent, and that has had an order since."""
    shop = shop_of_orders()
    posted(shop, None, tmp_path)
    goes_on(shop, 500)
    return shop


def night(
    shop: SmallShop, segment: StandInSegment | None, folder: Path, **asked: Any
) -> list[Progress]:
    out = None if segment else str(folder / f"new-{shop.now}.ndjson")
    return posted(shop, segment, folder, **{"since": "last", "out": out, **asked})


def refused(shop: SmallShop, segment: StandInSegment, folder: Path) -> UsageError:
    with pytest.raises(UsageError, match="not sent to this source to the end") as caught:
        night(shop, segment, folder)
    return caught.value


def accepted(told: list[Progress]) -> list[int]:
    return [one.accepted for one in told if isinstance(one, Sent)]


def replay(segment: StandInSegment, folder: Path, *files: Path, **asked: Any) -> list[Sent]:
    return sent(segment, *files, state=folder / "state", **asked)


def test_a_history_that_was_never_sent_is_not_passed_over(
    shop: SmallShop, segment: StandInSegment, tmp_path: Path
) -> None:
    error = refused(shop, segment, tmp_path)
    assert f"{tmp_path}/events.ndjson of this job was not sent" in str(error)
    assert "81 messages of 2023-11-14T05:00:00Z to 2023-11-14T22:41:40Z" in str(error)
    assert f"relay replay {tmp_path}/events.ndjson." in error.hint
    assert "--past-unsent" in error.hint
    assert not segment.accepted
    replay(segment, tmp_path, tmp_path / "events.ndjson")
    assert accepted(night(shop, segment, tmp_path)) == [1]
    assert len(segment.accepted) == HISTORY + 1


def test_what_was_sent_by_other_means_is_forgotten_once_that_is_said(
    shop: SmallShop, segment: StandInSegment, tmp_path: Path
) -> None:
    assert accepted(night(shop, segment, tmp_path, past_unsent=True)) == [1]
    goes_on(shop, 501)
    assert accepted(night(shop, segment, tmp_path)) == [1]


def test_nights_that_were_only_written_are_not_passed_over_either(
    shop: SmallShop, segment: StandInSegment, tmp_path: Path
) -> None:
    replay(segment, tmp_path, tmp_path / "events.ndjson")
    for number in (501, 502):
        night(shop, None, tmp_path)
        goes_on(shop, number)
    error = refused(shop, segment, tmp_path)
    assert "were not sent to this source to the end" in str(error)
    assert "2 messages of" in str(error)
    replay(segment, tmp_path, *sorted(tmp_path.glob("new-*.ndjson")))
    assert accepted(night(shop, segment, tmp_path)) == [1]
    assert len(segment.accepted) == HISTORY + 3


def test_a_delivery_to_another_source_is_none_to_this_one(
    shop: SmallShop, segment: StandInSegment, tmp_path: Path
) -> None:
    with StandInSegment(write_key="key-of-a-test-source") as other:
        replay(other, tmp_path, tmp_path / "events.ndjson", limit=9)
        refused(shop, segment, tmp_path)
        replay(other, tmp_path, tmp_path / "events.ndjson")
    refused(shop, segment, tmp_path)


@pytest.mark.parametrize("part", [{"namespace": "test"}, {"users": ("7",)}])
def test_other_ids_and_a_chosen_part_are_not_the_whole(
    shop: SmallShop, segment: StandInSegment, tmp_path: Path, part: dict[str, Any]
) -> None:
    replay(segment, tmp_path, tmp_path / "events.ndjson", **part)
    refused(shop, segment, tmp_path)


def test_a_delivery_that_was_begun_here_is_finished_first(
    shop: SmallShop, segment: StandInSegment, tmp_path: Path
) -> None:
    replay(segment, tmp_path, tmp_path / "events.ndjson", limit=30)
    assert accepted(night(shop, segment, tmp_path)) == [HISTORY, 1]
    assert not segment.dropped


def test_a_begun_delivery_is_finished_though_other_runs_came_after_it(
    shop: SmallShop, segment: StandInSegment, tmp_path: Path
) -> None:
    replay(segment, tmp_path, tmp_path / "events.ndjson", limit=30)
    night(shop, None, tmp_path)
    new = next(tmp_path.glob("new-*.ndjson"))
    replay(segment, tmp_path, new)
    goes_on(shop, 501)
    assert accepted(night(shop, segment, tmp_path)) == [HISTORY, 1]
    assert len(segment.accepted) == HISTORY + 2


def test_a_file_that_was_moved_is_known_to_be_sent_and_one_that_was_not_is_asked_for(
    shop: SmallShop, segment: StandInSegment, tmp_path: Path
) -> None:
    moved = (tmp_path / "events.ndjson").rename(tmp_path / "moved.ndjson")
    error = refused(shop, segment, tmp_path)
    assert f"Put {tmp_path}/events.ndjson back" in error.hint
    replay(segment, tmp_path, moved)
    assert accepted(night(shop, segment, tmp_path)) == [1]


def test_of_two_files_with_the_same_history_the_later_one_is_enough(
    shop: SmallShop, segment: StandInSegment, tmp_path: Path
) -> None:
    posted(shop, segment, tmp_path, out=None)
    goes_on(shop, 501)
    assert accepted(night(shop, segment, tmp_path)) == [1]
    assert len(segment.accepted) == HISTORY + 2


def test_a_later_file_that_begins_with_the_same_message_is_not_the_one_that_was_sent(
    shop: SmallShop, segment: StandInSegment, tmp_path: Path
) -> None:
    replay(segment, tmp_path, tmp_path / "events.ndjson")
    posted(shop, None, tmp_path, out=str(tmp_path / "again.ndjson"))
    goes_on(shop, 501)
    error = refused(shop, segment, tmp_path)
    assert f"{tmp_path}/again.ndjson of this job was not sent" in str(error)


def test_a_history_under_another_name_since_is_still_to_be_sent(
    shop: SmallShop, segment: StandInSegment, tmp_path: Path
) -> None:
    posted(shop, None, tmp_path, since="2023-11-14T22:30:00Z", restart=True)
    error = refused(shop, segment, tmp_path)
    assert f"Put {tmp_path}/events.ndjson back" in error.hint


def test_a_look_at_what_a_job_has_sent_moves_nothing(
    segment: StandInSegment, tmp_path: Path
) -> None:
    shop = shop_of_orders()
    posted(shop, segment, tmp_path, out=None)
    goes_on(shop, 500)
    look = str(tmp_path / "look.ndjson")
    told = posted(shop, None, tmp_path, out=look)
    assert isinstance(told[0], Noted)
    assert "the job does not remember it" in told[0].text
    assert Path(look).read_bytes().count(b"\n") == HISTORY + 1
    assert isinstance(posted(shop, None, tmp_path, out=look)[0], Noted)
    goes_on(shop, 501)
    night(shop, segment, tmp_path)
    assert len(segment.accepted) == HISTORY + 2


def test_a_look_over_the_file_that_was_sent_moves_nothing_either(
    segment: StandInSegment, tmp_path: Path
) -> None:
    shop = shop_of_orders()
    posted(shop, segment, tmp_path)
    goes_on(shop, 500)
    looking = running(shop, None, tmp_path, restart=True)
    next(value for value in looking if isinstance(value, Advanced))
    looking.close()
    goes_on(shop, 501)
    assert accepted(night(shop, segment, tmp_path)) == [2]
    posted(shop, None, tmp_path)
    goes_on(shop, 502)
    assert accepted(night(shop, segment, tmp_path)) == [1]
    assert not segment.repeats


def test_an_earlier_period_is_remembered_though_the_job_sends(
    segment: StandInSegment, tmp_path: Path
) -> None:
    shop = shop_of_orders()
    posted(shop, segment, tmp_path, since="2023-11-14T22:20:00Z", out=None)
    early = {"since": "2023-11-14", "until": "2023-11-14T22:20:00Z"}
    posted(shop, None, tmp_path, **early)
    goes_on(shop, 500)
    assert f"{tmp_path}/events.ndjson" in str(refused(shop, segment, tmp_path))


def test_a_job_whose_ledger_is_lost_remembers_the_run_that_mends_it(
    segment: StandInSegment, tmp_path: Path
) -> None:
    shop = shop_of_orders()
    posted(shop, segment, tmp_path)
    for ledger in (tmp_path / "state").rglob("ledger-*.bin"):
        ledger.unlink()
    posted(shop, None, tmp_path, restart=True)
    goes_on(shop, 500)
    assert accepted(night(shop, segment, tmp_path, past_unsent=True)) == [1]


def test_a_night_after_a_change_of_the_key_goes_on(segment: StandInSegment, tmp_path: Path) -> None:
    shop = shop_of_orders()
    posted(shop, segment, tmp_path)
    goes_on(shop, 500)
    with StandInSegment(write_key="key-of-the-same-source") as other:
        assert accepted(night(shop, other, tmp_path)) == [1]


def test_a_night_that_sends_nothing_refuses_nothing(shop: SmallShop, tmp_path: Path) -> None:
    night(shop, None, tmp_path)
    assert len(list(tmp_path.glob("new-*.ndjson"))) == 1


def test_past_unsent_goes_with_since_last_and_post_alone(shop: SmallShop, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="--past-unsent is for --since last --post"):
        night(shop, None, tmp_path, past_unsent=True)
