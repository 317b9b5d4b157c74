"""Nodes of GraphQL are read as they come: from a page, from a result, or of another query."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import orjson
import pytest

from bulk_asking import Json
from bulk_recordings import read, results
from command import Relay, faked
from littlerelay.errors import RecordError
from littlerelay.recordings import joining
from littlerelay.recordings.recognising import recognised
from littlerelay.shopify.shop import Shop, meet
from made_recordings import OUT, events, names, put, rejects, replay
from shops import backfill, endpoint
from standin.server import StandIn

SHOP = "littlerelay-demo.myshopify.com"
ORDERS = 40
CUSTOMER = "gid://shopify/Customer/"


@pytest.fixture(scope="module")
def lines(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[bytes]]:
    """Gives the results of a small shop."""
    with StandIn(orders=ORDERS, plan="enterprise", time_scale=1000) as shop:
        return results(shop, tmp_path_factory.mktemp("shop"))


@pytest.fixture
def relay(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Iterator[Relay]:
    for found in faked(monkeypatch, capfd):
        monkeypatch.delenv("RELAY_SHOP")
        monkeypatch.delenv("RELAY_TOKEN")
        yield found


def paged(shop: Shop, resource: str) -> list[Json]:
    """Gives the nodes of the first page, their lists as the page holds them."""
    variables = {"query": "", "first": 25, "after": None}
    resources = shop.spans(resource, 0, shop.now).resource
    page = shop.api.execute(resource, {**resources.variables, **variables})["page"]
    return list(page["nodes"])


def given(folder: Path) -> dict[str, Any]:
    found = {event["messageId"]: event for event in events(folder)}
    for event in found.values():
        event.get("properties", {}).pop("market_handle", None)
    return found


def test_nodes_of_pages_give_the_events_of_a_backfill(tmp_path: Path) -> None:
    (tmp_path / "whole").mkdir()
    with StandIn(orders=ORDERS, plan="enterprise", time_scale=1000) as shop:
        backfill(shop, tmp_path / "whole", resources=("customers", "orders", "checkouts"))
        with endpoint(shop, tmp_path / "state") as api:
            opened = meet(api)
            nodes = [
                one for name in ("customers", "orders", "checkouts") for one in paged(opened, name)
            ]
    put(tmp_path / "recorded.ndjson", nodes)
    replay(tmp_path, shop=SHOP)
    whole, found = given(tmp_path / "whole"), given(tmp_path)
    assert len(found) > 100
    assert {"Order Refunded", "Fulfillment Created"} <= {*names(found.values())}
    assert {own for own, event in found.items() if event != whole.get(own)} == set()
    assert {one["reason"] for one in rejects(tmp_path)} <= {"missing_field", "missing_lines"}


def test_the_command_maps_a_result_that_lies_there(
    lines: dict[str, list[bytes]], relay: Relay
) -> None:
    put(Path("result.jsonl"), [*lines["customers"], *lines["orders"]])
    assert "--shop" in relay("replay", "result.jsonl", "--out", OUT).err
    ended = relay("replay", "result.jsonl", "--out", OUT, "--shop", SHOP, "--json", "--quiet")
    assert ended.code == 3, "what a bulk operation cannot tell was rejected"
    counts = json.loads(ended.out)["counts"]
    assert counts["orders"]["read"] == ORDERS
    assert counts["customers"]["rejected"] == 0
    assert counts["order_lines"]["read"] > ORDERS
    assert "Order Completed" in names(events(Path.cwd()))
    told = relay("replay", "result.jsonl", "--out", "b.ndjson", "--shop", SHOP).err
    assert "were rejected" in told
    assert "b.ndjson.rejects.ndjson" in told


def test_lines_cannot_be_said_to_be_lines(lines: dict[str, list[bytes]], relay: Relay) -> None:
    put(Path("result.jsonl"), lines["orders"])
    told = relay("replay", "result.jsonl", "--out", OUT, "--shop", SHOP, "--as", "order_lines")
    assert told.code == 2
    assert "order_lines is no kind of record" in told.err


def test_a_field_that_relay_asks_for_is_named_where_it_is_missing(
    lines: dict[str, list[bytes]],
) -> None:
    every = {
        (node.get("__typename"), name)
        for one in lines.values()
        for node in read(one)
        for name in node
    }
    kinds = {node["__typename"]: node for one in lines.values() for node in read(one)}
    switched = {"product", "variant", "location", "metafield", "code", "title", "description"}
    assert len(kinds) >= 7
    for typename, name in every:
        if name in switched or name in ("__parentId", "__typename"):
            continue
        node = {key: value for key, value in kinds[typename].items() if key != name}
        if "id" in node or "__parentId" in node:
            with pytest.raises(RecordError, match=rf"it lacks {name}\)") as caught:
                recognised(node)
            assert caught.value.reason == "bulk_line"
            assert "relay backfill --archive" in caught.value.detail


def test_a_page_that_was_cut_is_rejected(tmp_path: Path, lines: dict[str, list[bytes]]) -> None:
    first, *rest = read(lines["orders"])
    own = [one for one in rest if one.get("__parentId") == first["id"]]
    cut = {"nodes": own[-1:], "pageInfo": {"hasNextPage": True, "endCursor": "x"}}
    put(tmp_path / "recorded.ndjson", [orjson.dumps({**first, "line_items": cut})])
    replay(tmp_path, shop=SHOP)
    assert events(tmp_path) == []
    (told,) = (one for one in rejects(tmp_path) if one["reason"] == "missing_lines")
    assert told["detail"] == "a list of it goes on in another page"


def test_what_was_rejected_is_not_kept_in_memory(
    lines: dict[str, list[bytes]], tmp_path: Path
) -> None:
    put(tmp_path / "recorded.ndjson", lines["orders"])
    replay(tmp_path, shop=SHOP)
    assert "missing_field" in {one["reason"] for one in rejects(tmp_path)}
    errors = [one for one in vars(joining).values() if isinstance(one, BaseException)]
    assert [one for one in errors if one.__traceback__ is not None] == []


# What becomes of the line of an order, and why it is then rejected.
HOSTILE: dict[str, tuple[Callable[[Json], Json], str]] = {
    "refunds that are no list": (lambda node: node | {"refunds": True}, "wrong_type"),
    "a fulfillment that is none": (lambda node: node | {"fulfillments": [7]}, "wrong_type"),
    "a customer of too many digits": (
        lambda node: node | {"customer": node["customer"] | {"id": f"{CUSTOMER}{10**30}"}},
        "wrong_type",
    ),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_node_is_rejected_with_its_order_alone(
    name: str, lines: dict[str, list[bytes]], tmp_path: Path
) -> None:
    spoiled, reason = HOSTILE[name]
    fine, hostile = whole_orders(lines["orders"])[:2]
    put(tmp_path / "recorded.ndjson", fine)
    replay(tmp_path, shop=SHOP)
    alone = given(tmp_path)
    assert "Order Completed" in names(alone.values())
    for path in tmp_path.glob(f"{OUT}*"):
        path.unlink()
    put(tmp_path / "recorded.ndjson", [spoiled(hostile[0]), *hostile[1:], *fine])
    replay(tmp_path, shop=SHOP)
    assert given(tmp_path) == alone
    told = {one["line"] for one in rejects(tmp_path) if one["reason"] == reason}
    assert told == {*range(1, len(hostile) + 1)}


def test_a_node_that_lies_too_deep_in_a_checkout_is_rejected_with_it(
    lines: dict[str, list[bytes]], tmp_path: Path
) -> None:
    every = read(lines["checkouts"])
    deep: list[Any] = []
    for _ in range(248):
        deep = [deep]
    line = next(one for one in every if one["__typename"] == "AbandonedCheckoutLineItem")
    discount = {"amount_set": deep, "discount_application": {}, "__parentId": line["id"]}
    put(tmp_path / "recorded.ndjson", [{"__typename": "DiscountAllocation"} | discount, *every])
    replay(tmp_path, shop=SHOP)
    told = [one["line"] for one in rejects(tmp_path) if one["reason"] == "too_deep"]
    assert 1 in told
    assert len(told) < len(every)
    assert "Checkout Started" in names(events(tmp_path))


def whole_orders(lines: list[bytes]) -> list[list[Json]]:
    """Gives the lines of each order that a bulk operation tells as it was placed."""
    found: dict[str, list[Json]] = {}
    plain = set()
    for node in read(lines):
        own = node.get("__parentId") or node["id"]
        found.setdefault(own, []).append(node)
        if node["__typename"] == "Order" and not (node["edited"] or node["test"]):
            plain.add(own)
    return [every for own, every in found.items() if own in plain]
