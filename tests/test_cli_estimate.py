"""`relay backfill --estimate` shows what a backfill would bring, and what that would cost."""

from __future__ import annotations

import json
import signal
from collections.abc import Iterator
from dataclasses import replace
from io import StringIO

import pytest
from rich.console import Console

from command import Relay, faked, part
from littlerelay import ages, estimates
from littlerelay.estimates import Estimate, Records
from littlerelay.previews import Figure, Preview
from littlerelay.settings import BackfillRequest, Settings

FOUND = Estimate(
    shop="demo.myshopify.com",
    since="2024-01-01T05:00:00Z",
    until="2026-11-23T14:00:00Z",
    records={
        "customers": Records(200, 200, Figure(0), is_by_bulk=False),
        "orders": Records(98_000, 100, Figure(980, is_exact=False, margin=40), is_by_bulk=True),
    },
    preview=Preview(
        events={
            "Order Completed": Figure(97_000),
            "Order Refunded": Figure(4_100, is_exact=False, margin=900),
        },
        users=Figure(41_000, is_exact=False, margin=300),
        visitors=Figure(0),
        bytes=Figure(612_000_000, is_exact=False, margin=9_000_000),
        rate=100.0,
        first="2024-01-01T05:03:00.000Z",
        last="2026-11-23T14:00:00.000Z",
        is_dated_exactly=False,
        limits=ages.exceeded("2024-01-01T05:03:00.000Z", 1_800_000_000.0),
    ),
    restore_rate=100.0,
    reading=7154.0,
    elapsed=2.5,
)

DRAWN = f"""\
shop    demo.myshopify.com
period  2024-01-01T05:00:00Z to 2026-11-23T14:00:00Z

records     count      read  sampled        rejected
customers     200  by pages      all
orders     98,000   in bulk      100  about 980 ± 40

to send                  count
Order Completed         97,000
Order Refunded     about 4,100  ± 900
all              about 101,100  ± 900

users      about 41,000, up to 41,300 distinct userIds
visitors   0 distinct anonymousIds without a userId
billed as  tracked users and API calls of the month in which they are sent
bytes      about 612.0 MB, up to 621.0 MB
batches    about 1,275, up to 1,328
sending    16m51s at 100 messages a second
first      2024-01-01T05:03:00.000Z or earlier
last       2026-11-23T14:00:00.000Z at the latest
reading    about 1h59m by pages at Shopify's 100 points a second; bulk operations cost none

Older than some destinations take an event for what it is:
Google Analytics 4             older than 72 hours: it drops the event
Facebook Conversions API       older than 7 days: it refuses the request, with all else in it
Snap Conversions API           older than 7 days: it may refuse it; Snap's own text says 37 days
Vibe                           older than 7 days: it refuses the event
LinkedIn Conversions API       older than 90 days: it refuses the event
Braze, PostHog, Attio, Canvas  older than 24 hours: {ages.LIMITS[-1].detail}

{part("preview_view").SAMPLED}
"""


def drawn(preview: Preview) -> str:
    out = Console(file=StringIO(), width=100)
    with out.capture() as capture:
        part("preview_view").draw_preview(preview, out, since=FOUND.since)
    return capture.get()


def test_a_figure_that_may_be_none_is_told_by_its_most() -> None:
    vague = Figure(29, is_exact=False, margin=72)
    shown = drawn(replace(FOUND.preview, events={"Post Purchase Upsell": vague}, users=vague))
    assert [row.split() for row in shown.splitlines() if "Upsell" in row] == [
        ["Post", "Purchase", "Upsell", "up", "to", "101"]
    ]
    assert "users      up to 101 distinct userIds" in shown


def test_what_is_dated_before_the_period_is_called_a_state() -> None:
    shown = drawn(replace(FOUND.preview, first="2015-08-14T00:55:46.000Z"))
    of = "2015-08-14T00:55:46.000Z or earlier (before the period: an Alias or another state)"
    assert f"first      {of}" in shown


@pytest.fixture
def asked() -> list[tuple[Settings, BackfillRequest, float]]:
    return []


