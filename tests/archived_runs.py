"""Runs jobs that keep their records, kills them, and maps their archives again."""

from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from killing import Killed, killed_at
from littlerelay import archived, remaps, rules
from littlerelay.errors import RelayError
from littlerelay.files import compressed
from littlerelay.files import parts as part_files
from littlerelay.progress import Progress
from littlerelay.settings import Mapping, RemapRequest
from small_jobs import backfill
from small_shop import SmallShop, hasty_clock, mapped

NAMES = ("events.ndjson", "events.ndjson.gz")
AGAIN = "again.ndjson"


def pack_small(patch: pytest.MonkeyPatch) -> None:
    """Lets parts and the members of compressed files be full after a few records."""
    patch.setattr(part_files, "FULL", 400)
    patch.setattr(compressed, "MEMBER", 300)


def map_small(patch: pytest.MonkeyPatch) -> None:
    """Lets small parts be read in small batches, and mapped by the small shop's own rules."""
    pack_small(patch)
    patch.setattr(archived, "_BATCH", 2)
    patch.setattr(rules, "map_record", mapped)


def kept_by(shop: SmallShop, folder: Path) -> Path:
    """Gives the folder of an archive, beside what its run wrote."""
    keep(shop, folder)
    return folder / "kept"


def keep(shop: SmallShop, folder: Path, name: str = NAMES[0], **request: Any) -> Any:
    asked = {"out": str(folder / name), "archive": str(folder / "kept"), **request}
    return backfill(shop, folder, **asked)


def kill(shop: SmallShop, folder: Path, step: int, name: str = NAMES[0], **request: Any) -> None:
    with killed_at(step), suppress(Killed):
        keep(shop, folder, name, **request)


def files(folder: Path) -> dict[str, bytes]:
    """Gives all files of a folder but the state of jobs."""
    found = (path for path in folder.rglob("*") if path.is_file())
    return {str(path): path.read_bytes() for path in found if "state" not in path.parts}


def remap(
    kept: Path, name: str = AGAIN, mapping: dict[str, Any] | None = None, **asked: Any
) -> list[Progress]:
    """Maps an archive again, into a file beside its folder."""
    request = RemapRequest(kept / "events.archive.json", str(kept.parent / name), **asked)
    return list(remaps.remap(request, Mapping(shop="", **(mapping or {})), hasty_clock()))


def refused(kept: Path, **asked: Any) -> RelayError:
    """Gives the refusal of a mapping that leaves nothing behind."""
    before = sorted(path.name for path in kept.parent.iterdir())
    with pytest.raises(RelayError) as caught:
        remap(kept, **asked)
    assert sorted(path.name for path in kept.parent.iterdir()) == before
    assert caught.value.hint
    return caught.value
