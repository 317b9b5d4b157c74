"""At its end a backfill is held to Shopify's own counts, and says so."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import orjson
import pytest

from command import FINISHED, Relay, faked
from littlerelay import checkpoint
from littlerelay.errors import UnreachableError
from littlerelay.pipeline import Rules
from littlerelay.places import Paths
from littlerelay.progress import Counted, Counts, Finished, Noted
from littlerelay.reconcile import counting
from littlerelay.reconcile.counting import counted
from littlerelay.settings import Mapping
from shops import SCALE, backfill, endpoint, finished
from standin.server import StandIn

SINCE = "2024-01-01"


@pytest.fixture(scope="module")
def shop() -> Iterator[StandIn]:
    with StandIn(orders=160, plan="enterprise", time_scale=SCALE) as running:
        yield running
    assert not running.problems


@pytest.fixture(scope="module")
def folder(shop: StandIn, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Gives the folder of a finished run."""
    folder = tmp_path_factory.mktemp("run")
    result = finished(backfill(shop, folder, since=SINCE))
    assert [one.resource for one in result.counted] == ["customers", "orders"]
    assert [one.unexplained for one in result.counted] == [0, 0]
    assert result.counted[1].explained.keys() == {"test orders"}
    return folder


def held(
    shop: StandIn,
    folder: Path,
    *rejected: dict[str, Any],
    lost: int = 0,
    more: int = 0,
    **setting: Any,
) -> dict[str, Counted]:
    """Holds a run to the shop's counts, as if it had lost orders, doubled customers or rejected."""
    output = Paths(folder / "events.ndjson")
    run = checkpoint.load(output.checkpoint)
    assert run is not None
    given = run.events | {
        "Order Completed": run.events["Order Completed"] - lost,
        "Customer Created": run.events["Customer Created"] + more,
    }
    rejects = folder / "rejects.ndjson"
    rejects.write_bytes(b"".join(orjson.dumps(one) + b"\n" for one in rejected))
    mark = replace(run.rejects, lines=len(rejected))
    run = run.model_copy(update={"events": given, "rejects": mark})
    with endpoint(shop, folder / "other") as api:
        mapping = Mapping(shop="", **setting)
        return {one.resource: one for one in counted(api, run, mapping, rejects)}


def reject(source: str, **record: Any) -> dict[str, Any]:
    return {"reason": "missing_field", "detail": "x", "source": source, "record": record}


def test_an_order_that_is_missing_is_counted(shop: StandIn, folder: Path) -> None:
    assert held(shop, folder, lost=2)["orders"].unexplained == 2


def test_a_run_that_was_finished_before_is_held_to_counts_again(
    shop: StandIn, folder: Path
) -> None:
    again = finished(backfill(shop, folder, since=SINCE))
    assert again.already
    assert [(one.resource, one.unexplained) for one in again.counted] == [
        ("customers", 0),
        ("orders", 0),
    ]
    place = Paths(folder / "events.ndjson").checkpoint
    whole = checkpoint.load(place)
    assert whole is not None
    rejects = replace(whole.rejects, lines=1)
    checkpoint.save(place, whole.model_copy(update={"rejects": rejects}))
    assert finished(backfill(shop, folder, since=SINCE)).counted == ()  # the rejects are gone
    checkpoint.save(place, whole)


def test_rejected_records_of_the_period_explain_it(shop: StandIn, folder: Path) -> None:
    inside, outside = "2025-01-01T00:00:00Z", "2023-01-01T00:00:00Z"
    records = [
        reject("orders", processed_at=inside, test=False),
        reject("orders", processed_at=outside, test=False),
        reject("orders", processed_at=inside, test=True),
        reject("customers", created_at=outside),
    ]
    found = held(shop, folder, *records, lost=2)
    assert (found["orders"].unexplained, found["orders"].explained["rejected"]) == (1, 1)
    assert found["customers"].unexplained == 0


def test_test_orders_that_are_given_count(shop: StandIn, folder: Path) -> None:
    tests = held(shop, folder)["orders"].explained["test orders"]
    assert held(shop, folder, lost=-tests, include_test=True)["orders"].unexplained == 0


