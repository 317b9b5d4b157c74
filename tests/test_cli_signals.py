"""A signal ends a run in good order, and no second one disturbs that."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from typing import Any

import pytest

from command import CANARY, STARTED, Relay, faked, part
from littlerelay.errors import DiskError
from littlerelay.progress import Progress
from processes import BACKFILL, FAKED, start

STOPPED = "error: Stopped.\nhint: The same command goes on from the last checkpoint.\n"
ANEW = "error: Stopped.\nhint: The same command without --restart goes on with this run.\n"


@pytest.fixture
def relay(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Iterator[Relay]:
    yield from faked(monkeypatch, capfd)


@pytest.fixture(autouse=True)
def shop(monkeypatch: pytest.MonkeyPatch) -> None:
    """Gives processes a shop and a token."""
    monkeypatch.setenv("RELAY_SHOP", "demo.myshopify.com")
    monkeypatch.setenv("RELAY_TOKEN", CANARY)


@pytest.mark.parametrize(
    ("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 7), (signal.SIGHUP, 7)]
)
def test_a_signal_ends_a_run_in_good_order(number: signal.Signals, code: int) -> None:
    process = start("endless")
    assert process.stderr is not None
    said = [process.stderr.readline() for _ in range(4)]
    process.send_signal(number)
    _, rest = process.communicate(timeout=10)
    assert process.returncode == code
    assert (b"".join(said) + rest).decode().endswith(STOPPED)


def test_without_a_checkpoint_a_stopped_run_does_not_speak_of_one() -> None:
    process = start("endless", *BACKFILL, "--out", "-")
    assert process.stderr is not None
    process.stderr.readline()
    process.terminate()
    _, rest = process.communicate(timeout=10)
    assert process.returncode == 7
    assert b"nothing is remembered" in rest
    assert b"checkpoint" not in rest


def test_a_signal_that_is_ignored_stays_so() -> None:
    command = [sys.executable, str(FAKED), "endless", *BACKFILL]
    process = subprocess.Popen(
        ["nohup", *command], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
    )
    assert process.stderr is not None
    while b"output" not in process.stderr.readline():
        pass
    process.send_signal(signal.SIGHUP)
    with pytest.raises(subprocess.TimeoutExpired):
        process.wait(timeout=0.3)
    process.terminate()
    process.communicate(timeout=10)
    assert process.returncode == 7


def test_a_run_that_began_anew_is_not_begun_anew_again() -> None:
    process = start("endless", *BACKFILL, "--restart")
    assert process.stderr is not None
    process.stderr.readline()
    process.terminate()
    _, rest = process.communicate(timeout=10)
    assert process.returncode == 7
    assert rest.decode().endswith(ANEW)


@pytest.mark.parametrize("again", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_more_signals_disturb_neither_the_message_nor_the_end(again: signal.Signals) -> None:
    process = start("endless")
    assert process.stderr is not None
    process.stderr.readline()
    process.terminate()
    while process.poll() is None:
        time.sleep(0.001)
        process.send_signal(again)
    _, rest = process.communicate(timeout=10)
    assert process.returncode == 7 or (again == signal.SIGINT and process.returncode == 130)
    assert rest.decode().endswith(STOPPED)


def test_the_first_signal_decides_the_exit_code(relay: Relay) -> None:
    def told() -> Iterator[Progress]:
        yield STARTED
        try:
            signal.raise_signal(signal.SIGTERM)
        finally:
            signal.raise_signal(signal.SIGINT)

    relay.jobs.told = told()
    ended = relay(*BACKFILL)
    assert ended.code == 7
    assert ended.err.endswith(STOPPED)


def test_signals_that_come_together_are_one(
    relay: Relay, capfd: pytest.CaptureFixture[str]
) -> None:
    together = {signal.SIGTERM, signal.SIGHUP}

    def told() -> Iterator[Progress]:
        yield STARTED
        signal.pthread_sigmask(signal.SIG_BLOCK, together)
        for number in together:
            signal.raise_signal(number)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, together)

    relay.jobs.told = told()
    ended = relay(*BACKFILL)
    assert ended.code == 7
    assert ended.err.endswith(f"events.ndjson\n{STOPPED}")


def test_a_signal_during_the_message_of_an_error_ends_in_good_order(
    relay: Relay, monkeypatch: pytest.MonkeyPatch
) -> None:
    display = part("display")
    says = display.failure

    def interrupted(*words: Any) -> None:
        monkeypatch.setattr(display, "failure", says)
        signal.raise_signal(signal.SIGTERM)

    monkeypatch.setattr(display, "failure", interrupted)
    relay.jobs.told = (DiskError("The disk is full."),)
    ended = relay(*BACKFILL)
    assert (ended.code, ended.err) == (7, STOPPED)