@pytest.fixture
def relay(
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
    asked: list[tuple[Settings, BackfillRequest, float]],
) -> Iterator[Relay]:
    def told(
        settings: Settings, request: BackfillRequest, rate: float, **_: object
    ) -> Iterator[Estimate]:
        asked.append((settings, request, rate))
        yield FOUND

    monkeypatch.setattr(estimates, "estimate", told)
    yield from faked(monkeypatch, capfd)


def test_an_estimate_is_drawn_with_what_is_exact_and_what_is_not(relay: Relay) -> None:
    ended = relay("backfill", "--since", "2024-01-01", "--estimate")
    assert (ended.code, ended.err) == (0, "")
    assert [one.rstrip() for one in ended.out.splitlines()] == DRAWN.splitlines()


def test_an_estimate_is_given_as_plain_data(relay: Relay) -> None:
    ended = relay("backfill", "--since", "2024-01-01", "--estimate", "--json", "--quiet")
    told = json.loads(ended.out)
    assert told["records"]["orders"] == {
        "count": 98_000,
        "sampled": 100,
        "rejected": {"count": 980, "exact": False, "margin": 40},
        "mode": "bulk",
    }
    preview = told["preview"]
    assert preview["events"]["Order Completed"] == {"count": 97_000, "exact": True}
    assert preview["users"] == {"count": 41_000, "exact": False, "margin": 300}
    assert (preview["rate"], preview["sending_seconds"]) == (100.0, 1011.0)
    assert [one["destination"] for one in preview["limits"]] == [
        limit.destination for limit in ages.LIMITS
    ]
    assert (told["restore_rate"], told["reading_seconds"]) == (100.0, 7154.0)


def test_an_estimate_that_nobody_would_see_is_refused(relay: Relay) -> None:
    ended = relay("backfill", "--since", "2024-01-01", "--estimate", "--quiet")
    assert (ended.code, ended.out) == (2, "")
    assert "would say nothing at all" in ended.err


def test_what_would_be_run_is_estimated_without_a_write_key(
    relay: Relay, asked: list[tuple[Settings, BackfillRequest, float]]
) -> None:
    words = ("--until", "2025-01-01", "--resource", "orders", "--mode", "bulk", "--rate", "100")
    assert relay("backfill", "--since", "30d", *words, "--post", "--estimate").code == 0
    ((settings, request, rate),) = asked
    assert settings.shop == "demo.myshopify.com"
    assert request == BackfillRequest("30d", "2025-01-01", ("orders",), None, mode="bulk")
    assert rate == 100.0


def test_an_estimate_that_is_stopped_has_left_nothing_to_go_on_with(
    relay: Relay, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stopped(*_: object, **__: object) -> Iterator[Estimate]:
        signal.raise_signal(signal.SIGTERM)
        yield FOUND

    monkeypatch.setattr(estimates, "estimate", stopped)
    ended = relay("backfill", "--since", "2024-01-01", "--estimate")
    assert (ended.code, ended.out) == (7, "")
    assert "begins anew: nothing is remembered" in ended.err


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--out", "a.ndjson"), "it goes with no --out."),
        (("--archive", "records"), "it goes with no --archive."),
        (("--job", "a", "--restart"), "it goes with no --job or --restart."),
        (("--limit", "5"), "it goes with no --limit."),
        (("--state-dir", "s"), "it goes with no --state-dir."),
        (("--past-until",), "it goes with no --past-until."),
        (("--fewer-scopes",), "it goes with no --fewer-scopes."),
        (("--concurrency", "2", "--skip-key-check"), "no --concurrency or --skip-key-check."),
        (("--since", "last"), "--estimate is of a period"),
    ],
)
def test_options_that_make_no_sense_are_refused(
    relay: Relay,
    asked: list[tuple[Settings, BackfillRequest, float]],
    words: tuple[str, ...],
    told: str,
) -> None:
    ended = relay("backfill", "--since", "2024-01-01", "--estimate", *words)
    assert ended.code == 2
    assert told in ended.err
    assert "hint: " in ended.err
    assert asked == []
