"""Keeps a value in a JSON file that tells when it was damaged.

The file holds the value and its SHA-256: ``{"sha256":"...","checkpoint":{...}}``. It is replaced in
one step and is whole after a power loss, old or new.
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TypeVar

import orjson
from pydantic import BaseModel, ConfigDict, ValidationError

from littlerelay.durable import disk_errors, replace_file
from littlerelay.errors import DiskError, UsageError

VERSION = 2


class Sealed(BaseModel):
    """A value whose fields are all known and never change; ``version`` is its format's."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    version: int = VERSION


Value = TypeVar("Value", bound=Sealed)


def save(path: Path, name: str, value: Sealed) -> None:
    """Replace the file at ``path`` by one that holds ``value`` under ``name``. Raises DiskError."""
    body = orjson.dumps(value.model_dump(mode="json"), option=orjson.OPT_INDENT_2)
    replace_file(path, b'{"sha256":"%s","%s":%s}\n' % (_digest(body), name.encode(), body))


def load(path: Path, name: str, kind: type[Value], remedy: str) -> Value | None:
    """Read a file that ``save`` wrote; none where there is none.

    Raises DiskError with the remedy as its hint for a file that is damaged, UsageError for one of
    another format.
    """
    try:
        with disk_errors(path):
            content = path.read_bytes()
    except DiskError as error:
        if isinstance(error.__cause__, FileNotFoundError):
            return None
        raise
    body = _opened(content, f'"{name}":'.encode())
    version = None if body is None else _version(body)
    if body is None or version is None:
        raise DiskError(f"{path} is damaged.", remedy)
    if version != VERSION:
        raise UsageError(
            f"{path} was written by another version of relay: it has format {version}, and this "
            f"one reads format {VERSION}.",
            f"{remedy} Or install the version that wrote it.",
        )
    try:
        return kind.model_validate_json(body)
    except ValidationError:
        raise DiskError(f"{path} is damaged.", remedy) from None


def _opened(content: bytes, name: bytes) -> bytes | None:
    """Give what the seal holds, none where it is broken."""
    head, found, rest = content.partition(name)
    body, end = rest[:-2], rest[-2:]
    whole = found and end == b"}\n" and head == b'{"sha256":"%s",' % _digest(body)
    return body if whole else None


def _version(body: bytes) -> int | None:
    try:
        version = orjson.loads(body)["version"]
    except (orjson.JSONDecodeError, KeyError, TypeError):
        return None
    return version if isinstance(version, int) else None


def _digest(body: bytes) -> bytes:
    return hashlib.sha256(body).hexdigest().encode()
