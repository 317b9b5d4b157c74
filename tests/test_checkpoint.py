"""A checkpoint is read as it was written, or not at all."""

import json
import os
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

import pytest

from littlerelay.checkpoint import Checkpoint, Position, check_same, load, save
from littlerelay.errors import CheckpointMismatch, DiskError, UsageError
from littlerelay.marks import Mark
from littlerelay.settings import Markets
from meanings import MEANING, other

GOLDEN = Path(__file__).parent / "data" / "checkpoint-version-2.json"
RUN = Checkpoint(
    job="acme",
    meaning=MEANING,
    since=1_704_085_200,
    until=1_767_243_300,
    frozen_end=1_767_243_300,
    updated_since=1_704_081_600,
    new_since=None,
    limit=None,
    left_out=["location_id (needs read_locations)"],
    markets=Markets({"DE": "eu", "US": "us"}, "everywhere"),
    resources={
        "customers": Position(
            total=9, time=1_767_243_300, done=True, read=9, mapped=7, rejected=1, filtered=1
        ),
        "orders": Position(total=4, time=1_706_000_000, number=5_000_000_001, read=1, mapped=1),
    },
    output=Mark(4_321, 17, "ab" * 32),
    rejects=Mark(98, 1, "cd" * 32),
    events={"identify": 7, "Customer Created": 9, "Order Completed": 1},
    first="2024-01-05T09:00:00.000Z",
    last="2025-12-31T23:59:59.999Z",
)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "events.ndjson.checkpoint.json"


def test_what_was_saved_is_loaded(path: Path) -> None:
    save(path, RUN)
    assert load(path) == RUN


def test_there_is_none_where_there_is_no_file(path: Path) -> None:
    assert load(path) is None


def test_only_the_latest_is_kept_and_nothing_beside_it(path: Path) -> None:
    save(path, RUN)
    save(path, RUN.model_copy(update={"phase": "done"}))
    found = load(path)
    assert found is not None
    assert found.phase == "done"
    assert list(path.parent.iterdir()) == [path]


def test_format_version_2_stays_as_it_is(path: Path, update: bool) -> None:
    save(path, RUN)
    if update:
        GOLDEN.write_bytes(path.read_bytes())
    assert path.read_bytes() == GOLDEN.read_bytes()
    assert load(GOLDEN) == RUN


def test_a_changed_byte_is_never_taken_for_a_checkpoint(path: Path) -> None:
    save(path, RUN)
    whole = path.read_bytes()
    for place in range(len(whole) - 1):
        for change in (0x01, 0x20):
            altered = bytearray(whole)
            altered[place] ^= change
            path.write_bytes(altered)
            assert is_damaged(path), (place, change)


def is_damaged(path: Path) -> bool:
    try:
        load(path)
    except DiskError as error:
        return "is damaged" in str(error)
    return False


def test_a_cut_file_is_never_taken_for_a_checkpoint(path: Path) -> None:
    save(path, RUN)
    whole = path.read_bytes()
    for length in range(len(whole)):
        path.write_bytes(whole[:length])
        assert is_damaged(path), length


@pytest.mark.parametrize("content", [b"", b"null\n", b"[]\n", b'{"checkpoint":{}}\n', b"\x00" * 90])
def test_a_file_of_another_kind_is_damaged(content: bytes, path: Path) -> None:
    path.write_bytes(content)
    with pytest.raises(DiskError, match="is damaged") as caught:
        load(path)
    assert caught.value.exit_code == 8
    assert "--restart" in caught.value.hint


def rewritten(content: dict[str, object]) -> bytes:
    """Gives a checkpoint file whose checksum is right."""
    body = json.dumps(content).encode()
    return b'{"sha256":"%s","checkpoint":%s}\n' % (sha256(body).hexdigest().encode(), body)


@pytest.mark.parametrize("version", [1, 3])
def test_another_format_is_named_with_what_to_do(version: int, path: Path) -> None:
    path.write_bytes(rewritten({**RUN.model_dump(mode="json"), "version": version, "more": 1}))
    with pytest.raises(
        UsageError, match=f"another version of relay: it has format {version},"
    ) as caught:
        load(path)
    assert caught.value.exit_code == 2
    assert "--restart" in caught.value.hint
    assert "install the version that wrote it" in caught.value.hint


BROKEN: dict[str, Callable[[dict[str, object]], object]] = {
    "a field too many": lambda fields: fields.update(more=1),
    "a field too few": lambda fields: fields.pop("resources"),
    "a text for a number": lambda fields: fields.update(since="1704085200"),
    "a phase that is none": lambda fields: fields.update(phase="somewhere"),
}


@pytest.mark.parametrize("change", BROKEN.values(), ids=BROKEN.keys())
def test_fields_that_do_not_fit_are_damage(
    change: Callable[[dict[str, object]], object], path: Path
) -> None:
    fields = RUN.model_dump(mode="json")
    change(fields)
    path.write_bytes(rewritten(fields))
    with pytest.raises(DiskError, match="is damaged"):
        load(path)


def test_a_file_that_cannot_be_read_is_no_reason_to_start_over(path: Path) -> None:
    path.mkdir()
    with pytest.raises(DiskError, match="directory"):
        load(path)


def test_a_full_disk_leaves_the_old_checkpoint(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    save(path, RUN)

    def refuse(*_: object) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "write", refuse)
    with pytest.raises(DiskError, match="No space left"):
        save(path, RUN.model_copy(update={"phase": "done"}))
    assert load(path) == RUN


def test_the_content_is_durable_before_its_name_and_its_name_at_once(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls: list[str] = []
    for name in ("write", "fsync", "replace"):
        monkeypatch.setattr(os, name, told(calls, name))
    save(path, RUN)
    assert calls == ["write", "fsync", "replace", "fsync"]


def told(calls: list[str], name: str) -> Callable[..., object]:
    """Gives a function of os that notes its name first."""
    real = getattr(os, name)

    def call(*values: object) -> object:
        calls.append(name)
        return real(*values)

    return call


def test_a_checkpoint_is_for_its_owner_alone(path: Path) -> None:
    before = os.umask(0)
    try:
        save(path, RUN)
    finally:
        os.umask(before)
    assert path.stat().st_mode & 0o777 == 0o600


def test_the_same_settings_may_go_on(path: Path) -> None:
    check_same(path, MEANING, other())


CHANGES: list[tuple[str, str, str]] = [
    ("namespace", "test", "namespace was not set and is now test"),
    ("order_id", "id", "order_id was name and is now id"),
    ("until", "2026-01-01", "until was not set and is now 2026-01-01"),
]


@pytest.mark.parametrize(("name", "value", "said"), CHANGES)
def test_a_changed_setting_is_named_with_both_values(
    name: str, value: str, said: str, path: Path
) -> None:
    with pytest.raises(CheckpointMismatch, match=f"with other settings: {said}.") as caught:
        check_same(path, MEANING, other(**{name: value}))
    assert caught.value.exit_code == 2


def test_every_changed_setting_is_named(path: Path) -> None:
    then, now = other(namespace="a", until="2026"), other(namespace="b", order_id="id")
    with pytest.raises(CheckpointMismatch) as caught:
        check_same(path, then, now)
    assert (
        "namespace was a and is now b; order_id was name and is now id; "
        "until was 2026 and is now not set"
    ) in str(caught.value)


def test_a_checkpoint_is_a_frozen_value() -> None:
    with pytest.raises(ValueError, match="frozen"):
        RUN.since = 0
