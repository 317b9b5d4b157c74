"""Reads what files of events tell of a shop: the facts that Shopify's own figures can be held to.

Relay's own lines have their keys in one order, so a line that tells none of these facts is known by
its beginning, and is not decoded.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import closing
from decimal import Decimal
from pathlib import Path
from typing import Any

from littlerelay.compare.content import original_id
from littlerelay.compare.entries import months_of
from littlerelay.compare.sides import File
from littlerelay.compare.values import Comparing
from littlerelay.errors import UsageError
from littlerelay.events import Event, timestamp
from littlerelay.files.inputs import Input
from littlerelay.files.lines import lines
from littlerelay.places import Paths
from littlerelay.reconcile.books import Books, Entry, thousandths
from littlerelay.reconcile.rejects import reject_lines
from littlerelay.reconcile.values import PARTS, Kind
from littlerelay.recordings import beginnings
from littlerelay.segment.messages import LONGEST_LINE, Refusal, read

FACTS: dict[str, Kind] = {
    "Order Completed": "orders",
    "POS Order Placed": "orders",
    "Order Refunded": "refunds",
    "Fulfillment Created": "fulfillments",
    "Customer Created": "customers",
}
_AMOUNTS: dict[Kind, dict[str, str]] = {
    "orders": {name: name for name in ("total", "tax", "shipping", "discount", "subtotal")},
    "refunds": {"refunded": "total"},
    "fulfillments": {},
    "customers": {},
}
# Which property tells the record's number, and which fact then has which messageId.
_NUMBERED: dict[Kind, tuple[str, str]] = {
    "refunds": ("refund_id", "refunds/{}"),
    "fulfillments": ("fulfillment_id", "fulfillments/{}/created"),
    "customers": ("shopify_customer_id_littledata", "customers/{}/created"),
}
_LARGEST = 10.0**12  # of an amount; what is larger was not written by relay
_TOLD = 20_000  # lines after which somebody else may have a turn
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"

_is_other = re.compile(
    rb'\{"type":"(?:track","event":"(?!(?:%s)")[^"\\]+"|identify"|alias")'
    % b"|".join(name.encode() for name in FACTS)
).match


class Reader:
    """Reads files of events into the books, and their rejects.

    ``name_of`` gives the messageId of a fact; ``zone`` is that of the months.
    """

    def __init__(self, books: Books, name_of: Callable[[str], str], zone: str) -> None:
        self._books = books
        self._name_of = name_of
        self._month = months_of(zone)

    def read(self, files: list[File]) -> Iterator[Comparing]:
        """Read every file to its end. Raises UsageError for a line that is no event."""
        size, before = sum(file.raw_size for file in files), 0
        for file in files:
            with closing(Input(file.path, is_growing=True)) as source:
                for _ in self._lines(source, file.path):
                    yield Comparing(str(file.path), before + source.raw_position, size)
            before += file.raw_size
            for owner, origin, reason in rejected(Paths(file.path).rejects):
                self._books.add_rejected(origin, owner, reason)
        self._books.settle_files()
        yield Comparing(str(files[-1].path), size, size)

    def _lines(self, source: Input, path: Path) -> Iterator[None]:
        position = 0
        for number, (size, text) in enumerate(lines(source.read, LONGEST_LINE), 1):
            if text is None:
                raise _unreadable(path, position, f"it has more than {LONGEST_LINE:,} bytes")
            # A line without an end may be cut.
            if not (size > len(text) and text.endswith(b"}") and _is_other(text)):
                for one in read(text.removeprefix(_BYTE_ORDER_MARK)):
                    if isinstance(one, Refusal):
                        raise _unreadable(path, position, one.detail)
                    self._note(one.event, path, position)
            position += size
            if number % _TOLD == 0:
                yield

    def _note(self, event: Event, path: Path, position: int) -> None:
        kind = FACTS.get(str(event.get("event"))) if event["type"] == "track" else None
        if kind is None:
            return
        properties = event.get("properties") or {}
        amounts: dict[str, int | None] = {}
        for name, told in _AMOUNTS[kind].items():
            try:
                amounts[name] = _thousandths(properties.get(told))
            except ValueError:
                detail = f"{told} of {event['event']} is no number"
                raise _unreadable(path, position, detail) from None
        at, key = timestamp(event["timestamp"]), original_id(event)
        number = self._number(kind, key, properties)
        self._books.add_given(
            Entry(
                key=key,
                kind=kind,
                at=at,
                month=self._month(at[:16].encode()).decode(),
                currency="" if kind == "customers" else str(properties.get("currency", "")),
                name=str(properties.get("order_id") or number or key),
                id=number,
                parts=_sum(amounts) if kind == "orders" else None,
                **amounts,
            )
        )

    def _number(self, kind: Kind, key: str, properties: dict[str, Any]) -> int | None:
        """Give the record's number where the messageId proves it."""
        if kind not in _NUMBERED:
            return None
        name, fact = _NUMBERED[kind]
        told = str(properties.get(name, ""))
        is_proven = told.isdecimal() and self._name_of(fact.format(told)) == key
        return int(told) if is_proven else None


def rejected(path: Path) -> Iterator[tuple[int, str, str]]:
    """Give the id, the resource and the reason of each record that was rejected and had an id.

    Raises UsageError for a file that is none of rejects.
    """
    for line in reject_lines(path):
        if isinstance(owner := line.get("id"), int):
            yield owner, str(line["source"]), str(line["reason"])


def _sum(amounts: dict[str, int | None]) -> int | None:
    """Give what an order's event tells of its goods, its shipping and its taxes, together."""
    found = [amounts[name] for name in PARTS]
    known = [one for one in found if one is not None]
    return sum(known) if len(known) == len(found) else None


def _thousandths(value: object) -> int | None:
    """Read a number as it stands in the file. Raises ValueError for what is none."""
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or abs(value) > _LARGEST:
        raise ValueError("no amount")
    return thousandths(Decimal(str(value)))


def _unreadable(path: Path, position: int, detail: str) -> UsageError:
    """Say that a line cannot be read. Raises UsageError for a recording."""
    beginnings.check_line(path)
    return UsageError(
        f"{path} has no event in the line at byte {position:,}: {detail}.",
        "Mend that line, or fetch the file once more where it was cut.",
    )
