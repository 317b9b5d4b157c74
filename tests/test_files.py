"""An event file ends where its mark says, whatever happened to the disk under it."""

import errno
import io
import os
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from littlerelay.errors import DiskError, LockedError, UsageError
from littlerelay.files import compressed
from littlerelay.files.compressed import GzipFile, open_output
from littlerelay.files.ndjson import (
    LazyFile,
    PlainFile,
    StreamOutput,
    verify,
)
from littlerelay.marks import EMPTY, Mark

LINES = [b'{"n":%d,"text":"%s"}\n' % (n, b"abc" * n) for n in range(40)]
ALTERED = {
    "missing": lambda content: None,
    "empty": lambda content: b"",
    "shorter": lambda content: content[:-1],
    "changed at its end": lambda content: content[:-2] + b"?\n",
    "changed at its start": lambda content: b"?" + content[1:],
}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "events.ndjson"


@pytest.fixture
def small_members(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compressed, "MEMBER", 200)


def append(path: Path, lines: list[bytes], mark: Mark = EMPTY) -> Mark:
    """Writes lines from a mark on, and gives the next one."""
    with closing(open_output(path, mark)) as file:
        for line in lines:
            file.write(line)
        return file.finish()


def test_a_mark_tells_bytes_and_lines(path: Path) -> None:
    mark = append(path, LINES)
    assert path.read_bytes() == b"".join(LINES)
    assert (mark.bytes, mark.lines) == (path.stat().st_size, len(LINES))


def test_what_was_not_made_durable_is_not_in_the_mark(path: Path) -> None:
    with closing(PlainFile(path)) as file:
        file.write(LINES[0])
        mark = file.sync()
        file.write(LINES[1])
        assert file.written == len(LINES[0] + LINES[1])
    assert (mark.bytes, mark.lines) == (len(LINES[0]), 1)


@pytest.mark.parametrize("torn", range(1, len(LINES[3]) + 1))
def test_whatever_lies_behind_the_mark_is_cut(path: Path, torn: int) -> None:
    mark = append(path, LINES[:3])
    with path.open("ab") as other:
        other.write(LINES[3][:torn])
    append(path, LINES[3:], mark)
    assert path.read_bytes() == b"".join(LINES)


def test_a_file_can_be_cut_back_to_nothing(path: Path) -> None:
    path.write_bytes(b"what a killed run left")
    assert append(path, LINES[:1]).lines == 1
    assert path.read_bytes() == LINES[0]


def test_a_mark_made_without_a_new_line_is_the_last_one(path: Path) -> None:
    mark = append(path, LINES)
    assert append(path, [], mark) == mark


def test_a_mark_looks_at_64_kib_and_not_at_more(path: Path) -> None:
    mark = append(path, [b"x" * 70_000 + b"\n"])
    content = bytearray(path.read_bytes())
    content[0] = ord("y")
    path.write_bytes(content)
    verify(path, mark)
    content[-65_536] = ord("y")
    path.write_bytes(content)
    with pytest.raises(DiskError):
        verify(path, mark)


def test_a_system_that_takes_three_bytes_at_a_time_gets_them_all(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write = os.write
    monkeypatch.setattr(os, "write", lambda handle, data: write(handle, bytes(data[:3])))
    append(path, LINES)
    assert path.read_bytes() == b"".join(LINES)


@pytest.mark.parametrize("name", ["events.ndjson", "events.ndjson.gz"])
@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EIO, errno.EDQUOT])
@pytest.mark.parametrize("call", ["write", "fsync"])
def test_a_full_or_failing_disk_stops_the_run_and_the_file_goes_on_later(
    call: str, code: int, name: str, tmp_path: Path, small_members: None
) -> None:
    path, whole = tmp_path / name, tmp_path / f"whole-{name}"
    append(whole, LINES)
    mark = append(path, LINES[:5]) if name == "events.ndjson" else EMPTY

    def refuse(*_: object) -> int:
        raise OSError(code, os.strerror(code))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, call, refuse)
        with pytest.raises(DiskError) as caught:
            append(path, LINES[mark.lines :], mark)
    assert str(path) in str(caught.value)
    assert os.strerror(code) in str(caught.value)
    assert caught.value.exit_code == 8
    append(path, LINES[mark.lines :], mark)
    assert path.read_bytes() == whole.read_bytes()


@pytest.mark.parametrize("opened", [open_output, LazyFile, verify])
@pytest.mark.parametrize("change", ALTERED.values(), ids=ALTERED.keys())
def test_an_altered_file_is_refused_and_left_alone(
    change: Callable[[bytes], bytes | None], opened: Callable[[Path, Mark], object], path: Path
) -> None:
    mark = append(path, LINES)
    content = change(path.read_bytes())
    if content is None:
        path.unlink()
    else:
        path.write_bytes(content)
    with pytest.raises(DiskError) as caught:
        opened(path, mark)
    assert caught.value.exit_code == 8
    assert (path.read_bytes() if path.exists() else None) == content


