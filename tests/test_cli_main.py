"""An error is one sentence, a hint and an exit code, and gives no secret away."""

from __future__ import annotations

import json
import os
import pty
import re
import subprocess
import sys
import termios
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest

from command import CANARY, STARTED, Relay, advanced, faked, part
from littlerelay import __version__, errors
from littlerelay.errors import RelayError
from processes import BACKFILL, start

ERRORS = [
    (errors.UsageError, 2),
    (errors.CheckpointMismatch, 2),
    (errors.RefusedError, 4),
    (errors.UnreachableError, 5),
    (errors.LockedError, 6),
    (errors.StoppedError, 7),
    (errors.DiskError, 8),
]


@pytest.fixture
def relay(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Iterator[Relay]:
    yield from faked(monkeypatch, capfd)


@pytest.fixture
def shop(monkeypatch: pytest.MonkeyPatch) -> None:
    """Gives processes a shop and a token."""
    monkeypatch.setenv("RELAY_SHOP", "demo.myshopify.com")
    monkeypatch.setenv("RELAY_TOKEN", CANARY)


def on_terminal(story: str, columns: int = 90) -> tuple[int, str]:
    """Runs a story with standard error on a terminal; returns its exit code and what it drew."""
    ours, theirs = pty.openpty()
    termios.tcsetwinsize(theirs, (24, columns))
    process = start(story, stdout=subprocess.DEVNULL, stderr=theirs)
    os.close(theirs)
    drawn = b""
    with os.fdopen(ours, "rb", buffering=0) as terminal:
        while block := read_terminal(terminal.fileno()):
            drawn += block
    return process.wait(), drawn.decode()


def read_terminal(terminal: int) -> bytes:
    try:
        return os.read(terminal, 65536)
    except OSError:  # how Linux says that the other end is closed
        return b""


def test_the_version_is_told(relay: Relay) -> None:
    assert relay("--version").out == f"relay {__version__}\n"


@pytest.mark.parametrize("words", [(), ("--help",), ("-h",)])
def test_help_lists_the_commands(relay: Relay, words: tuple[str, ...]) -> None:
    ended = relay(*words)
    assert (ended.code, ended.err) == (0, "")
    assert re.search(r"backfill +Bring a shop's history", ended.out)
    assert re.search(r"status +Show the jobs", ended.out)


@pytest.mark.parametrize("words", [(), *((name,) for name in part("main").COMMANDS)])
def test_help_tells_no_type_of_what_takes_no_value(relay: Relay, words: tuple[str, ...]) -> None:
    helped = relay(*words, "--help").out
    assert "--help" in helped
    assert "<bool>" not in helped


@pytest.mark.parametrize("name", part("main").COMMANDS)
def test_help_breaks_no_line_before_the_terminal_ends(
    relay: Relay, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "70")
    told = relay(name, "--help").out.partition("╭")[0]
    lines = [line.strip() for line in told.splitlines()]
    for line, following in pairwise(lines):
        if line and following:
            assert len(f"{line} {following.split()[0]}") > 68


def test_help_waits_for_nothing_heavy() -> None:
    script = (
        "import sys; from importlib.metadata import entry_points; "
        "(entry,) = entry_points(group='console_scripts', name='relay'); "
        "entry.load()(['--help']); "
        "heavy = {'httpx', 'shopify', 'tqdm', 'rich.progress', 'pydantic', 'orjson'}; "
        "sys.exit(' '.join(heavy & set(sys.modules)) or 0)"
    )
    done = subprocess.run([sys.executable, "-c", script], check=False, capture_output=True)
    assert (done.returncode, done.stderr.decode()) == (0, "")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("backfill",), "Missing option '--since'."),
        (("backfill", "--sins", "30d"), "No such option: --sins"),
        (("backfill", "--since", "30d", "--limit", "0"), "Invalid value for '--limit'"),
        (("backfill", "--since", "30d", "more"), "Got unexpected extra argument"),
        (("restore",), "No such command 'restore'."),
        (("\x1b[2J",), r"No such command '\x1b[2J'."),
    ],
)
def test_a_wrong_command_line_is_told_like_any_error(
    relay: Relay, words: tuple[str, ...], said: str
) -> None:
    ended = relay(*words)
    assert (ended.code, ended.out) == (2, "")
    message, hint = ended.err.splitlines()
    assert message.startswith(f"error: {said}")
    assert re.fullmatch(r"hint: `relay( backfill)? --help` shows what there is\.", hint)


@pytest.mark.parametrize(("kind", "code"), ERRORS)
def test_an_error_is_a_sentence_a_hint_and_an_exit_code(
    relay: Relay, kind: type[RelayError], code: int
) -> None:
    relay.jobs.told = (STARTED, kind("It went [red]wrong[/foo].", "Mend it."))
    ended = relay(*BACKFILL)
    assert (ended.code, ended.out) == (code, "")
    assert ended.err.endswith("\nerror: It went [red]wrong[/foo].\nhint: Mend it.\n")


