"""The stand-in shop is made from its seed alone: the same seed gives the same bytes."""

import hashlib
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from standin.world import World

HERE = Path(__file__).parent

DIGEST = """
import hashlib
from standin.world import World
from test_standin_world_seed import digest
print(digest(World(orders=60, seed=5)))
"""


def digest(shop: World) -> str:
    """Returns a hash over all that the shop holds, whatever objects it shares."""
    whole = hashlib.sha256()
    for row in range(len(shop.table("orders"))):
        whole.update(plain(shop.order(row), 0).encode())
    for row in range(len(shop.table("customers"))):
        whole.update(plain(shop.customer(row), 2).encode())
    for row in range(len(shop.table("checkouts"))):
        whole.update(plain(shop.checkout(row), 2).encode())
    return whole.hexdigest()


def plain(value: Any, depth: int) -> str:
    value = value() if callable(value) and depth < 2 else value
    if isinstance(value, Mapping):
        return "{" + ",".join(f"{k}={plain(v, depth + 1)}" for k, v in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ",".join(plain(item, depth + 1) for item in value) + "]"
    return "…" if callable(value) else repr(value)


def test_the_same_seed_gives_the_same_shop_whatever_the_hash_seed() -> None:
    path = os.pathsep.join((str(HERE.parent / "fixtures"), str(HERE)))
    environment = {**os.environ, "PYTHONPATH": path, "PYTHONHASHSEED": "1"}
    command = [sys.executable, "-c", DIGEST]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == digest(World(orders=60, seed=5))


def test_another_seed_gives_another_shop() -> None:
    assert digest(World(orders=20, seed=5)) != digest(World(orders=20, seed=6))


def test_an_order_is_the_same_whether_others_were_asked_for_before() -> None:
    alone = plain(World(seed=3).order(250), 0)
    shop = World(seed=3)
    for row in range(300):
        shop.order(row)
    assert plain(shop.order(250), 0) == alone
