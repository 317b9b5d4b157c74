"""A backfill reads abandoned checkouts: each fact of the shop's books once, and none besides."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from killing import Killed, killed_at
from kills import at_size, broken, unbroken
from littlerelay.errors import RefusedError, UnreachableError
from littlerelay.events import message_id
from littlerelay.progress import Finished
from littlerelay.shopify.shop import Shop
from shopify_fakes import NOW, SHOP, FakeTime, Script, answer, error, graphql
from shops import SAVING_OFTEN, backfill, events, finished, ids
from standin.server import StandIn

ALL = ("customers", "orders", "checkouts")
STEP = "Checkout Step "
WORDS = ("backfill", "--since", "2015-01-01", "--resource", ",".join(ALL), "--out")


@pytest.fixture(scope="module")
def shop() -> Iterator[StandIn]:
    with StandIn(orders=300, plan="enterprise", time_scale=50) as running:
        running.pass_time(600)  # a run leaves the last minutes alone
        yield running
        assert running.problems == []


@pytest.fixture(scope="module")
def read(shop: StandIn, tmp_path_factory: pytest.TempPathFactory) -> Finished:
    """Gives the result of a run of all checkouts."""
    folder = tmp_path_factory.mktemp("read")
    return finished(backfill(shop, folder, resources=("checkouts",)))


def books(shop: StandIn) -> list[dict[str, Any]]:
    """Gives the shop's own books of its checkouts."""
    return [line for line in shop.world.books() if line["fact"] == "checkout"]


def fact(shop: StandIn, line: dict[str, Any], name: str) -> str:
    """Gives the id of the message that tells a fact of one checkout."""
    return message_id("", shop.world.shop["myshopifyDomain"], f"checkouts/{line['id']}/{name}")


def told(path: Path, *names: str) -> dict[str, str]:
    """Gives the ids of the events of some names, each with its time in whole seconds."""
    return {
        event["messageId"]: event["timestamp"][:19] + "Z"
        for event in events(path)
        if event.get("event", event["type"]) in names
    }


def test_every_checkout_of_the_books_was_started_and_those_recovered_completed(
    shop: StandIn, read: Finished
) -> None:
    known = [line for line in books(shop) if line["at"] < read.until]
    out = Path(read.output)
    assert read.counts["checkouts"].read == read.counts["checkouts"].mapped == len(known) > 30
    assert told(out, "Checkout Started") == {
        fact(shop, line, "started"): line["at"] for line in known
    }
    done = {
        fact(shop, line, "step/3/completed"): line["completed"]
        for line in known
        if line["completed"] is not None and line["completed"] < read.until
    }
    completed = told(out, f"{STEP}Completed")
    assert done
    assert {key: completed[key] for key in done} == done
    last = {fact(shop, line, "step/3/completed") for line in known}
    assert last & completed.keys() == done.keys(), "no other checkout was paid"


def test_a_buyer_who_came_to_the_shipping_has_completed_the_first_step(
    shop: StandIn, read: Finished
) -> None:
    found = told(Path(read.output), f"{STEP}Completed")
    known = [line for line in books(shop) if line["updated"] < read.until]
    contacts = [line for line in known if line["stage"] == 1 and line["completed"] is None]
    assert contacts
    assert not {fact(shop, line, "step/1/completed") for line in contacts} & found.keys()
    others = {fact(shop, line, "step/1/completed") for line in known if line["stage"] > 1}
    assert others & found.keys()
    assert found.keys() >= {
        fact(shop, line, f"step/{step}/completed")
        for line in known
        for step in (1, 2, 3)
        if line["completed"] is not None
    }


def test_checkouts_are_written_last_and_nothing_twice(shop: StandIn, tmp_path: Path) -> None:
    result = finished(backfill(shop, tmp_path, resources=ALL))
    assert list(result.counts) == list(ALL)
    lines = list(events(tmp_path / "events.ndjson"))
    first = next(i for i, line in enumerate(lines) if line.get("event") == "Checkout Started")
    after = {line.get("event", line["type"]) for line in lines[first:]}
    assert after <= {"alias", "Checkout Started", f"{STEP}Viewed", f"{STEP}Completed"}
    assert all(not str(line.get("event")).startswith("Checkout") for line in lines[:first])
    found = ids(tmp_path / "events.ndjson")
    assert len(found) == len(set(found))


def test_each_customer_of_checkouts_alone_is_introduced_once(read: Finished) -> None:
    lines = list(events(Path(read.output)))
    users = {line["userId"] for line in lines if "userId" in line}
    assert sorted(users) == sorted(line["userId"] for line in lines if line["type"] == "identify")


def test_a_checkout_tells_all_its_lines_with_their_money(shop: StandIn, read: Finished) -> None:
    totals = {fact(shop, line, "started"): line["total"] for line in books(shop)}
    lines = {
        fact(shop, line, "started"): shop.world.node(
            f"gid://shopify/AbandonedCheckout/{line['id']}"
        )
        for line in books(shop)
    }
    longest = 0
    for event in events(Path(read.output)):
        if event.get("event") == "Checkout Started":
            key, told = event["messageId"], event["properties"]
            assert told["total"] == float(totals[key])
            node = lines[key]
            assert node is not None
            assert [one["quantity"] for one in told["products"]] == [
                one["quantity"] for one in node["lineItems"]
            ]
            longest = max(longest, len(told["products"]))
    assert longest > 50, "a list that goes on over pages must be among them"


