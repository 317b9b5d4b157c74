"""Keeps both sides of a proof on disk, so that memory does not grow with a shop.

Amounts stand there as whole thousandths of a currency: of those that Shopify sells in, none has a
smaller unit (ISO 4217), and whole numbers add up exactly.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from decimal import ROUND_UP, Decimal
from typing import Any, NamedTuple

from littlerelay.compare.workspace import Workspace
from littlerelay.errors import DiskError
from littlerelay.reconcile.values import AMOUNTS, KINDS, NEVER_GIVEN, Kind, Reason

_NAME = "books"
_CACHE = 64 * 1024  # KiB of pages that are held in memory
_HELD = 2_000  # rows that wait to be written together
_THOUSAND = Decimal(1000)


class Entry(NamedTuple):
    """One fact as one side tells it; amounts are thousandths, none where a fact has none.

    ``month`` is that of the shop's time zone. ``id`` is what Shopify numbers the record; in a file
    it is none where the messageId does not follow from it. An order's ``subtotal`` is not compared
    by itself: Shopify's has the taxes inside where prices include them. ``parts`` is what subtotal,
    shipping and tax of an event come to together, none where one of them is not known.
    """

    key: str
    kind: Kind
    at: str
    month: str
    currency: str
    name: str
    id: int | None
    total: int | None = None
    tax: int | None = None
    shipping: int | None = None
    discount: int | None = None
    refunded: int | None = None
    subtotal: int | None = None
    parts: int | None = None


class Known(NamedTuple):
    """What Shopify tells of a fact's record besides its figures.

    ``owner`` is the id of the record that a run reads: an order's, or a customer's. ``absent`` is
    the reason why a file need not hold it. ``is_late`` says that it was changed after the run.
    """

    owner: int
    absent: Reason | None = None
    is_late: bool = False
    is_edited: bool = False
    has_tax_inside: bool = False


class Pair(NamedTuple):
    """One fact on both sides, either of which may lack it; ``rejected`` is the reject's reason."""

    file: Entry | None
    shop: Entry | None
    known: Known | None
    rejected: str | None


class Sum(NamedTuple):
    """What the facts of one kind, month and currency come to on one side: amounts by name."""

    kind: Kind
    month: str
    currency: str
    number: int
    amounts: dict[str, int]


_FIELDS = ", ".join(Entry._fields)
_KNOWN = ", ".join(Known._fields)
_VALUES = ("at", "currency", *AMOUNTS)
_UNWANTED = ", ".join(f"'{reason}'" for reason in NEVER_GIVEN)
# Within the period (:since, :until) and of a kind that is compared.
_INSIDE = "{0}.at >= :since AND {0}.at < :until"


