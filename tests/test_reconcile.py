"""Files of events are held to a shop's own figures: each fact, to the cent."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import orjson
import pytest

from littlerelay import proofs
from littlerelay.events import message_id
from littlerelay.places import Paths
from littlerelay.reconcile.values import Finding
from littlerelay.shopify.figures import OrderFigures, OrderSearch, order_figures
from littlerelay.shopify.graphql import GraphQL
from proven_files import (
    Event,
    Proof,
    Spoilt,
    altered,
    first,
    plain,
    proof,
    proven_shop,
    told,
    written,
)
from shops import events
from standin.server import StandIn

SINCE = "2023-11-01"
FACTS = [
    "Order Completed",
    "POS Order Placed",
    "Order Refunded",
    "Fulfillment Created",
    "Customer Created",
]


@pytest.fixture(scope="module")
def shop() -> Iterator[StandIn]:
    with proven_shop() as running:
        yield running


@pytest.fixture(scope="module")
def output(shop: StandIn, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Gives the file of a finished run."""
    return written(shop, tmp_path_factory.mktemp("run"), SINCE)


@pytest.fixture(scope="module")
def sound(shop: StandIn, output: Path) -> Proof:
    return proof(shop, output)


def test_what_a_run_wrote_is_what_the_shop_holds(shop: StandIn, sound: Proof) -> None:
    assert sound.faults == []
    assert sound.result.kinds == ("orders", "refunds", "fulfillments", "customers")
    assert sound.result.notes == ()
    booked = [one for one in shop.world.books() if one["at"] >= str(sound.result.since)]
    for kind in ("order", "refund", "fulfillment", "customer"):
        assert sound.total(f"{kind}s", "shop") == len([1 for one in booked if one["fact"] == kind])
    for kind, name in (("order", "total"), ("refund", "refunded")):
        amounts = [Decimal(one["total"]) for one in booked if one["fact"] == kind]
        assert sound.total(name, "shop") == sum(amounts)


def test_what_is_no_fault_has_a_reason(shop: StandIn, sound: Proof) -> None:
    reasons = {"test order", "moved no money", "edited", "tax inside"}
    assert set(sound.result.explained) == reasons
    tests = [one["id"] for one in shop.world.books() if one["fact"] == "order" and one["test"]]
    found = [one.id for one in sound.of("test order") if one.kind == "orders"]
    assert sorted(map(str, found)) == sorted(map(str, tests))
    for row in sound.result.rows:
        assert row.unexplained == 0


def test_shopifys_sales_report_stands_beside(sound: Proof) -> None:
    assert sum(month.orders for month in sound.result.report) == sound.total("orders", "file")


CHANGES = [
    ("Order Completed", 6, "total", 0.01, "total"),
    ("Order Completed", 7, "total", -0.01, "total"),
    ("Order Completed", 8, "tax", 0.01, "tax"),
    ("Order Completed", 9, "discount", -0.01, "discount"),
    ("Order Completed", 10, "shipping", 0.01, "shipping"),
    ("Order Completed", 11, "currency", "EUR", "currency"),
    ("Order Completed", 12, "total", None, "total"),
    ("Order Completed", 13, "timestamp", "2024-05-03T04:05:06.000Z", "time"),
    ("Order Completed", 14, "timestamp", "2016-05-03T04:05:06.000Z", "time"),
    ("Order Completed", 15, "timestamp", "2031-05-03T04:05:06.000Z", "time"),
    ("POS Order Placed", 2, "total", 0.01, "total"),
    ("Order Refunded", 2, "total", 0.01, "refunded"),
    ("Fulfillment Created", 2, "timestamp", "2024-05-03T04:05:06.000Z", "time"),
]


@pytest.fixture(scope="module")
def spoilt(output: Path) -> Spoilt:
    made = Spoilt(list(events(output)))
    for name in FACTS:
        made.lose(name, 3)
    for change in CHANGES:
        made.change(*change)
    for name in FACTS:
        made.repeat(name)
    return made


