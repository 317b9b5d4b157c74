"""The stand-in shop's tables, its life after its birth, and its books."""

import gc
import tracemalloc
from collections import Counter
from typing import Any

import pytest

from standin import world_money, world_time
from standin.world import NAMED, World
from standin.world_time import DAY, epoch_ms, wire_time

BORN = "2026-11-01T00:00:00Z"


def wire_updated(shop: World) -> list[str]:
    return [wire_time(ms) for ms in shop.table("orders").updated_ms]


@pytest.mark.parametrize("kind", ["orders", "customers", "checkouts"])
@pytest.mark.parametrize("orders", [0, 3, 300, 6000])
def test_a_table_is_in_order_of_creation_and_id(kind: str, orders: int) -> None:
    shop = World(orders=orders)
    table = shop.table(kind)
    keys = list(zip(table.created_ms, table.id, strict=True))
    assert keys == sorted(keys)
    assert all(c <= u <= shop.now for c, u in zip(table.created_ms, table.updated_ms, strict=True))
    assert [table.row_of(number) for number in table.id] == list(range(len(table)))
    assert table.row_of(12) is None
    assert table.row_of(table.first + len(table)) is None


def test_a_table_that_does_not_exist_is_refused() -> None:
    with pytest.raises(KeyError):
        World(orders=1).table("unicorns")


@pytest.mark.parametrize("seed", [1, 2])
def test_tables_say_what_the_records_say(seed: int) -> None:
    shop = World(seed=seed)
    shop.live(3)
    table = shop.table("orders")
    for row in range(len(table)):
        order = shop.order(row)
        assert order["createdAt"] == wire_time(table.created_ms[row])
        assert order["updatedAt"] == wire_time(table.updated_ms[row])
        assert order["processedAt"] == wire_time(table.processed_ms[row])
        told = (order["test"], order["closed"], order["cancelledAt"] is not None)
        assert told == tuple(bool(table.flags[row] & bit) for bit in (1, 2, 4))
    customers = shop.table("customers")
    for row in range(len(customers)):
        customer = shop.customer(row)
        assert customer["updatedAt"] == wire_time(customers.updated_ms[row])
        orders = customer["orders"]()
        assert customer["numberOfOrders"] == str(len(orders))
        assert all(order["customer"]()["id"] == customer["id"] for order in orders)


def test_nothing_happens_to_an_order_before_it_is_created_or_after_it_was_updated() -> None:
    shop = World(seed=4)
    shop.live(4)
    for row in range(len(shop.table("orders"))):
        order = shop.order(row)
        times = [node["createdAt"] for node in order["fulfillments"]]
        times += [node["updatedAt"] for node in order["fulfillments"] + order["refunds"]]
        times += [agreement["happenedAt"] for agreement in order["agreements"]()[1:]]
        times += [time for time in (order["cancelledAt"], order["closedAt"]) if time]
        if order["processedAt"] == order["createdAt"]:
            assert all(order["createdAt"] <= time for time in times), order["name"]
        assert all(time <= order["updatedAt"] for time in times), order["name"]


def test_runs_of_orders_share_a_time() -> None:
    shop = World()
    assert max(Counter(wire_updated(shop)).values()) == 40
    created = Counter(shop.table("orders").created_ms)
    assert max(created.values()) == 40
    assert max(Counter(wire_updated(World(orders=5000))).values()) >= 500


def test_times_have_hidden_fractions() -> None:
    table = World().table("orders")
    assert len({ms % 1000 for ms in table.created_ms}) > 100


def test_the_named_orders_are_in_every_size_of_shop() -> None:
    for orders in (300, 5000):
        shop = World(orders=orders)
        assert all(shop.node(gid) is not None for gid in NAMED.values())
    large = World(orders=5000).node(NAMED["refund-multiple"])
    assert large is not None
    assert len(large["refunds"]) == 3


def lived(days: float = 2, **shop: Any) -> tuple[World, World]:
    """Returns the same shop before and after it lived on."""
    before, after = World(**shop), World(**shop)
    after.live(days)
    return before, after


def new_facts(before: World, after: World) -> Counter[str]:
    old = {(fact["fact"], fact["id"]) for fact in before.books()}
    return Counter(fact["fact"] for fact in after.books() if (fact["fact"], fact["id"]) not in old)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_two_days_of_life_hold_every_kind_of_happening(seed: int) -> None:
    before, after = lived(seed=seed)
    assert after.now == before.now + 2 * DAY
    facts = new_facts(before, after)
    kinds = {"order", "edit", "cancel", "refund", "fulfillment", "customer", "checkout"}
    assert facts.keys() == kinds
    changes = after.drain_changes()
    old_updates = [change for change in changes if change.old_updated_ms is not None]
    assert {change.kind for change in old_updates} == {"orders", "customers", "checkouts"}
    moved = [
        parcel["displayStatus"]
        for change in old_updates
        if change.kind == "orders"
        for parcel in after.order(change.row)["fulfillments"]
    ]
    assert {"IN_TRANSIT", "DELIVERED"} & set(moved)


def test_a_late_import_was_processed_before_everything_else() -> None:
    before, after = lived()
    table = after.table("orders")
    new = range(len(before.table("orders")), len(table))
    imported = [row for row in new if table.processed_ms[row] != table.created_ms[row]]
    assert len(imported) == 1
    earliest = min(before.table("orders").processed_ms)
    assert table.processed_ms[imported[0]] < min(earliest, epoch_ms("2019-01-01T00:00:00Z"))
    assert table.created_ms[imported[0]] > before.now


