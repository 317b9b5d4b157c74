"""Keeps what a run of recordings has read and made, on disk, until its file is written.

It is an SQLite database in a folder of its own beside the output. What a transaction adds and how
far the run is with it are durable together, so a run that was killed goes on from the last one. No
index slows the inserts: each is made when its phase ends.
"""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Generator, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import orjson

from littlerelay.durable import disk_errors, make_folder, new_file
from littlerelay.errors import DiskError
from littlerelay.recordings.state import State

_HINT = "Mend that (space, permissions, the disk), then run the same command again."
_ANEW = "Give --restart: the recordings are read once more."
_TABLES = """
CREATE TABLE state (content BLOB NOT NULL);
CREATE TABLE records (
    family TEXT NOT NULL, key TEXT NOT NULL, kind TEXT NOT NULL,
    file INTEGER NOT NULL, line INTEGER NOT NULL, content BLOB NOT NULL);
CREATE TABLE rejects (file INTEGER NOT NULL, line INTEGER NOT NULL, content BLOB NOT NULL);
CREATE TABLE events (
    id TEXT NOT NULL, shared TEXT, rank TEXT NOT NULL, moment TEXT NOT NULL, name TEXT NOT NULL,
    content BLOB NOT NULL);
"""
OWNERS = "owners"  # the family of rows that name the entity of a line by what the line is called
_GIVE_TO_ENTITIES = """
BEGIN;
UPDATE records SET key = ifnull((
    SELECT min(CAST(owner.content AS TEXT)) FROM records AS owner
    WHERE owner.family = 'owners' AND owner.key = records.key AND owner.kind = records.family), key)
WHERE key LIKE '%/%' AND family IN (SELECT DISTINCT kind FROM records WHERE family = 'owners');
DELETE FROM records WHERE family = 'owners';
COMMIT;
"""
_DELETE_OTHERS = """
DELETE FROM events WHERE rowid IN (
    SELECT own FROM (
        SELECT rowid AS own, row_number() OVER (
            PARTITION BY shared ORDER BY rank, moment, id, content) AS place
        FROM events WHERE shared IN (
            SELECT shared FROM events WHERE shared IS NOT NULL
            GROUP BY shared HAVING count(*) > 1))
    WHERE place > 1)
"""
_RECORDS = "SELECT family, key, kind, file, line, content FROM records"
_AFTER = f"{_RECORDS} WHERE (family, key) > (?, ?) ORDER BY family, key"


class Row(NamedTuple):
    """A line that was recognised: whose record it holds, where it stands, and the line."""

    family: str
    key: str
    kind: str
    file: int
    line: int
    content: bytes


class Reject(NamedTuple):
    """A line that was rejected, where it stood, and what the file of rejects says of it."""

    file: int
    line: int
    content: bytes


class Fact(NamedTuple):
    """An event as a line, with what sorts it.

    ``shared`` is set where records of several entities may tell the same: of those with the same
    one, that of the lowest ``rank`` is given.
    """

    id: str
    shared: str | None
    rank: str
    moment: str
    name: str
    content: bytes


