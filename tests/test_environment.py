"""Settings come from options and the environment; a secret has one source and is never shown."""

from __future__ import annotations

import os
import pwd
import subprocess
import sys
import time
from pathlib import Path

import platformdirs
import pytest

from littlerelay import credentials
from littlerelay.configuration import Options, configuration
from littlerelay.environment import load, state_folder
from littlerelay.errors import RefusedError, RelayError, UsageError
from littlerelay.settings import Credentials

SHOP = {"RELAY_SHOP": "demo.myshopify.com"}
WITH_TOKEN = {**SHOP, "RELAY_TOKEN": "secret-of-environment"}
CANARY = "canary-secret"


def secret_file(path: Path, content: str = "secret-of-file\n", mode: int = 0o600) -> Path:
    path.write_text(content)
    path.chmod(mode)
    return path


def test_an_option_wins_over_the_environment(tmp_path: Path) -> None:
    environ = {**WITH_TOKEN, "RELAY_STATE_DIR": "of-environment"}
    token_file = secret_file(tmp_path / "token")
    typed = {"shop": "acme.myshopify.com", "state_dir": "of-option"}
    settings = load(Options({**typed, "token_file": str(token_file)}), environ)
    assert settings.shop == "acme.myshopify.com"
    assert settings.credentials == Credentials(token="secret-of-file")
    assert settings.state == Path("of-option")


def test_the_environment_is_enough() -> None:
    settings = load(Options(), {**WITH_TOKEN, "RELAY_STATE_DIR": "~/states"})
    assert settings.shop == "demo.myshopify.com"
    assert settings.credentials == Credentials(token="secret-of-environment")
    assert settings.state == Path.home() / "states"
    assert settings.endpoint is None


def test_state_lies_where_the_system_keeps_it() -> None:
    assert state_folder(configuration(Options(), {})) == Path(platformdirs.user_state_dir("relay"))


def test_an_empty_variable_is_as_good_as_none() -> None:
    environ = {**WITH_TOKEN, "RELAY_TOKEN_FILE": "", "RELAY_STATE_DIR": "", "RELAY_CLIENT_ID": ""}
    assert load(Options(), environ).credentials == Credentials(token="secret-of-environment")


def test_a_client_has_its_secret_from_the_environment_or_a_file(tmp_path: Path) -> None:
    path = secret_file(tmp_path / "secret")
    client = {**SHOP, "RELAY_CLIENT_ID": "client"}
    of_environment = load(Options(), {**client, "RELAY_CLIENT_SECRET": "its-secret"})
    of_file = load(Options(), {**client, "RELAY_CLIENT_SECRET_FILE": str(path)})
    assert of_environment.credentials == Credentials(client_id="client", client_secret="its-secret")
    assert of_file.credentials == Credentials(client_id="client", client_secret="secret-of-file")


def test_a_command_prints_the_token_without_a_shell() -> None:
    settings = load(Options({"token_cmd": "echo 'a;b$HOME'"}), WITH_TOKEN)
    assert settings.credentials == Credentials(token="a;b$HOME")


def test_a_missing_shop_is_refused() -> None:
    with pytest.raises(UsageError, match=r"No shop"):
        load(Options(), {"RELAY_TOKEN": "secret"})


def test_without_a_token_the_ways_to_give_one_are_listed() -> None:
    with pytest.raises(UsageError, match=r"no access token") as caught:
        load(Options(), SHOP)
    ways = ("RELAY_TOKEN", "RELAY_CLIENT_SECRET", "--token-file", "--token-cmd")
    assert all(way in caught.value.hint for way in ways)


