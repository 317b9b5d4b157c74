"""Names the files of a run, and refuses places where they cannot be."""

from __future__ import annotations

import glob
import os
import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Protocol, TypeVar

from littlerelay import deliveries
from littlerelay.durable import as_text, disk_errors, sync_folder
from littlerelay.errors import UsageError
from littlerelay.files.ndjson import check_free
from littlerelay.times import iso

_LONGEST_NAME = 200  # bytes of an output's name, so that its checkpoint's name fits the disk
_OWN_NAMES = re.compile(
    r".*\.(?:rejects\.ndjson|(?:checkpoint|archive|plan)\.json|tmp"
    r"|refused(?:-\d+)?\.[0-9a-f]{8}\.ndjson|delivery\.[0-9a-f]{8}\.json|old-\d{8}T\d{6}Z)",
    re.DOTALL,
)


_MENDED = re.compile(r"\.(?:refused(?:-\d+)?\.[0-9a-f]{8}|rejects)\.ndjson$")

STDIN = "-"
UNTIL = "events.until-"  # begins the names that runs of `last` give their files

_PACKED = (".zst", ".bz2", ".xz", ".zip", ".7z", ".br", ".lz4")


class _Closable(Protocol):
    def close(self) -> None: ...


Closed = TypeVar("Closed", bound=_Closable)


@dataclass(frozen=True, slots=True)
class Paths:
    """The files of one run."""

    output: Path

    @property
    def rejects(self) -> Path:
        """Give the file of rejected records."""
        return self.output.with_name(self.output.name + ".rejects.ndjson")

    @property
    def checkpoint(self) -> Path:
        """Give the checkpoint file."""
        return self.output.with_name(self.output.name + ".checkpoint.json")

    @property
    def bulk(self) -> Path:
        """Give the folder in which results of bulk operations lie while they are read."""
        return self.output.with_name(self.output.name + ".bulk")

    @property
    def spill(self) -> Path:
        """Give the folder in which recordings lie while they are mapped."""
        return self.output.with_name(self.output.name + ".recordings")

    def present(self) -> list[Path]:
        """Give those that exist."""
        paths = (self.output, self.rejects, self.checkpoint, *deliveries.of_output(self.output))
        return [path for path in paths if path.is_symlink() or path.exists()]

    def has_remains(self) -> bool:
        """Tell whether there are records or messages that were not taken."""
        return any(_MENDED.search(path.name) for path in self.present())


def check_place(paths: Paths, option: str = "--out") -> None:
    """Refuse an output that cannot be written, before anything is asked. Raises UsageError.

    ``option`` is the one that names it.
    """
    _check_name(paths.output, option)
    _check_folder(_absolute(paths.output).parent, option)
    for path in paths.present():
        if path.is_symlink() or not path.is_file():
            raise UsageError(f"{path} is not a plain file.", f"Choose another {option}.")
    for path in (paths.bulk, paths.spill):
        if path.is_symlink() or (path.exists() and not path.is_dir()):
            raise UsageError(f"{path} is not a plain folder.", f"Choose another {option}.")
    if paths.output.exists():
        check_free(paths.output)


def _check_name(output: Path, option: str) -> None:
    name = output.name
    if not name or len(os.fsencode(name)) > _LONGEST_NAME or not name.isprintable():
        raise UsageError(f"{str(output)!r} is no name for an output.", f"Choose another {option}.")
    if name.endswith(_PACKED):
        raise UsageError(
            f"{name}: relay writes plain files, and .gz.",
            f"Choose another {option}, and pack it then.",
        )
    if is_beside(name):
        raise UsageError(
            f"{name} is a name that relay gives to files beside an output.",
            f"Choose another {option}.",
        )


def _check_folder(folder: Path, option: str) -> None:
    if not folder.is_dir() or not os.access(folder, os.W_OK | os.X_OK):
        raise UsageError(
            f"{folder} is no folder that relay can write to.",
            f"Make it, or choose another {option}.",
        )
    if as_text(folder) != str(folder):  # and checkpoints could not name it
        raise UsageError(
            f"{str(folder)!r} is no name in UTF-8.", f"Rename it, or choose another {option}."
        )


def check_apart(paths: Paths, inputs: Iterable[Path]) -> None:
    """Refuse an output where one of the files that are read lies. Raises UsageError.

    The inputs exist. A file counts under each of its names: by a link it is the same.
    """
    inputs = list(inputs)
    for own in paths.present():
        if any(own.samefile(path) for path in inputs):
            raise UsageError(f"{own} is one of the files that are read.", "Choose another --out.")


def check_new(path: Path, option: str = "--out") -> None:
    """Refuse a place for a new file where something lies, or nothing can. Raises UsageError."""
    partial = unfinished(path)
    check_place(Paths(partial), option)
    if os.path.lexists(path):
        raise UsageError(f"{path} exists.", "Move it away, or choose another name.")
    if os.path.lexists(partial):
        raise UsageError(
            f"{partial} exists: a command that was killed leaves such a file.",
            f"Remove it, or choose another {option}.",
        )


