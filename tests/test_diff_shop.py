"""A shop is compared with earlier files: what changed in it is found, and no trace is left."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from changed_shops import about, changed_shop
from compared_files import Result, changes, counts, told
from littlerelay import shopdiffs
from littlerelay.catalogue import MADE, RECORDED
from littlerelay.errors import UsageError
from littlerelay.meaning import Recording
from littlerelay.previews import Figure
from littlerelay.progress import Noted
from littlerelay.settings import BackfillRequest, DiffRequest, Mapping
from sent_files import line, messages, put, put_own, sent
from shops import FAST, SCALE, backfill, events, settings
from standin.segment import StandInSegment
from standin.server import StandIn

SINCE = "2025-06-01"


@pytest.fixture
def shop() -> Iterator[StandIn]:
    with StandIn(orders=150, plan="enterprise", time_scale=SCALE) as running:
        yield running


@pytest.fixture
def output(shop: StandIn, tmp_path: Path) -> Path:
    """Gives the file of a finished run."""
    backfill(shop, tmp_path, since=SINCE)
    return tmp_path / "events.ndjson"


def compared(shop: StandIn, folder: Path, *old: Path, **asked: Any) -> Result:
    """Compares a shop with files, or with its job's last output."""
    request = BackfillRequest(since=asked.pop("since", SINCE), **asked.pop("reading", {}))
    state = settings(shop, folder / "state")
    mapping = Mapping(shop="", leave_out=asked.pop("leave_out", ()))
    state = replace(state, mapping=mapping)
    wanted = DiffRequest(tuple(map(str, old)), **{"most": None, **asked})
    return told(shopdiffs.diff_shop(state, request, wanted, FAST))


