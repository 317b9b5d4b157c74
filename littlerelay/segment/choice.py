"""Chooses messages by what they say: their time, their event, whom they are about, any value."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from littlerelay.events import Event
from littlerelay.times import epoch

_NUMBER = re.compile(r"-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?", re.ASCII)
_INSIDE = ("properties", "traits")  # where a name is looked for that is not the message's own


@dataclass(frozen=True, slots=True)
class Choice:
    """Which messages are taken: those that fit every part that is given.

    ``since`` and ``until`` are seconds since 1970, half-open. ``events`` are names, or a type such
    as ``identify``, in any case. ``users`` are userIds or anonymousIds. ``where`` holds paths such
    as ``properties.currency`` (or just ``currency``), each with the text of a value; 12.5 is found
    by ``12.50``, too. A backslash makes a dot part of a name.
    """

    since: int | None = None
    until: int | None = None
    events: frozenset[str] = frozenset()
    users: frozenset[str] = frozenset()
    where: tuple[tuple[str, str], ...] = ()

    @property
    def is_everything(self) -> bool:
        """Tell whether no message is left out."""
        return self == EVERYTHING

    def takes(self, event: Event) -> bool:
        """Tell whether a message is chosen; it has a valid time."""
        return self._is_in_time(event) and self._is_named(event) and self._holds(event)

    def _is_in_time(self, event: Event) -> bool:
        if self.since is None and self.until is None:
            return True
        moment = epoch(event["timestamp"])
        return (self.since is None or moment >= self.since) and (
            self.until is None or moment < self.until
        )

    def _is_named(self, event: Event) -> bool:
        if self.events and (event.get("event") or event["type"]).casefold() not in self.events:
            return False
        return not self.users or not self.users.isdisjoint(
            {event.get("userId"), event.get("anonymousId")}
        )

    def _holds(self, event: Event) -> bool:
        return all(
            any(_is(value, text) for value in _values(event, path)) for path, text in self.where
        )


def _values(event: Event, path: str) -> Iterator[object]:
    """Give every value at a path, of all members where a list lies on the way."""
    names = _names(path)
    starts = [event] if names[0] in event else [event.get(place) for place in _INSIDE]
    for start in starts:
        yield from _at(start, names)


@cache
def _names(path: str) -> list[str]:
    """Split a path at its dots, but for those that a backslash makes part of a name."""
    return [name.replace("\\.", ".") for name in re.split(r"(?<!\\)\.", path)]


def _at(value: object, names: list[str]) -> Iterator[object]:
    if isinstance(value, list):
        for one in value:
            yield from _at(one, names)
    elif not names:
        yield value
    elif isinstance(value, dict) and names[0] in value:
        yield from _at(value[names[0]], names[1:])


def _is(value: object, text: str) -> bool:
    """Tell whether a text means a value, as JSON writes it; an object has none."""
    if value is None or isinstance(value, bool):
        return text == {None: "null", True: "true", False: "false"}[value]
    if isinstance(value, float):
        return _NUMBER.fullmatch(text) is not None and float(text) == value
    return not isinstance(value, dict) and str(value) == text


EVERYTHING = Choice()
