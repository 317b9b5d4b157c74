"""A backfill reads a store's subscriptions from Recharge: all, once, whatever comes between."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from littlerelay import jobs, shopdiffs
from littlerelay.compare.values import Compared
from littlerelay.errors import RefusedError, RelayError, UnreachableError, UsageError
from littlerelay.events import Event, message_id
from littlerelay.progress import Advanced, Finished, Progress
from littlerelay.recharge import pages
from littlerelay.settings import BackfillRequest, DiffRequest, RechargeAccess, Settings
from shops import FAST, SCALE, SINCE, events, finished, settings
from standin.recharge import StandInRecharge
from standin.recharge_books import DAY_MS, FIRST_ID, epoch_ms
from standin.server import StandIn

OUT = "events.ndjson"
SUBSCRIPTIONS = 30
ENDLESS = 1_000_000


@dataclass(frozen=True)
class Backfills:
    """Backfills of one shop's subscriptions into one folder."""

    shop: StandIn
    store: StandInRecharge
    folder: Path

    @property
    def settings(self) -> Settings:
        access = RechargeAccess(self.store.token, self.store.url)
        return replace(settings(self.shop, self.folder / "state"), recharge=access)

    def request(self, **asked: Any) -> BackfillRequest:
        whole = {"since": SINCE, "out": str(self.folder / OUT), "resources": ("subscriptions",)}
        return BackfillRequest(**{**whole, **asked})

    def steps(self, most: int = ENDLESS, **asked: Any) -> list[Progress]:
        """Runs to the end, or to the nth step."""
        found: list[Progress] = []
        run = jobs.backfill(self.settings, self.request(**asked), FAST)
        for one in run:
            found.append(one)
            if len(found) == most:
                break
        run.close()
        return found

    def run(self, **asked: Any) -> Finished:
        return finished(self.steps(**asked))

    def events(self, name: str = OUT) -> list[Event]:
        return list(events(self.folder / name))

    def given(self, name: str = OUT) -> dict[str, str]:
        """Returns the time of every message of a file, by its id; each is there once."""
        found = [(event["messageId"], event["timestamp"]) for event in self.events(name)]
        assert len(dict(found)) == len(found)
        return dict(found)

    def known(self) -> dict[str, str]:
        """Returns what the store's books say that happened, by the id of its message."""
        domain = self.shop.world.shop["myshopifyDomain"]
        return {message_id("", domain, fact): at for fact, at in self.store.facts().items()}


@pytest.fixture(scope="module")
def shop() -> Iterator[StandIn]:
    with StandIn(orders=12, time_scale=SCALE, index_lag=0) as running:
        yield running


@pytest.fixture
def store() -> Iterator[StandInRecharge]:
    with StandInRecharge(SUBSCRIPTIONS, time_scale=SCALE) as running:
        yield running


@pytest.fixture(scope="module", autouse=True)
def _small_pages() -> Iterator[None]:
    """Lets a small store have many pages and windows."""
    with pytest.MonkeyPatch.context() as changed:
        for name, few in {"_PAGE": 7, "_MOST": 21, "_FEW": 3, "_ASKED": 14}.items():
            changed.setattr(pages, name, few)
        yield


@pytest.fixture
def backfills(shop: StandIn, store: StandInRecharge, tmp_path: Path) -> Backfills:
    return Backfills(shop, store, tmp_path)


@pytest.fixture(scope="module")
def done(shop: StandIn, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Backfills]:
    """Gives a backfill that has read everything."""
    with StandInRecharge(SUBSCRIPTIONS, time_scale=SCALE) as store:
        whole = Backfills(shop, store, tmp_path_factory.mktemp("done"))
        whole.run()
        yield whole


def test_every_fact_of_the_store_is_given_once_at_its_time(done: Backfills) -> None:
    assert done.given() == done.known()
    assert done.store.app.throttled == 0  # it asks no faster than it may
    assert {event["event"] for event in done.events()} == {
        f"Subscription {what}"
        for what in ("Created", "Updated", "Cancelled", "Skipped", "Charge Failed")
    }


