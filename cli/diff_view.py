"""Draws a comparison: each message with what differs, then the counts."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import IO, Any, NoReturn

from rich.console import Console
from rich.table import Table
from rich.text import Text
from tqdm import tqdm

from littlerelay.clock import Clock
from littlerelay.compare.values import (
    ABSENT,
    OUTCOMES,
    Change,
    Compared,
    Comparing,
    Counts,
    Difference,
)
from littlerelay.settings import Outcome

from .console import facts
from .preview_view import draw_preview, plain_preview
from .text import clean, count, duration, event, share, size

_EVERY = 30.0  # seconds between lines where there is no terminal
_LONGEST = 400  # characters of a value that changed
_SHORT = 60  # characters of one that only tells which message it is
_KEPT = (
    "changed facts that keep their ids: {}; Segment drops each that it saw within about a day, "
    "and later adds it beside the first. Of people that is a correction; a track event counts "
    "twice, and with --resend EPOCH (fresh ids) it does so at once. --event identify plans people "
    "alone"
)
_FOLDED = "{} messages, {} facts: of several of one fact or Identify of one person the last counts"
_ROWS = 3  # events or months without a difference that are drawn one by one
_FEW = 8  # values of a message that is new or gone
_SIGNS: Mapping[Outcome, str] = {"new": "+", "changed": "~", "same": "=", "gone": "-"}
_STYLES: Mapping[Outcome, str] = {"new": "green", "changed": "yellow", "same": "dim", "gone": "red"}


class ComparisonView:
    """Draws how far files are read on ``errors``, and what was found on ``out``."""

    def __init__(
        self, errors: Console, out: Console, clock: Clock, *, quiet: bool, is_json: bool
    ) -> None:
        self._errors = errors
        self._out = out
        self._clock = clock
        self._quiet = quiet
        self._document = Document(out.file) if is_json else None
        self._told = clock.monotonic()
        self._bar: tqdm[NoReturn] | None = None

    def show(self, value: Comparing | Difference | Compared) -> None:
        """Draw one value."""
        if isinstance(value, Comparing):
            if not self._quiet:
                self._advance(value)
            return
        self.close()
        if self._document is not None:
            self._document.write(value)
        elif self._quiet:
            return
        elif isinstance(value, Difference):
            draw_difference(value, self._out)
        else:
            draw_compared(value, self._out)

    def close(self) -> None:
        """Take the bar away."""
        if self._bar is not None:
            self._bar.close()
            self._bar = None

    def _advance(self, value: Comparing) -> None:
        """Move a bar of bytes on a terminal; elsewhere tell the same every 30 seconds."""
        if self._bar is None:
            self._bar = tqdm(
                total=value.size,
                unit="B",
                unit_scale=True,
                leave=False,
                disable=None,
                file=self._errors.file,
                dynamic_ncols=True,
            )
        self._bar.update(value.position - self._bar.n)
        if self._bar.disable and self._clock.monotonic() - self._told >= _EVERY:
            self._told = self._clock.monotonic()
            part = f"{size(value.position)} of {size(value.size)}"
            self._errors.print(Text(f"read {part} ({share(value.position, value.size)})"))


def draw_difference(found: Difference, out: Console) -> None:
    """Draw one message; of a changed one every value that differs, of another its first ones."""
    sign = _SIGNS[found.outcome]
    out.print(Text(f"{sign} {_heading(found)}", style=_STYLES[found.outcome]))
    lines = map(_change, found.changes) if found.changes else _values(found.message)
    for line in lines:
        out.print(Text(f"    {line}"))


def draw_compared(compared: Compared, out: Console) -> None:
    """Draw the counts: in all, by event and by month; or that nothing differs."""
    same = compared.counts["same"]
    if same == sum(compared.counts.values()):
        out.print(Text(f"Nothing differs: {count(same)} facts are the same.", style="bold"))
    else:
        out.print(_counts(compared))
    out.print()
    saved = f"{compared.plan} ({count(compared.saved or 0)} messages)"
    rows = [
        ("old", ", ".join(compared.old)),
        ("new", compared.new),
        ("", _folded(compared)),
        ("period", f"{compared.since} to {compared.until}" if compared.since else ""),
        ("rejected", f"{count(compared.rejected)} records" if compared.rejected else ""),
        ("plan", saved if compared.plan else ""),
        ("", _KEPT.format(count(compared.kept)) if compared.kept else ""),
        ("compared", f"in {duration(compared.elapsed)}; months are those of {compared.zone}"),
    ]
    out.print(facts(rows))
    if compared.preview is not None and compared.preview.events:
        out.print()
        draw_preview(compared.preview, out, since=compared.since)


class Document:
    """Writes one JSON document as it comes: the messages first, the counts last."""

    def __init__(self, stream: IO[str]) -> None:
        self._stream = stream
        self._separator = '{\n"differences": ['

    def write(self, value: Difference | Compared) -> None:
        """Write one message, or what the comparison came to."""
        if isinstance(value, Compared):
            self._end(value)
        else:
            self._add(value)

    def _add(self, found: Difference) -> None:
        self._stream.write(f"{self._separator}\n{json.dumps(_plain(found))}")
        self._separator = ","

    def _end(self, compared: Compared) -> None:
        opening = "" if self._separator == "," else self._separator
        told = {
            "old": list(compared.old),
            "new": compared.new,
            "counts": compared.counts,
            "events": compared.events,
            "months": compared.months,
            "zone": compared.zone,
            "elapsed": compared.elapsed,
            "messages": compared.messages,
            "plan": compared.plan,
            "saved": compared.saved,
            "kept": compared.kept,
            "since": compared.since,
            "until": compared.until,
            "rejected": compared.rejected,
            "preview": plain_preview(compared.preview) if compared.preview else None,
        }
        self._stream.write(f"{opening}\n],\n{json.dumps(told, indent=2)[2:]}\n")


def _folded(compared: Compared) -> str:
    """Say how many messages of the new side count as fewer; nothing where each counts."""
    counted = sum(compared.counts.values()) - compared.counts["gone"]
    return _FOLDED.format(count(compared.messages), count(counted)) * (compared.messages > counted)


def _counts(compared: Compared) -> Table:
    table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False, header_style="dim")
    table.add_column("")
    for outcome in OUTCOMES:
        table.add_column(f"{_SIGNS[outcome]} {outcome}", justify="right")
    _row(table, "all", compared.counts, "bold")
    for what, group in (("events", compared.events), ("months", compared.months)):
        table.add_row()
        for name, counts in _told_apart(group, what):
            _row(table, name, counts)
    return table


def _told_apart(group: Mapping[str, Counts], what: str) -> Iterator[tuple[str, Counts]]:
    """Give what differs, and in one row the other events or months, where they are many."""
    others = {name for name, counts in group.items() if counts["same"] == sum(counts.values())}
    if len(others) <= _ROWS:
        others = set()
    yield from ((name, counts) for name, counts in group.items() if name not in others)
    if others:
        same = sum(group[name]["same"] for name in others)
        yield f"{len(others)} other {what}", {**dict.fromkeys(OUTCOMES, 0), "same": same}


def _row(table: Table, name: str, counts: Counts, style: str = "") -> None:
    cells = [
        Text(count(counts[outcome]), style=_STYLES[outcome] if counts[outcome] else "dim")
        for outcome in OUTCOMES
    ]
    table.add_row(Text(event(name), style=style), *cells)


def _heading(found: Difference) -> str:
    message = found.message
    who = message.get("userId") or message.get("anonymousId") or ""
    name = event(message.get("event") or message["type"])
    order = (message.get("properties") or {}).get("order_id") if found.changes else None
    of = f"of {who}" if order is None else f"order {order} of {who}"
    parts = (name, message["timestamp"], of, str(message["messageId"]))
    return "  ".join(clean(part) for part in parts)


def _change(change: Change) -> str:
    return f"{clean(change.path)} {_value(change.old)} → {_value(change.new)}"


def _values(message: Mapping[str, Any]) -> Iterator[str]:
    """Give the first values of what a message says, in one line."""
    said = message.get("properties") or message.get("traits") or {}
    short = [
        f"{clean(name)} {_value(one, _SHORT)}"
        for name, one in said.items()
        if not isinstance(one, dict | list)
    ]
    if short:
        yield ", ".join(short[:_FEW]) + (" ..." if len(short) > _FEW else "")


def _value(value: object, longest: int = _LONGEST) -> str:
    if value is ABSENT:
        return "(none)"
    text = clean(json.dumps(value, ensure_ascii=False))
    return text if len(text) <= longest else f"{text[:longest]}..."


def _plain(found: Difference) -> dict[str, Any]:
    """Give a message as plain data; a value that is not there has no key."""
    message = found.message
    told: dict[str, Any] = {
        "outcome": found.outcome,
        "event": message.get("event") or message["type"],
        "messageId": message["messageId"],
        "timestamp": message["timestamp"],
        "message": message,
    }
    if found.changes:
        told["changes"] = [_plain_change(change) for change in found.changes]
    return told


def _plain_change(change: Change) -> dict[str, object]:
    sides = {"old": change.old, "new": change.new}
    return {"path": change.path, **{n: one for n, one in sides.items() if one is not ABSENT}}
