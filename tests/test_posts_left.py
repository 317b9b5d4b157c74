"""What an earlier run wrote and could not send is sent by the next one, whatever came between."""

import threading
from pathlib import Path

import pytest

from littlerelay import checkpoint, jobs, replays
from littlerelay.errors import LockedError, RefusedError, UnreachableError, UsageError
from littlerelay.job_status import JobStatus
from littlerelay.progress import Finished, Progress, Sent
from littlerelay.segment.posting import Poster
from littlerelay.settings import ReplayRequest
from posting_runs import goes_on, posted, shop_of_orders, spool, spooled
from sent_files import ALL, RESTLESS, target
from small_shop import SmallShop
from standin.segment import StandInSegment

pytestmark = pytest.mark.usefixtures("swift_posts")


@pytest.fixture
def shop(segment: StandInSegment, tmp_path: Path) -> SmallShop:
    """Gives a shop whose history of 81 messages was sent, and that has had an order since."""
    shop = shop_of_orders()
    posted(shop, segment, tmp_path, out=None)
    goes_on(shop, 500)
    return shop


def fail(shop: SmallShop, segment: StandInSegment, folder: Path) -> None:
    segment.faults(*["503"] * 11)
    with pytest.raises(UnreachableError):
        posted(shop, segment, folder, since="last", out=None)
    assert len(spooled(folder)) == 1


def status(folder: Path) -> JobStatus:
    (job,) = jobs.status(folder / "state")
    return job


def test_status_tells_what_is_unsent_and_what_was_removed(
    shop: SmallShop, segment: StandInSegment, tmp_path: Path
) -> None:
    assert (status(tmp_path).unsent, status(tmp_path).is_removed) == (0, True)
    ((host, _, namespace, *figures),) = status(tmp_path).sent
    assert (host, namespace, figures) == ("127.0.0.1", "", [81, 0, 0])
    fail(shop, segment, tmp_path)
    assert (status(tmp_path).unsent, status(tmp_path).is_removed) == (1, False)
    posted(shop, None, tmp_path, out=str(tmp_path / "full.ndjson"), since="2023-11-13")
    assert (status(tmp_path).unsent, status(tmp_path).is_removed) == (1, False)
    assert Path(status(tmp_path).output).parent == spool(tmp_path)
    assert status(tmp_path).sent == ()


def accepted(told: list[Progress]) -> list[int]:
    return [one.accepted for one in told if isinstance(one, Sent)]


def test_a_run_that_was_killed_before_anything_was_accepted_is_sent(
    shop: SmallShop, segment: StandInSegment, tmp_path: Path
) -> None:
    # As a kill leaves it: the file is written and done, and nothing tells of its delivery.
    posted(shop, None, tmp_path, since="last", out=str(spool(tmp_path) / "events-1.ndjson"))
    goes_on(shop, 501)
    told = posted(shop, segment, tmp_path, since="last", out=None)
    assert accepted(told) == [1, 1]
    assert len(segment.accepted) == 83
    assert spooled(tmp_path) == []


def test_a_file_of_ones_own_is_begun_before_anything_is_accepted(
    shop: SmallShop, segment: StandInSegment, tmp_path: Path
) -> None:
    segment.faults(*["503"] * 11)
    with pytest.raises(UnreachableError):
        posted(shop, segment, tmp_path, since="last", out=str(tmp_path / "new.ndjson"))
    assert len(list(tmp_path.glob("new.ndjson.delivery.*.json"))) == 1


def test_a_run_that_failed_under_another_key_is_sent(
    shop: SmallShop, segment: StandInSegment, tmp_path: Path
) -> None:
    segment.faults("401")
    with pytest.raises(RefusedError):
        posted(shop, segment, tmp_path, since="last", out=None)
    goes_on(shop, 501)
    with StandInSegment(write_key="another-write-key") as other:
        told = posted(shop, other, tmp_path, since="last", out=None)
        assert len(other.accepted) == 2
    assert accepted(told) == [1, 1]
    assert spooled(tmp_path) == []


