"""What tests need to run relay against a stand-in shop, and to read what came out."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Container, Iterator
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path
from typing import Any

import orjson

from littlerelay import checkpoint, http, jobs
from littlerelay.clock import Clock
from littlerelay.events import message_id
from littlerelay.progress import Finished, Progress
from littlerelay.settings import BackfillRequest, Credentials, Settings
from littlerelay.shopify.graphql import GraphQL
from littlerelay.shopify.session import open_session
from littlerelay.times import iso
from standin.server import StandIn

SINCE = "2015-01-01"
RELAY = str(Path(sys.executable).with_name("relay"))
_OFTEN = (sys.executable, str(Path(__file__).with_name("saving_often.py")))
# By output: commands that save a checkpoint with every 100 KB of events, compressed or not.
SAVING_OFTEN = {
    "events.ndjson": (*_OFTEN, "100000", "100000"),
    "events.ndjson.gz": (*_OFTEN, "100000", "1"),
}
# The shops run on 50 times the speed, and so do relay's waits.
SCALE = 50.0
FAST = Clock(
    monotonic=lambda: time.monotonic() * SCALE,
    sleep=lambda seconds: time.sleep(seconds / SCALE),
    chance=lambda: 0.5,
)


def settings(shop: StandIn, state: Path) -> Settings:
    """Give the settings with which relay reads a stand-in shop."""
    return Settings(
        shop=shop.world.shop["myshopifyDomain"],
        credentials=Credentials(token=shop.token),
        state=state,
        endpoint=shop.url,
    )


def backfill(shop: StandIn, folder: Path, **asked: Any) -> list[Progress]:
    """Run a backfill to its end within this process, its files and its state in a folder."""
    asked = {"since": SINCE, "out": str(folder / "events.ndjson"), **asked}
    return list(jobs.backfill(settings(shop, folder / "state"), BackfillRequest(**asked), FAST))


@contextmanager
def endpoint(shop: StandIn, state: Path) -> Iterator[GraphQL]:
    """Open a shop's endpoint as it is, with no look at what the app may read."""
    with http.client(FAST) as web:
        yield GraphQL(open_session(settings(shop, state), web, FAST), web, FAST)


def finished(progress: list[Progress]) -> Finished:
    """Give the result of a run."""
    last = progress[-1]
    assert isinstance(last, Finished)
    return last


def environment(shop: StandIn, state: Path) -> dict[str, str]:
    """Give the environment with which the command reads a stand-in shop."""
    return {
        **os.environ,
        "RELAY_SHOP": shop.world.shop["myshopifyDomain"],
        "RELAY_TOKEN": shop.token,
        "RELAY_SHOPIFY_ENDPOINT": shop.url,
        "RELAY_STATE_DIR": str(state),
    }


def start(shop: StandIn, folder: Path, *command: str) -> subprocess.Popen[bytes]:
    """Start a command in a folder, with the shop's environment."""
    return subprocess.Popen(
        command,
        cwd=folder,
        env=environment(shop, folder / "state"),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )


def events(path: Path) -> Iterator[dict[str, Any]]:
    """Read an event file."""
    with path.open("rb") as lines:
        for line in lines:
            yield orjson.loads(line)


def ids(path: Path) -> list[str]:
    """Give the ids of all messages in an event file."""
    return [event["messageId"] for event in events(path)]


_FACTS = {
    "order": "orders/{id}/completed",
    "cancel": "orders/{id}/cancelled",
    "refund": "refunds/{id}",
    "fulfillment": "fulfillments/{id}/created",
    "customer": "customers/{id}/created",
}


def booked(shop: StandIn) -> dict[str, dict[str, Any]]:
    """Give what the shop's own books say happened, by the id that its message must have.

    Test orders, refunds that moved no money, and edits are no facts for Segment.
    """
    domain = shop.world.shop["myshopifyDomain"]
    found = {}
    for line in shop.world.books():
        if line["test"] or line["fact"] not in _FACTS:
            continue
        if line["fact"] == "refund" and Decimal(line["total"]) == 0:
            continue
        fact = _FACTS[line["fact"]].format(id=line["id"])
        if line["fact"] == "order" and line["source"] == "pos":
            fact = fact.replace("completed", "pos")
        found[message_id("", domain, fact)] = line
    return found


def moments(path: Path, kinds: Container[str]) -> dict[str, str]:
    """Give the ids of the events of some names, each with its time in whole seconds."""
    return {
        event["messageId"]: event["timestamp"][:19] + "Z"
        for event in events(path)
        if event.get("event") in kinds
    }


BOOKED = {
    "Order Completed",
    "POS Order Placed",
    "Order Cancelled",
    "Order Refunded",
    "Fulfillment Created",
    "Customer Created",
}


def check_facts(shop: StandIn, file: Path) -> None:
    """Sees that a file holds what the shop's books say of the run's period, each fact once."""
    run = checkpoint.load(file.with_name(f"{file.name}.checkpoint.json"))
    assert run is not None
    end = iso(run.until)
    # An order that is imported during the run bears an old date, but came after the end.
    written = {
        key: line["at"]
        for key, line in booked(shop).items()
        if max(line["at"], line.get("created", "")) < end
    }
    assert moments(file, BOOKED) == written
    assert len(ids(file)) == len(set(ids(file)))
