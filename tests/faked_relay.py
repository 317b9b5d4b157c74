"""Runs `relay` as a process of its own, on jobs that tell a story: `faked_relay.py STORY ...`."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, BinaryIO

import littlerelay
from command import CANARY, FINISHED, STARTED, FakeJobs, advanced, part
from littlerelay.job_status import JobStatus
from littlerelay.progress import Progress, Waiting

Watch = Callable[[Waiting], None]
PAGES = 2000
PAUSE = 0.01  # seconds


def endless(watch: Watch, stream: BinaryIO | None) -> Iterator[Progress]:
    """Reads for many seconds, longer than any test waits."""
    yield STARTED
    for page in range(1, PAGES):
        time.sleep(PAUSE)
        yield advanced(page)


def brief(watch: Watch, stream: BinaryIO | None) -> Iterator[Progress]:
    """Reads, waits a little, and finishes."""
    yield STARTED
    yield advanced(49_000)
    watch(Waiting("Shopify's bucket fills", 0.5))
    time.sleep(0.5)
    yield FINISHED


def lines(watch: Watch, stream: BinaryIO | None) -> Iterator[Progress]:
    """Writes many lines to standard output."""
    yield STARTED
    for page in range(PAGES):
        if stream is not None:
            stream.write(b'{"type":"track"}\n' * 100)
        yield advanced(page)
    yield FINISHED


def numbers(watch: Watch, stream: BinaryIO | None) -> Iterator[Progress]:
    """Opens a file and tells its number to whoever listens at number 3."""
    yield STARTED
    with Path(__file__).open("rb") as file:
        os.write(3, str(file.fileno()).encode())
    yield FINISHED


def bug(watch: Watch, stream: BinaryIO | None) -> Iterator[Progress]:
    """Breaks as only a bug does, over a secret and a name that would clear the screen."""
    yield STARTED
    raise KeyError(f"{CANARY} \x1b[2J")


STORIES = {story.__name__: story for story in (endless, brief, lines, numbers, bug)}


class StoryJobs(FakeJobs):
    """Tells a story whatever is asked."""

    def __init__(self, story: str) -> None:
        super().__init__(statuses=[JobStatus("demo", "é.ndjson", "missing")])
        self.story = STORIES[story]

    def backfill(self, *asked: Any, **ways: Any) -> Iterator[Progress]:
        return self.story(ways["watch"], ways["stream"])


if __name__ == "__main__":
    _, named, *words = sys.argv
    module = StoryJobs(named).module()
    sys.modules["littlerelay.jobs"] = module
    vars(littlerelay)["jobs"] = module
    sys.exit(part("main").main(words))
