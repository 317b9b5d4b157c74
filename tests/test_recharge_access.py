"""Recharge's token comes from where secrets come from, and a check tries it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from littlerelay import checks, jobs
from littlerelay.configuration import Options
from littlerelay.environment import draft
from littlerelay.errors import RefusedError, UsageError
from littlerelay.progress import Started
from littlerelay.settings import BackfillRequest, RechargeAccess
from shops import FAST, SCALE, SINCE, environment, settings
from standin.recharge import TOKEN, StandInRecharge
from standin.server import StandIn

Line = Callable[[str, str], list[tuple[str, str]]]


@pytest.fixture
def line(tmp_path: Path) -> Iterator[Line]:
    """Gives what tells the state and the remedy of Recharge's line in a check, if there is one."""
    with StandIn(orders=5, time_scale=SCALE) as shop, StandInRecharge(5, time_scale=SCALE) as store:

        def line(resource: str, token: str) -> list[tuple[str, str]]:
            environ = {
                **environment(shop, tmp_path / "state"),
                "RELAY_RECHARGE_ENDPOINT": store.url,
                "RELAY_RECHARGE_TOKEN": token,
            }
            asked = BackfillRequest("2024-01-01", resources=(resource,), out=None)
            found = checks.check(draft(Options(), environ), asked, FAST)
            return [(one.state, one.remedy) for one in found if one.name == "Recharge"]

        yield line


def test_a_check_asks_recharge_where_something_is_read_from_it(line: Line) -> None:
    assert line("subscriptions", TOKEN) == [("ok", "")]
    ((state, remedy),) = line("subscriptions", "another")
    assert (state, "Check the token" in remedy) == ("failed", True)
    ((state, remedy),) = line("subscriptions", "")
    assert (state, "--recharge-token-file" in remedy) == ("failed", True)
    assert line("orders", "another") == []


def test_a_check_says_what_nobody_counts(tmp_path: Path) -> None:
    with StandIn(orders=5, time_scale=SCALE) as shop:
        environ = environment(shop, tmp_path / "state")
        asked = BackfillRequest("2024-01-01", resources=("orders", "contracts"), out=None)
        found = {
            one.name: one.detail for one in checks.check(draft(Options(), environ), asked, FAST)
        }
    assert found["records"].startswith("5 orders; to read them takes less than a minute")
    assert found["records"].endswith("; nobody counts contracts")


def test_a_token_may_come_from_a_file_that_only_its_owner_reads(tmp_path: Path) -> None:
    token = tmp_path / "token"
    token.write_text("a-token\n")
    given = {"recharge_token_file": str(token)}
    token.chmod(0o644)
    with pytest.raises(UsageError, match="others on this machine may read it"):
        draft(Options(given), {}).recharge(["subscriptions"])
    token.chmod(0o600)
    access = draft(Options(given), {}).recharge(["subscriptions"])
    assert access is not None
    assert access.token == "a-token"
    assert "a-token" not in repr(access)
    assert draft(Options(given), {}).recharge(["orders"]) is None


@pytest.mark.parametrize("address", ["http://198.51.100.7", "https://127.0.0.1:1", "nowhere"])
def test_only_this_machine_can_stand_in_for_recharge(address: str) -> None:
    environ = {"RELAY_RECHARGE_TOKEN": "a-token", "RELAY_RECHARGE_ENDPOINT": address}
    with pytest.raises(UsageError, match="RELAY_RECHARGE_ENDPOINT is not an http:// address"):
        draft(Options(), environ).recharge(["subscriptions"])


def test_the_token_itself_is_no_setting() -> None:
    given = {"recharge_token_file": "sk_1x1_0123456789abcdef"}
    with pytest.raises(UsageError, match="holds a token of Recharge's") as caught:
        draft(Options(given), {})
    assert "0123456789" not in f"{caught.value} {caught.value.hint}"


def test_a_token_that_recharge_refuses_begins_no_run(tmp_path: Path) -> None:
    state, out = tmp_path / "state", tmp_path / "events.ndjson"
    asked = BackfillRequest(SINCE, resources=("subscriptions",), out=str(out))
    with StandIn(orders=5, time_scale=SCALE) as shop, StandInRecharge(5, time_scale=SCALE) as store:
        known = settings(shop, state)
        refused = replace(known, recharge=RechargeAccess("another", store.url))
        with pytest.raises(RefusedError, match="refused the token"):
            list(jobs.backfill(refused, asked, FAST))
        assert jobs.status(state) == []
        assert [path.name for path in tmp_path.iterdir()] == ["state"]
        accepted = replace(known, recharge=RechargeAccess(TOKEN, store.url))
        told = list(jobs.backfill(accepted, asked, FAST))
    assert isinstance(told[0], Started)
    assert told[0].totals == {"subscriptions": None}
    (job,) = jobs.status(state)
    assert {name: figures[:2] for name, figures in job.resources.items()} == {
        "subscriptions": (5, None)
    }
