"""`relay config` shows every setting and where it comes from, and never a secret."""

from __future__ import annotations

import json
import os
import pty
import re
import subprocess
import sys
import termios
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from command import CANARY, Relay, faked, part
from littlerelay.configuration import Options, configuration
from littlerelay.configuration.table import PIXELS, SETTINGS
from littlerelay.settings import Mapping
from setting_files import write

SECRET = "canary-of-another-shape"
NASTY = "a\x1b[2J\x9b31m\u202e\r[bold]"
CHOSEN = """
user_id = "email"
leave_out = ["identify"]
[integrations]
All = false
"Google Analytics" = true
"""


@pytest.fixture
def relay(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Iterator[Relay]:
    yield from faked(monkeypatch, capfd)


def on_terminal(*words: str, columns: int = 80) -> str:
    """Returns what the command draws on a terminal as standard output."""
    ours, theirs = pty.openpty()
    termios.tcsetwinsize(theirs, (60, columns))
    command = [sys.executable, str(Path(__file__).with_name("faked_relay.py")), "brief", *words]
    process = subprocess.Popen(command, stdout=theirs, stderr=subprocess.DEVNULL)
    os.close(theirs)
    drawn = b""
    with os.fdopen(ours, "rb", buffering=0) as terminal:
        while block := _read(terminal.fileno()):
            drawn += block
    assert process.wait() == 0
    return re.sub(r"\x1b\[[0-9;]*m", "", drawn.decode()).replace("\r\n", "\n")


def _read(terminal: int) -> bytes:
    try:
        return os.read(terminal, 65536)
    except OSError:  # how Linux says that the other end is closed
        return b""


def test_json_has_every_setting_with_its_value_and_where_it_is_from(
    relay: Relay, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(CHOSEN)
    monkeypatch.setenv("RELAY_NAMESPACE", "test")
    ended = relay("config", "--json", "--revenue", "--consent", "")
    assert ended.code == 2
    ended = relay("config", "--json", "--revenue")
    assert (ended.code, ended.err) == (0, "")
    told = json.loads(ended.out)
    settings = told["settings"]
    assert list(settings) == list(SETTINGS)
    assert settings["user_id"] == {"value": "email", "from": "relay.toml"}
    assert settings["leave_out"] == {"value": ["Identify"], "from": "relay.toml"}
    assert settings["integrations"]["value"] == {"All": False, "Google Analytics": True}
    assert settings["namespace"] == {"value": "test", "from": "RELAY_NAMESPACE"}
    assert settings["revenue"] == {"value": True, "from": "--revenue"}
    assert settings["session_pause"] == {"value": 30, "from": "default"}
    assert settings["token_file"] == {"value": None, "from": None}
    assert told["file"] == "relay.toml"
    assert told["access_token"] == {"from": "RELAY_TOKEN", "lack": None}


def test_elsewhere_than_on_a_terminal_it_is_a_file_of_settings(relay: Relay) -> None:
    write(CHOSEN)
    words = ("--revenue", "--namespace", NASTY, "--consent")
    consent = "Analytics=true Advertising=false Functional=true DataSharing=true"
    ended = relay("config", *words, consent, "--braze-keys", 'q"uote,b\\ack', "--no-include-test")
    assert ended.code == 0
    assert 'shop = "demo.myshopify.com"  # RELAY_SHOP\n' in ended.out
    assert "include_test = false  # --no-include-test\n" in ended.out
    assert all(line.isprintable() for line in ended.out.splitlines())
    tomllib.loads(ended.out)
    before = configuration(
        Options({"revenue": True, "namespace": NASTY, "consent": consent}), {}
    ).mapping()
    write(ended.out)
    after = configuration(Options(), {}).mapping()
    assert after.braze_keys == ('q"uote', "b\\ack")
    assert after.namespace == NASTY
    assert (after.consent, after.integrations, after.leave_out, after.user_id) == (
        *(before.consent, before.integrations, before.leave_out),
        before.user_id,
    )


def test_a_terminal_has_a_table(monkeypatch: pytest.MonkeyPatch) -> None:
    write(CHOSEN)
    drawn = on_terminal("config", "--revenue", "--shop", "acme.myshopify.com").splitlines()
    lines = [line.rstrip() for line in drawn]
    assert lines[0] == "file          relay.toml"
    assert lines[1].startswith("access token  There is no access token. Set RELAY_TOKEN;")
    assert any(re.fullmatch(r"setting +value +from", line) for line in lines)
    assert any(re.fullmatch(r"revenue +true +--revenue", line) for line in lines)
    assert any(
        re.fullmatch(r"integrations +All=false, Google Analytics=true +r.*", one) for one in lines
    )
    assert max(len(line) for line in lines) <= 80


def test_no_text_in_a_file_drives_the_terminal() -> None:
    write(f"namespace = {json.dumps(NASTY)}\n[integrations]\n{json.dumps(NASTY)} = true\n")
    drawn = on_terminal("config", columns=120)
    assert all(line.isprintable() for line in drawn.splitlines())
    assert r"a\x1b[2J\x9b31m\u202e\r[bold]" in drawn


@pytest.mark.parametrize("content", [f"{json.dumps(NASTY)} = 1", f"user_id = {json.dumps(NASTY)}"])
def test_no_text_in_a_refused_file_drives_the_terminal(relay: Relay, content: str) -> None:
    write(content)
    ended = relay("config")
    assert (ended.code, ended.out) == (2, "")
    assert all(line.isprintable() for line in ended.err.splitlines())


@pytest.mark.parametrize("way", [(), ("--json",)])
@pytest.mark.parametrize(
    ("name", "value", "place"),
    [
        ("RELAY_TOKEN", SECRET, "RELAY_TOKEN"),
        ("RELAY_TOKEN_CMD", f"echo {SECRET}", "RELAY_TOKEN_CMD"),
        ("RELAY_CLIENT_ID", SECRET, "RELAY_CLIENT_ID"),
        ("RELAY_TOKEN_FILE", "open-to-all", "RELAY_TOKEN_FILE"),
        ("--token-cmd", f"touch was-run {SECRET}", "--token-cmd"),
        ("relay.toml", f"token_cmd = 'touch was-run {SECRET}'", "token_cmd in relay.toml"),
    ],
)
def test_of_credentials_only_the_place_is_shown(
    relay: Relay,
    monkeypatch: pytest.MonkeyPatch,
    *,
    name: str,
    value: str,
    place: str,
    way: tuple[str, ...],
) -> None:
    monkeypatch.delenv("RELAY_TOKEN")
    monkeypatch.setenv("RELAY_CLIENT_SECRET", SECRET)
    Path("open-to-all").write_text(SECRET)
    words = (name, value) if name.startswith("--") else ()
    if name == "relay.toml":
        write(value)
    elif not words:
        monkeypatch.setenv(name, value)
    ended = relay("config", *words, *way)
    assert (ended.code, ended.err) == (0, "")
    assert place in ended.out
    assert "canary" not in ended.out
    assert not Path("was-run").exists()


def test_what_is_missing_is_told_and_no_error(
    relay: Relay, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("RELAY_SHOP")
    monkeypatch.delenv("RELAY_TOKEN")
    ended = relay("config")
    assert ended.code == 0
    assert "# file: none\n# access token: There is no access token. Set RELAY_TOKEN;" in ended.out
    assert "# shop: not set\n" in ended.out


def test_a_contradiction_of_credentials_is_told(
    relay: Relay, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RELAY_TOKEN_CMD", f"echo {SECRET}")
    told = json.loads(relay("config", "--json").out)["access_token"]
    assert told["from"] is None
    assert told["lack"].startswith("An access token comes from RELAY_TOKEN and from RELAY_TOKEN_C")


def test_a_flag_on_and_off_is_refused(relay: Relay) -> None:
    ended = relay("config", "--revenue", "--no-revenue")
    assert ended.code == 2
    assert ended.err.startswith("error: --revenue and --no-revenue contradict each other.\n")


@pytest.mark.parametrize(
    "name", [name for name in SETTINGS if SETTINGS[name].of not in ("", PIXELS)]
)
def test_backfill_takes_every_setting_that_it_needs(relay: Relay, name: str) -> None:
    setting = SETTINGS[name]
    refused = relay("backfill", "--since", "30d", setting.option, "")
    assert refused.code == 2
    assert "No such option" not in refused.err


def test_what_is_set_for_a_backfill_is_asked(relay: Relay) -> None:
    write(CHOSEN)
    ended = relay("backfill", "--since", "30d", "--revenue", "--sent-from", "us")
    [(settings, _)] = relay.jobs.asked
    assert settings.mapping == Mapping(
        shop="",
        user_id="email",
        leave_out=("Identify",),
        integrations=(("All", False), ("Google Analytics", True)),
        revenue=True,
        sent_from="us",
    )
    assert ended.err.startswith("settings  relay.toml\n")


def test_a_quiet_backfill_does_not_name_its_file(relay: Relay) -> None:
    write(CHOSEN)
    assert relay("backfill", "--since", "30d", "--quiet").err == ""


def test_status_looks_where_the_file_says(relay: Relay) -> None:
    write('state_dir = "states"', "etc/relay.toml")
    relay("status", "--config", "etc/relay.toml")
    assert relay.jobs.states == [Path("etc/states")]


def test_a_setting_for_pixels_is_no_option_of_a_backfill(relay: Relay) -> None:
    assert "No such option" in relay("backfill", "--since", "30d", "--session-pause", "5").err


@pytest.mark.parametrize("command", ["backfill", "config"])
def test_help_lists_every_setting_and_fits(command: str, monkeypatch: pytest.MonkeyPatch) -> None:
    drawn = on_terminal(command, "--help")
    options = [one.option for one in SETTINGS.values() if one.of != PIXELS or command == "config"]
    assert [one for one in options if f" {one} " not in drawn] == []
    assert max(len(line) for line in drawn.splitlines()) <= 80
    assert "--no-include-test" not in drawn


def test_a_cold_config_waits_for_no_network_library() -> None:
    script = (
        "import sys; from importlib.metadata import entry_points; "
        "(entry,) = entry_points(group='console_scripts', name='relay'); "
        "entry.load()(['config', '--json']); "
        "sys.exit(' '.join({'httpx', 'shopify', 'orjson'} & set(sys.modules)) or 0)"
    )
    done = subprocess.run([sys.executable, "-c", script], check=False, capture_output=True)
    assert (done.returncode, done.stderr.decode()) == (0, "")


def test_a_token_at_a_wrong_place_is_blotted_out(relay: Relay) -> None:
    for words in (("--namespace", CANARY), ("--json", "--user-id", CANARY)):
        ended = relay("config", *words)
        assert "canary" not in ended.out + ended.err


def test_values_read_as_people_write_them() -> None:
    text = part("setting_texts").text
    assert text((("All", False), ("A", True))) == "All=false, A=true"
    values = (("a", "b"), True, None, 30)
    assert [text(value) for value in values] == ["a, b", "true", "", "30"]


def test_what_is_written_to_a_file_elsewhere_names_the_same_paths(relay: Relay) -> None:
    write('token_file = "tok"\nstate_dir = "st"\n', "sub/relay.toml")
    once = relay("config", "--config", "sub/relay.toml").out
    write(once, "elsewhere/relay.toml")
    found = configuration(Options(config="elsewhere/relay.toml"), {}).chosen
    here = Path.cwd() / "sub"
    assert (found["token_file"].value, found["state_dir"].value) == (
        str(here / "tok"),
        str(here / "st"),
    )


def test_a_command_is_hidden_and_the_file_says_that_it_lacks(relay: Relay) -> None:
    write('token_cmd = "cat tok"')
    shown = relay("config").out
    assert "# token_cmd = ***" in shown
    assert "write it in yourself" in shown
    assert "cat tok" not in shown
