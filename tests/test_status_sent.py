"""`relay status` tells what was sent where, and of every output of a job what is left to do."""

from pathlib import Path

import orjson
import pytest

from littlerelay import jobs
from littlerelay.job_status import JobStatus
from posting_runs import goes_on, posted, shop_of_orders
from sent_files import beside, sent
from small_shop import SmallShop
from standin.segment import StandInSegment

pytestmark = pytest.mark.usefixtures("swift_posts")

HISTORY = 81


@pytest.fixture
def shop(tmp_path: Path) -> SmallShop:
    """Gives a shop whose history was written and not sent."""
    shop = shop_of_orders()
    posted(shop, None, tmp_path)
    return shop


def status(folder: Path) -> JobStatus:
    (job,) = jobs.status(folder / "state")
    return job


@pytest.mark.parametrize("namespace", ["test", ""])
def test_a_sample_at_a_test_source_leaves_nothing_unsent_once_all_is_sent(
    shop: SmallShop, segment: StandInSegment, tmp_path: Path, namespace: str
) -> None:
    events = tmp_path / "events.ndjson"
    assert status(tmp_path).unsent == HISTORY
    with StandInSegment(write_key="key-of-a-test-source") as other:
        sent(other, events, limit=10, namespace=namespace)
    assert status(tmp_path).unsent == HISTORY - (0 if namespace else 10)
    sent(segment, events)
    told = status(tmp_path)
    assert told.unsent == 0
    assert sorted(one[3:] for one in told.sent) == [(10, 0, 0), (HISTORY, 0, 0)]
    assert {one[2] for one in told.sent} == {"", namespace}
    assert len({one[1] for one in told.sent}) == 2
    assert {path.name for path in tmp_path.glob("*.delivery.*")} == {
        f"events.ndjson.delivery.{digits}.json" for _, digits, *_ in told.sent
    }


def test_every_output_that_was_not_sent_is_told(
    shop: SmallShop, segment: StandInSegment, tmp_path: Path
) -> None:
    goes_on(shop, 500)
    posted(shop, None, tmp_path, since="last", out=str(tmp_path / "new.ndjson"))
    goes_on(shop, 501)
    posted(shop, None, tmp_path, since="last", out=str(tmp_path / "newer.ndjson"))
    first, second = status(tmp_path).left
    assert (first.output, first.events, first.unsent) == (
        str(tmp_path / "events.ndjson"),
        HISTORY,
        HISTORY,
    )
    assert (second.output, second.unsent) == (str(tmp_path / "new.ndjson"), 1)
    sent(segment, tmp_path / "events.ndjson", limit=30)
    assert [one.unsent for one in status(tmp_path).left] == [HISTORY - 30, 1]
    sent(segment, tmp_path / "events.ndjson")
    (tmp_path / "new.ndjson").unlink()
    (lost,) = status(tmp_path).left
    assert (lost.output, lost.unsent, lost.is_there) == (str(tmp_path / "new.ndjson"), 1, False)


@pytest.mark.parametrize("end", ["mended", "moved away"])
def test_refused_messages_are_told_until_they_are_mended_or_moved_away(
    shop: SmallShop, segment: StandInSegment, tmp_path: Path, end: str
) -> None:
    events = tmp_path / "events.ndjson"
    lines = events.read_bytes().splitlines(keepends=True)
    segment.app.poison = {orjson.loads(lines[7])["messageId"]}
    sent(segment, events)
    for number in (500, 501):
        goes_on(shop, number)
        posted(shop, segment, tmp_path, since="last", out=None)
        (left,) = status(tmp_path).left
        assert (left.output, left.unsent, left.refused) == (str(events), 0, 1)
    refused = beside(events, "refused")
    assert left.refused_files == (str(refused),)
    if end == "mended":
        segment.app.poison = set()
        refused.write_bytes(lines[7])
        sent(segment, refused)
    else:
        refused.unlink()
    assert status(tmp_path).left == ()
    goes_on(shop, 502)
    posted(shop, segment, tmp_path, since="last", out=None)
    assert status(tmp_path).left == ()
