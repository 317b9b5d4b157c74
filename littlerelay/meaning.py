"""Says what shapes the events of a run: checkpoints keep it, and other runs are compared with it.

What is kept are the values themselves; here alone they become texts, for people to read.
"""

from __future__ import annotations

from collections.abc import Container, Iterator
from dataclasses import dataclass, fields, is_dataclass
from typing import TYPE_CHECKING

from littlerelay.settings import Choices

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

PERIOD = frozenset({"since", "until"})
_OF_PIXELS = frozenset({"pixel_server_events", "session_pause"})  # which are in recordings alone
# How people read the names that are no setting's.
_SHOWN = {
    "api_version": "API version",
    "missing_scopes": "missing scopes",
    "mapped_from": "mapped from",
    "read_up_to": "read up to",
    "recorded_in": "recorded in",
    "kind": "as",
    "verify_hmac": "verify hmac",
}


@dataclass(frozen=True, slots=True)
class Recording:
    """A file of recordings, and how long it was when it was read."""

    path: str
    bytes: int

    def __str__(self) -> str:
        return f"{self.path} ({self.bytes} bytes)"


@dataclass(frozen=True, slots=True)
class Meaning:
    """Everything that shapes the events of a run; its halves must agree in all of it.

    ``since`` and ``until`` are as typed. ``missing_scopes`` is none where no shop was asked,
    ``archive`` the folder in which the records are kept. Of an archive that is mapped,
    ``mapped_from`` is the file that tells of it and ``read_up_to`` its end. Of recordings,
    ``recorded_in`` are the files, ``kind`` is that of bare records, and ``verify_hmac`` are those
    whose webhooks alone are taken, where they signed them.
    """

    settings: Choices
    relay: str
    api_version: str
    since: str | None
    until: str | None
    resources: tuple[str, ...] = ()
    missing_scopes: tuple[str, ...] | None = None
    archive: str | None = None
    mapped_from: str | None = None
    read_up_to: str | None = None
    recorded_in: tuple[Recording, ...] = ()
    kind: str | None = None
    verify_hmac: tuple[str, ...] = ()


SETTINGS = frozenset(one.name for one in fields(Choices))
EVERYTHING = SETTINGS | {one.name for one in fields(Meaning)} - {"settings"}
OF_SHOP = EVERYTHING - _OF_PIXELS  # what shapes the events of a shop's own records
OF_JOB = SETTINGS - _OF_PIXELS | {"resources"}  # what an app may read can grow between its runs


def differences(
    then: DataclassInstance, now: DataclassInstance, names: Container[str] | None = None
) -> str:
    """Say for people which values are others now; ``names`` are those that count (none: all)."""
    new = dict(_values(now))
    return "; ".join(
        f"{_SHOWN.get(name, name)} was {text(old) or 'not set'} and is now "
        f"{text(new[name]) or 'not set'}"
        for name, old in sorted(_values(then))
        if (names is None or name in names) and old != new[name]
    )


def lost_scopes(then: tuple[str, ...] | None, now: tuple[str, ...] | None) -> frozenset[str]:
    """Give the scopes that an app had and has not now, by those that it lacked and lacks.

    None tells nothing. What is read without them is poorer, or does not come at all.
    """
    return frozenset() if then is None else frozenset(now or ()) - frozenset(then)


def _values(meant: DataclassInstance) -> Iterator[tuple[str, object]]:
    for one in fields(meant):
        value = getattr(meant, one.name)
        if is_dataclass(value) and not isinstance(value, type):
            yield from _values(value)
        else:
            yield one.name, value


def text(value: object) -> str:
    """Write a value for people: ``true``, ``a, b``, ``All=false, Mixpanel=true``."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, tuple):
        return ", ".join(
            f"{one[0]}={text(one[1])}" if isinstance(one, tuple) else str(one) for one in value
        )
    return "" if value is None else str(value)
