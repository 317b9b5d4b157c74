"""Whole nodes come of a bulk result in whatever order its lines are, as a page would give them."""

from __future__ import annotations

import random
import tempfile
from collections import defaultdict
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bulk_results import (
    ALL,
    MAKERS,
    ORDERS_OF_LINES,
    SHAPES,
    Node,
    connection,
    depth,
    encoded,
    joined,
    kind_of,
    narrow,
    order,
    taken_apart,
    written,
)
from invented_nodes import data
from littlerelay.shopify import joining, partitions
from littlerelay.shopify.joining import join
from littlerelay.shopify.shapes import CHECKOUTS, ORDERS, Shape


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "bulk.jsonl"


@pytest.fixture(params=["in one partition", "in splits of splits"])
def partitioned(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Sends all lines to partitions, grouped or not."""
    monkeypatch.setattr(joining, "joined_in_passing", lambda *_: False)
    if request.param == "in splits of splits":
        narrow(monkeypatch)


def read_to_its_end(value: Any) -> Any:
    """Gives a page's node as it is when its connections have been read to their ends."""
    if isinstance(value, list):
        return [read_to_its_end(one) for one in value]
    if not isinstance(value, dict):
        return value
    if "pageInfo" in value:
        return connection(*read_to_its_end(value["nodes"]))
    return {key: read_to_its_end(one) for key, one in value.items()}


@pytest.mark.parametrize("name", SHAPES)
def test_a_joined_node_is_the_node_of_the_page(path: Path, name: str) -> None:
    (node, *_) = [read_to_its_end(node) for node in data(name)["page"]["nodes"]]
    lines = list(taken_apart([node], SHAPES[name]))
    assert joined(written(path, lines), SHAPES[name]) == [node]
    assert len(lines) == 1 or name != "customers"


@pytest.mark.parametrize("name", ALL)
@settings(max_examples=40)
@given(chance=st.randoms(use_true_random=False), part=st.sampled_from([150, 600, 10**6]))
def test_the_order_of_lines_does_not_matter_but_within_a_connection(
    name: str, chance: random.Random, part: int
) -> None:
    nodes, shape = ALL[name]
    lines = shuffled(list(taken_apart(nodes, shape)), chance)
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        narrow(patch, part)
        assert joined(written(Path(folder, "bulk.jsonl"), lines), shape) == nodes


def shuffled(lines: list[Node], chance: random.Random) -> list[Node]:
    """Gives the lines in any order that keeps that of the nodes in each connection."""
    kinds = [(line.get("__parentId"), kind_of(line)) for line in lines]
    waiting = defaultdict(list)
    for kind, line in zip(kinds, lines, strict=True):
        waiting[kind].append(line)
    chance.shuffle(kinds)
    return [waiting[kind].pop(0) for kind in kinds]


@pytest.mark.parametrize("name", ALL)
def test_grouped_lines_are_joined_without_partitions(
    path: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delattr(partitions.Partitions, "runs")
    nodes, shape = ALL[name]
    assert joined(written(path, list(taken_apart(nodes, shape))), shape) == nodes


@pytest.mark.parametrize("name", ALL)
def test_grouped_lines_give_the_same_through_partitions(
    path: Path, name: str, partitioned: None
) -> None:
    nodes, shape = ALL[name]
    assert joined(written(path, list(taken_apart(nodes, shape))), shape) == nodes


@pytest.mark.parametrize("name", MAKERS)
@pytest.mark.parametrize("way", ORDERS_OF_LINES)
def test_lines_that_are_not_grouped_are_joined(
    path: Path, name: str, way: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    narrow(monkeypatch)
    nodes = [MAKERS[name](number) for number in range(1, 41)]
    lines = ORDERS_OF_LINES[way](list(taken_apart(nodes, SHAPES[name])))
    assert joined(written(path, lines), SHAPES[name]) == nodes


def test_roots_come_in_order_of_time_and_then_of_the_number_in_their_id(path: Path) -> None:
    nodes = [order(9, second=5), order(10, second=5), order(2, second=6), order(100, second=4)]
    whole = joined(written(path, list(taken_apart(nodes, ORDERS))), ORDERS)
    assert [node["id"].rpartition("/")[2] for node in whole] == ["100", "9", "10", "2"]


def test_a_connection_without_lines_is_there_and_empty(path: Path) -> None:
    (node,) = joined(written(path, [*taken_apart([order(3)], ORDERS)][:1]), ORDERS)
    assert {key: node[key] for key in ORDERS.connections} == dict.fromkeys(
        ORDERS.connections, connection()
    )


def test_only_discount_applications_keep_their_typename(path: Path) -> None:
    (node,) = joined(written(path, list(taken_apart([order(5)], ORDERS))), ORDERS)
    names = [one.get("__typename") for one in node["discount_applications"]["nodes"]]
    assert names == ["ManualDiscountApplication", "DiscountCodeApplication"]
    assert "__typename" not in node
    assert all("__typename" not in one for one in node["line_items"]["nodes"])
    assert all("__typename" not in one for one in node["shipping_lines"]["nodes"])


@pytest.mark.parametrize("ends", ["grouped", "not grouped"])
def test_blank_lines_and_ends_of_lines_make_no_difference(path: Path, ends: str) -> None:
    nodes = [order(number) for number in (1, 2, 3)]
    lines = list(taken_apart(nodes, ORDERS))
    lines = lines if ends == "grouped" else sorted(lines, key=depth)
    path.write_bytes(b"\r\n\n \n" + b"\r\n\r\n\n".join(map(encoded, lines)))
    with closing(join(path, ORDERS, path.parent)) as whole:
        assert (whole.objects, whole.roots) == (len(lines), 3)
        assert list(whole) == nodes


@pytest.mark.parametrize("text", ["a\u2028b\u2029c\u0085d", "\x1c \x0b", '","__parentId":"x"}'])
@pytest.mark.parametrize("way", ORDERS_OF_LINES)
def test_no_character_of_a_text_ends_a_line_or_names_a_parent(
    path: Path, text: str, way: str
) -> None:
    nodes = [{**order(number), "note": text} for number in (1, 2)]
    lines = ORDERS_OF_LINES[way](list(taken_apart(nodes, ORDERS)))
    assert joined(written(path, lines), ORDERS) == nodes


def test_half_a_character_becomes_the_one_that_stands_for_what_is_none(path: Path) -> None:
    line = encoded(next(taken_apart([order(1)], ORDERS)))
    path.write_bytes(line[:-1] + rb',"note":"so \ud83d"}')
    assert joined(path, ORDERS)[0]["note"] == "so \ufffd"


@pytest.mark.parametrize("content", [b"", b"\n\r\n"])
def test_an_empty_file_holds_no_nodes(path: Path, content: bytes) -> None:
    path.write_bytes(content)
    with closing(join(path, CHECKOUTS, path.parent)) as whole:
        assert (whole.objects, whole.roots, list(whole)) == (0, 0, [])


@pytest.mark.parametrize("name", ALL)
def test_the_counts_are_those_of_lines_and_roots_before_a_node_is_given(
    path: Path, name: str
) -> None:
    nodes, shape = ALL[name]
    lines = sorted(taken_apart(nodes, shape), key=depth)
    with closing(join(written(path, lines), shape, path.parent)) as whole:
        assert (whole.objects, whole.roots) == (len(lines), len(nodes))


def test_the_lines_are_the_nodes_and_can_be_read_again(path: Path) -> None:
    lines = sorted(taken_apart(ALL["orders"][0], ORDERS), key=depth)
    with closing(join(written(path, lines), ORDERS, path.parent)) as whole:
        first, second = list(whole.lines()), list(whole.lines())
        assert first == second
        assert [line.count(b"\n") for line in first] == [1] * len(first)
        assert list(whole) == ALL["orders"][0]


def test_a_shape_may_hold_several_kinds_of_owners(path: Path) -> None:
    leaf = Shape(("Leaf",))
    shape = Shape(
        ("Tree",),
        {"left": Shape(("A",), {"of": leaf}), "right": Shape(("B",), {"of": Shape(("C",))})},
    )
    nodes = [
        {
            "id": f"gid://shopify/Tree/{tree}",
            "created_at": "2026-01-01T00:00:00Z",
            "left": connection({"id": f"a{tree}", "of": connection({"n": 1}, {"n": 2})}),
            "right": connection(
                *({"id": f"b{tree}{one}", "of": connection({"n": one})} for one in range(3))
            ),
        }
        for tree in range(1, 20)
    ]
    lines = sorted(taken_apart(nodes, shape), key=lambda line: str(line["__typename"]))
    assert joined(written(path, lines), shape) == nodes
