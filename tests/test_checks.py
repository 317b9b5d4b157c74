"""`relay check` finds what would stop a run at the shop, and names the remedy."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from checked_shops import Lines, check, code, environ, failed, skipped
from littlerelay import checks
from littlerelay.configuration import Options
from littlerelay.environment import draft
from littlerelay.errors import UsageError
from littlerelay.settings import BackfillRequest
from littlerelay.shopify.ways import WORTH
from standin.access import ALL_SCOPES
from standin.server import StandIn
from standin.tiny import TinyWorld

OF_SHOP = ["scopes", "period", "customer data", "API version", "pace", "records"]
SEGMENT = ["write key", "region"]


@pytest.fixture
def shop() -> Iterator[StandIn]:
    with StandIn(orders=20, plan="enterprise", time_scale=50) as running:
        yield running
        assert running.problems == []


def without(shop: StandIn, *scopes: str) -> None:
    shop.grant_scopes(*(scope for scope in ALL_SCOPES if scope not in scopes))


def test_nothing_fails_where_nothing_is_wrong(shop: StandIn, tmp_path: Path) -> None:
    lines = check(environ(shop, tmp_path), tmp_path, since="2015-01-01")
    assert failed(lines) == []
    assert skipped(lines) == [*SEGMENT, "clock"]
    assert code(lines) == 0
    assert lines["shop"].detail == "littlerelay-demo.myshopify.com answers"
    assert lines["access token"].detail == "from RELAY_TOKEN, accepted"
    assert lines["pace"].detail.startswith("2,000 points a second; the bucket holds ")
    assert "20 orders" in lines["records"].detail
    assert lines["records"].detail.endswith("; to read them takes less than a minute")


def test_a_large_history_is_read_in_bulk_and_the_check_says_so(
    shop: StandIn, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(WORTH, "orders", 20)
    records = check(environ(shop, tmp_path), tmp_path, since="2015-01-01")["records"]
    assert records.detail.endswith("so bulk operations read the most of it")


def test_a_check_changes_nothing(shop: StandIn, tmp_path: Path, clean_room: Path) -> None:
    check(environ(shop, tmp_path), tmp_path, since="2015-01-01")
    assert list(tmp_path.iterdir()) == []
    assert list(clean_room.iterdir()) == []


@pytest.mark.parametrize("name", ["", "acme", "acme.example.com"])
def test_a_shop_that_is_none_fails_alone(shop: StandIn, tmp_path: Path, name: str) -> None:
    lines = check({**environ(shop, tmp_path), "RELAY_SHOP": name}, tmp_path)
    assert failed(lines) == ["shop"]
    assert "myshopify.com" in lines["shop"].remedy
    assert skipped(lines) == ["access token", *OF_SHOP, *SEGMENT, "clock", "disk", "job"]
    assert lines["access token"].detail.startswith("from RELAY_TOKEN; ")
    assert code(lines) == 4


def test_another_wrong_setting_is_refused_as_ever(shop: StandIn, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="RELAY_ORDER_ID"):
        check({**environ(shop, tmp_path), "RELAY_ORDER_ID": "none"}, tmp_path)
    with pytest.raises(UsageError, match="RELAY_SHOP is 'acme'"):
        draft(Options(), {"RELAY_SHOP": "acme"}).shop()


@pytest.mark.parametrize(
    "asked", [{"since": "yesterday"}, {"resources": ("refunds",)}, {"resources": ()}]
)
def test_a_request_that_cannot_be_meant_is_refused_as_ever(
    shop: StandIn, tmp_path: Path, asked: dict[str, Any]
) -> None:
    with pytest.raises(UsageError):
        check(environ(shop, tmp_path), tmp_path, **asked)


def test_a_token_that_is_missing_fails_with_the_ways_to_give_one(
    shop: StandIn, tmp_path: Path
) -> None:
    lines = check({**environ(shop, tmp_path), "RELAY_TOKEN": ""}, tmp_path)
    assert failed(lines) == ["access token"]
    assert all(way in lines["access token"].remedy for way in ("RELAY_TOKEN", "--token-file"))
    assert skipped(lines) == ["shop", *OF_SHOP, *SEGMENT, "clock", "disk"]
    assert code(lines) == 4


def test_a_token_command_that_fails_is_a_line(shop: StandIn, tmp_path: Path) -> None:
    given = {**environ(shop, tmp_path), "RELAY_TOKEN": "", "RELAY_TOKEN_CMD": "false"}
    lines = check(given, tmp_path)
    assert failed(lines) == ["access token"]
    assert lines["access token"].detail == "The token command false failed (1)."


def test_without_shop_and_token_both_fail(tmp_path: Path) -> None:
    lines = check({"RELAY_STATE_DIR": str(tmp_path / "state")}, tmp_path)
    assert failed(lines) == ["shop", "access token"]


def test_a_token_that_is_refused_is_told_with_its_place(shop: StandIn, tmp_path: Path) -> None:
    shop.revoke()
    lines = check(environ(shop, tmp_path), tmp_path)
    assert failed(lines) == ["access token"]
    assert lines["access token"].detail.endswith("(status 401). It is from RELAY_TOKEN.")
    assert lines["shop"].state == "ok"
    assert {lines[name].detail for name in OF_SHOP} == {"the token was refused"}


def test_a_token_that_is_not_granted_fails_the_token(shop: StandIn, tmp_path: Path) -> None:
    client = {"RELAY_TOKEN": "", "RELAY_CLIENT_ID": shop.client_id, "RELAY_CLIENT_SECRET": "no"}
    lines = check({**environ(shop, tmp_path), **client}, tmp_path)
    assert failed(lines) == ["access token"]
    assert "invalid_client" in lines["access token"].detail


@pytest.mark.parametrize("fault", ["402", "403", "404", "423", "430"])
def test_a_shop_that_refuses_everything_fails(shop: StandIn, tmp_path: Path, fault: str) -> None:
    shop.faults(fault)
    lines = check(environ(shop, tmp_path), tmp_path)
    assert failed(lines) == ["shop"]
    assert fault in lines["shop"].detail
    assert code(lines) == 4


def test_a_shop_that_stays_away_has_an_exit_code_of_its_own(shop: StandIn, tmp_path: Path) -> None:
    shop.faults(*["503"] * 4)
    lines = check(environ(shop, tmp_path), tmp_path)
    assert failed(lines) == ["shop"]
    assert code(lines) == 5
    (tmp_path / "events.ndjson").touch()
    shop.faults(*["reset"] * 4)
    lines = check(environ(shop, tmp_path), tmp_path)
    assert failed(lines) == ["shop", "output"]
    assert code(lines) == 4, "trying again does not mend all of it"


def test_faults_that_pass_fail_nothing(shop: StandIn, tmp_path: Path) -> None:
    shop.faults("500", "internal", "throttled", "cut")
    assert failed(check(environ(shop, tmp_path), tmp_path)) == []


def test_another_shop_that_answers_is_named(shop: StandIn, tmp_path: Path) -> None:
    lines = check({**environ(shop, tmp_path), "RELAY_SHOP": "acme.myshopify.com"}, tmp_path)
    assert failed(lines) == ["shop"]
    assert "and littlerelay-demo.myshopify.com answered" in lines["shop"].detail
    assert lines["API version"].state == "ok"


def test_another_api_version_fails(shop: StandIn, tmp_path: Path) -> None:
    shop.faults("version")
    lines = check(environ(shop, tmp_path), tmp_path)
    assert failed(lines) == ["API version"]
    assert lines["access token"].state == "ok"
    assert lines["records"].detail == "another API version answers"


def test_a_needed_scope_that_is_missing_fails_once(shop: StandIn, tmp_path: Path) -> None:
    without(shop, "read_customers")
    lines = check(environ(shop, tmp_path), tmp_path, since="30d")
    assert failed(lines) == ["scopes"]
    assert "it lacks read_customers" in lines["scopes"].detail
    assert lines["customer data"].detail == lines["records"].detail == "the app lacks a scope"
    assert lines["period"].state == "ok"


def test_an_optional_scope_that_is_missing_is_told_with_what_it_brings(
    shop: StandIn, tmp_path: Path
) -> None:
    without(shop, "read_locations")
    line = check(environ(shop, tmp_path), tmp_path)["scopes"]
    assert line.state == "ok"
    assert line.detail.endswith("left out: location_id (needs read_locations)")


def test_sixty_days_need_a_scope_of_their_own(shop: StandIn, tmp_path: Path) -> None:
    without(shop, "read_all_orders")
    given = environ(shop, tmp_path)
    lines = check(given, tmp_path, since="2020-01-01")
    assert failed(lines) == ["period"]
    assert "Grant read_all_orders" in lines["period"].remedy
    assert lines["records"].state == "ok"
    assert failed(check(given, tmp_path, since="50d")) == []
    assert failed(check(given, tmp_path, since="2020-01-01", resources=("customers",))) == []
    assert check(given, tmp_path)["period"].detail == "give --since"


def test_a_period_is_resolved_by_the_shops_own_time(shop: StandIn, tmp_path: Path) -> None:
    line = check(environ(shop, tmp_path), tmp_path, since="2026-01-31")["period"]
    assert line.detail.startswith("from 2026-01-31T05:00:00Z to 2026-1")
    frozen = datetime.fromtimestamp(shop.now_ms / 1000 - 300, UTC)
    seconds = (frozen - datetime.fromisoformat(line.detail.rpartition(" ")[2])).total_seconds()
    assert 0 <= seconds < 200, "a run ends five minutes before now"
    future = check(environ(shop, tmp_path), tmp_path, since="2030-01-01")
    assert failed(future) == ["period"]
    assert future["records"].detail == "the period is not known"


def test_last_without_a_run_before_fails(shop: StandIn, tmp_path: Path) -> None:
    lines = check(environ(shop, tmp_path), tmp_path, since="last", out=None)
    assert failed(lines) == ["period"]
    assert "needs a finished run" in lines["period"].detail
    assert lines["output"].state == "skipped"


@pytest.mark.parametrize(
    ("approval", "withheld"),
    [
        ("level1", "customers (address, email, name, phone); orders (address, billing address, "),
        ("none", "customers"),
    ],
)
def test_protected_data_that_is_withheld_is_named(
    tmp_path: Path, approval: str, withheld: str
) -> None:
    with StandIn(orders=20, plan="enterprise", time_scale=50, approval=approval) as shop:
        lines = check(environ(shop, tmp_path), tmp_path)
    assert failed(lines) == ["customer data"]
    assert f"from this app: {withheld}" in lines["customer data"].detail
    assert lines["customer data"].remedy.startswith("Request access to protected customer data")


def test_a_shop_without_records_cannot_show_any(tmp_path: Path) -> None:
    with StandIn(TinyWorld(0)) as shop:
        lines = check(environ(shop, tmp_path), tmp_path)
    assert lines["customer data"].state == "skipped"


def test_no_line_holds_the_token(shop: StandIn, tmp_path: Path) -> None:
    given = environ(shop, tmp_path)
    found: list[Lines] = [check(given, tmp_path)]
    for fault in ("401", "403", "version", "404"):
        shop.faults(fault)
        found.append(check(given, tmp_path))
    without(shop, "read_orders")
    found.append(check(given, tmp_path))
    shop.revoke()
    found.append(check(given, tmp_path))
    assert shop.token not in str(found)
    assert shop.token not in repr(draft(Options(), given))


def test_nothing_is_asked_before_the_lines_are_wanted(shop: StandIn, tmp_path: Path) -> None:
    checks.check(draft(Options(), environ(shop, tmp_path)), BackfillRequest(since=""))
    assert shop.stats["requests"] == 0
