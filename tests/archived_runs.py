"""Runs jobs that keep their records, kills them, and maps their archives again."""

from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from killing import Killed, killed_at
from littlerelay import remaps
from littlerelay.errors import RelayError
from littlerelay.progress import Progress
from littlerelay.settings import Mapping, RemapRequest
from small_jobs import backfill
from small_shop import SmallShop, hasty_clock

NAMES = ("events.ndjson", "events.ndjson.gz")
AGAIN = "again.ndjson"


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
