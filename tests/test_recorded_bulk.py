"""Results of relay's own bulk operations give the events of a backfill, however they are kept."""

from __future__ import annotations

import gzip
from collections import Counter
from collections.abc import Callable, Iterable
from itertools import chain
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

import orjson
import pytest

from bulk_asking import Json
from bulk_recordings import RESOURCES, read, results
from littlerelay import jobs
from littlerelay.progress import Finished
from littlerelay.settings import BackfillRequest
from made_recordings import OUT, events, names, put, rejects, replay, webhook
from shops import FAST, SINCE, settings
from standin import bodies
from standin.server import StandIn
from standin.world import World

ORDERS = 120
SHOP = "littlerelay-demo.myshopify.com"
PARTS = {"Fulfillment Created", "Fulfillment Updated", "Order Refunded"}
LISTS = ("fulfillments.fulfillment_line_items", "refunds.refund_line_items")

Events = dict[str, Any]


class Shop(NamedTuple):
    """A shop's results of bulk operations, and what a backfill in bulk gives of it, by id."""

    lines: dict[str, list[bytes]]
    given: Events

    def all(self) -> list[bytes]:
        return [*chain.from_iterable(self.lines.values())]


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Shop:
    folder = tmp_path_factory.mktemp("shop")
    with StandIn(orders=ORDERS, plan="enterprise", time_scale=1000) as running:
        lines = results(running, folder)
        request = BackfillRequest(
            since=SINCE, out=str(folder / OUT), resources=RESOURCES, mode="bulk"
        )
        for _ in jobs.backfill(settings(running, folder), request, FAST):
            pass
        assert running.problems == []
    return Shop(lines, by_id(folder))


@pytest.fixture(scope="module")
def world() -> World:
    return World(orders=ORDERS)


def by_id(folder: Path) -> Events:
    """Gives events by their ids, without what the shop alone tells of itself: its markets."""
    found = {event["messageId"]: event for event in events(folder)}
    for event in found.values():
        event.get("properties", {}).pop("market_handle", None)
    return found


def mapped(folder: Path, lines: Iterable[bytes], **asked: Any) -> Finished:
    for path in folder.glob(f"{OUT}*"):
        path.unlink()
    put(folder / "recorded.ndjson", lines)
    return replay(folder, shop=SHOP, **asked)


def edited(shop: Shop) -> set[str]:
    """Names the orders that were edited: how they were placed, their agreements alone tell."""
    return {node["name"] for node in read(shop.lines["orders"]) if node.get("edited")}


def is_of(event: Json, orders: set[str]) -> bool:
    return event.get("properties", {}).get("order_id") in orders


def without(given: Events, left_out: Callable[[Json], bool]) -> Events:
    return {own: event for own, event in given.items() if not left_out(event)}


def plain_order(shop: Shop) -> list[Json]:
    """Gives the lines of an order with several of its own, of which nothing else is missing."""
    for own in entities(shop.lines["orders"]):
        node = own[0]
        is_plain = not (node["refunds"] or node["fulfillments"] or node["edited"] or node["test"])
        if is_plain and len(own) > 3:
            return own
    raise AssertionError("no such order")


def entities(lines: list[bytes]) -> list[list[Json]]:
    """Gives the lines of each entity, which are grouped."""
    found: list[list[Json]] = []
    for node in read(lines):
        if "__parentId" in node:
            found[-1].append(node)
        else:
            found.append([node])
    return found


def dumped(nodes: Iterable[Json]) -> list[bytes]:
    return [orjson.dumps(node) for node in nodes]


def test_results_give_the_events_of_a_backfill(shop: Shop, tmp_path: Path) -> None:
    mapped(tmp_path, shop.all())
    changed = edited(shop)
    expected = without(
        shop.given, lambda event: event.get("event") in PARTS or is_of(event, changed)
    )
    found = by_id(tmp_path)
    alias = {own for own, event in found.items() if event["type"] == "alias"}
    assert found == {
        own: event for own, event in expected.items() if own in alias or event["type"] != "alias"
    }
    assert len(changed) > 3
    assert min(Counter(names(found.values())).values()) >= 5


