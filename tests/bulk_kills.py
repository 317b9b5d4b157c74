"""Kills runs in bulk at chosen steps: within the process, or while an answer is held back."""

from __future__ import annotations

import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from kills import unbroken
from shops import start
from standin.server import StandIn

WORDS = ("backfill", "--since", "2015-01-01", "--resource", "orders", "--out", "events.ndjson")
_OFTEN = (sys.executable, str(Path(__file__).with_name("gathering_often.py")))
# The steps of a run, in their order.
STARTED = ("shopify.operations:Operations.start:1", "shopify.operations:Operations.look:2")
FETCHED = ("shopify.download:write_all:1", "shopify.download:Download.fetch:1")
GROUPED = ("shopify.grouped:_close:20",)
SCATTERED = ("shopify.partitions:Scatter.write:50", "shopify.partitions:Partitions._run:1")
MAPPED = ("pipeline:Run._write:7", "checkpoint:save:2")
CLEARED = ("shopify.gathering:_remove:1", "shopify.gathering:clear:1")


class Undisturbed(NamedTuple):
    """What a run that nothing disturbs writes, and how many operations it needs in bulk."""

    content: bytes
    operations: int


def command(aim: int, step: str = "", words: tuple[str, ...] = WORDS) -> tuple[str, ...]:
    """Give the command that reads in bulk, with so many records in a span; it may die at a step."""
    return (*_OFTEN, str(aim), step, *words, "--mode", "bulk")


def undisturbed(
    shop: StandIn, folder: Path, aim: int, words: tuple[str, ...] = WORDS
) -> Undisturbed:
    """Run the command by pages and in bulk; both must have written the same."""
    pages, bulk = folder / "pages", folder / "bulk"
    folder.mkdir(exist_ok=True)
    unbroken(shop, pages, *_OFTEN, str(aim), "", *words, "--mode", "pages")
    before = shop.stats["bulk started"]
    unbroken(shop, bulk, *command(aim, words=words))
    content = (bulk / words[-1]).read_bytes()
    assert (pages / words[-1]).read_bytes() == content
    return Undisturbed(content, shop.stats["bulk started"] - before)


def killed_at(
    step: str, shop: StandIn, folder: Path, aim: int, words: tuple[str, ...] = WORDS
) -> bool:
    """Run the command until it dies at a step; false where it came to its end before."""
    process = start(shop, folder, *command(aim, step, words))
    _, errors = process.communicate(timeout=120)
    assert process.returncode in (0, -signal.SIGKILL), errors.decode()
    return process.returncode != 0


@contextmanager
def answer_held(shop: StandIn) -> Iterator[threading.Event]:
    """Let the next operation start, and hold its answer back to the end of the block.

    The event is set once it was started.
    """
    operations, started, over = shop.app.api.operations, threading.Event(), threading.Event()
    real = operations.run

    def holding(*values: Any) -> Any:
        answer = real(*values)
        started.set()
        over.wait(60)
        return answer

    operations.run = holding  # type: ignore[method-assign, assignment]
    try:
        yield started
    finally:
        operations.run = real  # type: ignore[method-assign]
        over.set()