def unfinished(path: Path) -> Path:
    """Give the name that a file has until it is whole."""
    return path.parent / f"unfinished-{path.name}"  # a folder has no name, and exists


@contextmanager
def growing(path: Path, opened: Callable[[Path], Closed]) -> Iterator[Closed]:
    """Open a new file under the name that it has until it is whole; where that fails, it goes.

    Raises what ``opened`` raises.
    """
    file = opened(unfinished(path))
    try:
        with closing(file):
            yield file
    except BaseException:
        unfinished(path).unlink(missing_ok=True)
        raise


def publish(path: Path) -> None:
    """Give a whole file its name; there may be none. Raises DiskError."""
    partial = unfinished(path)
    with disk_errors(path):
        if partial.exists():
            partial.replace(path)
            sync_folder(path.absolute().parent)


def is_beside(name: str) -> bool:
    """Tell whether a name is one that relay gives to files beside an output."""
    return _OWN_NAMES.fullmatch(name) is not None


def _absolute(path: Path) -> Path:
    try:
        return path.absolute()
    except FileNotFoundError as error:
        raise UsageError("The working folder is gone.", "Change to one that is there.") from error


def outputs(folder: Path) -> list[Path]:
    """Give the files of events in a folder, without those beside them; it need not exist."""
    return [path for path in folder.glob("*.ndjson") if not is_beside(path.name)]


def set_files_aside(paths: Iterable[Path], moment: int) -> None:
    """Rename files of an earlier run to ``*.old-<moment>``, so that a new one can begin.

    Raises DiskError, and UsageError where files were set aside in this very second already.
    """
    stamp = iso(moment).replace("-", "").replace(":", "")
    names = {path: path.with_name(f"{path.name}.old-{stamp}") for path in paths}
    for taken in filter(os.path.lexists, names.values()):
        raise UsageError(f"{taken} exists already.", "Run the same command again in a second.")
    for path, name in names.items():
        with disk_errors(path):
            path.rename(name)
            sync_folder(path.absolute().parent)


def forget_earlier(output: Path) -> None:
    """Remove what tells of earlier runs of ``last`` whose files went, because all was accepted.

    What was refused or rejected stays, with what tells of its run. Raises DiskError.
    """
    for file in sorted(output.parent.glob(f"{UNTIL}*.ndjson.checkpoint.json")):
        told = Paths(file.with_name(file.name.removesuffix(".checkpoint.json")))
        is_earlier = told.output.name < output.name
        if is_earlier and deliveries.is_spent(told.output) and not told.has_remains():
            for path in told.present():
                with disk_errors(path):
                    path.unlink()


def remove(paths: Paths) -> None:
    """Remove the files of a run that came to nothing, the checkpoint last. Raises DiskError."""
    for path in (paths.output, paths.rejects, paths.checkpoint):
        with disk_errors(path):
            path.unlink(missing_ok=True)


def named(inputs: Iterable[str]) -> list[Path]:
    """Give the files that are meant, in order and each once; none for standard input.

    A pattern that a shell left alone is read here; it does not mean what relay keeps beside its
    files. Raises UsageError for a pattern that fits no file, and where nothing is named.
    """
    given = list(inputs)
    if not given:
        raise UsageError("No file is named.", "Name one, or give - for standard input.")
    if STDIN in given:
        if len(given) > 1:
            raise UsageError("Standard input goes with no other file.", "Give - alone.")
        return []
    found: dict[Path, None] = {}
    for one in given:
        is_pattern = glob.has_magic(one) and not Path(one).exists()
        paths = _fitting(one) if is_pattern else [_meant(Path(one))]
        found |= dict.fromkeys(paths)
    return list(found)


def check_stream(stream: BinaryIO | None, *, is_named: bool) -> None:
    """Refuse a ``-`` that stands for no stream, and a stream that no ``-`` names: it would be idle.

    Raises UsageError.
    """
    if is_named and stream is None:
        raise UsageError("- stands for a stream, and none is given.", "Give one, or name a file.")
    if stream is not None and not is_named:
        raise UsageError("A stream is given, and no - names it.", "Give none, or name it with -.")


def _meant(path: Path) -> Path:
    """Refuse what relay keeps beside its files, but for what it refused, which may be mended."""
    if is_beside(path.name) and not _MENDED.search(path.name):
        raise UsageError(
            f"{path} is a file that relay keeps beside its events.", "Name the file of events."
        )
    return path


def _fitting(pattern: str) -> list[Path]:
    names = sorted(glob.glob(pattern, recursive=True))  # noqa: PTH207  as a shell reads it
    paths = [Path(name) for name in names if not is_beside(Path(name).name)]
    if not paths:
        raise UsageError(f"No file fits {pattern!r}.", "Name the files of events.")
    return paths
