"""Reads archives as whoever maps them again does: their lines, and what they tell of themselves."""

import gzip
from pathlib import Path
from typing import Any

import orjson


def parts(folder: Path, stem: str = "events") -> dict[str, list[bytes]]:
    """Gives the lines of each part by its name."""
    found = sorted(folder.glob(f"{stem}-*-[0-9]*.ndjson.gz"))
    return {path.name: gzip.decompress(path.read_bytes()).splitlines() for path in found}


def records(folder: Path, resource: str, stem: str = "events") -> list[dict[str, Any]]:
    """Gives the records of a resource in the order of the parts."""
    found = parts(folder, stem).items()
    texts = [line for name, lines in found if f"-{resource}-" in name for line in lines]
    return [orjson.loads(text)["record"] for text in texts]


def about(folder: Path, stem: str = "events") -> dict[str, Any]:
    """Gives what an archive tells of itself."""
    found: dict[str, Any] = orjson.loads((folder / f"{stem}.archive.json").read_bytes())
    archive: dict[str, Any] = found["archive"]
    return archive


def left(folder: Path) -> dict[str, Any]:
    """Gives all that an archive promises to be the same however often its run was stopped."""
    told = about(folder)
    sizes = [(one["name"], one["mark"]["lines"], one["unpacked"]) for one in told.pop("parts")]
    names = sorted(path.name for path in folder.iterdir())
    return {"about": told, "sizes": sizes, "names": names, "lines": parts(folder)}
