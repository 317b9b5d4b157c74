"""Puts the records of one cart, or of one checkout, in order: what it was, change after change."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

import orjson

from littlerelay.events import timestamp
from littlerelay.records import Cart, Checkout

Record = TypeVar("Record", Cart, Checkout)


def successive(records: Sequence[Record], how_far: Callable[[Record], int]) -> list[Record]:
    """Sort records by ``updated_at``; of two of the same moment the one that is further comes last.

    ``how_far`` tells how far a record is. What that leaves open is decided by the records' text, so
    that their order in a file never matters. A record that is there twice is given once.
    Raises MalformedError for a record whose time cannot be read.
    """
    alike: dict[str, list[Record]] = {}
    for one in records:
        alike.setdefault(moment_of(one), []).append(one)
    return [one for moment in sorted(alike) for one in _in_order(alike[moment], how_far)]


def moment_of(record: Cart | Checkout) -> str:
    """Give when a record was as it is."""
    return timestamp(record["updated_at"])


def _in_order(records: list[Record], how_far: Callable[[Record], int]) -> list[Record]:
    if len(records) == 1:
        return records
    by_text = {orjson.dumps(one, option=orjson.OPT_SORT_KEYS): one for one in records}
    return sorted([by_text[text] for text in sorted(by_text)], key=how_far)