def test_events_are_about_shopifys_customers(done: Backfills) -> None:
    books = done.store.books
    for event in done.events():
        bought = books.subscriptions[int(event["properties"]["subscriptionId"])]
        person = books.customers[bought["customer_id"]]
        assert event.get("userId") == person["external_customer_id"]["ecommerce"]
        assert event["properties"].get("email") == person["email"]
        assert ("anonymousId" in event) is ("userId" not in event)


def test_records_are_in_order_of_their_creation_whatever_order_ids_have(done: Backfills) -> None:
    created = [
        (event["timestamp"], int(event["properties"]["subscriptionId"]))
        for event in done.events()
        if event["event"] == "Subscription Created"
    ]
    assert created == sorted(created)
    assert created[0][1] != FIRST_ID  # the lowest id is not the oldest


def test_a_run_that_was_stopped_anywhere_ends_as_one_that_was_not(backfills: Backfills) -> None:
    steps = backfills.steps()
    whole = (backfills.folder / OUT).read_bytes()
    assert sum(isinstance(step, Advanced) for step in steps) > 4
    for most in range(2, len(steps), len(steps) // 2):
        again = replace(backfills, folder=backfills.folder / str(most))
        again.folder.mkdir()
        again.steps(most)
        again.run()
        assert (again.folder / OUT).read_bytes() == whole


def test_what_passes_is_tried_again(backfills: Backfills) -> None:
    backfills.store.app.faults("429", "", "500", "reset", "", "", "truncated", "", "429", "429")
    backfills.run()
    assert backfills.given() == backfills.known()


def other_token(store: StandInRecharge) -> None:
    store.app.token = "another"


def frozen(store: StandInRecharge) -> None:
    store.app.is_frozen = True


def without_customers(store: StandInRecharge) -> None:
    store.app.scopes -= {"read_customers"}


def signed_in(store: StandInRecharge) -> None:
    store.app.faults("html")


def odd(store: StandInRecharge) -> None:
    store.app.faults("odd")


def endless(store: StandInRecharge) -> None:
    store.app.faults(*["loop"] * 20)


def nameless(store: StandInRecharge) -> None:
    store.books.subscriptions[FIRST_ID + 5]["id"] = "five"


def without_ids(store: StandInRecharge) -> None:
    for one in store.books.charges.values():
        one["id"] = "none"


@pytest.mark.parametrize(
    ("spoil", "kind", "says"),
    [
        (other_token, RefusedError, r"Recharge refused the token \(status 401\)"),
        (frozen, RefusedError, r"Recharge has frozen this store \(status 402\)"),
        (without_customers, RefusedError, r"Recharge forbids this \(status 403\)"),
        (signed_in, UnreachableError, "Recharge's answer about subscriptions is none"),
        (odd, UnreachableError, "Recharge gave subscriptions of another shape"),
        (endless, UnreachableError, "Recharge gave the same page of subscriptions twice"),
        (nameless, UnreachableError, "Recharge gave subscriptions of another shape"),
        (without_ids, UnreachableError, "Recharge gave charges of another shape"),
    ],
)
def test_what_stops_a_run_says_so_and_keeps_no_secret(
    backfills: Backfills,
    spoil: Callable[[StandInRecharge], None],
    kind: type[RelayError],
    says: str,
) -> None:
    spoil(backfills.store)
    with pytest.raises(kind, match=says) as caught:
        backfills.run()
    assert caught.value.hint
    token = backfills.store.token
    assert token not in f"{caught.value} {caught.value.hint} {backfills.settings}"
    files = [path for path in backfills.folder.rglob("*") if path.is_file()]
    assert all(token.encode() not in path.read_bytes() for path in files)


def test_a_subscription_that_cannot_be_mapped_stops_nothing(backfills: Backfills) -> None:
    spoilt = FIRST_ID + 5
    backfills.store.books.subscriptions[spoilt]["price"] = "much"
    end = backfills.run()
    (line,) = Path(end.rejects).read_text().splitlines()
    reject = json.loads(line)
    assert (reject["source"], reject["id"]) == ("subscriptions", spoilt)
    assert (reject["reason"], reject["detail"]) == ("malformed_money", "items[0].price")
    ids = {fact.split("/")[2] for fact in backfills.store.facts()}
    told = {event["properties"]["subscriptionId"] for event in backfills.events()}
    assert told == ids - {str(spoilt)}


def test_a_sample_holds_so_many(backfills: Backfills) -> None:
    assert backfills.run(limit=5).counts["subscriptions"].read == 5


def test_last_gives_what_is_new_and_only_that(backfills: Backfills) -> None:
    backfills.run()
    before, books, now_ms = backfills.known(), backfills.store.books, backfills.shop.now_ms
    quiet = [one["id"] for one in books.rows("subscriptions") if one["status"] == "active"]
    books.cancel(quiet[0], now_ms + 1000)
    books.fail(quiet[-1], now_ms + 2000)  # of which the subscription itself tells nothing
    backfills.shop.pass_time(DAY_MS // 1000)
    backfills.run(since="last", out=str(backfills.folder / "new.ndjson"))
    new = {key: at for key, at in backfills.known().items() if key not in before}
    assert backfills.given("new.ndjson") == new
    assert len(new) == 2


def test_a_period_holds_its_own_facts(backfills: Backfills) -> None:
    backfills.run(since="2025-01-01T00:00:00Z", until="2025-07-01T00:00:00Z")
    inside = {key: at for key, at in backfills.known().items() if "2025-01" <= at < "2025-07"}
    assert backfills.given() == inside != {}


def test_subscriptions_come_beside_the_shops_own_records(backfills: Backfills) -> None:
    end = backfills.run(resources=("orders", "subscriptions"))
    assert list(end.counts) == ["orders", "subscriptions"]
    assert (end.counts["subscriptions"].read, end.rejected) == (SUBSCRIPTIONS, 0)
    assert {"Order Completed", "Subscription Created"} <= {
        event.get("event") for event in backfills.events()
    }
    assert backfills.known().items() <= backfills.given().items()


def test_a_comparison_with_the_same_store_finds_nothing_new(done: Backfills) -> None:
    asked = done.request(out=None)
    *_, compared = shopdiffs.diff_shop(done.settings, asked, DiffRequest(()), FAST)
    assert isinstance(compared, Compared)
    assert (compared.counts["new"], compared.counts["changed"], compared.counts["gone"]) == (
        0,
        0,
        0,
    )


def test_without_a_token_nothing_is_read(backfills: Backfills) -> None:
    asked = backfills.request(resources=("orders", "subscriptions"))
    without = replace(backfills.settings, recharge=None)
    with pytest.raises(UsageError, match="there is no Recharge token") as caught:
        list(jobs.backfill(without, asked, FAST))
    assert "RELAY_RECHARGE_TOKEN" in caught.value.hint
    assert not (backfills.folder / OUT).exists()
    assert backfills.store.app.requests == []


def test_an_empty_store_gives_an_empty_file(shop: StandIn, tmp_path: Path) -> None:
    with StandInRecharge(0, time_scale=SCALE) as store:
        end = Backfills(shop, store, tmp_path).run()
    assert (end.counts["subscriptions"].read, (tmp_path / OUT).read_bytes()) == (0, b"")


def test_the_store_has_what_a_reader_stumbles_over(store: StandInRecharge) -> None:
    created = [epoch_ms(one["created_at"]) for one in store.books.rows("subscriptions")]
    assert created[0] > created[1] == min(created)
    assert created[2] == created[3]