def test_what_a_result_does_not_tell_is_rejected_by_its_name(shop: Shop, tmp_path: Path) -> None:
    result = mapped(tmp_path, shop.all())
    told = {one["detail"].partition(":")[0] for one in rejects(tmp_path)}
    assert told == {*LISTS, "agreements"}
    assert {one["reason"] for one in rejects(tmp_path)} == {"missing_field"}
    assert result.counts["orders"].read == ORDERS
    nodes = [node for node in read(shop.lines["orders"]) if node.get("fulfillments")]
    shown = [node for node in nodes if not node["test"] and not node["edited"]]
    assert result.counts["fulfillments"].rejected == len(shown)


def test_of_what_is_left_out_nothing_is_missing(shop: Shop, tmp_path: Path) -> None:
    mapped(tmp_path, shop.all(), mapping={"leave_out": tuple(PARTS)})
    assert {one["detail"].partition(":")[0] for one in rejects(tmp_path)} == {"agreements"}
    result = mapped(tmp_path, shop.all(), until="2016-01-01")
    assert {one["detail"].partition(":")[0] for one in rejects(tmp_path)} == {"agreements"}
    assert result.events == {}


def in_files(folder: Path, lines: list[bytes], chance: Random) -> list[str]:
    """Deals lines out over files, one of them compressed, in any order and some of them twice."""
    dealt = [*lines, *chance.sample(lines, len(lines) // 5)]
    chance.shuffle(dealt)
    third = len(dealt) // 3
    put(folder / "a.jsonl", dealt[:third])
    (folder / "b.jsonl.gz").write_bytes(gzip.compress(b"\n".join(dealt[third : 2 * third])))
    put(folder / "c.jsonl", dealt[2 * third :])
    return ["a.jsonl", "b.jsonl.gz", "c.jsonl"]


@pytest.mark.parametrize("seed", range(3))
def test_in_any_order_repeated_and_over_files_the_bytes_are_the_same(
    seed: int, shop: Shop, tmp_path: Path
) -> None:
    mapped(tmp_path, shop.all())
    whole = (tmp_path / OUT).read_bytes()
    for path in tmp_path.glob(f"{OUT}*"):
        path.unlink()
    replay(tmp_path, *in_files(tmp_path, shop.all(), Random(seed)), shop=SHOP)
    assert (tmp_path / OUT).read_bytes() == whole
    assert {one["reason"] for one in rejects(tmp_path)} == {"missing_field"}


def webhooks(world: World, *topics: str) -> list[bytes]:
    return [
        orjson.dumps(webhook(topic, bodies.webhook(world, topic, gid), SHOP))
        for topic in topics
        for gid in bodies.gids(world, bodies.TOPICS[topic])
    ]


def test_webhooks_of_the_same_orders_add_what_a_result_cannot_tell(
    shop: Shop, world: World, tmp_path: Path
) -> None:
    mapped(tmp_path, [*shop.all(), *webhooks(world, "refunds/create", "fulfillments/update")])
    found, changed = by_id(tmp_path), edited(shop)
    expected = without(shop.given, lambda event: is_of(event, changed) or event["type"] == "alias")
    assert found.keys() >= expected.keys()
    assert {own for own in expected if found[own] != expected[own]} == set()
    lacking = {(one["reason"], one["detail"].partition(":")[0]) for one in rejects(tmp_path)}
    assert {detail for reason, detail in lacking if reason != "needs_order"} == {"agreements"}


@pytest.mark.parametrize("resource", ["orders", "checkouts"])
def test_whatever_is_cut_off_an_entity_it_is_rejected_whole(
    resource: str, shop: Shop, tmp_path: Path
) -> None:
    whole = [one for one in entities(shop.lines[resource]) if not one[0].get("edited")]
    cut = [one[: Random(place).randrange(1, len(one))] for place, one in enumerate(whole)]
    mapped(tmp_path, dumped(chain.from_iterable(cut)))
    assert {event["type"] for event in events(tmp_path)} <= {"identify", "alias"}
    told = Counter(one["reason"] for one in rejects(tmp_path))
    assert told == {"missing_lines": sum(map(len, cut))}


def test_a_free_line_that_was_cut_off_is_missed(shop: Shop, tmp_path: Path) -> None:
    *lines, last = plain_order(shop)
    nothing = {"shop_money": {"amount": "0.0", "currency_code": "USD"}}
    free = {**last, "id": "gid://shopify/LineItem/99", "price_set": nothing, "quantity": 2}
    free |= {"discount_allocations": []}
    lines[0]["subtotal_quantity"] += 2
    mapped(tmp_path, dumped([*lines, last, free]))
    assert rejects(tmp_path) == []
    mapped(tmp_path, dumped([*lines, last]))
    assert events(tmp_path) == []
    assert {one["reason"] for one in rejects(tmp_path)} == {"missing_lines"}


def test_a_file_that_ends_within_a_line_loses_one_order_and_says_so(
    shop: Shop, tmp_path: Path
) -> None:
    lines = dumped(plain_order(shop))
    lines[-1] = lines[-1][:-20]
    mapped(tmp_path, lines)
    assert events(tmp_path) == []
    assert {one["reason"] for one in rejects(tmp_path)} == {"not_json", "missing_lines"}


def test_lines_whose_node_is_nowhere_are_rejected(shop: Shop, tmp_path: Path) -> None:
    below = [node for one in shop.lines.values() for node in read(one) if "__parentId" in node]
    assert "DiscountAllocation" in {node["__typename"] for node in below}
    mapped(tmp_path, dumped(below))
    assert Counter(one["reason"] for one in rejects(tmp_path)) == {"needs_parent": len(below)}


def test_rejected_lines_are_read_again_with_those_that_were_missing(
    shop: Shop, tmp_path: Path
) -> None:
    *there, missing = dumped(plain_order(shop))
    mapped(tmp_path, there)
    assert events(tmp_path) == []
    kept = (tmp_path / f"{OUT}.rejects.ndjson").read_bytes().splitlines()
    mapped(tmp_path, [*kept, missing])
    assert "Order Completed" in names(events(tmp_path))
    assert rejects(tmp_path) == []


def later(lines: list[Json], **changed: Any) -> list[Json]:
    """Gives an order as a later operation gives it, each of its line items changed."""
    moved = {"updated_at": "2026-11-01T00:00:00Z", "tags": ["later"]}
    items = [{**one, **changed} if one["__typename"] == "LineItem" else one for one in lines[1:]]
    return [{**lines[0], **moved}, *items]


@pytest.mark.parametrize("names_of", [("a.jsonl", "b.jsonl"), ("b.jsonl", "a.jsonl")])
def test_of_two_results_the_later_one_tells(
    names_of: tuple[str, str], shop: Shop, tmp_path: Path
) -> None:
    old = plain_order(shop)
    put(tmp_path / names_of[0], dumped(old))
    put(tmp_path / names_of[1], dumped(later(old, title="New title")))
    replay(tmp_path, *names_of, shop=SHOP)
    (told,) = (one for one in events(tmp_path) if one.get("event") == "Order Completed")
    assert told["properties"]["affiliation"] == "later"
    assert {one["name"] for one in told["properties"]["products"]} == {"New title"}
    assert rejects(tmp_path) == []


def test_results_in_one_file_that_contradict_each_other_are_rejected(
    shop: Shop, tmp_path: Path
) -> None:
    old = plain_order(shop)
    new = later(old, title="New title")
    mapped(tmp_path, dumped([*old, *new]))
    assert events(tmp_path) == []
    assert {one["reason"] for one in rejects(tmp_path)} == {"mixed_lines"}
    mapped(tmp_path, dumped([*old, new[0]]))
    assert rejects(tmp_path) == []


def test_the_latest_of_a_node_and_a_webhook_tells(shop: Shop, world: World, tmp_path: Path) -> None:
    old = plain_order(shop)
    late = bodies.webhook(world, "orders/updated", old[0]["id"])
    late |= {"updated_at": "2026-11-01T00:00:00Z", "tags": "a, webhook"}
    lines = [*dumped(old), orjson.dumps(webhook("orders/updated", late, SHOP))]
    mapped(tmp_path, lines)
    (told,) = (one for one in events(tmp_path) if one.get("event") == "Order Completed")
    assert told["properties"]["affiliation"] == "a, webhook"
    mapped(tmp_path, [*dumped(later(old)), lines[-1]])
    (told,) = (one for one in events(tmp_path) if one.get("event") == "Order Completed")
    assert told["messageId"] in shop.given
