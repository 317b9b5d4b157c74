"""A job knows what it has given, and never claims more."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing, suppress
from pathlib import Path
from uuid import UUID

import pytest

from littlerelay import ledger
from littlerelay.checkpoint import Checkpoint
from littlerelay.durable import make_folder
from littlerelay.errors import DiskError, LockedError, UsageError
from littlerelay.history import History, JobFolder, jobs
from littlerelay.ledger import Ledger
from meanings import MEANING, other

A, B, C, D = (1_700_000_000 + day * 86_400 for day in range(4))
NEW = History(job="acme", meaning=MEANING, output="events.ndjson")


@pytest.fixture
def folder(tmp_path: Path) -> JobFolder:
    folder = JobFolder(tmp_path / "state", "acme")
    with folder.locked():
        folder.save(NEW)
    return folder


def run(since: int, until: int, *, typed: str = "", new_since: int | None = None) -> Checkpoint:
    """Makes a finished run; ``typed`` is what --until was."""
    return Checkpoint(
        job="acme",
        meaning=other(since="last" if new_since else "2023-11-14", until=typed or None),
        since=since,
        until=until,
        frozen_end=until,
        updated_since=since,
        new_since=new_since,
        limit=None,
        left_out=[],
        resources={},
        phase="checking",
    )


def output(tmp_path: Path, *numbers: int) -> Path:
    path = tmp_path / "events.ndjson"
    lines = "".join(f'{{"messageId":"{UUID(int=number)}"}}\n' for number in numbers)
    path.write_text(lines)
    return path


def ids(folder: JobFolder, history: History) -> set[int]:
    path = folder.ledger(history)
    assert path is not None
    with closing(Ledger(path)) as found:
        return {number for number in range(20) if str(UUID(int=number)) in found}


def test_what_was_saved_is_loaded(folder: JobFolder) -> None:
    assert folder.load() == NEW


def test_a_new_job_has_no_history(tmp_path: Path) -> None:
    assert JobFolder(tmp_path, "new").load() is None


def test_jobs_are_named_in_order(tmp_path: Path) -> None:
    assert jobs(tmp_path) == []
    for name in ("beta", "acme"):
        with JobFolder(tmp_path, name).locked():
            JobFolder(tmp_path, name).save(NEW)
    make_folder(tmp_path / "jobs" / "never-begun")
    assert jobs(tmp_path) == ["acme", "beta"]


@pytest.mark.parametrize("content", [b"", b"{", b"{}", b"\xff", b'{"job":1}'])
def test_a_damaged_history_is_not_a_new_job(
    content: bytes, folder: JobFolder, tmp_path: Path
) -> None:
    (tmp_path / "state/jobs/acme/history.json").write_bytes(content)
    with pytest.raises(DiskError, match="damaged") as caught:
        folder.load()
    assert caught.value.exit_code == 8


def test_a_history_with_one_digit_changed_is_damaged(folder: JobFolder, tmp_path: Path) -> None:
    with folder.locked():
        folder.save(NEW.model_copy(update={"since": 1, "end": 200}))
    path = tmp_path / "state/jobs/acme/history.json"
    path.write_bytes(path.read_bytes().replace(b"200", b"300"))
    with pytest.raises(DiskError, match="damaged"):
        folder.load()


@pytest.mark.parametrize("name", ["", "..", "a/b", "Acme", "-a", "a" * 65, "a\n", "ä", "a b"])
def test_a_name_that_could_be_a_path_or_an_option_is_refused(name: str, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="not a name for a job"):
        JobFolder(tmp_path, name)


def test_runs_add_up_in_the_ledger(folder: JobFolder, tmp_path: Path) -> None:
    history = folder.record(NEW, run(A, B), output(tmp_path, 1, 2))
    assert ids(folder, history) == {1, 2}
    history = folder.record(history, run(A, C, new_since=B), output(tmp_path, 2, 3))
    assert ids(folder, history) == {1, 2, 3}
    assert folder.load() == history
    names = sorted(path.name for path in (tmp_path / "state/jobs/acme").iterdir())
    assert names == ["history.json", "ledger-2.bin", "lock"]


Span = tuple[int | None, int | None, bool]

# What the job's span was (since, end, ended by hand), the run, and what the span is then.
SPANS: dict[str, tuple[Span, Checkpoint, Span]] = {
    "the first run": ((None, None, False), run(A, B), (A, B, False)),
    "the first run, ended by hand": ((None, None, False), run(A, B, typed="B"), (A, B, True)),
    "last": ((A, B, False), run(A, C, new_since=B), (A, C, False)),
    "last, past a cut-over": ((A, B, True), run(A, C, new_since=B), (A, C, False)),
    "an old last, finished late": ((A, D, False), run(A, C, new_since=B), (A, D, False)),
    "all of it and more": ((B, C, False), run(A, D), (A, D, False)),
    "from the same start on": ((A, B, False), run(A, D), (A, D, False)),
    "inside of it": ((A, D, False), run(B, C), (A, D, False)),
    "beyond its end": ((A, C, False), run(B, D), (A, C, False)),
    "before it, up to it": ((B, C, False), run(A, B), (A, C, False)),
    "before it, with a gap": ((C, D, False), run(A, B), (C, D, False)),
    "before an end by hand": ((B, D, True), run(A, C, typed="C"), (A, D, True)),
    "the same again, which lifts nothing": ((A, B, True), run(A, C), (A, C, True)),
}


@pytest.mark.parametrize("case", SPANS)
@pytest.mark.parametrize("times", [1, 2])
def test_the_span_is_the_time_for_which_everything_was_given(
    times: int, case: str, folder: JobFolder, tmp_path: Path
) -> None:
    before, done, after = SPANS[case]
    keys = ("since", "end", "cut_over")
    history = NEW.model_copy(update=dict(zip(keys, before, strict=True)))
    for _ in range(times):
        history = folder.record(history, done, output(tmp_path, 1))
    assert (history.since, history.end, history.cut_over) == after


def altered(path: Path) -> None:
    path.write_bytes(bytes([path.read_bytes()[0] ^ 1]) + path.read_bytes()[1:])


LOSSES: list[Callable[[Path], object]] = [Path.unlink, altered, lambda path: path.write_bytes(b"")]


@pytest.mark.parametrize("lose", LOSSES)
def test_a_lost_or_altered_ledger_is_none(
    lose: Callable[[Path], object], folder: JobFolder, tmp_path: Path
) -> None:
    history = folder.record(NEW, run(A, B), output(tmp_path, 1))
    lose(tmp_path / "state/jobs/acme/ledger-1.bin")
    assert folder.ledger(history) is None


@pytest.mark.parametrize("done", [run(B, D), run(A, B), run(A, B, typed="B")])
def test_a_lost_ledger_stays_lost_whatever_part_of_it_is_given_anew(
    done: Checkpoint, folder: JobFolder, tmp_path: Path
) -> None:
    history = folder.record(NEW, run(A, C), output(tmp_path, 1, 2))
    (tmp_path / "state/jobs/acme/ledger-1.bin").unlink()
    for _ in range(3):
        history = folder.record(history, done, output(tmp_path, 2))
        assert folder.ledger(history) is None


def test_a_lost_ledger_comes_back_with_a_run_over_everything(
    folder: JobFolder, tmp_path: Path
) -> None:
    history = folder.record(NEW, run(A, C), output(tmp_path, 1, 2))
    (tmp_path / "state/jobs/acme/ledger-1.bin").unlink()
    history = folder.record(history, run(B, C), output(tmp_path, 2))
    history = folder.record(history, run(A, D), output(tmp_path, 1, 2, 3))
    assert ids(folder, history) == {1, 2, 3}


def test_what_a_killed_merge_left_is_removed(folder: JobFolder, tmp_path: Path) -> None:
    left = tmp_path / "state/jobs/acme/sorting-abc"
    left.mkdir()
    (left / "0").write_bytes(b"x" * 16)
    folder.record(NEW, run(A, B), output(tmp_path, 1))
    assert not left.exists()


class Killed(BaseException):
    """The process ends here."""


@pytest.mark.parametrize("call", ["fsync", "replace", "unlink"])
@pytest.mark.parametrize("late", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("nth", range(4))
def test_a_run_that_was_killed_while_it_was_recorded_is_recorded_once(
    nth: int, late: bool, call: str, folder: JobFolder, tmp_path: Path
) -> None:
    first = folder.record(NEW, run(A, B), output(tmp_path, 1, 2))
    again = run(A, C, new_since=B)
    events = output(tmp_path, 3)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, call, killing(call, nth, late))
        with suppress(Killed):
            folder.record(first, again, events)
    found = folder.load()
    assert found is not None
    history = folder.record(found, again, events)
    assert (ids(folder, history), history.end) == ({1, 2, 3}, C)
    assert len(list((tmp_path / "state/jobs/acme").glob("ledger-*.bin"))) == 1


def killing(call: str, nth: int, late: bool) -> Callable[..., object]:
    """Gives a function of os that kills, before or after its work, when it is called again."""
    real, calls = getattr(os, call), iter(range(100))

    def killed(*values: object, **named: object) -> object:
        due = next(calls) == nth
        if due and not late:
            raise Killed
        answer = real(*values, **named)
        if due:
            raise Killed
        return answer

    return killed


def test_a_ledger_is_durable_before_the_history_names_it(
    folder: JobFolder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls: list[str] = []
    for place, name in ((ledger, "merge"), (JobFolder, "save")):
        monkeypatch.setattr(place, name, told(calls, getattr(place, name)))
    folder.record(NEW, run(A, B), output(tmp_path, 1))
    assert calls == ["merge", "save"]


def told(calls: list[str], real: Callable[..., object]) -> Callable[..., object]:
    """Gives a function that notes its name first."""

    def call(*values: object) -> object:
        calls.append(real.__name__)
        return real(*values)

    return call


HOLDER = """
import sys, time
from pathlib import Path
from littlerelay.history import JobFolder
with JobFolder(Path(sys.argv[1]), "acme").locked():
    print("held", flush=True)
    time.sleep(60)