@pytest.mark.parametrize(
    ("options", "environ", "both"),
    [
        (Options({"token_file": "a", "token_cmd": "b"}), {}, ("--token-file", "--token-cmd")),
        (Options(), {"RELAY_TOKEN_CMD": "b", **WITH_TOKEN}, ("RELAY_TOKEN", "RELAY_TOKEN_CMD")),
        (Options(), {"RELAY_CLIENT_ID": "b", **WITH_TOKEN}, ("RELAY_TOKEN", "RELAY_CLIENT_ID")),
        (
            Options(),
            {
                "RELAY_CLIENT_ID": "client",
                "RELAY_CLIENT_SECRET": "a",
                "RELAY_CLIENT_SECRET_FILE": "b",
            },
            ("RELAY_CLIENT_SECRET", "RELAY_CLIENT_SECRET_FILE"),
        ),
    ],
)
def test_two_sources_are_refused_and_named(
    options: Options, environ: dict[str, str], both: tuple[str, str]
) -> None:
    first, second = both
    with pytest.raises(UsageError, match=rf"from {first} and from {second}\."):
        load(options, {**SHOP, **environ})


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o644])
def test_a_token_file_that_others_can_read_is_refused_with_the_remedy(
    tmp_path: Path, mode: int
) -> None:
    path = secret_file(tmp_path / "the token", mode=mode)
    with pytest.raises(UsageError, match=r"others on this machine may read it") as caught:
        load(Options({"token_file": str(path)}), SHOP)
    assert caught.value.hint == f"Run: chmod 600 '{path}'"


@pytest.mark.parametrize("secret", ["", " \n", f"{CANARY}\nmore", f"two {CANARY}", f"é{CANARY}"])
def test_what_is_no_secret_is_refused_and_not_shown(tmp_path: Path, secret: str) -> None:
    path = secret_file(tmp_path / "token", secret)
    attempts: list[tuple[Options, dict[str, str]]] = [(Options({"token_file": str(path)}), {})]
    if secret:
        attempts.append((Options(), {"RELAY_TOKEN": secret}))
        attempts.append((Options({"token_cmd": f"cat {path}"}), {}))
    for options, environ in attempts:
        with pytest.raises(UsageError, match=r"No secret is to be had from") as caught:
            load(options, {**SHOP, **environ})
        assert "canary" not in f"{caught.value} {caught.value.hint}"


@pytest.mark.parametrize(
    ("command", "error"),
    [
        (f"{sys.executable} -c \"print('{CANARY}'); raise SystemExit(3)\"", RefusedError),
        ("no-such-command-here canary-secret", RefusedError),
        (f"echo '{CANARY}", UsageError),
        (" ", UsageError),
    ],
)
def test_a_command_that_gives_no_token_is_an_error_and_its_output_not_shown(
    command: str, error: type[RelayError]
) -> None:
    with pytest.raises(error) as caught:
        load(Options({"token_cmd": command}), SHOP)
    assert "canary" not in f"{caught.value} {caught.value.hint}"


def test_a_command_that_hangs_is_given_up_and_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(credentials, "_SECONDS", 0.1)
    began = time.monotonic()
    with pytest.raises(RefusedError, match=r"gave no answer"):
        load(Options({"token_cmd": "sleep 5"}), SHOP)
    assert time.monotonic() - began < 4


def test_a_command_that_prints_without_end_is_refused() -> None:
    with pytest.raises(UsageError, match=r"it is longer than 4,096 bytes"):
        load(Options({"token_cmd": "yes"}), SHOP)


def test_a_command_that_leaves_its_output_open_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(credentials, "_SECONDS", 0.1)
    with pytest.raises(RefusedError, match=r"gave no answer"):
        load(Options({"token_cmd": "sh -c 'sleep 1 & echo secret'"}), SHOP)


@pytest.mark.parametrize(("length", "fits"), [(4096, True), (4097, False)])
def test_a_secret_is_taken_whole_or_refused(tmp_path: Path, length: int, fits: bool) -> None:
    path = secret_file(tmp_path / "token", "s" * length)
    for options in (Options({"token_file": str(path)}), Options({"token_cmd": f"cat {path}"})):
        if fits:
            assert load(options, SHOP).credentials == Credentials(token="s" * length)
        else:
            with pytest.raises(UsageError, match=r"it is longer than 4,096 bytes"):
                load(options, SHOP)


