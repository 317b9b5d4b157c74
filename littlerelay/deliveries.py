"""Remembers how far a file was delivered to one destination.

The checkpoint lies beside the file (``events.ndjson.delivery.1a2b3c4d.json``); the eight digits are
of a hash of write key and endpoint, so that a file can go to several destinations, and of the
namespace that all ids are given on the way: with it they are others. Refused messages lie beside
it (``events.ndjson.refused.1a2b3c4d.ndjson``). It holds no secret and no message.
"""

from __future__ import annotations

import hashlib
import itertools
import os
import re
from dataclasses import dataclass, field
from pathlib import Path

from littlerelay import sealed
from littlerelay.errors import CheckpointMismatch
from littlerelay.marks import EMPTY, Mark
from littlerelay.meaning import differences
from littlerelay.sealed import Sealed

_REMEDY = "Send the file from the start with --again: what this file told is kept beside it."

_REFUSED = re.compile(
    r"(?P<of>.+)\.refused(?:-(?P<number>[0-9]+))?\.(?P<digits>[0-9a-f]{8})\.ndjson", re.DOTALL
)


@dataclass(frozen=True, slots=True)
class DeliveryMeaning:
    """What decides which messages are sent, and as what; its fields are those of a request."""

    since: str | None = None
    until: str | None = None
    event: tuple[str, ...] = ()
    user: tuple[str, ...] = ()
    where: tuple[tuple[str, str], ...] = ()
    integrations: tuple[tuple[str, bool], ...] = ()
    namespace: str = ""


class DeliveryState(Sealed):
    """How far one file is delivered. ``acked`` is when a batch was last answered (since 1970).

    ``bytes`` and ``lines`` (as they are when unpacked) are before the watermark; ``events`` of them
    were sent or refused, ``left_out`` were not chosen. ``fingerprint`` tells the file up to there.
    ``meaning`` is what must not change between two halves of a delivery; ``since`` and
    ``until`` are the bounds as they were resolved at its start. ``is_whole`` says that the file was
    sent to its end.
    """

    endpoint: str
    meaning: DeliveryMeaning
    since: int | None = None
    until: int | None = None
    bytes: int = 0
    lines: int = 0
    events: int = 0
    left_out: int = 0
    fingerprint: str = EMPTY.tail
    refused: Mark = EMPTY
    acked: int | None = None
    is_whole: bool = False

    @property
    def has_sent(self) -> bool:
        """Tell whether Segment has answered for any message; until then no options bind anybody."""
        return self.acked is not None

    @property
    def is_all(self) -> bool:
        """Tell whether all of the file was sent, and nothing of it left out by choice."""
        meant = self.meaning
        chosen = (meant.since, meant.until, meant.event, meant.user, meant.where)
        return self.is_whole and not any(chosen)

    @property
    def accepted(self) -> int:
        """Give how many messages were accepted."""
        return self.events - self.refused.lines


@dataclass(frozen=True, slots=True)
class DeliveryPaths:
    """The files that tell of one delivery. The write key only goes into a hash.

    ``namespace`` is one that the ids get on the way, which are not the file's own then.
    """

    file: Path
    endpoint: str
    write_key: str = field(repr=False)
    namespace: str = ""

    @property
    def checkpoint(self) -> Path:
        """Give the delivery's checkpoint file."""
        return self.file.with_name(f"{self.file.name}.delivery.{self.digits}.json")

    @property
    def refused(self) -> Path:
        """Give the file of refused messages; of refused ones it has a number, no longer name."""
        mended = _REFUSED.fullmatch(self.file.name)
        if mended is not None and mended["digits"] == self.digits:
            number = int(mended["number"] or 1) + 1
            return self.file.with_name(f"{mended['of']}.refused-{number}.{self.digits}.ndjson")
        return self.file.with_name(f"{self.file.name}.refused.{self.digits}.ndjson")

    @property
    def digits(self) -> str:
        """Give the digits that stand for the destination, and the namespace, in names."""
        parts = [self.write_key, self.endpoint, *filter(None, [self.namespace])]
        return _digits("\n".join(parts))

    @property
    def source(self) -> str:
        """Give the digits that stand for the destination alone."""
        return _digits(f"{self.write_key}\n{self.endpoint}")


def of_output(output: Path) -> list[Path]:
    """Give all files that tell of deliveries of a file, to whatever destination, sorted."""
    kinds = ("delivery.*.json", "refused.*.ndjson", "refused-*.ndjson")
    names = (f"{output.name}.{kind}" for kind in kinds)
    return sorted(path for name in names for path in output.parent.glob(_literal(name)))


def of_stream(endpoint: str, write_key: str) -> DeliveryPaths:
    """Name the files of standard input's delivery: after no refused messages of an earlier one."""
    names = itertools.chain(["stdin"], map("stdin-{}".format, itertools.count(2)))
    tried = (DeliveryPaths(Path(name), endpoint, write_key) for name in names)
    return next(paths for paths in tried if not _is_taken(paths.refused))


def _digits(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:8]


def _is_taken(refused: Path) -> bool:
    return os.path.lexists(refused) or bool(of_output(refused))


def all_of(output: Path) -> list[DeliveryState]:
    """Read how far a file is delivered, to each of its destinations. Raises what `load` raises."""
    return list(by_digits(output).values())


def by_digits(output: Path) -> dict[str, DeliveryState]:
    """Read how far a file is delivered, each by the digits in its name. Raises as `load` does."""
    paths = [path for path in of_output(output) if path.suffix == ".json"]
    found = {path.name.split(".")[-2]: load(path) for path in paths}
    return {digits: one for digits, one in found.items() if one is not None}


def is_spent(output: Path) -> bool:
    """Tell whether a file was accepted whole, and then removed from the spool."""
    return not output.exists() and any(one.is_whole for one in all_of(output))


def save(path: Path, delivery: DeliveryState) -> None:
    """Replace the checkpoint; it is whole after a power loss, old or new. Raises DiskError."""
    sealed.save(path, "delivery", delivery)


def load(path: Path) -> DeliveryState | None:
    """Read a checkpoint; none where there is none.

    Raises DiskError for a file that is damaged, UsageError for one of another format.
    """
    return sealed.load(path, "delivery", DeliveryState, _REMEDY)


def check_same(path: Path, then: DeliveryMeaning, now: DeliveryMeaning) -> None:
    """Refuse to go on with a delivery that chose or changed messages in another way.

    Raises CheckpointMismatch, naming each field with its old and new value.
    """
    changed = differences(then, now)
    if changed:
        raise CheckpointMismatch(
            f"{path} tells of a delivery with other options: {changed}.",
            "Give the same options again, or --again to send the file from the start: Segment then "
            "drops as repeats only what it took within a day, and only under the same ids.",
        )


def _literal(name: str) -> str:
    """Escape what a glob would read in a file's own name, but for the one star of ours."""
    start, _, end = name.rpartition("*")
    escaped = "".join(f"[{letter}]" if letter in "*?[" else letter for letter in start)
    return f"{escaped}*{end}"