class Store:
    """One run's work; ``state`` is how far it is. Raises DiskError."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        make_folder(folder)
        path = folder / "work.sqlite3"
        with disk_errors(path):
            if not path.exists():
                new_file(path, 0).close()  # for its owner alone, and so is what SQLite adds
        with self._errors(), ExitStack() as stack:
            self._database = sqlite3.connect(path, isolation_level=None)
            stack.callback(self._database.close)
            self.state = self._opened()
            stack.pop_all()

    def _opened(self) -> State:
        run = self._database.execute
        run("PRAGMA page_size = 32768")  # a few lines to a page
        run("PRAGMA journal_mode = TRUNCATE")  # what only grows has next to nothing to journal
        run("PRAGMA synchronous = FULL")
        run("PRAGMA cache_size = -65536")
        if not run("SELECT 1 FROM sqlite_master").fetchone():
            self._database.executescript(f"BEGIN;{_TABLES}COMMIT;")
        found = run("SELECT content FROM state").fetchone()
        return State(**orjson.loads(found[0])) if found else State()

    def add(
        self,
        records: Iterable[Row] = (),
        facts: Iterable[Fact] = (),
        rejects: Iterable[Reject] = (),
    ) -> None:
        """Keep what was read and made, and how far the run is with it, in one transaction."""
        with self._errors():
            many = self._database.executemany
            self._database.execute("BEGIN")
            many("INSERT INTO records VALUES (?, ?, ?, ?, ?, ?)", records)
            many("INSERT INTO events VALUES (?, ?, ?, ?, ?, ?)", facts)
            many("INSERT INTO rejects VALUES (?, ?, ?)", rejects)
            self._commit()

    def _commit(self) -> None:
        self._database.execute("DELETE FROM state")
        self._database.execute("INSERT INTO state VALUES (?)", [orjson.dumps(self.state)])
        self._database.execute("COMMIT")

    def group(self) -> None:
        """Let records be read by their entities."""
        self._prepare("CREATE INDEX IF NOT EXISTS by_entity ON records (family, key)")
        if self.has(OWNERS):
            self._prepare(_GIVE_TO_ENTITIES)

    def order(self) -> None:
        """Let events be read in order of time, each once."""
        self._prepare(
            "CREATE INDEX IF NOT EXISTS by_name ON events (shared) WHERE shared IS NOT NULL"
        )
        self._prepare(_DELETE_OTHERS)
        self._prepare("CREATE INDEX IF NOT EXISTS by_time ON events (moment, id)")

    def _prepare(self, statements: str) -> None:
        with self._errors():
            self._database.executescript(statements)

    def count(self, table: str) -> int:
        """Count what a table holds."""
        return int(self._one(f"SELECT count(*) FROM {table}")[0])  # noqa: S608  our own name

    def has(self, family: str) -> bool:
        """Tell whether there are records of a family."""
        query = "SELECT EXISTS (SELECT 1 FROM records WHERE family = ?)"
        return any(found for (found,) in self._rows(query, (family,)))

    def names(self) -> dict[str, int]:
        """Count the events of each name."""
        with self._errors():
            found = self._database.execute("SELECT name, count(*) FROM events GROUP BY name")
            return dict(found.fetchall())

    def bounds(self) -> tuple[str | None, str | None]:
        """Give the first and the last moment of events; none where there are none."""
        first, last = self._one("SELECT min(moment), max(moment) FROM events")
        return first, last

    def after(self, family: str, key: str) -> Generator[Row, None, None]:
        """Give the records of all entities after one, each entity's together."""
        for row in self._rows(_AFTER, (family, key)):
            yield Row(*row)

    def of(self, family: str) -> Generator[Row, None, None]:
        """Give all records of a family."""
        for row in self._rows(f"{_RECORDS} WHERE family = ? ORDER BY key, file, line", (family,)):
            yield Row(*row)

    def entity(self, family: str, key: str) -> Generator[Row, None, None]:
        """Give all records of one entity."""
        for row in self._rows(f"{_RECORDS} WHERE family = ? AND key = ?", (family, key)):
            yield Row(*row)

    def facts(self, passed: int) -> Generator[bytes, None, None]:
        """Give events as lines, in order of time, without the first so many."""
        query = "SELECT content FROM events ORDER BY moment, id LIMIT -1 OFFSET ?"
        for (content,) in self._rows(query, (passed,)):
            yield content

    def rejects(self, passed: int) -> Generator[bytes, None, None]:
        """Give rejects as lines, in order of what was read, without the first so many."""
        query = "SELECT content FROM rejects ORDER BY file, line LIMIT -1 OFFSET ?"
        for (content,) in self._rows(query, (passed,)):
            yield content

    def _rows(self, query: str, values: tuple[Any, ...]) -> Iterator[Any]:
        with self._errors():
            yield from self._database.execute(query, values)

    def _one(self, query: str) -> tuple[Any, ...]:
        with self._errors():
            found: tuple[Any, ...] = self._database.execute(query).fetchone()
            return found

    def close(self) -> None:
        """Let go of the database; what was not kept is forgotten."""
        self._database.close()

    @contextmanager
    def _errors(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.OperationalError as error:
            raise DiskError(f"{self.folder}: {error}.", _HINT) from error
        except sqlite3.Error as error:
            raise DiskError(f"{self.folder} is damaged: {error}.", _ANEW) from error


def clear(folder: Path) -> None:
    """Remove a run's work, if there is any. Raises DiskError."""
    with disk_errors(folder):
        if folder.exists():
            shutil.rmtree(folder)
