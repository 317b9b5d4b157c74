"""A disk that remembers what was made durable, and shows what a power loss may leave.

What a run does to a folder really happens; beside it stands what is durable: a file's content since
its last fsync, a folder's names since its own. A power loss may keep of the rest what it likes.
"""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from operator import itemgetter
from pathlib import Path
from typing import Any

import pytest

Names = dict[str, int]
Changes = dict[str, int | None]
Choice = Callable[[list[Changes]], list[Changes]]


@dataclass(frozen=True)
class Moment:
    """What the disk held when the power failed, by inode.

    ``files`` and ``folders`` pair what is durable with what is there; ``pending`` are the changes
    of names in a folder that are not durable, in their order.
    """

    root: int
    files: dict[int, tuple[bytes, bytes]]
    folders: dict[int, Names]
    pending: dict[int, list[Changes]]

    def disks(self) -> Iterator[dict[str, bytes | None]]:
        """Give the worst legal disks: contents by path, none for a folder."""
        for content in CONTENTS:
            for chosen in self._choices():
                yield dict(self._tree(self.root, "", content, chosen))

    def _choices(self) -> Iterator[Choice]:
        """Give ways to keep changes of names: the first so many, or one alone."""
        most = max(map(len, self.pending.values()), default=0)
        for count in range(most + 1):
            yield itemgetter(slice(count))
            yield itemgetter(slice(count, count + 1))

    def _tree(
        self, folder: int, prefix: str, content: "Content", chosen: Choice
    ) -> Iterator[tuple[str, bytes | None]]:
        names: Changes = {**self.folders[folder]}
        for changes in chosen(self.pending.get(folder, [])):
            names.update(changes)
        for name, inode in names.items():
            if inode in self.folders:
                yield prefix + name, None
                yield from self._tree(inode, f"{prefix}{name}/", content, chosen)
            elif inode is not None:
                yield prefix + name, content(*self.files[inode])


Content = Callable[[bytes, bytes], bytes]


def _torn(durable: bytes, there: bytes) -> bytes:
    return there[: (len(durable) + len(there)) // 2] if durable != there else there


def _zeros(durable: bytes, there: bytes) -> bytes:
    return durable[: len(there)] + bytes(max(0, len(there) - len(durable)))


CONTENTS: tuple[Content, ...] = (
    lambda durable, _: durable,
    lambda _, there: there,
    _torn,
    _zeros,
)


class CrashDisk:
    """Watches a folder; ``moments`` are the states between the operations that it saw.

    It does not make durable what ends as ``forgotten``: a fault to be found.
    """

    def __init__(self, root: Path, forgotten: str | None = None) -> None:
        self._forgotten = forgotten
        self.moments: list[Moment] = []
        self._root = root
        self._held: dict[int, int] = {}
        self._durable: dict[int, bytes] = {}
        self._folders: dict[int, Names] = {}
        self._seen: dict[int, Names] = {}
        self._pending: dict[int, list[Changes]] = {}
        self._look()
        self._durable = {inode: there for inode, (_, there) in self._files().items()}
        self._folders = {inode: dict(names) for inode, names in self._seen.items()}
        self._pending = {}

    def note(self) -> None:
        """Remember the disk as it is now."""
        self._look()
        pending = {inode: list(changes) for inode, changes in self._pending.items()}
        folders = {inode: dict(self._folders.get(inode, {})) for inode in self._seen}
        self.moments.append(Moment(self._inode(self._root), self._files(), folders, pending))

    def sync(self, handle: int) -> None:
        """Make durable what a handle stands for."""
        self._look()
        path = Path(f"/proc/self/fd/{handle}").readlink()
        if self._forgotten is not None and str(path).endswith(self._forgotten):
            return
        inode = os.fstat(handle).st_ino
        if inode in self._seen:
            self._folders[inode] = dict(self._seen[inode])
            self._pending.pop(inode, None)
        elif inode in self._held:
            self._durable[inode] = self._content(inode)

    def close(self) -> None:
        """Let go of the files."""
        for handle in self._held.values():
            os.close(handle)

    def _files(self) -> dict[int, tuple[bytes, bytes]]:
        return {
            inode: (self._durable.get(inode, b""), self._content(inode))
            for inode in self._held
            if inode not in self._seen
        }

    def _content(self, inode: int) -> bytes:
        handle = self._held[inode]
        return os.pread(handle, os.fstat(handle).st_size, 0)

    def _look(self) -> None:
        """Find out which names changed since the last look: one change for one operation."""
        for place in [self._root, *(path for path in self._root.rglob("*") if path.is_dir())]:
            folder = self._inode(place)
            now = {path.name: self._inode(path) for path in place.iterdir()}
            before = self._seen.get(folder, {})
            gone: Changes = {name: None for name in before if name not in now}
            changed = {name: inode for name, inode in now.items() if before.get(name) != inode}
            if gone or changed:
                self._pending.setdefault(folder, []).append({**gone, **changed})
            self._seen[folder] = now

    def _inode(self, path: Path) -> int:
        """Tell a path's inode, and hold it, so that its number is not given again."""
        inode = path.stat().st_ino
        if inode not in self._held:
            self._held[inode] = OPEN(path, os.O_RDONLY)
        return inode


OPEN = os.open
CHANGING = ("open", "write", "ftruncate", "replace", "rename", "unlink", "mkdir", "rmdir")


@contextmanager
def watched(root: Path, forgotten: str | None = None) -> Iterator[CrashDisk]:
    """Note the disk after everything that the code inside does to it through ``os``."""
    disk = CrashDisk(root, forgotten)
    with pytest.MonkeyPatch.context() as patch:
        for name in CHANGING:
            patch.setattr(os, name, _noting(disk, getattr(os, name)))
        patch.setattr(os, "fsync", _noting(disk, disk.sync))
        try:
            yield disk
        finally:
            disk.close()


def _noting(disk: CrashDisk, real: Callable[..., Any]) -> Callable[..., Any]:
    def call(*values: Any, **named: Any) -> Any:
        answer = real(*values, **named)
        disk.note()
        return answer

    return call


def lay_out(folder: Path, tree: dict[str, bytes | None]) -> None:
    """Make a folder hold a disk."""
    folder.mkdir()
    for name, content in tree.items():
        if content is None:
            (folder / name).mkdir(mode=0o700)
        else:
            (folder / name).write_bytes(content)
