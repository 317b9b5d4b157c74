"""`relay check` prints a line for each precondition, and an exit code for scripts."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from checked_shops import environ, half
from command import Relay, faked, part
from littlerelay.checks import NAMES
from littlerelay.progress import Checked
from shops import backfill
from standin.server import StandIn


@pytest.fixture(scope="module")
def shop() -> Iterator[StandIn]:
    with StandIn(orders=20, plan="enterprise") as running:
        yield running


@pytest.fixture
def relay(
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
    shop: StandIn,
    tmp_path: Path,
) -> Iterator[Relay]:
    for relay in faked(monkeypatch, capfd):
        for name, value in environ(shop, tmp_path).items():
            monkeypatch.setenv(name, value)
        yield relay


def test_each_line_is_a_state_a_name_and_what_was_found(relay: Relay) -> None:
    ended = relay("check", "--since", "2024-01-01")
    assert (ended.code, ended.err) == (0, "")
    lines = ended.out.splitlines()
    assert [line[9:24].rstrip() for line in lines] == list(NAMES)
    assert {line[:9].rstrip() for line in lines} == {"ok", "skipped"}
    assert lines[0] == "ok       shop           littlerelay-demo.myshopify.com answers"
    assert lines[3].startswith("ok       period         from 2024-01-01T05:00:00Z to ")


def test_the_remedy_stands_below_a_failed_line(relay: Relay) -> None:
    Path("events.ndjson").touch()
    ended = relay("check")
    assert ended.code == 4
    assert ended.out.endswith(
        "failed   output         events.ndjson exists, and no checkpoint tells of it.\n"
        "                        hint: Choose another --out, or --restart: the old files are kept "
        "under other names.\n"
    )


def test_json_is_one_object(relay: Relay) -> None:
    ended = relay("check", "--json", "--job", "A B", "--out", "-")
    assert (ended.code, ended.err) == (4, "")
    told = json.loads(ended.out)
    assert told["code"] == 4
    assert [line["name"] for line in told["checks"]] == list(NAMES)
    assert set(told["checks"][0]) == {"name", "state", "detail", "remedy"}
    states = {line["name"]: line["state"] for line in told["checks"]}
    assert (states["job"], states["output"]) == ("failed", "skipped")


def test_last_names_its_own_output(relay: Relay) -> None:
    assert "output         --since last names its own" in relay("check", "--since", "last").out


@pytest.mark.parametrize(
    "words",
    [
        ("--since", "2024-01-01", "--until", "2025-01-01"),
        ("--since", "2024-01-01", "--archive", "kept"),
    ],
)
def test_a_run_half_done_can_be_named_as_it_was_begun(
    relay: Relay, shop: StandIn, tmp_path: Path, words: tuple[str, ...]
) -> None:
    asked = dict(zip(("since", words[2].removeprefix("--")), words[1::2], strict=True))
    backfill(shop, tmp_path, **asked, out="events.ndjson")
    half(Path("events.ndjson"))
    assert "events.ndjson is half done" in relay("check", *words).out
    assert "failed   output" in relay("check", *words[:2]).out


def test_a_job_that_was_ended_on_purpose_can_be_gone_on_with(
    relay: Relay, shop: StandIn, tmp_path: Path
) -> None:
    backfill(shop, tmp_path, since="2024-01-01", until="2025-01-01", out="events.ndjson")
    ended = relay("check", "--since", "last")
    assert ended.code == 4
    assert "--past-until goes on all the same" in ended.out
    assert "what is new since" in relay("check", "--since", "last", "--past-until").out


def test_the_options_of_the_run_are_taken(relay: Relay) -> None:
    ended = relay(
        *("check", "--since", "2024-01-01", "--until", "2025-01-01", "--mode", "bulk"),
        *("--archive", "kept", "--out", "x.ndjson", "--limit", "9", "--past-until"),
    )
    assert (ended.code, ended.err) == (0, "")
    assert "from 2024-01-01T05:00:00Z to 2025-01-01T05:00:00Z" in ended.out
    assert not Path("kept").exists()


def test_what_is_to_be_sent_needs_a_write_key(relay: Relay) -> None:
    ended = relay("check", "--since", "2024-01-01", "--post", "--region", "us")
    assert ended.code == 4
    assert "failed   write key" in ended.out
    assert "--post without --out names its own" in ended.out


def test_a_wrong_shop_is_a_line_like_the_others(relay: Relay) -> None:
    ended = relay("check", "--shop", "acme")
    assert (ended.code, ended.err) == (4, "")
    assert "failed   shop           --shop is 'acme', which is not the domain" in ended.out


def test_a_wrong_setting_is_an_error_as_ever(relay: Relay) -> None:
    assert relay("check", "--order-id", "x").code == 2
    assert relay("check", "--since", "yesterday").code == 2


def test_a_wait_is_told_on_standard_error(relay: Relay, shop: StandIn) -> None:
    shop.faults("503")
    ended = relay("check", "--json")
    assert ended.code == 0
    assert ended.err.startswith("waits  ")
    assert ended.err.endswith("s: 127.0.0.1 answered 503\n")


def test_no_output_holds_the_token(relay: Relay, shop: StandIn) -> None:
    for fault in ("401", "403", "version"):
        shop.faults(fault, fault)
        for words in (("check",), ("check", "--json")):
            ended = relay(*words)
            assert ended.code == 4
            assert shop.token not in ended.out + ended.err


def test_what_drives_a_terminal_is_shown_as_text(capfd: pytest.CaptureFixture[str]) -> None:
    part("display").checked(Checked("shop", "failed", "a\x1b[2J[bold]", "shpat_" + "canary\x9b"))
    out = capfd.readouterr().out
    assert "a\\x1b[2J[bold]" in out
    assert "shpat_***\\x9b" in out