@pytest.fixture(scope="module")
def found(
    shop: StandIn, output: Path, spoilt: Spoilt, tmp_path_factory: pytest.TempPathFactory
) -> Proof:
    folder = tmp_path_factory.mktemp("spoilt")
    return proof(shop, altered(output, folder, lambda _: spoilt.every))


def faults(found: Proof, outcome: str) -> dict[str, Finding]:
    return {one.message_id: one for one in found.faults if one.outcome == outcome}


def test_a_line_that_is_missing_is_named(found: Proof, spoilt: Spoilt) -> None:
    missing = faults(found, "missing")
    assert missing.keys() == spoilt.gone.keys()
    for name, gone in spoilt.gone.items():
        properties = gone["properties"]
        assert missing[name].at == gone["timestamp"]
        assert missing[name].name == properties.get("order_id", str(missing[name].id))
        known = {one.name: one.shop for one in missing[name].values}
        total = known.get("total", known.get("refunded"))
        assert total == plain(properties.get("total"))


def test_a_cent_and_any_other_value_are_noticed(found: Proof, spoilt: Spoilt) -> None:
    other = faults(found, "altered")
    assert other.keys() == spoilt.other.keys()
    for name, expected in spoilt.other.items():
        (value,) = other[name].values
        assert (value.name, value.file, value.shop) == expected


def test_a_repeat_under_another_id_is_in_excess(found: Proof, spoilt: Spoilt) -> None:
    more = faults(found, "extra")
    assert more.keys() == spoilt.more.keys()
    completed = more["Order Completed".ljust(36)]
    assert completed.name == spoilt.more[completed.message_id]["properties"]["order_id"]


def test_a_file_that_was_altered_is_noted(found: Proof) -> None:
    (note,) = found.result.notes
    assert note.endswith("is not as its run left it: it was altered since")


def changed(every: list[Event], by: float, number: int = 3) -> list[Event]:
    """Changes the total of one completed order."""
    properties = first(every, "Order Completed", number)["properties"]
    properties["total"] = round(properties["total"] + by, 2)
    return every


def test_faults_of_opposite_signs_do_not_hide_each_other(
    shop: StandIn, output: Path, tmp_path: Path
) -> None:
    path = altered(output, tmp_path, lambda every: changed(changed(every, 1), -1, 4))
    found = proof(shop, path, resources=("orders",))
    assert [fault.outcome for fault in found.faults] == ["altered", "altered"]
    assert found.total("total", "unexplained") == 0


@pytest.mark.parametrize("number", [0, 1])
def test_the_last_line_of_a_message_counts_whatever_the_order(
    shop: StandIn, output: Path, tmp_path: Path, number: int
) -> None:
    def alter(every: list[Event]) -> list[Event]:
        other = changed(list(events(output)), 5)
        return [*every, *other[::-1]] if number else [*other, *every[::-1]]

    found = proof(shop, altered(output, tmp_path, alter), resources=("orders",))
    assert len(found.faults) == number


def test_other_forms_of_the_same_events_are_the_same(
    shop: StandIn, output: Path, tmp_path: Path
) -> None:
    whole = list(events(output))
    lines = [orjson.dumps({"batch": whole[at : at + 50]}) for at in range(0, len(whole), 50)]
    batches = tmp_path / "batches.ndjson.gz"
    batches.write_bytes(gzip.compress(b"\xef\xbb\xbf" + b"\n\n".join(lines)))
    assert proof(shop, batches, since=SINCE, until="2026-10-01").faults == []


def test_a_part_of_the_period_is_held_to_that_part(shop: StandIn, output: Path) -> None:
    found = proof(shop, output, since="2024-03-10", until="2024-06-01")
    assert found.faults == []
    assert {row.month for row in found.result.rows} == {"2024-03", "2024-04", "2024-05"}
    assert 0 < found.total("orders", "file") < 100


