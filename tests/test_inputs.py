"""A file of events reads the same plain, in gzip, in Zstandard and from a stream."""

import fcntl
import gzip
import io
import os
import sys
import zlib
from collections.abc import Callable
from pathlib import Path
from unittest.mock import Mock

import pytest
import zstandard

from littlerelay.errors import DiskError, LockedError, UsageError
from littlerelay.files.inputs import Input, StreamInput

CONTENT = b"".join(
    b'{"line":%d,"text":"%s"}\n' % (n, os.urandom(20).hex().encode()) for n in range(40_000)
)
HALF = len(CONTENT) // 2


def in_members(content: bytes) -> bytes:
    return gzip.compress(content[:HALF]) + gzip.compress(content[HALF:])


def in_frames(content: bytes) -> bytes:
    return zstandard.compress(content[:HALF]) + zstandard.compress(content[HALF:])


KINDS: dict[str, Callable[[bytes], bytes]] = {
    "plain": bytes,
    "gzip": gzip.compress,
    "gzip of two members": in_members,
    "zstd": zstandard.compress,
    "zstd of two frames": in_frames,
}
PACKED = [kind for kind in KINDS if kind != "plain"]


def put(folder: Path, content: bytes) -> Path:
    path = folder / "events"  # no ending tells what it is
    path.write_bytes(content)
    return path


def whole(source: Input | StreamInput, most: int = 100_000) -> bytes:
    pieces = []
    while piece := source.read(most):
        pieces.append(piece)
    source.close()
    return b"".join(pieces)


def fill(read: bytearray, source: Input) -> None:
    while piece := source.read(10_000):
        read += piece


@pytest.mark.parametrize("kind", KINDS)
def test_it_reads_whole_whatever_its_kind(tmp_path: Path, kind: str) -> None:
    path = put(tmp_path, KINDS[kind](CONTENT))
    assert whole(Input(path)) == CONTENT


@pytest.mark.parametrize("kind", KINDS)
def test_a_read_is_full_until_the_end(tmp_path: Path, kind: str) -> None:
    source = Input(put(tmp_path, KINDS[kind](CONTENT)))
    sizes = []
    while piece := source.read(100_000):
        sizes.append(len(piece))
    assert set(sizes[:-1]) == {100_000}
    assert sum(sizes) == len(CONTENT)
    source.close()


@pytest.mark.parametrize("kind", KINDS)
def test_it_goes_on_from_a_position(tmp_path: Path, kind: str) -> None:
    source = Input(put(tmp_path, KINDS[kind](CONTENT)))
    source.go_to(HALF + 7)
    assert whole(source) == CONTENT[HALF + 7 :]


@pytest.mark.parametrize("kind", KINDS)
def test_a_stream_reads_the_same(kind: str) -> None:
    assert whole(StreamInput(io.BytesIO(KINDS[kind](CONTENT)))) == CONTENT


@pytest.mark.parametrize("kind", PACKED)
@pytest.mark.parametrize("missing", [1, 4, 9, 1000, 400_000])
def test_a_cut_file_is_an_error_and_gives_what_came_before(
    tmp_path: Path, kind: str, missing: int
) -> None:
    source = Input(put(tmp_path, KINDS[kind](CONTENT)[:-missing]))
    read = bytearray()
    with pytest.raises(DiskError, match="ends too early"):
        fill(read, source)
    source.close()
    assert CONTENT.startswith(read)


def test_a_file_cut_between_two_members_cannot_be_told_from_a_whole_one(tmp_path: Path) -> None:
    assert whole(Input(put(tmp_path, gzip.compress(CONTENT[:HALF])))) == CONTENT[:HALF]


@pytest.mark.parametrize("kind", PACKED)
def test_what_follows_and_is_no_member_is_damage(tmp_path: Path, kind: str) -> None:
    source = Input(put(tmp_path, KINDS[kind](CONTENT) + b"more\n"))
    with pytest.raises(DiskError, match="damaged"):
        whole(source)
    source.close()


def test_zeros_after_the_last_member_of_gzip_are_padding(tmp_path: Path) -> None:
    assert whole(Input(put(tmp_path, gzip.compress(CONTENT) + bytes(1000)))) == CONTENT


def test_a_flipped_bit_is_damage(tmp_path: Path) -> None:
    packed = bytearray(gzip.compress(CONTENT))
    packed[-5] ^= 1  # of the checksum
    source = Input(put(tmp_path, bytes(packed)))
    with pytest.raises(DiskError, match="damaged"):
        whole(source)
    source.close()


def test_a_bomb_unpacks_in_portions(tmp_path: Path) -> None:
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    packed = b"".join(packer.compress(bytes(1 << 20)) for _ in range(200)) + packer.flush()
    source = Input(put(tmp_path, packed))
    assert len(source.read(1000)) == 1000
    assert source.raw_position < len(packed) or len(packed) < 1 << 18
    assert len(source._reader._rest) == 0
    source.close()


def test_an_empty_file_holds_nothing(tmp_path: Path) -> None:
    assert whole(Input(put(tmp_path, b""))) == b""
    assert whole(StreamInput(io.BytesIO(b""))) == b""


def test_a_growing_plain_file_stays_the_same_file_and_a_changed_one_does_not(
    tmp_path: Path,
) -> None:
    path = put(tmp_path, CONTENT)
    source = Input(path)
    before = source.fingerprint(HALF)
    source.close()
    path.write_bytes(CONTENT + b"more\n")
    source = Input(path)
    assert source.fingerprint(HALF) == before
    source.close()
    path.write_bytes(CONTENT[: HALF - 3] + b"###" + CONTENT[HALF:])
    source = Input(path)
    assert source.fingerprint(HALF) != before
    source.close()


def test_a_compressed_file_that_is_shorter_than_before_is_another_file(tmp_path: Path) -> None:
    source = Input(put(tmp_path, gzip.compress(CONTENT)))
    with pytest.raises(DiskError, match="shorter or changed"):
        source.go_to(len(CONTENT) + 1)
    source.close()


def test_a_missing_file_and_a_folder_are_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot be read: No such file"):
        Input(tmp_path / "nowhere")
    with pytest.raises(UsageError, match="is not a plain file"):
        Input(tmp_path)
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(UsageError, match="is not a plain file"):
        Input(tmp_path / "pipe")


def test_a_file_that_a_run_writes_is_refused(tmp_path: Path) -> None:
    path = put(tmp_path, CONTENT)
    with path.open("rb") as writer:
        fcntl.flock(writer, fcntl.LOCK_EX)
        with pytest.raises(LockedError):
            Input(path)


def handles() -> set[str]:
    return {path.name for path in Path("/proc/self/fd").iterdir()}


@pytest.mark.parametrize("refusal", ["no Zstandard", "no read", "another run"])
def test_a_file_that_is_refused_is_not_left_open(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, refusal: str
) -> None:
    path = tmp_path / "events"
    path.write_bytes(zstandard.compress(CONTENT))
    with path.open("rb") as other:
        if refusal == "no Zstandard":
            monkeypatch.setitem(sys.modules, "zstandard", None)
        elif refusal == "no read":
            monkeypatch.setattr(os, "pread", Mock(side_effect=OSError(5, "Input/output error")))
        else:
            fcntl.flock(other, fcntl.LOCK_EX)
        before = handles()
        with pytest.raises((UsageError, DiskError, LockedError)) as caught:
            Input(path)
        assert handles() == before
        assert caught.value.hint
