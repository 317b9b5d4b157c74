"""A comparison says what it costs to send what is new or changed, to the byte."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from command import Relay, faked
from compared_files import compared
from littlerelay.compare import costs
from littlerelay.previews import Figure, Preview
from littlerelay.settings import Outcome
from sent_files import line, message, put

ALIAS = {
    "type": "alias",
    "messageId": "a" * 36,
    "timestamp": "2020-05-05T10:00:00.000Z",
    "userId": "7001",
    "previousId": "visitor-1",
    "context": {"library": {"name": "littlerelay", "version": "0.1.0"}},
}


def about(number: int, user: str | None, visitor: str | None, **more: Any) -> dict[str, Any]:
    """Makes a message in relay's form about somebody."""
    whole = message(number, 300, **more)
    found = {"userId": user, "anonymousId": visitor}
    ids = {name: value for name, value in found.items() if value is not None}
    head = {name: whole[name] for name in ("type", "event", "messageId", "timestamp")}
    return {**head, **ids, "context": whole["context"], "properties": whole["properties"]}


NEW = [
    about(1, "7001", None),
    about(2, "7001", "visitor-2"),
    about(3, None, "visitor-1"),  # the alias says who that is
    about(4, None, "visitor-2"),  # so does the second message
    about(5, None, "visitor-3", timestamp="2019-01-01T00:00:00.000Z"),
    about(6, None, "visitor-3"),
    about(7, "7002", None, event="Customer Created"),
    ALIAS,
]


def previewed(old: list[Any], new: list[Any], **asked: Any) -> Preview:
    """Compares two files of these messages, and gives what sending the difference would cost."""
    places = Path("old.ndjson"), Path("new.ndjson")
    for place, lines in zip(places, (old, new), strict=True):
        put(place, map(line, lines))
    preview = compared(*places, **asked)[0].preview
    assert preview is not None
    return preview


def test_what_is_new_or_changed_is_summed_up_and_nothing_else() -> None:
    old = [about(9, "7009", "visitor-9"), NEW[0], {**NEW[6], "userId": "7003"}]
    preview = previewed(old, NEW)
    assert preview.events == {
        "Order Completed": Figure(5),
        "Customer Created": Figure(1),
        "alias": Figure(1),
    }
    assert preview.bytes == Figure(sum(len(line(one)) for one in NEW[1:]))
    assert (preview.users, preview.visitors) == (Figure(2), Figure(1))
    assert (preview.first, preview.last) == (NEW[4]["timestamp"], NEW[1]["timestamp"])
    assert preview.is_dated_exactly
    assert len(preview.limits) == 9


@pytest.mark.parametrize(
    "foreign",
    [
        pytest.param(lambda one: dict(reversed(one.items())), id="other-order"),
        pytest.param(lambda one: {**one, "sentAt": "2026-01-01T00:00:00Z"}, id="added-fields"),
        pytest.param(lambda one: {"batch": [one]}, id="batches"),
    ],
)
def test_files_of_others_cost_what_would_be_sent_of_them(foreign: Any) -> None:
    own, others = previewed([], NEW), previewed([], [foreign(one) for one in NEW])
    assert others == own


@pytest.mark.parametrize("shown", [("new", "changed"), ("new",), ("changed", "gone"), ("gone",)])
def test_all_that_would_be_sent_counts_whatever_is_shown(shown: tuple[Outcome, ...]) -> None:
    old = [{**NEW[0], "userId": "7009"}, NEW[2]]
    assert previewed(old, NEW[:2], outcomes=shown).messages == Figure(2)


def test_what_is_sent_by_nobody_has_no_preview() -> None:
    put(Path("old.ndjson"), map(line, NEW[:1]))
    put(Path("new.ndjson"), map(line, NEW))
    places = Path("old.ndjson"), Path("new.ndjson")
    assert compared(*places, rate=None)[0].preview is None


@pytest.mark.parametrize("resend", [None, "2026-11"])
def test_the_preview_of_a_plan_is_that_of_its_file(resend: str | None) -> None:
    old = [{**one, "userId": "7009"} for one in NEW[:3]]
    plan = Path("plan.ndjson")
    preview = previewed(old, NEW, save=str(plan), resend=resend)
    assert preview.bytes.number == plan.stat().st_size
    assert preview.messages.number == len(plan.read_bytes().splitlines())


def test_ids_are_counted_once_however_many_there_are(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(costs, "_REMEMBERED", 10)
    new = [about(one, str(one % 700), f"visitor-{one % 90}") for one in range(2000)]
    new += [about(one, None, f"visitor-{one % 120}") for one in range(2000, 4000)]
    preview = previewed([], new)
    assert (preview.users, preview.visitors) == (Figure(700), Figure(30))


def test_requests_are_as_many_as_bytes_and_messages_ask_for() -> None:
    few = Preview({"a": Figure(10)}, Figure(1), Figure(0), Figure(960_001), 5.0, None, None)
    assert (few.batches.number, few.seconds) == (3, 2.0)
    many = Preview({"a": Figure(5_001)}, Figure(1), Figure(0), Figure(1_000), 5.0, None, None)
    assert many.batches.number == 3


@pytest.fixture
def relay(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Iterator[Relay]:
    yield from faked(monkeypatch, capfd)


def test_the_command_draws_it_last_and_gives_it_as_json(relay: Relay) -> None:
    put(Path("old.ndjson"), [])
    put(Path("new.ndjson"), map(line, NEW))
    ended = relay("diff", "old.ndjson", "new.ndjson", "--rate", "2")
    shown = [one.rstrip() for one in ended.out.splitlines()]
    place = shown.index("to send           count")
    assert shown[place + 1 : place + 5] == [
        "Customer Created      1",
        "Order Completed       6",
        "Alias                 1",
        "all                   8",
    ]
    assert "users      2 distinct userIds" in shown
    assert "visitors   1 distinct anonymousIds without a userId" in shown
    assert "sending    4s at 2 messages a second" in shown
    assert "first      2019-01-01T00:00:00.000Z" in shown
    assert shown[-1].startswith("Braze, PostHog, Attio, Canvas")
    told = json.loads(relay("diff", "old.ndjson", "new.ndjson", "--json").out)
    assert told["preview"]["messages"] == {"count": 8, "exact": True}
    assert told["preview"]["rate"] == 800.0
    same = relay("diff", "new.ndjson", "new.ndjson")
    assert "to send" not in same.out
