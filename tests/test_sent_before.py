"""What was sent is known wherever its file lies now, and no name of a destination is misspelt."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import orjson
import pytest

from command import Relay, faked
from littlerelay.deliveries import of_output
from littlerelay.errors import UsageError
from littlerelay.places import outputs
from littlerelay.progress import Noted
from posting_runs import posted, shop_of_orders
from segment_keys import KEY
from sent_files import line, message, messages, put, put_own, sent
from standin.segment import StandInSegment

LINES = messages(200)
NO_TEXT = os.fsdecode(b"lost\xff.ndjson")
FAST = ("--integrations", "All=true", "--rate", "1000")


@pytest.fixture
def relay(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Iterator[Relay]:
    yield from faked(monkeypatch, capfd)


@pytest.fixture
def segment(monkeypatch: pytest.MonkeyPatch) -> Iterator[StandInSegment]:
    monkeypatch.setenv("RELAY_WRITE_KEY", KEY)
    with StandInSegment(write_key=KEY) as running:
        monkeypatch.setenv("RELAY_ENDPOINT", running.url)
        yield running


@pytest.fixture
def events() -> Path:
    return put(Path("events.ndjson"), LINES)


def test_a_file_that_was_sent_is_known_wherever_it_lies(
    relay: Relay, segment: StandInSegment, events: Path
) -> None:
    relay("replay", "events.ndjson", *FAST)
    Path("old").mkdir()
    for path in Path.cwd().glob("events.ndjson*"):
        path.rename(Path("old") / path.name.replace("delivery", "lost"))
    ended = relay("replay", "old/events.ndjson", *FAST)
    assert ended.code == 2
    assert "holds what was sent before" in ended.err
    assert "begins with the same message" in " ".join(ended.err.split())
    assert segment.verdict(LINES).is_exact
    assert relay("replay", "old/events.ndjson", *FAST, "--again").code == 0


def test_two_files_of_one_command_are_not_sent_where_they_hold_the_same(
    relay: Relay, segment: StandInSegment, events: Path
) -> None:
    Path("later.ndjson").write_bytes(events.read_bytes())
    ended = relay("replay", "events.ndjson", "later.ndjson", *FAST)
    assert ended.code == 2
    words = " ".join(ended.err.split())
    assert "later.ndjson holds what is sent before" in words
    assert "events.ndjson goes before it, and begins with the same message" in words
    assert not segment.requests, "or the same command could not go on once it was stopped"
    assert relay("replay", "events.ndjson", "later.ndjson", *FAST, "--again").code == 0


def test_a_run_of_the_same_period_is_known_and_one_after_it_is_new(
    relay: Relay, segment: StandInSegment
) -> None:
    put_own(Path("events.ndjson"), LINES)
    assert relay("replay", "events.ndjson", *FAST).code == 0
    put_own(Path("anew.ndjson"), messages(20, seed=9)[1:])
    ended = relay("replay", "anew.ndjson", *FAST)
    assert ended.code == 2
    assert "with orders of 1970-01-01T00:00:00Z to" in " ".join(ended.err.split())
    put_own(Path("next.ndjson"), messages(20, seed=8)[1:], begins=1_800_000_000)
    assert relay("replay", "next.ndjson", *FAST).code == 0


def test_another_job_does_not_post_the_same_period(segment: StandInSegment, tmp_path: Path) -> None:
    shop = shop_of_orders()
    posted(shop, segment, tmp_path, job="z", out=None)
    with pytest.raises(UsageError, match="holds what was sent before") as refused:
        posted(shop, segment, tmp_path, job="z2", out=None)
    assert "Leave --post away" in refused.value.hint
    assert not segment.dropped
    told = posted(shop, segment, tmp_path, job="z2", out=None, restart=True)
    assert any(isinstance(one, Noted) and "sent before" in one.text for one in told)


def test_a_file_whose_name_is_no_text_is_sent_and_known(
    relay: Relay, segment: StandInSegment
) -> None:
    put(Path(NO_TEXT), LINES)
    assert relay("replay", NO_TEXT, *FAST).code == 0
    put(Path("copy.ndjson"), LINES)
    ended = relay("replay", "copy.ndjson", *FAST)
    assert "holds what was sent before" in ended.err
    assert r"lost\xff.ndjson went to this destination" in " ".join(ended.err.split())


def test_another_namespace_makes_a_file_new(
    relay: Relay, segment: StandInSegment, events: Path
) -> None:
    relay("replay", "events.ndjson", *FAST)
    Path("copy.ndjson").write_bytes(events.read_bytes())
    assert relay("replay", "copy.ndjson", *FAST, "--namespace", "test").code == 0


def test_without_a_folder_to_remember_in_a_file_is_sent_with_a_warning(
    relay: Relay, segment: StandInSegment, events: Path
) -> None:
    Path("taken").touch()
    ended = relay("replay", "events.ndjson", *FAST, "--state-dir", str(Path("taken").absolute()))
    assert ended.code == 0
    assert "will not be known as sent" in ended.err


def test_what_is_remembered_holds_no_key_and_no_message(
    relay: Relay, segment: StandInSegment, events: Path
) -> None:
    relay("replay", "events.ndjson", *FAST, "--state-dir", str(Path("state").absolute()))
    (kept,) = Path("state").rglob("*.json")
    assert KEY not in kept.read_text()
    assert "#0" not in kept.read_text()
    assert kept.stat().st_mode & 0o777 == 0o600


def test_a_misspelt_destination_is_refused_before_anything_is_sent(
    relay: Relay, segment: StandInSegment, events: Path
) -> None:
    ended = relay("replay", "events.ndjson", "--integrations", "All=false Mixpanle=true")
    assert ended.code == 2
    assert "has 'Mixpanle', which is no destination that relay knows" in " ".join(ended.err.split())
    assert "Did you mean Mixpanel?" in ended.err
    assert not segment.requests


def test_an_unknown_destination_is_warned_of_first(
    relay: Relay, segment: StandInSegment, events: Path
) -> None:
    ended = relay("replay", "events.ndjson", "--integrations", "All=false Acme=true")
    assert ended.code == 0
    assert ended.err.startswith("warning: Acme is no destination that relay knows")
    quiet = relay("replay", "events.ndjson", "--integrations", "All=false Acme=true", "--quiet")
    assert (quiet.code, quiet.err) == (0, "")


def test_a_rate_above_what_segment_allows_is_warned_of_first(
    relay: Relay, segment: StandInSegment, events: Path
) -> None:
    told = relay("replay", "events.ndjson", *FAST[:2], "--rate", "2000").err
    assert "warning: --rate 2,000 is more than the 1,000 messages a second" in told
    again = relay("replay", "events.ndjson", *FAST[:2], "--again", "--rate", "1000").err
    assert "--rate" not in again


def test_a_plan_of_changed_orders_is_warned_of_before_it_is_sent(
    relay: Relay, segment: StandInSegment, events: Path
) -> None:
    old = put(Path("old.ndjson"), [line(message(1, total=1)), *LINES[2:]])
    assert relay("diff", str(old), "events.ndjson", "--save", "plan.ndjson").code == 10
    assert "warning: 1 track event was changed" in relay("replay", "plan.ndjson", *FAST).err
    people = relay("replay", "plan.ndjson", *FAST, "--event", "identify", "--again")
    assert "was changed" not in people.err


def test_what_is_refused_of_refused_messages_has_a_number_and_no_longer_name(
    segment: StandInSegment, events: Path
) -> None:
    ids = [orjson.loads(LINES[number])["messageId"] for number in (3, 5, 7)]
    path, names = events, []
    while ids:
        segment.app.poison = set(ids)
        (result,) = sent(segment, path)
        assert result.refused == len(ids)
        path = Path(result.refused_file)
        names.append(path.name)
        ids.pop()
    digits = names[0][-15:-7]
    assert names == [
        f"events.ndjson.refused.{digits}.ndjson",
        f"events.ndjson.refused-2.{digits}.ndjson",
        f"events.ndjson.refused-3.{digits}.ndjson",
    ]
    assert {*names} <= {one.name for one in of_output(events)}
    assert outputs(Path()) == [Path("events.ndjson")]
