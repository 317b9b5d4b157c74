"""What cannot be mapped again, or is not as its run left it, is refused in one sentence."""

import gzip
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import orjson
import pytest

from archived_runs import keep, kept_by, map_small, refused, remap
from killing import Killed, killed_at
from littlerelay import archives
from littlerelay.errors import DiskError
from littlerelay.marks import Mark, tail_of
from small_shop import SmallShop, small_shop


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    map_small(monkeypatch)


@pytest.fixture
def shop() -> SmallShop:
    return small_shop(width=400)


@pytest.fixture
def kept(shop: SmallShop, tmp_path: Path) -> Path:
    return kept_by(shop, tmp_path)


def test_a_run_that_is_not_finished_is_not_mapped(shop: SmallShop, tmp_path: Path) -> None:
    with killed_at(100), suppress(Killed):
        keep(shop, tmp_path)
    error = refused(tmp_path / "kept")
    assert "is not finished" in str(error)
    assert error.exit_code == 2


def told_otherwise(kept: Path, **fields: object) -> None:
    """Writes anew what tells of an archive, with other fields."""
    path = kept / "events.archive.json"
    archive = archives.load(path)
    assert archive is not None
    archives.save(path, archive.model_copy(update=fields))


def test_another_version_of_the_api_is_not_mapped(kept: Path) -> None:
    told_otherwise(kept, api_version="2027-01")
    error = refused(kept)
    assert "API version 2027-01" in str(error)
    assert error.exit_code == 2


def test_a_run_of_last_is_not_mapped_alone(
    shop: SmallShop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    keep(shop, tmp_path)
    shop.now += 4000
    keep(shop, tmp_path, since="last", out=None, archive=str(tmp_path / "new"))
    (path,) = (tmp_path / "new").glob("*.archive.json")
    path.rename(path.with_name("events.archive.json"))
    assert "of a run of --since last" in str(refused(tmp_path / "new"))


def test_the_settings_of_another_shop_are_refused(kept: Path) -> None:
    assert "settings are for beta" in str(refused(kept, shop="beta.myshopify.com"))
    remap(kept, shop="acme.myshopify.com")


def test_a_metafield_that_was_not_read_is_refused(shop: SmallShop, tmp_path: Path) -> None:
    asked = {"user_id": "metafield:custom.member"}
    keep(shop, tmp_path)
    assert "custom.member" in str(refused(tmp_path / "kept", mapping=asked))
    keep(shop, tmp_path, restart=True, mapping=asked, job="other")
    remap(tmp_path / "kept", mapping=asked)


def test_a_number_that_no_order_of_history_has_is_refused(kept: Path) -> None:
    error = refused(kept, mapping={"checkout_id": "id"})
    assert "the number of an order's checkout" in str(error)


def part(kept: Path) -> Path:
    return kept / "events-customers-00001.ndjson.gz"


def shorter(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-1])


def longer(path: Path) -> None:
    path.write_bytes(path.read_bytes() + b"\0")


@pytest.mark.parametrize("damage", [Path.unlink, shorter, longer])
def test_a_part_that_is_missing_or_another_is_found_before_anything_is_written(
    damage: Callable[[Path], None], kept: Path
) -> None:
    damage(part(kept))
    error = refused(kept)
    assert "is missing, cut or changed" in str(error)
    assert error.exit_code == 8


def test_a_damaged_description_is_found(kept: Path) -> None:
    shorter(kept / "events.archive.json")
    assert refused(kept).exit_code == 8


def replaced(kept: Path, content: bytes, lines: int | None = None) -> None:
    """Puts other bytes in a part's place, of which the archive tells as if they were its own."""
    path, archive = part(kept), archives.load(kept / "events.archive.json")
    assert archive is not None
    path.write_bytes(content)
    with path.open("rb") as file:
        tail = tail_of(file.fileno(), len(content))
    parts = [
        replace(one, mark=Mark(len(content), lines or one.mark.lines, tail))
        if one.name == path.name
        else one
        for one in archive.parts
    ]
    told_otherwise(kept, parts=tuple(parts))


LINES: dict[str, Callable[[dict[str, Any]], object]] = {
    "another shop": lambda line: line.update(shop="beta.myshopify.com"),
    "another version": lambda line: line.update(api_version="2027-01"),
    "another resource": lambda line: line.update(source="orders"),
    "no record": lambda line: line.pop("record"),
    "a list": lambda line: line.update(record=[]),
    "more than a record": lambda line: line.update(more=1),
    "no id": lambda line: line["record"].pop("id"),
    "an id that is a text": lambda line: line["record"].update(id="1"),
    "no time": lambda line: line["record"].pop("created_at"),
    "a time that is none": lambda line: line["record"].update(updated_at="yesterday"),
    "a record of before": lambda line: line["record"].update(created_at="2020-01-01T00:00:00Z"),
    "a record of after": lambda line: line["record"].update(created_at="2033-01-01T00:00:00Z"),
}


@pytest.mark.parametrize("change", LINES.values(), ids=LINES.keys())
def test_a_line_that_no_run_writes_ends_the_mapping(
    change: Callable[[dict[str, Any]], object], kept: Path
) -> None:
    lines = gzip.decompress(part(kept).read_bytes()).splitlines()
    last = orjson.loads(lines[-1])
    change(last)
    replaced(kept, gzip.compress(b"\n".join([*lines[:-1], orjson.dumps(last), b""])))
    with pytest.raises(DiskError, match="does not hold what its archive tells of") as caught:
        remap(kept)
    assert caught.value.exit_code == 8
    assert caught.value.hint


def test_a_line_that_is_there_twice_or_missing_ends_the_mapping(kept: Path) -> None:
    lines = gzip.decompress(part(kept).read_bytes()).splitlines(keepends=True)
    for content in (lines + lines[-1:], lines[:-1]):
        replaced(kept, gzip.compress(b"".join(content)), len(lines))
        with pytest.raises(DiskError, match="does not hold"):
            remap(kept)
        for path in kept.parent.glob("again*"):
            path.unlink()


def test_a_part_that_ends_within_its_compression_is_no_end(kept: Path) -> None:
    replaced(kept, part(kept).read_bytes()[:-5])
    with pytest.raises(DiskError, match="ends too early") as caught:
        remap(kept)
    assert caught.value.exit_code == 8
