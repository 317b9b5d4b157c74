"""What the app could read when a file was written, and cannot now, is told before what differs."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from littlerelay import shopdiffs
from littlerelay.errors import RefusedError
from littlerelay.progress import Noted
from littlerelay.settings import BackfillRequest, DiffRequest
from shops import FAST, SCALE, backfill, settings
from standin.server import StandIn

SINCE = "2026-09-01"


@pytest.fixture
def shop() -> Iterator[StandIn]:
    with StandIn(orders=60, plan="enterprise", time_scale=SCALE) as running:
        yield running


@pytest.fixture
def output(shop: StandIn, tmp_path: Path) -> Path:
    """Gives the file of a finished run."""
    backfill(shop, tmp_path, since=SINCE)
    return tmp_path / "events.ndjson"


def test_a_scope_that_was_lost_is_named_and_takes_nothing_away(shop: StandIn, output: Path) -> None:
    shop.grant_scopes("read_orders", "read_customers", "read_all_orders")
    state = settings(shop, output.parent / "state")
    request = BackfillRequest(since=SINCE)
    values = list(shopdiffs.diff_shop(state, request, DiffRequest(()), FAST))
    (noted,) = [one.text for one in values if isinstance(one, Noted)]
    assert "read_products" in noted
    assert noted.endswith(
        "which the app lacks now: most of what is changed or gone may come from that"
    )
    with pytest.raises(RefusedError, match="poorer copies"):
        list(shopdiffs.diff_shop(state, request, DiffRequest((), save="plan.ndjson"), FAST))


def test_a_scope_that_was_granted_is_named(shop: StandIn, output: Path) -> None:
    every = shop.app.api.scopes
    shop.grant_scopes("read_orders", "read_customers", "read_all_orders")
    folder = output.parent / "poor"
    folder.mkdir()
    backfill(shop, folder, since=SINCE)
    shop.grant_scopes(*every)
    state = settings(shop, folder / "state")
    values = shopdiffs.diff_shop(state, BackfillRequest(since=SINCE), DiffRequest(()), FAST)
    (noted,) = [one.text for one in values if isinstance(one, Noted)]
    assert "which the app has now: most of what is new or changed may come from that" in noted
