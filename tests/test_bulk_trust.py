"""What a run in bulk finds in Shopify is not trusted before it is seen to be what was asked for."""

from __future__ import annotations

from contextlib import closing
from itertools import islice
from pathlib import Path

import pytest

from littlerelay.shopify import bulk
from shops import ids
from test_bulk_backfill import begun, events, opened, run


def test_operations_of_another_job_that_overlap_give_no_record_twice(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bulk, "_BATCH", 3)
    folders = [tmp_path / name for name in ("pages", "mine", "other")]
    for folder in folders:
        folder.mkdir()
    with opened() as shop:
        run(shop, folders[0], mode="pages", resources=("orders",))
        monkeypatch.setattr(bulk, "AIM", 20)
        with closing(begun(shop, folders[1], print, mode="bulk", resources=("orders",))) as told:
            list(islice(told, 2))
        shop.pass_time(3600)
        monkeypatch.setattr(bulk, "AIM", 28)
        monkeypatch.setattr(bulk, "AHEAD", 2)
        with closing(begun(shop, folders[2], print, mode="bulk", resources=("orders",))) as told:
            list(islice(told, 2))
        run(shop, folders[1], resources=("orders",))
    assert len(ids(folders[1] / "events.ndjson")) == len(set(ids(folders[1] / "events.ndjson")))
    assert events(folders[1]) == events(folders[0])