def test_a_finished_file_that_grew_is_not_the_same(path: Path) -> None:
    mark = append(path, LINES)
    verify(path, mark)
    with path.open("ab") as other:
        other.write(b"\n")
    with pytest.raises(DiskError, match="not the file"):
        verify(path, mark)


@pytest.mark.parametrize("opened", [open_output, LazyFile])
def test_a_symbolic_link_is_not_followed(
    opened: Callable[[Path], object], path: Path, tmp_path: Path
) -> None:
    (tmp_path / "precious").write_bytes(b"precious")
    path.symlink_to(tmp_path / "precious")
    with pytest.raises(UsageError, match="cannot be written"):
        opened(path)
    assert (tmp_path / "precious").read_bytes() == b"precious"


def test_a_folder_is_no_output(path: Path) -> None:
    path.mkdir()
    with pytest.raises(UsageError, match="cannot be written"):
        open_output(path)


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="does not exist"):
        open_output(tmp_path / "nowhere" / "events.ndjson")


def test_a_refused_file_is_not_kept_open(path: Path) -> None:
    mark = append(path, LINES)
    path.write_bytes(b"")
    before = len(list(Path("/proc/self/fd").iterdir()))
    with pytest.raises(DiskError):
        open_output(path, mark)
    assert len(list(Path("/proc/self/fd").iterdir())) == before


@pytest.mark.parametrize("opened", [PlainFile, GzipFile])
def test_a_file_is_for_its_owner_alone(opened: Callable[[Path], PlainFile], path: Path) -> None:
    before = os.umask(0)
    try:
        opened(path).close()
    finally:
        os.umask(before)
    assert path.stat().st_mode & 0o777 == 0o600


def test_a_file_that_others_could_read_is_its_owner_s_alone_once_it_is_begun(path: Path) -> None:
    path.touch(0o666)
    path.chmod(0o666)
    mark = append(path, LINES)
    assert path.stat().st_mode & 0o777 == 0o600
    path.chmod(0o640)  # by its owner, who may know why
    append(path, LINES, mark)
    assert path.stat().st_mode & 0o777 == 0o640


def test_a_second_writer_is_refused_until_the_first_has_gone(path: Path) -> None:
    with closing(open_output(path)) as first:
        first.write(LINES[0])
        with pytest.raises(LockedError) as caught:
            open_output(path)
        mark = first.sync()
    assert caught.value.exit_code == 6
    open_output(path, mark).close()
    assert path.read_bytes() == LINES[0]


def test_a_lazy_file_is_there_only_with_a_line(path: Path) -> None:
    with closing(LazyFile(path)) as file:
        assert (file.sync(), file.written) == (EMPTY, 0)
    assert not path.exists()
    with closing(LazyFile(path)) as file:
        file.write(LINES[0])
        assert file.sync().lines == 1
    assert path.read_bytes() == LINES[0]


def test_a_lazy_file_goes_on_at_its_mark(path: Path) -> None:
    mark = append(path, LINES[:2])
    with closing(LazyFile(path, mark)) as file:
        file.write(LINES[2])
        assert file.finish().lines == 3
    assert path.read_bytes() == b"".join(LINES[:3])


def test_a_lazy_file_removes_what_a_killed_run_left(path: Path) -> None:
    path.write_bytes(LINES[0])
    LazyFile(path).close()
    assert not path.exists()


def test_a_stream_gets_every_line_and_is_left_open() -> None:
    stream = io.BytesIO()
    with closing(StreamOutput(stream)) as output:
        output.write(LINES[0])
        assert (output.sync(), output.written) == (EMPTY, len(LINES[0]))
    assert stream.getvalue() == LINES[0]


def test_a_stream_that_takes_no_more_is_a_failure_of_the_disk() -> None:
    with Path("/dev/full").open("wb", buffering=0) as full:
        with pytest.raises(DiskError, match=r"No space left"):
            StreamOutput(full).write(LINES[0])
        output = StreamOutput(io.BufferedWriter(full))
        output.write(LINES[0])
        with pytest.raises(DiskError, match=r"No space left"):
            output.sync()


def test_a_stream_whose_reader_went_away_is_no_failure_of_the_disk() -> None:
    ours, theirs = os.pipe()
    os.close(ours)
    with os.fdopen(theirs, "wb", buffering=0) as unread, pytest.raises(BrokenPipeError):
        StreamOutput(unread).write(LINES[0])


def test_a_file_that_somebody_else_began_meanwhile_is_not_touched(path: Path) -> None:
    with closing(LazyFile(path)) as file:
        path.write_bytes(LINES[0])
        with pytest.raises(UsageError, match="File exists"):
            file.write(LINES[1])
    assert path.read_bytes() == LINES[0]
