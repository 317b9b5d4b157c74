"""Reads relay.toml: who may write it, what it says, and on which line.

Its ``token_cmd`` is a command that relay runs. So a file that others can change is refused, and so
is one that lies in the current folder and belongs to somebody else.
"""

from __future__ import annotations

import os
import shlex
import stat
import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from littlerelay.configuration.paths import expanded
from littlerelay.durable import open_readable
from littlerelay.errors import UsageError

NAME = "relay.toml"

_LONGEST = 65_536  # bytes; what is longer is some other file
_HINT = "Give --config FILE with a file of settings (TOML)."


@dataclass(frozen=True, slots=True)
class SettingsFile:
    """A file of settings: its path as named, its text, and what the text says."""

    path: Path
    text: str = ""
    content: dict[str, Any] = field(default_factory=dict)

    def place(self, key: str) -> str:
        """Say where a key is set: ``relay.toml, line 3``."""
        line = _line(self.text, key)
        return f"{self.path}, line {line}" if line else str(self.path)

    def absolute(self, text: str) -> str:
        """Give a path that the file names: it is seen from the file's own folder."""
        return text if text.startswith("~") else str(self.path.parent / text)


def find(named: str | None) -> SettingsFile | None:
    """Read the file that is named, else relay.toml in the current folder; none without both.

    Raises UsageError for a file that cannot be read, is unsafe, or is no TOML.
    """
    if named is None and not os.path.lexists(NAME):
        return None
    path = expanded(named or NAME, "Give the whole path.")
    text = _decoded(path, _read(path, is_found=named is None))
    try:
        return SettingsFile(path, text, tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        raise UsageError(f"{path} is no TOML: {error}.", _HINT) from error
    except (ValueError, RecursionError) as error:  # a number of thousands of digits, deep nesting
        raise UsageError(f"{path} is no TOML that relay can read.", _HINT) from error


def _read(path: Path, *, is_found: bool) -> bytes:
    try:
        handle = open_readable(path)
        with os.fdopen(handle, "rb") as file:
            _check_safe(path, os.fstat(handle), is_found=is_found)
            content = file.read(_LONGEST + 1)
    except (OSError, ValueError) as error:  # ValueError: a NUL in the name
        reason = getattr(error, "strerror", None) or "that is no name of a file"
        raise UsageError(f"{path} cannot be read: {reason}.", _HINT) from error
    if len(content) > _LONGEST:
        raise UsageError(f"{path} is longer than {_LONGEST:,} bytes.", _HINT)
    return content


def _check_safe(path: Path, status: os.stat_result, *, is_found: bool) -> None:
    if not stat.S_ISREG(status.st_mode):
        if path == Path(os.devnull):  # how to use no file where one lies
            return
        raise UsageError(f"{path} is no plain file.", _HINT)
    if status.st_mode & 0o022:
        raise UsageError(
            f"{path} can be changed by others on this machine "
            f"(mode {stat.S_IMODE(status.st_mode):04o}), and it may name a command to run.",
            f"Run: chmod go-w {shlex.quote(str(path))}",
        )
    if is_found and status.st_uid not in (os.geteuid(), 0):
        raise UsageError(
            f"{path} in this folder belongs to another user, and it may name a command to run.",
            f"Where you trust it, give --config {shlex.quote(str(path))}.",
        )


def _decoded(path: Path, content: bytes) -> str:
    try:
        return content.decode("utf-8-sig")  # editors of Windows begin a file with a mark
    except UnicodeDecodeError as error:
        raise UsageError(
            f"{path} is not UTF-8 text (byte {error.start + 1}).", "Save it as UTF-8."
        ) from error


def _line(text: str, key: str) -> int | None:
    """Give the line on which a key's statement begins.

    TOML's reader does not tell. But the lines up to a statement's end can be read by themselves,
    and the first such lines that know the key end with its statement.
    """
    lines, first = text.splitlines(), 1
    for count in range(1, len(lines) + 1):
        try:
            found = tomllib.loads("\n".join(lines[:count]))
        except tomllib.TOMLDecodeError:
            continue  # amid a statement of several lines
        if key in found:
            return first
        first = count + 1
    return None
