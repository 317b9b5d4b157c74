"""Maps a few records of each resource, spread evenly over all that a run would read."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from math import ceil, sqrt
from statistics import pvariance

from littlerelay.errors import RecordError
from littlerelay.events import Event
from littlerelay.pipeline import Record, Rules
from littlerelay.previews import Figure
from littlerelay.shopify.pages import Pages
from littlerelay.shopify.spans import Span, Spans

# Records of a sample: what one page of customers holds, and two of orders or checkouts.
LARGEST = {"customers": 250, "orders": 100, "checkouts": 100}
_STOPS = 10  # spans of about equally many records, of each of which the first ones are read
_MOST_CUTS = 24  # counts that it takes at most to find them
_CERTAINTY = 1.96  # standard deviations within which 95 % lie
_UNSEEN = 3  # of so many records in n may be true what is true of none of n, with 95 % certainty


@dataclass(frozen=True, slots=True)
class Mapped:
    """A record that stands for ``weight`` records: its events, and their lines' bytes."""

    record: Record
    events: list[Event]
    sizes: list[int]
    weight: float


@dataclass(slots=True)
class Sample:
    """Records of one resource of which ``counted`` are to be read.

    ``read`` is how many were, ``rejected`` how many of these could not be mapped.
    """

    resource: str
    counted: int
    records: list[Mapped] = field(default_factory=list)
    read: int = 0
    rejected: int = 0

    @property
    def is_whole(self) -> bool:
        """Tell whether it holds all there is."""
        return self.read == self.counted

    @property
    def rejects(self) -> Figure:
        """Give how many of all records cannot be mapped."""
        share = self.rejected / self.read if self.read else 0.0
        return self._figure(share * self.counted, share * (1 - share))

    def total(self, value: Callable[[Mapped], float]) -> Figure:
        """Estimate the sum of a value over all records."""
        values = [value(one) for one in self.records]
        number = sum(each * one.weight for each, one in zip(values, self.records, strict=True))
        return self._figure(number, pvariance(values) if values else 0.0)

    def _figure(self, number: float, variance: float) -> Figure:
        """Give a sum over all records, of a value that varies so much from one to the next.

        That of a value that never varied in the sample may still do: in one of so many records as
        the sample makes unlikely to have been missed (3 / n: the rule of three).
        """
        if self.is_whole or not self.read:
            return Figure(round(number))
        unread = self.counted * (self.counted - self.read)
        margin = max(
            _CERTAINTY * sqrt(variance * unread / self.read),
            _UNSEEN * (self.counted - self.read) / self.read,
        )
        return Figure(round(number), is_exact=False, margin=ceil(margin))


def take(spans: Spans, since: int, rules: Rules) -> Sample:
    """Read and map a sample of what ``spans`` hold; at ``since`` (seconds) it looks for sure.

    Raises what Spans does.
    """
    name = spans.resource.name
    whole = spans.whole(None)
    sample = Sample(name, whole.counted)
    if not whole.counted:
        return sample
    largest, pages = LARGEST[name], Pages(spans)
    for span in _spread(spans, whole, since):
        most = -(-span.counted * largest // whole.counted)
        found = pages.sample(span, most)
        sample.read += len(found)
        for record in found:
            _map(sample, record, rules, span.counted / len(found))
    return _weighed(sample)


def _spread(spans: Spans, whole: Span, since: int) -> list[Span]:
    """Cut a history into spans that hold something, none of which reaches over ``since``.

    The fullest is halved until all hold about equally many records, or have been halved so often.
    """
    parts = _cut(spans, whole, since) if whole.start < since < whole.end else [whole]
    most = 2 * max(1, whole.counted // _STOPS)
    for _ in range(_MOST_CUTS):
        fullest = max(parts, key=lambda part: part.counted if part.end - part.start > 1 else 0)
        if fullest.counted <= most or fullest.end - fullest.start <= 1:
            break
        parts.remove(fullest)
        parts += _cut(spans, fullest, (fullest.start + fullest.end) // 2)
    return sorted((part for part in parts if part.counted), key=lambda part: part.start)


def _cut(spans: Spans, span: Span, at: int) -> list[Span]:
    before = min(span.counted, spans.count(span.start, at))
    return [
        replace(span, end=at, counted=before),
        replace(span, start=at, counted=span.counted - before),
    ]


def _map(sample: Sample, record: Record, rules: Rules, weight: float) -> None:
    try:
        events, lines = rules.lines(sample.resource, record)
    except RecordError:
        sample.rejected += 1
        return
    rules.note(events)
    sample.records.append(Mapped(record, events, [len(line) for line in lines], weight))


def _weighed(sample: Sample) -> Sample:
    """Let records that were looked at stand for those, too, that were not."""
    weights = sum(one.weight for one in sample.records)
    mapped = sample.counted * (1 - sample.rejected / sample.read) if sample.read else 0.0
    factor = mapped / weights if weights else 1.0
    sample.records = [replace(one, weight=one.weight * factor) for one in sample.records]
    return sample
