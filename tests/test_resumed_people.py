"""What is told once a run is told once, and by one rule, even where the run was killed."""

import gzip
from contextlib import suppress
from pathlib import Path
from typing import Any

import orjson
import pytest

from killing import Killed, killed_at
from littlerelay.settings import Markets
from small_jobs import backfill
from small_shop import SmallShop, record, small_shop

BOTH = ("customers", "orders")


@pytest.fixture
def shop() -> SmallShop:
    """Gives a shop in which two customers were visitors before, one of them twice."""
    shop = small_shop()
    visitors = [(60, 20, 5, "v1"), (61, 150, 5, "v2"), (62, 250, 8, "v1"), (63, 380, 5, "v1")]
    shop.records["orders"] += [
        record(number, second, [second], customer=customer, visitor=visitor)
        for number, second, customer, visitor in visitors
    ]
    return shop


def told(path: Path) -> list[dict[str, Any]]:
    content = path.read_bytes()
    lines = gzip.decompress(content) if path.suffix == ".gz" else content
    return [orjson.loads(line) for line in lines.splitlines()]


def aliases(path: Path) -> list[str]:
    return [event["messageId"] for event in told(path) if event["type"] == "alias"]


@pytest.mark.parametrize("name", ["events.ndjson", "events.ndjson.gz"])
@pytest.mark.parametrize("resources", [BOTH, ("orders",)], ids=["both", "orders"])
@pytest.mark.parametrize("step", range(3, 90, 6))
def test_a_pair_is_aliased_once_even_after_a_kill(
    step: int, resources: tuple[str, ...], name: str, shop: SmallShop, tmp_path: Path
) -> None:
    asked: dict[str, Any] = {"resources": resources, "out": str(tmp_path / name)}
    with killed_at(step), suppress(Killed):
        backfill(shop, tmp_path, **asked)
    backfill(shop, tmp_path, **asked)
    found = aliases(tmp_path / name)
    assert len(found) == len(set(found)) == 3


def test_last_gives_no_alias_again_and_each_new_one_once(shop: SmallShop, tmp_path: Path) -> None:
    backfill(shop, tmp_path)
    known = aliases(tmp_path / "events.ndjson")
    orders = [
        record(70 + number, 800 + number, [800 + number], customer=5, visitor=visitor)
        for number, visitor in enumerate(["v1", "v3", "v3"])
    ]
    after = SmallShop(
        {**shop.records, "orders": [*shop.records["orders"], *orders]}, shop.now + 900
    )
    backfill(after, tmp_path, since="last", out=str(tmp_path / "new.ndjson"))
    found = aliases(tmp_path / "new.ndjson")
    assert len(found) == 1
    assert not set(found) & set(known)


@pytest.mark.parametrize("step", [20, 40, 60])
def test_a_run_keeps_the_markets_with_which_it_began(
    step: int, shop: SmallShop, tmp_path: Path
) -> None:
    shop.known_markets = Markets({}, "old")
    with killed_at(step), pytest.raises(Killed):
        backfill(shop, tmp_path)
    shop.known_markets = Markets({}, "new")
    backfill(shop, tmp_path)
    facts = [event for event in told(tmp_path / "events.ndjson") if event["type"] == "track"]
    assert {event["properties"]["market"] for event in facts} == {"old"}
