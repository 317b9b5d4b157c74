"""A ledger knows every message that was given, and no other."""

import gzip
import resource
from collections.abc import Iterable
from contextlib import closing
from hashlib import sha256
from pathlib import Path
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from littlerelay import ledger
from littlerelay.errors import DiskError
from littlerelay.ledger import SIZE, Ledger, fingerprint, merge

# Few enough that sets of them meet, with the first and the last that can be.
IDS = [str(UUID(int=number * 2**121 + number)) for number in range(1, 60)]
IDS += [str(UUID(int=0)), str(UUID(int=2**128 - 1))]
some_ids = st.lists(st.sampled_from(IDS), max_size=40)


def write_events(path: Path, ids: Iterable[str]) -> Path:
    """Writes an event file; other properties hold ids, too, as a customer may have typed them."""
    lines = "".join(
        f'{{"type":"track","messageId":"{one}","properties":{{"note":"messageId\\":\\"{IDS[0]}"}}}}\n'
        for one in ids
    )
    packed = gzip.compress(lines.encode()) if path.suffix == ".gz" else lines.encode()
    path.write_bytes(packed)
    return path


def merged(folder: Path, *runs: Iterable[str], suffix: str = "") -> Path:
    """Merges one run after the other, and gives the last ledger."""
    path = None
    for number, ids in enumerate(runs):
        output = write_events(folder / f"events-{number}.ndjson{suffix}", ids)
        new = folder / f"ledger-{number}.bin"
        assert merge(path, output, new) == fingerprint(new)
        path = new
    assert path is not None
    return path


@given(first=some_ids, second=some_ids, chunk=st.integers(1, 50))
def test_a_ledger_is_the_sorted_union_and_finds_every_id_and_no_other(
    first: list[str], second: list[str], chunk: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ledger, "_CHUNK", chunk)
        patch.setattr(ledger, "_OPEN", 2)  # so that pieces are merged in turns
        path = merged(tmp_path_factory.mktemp("ledger"), first, second)
    union = {*first, *second}
    assert path.read_bytes() == b"".join(sorted(UUID(one).bytes for one in union))
    with closing(Ledger(path)) as found:
        assert {one for one in IDS if one in found} == union


@pytest.mark.parametrize("count", [0, 1, 4096, 4097, 9000])
def test_a_ledger_of_many_blocks_holds_them_all(count: int, tmp_path: Path) -> None:
    ids = [str(UUID(int=number * 2**100)) for number in range(count)]
    path = merged(tmp_path, reversed(ids))
    assert path.stat().st_size == count * SIZE
    with closing(Ledger(path)) as found:
        assert all(one in found for one in ids)
        assert str(UUID(int=1)) not in found


def test_a_compressed_output_is_read_whatever_its_members(tmp_path: Path) -> None:
    output = write_events(tmp_path / "events.ndjson.gz", IDS[:5])
    with output.open("ab") as file:
        file.write(write_events(tmp_path / "more.gz", IDS[5:9]).read_bytes())
    merge(None, output, tmp_path / "ledger-1.bin")
    with closing(Ledger(tmp_path / "ledger-1.bin")) as found:
        assert {one for one in IDS if one in found} == set(IDS[:9])


def test_a_merge_leaves_the_old_ledger_and_nothing_else(tmp_path: Path) -> None:
    old = merged(tmp_path, IDS[:5])
    before = old.read_bytes()
    merge(old, write_events(tmp_path / "events.ndjson", IDS[5:9]), tmp_path / "new.bin")
    assert old.read_bytes() == before
    names = {path.name for path in tmp_path.iterdir()}
    assert names == {"events-0.ndjson", "ledger-0.bin", "events.ndjson", "new.bin"}
    assert (tmp_path / "new.bin").stat().st_mode & 0o777 == 0o600


def test_a_half_written_ledger_of_a_killed_run_is_written_anew(tmp_path: Path) -> None:
    (tmp_path / "new.bin").write_bytes(b"x" * 999)
    merge(None, write_events(tmp_path / "events.ndjson", IDS[:1]), tmp_path / "new.bin")
    assert (tmp_path / "new.bin").read_bytes() == UUID(IDS[0]).bytes


def test_a_merge_of_many_pieces_needs_few_open_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ledger, "_CHUNK", 4)
    ids = [str(UUID(int=number * 2**100)) for number in range(4 * 300)]
    was = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (256, was[1]))  # as on macOS
    try:
        path = merged(tmp_path, reversed(ids))
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, was)
    assert path.stat().st_size == SIZE * len(ids)


def test_a_fingerprint_is_the_sha_256_of_the_file(tmp_path: Path) -> None:
    (tmp_path / "a.bin").write_bytes(b"abc")
    assert fingerprint(tmp_path / "a.bin") == sha256(b"abc").hexdigest()
    assert fingerprint(tmp_path / "b.bin") is None


def test_a_missing_ledger_or_output_is_an_error_of_the_disk(tmp_path: Path) -> None:
    with pytest.raises(DiskError):
        Ledger(tmp_path / "ledger-1.bin")
    with pytest.raises(DiskError):
        merge(None, tmp_path / "events.ndjson", tmp_path / "ledger-1.bin")


def test_a_line_that_is_no_event_is_not_passed_over(tmp_path: Path) -> None:
    (tmp_path / "events.ndjson").write_bytes(b'{"type":"track"}\n')
    with pytest.raises(ValueError, match="without a messageId"):
        merge(None, tmp_path / "events.ndjson", tmp_path / "ledger-1.bin")
