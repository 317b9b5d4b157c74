"""A run and its job keep what they were told as values, which runs compare and people read."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import orjson
import pytest

from littlerelay import history
from littlerelay.errors import CheckpointMismatch, UsageError
from littlerelay.meaning import OF_JOB, OF_SHOP, Recording, differences
from littlerelay.settings import Mapping, Markets
from meanings import MEANING, other
from small_jobs import backfill, finished
from small_shop import SmallShop, small_shop

CHANGES: list[tuple[dict[str, Any], str]] = [
    ({"user_id": "hashed_email"}, "user_id was shopify_customer_id and is now hashed_email"),
    ({"revenue": True}, "revenue was false and is now true"),
    ({"leave_out": ("Alias", "Identify")}, "leave_out was not set and is now Alias, Identify"),
    ({"coupon_on": "both"}, "coupon_on was order and is now both"),
    (
        {"integrations": (("All", False), ("Google Analytics", True))},
        "integrations was not set and is now All=false, Google Analytics=true",
    ),
    (
        {"anonymous_id_attributes": ("mine",)},
        "anonymous_id_attributes was segment-clientID, _segment-clientID and is now mine",
    ),
]


@pytest.fixture
def shop() -> SmallShop:
    return small_shop()


@pytest.mark.parametrize(("mapping", "said"), CHANGES)
def test_a_setting_that_changed_is_told_as_people_write_it(
    mapping: dict[str, Any], said: str, shop: SmallShop, tmp_path: Path
) -> None:
    backfill(shop, tmp_path)
    with pytest.raises(CheckpointMismatch) as caught:
        backfill(shop, tmp_path, mapping)
    assert f"other settings: {said}." in str(caught.value)


def test_what_shapes_no_event_of_the_run_may_change(shop: SmallShop, tmp_path: Path) -> None:
    backfill(shop, tmp_path)
    pixels = {"pixel_server_events": True, "session_pause": 5}
    assert finished(backfill(shop, tmp_path, pixels)).already


def test_a_job_refuses_other_settings_for_what_is_new(shop: SmallShop, tmp_path: Path) -> None:
    backfill(shop, tmp_path)
    with pytest.raises(UsageError, match="coupon_on was order and is now both"):
        backfill(
            shop, tmp_path, {"coupon_on": "both"}, since="last", out=str(tmp_path / "new.ndjson")
        )


def test_what_is_kept_are_values_under_names_of_one_word(shop: SmallShop, tmp_path: Path) -> None:
    chosen = {"revenue": True, "leave_out": ("Alias",), "integrations": (("All", False),)}
    backfill(shop, tmp_path, chosen)
    kept = orjson.loads((tmp_path / "events.ndjson.checkpoint.json").read_bytes())
    meant = kept["checkpoint"]["meaning"]
    assert meant["resources"] == ["customers", "orders"]
    assert meant["until"] is None
    settings = meant["settings"]
    assert (settings["revenue"], settings["refund_zero"]) == (True, False)
    assert (settings["leave_out"], settings["integrations"]) == (["Alias"], [["All", False]])
    assert all(name.isidentifier() for name in meant | settings)


def test_what_is_kept_is_what_was_meant(tmp_path: Path) -> None:
    meant = other(
        until="2026-01-01",
        resources=("orders",),
        missing_scopes=("read_all_orders",),
        recorded_in=(Recording("a, b.ndjson", 9),),
        integrations=(("Email All", True),),
        leave_out=("Alias",),
        session_pause=5,
        verify_hmac=("Shopify", "Recharge"),
    )
    job = history.JobFolder(tmp_path, "acme")
    with job.locked():
        job.save(history.History(job="acme", meaning=meant, output="events.ndjson"))
    known = job.load()
    assert known is not None
    assert known.meaning == meant
    assert differences(known.meaning, meant) == ""


def test_a_run_of_a_shop_heeds_no_setting_of_pixels_and_one_of_recordings_does() -> None:
    pixels = other(pixel_server_events=True, session_pause=5)
    assert differences(MEANING, pixels, OF_SHOP) == ""
    assert differences(MEANING, pixels) == (
        "pixel_server_events was false and is now true; session_pause was 30 and is now 5"
    )


def test_runs_of_a_job_share_their_settings_and_resources() -> None:
    apart = other(relay="2", since="last", missing_scopes=("read_products",), archive="/kept")
    assert differences(MEANING, apart, OF_JOB) == ""
    assert differences(MEANING, other(resources=("orders",)), OF_JOB) == (
        "resources was not set and is now orders"
    )


def test_names_that_are_no_settings_are_told_in_words() -> None:
    then = other(missing_scopes=("read_products", "read_all_orders"), kind="orders")
    now = other(
        api_version="2027-01", recorded_in=(Recording("a.ndjson", 9),), verify_hmac=("Shopify",)
    )
    assert differences(then, now) == (
        "API version was 2026-10 and is now 2027-01; as was orders and is now not set; "
        "missing scopes was read_products, read_all_orders and is now not set; "
        "recorded in was not set and is now a.ndjson (9 bytes); "
        "verify hmac was not set and is now Shopify"
    )


def test_markets_and_the_end_of_a_run_are_not_its_choice() -> None:
    found = Mapping("a", frozen_end="2026-01-01T00:00:00.000Z", markets=Markets({}, "x"))
    assert found.choices == Mapping("a").choices
