"""Brings what one bulk operation gathers to this side: watched, fetched, counted and joined.

Nothing of a result is given before all of it was seen to be there: as many lines as Shopify counted
while it wrote them, and as many records as it counts in the shop.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from littlerelay.clock import Clock
from littlerelay.durable import disk_errors
from littlerelay.errors import RefusedError
from littlerelay.patience import Follow
from littlerelay.progress import Gathering
from littlerelay.shopify.bulk_lines import JoinError
from littlerelay.shopify.download import Download, SpentError
from littlerelay.shopify.joining import Joined, join
from littlerelay.shopify.operations import Operation, Operations
from littlerelay.shopify.shapes import Shape
from littlerelay.shopify.spans import Node, Span, Spans
from littlerelay.times import iso

FIRST_PAUSE, LONGEST_PAUSE = 1.0, 20.0  # seconds between two looks at an operation

_ADDRESSES = 3  # addresses that are tried for one result
_FETCHES = 2  # times that a result is fetched which does not hold what Shopify counted
_OWN_NAME = re.compile(r"\d+\.jsonl(\.join)?", re.ASCII)  # of a result, or of the work on it
_ENDS = {
    "CANCELED": "it was canceled",
    "EXPIRED": "its result has expired",
    "FAILED INTERNAL_SERVER_ERROR": "it failed within Shopify",
    "FAILED TIMEOUT": "it took Shopify too long",
}
_SLOW = frozenset({"TIMEOUT", "INTERNAL_SERVER_ERROR"})


class UselessError(Exception):
    """An operation gave nothing that can be used; ``is_slow`` where it was too much for Shopify."""

    def __init__(self, reason: str, *, is_slow: bool = False) -> None:
        super().__init__(reason)
        self.is_slow = is_slow


@dataclass(frozen=True, slots=True)
class Means:
    """What bulk operations are run with; results lie in ``folder`` while they are read."""

    operations: Operations
    download: Download
    folder: Path
    clock: Clock
    watch: Follow


class Gatherer:
    """Gathers spans of one resource, whose lines have one shape."""

    def __init__(self, spans: Spans, shape: Shape, means: Means) -> None:
        self._spans = spans
        self._shape = shape
        self._means = means

    def nodes(self, span: Span, operation: Operation) -> Iterator[Node]:
        """Give the whole nodes of an operation in order, once all are known to be there.

        The result is removed when the last was taken; a run that goes on finds it until then.
        Raises UselessError before the first node, RefusedError, and what Download.fetch raises.
        """
        operation = self._ended(span, operation)
        self._check_roots(span, operation.roots)
        if operation.objects == 0:
            return
        path = self._means.folder / f"{operation.number}.jsonl"
        with closing(self._joined(span, operation, path)) as joined:
            yield from joined
        _remove(path)

    def _ended(self, span: Span, operation: Operation) -> Operation:
        """Wait until an operation has completed."""
        pause = FIRST_PAUSE
        while operation.is_under_way:
            self._tell(span, operation)
            self._means.clock.sleep(pause)
            pause = min(LONGEST_PAUSE, 1.5 * pause)
            operation = self._looked(operation)
        if operation.error_code == "ACCESS_DENIED":
            raise RefusedError(
                f"Shopify does not let this app read all that it asked of {self._name}.",
                "Grant the app its scopes and protected customer data (relay check tells which).",
            )
        if operation.status != "COMPLETED":
            why = f"{operation.status} {operation.error_code or ''}".strip()
            is_slow = operation.error_code in _SLOW
            raise UselessError(f"{_ENDS.get(why, 'Shopify ended it')} ({why})", is_slow=is_slow)
        return operation

    def _looked(self, operation: Operation) -> Operation:
        found = self._means.operations.look(operation.id)
        if found is None:
            raise UselessError("Shopify knows it no longer")
        return found

    def _check_roots(self, span: Span, roots: int) -> None:
        """See that Shopify gathered as many records as it counts."""
        counted = span.counted
        if roots < counted:  # some may have been deleted since
            counted = self._spans.count(span.start, span.end)
        if roots < counted:
            raise UselessError(f"Shopify counts {counted} and gathered {roots}")

    def _joined(self, span: Span, operation: Operation, path: Path) -> Joined:
        """Fetch and join a result that holds what Shopify counted in it."""
        why = ""
        for _ in range(_FETCHES):
            self._fetch(span, operation, path)
            try:
                return self._whole(span, operation, path)
            except (JoinError, UselessError) as error:
                _remove(path)
                why = str(error)
        raise UselessError(why)

    def _whole(self, span: Span, operation: Operation, path: Path) -> Joined:
        """Join a result, and see that it holds what Shopify counted, of the span alone."""
        with ExitStack() as stack:
            joined = stack.enter_context(closing(join(path, self._shape, self._means.folder)))
            found, told = (joined.objects, joined.roots), (operation.objects, operation.roots)
            if found != told:
                raise UselessError(
                    f"its result has {found[0]} lines and {found[1]} records, where Shopify "
                    f"counted {told[0]} and {told[1]}"
                )
            self._check_roots(span, joined.created_within(span.start, span.end))
            stack.pop_all()
        return joined

    def _fetch(self, span: Span, operation: Operation, path: Path) -> None:
        """Fetch a result, from another address where the first has expired."""
        for _ in range(_ADDRESSES):
            if operation.url is None:
                break
            try:
                told = partial(self._tell, span, operation)
                self._means.download.fetch(operation.url, path, told)
            except SpentError:
                operation = self._looked(operation)
                continue
            return
        raise UselessError("its result is gone")

    def _tell(self, span: Span, operation: Operation, fetched: int | None = None) -> None:
        period = f"{iso(span.start)[:10]} to {iso(span.end)[:10]}"
        told = Gathering(self._name, period, operation.roots, span.counted, fetched)
        self._means.watch(told)

    @property
    def _name(self) -> str:
        return self._spans.resource.name


def clear(folder: Path) -> None:
    """Remove the results that lie in a folder, and the folder if nothing else does.

    Raises DiskError.
    """
    if not folder.is_dir():
        return
    with disk_errors(folder):
        for path in folder.iterdir():
            found = _OWN_NAME.fullmatch(path.name)
            if found and found[1]:
                shutil.rmtree(path)
            elif found:
                path.unlink()
        if not any(folder.iterdir()):
            folder.rmdir()


def _remove(path: Path) -> None:
    with disk_errors(path):
        path.unlink(missing_ok=True)
