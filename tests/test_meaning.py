"""A run and its job keep what they were told, as texts that people read and runs compare."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from littlerelay import checkpoint, history, meaning
from littlerelay.errors import CheckpointMismatch, UsageError
from littlerelay.settings import Mapping, Markets
from small_jobs import backfill, finished
from small_shop import SmallShop, small_shop

# What the first version, which knew fewer settings, noted of a job with the defaults.
FIRST = {
    "shop": "acme.myshopify.com",
    "namespace": "",
    "user_id": "shopify_customer_id",
    "order_id": "name",
    "revenue": "False",
    "refund_zero": "False",
    "include_test": "False",
    "pos_as_order_completed": "False",
    "customer_totals": "as_of_order",
    "sent_from": "littlerelay",
    "anonymous_id_attributes": "('segment-clientID', '_segment-clientID')",
    "amounts": "without_tax",
    "integrations": "()",
    "consent": "()",
}
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


def as_first_noted(folder: Path) -> None:
    """Makes a job, and the run that it began last, look as the first version left them."""
    job = history.JobFolder(folder / "state", "acme")
    known = job.load()
    assert known is not None
    job.save(known.model_copy(update={"meaning": {**_others(known.meaning), **FIRST}}))
    memory = folder / "events.ndjson.checkpoint.json"
    run = checkpoint.load(memory)
    assert run is not None
    checkpoint.save(memory, run.model_copy(update={"meaning": {**_others(run.meaning), **FIRST}}))


def _others(noted: dict[str, str]) -> dict[str, str]:
    known = meaning.of_settings(Mapping(shop=""))
    return {name: text for name, text in noted.items() if name not in known}


def test_a_job_of_the_first_version_goes_on_with_what_is_new(
    shop: SmallShop, tmp_path: Path
) -> None:
    backfill(shop, tmp_path)
    as_first_noted(tmp_path)
    assert finished(backfill(shop, tmp_path)).already
    out = str(tmp_path / "new.ndjson")
    later = SmallShop(shop.records, now=shop.now + 3600, width=3600)
    assert finished(backfill(later, tmp_path, since="last", out=out)).events == {}


def test_a_job_of_the_first_version_refuses_other_settings(shop: SmallShop, tmp_path: Path) -> None:
    backfill(shop, tmp_path)
    as_first_noted(tmp_path)
    with pytest.raises(UsageError, match="coupon_on was order and is now both"):
        backfill(
            shop, tmp_path, {"coupon_on": "both"}, since="last", out=str(tmp_path / "new.ndjson")
        )


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


def test_what_shapes_the_events_of_pixels_is_told_of_a_run_that_reads_them() -> None:
    told = meaning.of_pixels(Mapping("a", pixel_server_events=True, session_pause=5))
    assert told == {"pixel_server_events": "true", "session_pause": "5"}
    assert told.keys().isdisjoint(meaning.of_settings(Mapping("a")))


def test_markets_and_the_end_of_a_run_are_not_its_choice() -> None:
    plain = meaning.of_settings(Mapping(shop="a"))
    found = Mapping("a", "2026-01-01T00:00:00.000Z", identify_orders=True, markets=Markets({}, "x"))
    assert meaning.of_settings(found) == plain


def test_a_choice_that_was_noted_stays_what_it_was() -> None:
    noted = meaning.of_settings(Mapping("a", revenue=True, braze_keys=("b",)))
    assert meaning.completed(noted) == noted
