"""What became of a shop after a run is no fault of the run's file, and is named."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from command import Ended, Relay, faked
from littlerelay.errors import UsageError
from proven_files import Event, altered, first, proof, proven_shop, told, written
from shops import backfill, environment, events
from standin.server import StandIn

SINCE = "2015-01-01"  # imported orders bear dates of long ago
ORDERS = ("orders",)


@pytest.fixture(scope="module")
def shop() -> Iterator[StandIn]:
    with proven_shop() as running:
        yield running


@pytest.fixture(scope="module")
def output(shop: StandIn, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Gives the file of a run, after which the shop went on."""
    file = written(shop, tmp_path_factory.mktemp("run"), SINCE)
    shop.pass_time(7200)
    numbers = list(shop.world.table("orders").id)
    for number in numbers[120:130]:
        shop.change_order(f"gid://shopify/Order/{number}", "delete")
    shop.live(30)
    shop.pass_time(7200)
    return file


def test_what_happened_after_the_run_is_no_fault(shop: StandIn, output: Path) -> None:
    found = proof(shop, output, resources=ORDERS)
    assert found.faults == []
    gone = found.of("deleted")
    assert {one.kind for one in gone} >= {"orders", "fulfillments"}
    assert {one.outcome for one in gone} == {"extra"}
    names = {f"#{number}" for number in range(1121, 1131)}
    assert {one.name for one in gone} <= names
    assert {one.kind for one in found.of("created later")} == {"orders"}


def test_new_and_changed_customers_are_no_fault(shop: StandIn, output: Path) -> None:
    found = proof(shop, output, since="2026-09-01", resources=("customers",))
    assert (found.findings, found.result.kinds) == ([], ("customers",))
    assert found.total("customers", "file") == found.total("customers", "shop") > 0


def test_what_is_gone_without_a_word_is_a_fault(shop: StandIn, output: Path) -> None:
    lines = output.read_bytes().splitlines(keepends=True)
    event = first(events(output), "Order Completed", 5)
    name = event["properties"]["order_id"].encode()
    (line,) = [
        one
        for one in lines
        if b'"%b"' % name in one and one.startswith(b'{"type":"track","event":"Order C')
    ]
    made_up = line.replace(b'"%b"' % name, b'"#77777"').replace(
        event["messageId"].encode(), b"f" * 36
    )
    more = output.with_name("more.ndjson")
    more.write_bytes(made_up)
    run = told(output)
    files = [output, more]
    found = proof(shop, *files, since=SINCE, until="2026-10-01", resources=ORDERS)
    assert [(one.name, one.outcome) for one in found.faults] == [("#77777", "extra")]
    assert run.phase == "done"


def test_what_was_new_is_held_together_with_the_run_before(shop: StandIn, output: Path) -> None:
    newer = output.with_name("newer.ndjson")
    backfill(shop, output.parent, since="last", out=str(newer))
    both = proof(shop, output, newer, resources=ORDERS)
    assert both.faults == []
    assert both.of("created later") == []
    before = proof(shop, output, resources=ORDERS)
    assert both.total("orders", "file") > before.total("orders", "file")
    with pytest.raises(UsageError, match=r"holds only what was new then \(--since last\)"):
        proof(shop, newer)


@pytest.fixture
def relay(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], shop: StandIn, output: Path
) -> Iterator[Relay]:
    relay = faked(monkeypatch, capfd)
    running = next(relay)
    for name, value in environment(shop, output.parent / "state").items():
        monkeypatch.setenv(name, value)
    yield running
    list(relay)


def test_the_command_passes_a_sound_file_and_names_the_order_of_a_spoilt_one(
    relay: Relay, output: Path, tmp_path: Path
) -> None:
    def a_cent_more(every: list[Event]) -> list[Event]:
        properties = first(every, "Order Completed", 3)["properties"]
        properties["total"] = round(properties["total"] + 0.01, 2)
        return every

    assert relay("reconcile", str(output), "--quiet") == Ended(0, "", "")
    path = altered(output, tmp_path, a_cent_more)
    before, after = (
        first(events(one), "Order Completed", 3)["properties"] for one in (output, path)
    )
    ended = relay("reconcile", str(path))
    assert ended.code == 3, ended.err
    verdict, _, fault = ended.out.splitlines()[:3]
    assert verdict.startswith("Not proved: 1 difference has no explanation")
    assert fault.startswith(f"~ {before['order_id']}  order ")
    assert fault.endswith(f"total {after['total']:,.2f}, Shopify {before['total']:,.2f}")


def test_each_file_knows_what_was_there_when_its_own_run_ended(
    shop: StandIn, output: Path, tmp_path: Path
) -> None:
    early = tmp_path / "early.ndjson"
    backfill(shop, tmp_path, since=SINCE, until="2025-01-01", out=str(early), job="early")
    before = proof(shop, early, resources=ORDERS)
    shop.live(20)
    shop.pass_time(7200)
    late = tmp_path / "late.ndjson"
    backfill(shop, tmp_path, since="2025-01-01", out=str(late), job="late")
    found = proof(shop, early, late, resources=ORDERS)
    assert found.faults == []
    imported = {one.name for one in found.of("created later")}
    assert imported > {one.name for one in before.of("created later")}
