"""Runs jobs that keep their records, and kills them."""

from contextlib import suppress
from pathlib import Path
from typing import Any

from killing import Killed, killed_at
from small_jobs import backfill
from small_shop import SmallShop

NAMES = ("events.ndjson", "events.ndjson.gz")


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
