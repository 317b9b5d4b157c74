"""What Shopify tells of no order as it was placed is held by what it comes to together."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from proven_files import Event, altered, proof, proven_shop, told, written
from standin.server import StandIn

SINCE = "2023-11-01"
ORDERS = ("orders",)


@pytest.fixture(scope="module")
def shop() -> Iterator[StandIn]:
    with proven_shop() as running:
        yield running


@pytest.fixture(scope="module")
def output(shop: StandIn, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Gives the file of a finished run."""
    return written(shop, tmp_path_factory.mktemp("run"), SINCE)


def test_what_is_not_compared_by_itself_is_held_by_what_it_comes_to(
    shop: StandIn, output: Path, tmp_path: Path
) -> None:
    edited = {one.message_id for one in proof(shop, output, resources=ORDERS).of("edited")}
    changed = set()

    def alter(every: list[Event]) -> list[Event]:
        sales = [one for one in every if one.get("event") == "Order Completed"]
        for name, some in (
            ("subtotal", [one for one in sales if one["messageId"] not in edited][5:9]),
            ("tax", [one for one in sales if one["messageId"] in edited]),
        ):
            for one in some:
                one["properties"][name] = round(one["properties"][name] + 0.01, 2)
                changed.add(one["messageId"])
        return every

    found = proof(shop, altered(output, tmp_path, alter), resources=ORDERS)
    assert {one.message_id for one in found.faults} == changed
    names = {value.name for one in found.faults for value in one.values}
    # Where taxes are inside, it is shipping without them that is doubted.
    assert names - {"shipping"} == {"subtotal + shipping + tax"}


def test_shipping_with_its_taxes_is_compared_where_events_have_them(
    shop: StandIn, output: Path, tmp_path: Path
) -> None:
    path = altered(output, tmp_path, lambda every: every)
    told(path, meaning={"amounts": "shopify"})
    found = proof(shop, path, resources=ORDERS)
    names = {tuple(one.name for one in fault.values) for fault in found.faults}
    assert names == {("shipping",), ("subtotal + shipping + tax",)}
    assert len(found.faults) == found.result.faults > 0
