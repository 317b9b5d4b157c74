"""Cuts a history into windows where nobody counts what they will hold.

A window that turns out to hold too much is read again as several; where little is found, the next
ones are longer.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TypeVar

Item = TypeVar("Item")

# The resources of a run that nobody counts: Recharge's subscriptions, and Shopify's contracts.
UNCOUNTED = frozenset({"subscriptions", "contracts"})

_FIRST_WIDTH = 28 * 86_400  # seconds
_GROWTH = 4


def cut(
    begin: int, end: int, read: Callable[[int, int], list[Item] | None], few: int
) -> Iterator[tuple[int, int, list[Item]]]:
    """Give window after window of ``begin`` to ``end`` (seconds): its bounds, and what it holds.

    ``read`` gives what is between two times, None where it is too much; of a second, it gives all.
    With less than ``few`` the next window is longer.
    """
    width = _FIRST_WIDTH
    while begin < end:
        until = min(end, begin + width)
        found = read(begin, until)
        if found is None:
            width = max(1, (until - begin) // _GROWTH)
            continue
        yield begin, until, found
        begin = until
        if len(found) < few:
            width *= _GROWTH