def test_last_gives_the_new_steps_of_a_checkout_and_repeats_none(tmp_path: Path) -> None:
    with StandIn(orders=300, plan="enterprise", time_scale=50) as shop:
        backfill(shop, tmp_path, resources=("checkouts",))
        before = {line["id"]: line for line in books(shop)}
        shop.live(6)
        shop.pass_time(600)
        out = tmp_path / "new.ndjson"
        request = {"since": "last", "resources": ("checkouts",), "out": str(out)}
        result = finished(backfill(shop, tmp_path, **request))
        after = [line for line in books(shop) if line["updated"] < result.until]
    assert not set(ids(out)) & set(ids(tmp_path / "events.ndjson"))
    new = {fact(shop, line, "started") for line in after if line["id"] not in before}
    assert told(out, "Checkout Started").keys() == new
    went_on = {
        fact(shop, line, "step/3/completed"): line["completed"]
        for line in after
        if line["completed"] is not None and before.get(line["id"], line)["completed"] is None
    }
    assert went_on, "a checkout that was there before must have been completed"
    completed = told(out, f"{STEP}Completed")
    assert went_on.items() <= completed.items()


def test_a_run_of_checkouts_that_was_killed_goes_on_to_the_same_bytes(
    shop: StandIn, tmp_path: Path
) -> None:
    (tmp_path / "whole").mkdir()
    with killed_at(None) as steps:
        backfill(shop, tmp_path / "whole", resources=("checkouts",))
    whole = (tmp_path / "whole" / "events.ndjson").read_bytes()
    for step in range(2, steps.count, max(1, steps.count // 6)):
        killed = tmp_path / f"killed-{step}"
        killed.mkdir()
        with killed_at(step), suppress(Killed):
            backfill(shop, killed, resources=("checkouts",))
        backfill(shop, killed, resources=("checkouts",))
        assert (killed / "events.ndjson").read_bytes() == whole


@pytest.mark.torture  # the test before kills such a run within this process
def test_the_command_killed_among_the_checkouts_leaves_the_same_bytes(tmp_path: Path) -> None:
    name = "events.ndjson"
    with StandIn(orders=600, plan="enterprise", time_scale=1000) as shop:
        shop.pass_time(600)  # else the end of the second run, a moment later, has news
        command = (*SAVING_OFTEN[name], *WORDS, name)
        unbroken(shop, tmp_path / "whole", *command)
        whole = (tmp_path / "whole" / name).read_bytes()
        start = whole.index(b'"event":"Checkout Started"')
        waits = [at_size(tmp_path / "broken" / name, start + (len(whole) - start) // 3)]
        kills, _ = broken(shop, tmp_path / "broken", waits, *command)
        assert kills == 1
    assert (tmp_path / "broken" / name).read_bytes() == whole


def test_a_list_of_checkouts_that_was_short_once_is_read_again(
    shop: StandIn, tmp_path: Path
) -> None:
    for name in ("calm", "short"):
        (tmp_path / name).mkdir()
    backfill(shop, tmp_path / "calm", resources=("checkouts",))
    shop.faults("short")
    backfill(shop, tmp_path / "short", resources=("checkouts",))
    calm, short = ((tmp_path / name / "events.ndjson").read_bytes() for name in ("calm", "short"))
    assert calm == short
    assert shop.app.api.shorts == 0, "a list must have been short for this test to mean something"


def test_a_list_of_checkouts_that_stays_short_ends_the_run(shop: StandIn, tmp_path: Path) -> None:
    shop.faults("short", "short")
    with pytest.raises(UnreachableError, match=r"Shopify counts \d+ checkouts created from"):
        backfill(shop, tmp_path, resources=("checkouts",))
    assert (tmp_path / "events.ndjson").read_bytes() == b""


def test_without_products_checkouts_are_read_all_the_same(tmp_path: Path) -> None:
    with StandIn(orders=300, plan="enterprise", time_scale=50) as poor:
        poor.grant_scopes("read_orders", "read_customers", "read_all_orders")
        result = finished(backfill(poor, tmp_path, resources=("checkouts",)))
        assert poor.problems == []
    assert result.rejected == 0
    products = [
        product
        for event in events(tmp_path / "events.ndjson")
        for product in event.get("properties", {}).get("products", ())
    ]
    assert products
    assert all("category" not in one and "product_id" not in one for one in products)


DENIED = (
    "Access denied for abandonedCheckoutsCount field. Required access: `read_orders` access scope. "
    "Also: The user must have manage_abandoned_checkouts permission."
)


def test_a_permission_that_is_missing_is_named_and_nothing_is_read() -> None:
    denied = error(DENIED, "ACCESS_DENIED", path=["counted"])
    api = graphql(Script(answer({"data": {"counted": None}, "errors": [denied]})), FakeTime())
    opened = Shop(api, SHOP, ZoneInfo("UTC"), NOW, frozenset({"read_orders", "read_customers"}))
    with pytest.raises(RefusedError, match="manage_abandoned_checkouts") as caught:
        opened.pages("checkouts", 0, NOW).total()
    assert caught.value.exit_code == 4
    assert "permission" in caught.value.hint
