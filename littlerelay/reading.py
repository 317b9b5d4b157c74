"""Reads a shop's records into a run, wherever that writes them.

Subscriptions are Recharge's; all else is Shopify's.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import partial

import httpx

from littlerelay.checkpoint import Checkpoint
from littlerelay.clock import Clock
from littlerelay.credentials import RECHARGE_TOKEN
from littlerelay.errors import UsageError
from littlerelay.patience import Watch
from littlerelay.pipeline import Rules, Run
from littlerelay.progress import Advanced, Bucket
from littlerelay.recharge.api import Recharge
from littlerelay.recharge.pages import Pages, check
from littlerelay.settings import Settings, metafield
from littlerelay.shopify.graphql import GraphQL
from littlerelay.shopify.session import open_session, shop_domain
from littlerelay.shopify.shop import Shop, open_shop
from littlerelay.shopify.ways import Ways
from littlerelay.shopify.windows import Window, limited
from littlerelay.writing import advances


@dataclass(frozen=True, slots=True)
class Sources:
    """Where the records of a run come from; ``recharge`` is none where nothing is read from it."""

    ways: Ways
    recharge: Recharge | None = None

    def windows(self, name: str, run: Checkpoint, time: int | None) -> Iterator[Window]:
        """Give the windows of a resource from a time on (none: from the oldest record)."""
        since, end = run.updated_since, run.frozen_end
        if name == "subscriptions" and self.recharge is not None:
            for one in Pages(self.recharge, since, end).windows(time):
                yield Window(one.start, one.end, one.records)
            return
        # A sample is too small for any way but pages.
        ways = self.ways if run.limit is None else replace(self.ways, mode="pages")
        windows = ways.reader(name, since, end).windows(time)
        if name == "orders":
            windows = ways.shop.within_reach(windows, run.new_since or run.since)
        yield from windows

    def bucket(self, name: str) -> Bucket | None:
        """Give the state of Shopify's bucket, from which a resource is read."""
        return None if name == "subscriptions" else self.ways.shop.api.bucket


def with_domain(settings: Settings) -> Settings:
    """Give the settings with the shop's domain, as its events name it. Raises UsageError."""
    domain = shop_domain(settings.shop)
    return replace(settings, shop=domain, mapping=replace(settings.mapping, shop=domain))


def open_shopify(settings: Settings, web: httpx.Client, clock: Clock, watch: Watch) -> Shop:
    """Give the shop of settings `with_domain`, once it answers. Raises what `open_shop` raises."""
    api = GraphQL(open_session(settings, web, clock), web, clock, watch)
    return open_shop(api, settings.shop, metafield(settings.mapping.user_id))


def open_recharge(
    settings: Settings, resources: Iterable[str], web: httpx.Client, clock: Clock
) -> Recharge | None:
    """Give the way to Recharge, once it answers, where subscriptions are read.

    Raises UsageError without a token, RefusedError for one that may not read what a run needs.
    """
    if "subscriptions" not in resources:
        return None
    if settings.recharge is None:
        raise UsageError(
            "Subscriptions are read from Recharge, and there is no Recharge token.",
            RECHARGE_TOKEN.ways,
        )
    api = Recharge(settings.recharge, web, clock)
    check(api)
    return api


def read_shop(sources: Sources, run: Run, start: Checkpoint, made: Rules) -> Iterator[Advanced]:
    """Read every resource from where it stands."""
    for name, position in start.resources.items():
        if position.done:
            continue
        windows = sources.windows(name, start, position.time)
        if start.limit is not None:
            windows = limited(windows, start.limit)
        yield from advances(run, name, windows, made, partial(sources.bucket, name))
