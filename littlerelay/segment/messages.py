"""Reads lines of events that others may have written, and holds them to Segment's rules.

Segment answers 200 to much that it then drops: a message without an id, a track without a name. So
what it would drop is refused here, with the reason. A line is one message, a batch as Segment's
libraries post it (``{"batch": [...]}``), or a refused message as relay writes it
(``{"reason": ..., "message": {...}}``).
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import orjson

from littlerelay.errors import RecordError
from littlerelay.events import MAX_EVENT_BYTES, Event, message_id, timestamp

LONGEST_LINE = 16 * 1024 * 1024  # bytes; a batch has at most 500 KB

_LEVELS = 200  # of lists and objects within each other, which can surely be written again
_LONG = re.compile(rb"[0-9]{19}")  # digits that no shorter integer of over 64 bits has
_LONGEST_INTEGER = 20  # characters of one of 64 bits
_LOST = ("long_number", "a whole number of more than 64 bits would lose digits")
_LONGEST_ID = 100  # characters of a messageId, from which on Segment drops it
_MERGED = ("context", "integrations")  # what a batch says for all its messages
_OBJECTS = ("context", "integrations", "properties", "traits")
_TEXTS = ("event", "name", "category")
_IDS = ("userId", "anonymousId", "previousId", "groupId")
_KINDS: dict[str, tuple[type, str]] = {
    **dict.fromkeys(_OBJECTS, (dict, "object")),
    **dict.fromkeys((*_TEXTS, *_IDS), (str, "text")),
}
_ANYTHING = (object, "")
_TYPES = ("track", "identify", "alias", "page", "screen", "group")
_BEGINNING = re.compile(rb'\s*\{\s*"(?:type|batch|messageId|event|userId|reason)"\s*:')
# What a message is made of; all else (sentAt, receivedAt, writeKey ...) was added on its way.
_FIELDS = frozenset({"type", "messageId", "timestamp", *_OBJECTS, *_TEXTS, *_IDS})


@dataclass(frozen=True, slots=True)
class Refusal:
    """One message that cannot be sent, or that Segment would not take.

    ``reason`` is a short code, ``detail`` says it in words. ``message`` is the message, or the text
    of a line that is none.
    """

    reason: str
    detail: str
    message: object

    def line(self) -> bytes:
        """Give the line that says so; `relay replay` reads it once the message is mended."""
        told = {"reason": self.reason, "detail": self.detail, "message": self.message}
        return orjson.dumps(told, option=orjson.OPT_APPEND_NEWLINE)


@dataclass(frozen=True, slots=True)
class Message:
    """One message to send: what it says, and its bytes without a line's end."""

    event: Event
    content: bytes


def read(line: bytes) -> Iterator[Message | Refusal]:
    """Give the messages of one line, each whole or refused. A blank line has none."""
    text = line.strip()
    if not text:
        return
    try:
        found = _loaded(text)
    except RecordError as error:
        yield Refusal(error.reason, error.detail, text.decode("utf-8", "replace"))
        return
    for number, one in enumerate(_unwrapped(found)):
        if number == 0 and one is not found and (lost := lost_digits(text)):
            yield lost
            return
        yield _read(one, text if one is found else None)


def as_sent(found: object) -> Event:
    """Give a message as Segment takes it: the same object where nothing has to change.

    Fields that no message has are left out, a userId (or its like) that is a number becomes a text,
    and a message without a messageId gets one that is made of its content. Raises RecordError.
    """
    if not isinstance(found, dict):
        raise RecordError("not_a_message", "it is no JSON object")
    message = found if found.keys() <= _FIELDS else _own_fields(found)
    message = _of_right_types(message)
    _check_identity(message)
    message = _with_time(message, found)
    return _with_message_id(message)


def encoded(event: Event) -> bytes:
    """Give a message's bytes without a line's end. Raises RecordError where it is too large."""
    content = orjson.dumps(event)
    if len(content) >= MAX_EVENT_BYTES:
        limit = f"{MAX_EVENT_BYTES:,}"
        raise RecordError(
            "too_large", f"it has {len(content):,} bytes; Segment takes under {limit}"
        )
    return content


def lost_digits(text: bytes) -> Refusal | None:
    """Refuse JSON that cannot be written anew: orjson reads integers of over 64 bits as floats."""
    try:
        if _LONG.search(text):
            json.loads(text, parse_int=_check_integer)
    except RecordError as error:
        return Refusal(error.reason, error.detail, orjson.Fragment(text))
    return None


def kept(text: bytes) -> object:
    """Give the JSON of a refused message, as it stands where reading it would lose digits."""
    return orjson.Fragment(text) if _LONG.search(text) else orjson.loads(text)


def taken_out(message: object) -> bytes:
    """Write a message that lay within another line, and has been read.

    Raises RecordError (``long_number``) where reading it lost digits.
    """
    text = orjson.dumps(message)
    json.loads(text, parse_float=_check_float)
    return text


def _check_float(number: str) -> None:
    if abs(float(number)) >= 2**63:
        raise RecordError(*_LOST)


