"""Makes of standard output and standard error what a run can rely on.

What a caller closed leads nowhere, and what the encoding cannot hold is written as escapes.
"""

from __future__ import annotations

import io
import os
import sys
from typing import TYPE_CHECKING

from littlerelay.errors import DiskError

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer

_STANDARD = (0, 1, 2)


class Unread(BaseException):
    """Whoever read standard output stopped reading; no net for errors on its way catches it."""


class _Output(io.FileIO):
    """Standard output: raises Unread or DiskError once, and lets go of whatever comes after.

    Buffers hold on to what could not be written, and try again when the process ends.
    """

    _is_lost = False

    def write(self, content: ReadableBuffer, /) -> int:
        if self._is_lost:
            return memoryview(content).nbytes
        try:
            return super().write(content)
        except BrokenPipeError:
            self._is_lost = True
            raise Unread from None
        except OSError as error:
            self._is_lost = True
            raise DiskError(
                f"Standard output: {error.strerror or error}.",
                "Mend where it goes, then run the same command again.",
            ) from error


class _Errors(io.FileIO):
    """Standard error: what cannot be written is lost, for a message must never end a run."""

    def write(self, content: ReadableBuffer, /) -> int:
        size = memoryview(content).nbytes
        try:
            return super().write(content) or size  # none where a terminal takes nothing right now
        except OSError:
            return size


def take_over() -> None:
    """Put streams that behave so in the place of the interpreter's."""
    for number in _STANDARD:
        _open_if_closed(number)
    sys.stdout = _text(_Output(1, "w", closefd=False), sys.stdout)
    sys.stderr = _text(_Errors(2, "w", closefd=False), sys.stderr)


def _open_if_closed(number: int) -> None:
    """Take a free number, lest the next file that is opened, one of events, has it."""
    try:
        os.fstat(number)
    except OSError:
        os.open(os.devnull, os.O_RDWR)  # the lowest free number is this one


def _text(raw: io.FileIO, before: io.TextIOBase | object) -> io.TextIOWrapper:
    return io.TextIOWrapper(
        io.BufferedWriter(raw),
        encoding=getattr(before, "encoding", None) or "utf-8",
        errors="backslashreplace",
        line_buffering=raw.name == 2 or raw.isatty(),
    )