def test_what_is_left_out_is_not_held_to_counts(shop: StandIn, folder: Path) -> None:
    assert held(shop, folder, leave_out=("POS Order Placed",)).keys() == {"customers"}
    assert held(shop, folder, leave_out=("Customer Created",)).keys() == {"orders"}


def test_what_was_given_more_than_once_is_a_fault(shop: StandIn, folder: Path) -> None:
    assert held(shop, folder, lost=-1)["orders"].unexplained == -1


def test_customers_that_shopify_counts_no_more_are_not_simply_called_deleted(
    shop: StandIn, folder: Path
) -> None:
    found = held(shop, folder, more=2)["customers"]
    assert found.unexplained == 0
    assert found.explained == {"deleted, merged or given twice": 2}


def test_an_order_that_was_deleted_meanwhile_is_none(tmp_path: Path) -> None:
    with StandIn(orders=150, plan="enterprise", time_scale=SCALE) as shop:
        backfill(shop, tmp_path, since=SINCE)
        gone = next(
            one["id"]
            for one in shop.world.books()
            if one["fact"] == "order" and one["at"] > SINCE and not one["test"]
        )
        shop.change_order(f"gid://shopify/Order/{gone}", "delete")
        shop.pass_time(3600)
        found = held(shop, tmp_path)["orders"]
        assert (found.unexplained, found.explained["deleted"]) == (0, 1)
        assert held(shop, tmp_path, lost=-1)["orders"].unexplained == -1


def test_a_sample_and_what_is_new_are_not_held_to_counts(shop: StandIn, folder: Path) -> None:
    sample = str(folder / "sample.ndjson")
    assert finished(backfill(shop, folder, since=SINCE, limit=5, out=sample)).counted == ()
    new = str(folder / "new.ndjson")
    assert finished(backfill(shop, folder, since="last", out=new)).counted == ()