def _check_integer(digits: str) -> None:
    if len(digits) > _LONGEST_INTEGER or not -(2**63) <= int(digits) < 2**64:
        raise RecordError(*_LOST)


def is_message(line: bytes) -> bool:
    """Tell whether a line is meant as a message, as a batch of them, or as a refused one.

    A line that was cut by whoever reads only the beginning of a file counts by how it begins.
    """
    found = _object(line)
    if found is None:
        return _BEGINNING.match(line) is not None
    is_refused = {"reason", "message"} <= found.keys()
    return is_refused or not found.keys().isdisjoint({"type", "batch", "messageId"})


def is_record(line: bytes) -> bool:
    """Tell whether a line is a record of Shopify's, or the reject of one."""
    found = _object(line) or {}
    return not found.keys().isdisjoint(
        {"record", "admin_graphql_api_id", "__parentId", "line_items"}
    )


def _loaded(text: bytes) -> object:
    """Read JSON that can be written again, as a refused message too: orjson reads more levels."""
    try:
        found = orjson.loads(text)
        if text.count(b"[") + text.count(b"{") > _LEVELS:
            orjson.dumps({"message": found})
    except orjson.JSONDecodeError:
        raise RecordError("not_json", "the line is no JSON") from None
    except orjson.JSONEncodeError:
        raise RecordError("too_deep", "its lists and objects lie too deep in each other") from None
    return found


def _object(line: bytes) -> dict[str, Any] | None:
    try:
        found = orjson.loads(line)
    except orjson.JSONDecodeError:
        return None
    return found if isinstance(found, dict) else None


def _unwrapped(found: object) -> Iterator[object]:
    if isinstance(found, dict) and isinstance(found.get("batch"), list):
        shared = {name: found[name] for name in _MERGED if isinstance(found.get(name), dict)}
        for one in found["batch"]:
            yield _merged(shared, one) if shared and isinstance(one, dict) else one
    elif isinstance(found, dict) and "reason" in found and "message" in found:
        yield from _unwrapped(found["message"])
    else:
        yield found


def _merged(shared: dict[str, Any], message: Event) -> Event:
    """Give a message with what its batch says for all; what it says itself holds."""
    own = {name: message.get(name) or {} for name in shared}
    said = {
        name: {**values, **own[name]}
        for name, values in shared.items()
        if isinstance(own[name], dict)
    }
    return {**message, **said}


def _read(found: object, text: bytes | None) -> Message | Refusal:
    try:
        event = as_sent(found)
        if text is not None and event is found and len(text) < MAX_EVENT_BYTES:
            return Message(event, text)
        return lost_digits(text or b"") or Message(event, encoded(event))
    except RecordError as error:
        return Refusal(error.reason, error.detail, found if text is None else kept(text))


def _own_fields(found: dict[str, Any]) -> Event:
    return {name: value for name, value in found.items() if name in _FIELDS}


def _of_right_types(message: Event) -> Event:
    """Check what a message is made of; ids that are numbers become texts."""
    if message.get("type") not in _TYPES:
        raise RecordError("wrong_type", f"type is none of {', '.join(_TYPES)}")
    numbers = {}
    for name, value in message.items():
        kind, word = _KINDS.get(name, _ANYTHING)
        if value is None or isinstance(value, kind):
            continue
        if name not in _IDS or type(value) is not int:
            raise RecordError("wrong_type", f"{name} is no {word}")
        numbers[name] = str(value)
    return {**message, **numbers} if numbers else message


def _check_identity(message: Event) -> None:
    kind = message["type"]
    needed = {"alias": ("userId", "previousId"), "group": ("groupId",)}.get(kind, ())
    for name in needed:
        if not message.get(name):
            raise RecordError("missing_id", f"{kind} has no {name}")
    if not (message.get("userId") or message.get("anonymousId")):
        raise RecordError("missing_id", "it has no userId and no anonymousId")
    if kind == "track" and not message.get("event"):
        raise RecordError("missing_event", "track has no event")


def _with_time(message: Event, found: Event) -> Event:
    """Check the time of a message; an export of Segment's may have it as originalTimestamp."""
    given = message.get("timestamp") or found.get("originalTimestamp")
    if not given:
        raise RecordError("missing_timestamp", "it has no timestamp and would count as of today")
    if not isinstance(given, str):
        raise RecordError("malformed_time", "timestamp is no text")
    try:
        timestamp(given)
    except RecordError:
        detail = "timestamp is no ISO 8601 time with a zone"
        raise RecordError("malformed_time", detail) from None
    return message if given is message.get("timestamp") else {**message, "timestamp": given}


def _with_message_id(message: Event) -> Event:
    given = message.get("messageId")
    if not given:
        digest = hashlib.sha256(orjson.dumps(message, option=orjson.OPT_SORT_KEYS)).hexdigest()
        return {**message, "messageId": message_id("", "content", digest)}
    if not isinstance(given, str):
        raise RecordError("wrong_type", "messageId is no text")
    if len(given) >= _LONGEST_ID:
        raise RecordError("wrong_type", f"messageId has {len(given)} characters, 100 or more")
    return message
