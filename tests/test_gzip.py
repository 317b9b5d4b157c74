"""A compressed event file has the same bytes however often its making was stopped."""

import gzip
import subprocess
import zlib
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from littlerelay.files import compressed
from littlerelay.files.compressed import GzipFile, open_output
from littlerelay.marks import EMPTY, Mark

LINES = [b'{"n":%d,"text":"%s"}\n' % (n, b"abc" * n) for n in range(40)]


@pytest.fixture
def small_members(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compressed, "MEMBER", 200)


def append(path: Path, lines: list[bytes], mark: Mark = EMPTY) -> Mark:
    """Writes lines from a mark on, and ends the file."""
    with closing(open_output(path, mark)) as file:
        for line in lines:
            file.write(line)
            file.settle()
        return file.finish()


def members(content: bytes) -> list[bytes]:
    """Decompresses each member of a gzip file."""
    found = []
    while content:
        one = zlib.decompressobj(31)
        found.append(one.decompress(content))
        assert one.eof
        content = one.unused_data
    return found


def test_a_gzip_member_ends_with_the_first_record_after_its_size(
    tmp_path: Path, small_members: None
) -> None:
    path = tmp_path / "events.ndjson.gz"
    assert append(path, LINES).lines == len(LINES)
    found = members(path.read_bytes())
    assert b"".join(found) == b"".join(LINES)
    assert len(found) > 5
    for member in found[:-1]:
        lines = member.splitlines(keepends=True)
        assert len(member) >= 200 > len(member) - len(lines[-1])


def test_a_gzip_member_never_ends_within_a_record(tmp_path: Path, small_members: None) -> None:
    path = tmp_path / "events.ndjson.gz"
    with closing(open_output(path)) as file:
        for line in LINES:
            file.write(line)
        file.settle()
        file.finish()
    assert len(members(path.read_bytes())) == 1


@pytest.mark.parametrize("lines", [LINES, []], ids=["lines", "none"])
def test_any_gzip_reads_it(lines: list[bytes], tmp_path: Path, small_members: None) -> None:
    path = tmp_path / "events.ndjson.gz"
    append(path, lines)
    assert gzip.decompress(path.read_bytes()) == b"".join(lines)
    told = subprocess.run(["gzip", "-dc", path], capture_output=True, check=True)
    assert told.stdout == b"".join(lines)


def test_a_gzip_file_does_not_tell_when_it_was_made(tmp_path: Path) -> None:
    append(tmp_path / "events.ndjson.gz", LINES)
    assert (tmp_path / "events.ndjson.gz").read_bytes()[4:8] == bytes(4)


def test_a_gzip_file_is_settled_between_members_alone(tmp_path: Path, small_members: None) -> None:
    settled = []
    with closing(GzipFile(tmp_path / "events.ndjson.gz")) as file:
        assert file.settle()
        for line in LINES:
            file.write(line)
            settled.append(file.settle())
        file.finish()
        assert file.settle()
    assert settled.count(True) > 5
    assert not settled[0]


@given(stops=st.sets(st.integers(0, 39)), torn=st.integers(0, 30))
def test_gzip_bytes_never_depend_on_where_the_file_was_left(
    stops: set[int], torn: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("gzip")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(compressed, "MEMBER", 200)
        append(folder / "whole.gz", LINES)
        mark = EMPTY
        for stop in sorted(stops):
            mark = left_at(folder / "events.gz", mark, stop)
            with (folder / "events.gz").open("ab") as other:
                other.write(b"x" * torn)
        append(folder / "events.gz", LINES[mark.lines :], mark)
    assert (folder / "events.gz").read_bytes() == (folder / "whole.gz").read_bytes()


def left_at(path: Path, mark: Mark, stop: int) -> Mark:
    """Writes up to a line and leaves the file there: gives the last mark that could be made."""
    with closing(open_output(path, mark)) as file:
        for line in LINES[mark.lines : stop]:
            file.write(line)
            mark = file.sync() if file.settle() else mark
    return mark