"""


def test_another_process_that_holds_the_job_is_named_until_it_is_killed(tmp_path: Path) -> None:
    folder = JobFolder(tmp_path, "acme")
    with subprocess.Popen(
        [sys.executable, "-c", HOLDER, tmp_path], stdout=subprocess.PIPE, text=True
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        with pytest.raises(LockedError, match=f"process {holder.pid}") as caught, folder.locked():
            pass
        assert caught.value.exit_code == 6
        holder.send_signal(signal.SIGKILL)
    with folder.locked():
        assert (tmp_path / "jobs/acme/lock").read_text() == str(os.getpid())


def test_the_folder_of_a_job_is_for_its_owner_alone(folder: JobFolder, tmp_path: Path) -> None:
    history = folder.record(NEW, run(A, B), output(tmp_path, 1))
    place = tmp_path / "state/jobs/acme"
    assert place.stat().st_mode & 0o777 == 0o700
    assert {path.stat().st_mode & 0o777 for path in place.iterdir()} == {0o600}
    assert history.generation == 1


def test_a_folder_that_cannot_be_made_is_an_error_of_the_disk(tmp_path: Path) -> None:
    (tmp_path / "jobs").write_text("a file")
    with pytest.raises(DiskError), JobFolder(tmp_path, "acme").locked():
        pass
