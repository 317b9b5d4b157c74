"""Puts together what makes events in one run: the mapper, the period, what was given before."""

from __future__ import annotations

import gzip
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import BinaryIO

from littlerelay.checkpoint import Checkpoint
from littlerelay.errors import RecordError
from littlerelay.events import Event
from littlerelay.mappers import map_record
from littlerelay.pipeline import Record, Rules
from littlerelay.selection import Once, Selection
from littlerelay.settings import Mapping
from littlerelay.shopify.records import UNREADABLE
from littlerelay.times import iso_ms


def rules(
    run: Checkpoint, mapping: Mapping, given: Callable[[str], bool], output: Path | None
) -> Rules:
    """Give the rules of one run.

    ``given`` knows the messages of earlier runs. ``output`` is the run's file, cut to its
    checkpoint (none for a stream): it tells what a run that goes on has told already.
    """
    alone = "customers" not in run.resources
    end, markets = iso_ms(run.until), run.markets
    told = replace(mapping, frozen_end=end, identify_orders=alone, markets=markets)
    selection = Selection(
        since=iso_ms(run.since),
        until=end,
        new_since=None if run.new_since is None else iso_ms(run.new_since),
        given=given,
    )
    has_told = "alias" in run.events or (alone and "identify" in run.events)
    once = Once(_lines(output) if has_told else (), introducing=alone)
    return Rules(
        _mapper(told),
        lambda record, events: once.choose(selection.choose(record, events)),
        once.note,
    )


def _mapper(mapping: Mapping) -> Callable[[str, Record], list[Event]]:
    def mapped(resource: str, record: Record) -> list[Event]:
        if UNREADABLE in record:
            raise RecordError("wrong_type", "Shopify gave it another shape than its schema says")
        return map_record(resource, record, mapping)

    return mapped


def _lines(output: Path | None) -> Iterator[bytes]:
    if output is not None and output.exists():
        with _open(output) as lines:
            yield from lines


def _open(path: Path) -> BinaryIO | gzip.GzipFile:
    return gzip.open(path, "rb") if path.suffix == ".gz" else path.open("rb")
