"""Says what an entry of the catalogue is: an event, a property, and how an event is made."""

from __future__ import annotations

from typing import Literal, NamedTuple

Kind = Literal[
    "String", "Integer", "Float", "Double", "Number", "Boolean", "Array", "Object", "Date"
]


class EventEntry(NamedTuple):
    """Describes one event."""

    name: str
    description: str


class Property(NamedTuple):
    """Describes one property or trait; a ``nullable`` one is given as null where it is unknown."""

    name: str
    kind: Kind
    description: str
    nullable: bool = False


class Made(NamedTuple):
    """Tells how an event is made: from which records, dated by what, named after which fact.

    The words may hold `names` between backticks. ``fact`` is what the messageId names.
    """

    call: Literal["track", "identify", "alias", "page"]
    source: str
    time: str
    fact: str
