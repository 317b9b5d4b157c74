"""Finds what came into a cart and what left it, from records of what was in it.

A record tells what is in a cart after a change. What the first one holds was added by then: nothing
tells of before.

- Units that go within ten seconds were never added. Units leave a line in the order opposite to
  that in which they came, so of two additions the younger is the one that was taken back.
- A line whose properties change gets another key. What one line loses while another of its variant
  gains it has only moved: it is neither removed nor added, and is as old as it was.
- A line without a key (webhooks of old) is known by its variant, and lines of a record that are
  known by the same are one.
- Of several records of one moment the last counts: a cart is one thing at a time.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import product
from typing import NamedTuple

from littlerelay.mappers.successive import moment_of
from littlerelay.records import Cart, CartLine

_TAKEN_BACK = timedelta(seconds=10)  # what stays longer was added


@dataclass(slots=True)
class Change:
    """Some units of one line that came into a cart, or left it, at a moment.

    ``line`` is as it stands in the record that first shows the addition, or in the last one before
    the removal. ``quantity`` is what counts: an addition loses what is taken back, be it all.
    """

    key: str
    line: CartLine
    moment: str
    quantity: int
    is_removal: bool = False


class Held(NamedTuple):
    """Holds a line of a record, and how many units it has."""

    line: CartLine
    quantity: int


class Lot(NamedTuple):
    """Holds units in the cart that came together: some of those of an addition."""

    addition: Change
    units: int


class Contents:
    """Follows what is in a cart from record to record.

    ``lines`` is what the last record holds, by key, and ``lots`` when each unit of it came, the
    youngest last. ``changes`` grows in order of time.
    """

    def __init__(self) -> None:
        self.lines: dict[str, Held] = {}
        self.lots: dict[str, list[Lot]] = {}
        self.changes: list[Change] = []

    def become(self, cart: Cart) -> None:
        """Take the next record."""
        moment, lines = moment_of(cart), held(cart)
        fewer, more = _surplus(self.lines, lines), _surplus(lines, self.lines)
        self._move(fewer, more, lines)
        for key, count in fewer.items():
            self._remove(key, count, moment)
        for key, count in more.items():
            self._add(key, lines[key].line, count, moment)
        self.lines = lines

    def _move(self, fewer: dict[str, int], more: dict[str, int], lines: dict[str, Held]) -> None:
        """Move between lines of one variant, and leave what was truly removed or added."""
        for old, new in product(fewer, more):
            variant = self.lines[old].line.get("variant_id")
            if variant is None or variant != lines[new].line.get("variant_id"):
                continue
            count = min(fewer[old], more[new])
            fewer[old], more[new] = fewer[old] - count, more[new] - count
            together = self.lots.get(new, []) + self._youngest(old, count)
            self.lots[new] = sorted(together, key=lambda lot: lot.addition.moment)

    def _remove(self, key: str, count: int, moment: str) -> None:
        stayed = 0
        for lot in self._youngest(key, count):
            if _between(lot.addition.moment, moment) > _TAKEN_BACK:
                stayed += lot.units
            else:
                lot.addition.quantity -= lot.units
        if stayed:
            line = self.lines[key].line
            self.changes.append(Change(key, line, moment, stayed, is_removal=True))

    def _add(self, key: str, line: CartLine, count: int, moment: str) -> None:
        if count:
            addition = Change(key, line, moment, count)
            self.changes.append(addition)
            self.lots.setdefault(key, []).append(Lot(addition, count))

    def _youngest(self, key: str, count: int) -> list[Lot]:
        """Take the youngest units out of a line's lots."""
        lots, found = self.lots[key], []
        while count:
            lot = lots.pop()
            taken = min(lot.units, count)
            if taken < lot.units:
                lots.append(Lot(lot.addition, lot.units - taken))
            found.append(Lot(lot.addition, taken))
            count -= taken
        return found


def changes(records: Iterable[Cart]) -> list[Change]:
    """Give the changes that count, in order of time; the records come in that order, too."""
    last_of_each = {moment_of(one): one for one in records}
    contents = Contents()
    for cart in last_of_each.values():
        contents.become(cart)
    return [change for change in contents.changes if change.quantity]


def held(cart: Cart) -> dict[str, Held]:
    """Give what is in a cart, by the key of its line, else by the variant."""
    found: dict[str, Held] = {}
    for line in cart["line_items"]:
        if line["quantity"] > 0:
            key = str(line.get("key") or line.get("variant_id") or line["id"])
            first = found.get(key, Held(line, 0))
            found[key] = Held(first.line, first.quantity + line["quantity"])
    return found


def _surplus(lines: dict[str, Held], others: dict[str, Held]) -> dict[str, int]:
    """Count the units that the lines have and the others have not."""
    found = {}
    for key, one in lines.items():
        count = one.quantity - (others[key].quantity if key in others else 0)
        if count > 0:
            found[key] = count
    return found


def _between(earlier: str, later: str) -> timedelta:
    return datetime.fromisoformat(later) - datetime.fromisoformat(earlier)