def test_an_order_that_is_lost_on_its_way_is_counted(
    shop: StandIn, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = Rules.lines
    orders: list[Any] = []

    def lines(rules: Rules, resource: str, record: dict[str, Any]) -> tuple[list[Any], list[bytes]]:
        events, written = made(rules, resource, record)
        orders.extend(one for one in events if one.get("event") == "Order Completed")
        is_lost = resource == "orders" and len(orders) == 30
        return ([], []) if is_lost else (events, written)

    monkeypatch.setattr(Rules, "lines", lines)
    found = finished(backfill(shop, tmp_path, since=SINCE)).counted
    assert [(one.resource, one.unexplained > 0) for one in found] == [
        ("customers", False),
        ("orders", True),
    ]


def test_counts_that_cannot_be_had_do_not_spoil_a_run(
    shop: StandIn, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: object) -> int:
        raise UnreachableError("Shopify would not count.")

    monkeypatch.setattr(counting, "count_orders", away)
    told = backfill(shop, tmp_path, since=SINCE, resources=("orders",))
    assert finished(told).counted == ()
    (noted,) = [one.text for one in told if isinstance(one, Noted)]
    assert noted == "what was given is not held to Shopify's counts: Shopify would not count."


def test_a_file_of_rejects_that_was_edited_does_not_spoil_a_run(
    shop: StandIn, tmp_path: Path
) -> None:
    backfill(shop, tmp_path, since=SINCE)
    paths = Paths(tmp_path / "events.ndjson")
    run = checkpoint.load(paths.checkpoint)
    assert run is not None
    rejects = replace(run.rejects, lines=1)
    checkpoint.save(paths.checkpoint, run.model_copy(update={"rejects": rejects}))
    paths.rejects.write_text('{"reason": half a line')
    told = backfill(shop, tmp_path, since=SINCE)
    assert finished(told).counted == ()
    (noted,) = [one.text for one in told if isinstance(one, Noted)]
    assert noted == (
        "what was given is not held to Shopify's counts: "
        f"{paths.rejects} is no file of rejected records."
    )


def test_a_rejected_record_that_is_no_object_may_be_of_the_period(
    shop: StandIn, folder: Path
) -> None:
    found = held(shop, folder, {**reject("orders"), "record": ["?"]}, lost=1)
    assert found["orders"].unexplained == 0


def ended(*found: Counted) -> Finished:
    counts = {one.resource: Counts(one.given, one.given) for one in found}
    return replace(FINISHED, counted=found, counts=counts)


@pytest.fixture
def relay(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Iterator[Relay]:
    yield from faked(monkeypatch, capfd)


def test_the_command_tells_the_counts(relay: Relay) -> None:
    relay.jobs.told = [ended(Counted("orders", 9_879, 9_891, {"test orders": 12}))]
    shown = relay("backfill", "--since", "2024-01-01")
    assert shown.code == 0
    assert "orders  9,879 given + 12 test orders = 9,891, as Shopify counts" in shown.err


def test_what_was_read_and_what_is_counted_add_up_for_a_reader(relay: Relay) -> None:
    found = Counted("orders", 1_467, 1_497, {"test orders": 31, "deleted": 1})
    counts = {"orders": Counts(read=1_500, mapped=1_469, filtered=31)}
    relay.jobs.told = [replace(ended(found), counts=counts)]
    rows = [line.strip() for line in relay("backfill", "--since", "2024-01-01").err.splitlines()]
    assert "orders    1,467 given + 31 test orders - 1 deleted = 1,497, as Shopify counts" in rows
    assert "and of 2 more orders that are dated otherwise, what happened in the period" in rows
    relay.jobs.told = [replace(ended(found), counts={"orders": Counts(read=9, mapped=1_468)})]
    told = relay("backfill", "--since", "2024-01-01").err
    assert "and of 1 more order that is dated otherwise" in told
    assert any(row.startswith("filtered  gave no event: test orders") for row in rows)


def test_a_file_is_to_be_proven_and_then_sent(relay: Relay) -> None:
    prove = "relay reconcile events.ndjson proves that nothing is missing"
    send = "relay replay events.ndjson sends it, to the destinations that --integrations names"
    shown = {
        "first": (FINISHED, [f"next    {prove}", f"then    {send}"]),
        "last": (replace(FINISHED, new_since="2024-01-01T00:00:00Z"), [f"next    {send}"]),
        "subscriptions": (
            replace(FINISHED, counts={"subscriptions": Counts()}),
            [f"next    {send}"],
        ),
        "sample": (replace(FINISHED, sample=True), []),
        "empty": (replace(FINISHED, events={}), []),
    }
    for name, (result, told) in shown.items():
        relay.jobs.told = [result]
        rows = relay("backfill", "--since", "2024-01-01").err.splitlines()
        assert (name, [row for row in rows if row.startswith(("next", "then"))]) == (name, told)


@pytest.mark.parametrize(("given", "told"), [(9_878, "missing"), (9_880, "in excess")])
def test_the_command_fails_where_no_reason_is_known(relay: Relay, given: int, told: str) -> None:
    relay.jobs.told = [ended(Counted("orders", given, 9_879))]
    shown = relay("backfill", "--since", "2024-01-01", "--quiet")
    assert shown.code == 3
    assert f"error: 1 order is {told}: {given:,} given, and Shopify counts 9,879." in shown.err
    assert "`relay reconcile events.ndjson` names them" in shown.err


def test_an_alias_of_an_old_order_does_not_look_as_if_the_period_was_ignored(relay: Relay) -> None:
    moment = "2015-08-14T00:55:46.000Z"
    relay.jobs.told = [replace(FINISHED, first=moment)]
    shown = relay("backfill", "--since", "2024-01-01").err
    assert f"first   {moment} (before the period: an Alias or another state)\n" in shown
    relay.jobs.told = [replace(FINISHED, first=moment, new_since="2024-02-01T00:00:00Z")]
    shown = relay("backfill", "--since", "last").err
    assert f"first   {moment} (before the period: what came late, or a state of somebody)" in shown