def tree(folder: Path) -> dict[str, bytes]:
    """Gives every file below a folder."""
    return {str(path): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_a_shop_that_stands_still_is_the_same_as_before(shop: StandIn, output: Path) -> None:
    shop.pass_time(7200)
    result = compared(shop, output.parent)
    assert counts(result) == (0, 0, len(list(events(output))), 0)
    assert result[0].new == shop.world.shop["myshopifyDomain"]


def test_what_changed_in_a_shop_is_found_value_by_value_and_can_be_sent(
    shop: StandIn, output: Path, segment: StandInSegment
) -> None:
    tagged, gone = changed_shop(shop, output)
    plan = output.with_name("plan.ndjson")
    result = compared(shop, output.parent, save=str(plan))
    facts = [one for order in tagged for one in about(order, output)]
    touched = [one for one in facts if "affiliation" in one["properties"]]
    assert {one.message["messageId"] for one in result[1] if one.outcome == "changed"} == {
        one["messageId"] for one in touched
    }
    assert set(changes(result)) == {("properties.affiliation", "Shopify", "checked")}
    preview = result[0].preview
    assert preview is not None
    assert preview.messages == Figure(len(touched))
    assert preview.users == Figure(len({one["userId"] for one in touched}))
    left = {one["messageId"] for one in about(gone, output)}
    assert {one.message["messageId"] for one in result[1] if one.outcome == "gone"} == left
    assert counts(result)[0] == 0
    assert preview.bytes == Figure(plan.stat().st_size)
    (done,) = sent(segment, plan)
    assert (done.accepted, done.refused) == (len(touched), 0)
    again = compared(shop, output.parent, output, plan)
    assert counts(again)[:2] == (0, 0)
    assert {one.message["messageId"] for one in again[1]} == left


def noted_of_last(shop: StandIn, output: Path, **asked: Any) -> list[str]:
    """Gives what is noted of a plan that is saved, as far as it is of the job's next run."""
    request = DiffRequest((), save=str(output.with_name("plan.ndjson")), **asked)
    state = settings(shop, output.parent / "state")
    values = list(shopdiffs.diff_shop(state, BackfillRequest(since=SINCE), request, FAST))
    return [one.text for one in values if isinstance(one, Noted) and "--since last" in one.text]


def test_new_facts_of_a_plan_that_the_next_run_would_send_too_are_warned_of(
    shop: StandIn, output: Path
) -> None:
    shop.live(1)
    shop.pass_time(7200)
    (told,) = noted_of_last(shop, output)
    assert told.startswith("new facts in ")
    assert "--event identify" in told
    output.with_name("plan.ndjson").unlink()
    assert noted_of_last(shop, output, events=("identify",)) == []


def test_nothing_of_the_job_is_written_or_held(shop: StandIn, output: Path) -> None:
    before = tree(output.parent)
    changed_shop(shop, output)
    assert counts(compared(shop, output.parent))[1] > 0
    assert tree(output.parent) == before
    other = output.parent / "other"
    other.mkdir()
    compared(shop, other, output)
    assert list(other.iterdir()) == []


def test_a_part_of_the_period_tells_only_what_is_missing_from_it(
    shop: StandIn, output: Path
) -> None:
    result = compared(shop, output.parent, since="2026-01-01")
    assert (counts(result)[:2], counts(result)[3]) == ((0, 0), 0)
    assert 0 < counts(result)[2] < len(list(events(output)))
    ended = compared(shop, output.parent, reading={"until": "2026-01-01"})
    assert (counts(ended)[:2], counts(ended)[3]) == ((0, 0), 0)


def test_reading_in_bulk_finds_the_same(shop: StandIn, output: Path) -> None:
    before = tree(output.parent)
    result = compared(shop, output.parent, reading={"mode": "bulk"})
    assert counts(result) == (0, 0, len(list(events(output))), 0)
    assert len(shop.downloads) > 1
    assert tree(output.parent) == before


def test_what_is_not_read_is_not_missing(shop: StandIn, output: Path) -> None:
    result = compared(shop, output.parent, reading={"resources": ("customers",)})
    assert (counts(result)[:2], counts(result)[3]) == ((0, 0), 0)


def source_of(name: str, fact: str, **properties: str) -> str | None:
    event = {"event": name, "messageId": fact, "properties": properties}
    return shopdiffs.source_of(event, lambda told: told)


def test_every_event_has_records_that_it_comes_from() -> None:
    tracks = {name for name, made in MADE.items() if made.call == "track"}
    of_subscriptions = {name for name in tracks if name.startswith("Subscription ")}
    for name in tracks - RECORDED - of_subscriptions - {"Customer Enabled"}:
        assert source_of(name, "a fact", order_id="#1")
    assert source_of("Coupon Applied", "a fact") == "checkouts"
    for name in [*RECORDED, "Page Viewed"]:
        assert source_of(name, "a fact") is None


def test_what_forgets_its_history_has_no_records_to_be_gone() -> None:
    for what in ("Updated", "Cancelled", "Skipped", "Charge Failed"):
        fact = f"subscriptions/recharge/7/{what.lower()}"
        assert source_of(f"Subscription {what}", fact, subscriptionId="7") is None


@pytest.mark.parametrize(
    ("fact", "source"),
    [
        ("subscriptions/recharge/7/created", "subscriptions"),
        ("subscriptions/shopify/7/created", "contracts"),
        ("subscriptions/shopify/8/created", None),
        ("a fact of somebody else", None),
    ],
)
def test_a_subscription_comes_from_where_its_id_says(fact: str, source: str | None) -> None:
    assert source_of("Subscription Created", fact, subscriptionId="7") == source


def test_a_state_is_never_missing_and_a_fact_is(shop: StandIn, output: Path) -> None:
    (fact,) = [one for one in events(output) if one.get("event") == "Customer Created"][-1:]
    states = [{**fact, "messageId": f"{one:036}", "event": "Customer Enabled"} for one in range(2)]
    lost = {**fact, "messageId": "f" * 36}
    more = put(output.with_name("more.ndjson"), map(line, [*states, lost]))
    result = compared(shop, output.parent, output, more)
    assert [one.message["messageId"] for one in result[1]] == ["f" * 36]
    left_out = compared(shop, output.parent, output, more, leave_out=("Customer Created",))
    assert counts(left_out)[3] == 0


def noted(shop: StandIn, folder: Path, *old: Path) -> list[str]:
    """Compares a shop's orders with files, and gives what is noted before."""
    request = BackfillRequest(since="2026-10-01", resources=("orders",))
    wanted = DiffRequest(tuple(map(str, old)))
    values = shopdiffs.diff_shop(settings(shop, folder / "state"), request, wanted, FAST)
    return [one.text for one in values if isinstance(one, Noted)]


def test_other_settings_are_noted(shop: StandIn, output: Path) -> None:
    assert noted(shop, output.parent) == [
        (
            f"{output} was written with other settings: resources was customers, orders and is now "
            "orders"
        ),
        f"customers of {output} are not compared: --resource customers,orders does",
    ]


def test_of_a_file_of_recordings_other_settings_are_noted_alone(
    shop: StandIn, tmp_path: Path
) -> None:
    own: dict[str, Any] = {"shop": shop.world.shop["myshopifyDomain"], "revenue": True}
    own |= {"recorded_in": (Recording("recorded.ndjson", 9),), "session_pause": 5}
    recorded = put_own(tmp_path / "events.ndjson", messages(3), **own)
    assert noted(shop, tmp_path, recorded) == [
        f"{recorded} was written with other settings: revenue was true and is now false"
    ]


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ({"since": "last"}, "--since last is none"),
        ({"since": "2024-13-01"}, "not a time"),
        ({}, "has no earlier run to compare with"),
        ({"reading": {"resources": ("refunds",)}}, "refunds is no resource"),
    ],
)
def test_what_cannot_be_compared_is_refused(
    shop: StandIn, tmp_path: Path, asked: dict[str, Any], told: str
) -> None:
    with pytest.raises(UsageError, match=told) as caught:
        compared(shop, tmp_path, **asked)
    assert caught.value.hint
    assert shop.stats["requests"] == 0


def test_a_file_of_another_shop_and_one_that_is_not_there_are_refused(
    shop: StandIn, output: Path
) -> None:
    other = put_own(output.with_name("other.ndjson"), messages(3))
    with pytest.raises(UsageError, match="was written with the shop acme"):
        compared(shop, output.parent, other)
    with pytest.raises(UsageError, match=r"missing\.ndjson cannot be read"):
        compared(shop, output.parent, output, output.with_name("missing.ndjson"))


def test_the_last_output_must_hold_more_than_what_was_new(shop: StandIn, output: Path) -> None:
    shop.live(1)
    backfill(shop, output.parent, since="last", out=str(output.with_name("new.ndjson")))
    with pytest.raises(UsageError, match="holds only what was new since") as caught:
        compared(shop, output.parent)
    both_named = f"{output} {output.with_name('new.ndjson')}"
    assert caught.value.hint == f"Name the files of its events with --against: {both_named}"
    both = compared(shop, output.parent, output, output.with_name("new.ndjson"))
    assert counts(both)[:2] == (0, 0)


def test_of_a_file_that_was_sent_and_removed_it_says_what_to_do(
    shop: StandIn, output: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("littlerelay.deliveries.is_spent", lambda place: place == output)
    with pytest.raises(UsageError, match="was removed once all of it was accepted") as caught:
        compared(shop, output.parent)
    asked = "--since 2025-06-01T04:00:00Z --resource customers,orders --job littlerelay-demo-proof"
    assert f"relay backfill {asked} --out FILE" in caught.value.hint
