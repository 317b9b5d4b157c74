"""Ends a run at a chosen step, as a killed process ends: what the system has, stays."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest


class Killed(BaseException):
    """The process ends here."""


class Steps:
    """Counts the steps of a run and kills it at one (none: never)."""

    def __init__(self, last: int | None = None) -> None:
        self.count = 0
        self._last = last

    def step(self) -> None:
        """Take one step."""
        self.count += 1
        if self.count == self._last:
            raise Killed

    def around(self, real: Callable[..., Any]) -> Callable[..., Any]:
        """Give a function with a step after it."""

        def stepping(*values: Any, **named: Any) -> Any:
            answer = real(*values, **named)
            self.step()
            return answer

        return stepping

    def before(self, real: Callable[..., Any]) -> Callable[..., Any]:
        """Give a function with a step before it."""

        def stepping(*values: Any, **named: Any) -> Any:
            self.step()
            return real(*values, **named)

        return stepping

    def torn(self, write: Callable[[int, Any], int]) -> Callable[[int, Any], int]:
        """Give a write with a step in the middle and one after."""

        def stepping(handle: int, content: Any) -> int:
            whole = bytes(content)
            half = write(handle, whole[: len(whole) // 2])
            self.step()
            rest = write(handle, whole[half:])
            self.step()
            return half + rest

        return stepping


@contextmanager
def killed_at(last: int | None) -> Iterator[Steps]:
    """Let what is run inside do so many steps and then no more.

    Steps are what reaches the disk, and what else is put `around`. Syncing is left to the system:
    a kill alone loses nothing of what was written.
    """
    steps = Steps(last)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "write", steps.torn(os.write))
        patch.setattr(os, "fsync", steps.around(lambda _: None))
        for name in ("replace", "ftruncate", "rename", "unlink"):
            patch.setattr(os, name, steps.around(getattr(os, name)))
        yield steps
