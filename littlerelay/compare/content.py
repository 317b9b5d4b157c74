"""Says what a message names, what of it counts, and where two of them differ.

Two messages are of one fact when their ids are equal: a messageId names the shop, the record and
the fact, of a fulfillment also the status. An Identify tells a state, and its id names the traits,
so two are of one fact when they are about the same person; but one with cookies tells what an order
carried, and only its id says which.

What counts of a message is what Segment would take of it, without its id, without the version of
the library that made it, and of what tells a state without its time, which moves with the record.
"""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import blake2b
from itertools import zip_longest

from littlerelay.compare.values import ABSENT, Change
from littlerelay.events import STATES, Event, has_cookies

KEY = 36  # bytes of what names a fact: as many as a messageId of relay's has

RESENT = "resent"  # in the context of a message that was given a fresh id: of which it is a repeat

STATE_EVENTS = frozenset({"Customer Enabled"})  # tracks that tell how somebody is


def key_of(event: Event) -> bytes:
    """Give what a message names, as so many bytes that tell it from all others."""
    if event["type"] == "identify" and not has_cookies(event):
        user = event.get("userId")
        kind, who = ("user", user) if user else ("anonymous", event["anonymousId"])
        return _hashed(f"{kind}/{who}".encode())
    return key_of_id(original_id(event).encode())


def key_of_id(message_id: bytes) -> bytes:
    """Give the key of a messageId: itself where it is as long as relay's."""
    return message_id if len(message_id) == KEY else _hashed(b"id/" + message_id)


def original_id(event: Event) -> str:
    """Give a message's id; of one with a fresh id, that of the message which it repeats."""
    context = event.get("context")
    told = context.get(RESENT) if context else None
    return told if isinstance(told, str) else str(event["messageId"])


def is_state(event: Event) -> bool:
    """Tell whether a message tells how something is, not that something happened."""
    return event["type"] in STATES or event.get("event") in STATE_EVENTS


def content(event: Event) -> Event:
    """Give what counts of a message."""
    skipped = {"messageId", "timestamp"} if is_state(event) else {"messageId"}
    found = {name: value for name, value in event.items() if name not in skipped}
    if context := found.get("context"):
        found["context"] = {name: _unversioned(name, value) for name, value in context.items()}
        found["context"].pop(RESENT, None)
    return found


def differences(old: object, new: object, path: str = "") -> Iterator[Change]:
    """Give every value in which two contents differ; 54 and 54.0 are equal, true and 1 are not."""
    if isinstance(old, dict) and isinstance(new, dict):
        for name in old | new:
            place = name.replace(".", "\\.")
            below = f"{path}.{place}" if path else place
            yield from differences(old.get(name, ABSENT), new.get(name, ABSENT), below)
    elif isinstance(old, list) and isinstance(new, list):
        for index, (one, other) in enumerate(zip_longest(old, new, fillvalue=ABSENT)):
            yield from differences(one, other, f"{path}.{index}")
    elif old != new or isinstance(old, bool) != isinstance(new, bool):
        yield Change(path, old, new)


def _unversioned(name: str, value: object) -> object:
    if name != "library" or not isinstance(value, dict):
        return value
    return {key: one for key, one in value.items() if key != "version"}


def _hashed(name: bytes) -> bytes:
    """Give a key that no messageId is: JSON holds no such character as it begins with."""
    return b"\0" + blake2b(name, digest_size=KEY - 1).digest()
