"""Maps a few records of each resource, spread evenly over all that a run would read."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from math import ceil, sqrt
from statistics import fmean

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
        return self._figure(share * self.counted, [1.0] * self.rejected + [0.0] * len(self.records))

    def total(self, value: Callable[[Mapped], float]) -> Figure:
        """Estimate the sum of a value over all records."""
        values = [value(one) for one in self.records]
        number = sum(each * one.weight for each, one in zip(values, self.records, strict=True))
        return self._figure(number, values)

    def _figure(self, number: float, values: list[float]) -> Figure:
        """Give a sum over all records, of a value of which the sample has these."""
        if self.is_whole or not self.read:
            return Figure(round(number))
        unread = sqrt(self.counted * (self.counted - self.read)) / self.read
        return Figure(round(number), is_exact=False, margin=ceil(unread * _spread_of(values)))


def _spread_of(values: list[float]) -> float:
    """Give how far the sum of as many other values may be from that of these, in 19 of 20 cases.

    What few records have, some more or fewer may have had, even where none had it: the upper bound
    of Poisson's distribution for c seen is about c + z^2 / 2 + z sqrt(c + 3 / 4), and 3.6 for none.
    How far the values are from being even (the third moment by the second) says how large each is.
    """
    mean = fmean(values) if values else 0.0
    second = sum((value - mean) ** 2 for value in values)
    third = sum((value - mean) ** 3 for value in values)
    step = abs(third) / second if second else 1.0
    return _CERTAINTY * sqrt(second + 0.75 * step**2) + _CERTAINTY**2 / 2 * step


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
        found = _amid(pages, span, most)
        sample.read += len(found)
        for record in found:
            _map(sample, record, rules, span.counted / len(found))
    return _weighed(sample)


def _amid(pages: Pages, span: Span, most: int) -> list[Record]:
    """Give so many records of a span: those in its middle, for the first ones are the oldest."""
    if most < span.counted:
        skipped = round((span.end - span.start) * (1 - most / span.counted) / 2)
        found = pages.sample(replace(span, start=span.start + skipped), most)
        if len(found) == most:
            return found
    return pages.sample(span, most)


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
