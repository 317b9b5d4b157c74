"""Gives every test a clean room, and no test a way out of it.

- No settings, proxies or colors from outside; an empty home, which is the working directory too;
  a time zone that nobody expects.
- Sockets reach loopback only.
- `--update` lets golden files be written; under `CI` it is refused.
- What a session leaves in the checkout is named at its end; under `CI` it fails the session.
- Garbage is looked for among what tests make, not among thousands of tests again and again.
"""

import gc
import ipaddress
import itertools
import os
import socket
import subprocess
import tempfile
import time
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import hypothesis
import pytest
from hypothesis.configuration import set_hypothesis_home_dir

if TYPE_CHECKING:
    from standin.segment import StandInSegment

REPOSITORY = Path(__file__).resolve().parent.parent
FOREIGN_SETTINGS = ("RELAY_", "SHOPIFY", "SEGMENT", "RECHARGE", "XDG_")
FOREIGN_DISPLAY = ("CLICOLOR", "COLUMNS", "FORCE_COLOR", "LINES", "NO_COLOR", "PY_COLORS", "TTY_")
# Typer draws in color wherever this is set.
FOREIGN_MACHINE = ("GITHUB_ACTIONS",)
HOMES = itertools.count(1)

# Examples are the same on every run and leave no database; two busy cores make no deadline.
hypothesis.settings.register_profile("relay", database=None, deadline=None, derandomize=True)
hypothesis.settings.load_profile("relay")
set_hypothesis_home_dir(Path(tempfile.gettempdir()) / "hypothesis-of-relay")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update", action="store_true", help="write golden files instead of failing")


def pytest_configure(config: pytest.Config) -> None:
    if config.getoption("--update") and "CI" in os.environ:
        raise pytest.UsageError("--update writes golden files, which CI never does: unset CI")
    config.pluginmanager.register(Leavings())


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.set_threshold(10_000, 20, 20)
        gc.enable()


class Leavings:
    """Holds what git called uncommitted when the session began, and what it left."""

    def __init__(self) -> None:
        self.before = uncommitted()
        self.left: set[str] = set()

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        self.left = uncommitted() - self.before
        # Elsewhere somebody may be editing the checkout while its tests run.
        if self.left and "CI" in os.environ:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        if self.left and not terminalreporter.config.getoption("--update"):
            terminalreporter.section("changed in the checkout while its tests ran", yellow=True)
            for line in sorted(self.left):
                terminalreporter.line(line)


def uncommitted() -> set[str]:
    """Returns git's lines of changed and new files; none where the tree is no checkout."""
    command = ["git", "status", "--porcelain", "--untracked-files=all"]
    try:
        answer = subprocess.run(
            command, cwd=REPOSITORY, check=False, capture_output=True, text=True
        )
    except FileNotFoundError:
        return set()
    return set(answer.stdout.splitlines())


@pytest.fixture
def update(request: pytest.FixtureRequest) -> bool:
    """Whether golden files are to be written."""
    return bool(request.config.getoption("--update"))


@pytest.fixture
def swift_posts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Looks at a run that is sent along at once, not five times a second."""
    from littlerelay import posts  # noqa: PLC0415  most tests need none of it

    monkeypatch.setattr(posts, "_PAUSE", 0.002)
    monkeypatch.setattr(posts, "_TURN", 0.002)


def is_foreign(name: str) -> bool:
    """Tells whether an environment variable could change what a test sees."""
    upper = name.upper()
    starts = FOREIGN_SETTINGS + FOREIGN_DISPLAY + FOREIGN_MACHINE
    return upper.startswith(starts) or upper.endswith("_PROXY")


@pytest.fixture(autouse=True)
def clean_room(
    monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Path]:
    """Gives the test an empty home, where it also stands."""
    # A name of its own: for the next number pytest would look at all folders, once for each test.
    home = tmp_path_factory.getbasetemp() / "homes" / str(next(HOMES))
    home.mkdir(parents=True)
    for name in filter(is_foreign, list(os.environ)):
        monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("TERM", "xterm-256color")
    # Half an hour off, and with summer time: local time where UTC is meant shows at once.
    monkeypatch.setenv("TZ", "Australia/Lord_Howe")
    monkeypatch.chdir(home)
    time.tzset()
    yield home
    monkeypatch.undo()
    time.tzset()


def is_loopback(address: Any) -> bool:
    """Tells whether a socket's address stays on this machine (a path is a Unix socket's)."""
    if not isinstance(address, tuple):
        return True
    host = str(address[0])
    if host in ("", "None", "localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def refuse_beyond_loopback(address: Any) -> None:
    """Fails the test; the failure is no `Exception`, so that no retry under test can swallow it."""
    if not is_loopback(address):
        pytest.fail(f"a test wanted to reach {address}: only loopback is open to tests")


@pytest.fixture(autouse=True, scope="session")
def loopback_only() -> Iterator[None]:
    """Guards connections and the resolution of names, in this process."""
    connect, connect_ex = socket.socket.connect, socket.socket.connect_ex
    getaddrinfo = socket.getaddrinfo

    def guarded_connect(self: socket.socket, address: Any) -> None:
        refuse_beyond_loopback(address)
        connect(self, address)

    def guarded_connect_ex(self: socket.socket, address: Any) -> int:
        refuse_beyond_loopback(address)
        return connect_ex(self, address)

    def guarded_getaddrinfo(host: Any, *args: Any, **kwargs: Any) -> list[Any]:
        refuse_beyond_loopback((host,))
        return getaddrinfo(host, *args, **kwargs)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket.socket, "connect", guarded_connect)
        patch.setattr(socket.socket, "connect_ex", guarded_connect_ex)
        patch.setattr(socket, "getaddrinfo", guarded_getaddrinfo)
        yield


@pytest.fixture
def segment() -> Iterator["StandInSegment"]:
    """Gives a stand-in for Segment that runs."""
    from standin.segment import StandInSegment  # noqa: PLC0415  tests of this file lack it

    with StandInSegment() as running:
        yield running