class Books:
    """Both sides: fill each, settle it once, then ask; `close` ends it. Raises DiskError."""

    def __init__(self, work: Workspace, since: str, until: str) -> None:
        self._path = work.path / _NAME
        self._period = {"since": since, "until": until}
        self._held: dict[str, list[tuple[object, ...]]] = {}
        with self._errors():
            work.create(_NAME).close()
            self._base = sqlite3.connect(self._path, isolation_level=None)
            for line in (
                "journal_mode = OFF",
                "synchronous = OFF",
                "temp_store = FILE",
                f"cache_size = -{_CACHE}",
            ):
                self._base.execute(f"PRAGMA {line}")
            self._base.execute(f"CREATE TABLE file ({_FIELDS})")
            self._base.execute(f"CREATE TABLE shop ({_FIELDS}, {_KNOWN})")
            self._base.execute("CREATE TABLE rejected (source, owner, reason)")
            self._base.execute("CREATE TABLE deleted (key)")
            self._base.execute("BEGIN")

    def close(self) -> None:
        """Let go of the file; the workspace removes it."""
        self._base.close()

    def add_given(self, entry: Entry) -> None:
        """Note what a file tells."""
        self._add("file", entry)

    def add_known(self, entry: Entry, known: Known) -> None:
        """Note what Shopify tells."""
        self._add("shop", (*entry, *known))

    def add_rejected(self, source: str, owner: int, reason: str) -> None:
        """Note a record that gave no events: ``source`` is orders or customers."""
        self._add("rejected", (source, owner, reason))

    def add_deleted(self, key: str) -> None:
        """Note a fact of an order that is deleted."""
        self._add("deleted", (key,))

    def settle_files(self) -> None:
        """End what the files tell: of one messageId the last line counts."""
        self._flush()
        with self._errors():
            self._base.execute("CREATE INDEX file_key ON file (key)")
            self._base.execute(
                "DELETE FROM file WHERE EXISTS (SELECT 1 FROM file later "
                "WHERE later.key = file.key AND later.rowid > file.rowid)"
            )

    def settle_shop(self) -> None:
        """End what Shopify tells."""
        self._flush()
        with self._errors():
            self._base.execute("CREATE INDEX shop_key ON shop (key)")
            self._base.execute("CREATE INDEX shop_name ON shop (name) WHERE kind = 'orders'")
            self._base.execute("CREATE INDEX file_name ON file (name) WHERE kind = 'orders'")
            self._base.execute("CREATE INDEX rejected_owner ON rejected (source, owner)")
            self._base.execute("CREATE INDEX deleted_key ON deleted (key)")

    def holds(self, entry: Entry) -> bool:
        """Tell whether a fact lies in the period."""
        return self._period["since"] <= entry.at < self._period["until"]

    def sums(self, side: str) -> Iterator[Sum]:
        """Sum one side, ``file`` or ``shop``, by kind, month and currency."""
        amounts = ", ".join(f"sum({name})" for name in AMOUNTS)
        rows = self._ask(
            f"SELECT kind, month, currency, count(*), {amounts} FROM {side} "
            f"WHERE {_INSIDE.format(side)} GROUP BY kind, month, currency"
        )
        for kind, month, currency, number, *found in rows:
            named = zip(AMOUNTS, found, strict=True)
            yield Sum(
                kind, month, currency, number, {n: one for n, one in named if one is not None}
            )

    def pairs(self, kinds: Iterable[Kind] = KINDS) -> Iterator[Pair]:
        """Give every fact in which the sides differ, those of one kind together, by time.

        A fact that a setting leaves out is given, too, where both sides have it.
        """
        for kind in kinds:
            yield from self._lacking_or_other(kind)
            yield from self._in_excess(kind)

    def has_order(self, name: str) -> bool:
        """Tell whether Shopify has an order that is called so, by itself or in a file.

        A file may call orders by their numbers or ids; whatever a setting chose, its own completed
        orders show who is meant.
        """
        return self._has(
            "SELECT 1 FROM shop WHERE kind = 'orders' AND name = :value", name
        ) or self._has(
            "SELECT 1 FROM file JOIN shop ON shop.key = file.key "
            "WHERE file.kind = 'orders' AND file.name = :value",
            name,
        )

    def is_deleted(self, key: str) -> bool:
        """Tell whether a fact is of an order of which Shopify says that it was deleted."""
        return self._has("SELECT 1 FROM deleted WHERE key = :value", key)

    def is_of_deleted(self, name: str) -> bool:
        """Tell whether a file has a completed order of this name that is deleted since."""
        return self._has(
            "SELECT 1 FROM file JOIN deleted ON deleted.key = file.key "
            "WHERE kind = 'orders' AND name = :value",
            name,
        )

    def has_deleted(self) -> bool:
        """Tell whether any order was deleted."""
        return self._has("SELECT 1 FROM deleted WHERE :value IS NULL", None)

    def _lacking_or_other(self, kind: Kind) -> Iterator[Pair]:
        """Give what Shopify has, and the files have not, or tell otherwise."""
        differ = " OR ".join(f"file.{name} IS NOT shop.{name}" for name in _VALUES)
        differ += " OR file.parts <> shop.parts"  # neither of which need be known
        differ += f" OR shop.absent IN ({_UNWANTED})"
        inside = f"({_INSIDE.format('shop')} OR {_INSIDE.format('file')})"
        rows = self._ask(
            f"SELECT {_listed('shop', Entry)}, {_listed('shop', Known)}, {_listed('file', Entry)}, "
            "rejected.reason FROM shop LEFT JOIN file ON file.key = shop.key "
            "LEFT JOIN rejected ON rejected.owner = shop.owner AND rejected.source = "
            "CASE shop.kind WHEN 'customers' THEN shop.kind ELSE 'orders' END "
            f"WHERE shop.kind = :kind AND {inside} AND ({differ}) "
            "GROUP BY shop.rowid ORDER BY shop.at, shop.id",
            kind,
        )
        width, more = len(Entry._fields), len(Known._fields)
        for row in rows:
            shop, known = Entry(*row[:width]), Known(*row[width : width + more])
            file = Entry(*row[width + more : -1])
            yield Pair(file if file.key else None, shop, known, row[-1])

    def _in_excess(self, kind: Kind) -> Iterator[Pair]:
        """Give what only the files have."""
        rows = self._ask(
            f"SELECT {_listed('file', Entry)} FROM file LEFT JOIN shop ON shop.key = file.key "
            f"WHERE file.kind = :kind AND shop.key IS NULL AND {_INSIDE.format('file')} "
            "ORDER BY file.at, file.rowid",
            kind,
        )
        for row in rows:
            yield Pair(Entry(*row), None, None, None)

    def _add(self, table: str, row: tuple[object, ...]) -> None:
        held = self._held.setdefault(table, [])
        held.append(row)
        if len(held) >= _HELD:
            self._write(table)

    def _flush(self) -> None:
        for table in self._held:
            self._write(table)

    def _write(self, table: str) -> None:
        held = self._held[table]
        if held:
            places = ", ".join("?" * len(held[0]))
            with self._errors():
                self._base.executemany(f"INSERT INTO {table} VALUES ({places})", held)
            held.clear()

    def _has(self, question: str, value: str | None) -> bool:
        with self._errors():
            found = self._base.execute(f"{question} LIMIT 1", {"value": value}).fetchone()
        return found is not None

    def _ask(self, question: str, kind: Kind = "orders") -> Iterator[tuple[Any, ...]]:
        with self._errors():
            yield from self._base.execute(question, {**self._period, "kind": kind})

    @contextmanager
    def _errors(self) -> Iterator[None]:
        """Turn what a disk refuses into DiskError."""
        try:
            yield
        except sqlite3.DatabaseError as error:
            raise DiskError(
                f"{self._path}: {error}.",
                "Make room there, or set TMPDIR to a folder on another disk; then run it again.",
            ) from error


def thousandths(amount: Decimal) -> int:
    """Give an amount as whole thousandths; what is finer than that never counts as equal to less.

    >>> thousandths(Decimal("54.01")), thousandths(Decimal("0.0001"))
    (54010, 1)
    """
    return int((amount * _THOUSAND).to_integral_value(ROUND_UP))


def amount(thousandths: int) -> Decimal:
    """Give so many thousandths as an amount.

    >>> amount(54010)
    Decimal('54.010')
    """
    return Decimal(thousandths).scaleb(-3)


def _listed(table: str, of: type[Entry | Known]) -> str:
    return ", ".join(f"{table}.{name}" for name in of._fields)
