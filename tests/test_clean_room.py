"""The room that conftest.py promises to every test."""

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, strategies

CONFTEST = Path(__file__).with_name("conftest.py")


def test_the_home_is_empty_and_the_test_stands_in_it(clean_room: Path) -> None:
    assert Path.home() == Path.cwd() == clean_room
    assert list(clean_room.iterdir()) == []


@pytest.mark.parametrize("reach", ["connect", "connect_ex"])
def test_a_connection_beyond_loopback_fails_the_test(reach: str) -> None:
    with socket.socket() as client, pytest.raises(pytest.fail.Exception, match=r"192\.0\.2\.1"):
        getattr(client, reach)(("192.0.2.1", 443))


def test_a_name_beyond_loopback_is_not_even_looked_up() -> None:
    with pytest.raises(pytest.fail.Exception, match=r"shop\.example\.com"):
        socket.create_connection(("shop.example.com", 443))


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_loopback_is_open(host: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        with socket.create_connection((host, port), timeout=5) as client:
            assert client.getpeername() == ("127.0.0.1", port)


@given(strategies.integers())
def test_the_room_serves_property_tests_too(number: int) -> None:
    assert "HOME" in os.environ


def run_session(checkout: Path, test: str, *options: str, ci: bool) -> tuple[int, str]:
    """Runs a session of one test file in a checkout of its own; returns exit code and output."""
    tests = checkout / "tests"
    tests.mkdir()
    (tests / "conftest.py").write_text(CONFTEST.read_text())
    (tests / "test_it.py").write_text(test)
    (checkout / ".gitignore").write_text("__pycache__/\n")
    subprocess.run(["git", "init", "--quiet", checkout], check=True)
    outside = {"RELAY_TOKEN": "outside", "https_proxy": "outside", "NO_COLOR": "1"}
    environment = {name: value for name, value in os.environ.items() if name != "CI"} | outside
    answer = subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "tests", *options],
        cwd=checkout,
        env=environment | ({"CI": "true"} if ci else {}),
        check=False,
        capture_output=True,
        text=True,
    )
    return answer.returncode, answer.stdout + answer.stderr


def test_nothing_of_the_outside_reaches_a_test(tmp_path: Path) -> None:
    test = """
import os

def test_it():
    assert not {"RELAY_TOKEN", "https_proxy", "NO_COLOR"} & set(os.environ)
"""
    code, output = run_session(tmp_path, test, ci=False)
    assert code == 0, output


LITTER = """
from pathlib import Path

def test_it():
    (Path(__file__).parent / "litter.txt").write_text("left")
"""


@pytest.mark.parametrize(("ci", "code"), [(True, 1), (False, 0)])
def test_what_a_session_leaves_is_named_and_fails_it_under_ci(
    tmp_path: Path, ci: bool, code: int
) -> None:
    found, output = run_session(tmp_path, LITTER, ci=ci)
    assert found == code
    assert "?? tests/litter.txt" in output


def test_golden_files_are_never_written_under_ci(tmp_path: Path) -> None:
    code, output = run_session(tmp_path, LITTER, "--update", ci=True)
    assert code == 4
    assert "--update writes golden files, which CI never does" in output
