"""What tests need to hold files of events to a stand-in shop."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any, NamedTuple

import orjson

from littlerelay import checkpoint, proofs
from littlerelay.checkpoint import Checkpoint
from littlerelay.places import Paths
from littlerelay.reconcile.values import Finding, Reason, Reconciled
from meanings import other
from shops import FAST, SCALE, backfill, events, settings
from standin.server import StandIn

Event = dict[str, Any]


class Proof(NamedTuple):
    """What came of a proof, and all that differed."""

    result: Reconciled
    findings: list[Finding]

    @property
    def faults(self) -> list[Finding]:
        return [one for one in self.findings if one.reason is None]

    def of(self, reason: Reason) -> list[Finding]:
        return [one for one in self.findings if one.reason == reason]

    def total(self, name: str, side: str) -> Decimal:
        """Sums one figure over all months."""
        figures = (getattr(row, side) for row in self.result.rows if row.name == name)
        return sum(figures, Decimal(0))


@contextmanager
def proven_shop() -> Iterator[StandIn]:
    """Runs a shop with every odd order, which must not be at fault itself."""
    with StandIn(orders=160, plan="enterprise", time_scale=SCALE) as running:
        yield running
    assert not running.problems


def written(shop: StandIn, folder: Path, since: str) -> Path:
    """Writes the file of a whole run."""
    backfill(shop, folder, since=since)
    return folder / "events.ndjson"


def proof(shop: StandIn, *files: Path, state: Path | None = None, **asked: Any) -> Proof:
    """Holds files to a shop, or a job's last output where none is named."""
    folder = state or files[0].parent / "state"
    request = proofs.ReconcileRequest(tuple(map(str, files)), **asked)
    told = list(proofs.reconcile(settings(shop, folder), request, FAST))
    result = told[-1]
    assert isinstance(result, Reconciled)
    findings = [one for one in told if isinstance(one, Finding)]
    assert result.faults == len([one for one in findings if one.reason is None])
    assert not [row for row in result.rows if row.unexplained] or result.faults
    return Proof(result, findings)


def altered(output: Path, folder: Path, alter: Callable[[list[Event]], Iterable[Event]]) -> Path:
    """Writes a copy of a run's file with other events, its checkpoint beside it."""
    path = folder / output.name
    written = b"".join(orjson.dumps(one) + b"\n" for one in alter(list(events(output))))
    path.write_bytes(written)
    shutil.copy(Paths(output).checkpoint, Paths(path).checkpoint)
    return path


def told(path: Path, **changed: Any) -> Checkpoint:
    """Changes what the checkpoint beside a file tells; ``meaning`` is some of what it meant."""
    place = Paths(path).checkpoint
    run = checkpoint.load(place)
    assert run is not None
    meaning = other(run.meaning, **changed.pop("meaning", {}))
    run = run.model_copy(update={"meaning": meaning, **changed})
    checkpoint.save(place, run)
    return run


def first(found: Iterable[Event], name: str, number: int = 0) -> Event:
    """Gives the first event of a name, or a later one."""
    return [one for one in found if one.get("event") == name][number]


@dataclass
class Spoilt:
    """Events with faults: what each test is to find, by the messageId of the event at fault."""

    every: list[Event]
    gone: dict[str, Event] = field(default_factory=dict)
    other: dict[str, tuple[str, str, str]] = field(default_factory=dict)
    more: dict[str, Event] = field(default_factory=dict)

    def lose(self, name: str, number: int) -> None:
        """Leaves an event out."""
        event = first(self.every, name, number)
        self.gone[event["messageId"]] = event
        self.every.remove(event)

    def change(self, name: str, number: int, key: str, value: Any, shown: str) -> None:
        """Gives one value of an event another one; a number is added to it."""
        event = first(self.every, name, number)
        place = event if key == "timestamp" else event["properties"]
        right = place[key]
        place[key] = round(right + value, 2) if isinstance(value, float) else value
        self.other[event["messageId"]] = (shown, *map(plain, (place[key], right)))

    def repeat(self, name: str) -> None:
        """Adds an event once more, under an id that no fact has."""
        event = {**first(self.every, name), "messageId": f"{name:36}"}
        self.more[event["messageId"]] = event
        self.every.append(event)


def plain(value: Any) -> Any:
    return Decimal(str(value)) if isinstance(value, float) else value
