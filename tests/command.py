"""Reaches the installed command, whose import name type checkers cannot follow, and fakes jobs."""

from __future__ import annotations

import importlib
import signal
import sys
import types
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from importlib.metadata import entry_points
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

import littlerelay
from littlerelay.clock import Clock
from littlerelay.job_status import JobStatus
from littlerelay.progress import Advanced, Bucket, Counts, Finished, Progress, Started
from littlerelay.settings import BackfillRequest, Settings

if TYPE_CHECKING:
    import pytest  # which processes that only tell a story need not wait for

# In the shape of Shopify's tokens, and of none that there is.
CANARY = "shpat_" + "canary"
SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)

STARTED = Started(
    job="demo",
    shop="demo.myshopify.com",
    output="events.ndjson",
    since="2024-01-01T05:00:00Z",
    until="2026-11-23T14:00:00Z",
    totals={"customers": 41_000, "orders": 98_000},
)
FINISHED = Finished(
    job="demo",
    output="events.ndjson",
    rejects="events.ndjson.rejects.ndjson",
    since="2024-01-01T05:00:00Z",
    until="2026-11-23T14:00:00Z",
    counts={"orders": Counts(read=98_000, mapped=97_993, filtered=7)},
    events={"Order Completed": 97_993},
    first="2024-01-01T05:03:00.000Z",
    last="2026-11-23T13:59:02.000Z",
    bytes=612_000_000,
    elapsed=312.4,
)


@dataclass
class FakeTime:
    """A clock that stands still until it is moved."""

    seconds: float = 1000.0

    def clock(self) -> Clock:
        return Clock(monotonic=lambda: self.seconds)


def advanced(read: int, resource: str = "orders", rejected: int = 0) -> Advanced:
    return Advanced(
        resource=resource,
        read=read,
        events=3 * read,
        rejected=rejected,
        bytes=22_140_000,
        position="2024-06-01T00:00:00Z",
        bucket=Bucket(available=1460.0, maximum=2000.0, restore_rate=100.0),
    )


def part(name: str) -> Any:
    """Gives a module of the command, such as ``display``."""
    (entry,) = entry_points(group="console_scripts", name="relay")
    return importlib.import_module(f"{entry.module.rpartition('.')[0]}.{name}")


@dataclass
class FakeJobs:
    """Tells what a test wants told, and keeps what it was asked; an error in it is raised."""

    told: Iterable[Progress | BaseException] = (STARTED, FINISHED)
    statuses: list[JobStatus] = field(default_factory=list)
    asked: list[tuple[Settings, BackfillRequest]] = field(default_factory=list)
    states: list[Path] = field(default_factory=list)
    lines: bytes = b""

    def backfill(
        self,
        settings: Settings,
        request: BackfillRequest,
        clock: Clock | None = None,
        watch: Callable[[Any], None] | None = None,
        stream: BinaryIO | None = None,
    ) -> Iterator[Progress]:
        self.asked.append((settings, request))
        for value in self.told:
            if isinstance(value, BaseException):
                raise value
            yield value
        if stream is not None:
            stream.write(self.lines)

    def status(self, state: Path) -> list[JobStatus]:
        self.states.append(state)
        return self.statuses

    def module(self) -> types.ModuleType:
        """Gives a module that takes the place of ``littlerelay.jobs``."""
        fake = types.ModuleType("littlerelay.jobs")
        vars(fake).update(backfill=self.backfill, status=self.status)
        return fake


@dataclass(frozen=True)
class Ended:
    """What a command left: its exit code, and what it said."""

    code: int
    out: str
    err: str


@dataclass
class Relay:
    """Runs the command in this process, on fake jobs."""

    jobs: FakeJobs
    capfd: pytest.CaptureFixture[str]

    def __call__(self, *words: str) -> Ended:
        code = part("main").main(list(words))
        return Ended(code, *self.capfd.readouterr())


def faked(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Iterator[Relay]:
    """Yields the command on fake jobs, for a shop with a token; signals' handlers end with it."""
    jobs = FakeJobs()
    monkeypatch.setitem(sys.modules, "littlerelay.jobs", jobs.module())
    monkeypatch.setattr(littlerelay, "jobs", jobs.module(), raising=False)
    monkeypatch.setattr(sys, "excepthook", sys.excepthook)
    monkeypatch.setenv("RELAY_SHOP", "demo.myshopify.com")
    monkeypatch.setenv("RELAY_TOKEN", CANARY)
    before = {number: signal.getsignal(number) for number in SIGNALS}
    yield Relay(jobs, capfd)
    for number, handler in before.items():
        signal.signal(number, handler)


def is_secret_kept(ended: Ended) -> bool:
    """Tells whether neither what was said nor a file or its name holds the key."""
    files = [path for path in Path.cwd().rglob("*") if path.is_file()]
    kept = [f"{path.name} {path.read_text()}" for path in files]
    return "canary" not in " ".join([ended.out, ended.err, *kept])