def test_a_pipe_that_nobody_writes_to_is_given_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(credentials, "_SECONDS", 0.1)
    os.mkfifo(tmp_path / "pipe", 0o600)
    with pytest.raises(UsageError, match=r"gave no secret in"):
        load(Options({"token_file": str(tmp_path / "pipe")}), SHOP)


def test_a_pipe_whose_writer_says_nothing_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(credentials, "_SECONDS", 0.1)
    ours, theirs = os.pipe()
    try:
        with pytest.raises(UsageError, match=r"gave no secret in"):
            load(Options({"token_file": f"/dev/fd/{ours}"}), SHOP)
    finally:
        os.close(ours)
        os.close(theirs)


def test_what_a_shell_puts_in_the_place_of_a_file_is_read() -> None:
    late = ["sh", "-c", "sleep 0.1; echo secret-of-pipe"]
    with subprocess.Popen(late, stdout=subprocess.PIPE) as writer:
        assert writer.stdout is not None
        pipe = Path(f"/dev/fd/{writer.stdout.fileno()}")
        credentials = load(Options({"token_file": str(pipe)}), SHOP).credentials
    assert credentials == Credentials(token="secret-of-pipe")


@pytest.mark.parametrize(
    ("options", "environ"),
    [
        (Options({"state_dir": "~nosuch/x"}), {}),
        (Options(), {"RELAY_STATE_DIR": "~nosuch/x"}),
        (Options({"token_file": "~nosuch/x"}), {"RELAY_TOKEN": ""}),
    ],
)
def test_a_home_that_is_not_known_is_refused(options: Options, environ: dict[str, str]) -> None:
    with pytest.raises(UsageError, match=r"^~nosuch/x cannot be found") as caught:
        load(options, {**WITH_TOKEN, **environ})
    assert "the whole path" in caught.value.hint


def test_without_any_home_the_state_needs_a_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    def nobody(number: int) -> None:
        raise KeyError(number)

    monkeypatch.delenv("HOME")
    monkeypatch.setattr(pwd, "getpwuid", nobody)
    with pytest.raises(UsageError, match=r"that home folder is unknown") as caught:
        state_folder(configuration(Options(), {}))
    assert caught.value.hint.startswith("Give --state-dir DIR or set RELAY_STATE_DIR")


def test_a_file_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"cannot be read: No such file"):
        load(Options({"token_file": str(tmp_path / "gone")}), SHOP)


def test_a_client_without_a_secret_is_an_error() -> None:
    with pytest.raises(UsageError, match=r"without a client secret"):
        load(Options(), {**SHOP, "RELAY_CLIENT_ID": "client"})


@pytest.mark.parametrize(
    "address",
    ["http://127.0.0.1:8080", "http://localhost:1/admin", "http://[::1]:8080", "http://127.9.9.9"],
)
def test_a_stand_in_on_this_machine_is_taken(address: str) -> None:
    environ = {**WITH_TOKEN, "RELAY_SHOPIFY_ENDPOINT": address}
    assert load(Options(), environ).endpoint == address


@pytest.mark.parametrize(
    "address",
    [
        "https://127.0.0.1:8080",
        "http://example.com",
        "http://localhost.example.com",
        "http://127.0.0.1.example.com",
        "http://128.0.0.1",
        "http://0.0.0.0:80",
        f"http://user:{CANARY}@127.0.0.1",
        "http://127.0.0.1:port",
        "http://127.0.0.1:99999",
        "http://[::2]",
        "http://[::1",
        "127.0.0.1:8080",
        "http:///path",
        "http://127.0.0.1:1/\n",
        "http://127.0.0.1\t:1/",
    ],
)
def test_a_stand_in_elsewhere_is_refused(address: str) -> None:
    with pytest.raises(UsageError, match=r"not an http:// address on this machine") as caught:
        load(Options(), {**WITH_TOKEN, "RELAY_SHOPIFY_ENDPOINT": address})
    assert "canary" not in f"{caught.value} {caught.value.hint}"
