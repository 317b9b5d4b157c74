"""Measures what sending a file costs: by relay, by Segment's own library, and at the least.

All post the same events, which a stand-in shop's backfill gave and which were numbered anew, to a
stand-in Segment that is a process of its own: only the sender is measured. Its whole process
counts, the start of the interpreter and its imports as well, and nothing is subtracted. All ways
run in turn within one round, so that a busy machine slows all of them alike; the median of the
rounds counts. The floor runs twice (A/A): no difference smaller than theirs means anything.

The library packs at zlib's level 9 and relay at level 1. It is asked for its own 100 events a
batch, and for as many as it puts into one.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import orjson

from bench.costs import Cost, measured
from segment_process import RELAY, SegmentProcess, segment_process
from sent_files import put_own
from shops import backfill
from standin.server import StandIn

ORDERS = 500
EVENTS = 55_346
ROUNDS = 3
LIMIT = 500_000  # bytes of a batch that Segment takes

BENCH = Path(__file__).parent
PEER = "segment-analytics-python==2.4.0"
PEER_PLACE = BENCH.parents[1] / "build" / "bench-peer"
NAMED = b'"messageId":"'


@dataclass(frozen=True, slots=True)
class Way:
    """One way to send a file: words, into which address and key are put."""

    name: str
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Run:
    """What a run cost, how many bytes its batches had, and how many events."""

    cost: Cost
    bytes: float
    events: float


def run(most: int) -> list[tuple[str, str]]:
    """Give the rows of the table; ``most`` events are sent to measure memory."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        lines = recorded(folder)
        own, foreign = written(folder / "usual", lines, EVENTS)
        library = list(peers(own))
        ways = [*relays(own, foreign), floor(own, ""), floor(own, " again (A/A)"), *library]
        runs = timed(ways, folder)
        large = relays(*written(folder / "large", lines, most))
        return [
            ("events", f"{EVENTS:,} of {own.stat().st_size / EVENTS:,.0f} bytes"),
            *speeds(ways, runs),
            *([] if library else [(PEER, "not measured: it could not be installed")]),
            *fullness(ways, runs),
            *memory(large, runs[: len(large)], most, folder),
        ]


def recorded(folder: Path) -> list[bytes]:
    """Give the events of a stand-in shop, as relay writes them: `track` and `identify`."""
    with StandIn(orders=ORDERS, plan="enterprise", time_scale=1_000) as shop:
        backfill(shop, folder)
    lines = (folder / "events.ndjson").read_bytes().splitlines(keepends=True)
    return [line for line in lines if orjson.loads(line)["type"] in ("track", "identify")]


def written(folder: Path, lines: list[bytes], count: int) -> tuple[Path, Path]:
    """Write so many events as a run of relay would, and the same as a file of somebody's."""
    folder.mkdir()
    own = put_own(folder / "own.ndjson", numbered(lines, count))
    foreign = folder / "foreign.ndjson"
    foreign.hardlink_to(own)
    return own, foreign


def numbered(lines: list[bytes], count: int) -> Iterator[bytes]:
    """Give the lines over and over, each time with other ids."""
    for number in range(count):
        before, _, after = lines[number % len(lines)].partition(NAMED)
        yield b"%s%s%08x%s" % (before, NAMED, number, after[8:])


def relays(own: Path, foreign: Path) -> list[Way]:
    options = ("--integrations", "All=true", "--rate", "100000", "--quiet")
    return [
        Way(f"relay, {what} file", (RELAY, "replay", str(path), *options))
        for what, path in (("own", own), ("foreign", foreign))
    ]


def floor(path: Path, which: str) -> Way:
    words = (sys.executable, str(BENCH / "floor.py"), str(path), "{endpoint}", "{key}")
    return Way(f"the floor{which}", words)


def peers(path: Path) -> Iterator[Way]:
    """Give the ways of Segment's library, if it can be installed."""
    python = PEER_PLACE / "bin" / "python"
    commands: Iterable[list[str]] = (
        [sys.executable, "-m", "venv", str(PEER_PLACE)],
        [str(python), "-m", "pip", "--quiet", "--disable-pip-version-check", "install", PEER],
    )
    if any(subprocess.run(each, check=False).returncode for each in commands):
        return
    for packing in ("plain", "gzip"):
        for size in (100, 2_500):
            words = (str(python), str(BENCH / "peer.py"), str(path), "{url}", "{key}")
            name = f"analytics-python, {packing}, up to {size:,} a batch"
            yield Way(name, (*words, packing, str(size)))


def timed(ways: list[Way], folder: Path) -> list[list[Run]]:
    """Give the runs of each way, one after the other in every round."""
    runs: list[list[Run]] = [[] for _ in ways]
    for _ in range(ROUNDS):
        for own, way in zip(runs, ways, strict=True):
            own.append(sent(way, EVENTS, folder))
    return runs


def sent(way: Way, count: int, folder: Path) -> Run:
    """Send a file whole. Raises RuntimeError where not every event of it was accepted once."""
    with segment_process("--keep", "ids") as segment:
        cost = measured(filled(way.words, segment), environment(segment), folder)
        books = segment.books()
    if len(books["order"]) != count or books["dropped"]:
        raise RuntimeError(f"{way.name}: {len(books['order'])} accepted, {books['dropped']}")
    full = books["requests"][:-1] or books["requests"]
    sizes, events = ([one[name] for one in full] for name in ("bytes", "events"))
    return Run(cost, sum(sizes) / len(full), sum(events) / len(full))


def filled(words: Iterable[str], segment: SegmentProcess) -> list[str]:
    names = {"url": segment.url, "endpoint": segment.endpoint, "key": segment.write_key}
    return [word.format(**names) if word[:1] == "{" else word for word in words]


def environment(segment: SegmentProcess) -> dict[str, str]:
    """Give what the command needs; no way may go through a proxy.

    Relay's bytecode may be kept, as it is where pip installed it: the library's is.
    """
    return {**segment.environment, "NO_PROXY": "*", "PYTHONDONTWRITEBYTECODE": ""}


def cpu(runs: list[Run]) -> float:
    return median(each.cost.cpu for each in runs)


def speeds(ways: list[Way], runs: list[list[Run]]) -> Iterator[tuple[str, str]]:
    """Give what each way can do in a CPU second, and how much less that is than relay's."""
    own = cpu(runs[0])
    for way, each in zip(ways, runs, strict=True):
        seconds = cpu(each)
        speed = f"{EVENTS / seconds:,.0f} events a CPU second"
        yield way.name, f"{speed}, {seconds:.2f} s CPU, {seconds / own:.2f} times relay's"


def fullness(ways: list[Way], runs: list[list[Run]]) -> Iterator[tuple[str, str]]:
    """Give how full the batches of each way are, the last left out."""
    for way, (one, *_) in zip(ways, runs, strict=True):
        share = f"{one.bytes / LIMIT:.1%} of what Segment takes"
        yield f"{way.name}: batches", f"{one.events:,.0f} events, {share}"


def memory(
    ways: Iterable[Way], usual: Iterable[list[Run]], count: int, folder: Path
) -> Iterator[tuple[str, str]]:
    """Give the peak memory of ways that send so many events, beside that of the usual number."""
    for way, runs in zip(ways, usual, strict=True):
        cost = sent(way, count, folder).cost
        small = max(run.cost.peak for run in runs)
        yield (
            f"{way.name}: peak memory",
            f"{small:.1f} MB, of {count:,} events {cost.peak:.1f} MB ({cost.cpu:.1f} s CPU)",
        )
