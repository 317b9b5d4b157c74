"""A plan holds exactly what is new or changed, and sending it is all there is to do."""

from __future__ import annotations

import random
import stat
from pathlib import Path
from typing import Any

import orjson
import pytest

from compared_files import counts, of_lines, told
from littlerelay import diffs
from littlerelay.compare.plans import changed_tracks
from littlerelay.errors import UsageError
from littlerelay.settings import DiffRequest, Outcome
from sent_files import line, message, put, sent
from standin.segment import StandInSegment

PLAN = Path("plan.ndjson")
CHANGED = {"order_id": "#1", "total": 49.0, "note": ""}


def person(**traits: Any) -> dict[str, Any]:
    name = "".join(f"{value}" for value in traits.values())
    return {
        "type": "identify",
        "messageId": name.rjust(36, "0"),
        "timestamp": "2024-03-05T14:30:00.000Z",
        "userId": "7001",
        "context": {},
        "traits": traits,
    }


def planned() -> list[dict[str, Any]]:
    return [orjson.loads(one) for one in PLAN.read_bytes().splitlines()]


def sides() -> tuple[list[Any], list[Any]]:
    """Gives old and new messages of which 6 are new, 50 changed and 2 gone."""
    old = [message(number) for number in range(500)]
    new = [message(number) for number in range(2, 506)]
    for one in new[3::10]:
        one["properties"] = CHANGED
    random.Random(5).shuffle(new)
    return old, new


def test_a_plan_holds_what_is_new_or_changed_in_the_order_of_the_new_file() -> None:
    old, new = sides()
    result = of_lines(old, new, save=str(PLAN))
    assert counts(result)[:2] == (6, 50)
    known = {one["messageId"]: one for one in old}
    lines = [line(one) for one in new if known.get(one["messageId"]) != one]
    assert PLAN.read_bytes() == b"".join(lines)
    assert (result[0].plan, result[0].saved) == ("plan.ndjson", 56)
    assert stat.S_IMODE(PLAN.stat().st_mode) == 0o600


@pytest.mark.parametrize("shown", ["new", "changed", "gone", "same"])
def test_a_plan_holds_all_of_it_whatever_is_shown(shown: Outcome) -> None:
    result = of_lines(*sides(), save=str(PLAN), outcomes=(shown,), events=("order completed",))
    assert len(planned()) == result[0].saved == 56
    assert result[0].preview is not None
    assert result[0].preview.messages.number == 56
    assert {one.outcome for one in result[1]} == {shown}


def test_a_plan_can_be_of_chosen_events() -> None:
    of_lines(*sides(), save=str(PLAN), events=("identify",))
    assert planned() == []


def test_nothing_to_do_is_an_empty_plan() -> None:
    result = of_lines([message(1)], [message(1)], save=str(PLAN))
    assert (PLAN.read_bytes(), result[0].saved) == (b"", 0)


def test_after_a_plan_is_sent_nothing_is_new_or_changed(segment: StandInSegment) -> None:
    old, new = sides()
    of_lines(old, new, save=str(PLAN))
    (done,) = sent(segment, PLAN)
    assert (done.accepted, done.refused) == (56, 0)
    assert set(segment.accepted) == {one["messageId"] for one in planned()}
    request = DiffRequest(("old.ndjson", str(PLAN)))
    assert counts(told(diffs.diff(request, "new.ndjson"))) == (0, 0, 504, 2)


@pytest.mark.parametrize(("resend", "kept"), [(None, 50), ("2026-11", 0)])
def test_facts_that_may_count_twice_are_counted(resend: str | None, kept: int) -> None:
    old, new = sides()
    result = of_lines(
        [*old, person(city="X")], [*new, person(city="Y")], save=str(PLAN), resend=resend
    )
    assert result[0].kept == kept


def test_fresh_ids_are_the_same_each_time_and_others_for_another_text() -> None:
    old, new = [message(1), message(2)], [message(1, properties=CHANGED), message(2), message(3)]
    ids = []
    for epoch in ("2026-11", "2026-11", "2026-12"):
        of_lines(old, new, save=str(PLAN), resend=epoch)
        changed, added = planned()
        ids.append(changed["messageId"])
        assert added["messageId"] == message(3)["messageId"]
        assert changed["properties"] == CHANGED
        PLAN.unlink()
    assert ids[0] == ids[1] != ids[2]
    assert message(1)["messageId"] not in ids


def test_what_was_sent_with_a_fresh_id_is_known_for_the_fact_that_it_is(
    segment: StandInSegment,
) -> None:
    old, new = sides()
    of_lines(old, new, save=str(PLAN), resend="once")
    assert sent(segment, PLAN)[0].accepted == 56
    request = DiffRequest(("old.ndjson", str(PLAN)))
    assert counts(told(diffs.diff(request, "new.ndjson"))) == (0, 0, 504, 2)


def test_a_state_that_has_another_id_already_keeps_it() -> None:
    of_lines([person(city="X")], [person(city="Y")], save=str(PLAN), resend="once")
    assert planned() == [person(city="Y")]


def test_a_message_of_a_batch_is_a_line_of_the_plan() -> None:
    batch = {"batch": [message(1), message(2)], "context": {"active": True}}
    of_lines([message(1)], [batch], save=str(PLAN))
    *_, one = planned()
    assert one["messageId"] == message(2)["messageId"]
    assert one["context"]["active"] is True


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ({"save": "there.ndjson"}, r"there\.ndjson exists"),
        ({"save": "no/folder.ndjson"}, "no folder"),
        ({"save": "-"}, "A plan is a file"),
        ({"save": "x.ndjson.gz"}, "A plan is a plain file"),
        ({"resend": "once"}, "--resend gives fresh ids to what --save writes"),
    ],
)
def test_a_plan_that_cannot_be_is_refused_before_anything_is_read(
    asked: dict[str, Any], told: str
) -> None:
    put(Path("there.ndjson"), [])
    with pytest.raises(UsageError, match=told) as caught:
        of_lines([message(1)], [b"no event"[0]], **asked)
    assert "--out" not in caught.value.hint
    assert sorted(path.name for path in Path.cwd().iterdir()) == [
        "new.ndjson",
        "old.ndjson",
        "there.ndjson",
    ]


def test_a_message_too_large_for_a_fresh_id_is_told_and_leaves_no_plan() -> None:
    large = message(1, 0)
    large["properties"]["note"] = "x" * (32_768 - len(line(large)))
    assert len(line(large)) == 32_768
    with pytest.raises(UsageError, match="too large once it has a fresh id"):
        of_lines([message(1)], [large], save=str(PLAN), resend="once")
    assert not PLAN.exists()
    assert not list(Path.cwd().glob("unfinished-*"))


def test_a_plan_tells_how_many_tracks_were_changed_and_an_old_one_tells_nothing_of_a_new() -> None:
    old, new = sides()
    of_lines(old, new, save=str(PLAN))
    assert changed_tracks(PLAN) == 50
    PLAN.unlink()
    of_lines(old, [*old[:-1], message(900)], save=str(PLAN))
    assert changed_tracks(PLAN) == 0
