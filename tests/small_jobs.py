"""Runs whole jobs against a shop in memory."""

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Any

import pytest

from littlerelay import http, jobs, rules
from littlerelay.progress import Finished, Progress
from littlerelay.settings import BackfillRequest, Credentials, Mapping, Settings
from small_shop import SmallShop, hasty_clock, mapped

TOKEN = "a-secret-token"


@contextmanager
def opened(shop: SmallShop) -> Iterator[None]:
    """Let jobs find this shop, and map its records by its own rules."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(jobs, "open_shopify", lambda *_: shop)
        patch.setattr(jobs, "check_protected", lambda _: 0)
        patch.setattr(jobs, "counted", lambda *_: ())  # its orders give any number of facts
        patch.setattr(http, "client", lambda *_: nullcontext())
        patch.setattr(rules, "map_record", mapped)
        yield


def backfill(
    shop: SmallShop, folder: Path, mapping: dict[str, Any] | None = None, **request: Any
) -> list[Progress]:
    """Run `relay backfill` to its end, with its output and state in a folder."""
    settings = Settings(
        shop="acme.myshopify.com",
        credentials=Credentials(token=TOKEN),
        state=folder / "state",
        mapping=Mapping(shop="", **(mapping or {})),
    )
    request.setdefault("out", str(folder / "events.ndjson"))
    stream = request.pop("stream", None)
    asked = BackfillRequest(**{"since": "2023-11-14", "mode": "pages", **request})
    clock = hasty_clock(shop.now)
    with opened(shop):
        return list(jobs.backfill(settings, asked, clock, stream=stream))


def finished(told: list[Progress]) -> Finished:
    """Give the last value of a run, which must be its end."""
    assert isinstance(told[-1], Finished)
    return told[-1]
