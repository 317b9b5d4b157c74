"""Changes messages on their way: which destinations get them, and under which ids."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from littlerelay.events import Event, encode_part, message_id

_ALL_ON = {"All": True}  # what Segment does unasked


@dataclass(frozen=True, slots=True)
class Changes:
    """What is changed in every message; nothing where both are empty.

    ``integrations`` are the destinations that were chosen, on or off. ``namespace`` gives every
    message another id, always the same one, so that Segment takes it for new.
    """

    integrations: tuple[tuple[str, bool], ...] = ()
    namespace: str = ""

    @property
    def is_nothing(self) -> bool:
        """Tell whether messages stay as they are."""
        return not self.integrations and not self.namespace

    def made(self, event: Event) -> Event:
        """Give the changed message: the very one that is given where nothing changes in it."""
        own, chosen = event.get("integrations") or {}, dict(self.integrations)
        changed = event
        if chosen and (own or chosen != _ALL_ON):
            made = destinations(own, chosen)
            if not _is_same(own, made):
                changed = {**event, "integrations": made}
        if self.namespace:
            changed = dict(changed)
            fact = encode_part(event["messageId"])
            changed["messageId"] = message_id(self.namespace, "replay", fact)
        return changed


def destinations(own: Mapping[str, Any], chosen: Mapping[str, bool]) -> dict[str, Any]:
    """Give the destinations of a message by what was chosen for all.

    Segment reads an object as "on", so what a message says of a destination that is off goes. Where
    ``All`` was chosen, a message's own switches do not count.
    """
    kept = {}
    for name, value in own.items():
        if isinstance(value, bool):
            is_kept = "All" not in chosen and name not in chosen
        else:
            is_kept = chosen.get(name, chosen.get("All", True))
        if is_kept:
            kept[name] = value
    return {**chosen, **kept}


def _is_same(own: Mapping[str, Any], made: Mapping[str, Any]) -> bool:
    """Tell whether a message says what was made of it already; ``0`` is not ``false`` here."""
    return own.keys() == made.keys() and all(own[name] is made[name] for name in own)


NOTHING = Changes()
