"""Makes the lines of a check: what was found, or the error that a run would meet."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from littlerelay.errors import RelayError, UnreachableError
from littlerelay.progress import Checked

Value = TypeVar("Value")


def kept(ask: Callable[[], Value]) -> Value | RelayError:
    """Give what was asked for, or the error that came of it."""
    try:
        return ask()
    except RelayError as error:
        return error


def tried(name: str, find: Callable[[], str]) -> Checked:
    """Make a line of what is found, or of the error that comes of it."""
    found = kept(find)
    return failed(name, found) if isinstance(found, RelayError) else Checked(name, "ok", found)


def failed(name: str, error: RelayError) -> Checked:
    """Make the line of an error."""
    return Checked(name, "failed", str(error), error.hint, isinstance(error, UnreachableError))


def skipped(name: str, why: str) -> Checked:
    """Make the line of what could not be checked."""
    return Checked(name, "skipped", why)
