"""Standard output that fails is told by the exit code; standard error that fails ends nothing."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from command import CANARY
from processes import BACKFILL, in_shell, start

RUN = "relay lines backfill --since 30d"
FULL = "error: Standard output: No space left on device.\n"


@pytest.fixture(autouse=True)
def shop(monkeypatch: pytest.MonkeyPatch) -> None:
    """Gives processes a shop and a token."""
    monkeypatch.setenv("RELAY_SHOP", "demo.myshopify.com")
    monkeypatch.setenv("RELAY_TOKEN", CANARY)


@pytest.fixture
def unread() -> Iterator[int]:
    """Gives the end of a pipe whose reader went away."""
    ours, theirs = os.pipe()
    os.close(ours)
    yield theirs
    os.close(theirs)


@pytest.mark.parametrize("words", [("--out", "-"), ("--json",)])
def test_a_reader_who_goes_away_ends_it_without_a_word(words: tuple[str, ...]) -> None:
    process = start("lines", *BACKFILL, *words, "--quiet")
    assert process.stdout is not None
    process.stdout.close()
    assert process.communicate(timeout=10)[1] == b""
    assert process.returncode == 141


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("--help",), 141),
        (("backfill", "--help"), 141),
        (("--version",), 141),
        (("status",), 141),
        (("status", "--json"), 141),
        ((*BACKFILL, "--json"), 141),
        ((*BACKFILL, "--out", "-"), 141),
        (BACKFILL, 0),
        (("backfill",), 2),
        (("backfill", "--json"), 2),
    ],
)
def test_where_nobody_reads_at_all_the_exit_code_tells(
    unread: int, words: tuple[str, ...], code: int
) -> None:
    process = start("lines", *words, stdout=unread, stderr=unread)
    assert process.wait(timeout=10) == code


@pytest.mark.parametrize(
    "words", ["status", "status --json", "backfill --since 30d --json --quiet"]
)
def test_a_full_disk_behind_standard_output_is_told(words: str) -> None:
    done = in_shell(f"relay lines {words} >/dev/full")
    assert done.returncode == 8
    assert done.stderr.startswith(FULL)
    assert done.stderr.count("\n") == 2


def test_a_full_disk_behind_the_events_is_told() -> None:
    done = in_shell(f"{RUN} --quiet --out - >/dev/full")
    assert done.returncode == 8
    assert done.stderr.startswith(FULL)


def test_an_error_keeps_its_exit_code_where_its_object_cannot_be_written() -> None:
    done = in_shell("relay lines backfill --json >/dev/full")
    assert done.returncode == 2
    assert done.stderr.startswith("error: Missing option '--since'.\nhint: ")
    assert done.stderr.count("\n") == 2


@pytest.mark.parametrize("to", ["2>/dev/full", "2>&-", ">&-", ">&- 2>&-", "<&- >&- 2>&-"])
def test_a_run_needs_nobody_who_listens(to: str) -> None:
    assert in_shell(f"{RUN} {to}").returncode == 0


@pytest.mark.parametrize("to", ["2>/dev/full", "2>&-", ">&- 2>&-"])
def test_an_error_and_a_bug_keep_their_exit_codes_where_nobody_listens(to: str) -> None:
    assert in_shell(f"relay lines backfill {to}").returncode == 2
    assert in_shell(f"relay bug backfill --since 30d {to}").returncode == 1


def test_events_are_not_lost_where_standard_output_is_closed() -> None:
    done = in_shell(f"{RUN} --out - >&-")
    assert done.returncode == 2
    assert done.stderr.startswith("error: Standard output is closed")


def test_a_closed_stream_is_not_taken_by_the_next_file() -> None:
    done = in_shell("relay numbers backfill --since 30d --quiet 3>&1 <&- >&- 2>&-")
    assert (done.returncode, done.stdout) == (0, "4")


@pytest.mark.parametrize("words", ["status --job é", "backfill --since 30d --token-file é"])
def test_letters_that_the_encoding_does_not_have_are_written_as_escapes(
    monkeypatch: pytest.MonkeyPatch, words: str
) -> None:
    monkeypatch.setenv("PYTHONIOENCODING", "ascii")
    done = in_shell(f"relay lines {words}")
    assert done.returncode == 2
    assert "\\xe9" in done.stderr


def test_the_same_goes_for_results(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONIOENCODING", "ascii")
    done = in_shell("relay lines status")
    assert (done.returncode, done.stderr) == (0, "")
    assert "output   \\xe9.ndjson" in [line.rstrip() for line in done.stdout.splitlines()]
