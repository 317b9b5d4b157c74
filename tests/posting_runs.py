"""Runs `relay backfill --post` on a shop of a few records, against the stand-in for Segment."""

import itertools
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from littlerelay import jobs, rules
from littlerelay.clock import Clock
from littlerelay.events import Event
from littlerelay.progress import Progress
from littlerelay.settings import BackfillRequest, Credentials, Mapping, Post, Settings
from sent_files import ALL, RESTLESS, target
from small_shop import FIRST, SmallShop, mapped, record
from standin.segment import StandInSegment

NOW = FIRST + 2_000
MAPPING = Mapping(shop="", integrations=ALL)


def person_mapped(resource: str, one: dict[str, Any], mapping: Mapping) -> list[Event]:
    """Maps as the small shop does, but says whom a message is about, as Segment wants it."""
    who = str(one.get("customer", 1))
    return [{**event, "userId": who} for event in mapped(resource, one, mapping)]


def shop_of_orders() -> SmallShop:
    """Gives a shop with 79 orders and a customer, who give 81 messages."""
    orders = [
        record(number, 10 * number, [10 * number], customer=number, long=30_000)
        for number in range(1, 80)
    ]
    return SmallShop({"customers": [record(1, 0, [0])], "orders": orders}, now=NOW)


def goes_on(shop: SmallShop, number: int) -> None:
    """Lets some time pass in which one order is placed."""
    shop.now += 1_000
    at = shop.now - 990 - FIRST
    shop.records["orders"].append(record(number, at, [at], customer=9))


@contextmanager
def opened(shop: SmallShop) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(jobs, "open_shopify", lambda *_: shop)
        patch.setattr(jobs, "check_protected", lambda _: 0)
        patch.setattr(jobs, "counted", lambda *_: ())  # its orders give any number of facts
        patch.setattr(rules, "map_record", person_mapped)
        yield


def restless() -> Clock:
    """Gives a clock of real seconds on which every checkpoint is due, and no sleep takes long."""
    ticks = itertools.count(0, 2)
    return replace(RESTLESS, monotonic=lambda: float(next(ticks)))


def running(
    shop: SmallShop,
    segment: StandInSegment | None,
    folder: Path,
    mapping: Mapping = MAPPING,
    **asked: Any,
) -> Generator[Progress, None, None]:
    """Begins `relay backfill`, with --post where there is a Segment; all lies in a folder."""
    settings = Settings(
        "acme.myshopify.com", Credentials(token="a-token"), folder / "state", mapping=mapping
    )
    asked = {"since": "2023-11-14", "out": str(folder / "events.ndjson"), **asked}
    post = Post(target(segment), rate=1e6) if segment else None
    with opened(shop):
        yield from jobs.backfill(
            settings, BackfillRequest(post=post, **{"mode": "pages", **asked}), restless()
        )


def posted(
    shop: SmallShop, segment: StandInSegment | None, folder: Path, **asked: Any
) -> list[Progress]:
    """Runs it to its end."""
    return list(running(shop, segment, folder, **asked))


def spool(folder: Path) -> Path:
    return folder / "state" / "jobs" / "acme" / "spool"


def spooled(folder: Path) -> list[str]:
    """Names the files of events that wait in the spool."""
    return sorted(path.name for path in spool(folder).glob("*.ndjson"))
