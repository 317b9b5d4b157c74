"""Writes what is new or changed as a file of its own, in the order of the new side.

A changed message keeps its id, unless fresh ids are asked for. A fresh id is made of the old one
and a text, so a repeat has the same; the message says in its context of which it is a repeat, so
that a later comparison knows both for one fact.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import NamedTuple

from littlerelay import sealed
from littlerelay.compare.content import RESENT, original_id
from littlerelay.compare.costs import Costs
from littlerelay.errors import RecordError, UsageError
from littlerelay.events import encode_part, message_id
from littlerelay.files.ndjson import PlainFile
from littlerelay.places import growing, publish
from littlerelay.sealed import Sealed
from littlerelay.segment.messages import Message, encoded


@dataclass(frozen=True, slots=True)
class Planned:
    """One message to write; ``repeats`` says that one with its id may have been sent before."""

    message: Message
    repeats: bool


class Told(Sealed):
    """What lies beside a plan: how many of its messages are tracks that were changed."""

    tracks: int


class Written(NamedTuple):
    """How many messages a plan holds, and how many of them keep an id that was sent before."""

    lines: int
    kept: int


def changed_tracks(path: Path) -> int:
    """Give how many tracks of a plan were sent in another form before; none where it is no plan.

    Raises DiskError where what tells so is damaged.
    """
    told = sealed.load(_beside(path), "plan", Told, "Save the plan once more with relay diff.")
    return told.tracks if told else 0


def _beside(path: Path) -> Path:
    return path.with_name(f"{path.name}.plan.json")


@dataclass(frozen=True, slots=True)
class Plan:
    """The file of a plan; ``epoch`` is the text of which fresh ids are made, none for none."""

    path: Path
    epoch: str | None = None

    def write(self, messages: Iterable[Planned], costs: Costs | None = None) -> Written:
        """Write messages, a line each, and give how many; ``costs`` take them in, too.

        The file has its name only once it is whole. Raises UsageError and DiskError.
        """
        repeats = tracks = 0
        with growing(self.path, partial(PlainFile, is_new=True)) as file:
            for one in messages:
                file.write(line := self._line(one))
                repeats += one.repeats
                tracks += one.repeats and one.message.event["type"] == "track"
                if costs is not None:
                    costs.add(one.message.event, len(line))
            lines = file.sync().lines
        if tracks:
            sealed.save(_beside(self.path), "plan", Told(tracks=tracks))
        else:
            _beside(self.path).unlink(missing_ok=True)  # of an older plan of that name
        publish(self.path)
        return Written(lines, repeats if self.epoch is None else 0)

    def _line(self, one: Planned) -> bytes:
        if self.epoch is None or not one.repeats:
            return one.message.content + b"\n"
        event, old = one.message.event, original_id(one.message.event)
        fresh = message_id("", RESENT, f"{encode_part(self.epoch)}/{encode_part(old)}")
        context = {**(event.get("context") or {}), RESENT: old}
        # The id stands first: so no reader takes the line by its beginning for the fact itself.
        changed = {**event, "context": context, "messageId": fresh}
        try:
            return encoded({"messageId": fresh, **changed}) + b"\n"
        except RecordError as error:
            raise UsageError(
                f"The message {old} is too large once it has a fresh id: {error.detail}.",
                "Leave --resend away.",
            ) from error
