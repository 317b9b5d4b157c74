"""A backfill reads Shopify's own subscription contracts: all of them, with all that they hold."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from compared_files import counts, told
from littlerelay import estimates, jobs, shopdiffs
from littlerelay.errors import RefusedError, UsageError
from littlerelay.events import message_id
from littlerelay.progress import Advanced
from littlerelay.settings import BackfillRequest, DiffRequest
from littlerelay.shopify import contract_pages
from sent_files import line, put
from shops import FAST, SCALE, SINCE, backfill, events, finished, settings
from standin.access import ALL_SCOPES
from standin.server import StandIn
from standin.world import World
from standin.world_contracts import FIRST_CONTRACT, LONG, NOBODYS

OUT = "events.ndjson"
ASKED = {"resources": ("contracts",)}


@pytest.fixture(scope="module", autouse=True)
def _small_windows() -> Iterator[None]:
    """Lets few contracts have several windows."""
    with pytest.MonkeyPatch.context() as changed:
        changed.setattr(contract_pages, "_MOST", 6)
        changed.setattr(contract_pages, "_FEW", 2)
        yield


@pytest.fixture(scope="module")
def shop() -> Iterator[StandIn]:
    with StandIn(orders=80, time_scale=SCALE, index_lag=0, plan="enterprise") as running:
        yield running
        assert running.problems == []


@pytest.fixture(scope="module")
def done(shop: StandIn, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Gives the file of a backfill of all contracts."""
    folder = tmp_path_factory.mktemp("done")
    steps = backfill(shop, folder, **ASKED)
    assert finished(steps).counts["contracts"].read == 20
    assert sum(isinstance(step, Advanced) for step in steps) > 3
    return folder / OUT


def known(shop: StandIn) -> dict[str, str]:
    """Returns what the shop's books say of its contracts, by the id of its message."""
    world = shop.world
    assert isinstance(world, World)
    domain = world.shop["myshopifyDomain"]
    return {message_id("", domain, fact): at for fact, at in world.contracts.facts()}


def test_every_fact_of_the_contracts_is_given_once_at_its_time(shop: StandIn, done: Path) -> None:
    found = [(event["messageId"], event["timestamp"]) for event in events(done)]
    assert dict(found) == known(shop)
    assert len(found) == len(dict(found))
    assert {event["event"] for event in events(done)} == {
        f"Subscription {what}" for what in ("Created", "Cancelled", "Charge Failed")
    }


def test_lines_and_attempts_are_read_to_their_ends(done: Path) -> None:
    long = [
        event
        for event in events(done)
        if event["properties"]["subscriptionId"] == str(FIRST_CONTRACT + LONG)
    ]
    assert {len(event["properties"]["items"]) for event in long} == {13}
    assert sum(event["event"] == "Subscription Charge Failed" for event in long) == 8


def test_a_contract_is_its_customers(done: Path) -> None:
    of_nobody = {
        event["properties"]["subscriptionId"] for event in events(done) if "userId" not in event
    }
    assert of_nobody == {str(FIRST_CONTRACT + NOBODYS)}
    (first, *_) = events(done)
    assert first["userId"] == str(first["properties"]["shopify_customer_id_littledata"])


def test_a_run_that_was_stopped_ends_as_one_that_was_not(
    shop: StandIn, done: Path, tmp_path: Path
) -> None:
    request = BackfillRequest(SINCE, out=str(tmp_path / OUT), resources=("contracts",))
    run = jobs.backfill(settings(shop, tmp_path / "state"), request, FAST)
    for step in run:
        if isinstance(step, Advanced) and step.read > 5:
            break
    run.close()
    backfill(shop, tmp_path, **ASKED)
    assert (tmp_path / OUT).read_bytes() == done.read_bytes()


def test_a_period_holds_its_own_facts(shop: StandIn, tmp_path: Path) -> None:
    period = {"since": "2024-06-01T00:00:00Z", "until": "2025-06-01T00:00:00Z"}
    backfill(shop, tmp_path, **ASKED, **period)
    inside = {key: at for key, at in known(shop).items() if "2024-06" <= at < "2025-06"}
    assert {one["messageId"]: one["timestamp"] for one in events(tmp_path / OUT)} == inside != {}


def test_a_comparison_misses_contracts_that_are_gone_and_no_subscription_of_recharge(
    shop: StandIn, done: Path, tmp_path: Path
) -> None:
    domain = shop.world.shop["myshopifyDomain"]
    (kept,) = [one for one in events(done) if one["event"] == "Subscription Created"][:1]
    lost = {
        seller: kept
        | {
            "messageId": message_id("", domain, f"subscriptions/{seller}/7/created"),
            "properties": kept["properties"] | {"subscriptionId": "7"},
        }
        for seller in ("shopify", "recharge")
    }
    more = put(tmp_path / "more.ndjson", map(line, lost.values()))
    wanted = DiffRequest((str(done), str(more)), most=None)
    asked = BackfillRequest(since=SINCE, resources=ASKED["resources"])
    result = told(shopdiffs.diff_shop(settings(shop, tmp_path / "state"), asked, wanted, FAST))
    assert counts(result) == (0, 0, len(list(events(done))), 1)
    assert [one.message["messageId"] for one in result[1]] == [lost["shopify"]["messageId"]]


def test_an_app_without_the_scope_is_refused_before_anything_is_read(
    shop: StandIn, tmp_path: Path
) -> None:
    shop.grant_scopes(*(one for one in ALL_SCOPES if "subscription" not in one))
    try:
        with pytest.raises(RefusedError, match="lacks read_own_subscription_contracts") as caught:
            backfill(shop, tmp_path, resources=("orders", "contracts"))
    finally:
        shop.grant_scopes(*ALL_SCOPES)
    assert "--resource subscriptions" in caught.value.hint
    assert not (tmp_path / OUT).exists()


@pytest.mark.parametrize("name", ["contracts", "subscriptions"])
def test_what_nobody_counts_cannot_be_estimated(shop: StandIn, tmp_path: Path, name: str) -> None:
    asked = BackfillRequest(SINCE, resources=("orders", name))
    with pytest.raises(UsageError, match=f"Nobody counts {name}, so they cannot be estimated"):
        next(estimates.estimate(settings(shop, tmp_path), asked))
