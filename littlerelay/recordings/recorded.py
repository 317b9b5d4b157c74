"""What a line of a recording was recognised as."""

from __future__ import annotations

from typing import Any, Literal, NamedTuple

from littlerelay.errors import RecordError
from littlerelay.events import Event, timestamp

Body = dict[str, Any]
Form = Literal["body", "node", "record"]


class Recorded(NamedTuple):
    """One record of a recording.

    ``kind`` is one of the table `kinds`. ``key`` names the entity to which it belongs; ``moment``
    orders the records of one entity (UTC, milliseconds, then the webhook's own time, if any).
    ``topic`` is the webhook's, an empty text where there is none. ``form`` says what the body
    is: a webhook's or REST's, a node of GraphQL's, or the record that was made of such nodes.
    """

    kind: str
    key: str
    moment: str
    topic: str
    body: Body
    form: Form = "body"


class Made(NamedTuple):
    """Events of one record, in their order.

    ``record`` tells when it was created and updated, which decides on the states among its events;
    None where every event is chosen by its own time.
    """

    events: list[Event]
    record: Body | None = None


def number(body: Body, *names: str) -> str:
    """Give the first of these fields that is a whole number, as a key. Raises RecordError."""
    for name in names:
        found = body.get(name)
        if isinstance(found, int) and not isinstance(found, bool):
            return str(found)
    raise RecordError("missing_field" if names[0] not in body else "wrong_type", names[0])


def text(body: Body, *names: str) -> str:
    """Give the first of these fields that is a text with something in it. Raises RecordError."""
    for name in names:
        found = body.get(name)
        if isinstance(found, str) and found:
            return found
    raise RecordError("missing_field" if names[0] not in body else "wrong_type", names[0])


def moment(body: Body, *names: str) -> str:
    """Give the time in the first of these fields that has one. Raises RecordError."""
    return timestamp(text(body, *names))
