"""An estimate is what a backfill then gives, where it calls itself exact, and near it elsewhere."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from littlerelay import estimates, jobs
from littlerelay.checkpoint import Checkpoint, Position
from littlerelay.errors import UsageError
from littlerelay.estimates import Estimate
from littlerelay.estimating import samples
from littlerelay.estimating.counts import Bounds
from littlerelay.estimating.people import users
from littlerelay.previews import Figure
from littlerelay.progress import Finished, Started
from littlerelay.settings import BackfillRequest, Mapping
from littlerelay.times import epoch
from meanings import MEANING
from shops import FAST, SCALE, booked, events, finished, settings
from standin.server import StandIn

ALL = ("customers", "orders", "checkouts")
SINCE = "2026-06-01"


@pytest.fixture(scope="module")
def shop() -> Iterator[StandIn]:
    with StandIn(orders=250, plan="enterprise", time_scale=SCALE) as running:
        yield running


@pytest.fixture(autouse=True)
def _small_samples(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(samples, "LARGEST", dict.fromkeys(ALL, 20))


def estimated(shop: StandIn, mapping: Mapping | None = None, **asked: Any) -> Estimate:
    """Estimates what a backfill would bring."""
    request = BackfillRequest(**{"since": SINCE, "resources": ALL, **asked})
    state = replace(settings(shop, Path("nowhere")), mapping=mapping or Mapping(shop=""))
    result = list(estimates.estimate(state, request, clock=FAST))[-1]
    assert isinstance(result, Estimate)
    return result


def written(
    shop: StandIn, folder: Path, mapping: Mapping | None = None, **asked: Any
) -> tuple[Finished, list[dict[str, Any]]]:
    """Runs that backfill, and gives its result and its events."""
    out = folder / "events.ndjson"
    request = BackfillRequest(**{"since": SINCE, "resources": ALL, "out": str(out), **asked})
    state = replace(settings(shop, folder / "state"), mapping=mapping or Mapping(shop=""))
    return finished(list(jobs.backfill(state, request, FAST))), list(events(out))


def people(found: list[dict[str, Any]]) -> tuple[int, int]:
    """Counts distinct userIds, and anonymousIds that nothing ties to one."""
    known = [one for one in found if "userId" in one]
    tied = {one.get(name) for one in known for name in ("anonymousId", "previousId")}
    others = {one["anonymousId"] for one in found if "userId" not in one}
    return len({one["userId"] for one in known}), len(others - tied)


def near(figure: Figure, truth: int) -> bool:
    """Tells whether a figure is right, or not further off than one in a thousand would be."""
    return abs(figure.number - truth) <= (0 if figure.is_exact else 1.7 * figure.margin)


CHOICES = [
    pytest.param(Mapping(shop=""), {}, id="a-period-up-to-now"),
    pytest.param(
        Mapping(shop="", include_test=True, pos_as_order_completed=True),
        {"until": "2026-09-01", "resources": ("orders",)},
        id="a-period-that-ended",
    ),
    pytest.param(
        Mapping(shop="", leave_out=("Identify", "Customer Created"), cookies_to_track=("_ga",)),
        {"resources": ("customers", "orders")},
        id="settings",
    ),
    pytest.param(Mapping(shop=""), {"resources": ("customers",)}, id="customers-alone"),
]


@pytest.mark.parametrize(("mapping", "asked"), CHOICES)
def test_an_estimate_is_what_a_backfill_gives_or_near_to_it(
    shop: StandIn, tmp_path: Path, mapping: Mapping, asked: dict[str, Any]
) -> None:
    found = estimated(shop, mapping, **asked)
    result, lines = written(shop, tmp_path, mapping, **asked)
    preview, truths = found.preview, Counter(result.events)
    for name, figure in preview.events.items():
        assert near(figure, truths[name]), name
    users, visitors = people(lines)
    assert near(preview.users, users)
    assert near(preview.visitors, visitors)
    assert near(preview.bytes, result.bytes)
    assert near(preview.messages, truths.total())
    counts = {name: records.counted for name, records in found.records.items()}
    assert counts == {name: each.read for name, each in result.counts.items()}
    assert result.last is not None
    assert preview.last is not None
    assert result.last <= preview.last


@pytest.mark.parametrize(
    ("asked", "names"),
    [
        (
            {},
            {"Order Completed", "POS Order Placed", "Customer Created"}
            | {"identify", "Checkout Started"},
        ),
        (
            {"until": "2026-09-01", "resources": ("orders",)},
            {"Order Completed", "POS Order Placed"},
        ),
    ],
)
def test_what_shopify_counts_is_called_exact(
    shop: StandIn, asked: dict[str, Any], names: set[str]
) -> None:
    found = estimated(shop, **asked).preview
    exact = {name for name, figure in found.events.items() if figure.is_exact}
    assert exact - {"Order Cancelled"} == names
    assert not found.messages.is_exact


def test_exact_counts_are_those_of_the_shop_s_own_books(shop: StandIn) -> None:
    found = estimated(shop, since="2015-01-01", resources=("customers", "orders")).preview.events
    facts = Counter((line["fact"], line.get("source") == "pos") for line in booked(shop).values())
    assert found["Order Completed"] == Figure(facts["order", False])
    assert found["POS Order Placed"] == Figure(facts["order", True])
    assert found["Order Cancelled"] == Figure(facts["cancel", False] + facts["cancel", True])
    assert found["Customer Created"] == Figure(facts["customer", False])


def test_the_first_order_is_found_however_late_it_was_imported(shop: StandIn) -> None:
    first = min(line["at"] for line in booked(shop).values() if line["fact"] == "order")
    told = estimated(shop, since="2015-01-01", resources=("orders",)).preview.first
    assert told is not None
    assert told[:19] <= first[:19]


@pytest.mark.parametrize(
    ("bounds", "held"),
    [
        (Bounds("orders", 7, 7), Figure(7)),
        (Bounds("orders", 2, 5), Figure(5, is_exact=False, margin=3)),
        (Bounds("orders", 12), Figure(12, is_exact=False, margin=4)),
    ],
)
def test_counts_bound_an_estimate_where_they_tell_no_number(bounds: Bounds, held: Figure) -> None:
    assert bounds.hold(Figure(9, is_exact=False, margin=4)) == held


def test_a_sample_of_all_there_is_makes_every_figure_exact(
    shop: StandIn, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(samples, "LARGEST", dict.fromkeys(ALL, 1000))
    asked: Any = {"since": "2026-10-01", "resources": ("customers", "orders")}
    preview = estimated(shop, **asked).preview
    result, lines = written(shop, tmp_path, **asked)
    assert {name: one.number for name, one in preview.events.items()} == dict(result.events)
    assert all(one.is_exact for one in (*preview.events.values(), preview.users, preview.bytes))
    assert (preview.users.number, preview.visitors.number) == people(lines)
    assert preview.bytes.number == result.bytes
    assert (preview.first, preview.last) == (result.first, result.last)


def test_a_sample_stays_small_and_leaves_no_trace(
    shop: StandIn, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    state, before = settings(shop, tmp_path / "state"), shop.stats["requests"]
    values = list(estimates.estimate(state, BackfillRequest("2020-01-01"), clock=FAST))
    result = values[-1]
    assert isinstance(values[0], Started)
    assert isinstance(result, Estimate)
    for name, records in result.records.items():
        assert 20 <= records.sampled <= 40, name
    assert records.counted == 250
    assert shop.stats["requests"] - before < 130
    assert list(tmp_path.iterdir()) == []


def test_an_estimate_knows_pages_from_bulk_and_what_shopify_grants(shop: StandIn) -> None:
    by_pages = estimated(shop, resources=("customers",))
    assert [one.is_by_bulk for one in by_pages.records.values()] == [False]
    assert by_pages.restore_rate == 2000
    assert by_pages.reading == pytest.approx(0.7 * by_pages.records["customers"].counted / 2000)
    in_bulk = estimated(shop, resources=("customers",), mode="bulk")
    assert [one.is_by_bulk for one in in_bulk.records.values()] == [True]


def test_a_period_in_which_nothing_happened_costs_nothing(shop: StandIn) -> None:
    preview = estimated(shop, since="2016-01-01", until="2016-02-01", resources=("orders",)).preview
    assert "Order Completed" not in preview.events
    none = estimated(shop, since="2024-01-01", until="2024-02-01", resources=("checkouts",)).preview
    assert (none.events, none.messages.number, none.first, none.limits) == ({}, 0, None, ())


@pytest.mark.parametrize("since", ["2026-07-01", "2026-09-01"])
def test_people_of_whom_only_a_checkout_tells_are_users_too(
    shop: StandIn, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, since: str
) -> None:
    monkeypatch.setattr(samples, "LARGEST", {"customers": 250, "orders": 250, "checkouts": 15})
    found = estimated(shop, since=since).preview.users
    users, _ = people(written(shop, tmp_path, since=since)[1])
    assert not found.is_exact
    assert abs(found.number - users) <= found.margin < users / 2


def test_who_is_no_user_by_the_settings_is_counted_as_none(shop: StandIn) -> None:
    mapping = Mapping(shop="", user_id="none")
    assert estimated(shop, mapping, resources=("customers", "orders")).preview.users == Figure(0)


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ({"since": "last"}, "--since last is none"),
        ({"since": "2024-13-01"}, "not a time"),
        ({"resources": ("refunds",)}, "refunds is no resource"),
    ],
)
def test_what_cannot_be_estimated_is_refused(
    shop: StandIn, asked: dict[str, Any], told: str
) -> None:
    before = shop.stats["requests"]
    with pytest.raises(UsageError, match=told) as caught:
        estimated(shop, **asked)
    assert caught.value.hint
    assert shop.stats["requests"] == before


def test_whoever_left_a_checkout_and_did_not_change_is_one_more_user() -> None:
    def left(changed: str) -> samples.Mapped:
        customer = {"orders_count": 2, "created_at": "2020-01-01T00:00:00Z", "updated_at": changed}
        return samples.Mapped({"customer": customer}, [{"userId": "7"}], [9], 1.0)

    run = Checkpoint(
        job="acme",
        meaning=MEANING,
        since=epoch("2026-06-01T00:00:00Z"),
        until=epoch("2026-07-01T00:00:00Z"),
        frozen_end=0,
        updated_since=0,
        new_since=None,
        limit=None,
        left_out=[],
        resources=dict.fromkeys(ALL, Position(total=0)),
    )
    every = [left("2026-05-01T00:00:00Z"), left("2026-06-09T00:00:00Z")]
    checkouts = samples.Sample("checkouts", 2, every, 2)
    assert users(run, [checkouts], identified=1).number == 1
    # Two orders of six years are hardly of this month.
    assert users(run, [checkouts], identified=0).number == 2
    none = samples.Sample("checkouts", 0)
    assert users(run, [none], identified=1).number == 0