def test_an_error_without_a_hint_has_none(relay: Relay) -> None:
    relay.jobs.told = (errors.DiskError("The disk is full."),)
    assert relay(*BACKFILL).err == "error: The disk is full.\n"


def test_an_error_is_an_object_for_scripts(relay: Relay) -> None:
    relay.jobs.told = (STARTED, errors.LockedError("Another run holds it.", "Wait."))
    ended = relay(*BACKFILL, "--json")
    told = {"code": 6, "type": "LockedError", "message": "Another run holds it.", "hint": "Wait."}
    assert json.loads(ended.out) == {"error": told}
    assert "error: Another run holds it.\n" in ended.err


def test_a_wrong_command_line_is_an_object_for_scripts_too(relay: Relay) -> None:
    assert json.loads(relay("backfill", "--json").out)["error"]["code"] == 2


@pytest.mark.parametrize("out", [("--out", "-"), ("--out=-",)])
def test_the_object_stays_out_of_the_events(relay: Relay, out: tuple[str, ...]) -> None:
    relay.jobs.told = (errors.LockedError("Another run holds it.", "Wait."),)
    ended = relay(*BACKFILL, *out, "--json")
    assert ended.out == ""
    assert json.loads(ended.err)["error"]["code"] == 6


def test_a_terminal_has_a_live_view_that_leaves_only_the_result(shop: None) -> None:
    code, drawn = on_terminal("brief")
    assert code == 0
    assert "━" in drawn
    assert re.search(r"waits \ds: Shopify's bucket fills", drawn)
    last_frame = drawn.rpartition("\x1b[2K")[2]
    assert "done in 5m12s" in last_frame
    assert "━" not in last_frame


def test_a_terminal_is_left_as_it_was_even_by_a_bug(shop: None) -> None:
    code, drawn = on_terminal("bug")
    assert code == 1
    assert drawn.count("\x1b[?25h") == drawn.count("\x1b[?25l") == 1


def test_no_color_is_honored(shop: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm-256color")
    colored = re.compile(r"\x1b\[[0-9;]*3[0-9][0-9;]*m")
    assert colored.search(on_terminal("brief")[1])
    monkeypatch.setenv("NO_COLOR", "1")
    assert not colored.search(on_terminal("brief")[1])


def test_a_log_has_no_live_view_even_where_colors_are_forced(
    relay: Relay, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    assert "━" not in relay(*BACKFILL).err


SECRET = "canary-of-another-shape"


@pytest.mark.parametrize("is_json", [False, True])
@pytest.mark.parametrize(
    ("environ", "words"),
    [
        ({}, ("--token", SECRET)),
        ({}, (f"--token={SECRET}",)),
        ({}, ("--token-file", "gone")),
        ({}, ("--token-file", "open-to-all")),
        ({}, ("--token-cmd", "cat open-to-all no-such-file")),
        ({}, ("--token-file", "a", "--token-cmd", "b")),
        ({"RELAY_TOKEN": f"{SECRET} and more"}, ()),
        ({"RELAY_CLIENT_ID": "client"}, ()),
        ({"RELAY_TOKEN": "", "RELAY_CLIENT_ID": "client", "RELAY_CLIENT_SECRET": "\x1b"}, ()),
        ({"RELAY_SHOPIFY_ENDPOINT": f"http://user:{SECRET}@127.0.0.1"}, ()),
        ({"RELAY_SHOP": ""}, ()),
        ({"RELAY_TOKEN": ""}, ()),
    ],
)
def test_no_failure_gives_a_secret_away(
    relay: Relay,
    monkeypatch: pytest.MonkeyPatch,
    environ: dict[str, str],
    words: tuple[str, ...],
    is_json: bool,
) -> None:
    Path("open-to-all").write_text(SECRET)
    monkeypatch.setenv("RELAY_TOKEN", SECRET)
    for name, value in environ.items():
        monkeypatch.setenv(name, value)
    ended = relay(*BACKFILL, *words, *(["--json"] if is_json else []))
    assert ended.code in (2, 4)
    assert "error: " in ended.err
    assert "canary" not in ended.out + ended.err


def test_no_run_gives_a_secret_away(relay: Relay) -> None:
    relay.jobs.told = (STARTED, advanced(5), errors.RefusedError(f"{CANARY} is wrong.", CANARY))
    for words in ((), ("--json",), ("--quiet",), ("--out", "-", "--json")):
        ended = relay(*BACKFILL, *words)
        assert ended.code == 4
        assert "shpat_*** is wrong." in ended.out + ended.err
        assert "canary" not in ended.out + ended.err
