"""The settings of Segment's side are shown and taken by commands, and their secrets never are."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from command import Relay, faked
from littlerelay.configuration import Options, configuration
from littlerelay.configuration.table import SEGMENT
from segment_keys import KEY, key_file, pem
from setting_files import write

FILES = ("write_key_file", "oauth_key_file")


@pytest.fixture
def relay(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Iterator[Relay]:
    yield from faked(monkeypatch, capfd)


def test_of_the_write_key_only_the_place_is_told(
    relay: Relay, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = json.loads(relay("config", "--json").out)["write_key"]
    assert told["from"] is None
    assert told["lack"].startswith("There is no write key. Set RELAY_WRITE_KEY")
    monkeypatch.setenv("RELAY_WRITE_KEY", KEY)
    assert json.loads(relay("config", "--json").out)["write_key"] == {
        "from": "RELAY_WRITE_KEY",
        "lack": None,
    }
    assert "# write key: RELAY_WRITE_KEY\n" in relay("config").out


@pytest.mark.parametrize("way", [(), ("--json",)])
@pytest.mark.parametrize("source", ["variable", "file", "command"])
def test_no_secret_of_segment_s_is_shown(
    relay: Relay, monkeypatch: pytest.MonkeyPatch, source: str, way: tuple[str, ...]
) -> None:
    words = ["--oauth-key-file", key_file(Path("app.pem")), "--oauth-app-id", "app-1"]
    if source == "variable":
        monkeypatch.setenv("RELAY_WRITE_KEY", KEY)
    elif source == "file":
        words += ["--write-key-file", key_file(Path("key"), KEY)]
    else:
        words += ["--write-key-cmd", f"touch was-run {KEY}"]
    ended = relay("config", *words, *way)
    assert (ended.code, ended.err) == (0, "")
    assert "app-1" in ended.out
    assert "canary" not in ended.out
    assert pem().splitlines()[1] not in ended.out
    assert not Path("was-run").exists()


def test_what_is_written_to_a_file_elsewhere_names_the_same_files(relay: Relay) -> None:
    write("".join(f"{name} = '{name}'\n" for name in FILES), "sub/relay.toml")
    write(relay("config", "--config", "sub/relay.toml").out, "elsewhere/relay.toml")
    chosen = configuration(Options(config="elsewhere/relay.toml"), {}).chosen
    here = Path.cwd() / "sub"
    assert {name: chosen[name].value for name in FILES} == {
        name: str(here / name) for name in FILES
    }


@pytest.mark.parametrize("setting", SEGMENT, ids=lambda setting: setting.name)
def test_a_backfill_takes_the_settings_and_status_does_not(relay: Relay, setting: object) -> None:
    option = getattr(setting, "option", "")
    assert "No such option" not in relay("backfill", "--since", "30d", option, "").err
    assert "No such option" in relay("status", option, "x").err


@pytest.mark.parametrize("command", ["backfill", "config"])
def test_help_has_them_under_a_heading_of_their_own(relay: Relay, command: str) -> None:
    drawn = relay(command, "--help").out
    own = drawn.partition("Segment and its credentials")[2].partition("How events are made")[0]
    assert [one.option for one in SEGMENT if f" {one.option} " not in own] == []


@pytest.mark.parametrize(
    ("slip", "meant"),
    [
        ("RELAY_WRITEKEY", "RELAY_WRITE_KEY"),
        ("RELAY_REGIONS", "RELAY_REGION"),
        ("RELAY_OAUTH_KEY", "RELAY_OAUTH_KEY_ID"),
    ],
)
def test_a_variable_that_nobody_would_read_is_refused(
    relay: Relay, monkeypatch: pytest.MonkeyPatch, slip: str, meant: str
) -> None:
    monkeypatch.setenv(slip, KEY)
    ended = relay("config")
    assert ended.code == 2
    assert f"did you mean {meant}?" in ended.err
    assert "canary" not in ended.err
