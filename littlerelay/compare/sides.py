"""Opens the files of one side of a comparison, and reads them: once whole, then line by line.

A side is one file, or several that were written one after the other. A position runs through all of
them and counts bytes as they are when unpacked.
"""

from __future__ import annotations

import io
import re
from bisect import bisect_right
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Self

from littlerelay import checkpoint, sources
from littlerelay.checkpoint import Checkpoint
from littlerelay.compare.workspace import Workspace
from littlerelay.errors import UsageError
from littlerelay.files.inputs import Input
from littlerelay.places import Paths
from littlerelay.recordings import beginnings
from littlerelay.segment.messages import LONGEST_LINE, Message, Refusal, read

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

_BUFFER = 256 * 1024
_UNPACKED = 10  # times the size that a compressed file may come to
_LIBRARY = re.compile(rb'"library":\{"name":"littlerelay","version":"[^"\\]*"\}')
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"


class File:
    """One file of a side. Raises UsageError where it is no whole file of events.

    Where it ``may_be_cut``, one that lost lines since its run wrote it is not refused.
    ``library`` is the text with which relay's own lines name what made them, as the first one has
    it; ``naming`` says for which shop and namespace a run of relay wrote the file, where one did.
    """

    def __init__(self, path: Path, *, may_be_cut: bool = False) -> None:
        self.path = path
        with closing(Input(path, is_growing=True)) as source:
            self.size = source.raw_size * (1 if source.is_plain else _UNPACKED)
            self.raw_size = source.raw_size
            head = source.read(sources.HEAD)
            self.run = _run(source, path, may_be_cut=may_be_cut)
        beginnings.check_events(path, head)
        found = _LIBRARY.search(head)
        self.library = found[0] if found else None

    @property
    def naming(self) -> dict[str, str]:
        """Give what the ids of all messages are made of; empty where nobody knows."""
        if self.run is None:
            return {}
        settings = self.run.meaning.settings
        return {"shop": settings.shop, "namespace": settings.namespace}


class Side:
    """The files of one side, open. Close it in the end."""

    def __init__(self, files: list[File], work: Workspace, name: str) -> None:
        self.files = files
        self.end = 0
        self.name = name
        self._work = work
        self._starts: list[int] = []
        self._plain: list[Input] = []
        self._read: list[Input] = []
        self._open = ExitStack()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._open.close()

    @property
    def taken(self) -> int:
        """Give how many bytes of the files themselves were read."""
        return sum(source.raw_position for source in self._read)

    def lines(self, file: File) -> Iterator[bytes]:
        """Give the lines of the next file with their ends; of a line too long only so much."""
        self._starts.append(self.end)
        source = self._open.enter_context(closing(Input(file.path, is_growing=True)))
        self._read.append(source)
        if source.is_plain:
            self._plain.append(source)
            yield from _lines(source.read)
            self.end += source.raw_position
            return
        name = f"{self.name}-lines-{len(self._starts)}"
        with self._work.create(name) as spool:
            yield from _lines(_copying(source.read, spool.write))
        plain = Input(self._work.path / name, is_growing=True)
        self._plain.append(self._open.enter_context(closing(plain)))
        self.end += plain.raw_size

    def line(self, place: tuple[int, int, int]) -> bytes:
        """Read one line once more; see `message` for the place."""
        position, size, _ = place
        at = bisect_right(self._starts, position) - 1
        return self._plain[at].read_at(position - self._starts[at], size)

    def message(self, place: tuple[int, int, int]) -> Message:
        """Read one message once more: position and size of its line, its number in the line.

        Raises UsageError for one that Segment would not take.
        """
        position, _, number = place
        found = list(read(self.line(place).removeprefix(_BYTE_ORDER_MARK)))
        one = found[number] if number < len(found) else Refusal("changed", "it is gone", None)
        if isinstance(one, Refusal):
            raise self.unreadable(position, one.detail)
        return one

    def unreadable(self, position: int, detail: str) -> UsageError:
        """Say that the line at a position cannot be compared. Raises UsageError for a recording."""
        at = bisect_right(self._starts, position) - 1
        beginnings.check_line(self.files[at].path)
        return UsageError(
            f"{self.files[at].path} has no event in the line at byte "
            f"{position - self._starts[at]:,}: {detail}.",
            "Mend that line, or fetch the file once more where it was cut.",
        )


def _lines(source: Callable[[int], bytes]) -> Iterator[bytes]:
    # A buffer of the system's finds the ends of lines in a third of the time of `files.lines`.
    with io.BufferedReader(_Raw(source), _BUFFER) as buffered:
        yield from iter(partial(buffered.readline, LONGEST_LINE + 1), b"")


class _Raw(io.RawIOBase):
    """What gives bytes, in the form that a buffer reads from."""

    def __init__(self, source: Callable[[int], bytes]) -> None:
        self._source = source

    def readable(self) -> bool:
        """Tell that it can be read."""
        return True

    def readinto(self, into: WriteableBuffer, /) -> int:
        """Fill a buffer as far as there is something."""
        view = memoryview(into)
        piece = self._source(view.nbytes)
        view[: len(piece)] = piece
        return len(piece)


def check_naming(old: list[File], new: dict[str, str], name: str) -> None:
    """Refuse to compare what is of different shops or namespaces, where that is known.

    ``new`` is the `naming` of the other side, ``name`` what it is called. Raises UsageError.
    """
    for file in old:
        for what, told in file.naming.items():
            if what in new and told != new[what]:
                raise UsageError(
                    f"{file.path} was written with the {what} {told or '(none)'}, {name} with "
                    f"{new[what] or '(none)'}: no message of one has the id of one of the other.",
                    "Name files of one shop and one namespace.",
                )


def _run(source: Input, path: Path, *, may_be_cut: bool) -> Checkpoint | None:
    """Give the checkpoint of the run that wrote a file, where there is one and it is done."""
    run = checkpoint.load(Paths(path).checkpoint)
    if run is None:
        return None
    if run.phase == "reading":
        raise UsageError(
            f"The run that writes {path} is not finished.",
            "Finish it with the command that began it.",
        )
    if not may_be_cut and source.raw_size < run.output.bytes:
        raise UsageError(
            f"{path} is shorter than its checkpoint says: it was cut.",
            "Put the file back, or move its checkpoint away to compare what is left.",
        )
    return run


def _copying(
    source: Callable[[int], bytes], write: Callable[[bytes], object]
) -> Callable[[int], bytes]:
    def copied(most: int) -> bytes:
        piece = source(most)
        write(piece)
        return piece

    return copied