def test_rejected_records_are_named_with_their_reason(
    shop: StandIn, output: Path, tmp_path: Path
) -> None:
    orders = shop.world.table("orders")
    order = shop.world.node(f"gid://shopify/Order/{orders.id[120]}")
    assert order is not None
    number, name = orders.id[120], order["name"]
    path = altered(
        output,
        tmp_path,
        lambda every: [one for one in every if one.get("properties", {}).get("order_id") != name],
    )
    line = {"reason": "missing_field", "detail": "x", "source": "orders", "id": number}
    Paths(path).rejects.write_bytes(orjson.dumps({**line, "record": {}}) + b"\n")
    found = proof(shop, path, resources=("orders",))
    assert found.faults == []
    assert {one.detail for one in found.of("rejected")} == {"missing_field"}
    assert {one.name for one in found.of("rejected")} == {name}


def test_what_a_setting_leaves_out_is_no_fault(shop: StandIn, output: Path, tmp_path: Path) -> None:
    path = altered(
        output,
        tmp_path,
        lambda every: [one for one in every if one.get("event") != "POS Order Placed"],
    )
    told(path, meaning={"leave_out": ("POS Order Placed", "Identify")})
    found = proof(shop, path, resources=("orders",))
    assert found.faults == []
    assert len(found.of("left out")) == len(
        [one for one in events(output) if one.get("event") == "POS Order Placed"]
    )
    told(path, meaning={"leave_out": ("POS Order Placed", "Order Completed")})
    found = proof(shop, path)
    assert "orders" not in found.result.kinds
    assert found.result.notes[-1] == (
        "orders are not compared: the setting leave_out leaves out Order Completed and POS Order "
        "Placed"
    )


def test_money_that_no_refund_tells_of_is_noted(
    shop: StandIn, output: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def odd(api: GraphQL, search: OrderSearch) -> Iterator[OrderFigures]:
        for one in order_figures(api, search):
            yield one._replace(refunded=one.refunded + (one.name < "#1008"))

    monkeypatch.setattr(proofs, "order_figures", odd)
    found = proof(shop, output, resources=("orders",))
    assert found.faults == []
    (note,) = found.result.notes
    assert note.startswith("the refunds of #1001, #1002, #1003, #1004, #1005 ... do not come to")


def test_a_report_that_may_not_be_read_is_noted(
    output: Path, shop: StandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(proofs, "covers", lambda *_: False)
    found = proof(shop, output, resources=("orders",))
    assert found.result.report == ()
    assert found.result.notes == (
        "Shopify's sales report does not stand beside: it needs read_reports",
    )


def test_a_customer_who_is_missing_does_not_hide_behind_one_who_is_gone(
    shop: StandIn, output: Path, tmp_path: Path
) -> None:
    key = message_id("", shop.world.shop["myshopifyDomain"], "customers/77/created")
    created = first(events(output), "Customer Created", 3)
    lost = created["properties"]["shopify_customer_id_littledata"]

    def alter(every: list[Event]) -> list[Event]:
        properties = {**created["properties"], "shopify_customer_id_littledata": 77}
        gone = {**created, "messageId": key, "properties": properties}
        return [one for one in every if one["messageId"] != created["messageId"]] + [gone]

    found = proof(shop, altered(output, tmp_path, alter), resources=("customers",))
    assert [(one.outcome, str(one.id)) for one in found.faults] == [("missing", str(lost))]
    assert [(one.name, one.id) for one in found.of("deleted")] == [("77", 77)]


def test_the_moment_at_which_a_customer_came_is_compared(
    shop: StandIn, output: Path, tmp_path: Path
) -> None:
    def alter(every: list[Event]) -> list[Event]:
        created = first(every, "Customer Created", 3)
        created["timestamp"] = created["timestamp"][:17] + "59.999Z"
        return every

    found = proof(shop, altered(output, tmp_path, alter), resources=("customers",))
    assert [[value.name for value in one.values] for one in found.faults] == [["time"]]
