"""Small messages, and how the one message of a line is read."""

from typing import Any

import orjson

from littlerelay.segment.messages import Message, Refusal, read
from sent_files import line

TIME = "2024-03-05T14:30:00.000Z"
GOOD = {"type": "track", "event": "E", "messageId": "m", "timestamp": TIME, "userId": "7001"}


def good(**more: Any) -> dict[str, Any]:
    """Makes a small message; what is None is left out of it."""
    return {name: value for name, value in {**GOOD, **more}.items() if value is not None}


def one(found: object) -> Message | Refusal:
    """Reads the one message of a line."""
    (only,) = read(found if isinstance(found, bytes) else line(found))
    return only


def event(found: object) -> dict[str, Any]:
    """Reads one message, which has to be good, and gives what is sent of it."""
    only = one(found)
    assert isinstance(only, Message)
    assert orjson.loads(only.content) == only.event
    return only.event


def reason(found: object) -> tuple[str, str]:
    """Reads one message, which has to be refused, and tells why."""
    only = one(found)
    assert isinstance(only, Refusal)
    return only.reason, only.detail
