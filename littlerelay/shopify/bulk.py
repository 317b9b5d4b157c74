"""Reads one resource by bulk operations: large spans of time, several gathered at once.

No operation is remembered here: a run that goes on finds its own among the app's, by their texts.
What comes short, expires or fails is gathered anew, in halves where it was too much for Shopify;
and pages serve where they may, and operations are not worth it or do not help.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace

from littlerelay.durable import make_folder
from littlerelay.errors import UnreachableError
from littlerelay.progress import Noted, Waiting
from littlerelay.shopify.bulk_text import bulk_text
from littlerelay.shopify.gathering import (
    FIRST_PAUSE,
    LONGEST_PAUSE,
    Gatherer,
    Means,
    UselessError,
)
from littlerelay.shopify.graphql import expected
from littlerelay.shopify.operations import BusyError, Operation, TextRefusedError
from littlerelay.shopify.pages import Pages
from littlerelay.shopify.shapes import Shape
from littlerelay.shopify.spans import Node, Span, Spans
from littlerelay.shopify.windows import Window, changed, shaped
from littlerelay.times import epoch

AIM = 50_000  # records of a span
AHEAD = 4  # operations under way at once, of the five that Shopify allows an app

_BATCH = 100  # records that are completed and given together
_TRIES = 3  # operations for one span
_HALVED = 1_000  # records; a span with fewer is not too much for Shopify
_LATE = 120  # seconds by which Shopify's index may lag behind what it lists
_LONGEST_BUSY = 3600.0  # seconds to wait for a slot that other programs hold
_PERIOD = re.compile(r":>='([0-9TZ:-]{20})' \w+:<'([0-9TZ:-]{20})'")


@dataclass(frozen=True, slots=True)
class Kind:
    """How one kind of record is read in bulk.

    ``shape`` is that of its lines; ``complete`` asks for what no bulk operation gives, and leaves
    out what was deleted; from ``worth`` records on an operation is quicker than pages.
    """

    shape: Shape
    complete: Callable[[list[Node]], list[Node]]
    worth: int


@dataclass(frozen=True, slots=True)
class _Part:
    """A span to read: with its operation, where one was started; ``tries`` came to nothing."""

    span: Span
    operation: Operation | None = None
    tries: int = 0


class Bulk:
    """Reads the spans of one resource; ``pages`` is none where pages must not serve.

    Raises what GraphQL.execute raises, UnreachableError where Shopify gives fewer records than it
    counts and trying again did not help, and DiskError.
    """

    def __init__(self, spans: Spans, kind: Kind, means: Means, pages: Pages | None) -> None:
        self._spans = spans
        self._kind = kind
        self._means = means
        self._pages = pages
        self._gatherer = Gatherer(spans, kind.shape, means)
        self._least = kind.worth if pages else 1
        self._reached = 0  # all that was created before has been given, or is not wanted
        self._seen = 0

    def windows(self, start: int | None = None) -> Iterator[Window]:
        """Give every window from ``start`` on (none: from the oldest record), in order of time."""
        whole = self._spans.whole(start)
        if self._pages and whole.counted < self._least:
            yield from self._pages.within(whole)
        else:
            make_folder(self._means.folder)
            self._reached = whole.start
            yield from self._all(whole)
        found = self._seen + (self._pages.seen if self._pages else 0)
        self._spans.check_whole(start, whole.counted, found)

    def _all(self, whole: Span) -> Iterator[Window]:
        """Read all parts in order, while operations for the next ones are under way."""
        coming, ahead = self._parts(whole), deque[_Part]()
        while True:
            while len(ahead) < AHEAD and (part := next(coming, None)):
                ahead.append(self._begun(part))
            if not ahead:
                return
            part = ahead.popleft()
            yield from self._read(part)
            self._reached = part.span.end  # an operation that is adopted may begin before it

    def _parts(self, whole: Span) -> Iterator[_Part]:
        """Cut what is to be read; where an operation of this run reads a part, it is adopted."""
        known, at = self._known(), whole.start
        while at < whole.end:
            mine = next((one for one in known if one.span.start <= at < one.span.end), None)
            if mine:
                counted = self._spans.count(mine.span.start, mine.span.end)
                yield replace(mine, span=replace(mine.span, counted=counted))
                at = mine.span.end
                continue
            end = min([one.span.start for one in known if one.span.start > at] + [whole.end])
            rest = Span(at, end, self._spans.count(at, end))
            yield from (_Part(span) for span in self._spans.cut(rest, AIM))
            at = end

    def _known(self) -> list[_Part]:
        """Give the operations that read a part of this very run, the newest first.

        One that was started after the run's end holds every fact of the run, whoever started it.
        One that reads beyond that end belongs to a later run, and holds too much.
        """
        found = []
        for operation in self._means.operations.since(self._spans.end + _LATE):
            period = _PERIOD.search(operation.query)
            if period and (operation.is_under_way or operation.status == "COMPLETED"):
                span = Span(epoch(period[1]), epoch(period[2]), 0)
                if span.end <= self._spans.end and operation.says(self._text(span)):
                    found.append(_Part(span, operation))
        return found

    def _text(self, span: Span) -> str:
        resource = self._spans.resource
        search = self._spans.search(span.start, span.end)
        return bulk_text(f"bulk_{resource.name}", {**resource.variables, "query": search})

    def _begun(self, part: _Part) -> _Part:
        """Start the operation of a part that is worth one, where a slot is free."""
        if part.operation or not self._is_worth(part):
            return part
        try:
            return replace(part, operation=self._means.operations.start(self._text(part.span)))
        except BusyError:
            return part
        except TextRefusedError as error:
            if not self._pages:
                raise
            return self._given_up(part, str(error))

    def _is_worth(self, part: _Part) -> bool:
        """Tell whether a part is large enough for an operation, and none has failed too often."""
        return part.span.counted >= self._least and part.tries < _TRIES

    def _given_up(self, part: _Part, why: str) -> _Part:
        """Start no more operations: what none was started for is read by pages."""
        self._means.watch(Noted(f"{why} All is read by pages."))
        self._least = self._spans.count(None, self._spans.end) + 1
        return part

    def _surely_begun(self, part: _Part) -> _Part:
        """Start the operation of a part that is worth one, waiting for a slot."""
        began, pause = self._means.clock.monotonic(), FIRST_PAUSE
        while (part := self._begun(part)).operation is None and self._is_worth(part):
            if self._means.clock.monotonic() - began > _LONGEST_BUSY:
                held = "Other bulk operations of this app have held every slot for an hour."
                if self._pages:
                    return self._given_up(part, held)
                hint = "Run the same command again later, or read by pages: --mode pages."
                raise BusyError(held, hint)
            reason = "all the bulk operations that Shopify allows this app are under way"
            self._means.watch(Waiting(reason, pause))
            self._means.clock.sleep(pause)
            pause = min(LONGEST_PAUSE, 2 * pause)
        return part

    def _read(self, part: _Part) -> Iterator[Window]:
        """Give the windows of a part, by whatever way gives them whole."""
        part = self._surely_begun(part)
        if part.operation is None:
            yield from self._paged(part.span)
            return
        try:
            yield from self._windows(part.span, self._gatherer.nodes(part.span, part.operation))
            return
        except UselessError as error:
            again = self._again(part, error)
        for one in again:
            yield from self._read(one)

    def _paged(self, span: Span) -> Iterator[Window]:
        reached = replace(span, start=max(span.start, self._reached))
        if self._pages:
            yield from self._pages.within(reached)
        else:
            yield Window(reached.start, reached.end, [])

    def _again(self, part: _Part, error: UselessError) -> list[_Part]:
        """Say how a part is to be read whose operation came to nothing."""
        span, tries = part.span, part.tries + 1
        if error.is_slow and span.counted > _HALVED and span.end - span.start > 1:
            middle = (span.start + span.end) // 2
            halves = ((span.start, middle), (middle, span.end))
            return [_Part(Span(*half, self._spans.count(*half))) for half in halves]
        what = f"A bulk operation for {self._spans.resource.name} {span} came to nothing"
        why = str(error).rstrip(".")
        if tries < _TRIES:
            self._means.watch(Noted(f"{what}: {why}. It is tried again."))
        elif self._pages:
            self._means.watch(Noted(f"{what}: {why}. These are read by pages."))
        else:
            raise UnreachableError(
                f"{what}, {tries} times; the last time: {why}.",
                "Run the same command again, or read by pages: --mode pages.",
            )
        return [_Part(span, tries=tries)]

    def _windows(self, span: Span, nodes: Iterable[Node]) -> Iterator[Window]:
        """Give nodes as windows that begin and end with a second."""
        begin = first = latest = max(span.start, self._reached)
        batch: list[Node] = []
        for node in nodes:
            with expected(self._spans.resource.name):
                created = epoch(node["created_at"])
            if not first <= created < span.end:
                continue
            self._seen += 1
            if len(batch) >= _BATCH and created > latest:
                yield Window(begin, created, self._records(batch))
                begin, batch = created, []
            batch.append(node)
            latest = created
        yield Window(begin, span.end, self._records(batch))

    def _records(self, nodes: list[Node]) -> list[Node]:
        return shaped(self._spans.resource, self._kind.complete(changed(self._spans, nodes)))