def test_life_refunds_and_cancels_orders_of_long_ago() -> None:
    before, after = lived()
    changed = [c.row for c in after.drain_changes() if c.kind == "orders" and c.old_updated_ms]
    for field in ("refunds", "cancelledAt"):
        rows = [row for row in changed if after.order(row)[field] != before.order(row)[field]]
        ages = [before.now - before.table("orders").created_ms[row] for row in rows]
        assert max(ages) > 300 * DAY


def test_named_orders_do_not_change_as_the_shop_lives_on() -> None:
    before, after = lived(10)
    for gid in NAMED.values():
        if "/Order/" in gid:
            old, new = before.node(gid), after.node(gid)
            assert old is not None
            assert new is not None
            assert new["updatedAt"] == old["updatedAt"]


def test_what_changed_is_told_once_and_in_order_of_time() -> None:
    before, after = lived()
    changes = after.drain_changes()
    assert [change.at_ms for change in changes] == sorted(change.at_ms for change in changes)
    for change in changes:
        table = before.table(change.kind)
        known = change.row < len(table)
        assert (change.old_updated_ms is not None) == known or change.row in {
            other.row for other in changes if other.kind == change.kind and other is not change
        }
    touched = {(change.kind, change.row) for change in changes}
    for kind in ("orders", "customers", "checkouts"):
        now = after.table(kind)
        for row, updated in enumerate(before.table(kind).updated_ms):
            assert (now.updated_ms[row] != updated) == ((kind, row) in touched)
    assert after.drain_changes() == []


def test_a_new_record_is_created_no_earlier_than_now() -> None:
    before, after = lived(5)
    for kind in ("orders", "customers", "checkouts"):
        table = after.table(kind)
        for row in range(len(before.table(kind)), len(table)):
            assert before.now < table.created_ms[row] <= after.now


def test_the_same_seed_lives_the_same_life() -> None:
    _, one = lived(3, seed=9)
    _, other = lived(3, seed=9)
    assert list(one.books()) == list(other.books())
    assert wire_updated(one) == wire_updated(other)


def test_the_clock_moves_alone_and_never_back() -> None:
    shop = World(orders=30)
    books = list(shop.books())
    shop.advance_to(shop.now + DAY)
    moved = shop.now
    shop.advance_to(shop.now - DAY)
    assert shop.now == moved == epoch_ms(BORN) + DAY
    assert list(shop.books()) == books
    assert shop.drain_changes() == []


def test_a_stir_is_one_change_at_the_present_moment() -> None:
    shop = World()
    for step in range(24):
        shop.advance_to(shop.now + 1000)
        shop.stir()
        changes = shop.drain_changes()
        assert changes, step
        assert {change.at_ms for change in changes} == {shop.now}
        assert len([change for change in changes if change.kind == "orders"]) <= 1


@pytest.mark.parametrize("orders", [0, 1, 12])
def test_a_small_shop_lives_too(orders: int) -> None:
    shop = World(orders=orders)
    shop.live(6)
    assert len(shop.table("orders")) > orders
    assert len(list(shop.books())) > orders


def test_the_books_hold_every_fact_of_the_orders() -> None:
    shop = World()
    facts = list(shop.books())
    counted = Counter(fact["fact"] for fact in facts)
    orders = [shop.order(row) for row in range(len(shop.table("orders")))]
    assert counted == {
        "customer": len(shop.table("customers")),
        "order": len(orders),
        "edit": sum(len(o["agreements"]()) - 1 - len(o["refunds"]) for o in orders),
        "cancel": sum(o["cancelledAt"] is not None for o in orders),
        "refund": sum(len(o["refunds"]) for o in orders),
        "fulfillment": sum(len(o["fulfillments"]) for o in orders),
        "checkout": len(shop.table("checkouts")),
    }
    by_id = {fact["id"]: fact for fact in facts if fact["fact"] in {"order", "refund"}}
    for order in orders:
        fact = by_id[int(order["legacyResourceId"])]
        assert fact["total"] == order["originalTotalPriceSet"]["shopMoney"]["amount"]
        assert (fact["at"], fact["test"]) == (order["processedAt"], order["test"])
        for refund in order["refunds"]:
            paid = by_id[int(refund["legacyResourceId"])]
            assert paid["total"] == refund["totalRefundedSet"]["shopMoney"]["amount"]
            assert paid["at"] == refund["processedAt"]


def held() -> int:
    """Returns the traced bytes that are held for good: no garbage, no bounded cache."""
    for cached in (world_money.money, world_money.bag, world_time.wire_time):
        cached.cache_clear()
    gc.collect()
    return tracemalloc.get_traced_memory()[0]


@pytest.mark.torture
def test_a_shop_keeps_few_orders_in_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("standin.world.KEPT", 20)
    shop = World(orders=1000)
    for row in range(300, 460):
        shop.order(row)
    tracemalloc.start()
    for row in range(460, 500):
        shop.order(row)
    first = held()
    for row in range(500, 620):
        shop.order(row)
    second = held()
    tracemalloc.stop()
    assert second < first * 2