def test_a_restart_first_sends_what_was_left(
    shop: SmallShop, segment: StandInSegment, tmp_path: Path
) -> None:
    fail(shop, segment, tmp_path)
    goes_on(shop, 501)
    posted(shop, segment, tmp_path, since="last", out=None, restart=True)
    assert len(segment.accepted) == 83
    assert spooled(tmp_path) == []


def test_a_run_in_between_makes_nothing_forgotten(
    shop: SmallShop, segment: StandInSegment, tmp_path: Path
) -> None:
    fail(shop, segment, tmp_path)
    posted(shop, None, tmp_path, out=str(tmp_path / "full.ndjson"), since="2023-11-13")
    goes_on(shop, 501)
    posted(shop, segment, tmp_path, since="last", out=None)
    assert spooled(tmp_path) == []
    assert len(segment.accepted) == 83


def test_what_was_sent_elsewhere_and_removed_is_not_called_done(
    shop: SmallShop, segment: StandInSegment, tmp_path: Path
) -> None:
    with StandInSegment(write_key="another-write-key") as other:
        with pytest.raises(UsageError, match="sent to another destination") as caught:
            posted(shop, other, tmp_path, out=None)
        assert "--restart" in caught.value.hint
        posted(shop, other, tmp_path, out=None, restart=True)
        assert len(other.accepted) == 82


def test_a_file_is_held_while_its_backlog_is_sent(
    segment: StandInSegment, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    reached, go = threading.Event(), threading.Event()
    post = Poster.post

    def slow(self: Poster, batch: object) -> object:
        reached.set()
        go.wait(20)
        return post(self, batch)  # type: ignore[arg-type]

    monkeypatch.setattr(Poster, "post", slow)
    shop = shop_of_orders()
    told: list[Progress] = []
    run = threading.Thread(target=lambda: told.extend(posted(shop, segment, tmp_path)))
    run.start()
    try:
        assert reached.wait(20)
        wait_for_the_end_of_the_run(tmp_path / "events.ndjson.checkpoint.json")
        request = ReplayRequest((str(tmp_path / "events.ndjson"),), integrations=ALL, rate=1e6)
        with pytest.raises(LockedError):
            list(replays.replay(request, target(segment), RESTLESS))
    finally:
        go.set()
        run.join()
    assert accepted(told) == [81]
    assert not segment.dropped


def wait_for_the_end_of_the_run(path: Path) -> None:
    pause = threading.Event()
    for _ in range(2_000):
        run = checkpoint.load(path)
        if run is not None and run.phase == "done":
            pause.wait(0.1)  # the delivery looks every few milliseconds
            return
        pause.wait(0.01)
    pytest.fail("the run did not end")


def left_of_nights(folder: Path) -> list[str]:
    """Tells the kinds of the files that runs of `last` have left in the spool."""
    found = (path.name.split(".ndjson.")[1:] for path in spool(folder).glob("events.until-*"))
    return sorted(kind.partition(".")[0] for kinds in found for kind in kinds)


def test_nights_leave_nothing_but_what_tells_of_the_last_one(
    shop: SmallShop, segment: StandInSegment, tmp_path: Path
) -> None:
    for night in range(3):
        posted(shop, segment, tmp_path, since="last", out=None)
        goes_on(shop, 501 + night)
    assert left_of_nights(tmp_path) == ["checkpoint", "delivery"]
    assert status(tmp_path).is_removed


def test_what_was_rejected_in_a_night_stays(
    shop: SmallShop, segment: StandInSegment, tmp_path: Path
) -> None:
    broken = shop.records["orders"][-1]
    for night in range(3):
        broken["broken"] = night == 0
        posted(shop, segment, tmp_path, since="last", out=None)
        goes_on(shop, 501 + night)
    assert left_of_nights(tmp_path) == [*["checkpoint"] * 2, *["delivery"] * 2, "rejects"]


def test_nothing_is_sent_twice_by_a_run_that_has_nothing_left(
    shop: SmallShop, segment: StandInSegment, tmp_path: Path
) -> None:
    told = posted(shop, segment, tmp_path, since="last", out=None)
    assert isinstance(told[-1], Sent)
    assert isinstance(told[-2], Finished)
    shop.now += 1_000
    posted(shop, segment, tmp_path, since="last", out=None)
    assert not segment.dropped
