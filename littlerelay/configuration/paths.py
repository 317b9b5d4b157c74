"""Finds the home folders that paths of settings begin with."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from littlerelay.errors import UsageError


@contextmanager
def home_errors(name: str, hint: str) -> Iterator[None]:
    """Turn what is said of a home folder that nobody knows into UsageError."""
    try:
        yield
    except RuntimeError as error:
        raise UsageError(f"{name} cannot be found: that home folder is unknown.", hint) from error


def expanded(text: str, hint: str) -> Path:
    """Give a path with its ``~`` or ``~user`` replaced. Raises UsageError."""
    with home_errors(text, hint):
        return Path(text).expanduser()
