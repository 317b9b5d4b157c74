"""`relay diff --since` says what changed in a shop, in words and by its exit code."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from changed_shops import changed_shop
from command import Ended, Relay, faked
from littlerelay import shopdiffs
from littlerelay.compare.values import Compared
from littlerelay.settings import Outcome
from shops import SCALE, backfill, environment
from standin.server import StandIn

SINCE = "2025-06-01"


@pytest.fixture
def shop() -> Iterator[StandIn]:
    with StandIn(orders=150, plan="enterprise", time_scale=SCALE) as running:
        yield running


@pytest.fixture
def output(shop: StandIn, tmp_path: Path) -> Path:
    """Gives the file of a finished run."""
    backfill(shop, tmp_path, since=SINCE)
    return tmp_path / "events.ndjson"


@pytest.fixture
def relay(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], shop: StandIn, output: Path
) -> Iterator[Relay]:
    relay = faked(monkeypatch, capfd)
    running = next(relay)
    for name, value in environment(shop, output.parent / "state").items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(output.parent)
    yield running
    list(relay)


def test_the_command_tells_it_and_ends_with_10(relay: Relay, shop: StandIn, output: Path) -> None:
    tagged, _ = changed_shop(shop, output)
    ended: Ended = relay("diff", "--since", SINCE, "--full")
    assert ended.code == 10, ended.err
    own = tagged[0]
    lines = [one.rstrip() for one in ended.out.splitlines()]
    place = lines.index(
        f"~ Order Completed  {own['timestamp']}  order {own['properties']['order_id']} "
        f"of {own['userId']}  {own['messageId']}"
    )
    assert lines[place + 1] == '    properties.affiliation "Shopify" → "checked"'
    assert [one for one in lines if one.startswith("period ")]
    assert "none: it is compared with" in ended.err
    plan = relay("diff", "--since", SINCE, "--save", "plan.ndjson", "--quiet")
    assert plan == Ended(10, "", "")
    words = ("--against", "events.ndjson", "plan.ndjson")
    assert relay("diff", "--since", SINCE, *words, "--quiet") == Ended(0, "", "")
    strict = relay("diff", "--since", SINCE, *words, "--quiet", "--strict-gone")
    assert strict.code == 10


@pytest.mark.parametrize(("new", "code"), [(0, 3), (1, 10)])
def test_rejected_records_are_told_and_count_where_nothing_else_does(
    relay: Relay, monkeypatch: pytest.MonkeyPatch, new: int, code: int
) -> None:
    found: dict[Outcome, int] = {"new": new, "changed": 0, "same": 5, "gone": 0}
    result = Compared(("events.ndjson",), "acme.myshopify.com", found, rejected=2)
    monkeypatch.setattr(shopdiffs, "diff_shop", lambda *_, **__: (one for one in [result]))
    ended = relay("diff", "--since", SINCE)
    assert ended.code == code
    assert "error: 2 records were rejected: what is gone may be among them." in ended.err
