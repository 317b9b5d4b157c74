"""`--since last` gives exactly what is new since the job's last finished run."""

from pathlib import Path

import pytest

from littlerelay.errors import UsageError
from shops import BOOKED, backfill, booked, finished, ids, moments
from standin.server import StandIn


def test_two_days_later_exactly_the_new_facts_come(tmp_path: Path) -> None:
    with StandIn(orders=300, plan="enterprise", time_scale=50) as shop:
        backfill(shop, tmp_path)
        before = set(booked(shop))
        shop.live(2)
        out = tmp_path / "new.ndjson"
        result = finished(backfill(shop, tmp_path, since="last", out=str(out)))
        now = {key: line for key, line in booked(shop).items() if line["at"] < result.until}
    new = {key: line["at"] for key, line in now.items() if key not in before}
    assert moments(out, BOOKED) == new
    imported = [line for key, line in now.items() if key in new and line["at"] < "2025"]
    assert imported, "an order that was imported late must be among them"
    refunds = [line for key, line in now.items() if key in new and line["fact"] == "refund"]
    assert refunds, "a refund of an old order must be among them"
    assert not set(ids(out)) & set(ids(tmp_path / "events.ndjson"))


def test_a_third_run_in_a_quiet_shop_gives_nothing(tmp_path: Path) -> None:
    with StandIn(orders=60, plan="enterprise", time_scale=50) as shop:
        backfill(shop, tmp_path)
        shop.live(1)
        # A run leaves the last minutes alone, so the clock must move on after each life.
        shop.app.api.clock.jump_to(shop.now_ms + 600_000)
        backfill(shop, tmp_path, since="last", out=str(tmp_path / "second.ndjson"))
        shop.app.api.clock.jump_to(shop.now_ms + 600_000)
        third = tmp_path / "third.ndjson"
        result = finished(backfill(shop, tmp_path, since="last", out=str(third)))
    assert third.read_bytes() == b""
    assert result.rejected == 0


def test_last_is_refused_where_no_run_has_finished(tmp_path: Path) -> None:
    with (
        StandIn(orders=60, plan="enterprise", time_scale=50) as shop,
        pytest.raises(UsageError, match="needs a finished run"),
    ):
        backfill(shop, tmp_path, since="last")


def test_last_is_refused_where_the_ledger_was_altered(tmp_path: Path) -> None:
    with StandIn(orders=60, plan="enterprise", time_scale=50) as shop:
        backfill(shop, tmp_path)
        (ledger,) = (tmp_path / "state").glob("jobs/*/ledger-*.bin")
        ledger.write_bytes(ledger.read_bytes()[16:])
        with pytest.raises(UsageError, match="ledger"):
            backfill(shop, tmp_path, since="last", out=str(tmp_path / "new.ndjson"))
    assert not (tmp_path / "new.ndjson").exists()


def test_a_job_that_was_cut_over_to_live_tracking_refuses_last(tmp_path: Path) -> None:
    with StandIn(orders=60, plan="enterprise", time_scale=50) as shop:
        backfill(shop, tmp_path, until="2026-09-01")
        with pytest.raises(UsageError, match="ended on purpose"):
            backfill(shop, tmp_path, since="last", out=str(tmp_path / "new.ndjson"))
        out = tmp_path / "new.ndjson"
        backfill(shop, tmp_path, since="last", past_until=True, out=str(out))
        told = moments(out, BOOKED)
        assert told
        assert min(told.values()) >= "2026-09-01"
