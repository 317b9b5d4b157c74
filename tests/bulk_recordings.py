"""Fetches the results of relay's own bulk operations, as a user finds them on disk."""

from __future__ import annotations

from pathlib import Path

import orjson

from bulk_asking import Json, download, ended
from littlerelay.shopify.bulk_text import bulk_text
from littlerelay.shopify.shop import meet
from shops import endpoint
from standin.server import StandIn

RESOURCES = ("customers", "orders", "checkouts")


def results(shop: StandIn, folder: Path) -> dict[str, list[bytes]]:
    """Gives the lines of the result of each resource, as relay's own documents ask for it."""
    with endpoint(shop, folder / "state") as api:
        opened = meet(api)
        texts = {}
        for name in RESOURCES:
            spans = opened.spans(name, 0, opened.now)
            search = {"query": spans.search(None, spans.end)}
            texts[name] = bulk_text(f"bulk_{name}", {**spans.resource.variables, **search})
    return {name: _lines(shop, text) for name, text in texts.items()}


def _lines(shop: StandIn, text: str) -> list[bytes]:
    operation = ended(shop, text, grouped=True)
    lines = download(operation["url"]).content.splitlines()
    assert len(lines) == int(operation["objectCount"])
    return lines


def read(lines: list[bytes]) -> list[Json]:
    return [orjson.loads(line) for line in lines]
