"""Draws what sending events will cost, and what a backfill would bring."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from littlerelay.ages import Limit
from littlerelay.previews import Figure, Preview

from .console import Facts, facts
from .text import age, clean, count, dated, duration, event, size

if TYPE_CHECKING:
    from littlerelay.estimates import Estimate, Records  # with it comes httpx

_OLD = "Older than some destinations take an event for what it is:"
SAMPLED = (
    "Counts without `about` are Shopify's own, and hold but for records that cannot be mapped; the "
    "others are from the sample, and 19 of 20 are right to within ± or `up to`. What is rare may "
    "be missing."
)


def draw_estimate(found: Estimate, out: Console) -> None:
    """Draw an estimate: the records, then what would be sent."""
    out.print(facts([("shop", found.shop), ("period", f"{found.since} to {found.until}")]))
    out.print()
    table = _table("records", "count", "read", "sampled", "rejected")
    for name, records in found.records.items():
        table.add_row(clean(name), *_records(records))
    out.print(table)
    out.print()
    draw_preview(found.preview, out, _reading(found), found.since)
    if not found.preview.messages.is_exact:
        out.print()
        out.print(Text(SAMPLED, style="dim"))


def draw_preview(
    preview: Preview, out: Console, more: Facts = (), since: str | None = None
) -> None:
    """Draw a preview; ``more`` are lines of whoever knows more than what is sent.

    ``since`` is the start of the period, where it is of one.
    """
    table = _table("to send", "count", "")
    for name, figure in (*preview.events.items(), ("all", preview.messages)):
        table.add_row(Text(event(name), style="bold" if name == "all" else ""), *_cells(figure))
    out.print(table)
    out.print()
    out.print(facts([*_costs(preview, since), *more]))
    if preview.limits:
        out.print()
        out.print(Text(_OLD, style="yellow"))
        out.print(facts(_limits(preview.limits)))


def plain_estimate(found: Estimate) -> dict[str, Any]:
    """Give an estimate as plain data."""
    records = {
        name: {
            "count": one.counted,
            "sampled": one.sampled,
            "rejected": _plain(one.rejected),
            "mode": _way(one),
        }
        for name, one in found.records.items()
    }
    return {
        "shop": found.shop,
        "since": found.since,
        "until": found.until,
        "records": records,
        "preview": plain_preview(found.preview),
        "restore_rate": found.restore_rate,
        "reading_seconds": found.reading,
        "elapsed": found.elapsed,
    }


def plain_preview(preview: Preview) -> dict[str, Any]:
    """Give a preview as plain data."""
    return {
        "events": {name: _plain(figure) for name, figure in preview.events.items()},
        "messages": _plain(preview.messages),
        "users": _plain(preview.users),
        "visitors": _plain(preview.visitors),
        "bytes": _plain(preview.bytes),
        "batches": _plain(preview.batches),
        "rate": preview.rate,
        "sending_seconds": preview.seconds,
        "first": preview.first,
        "last": preview.last,
        "dated_exactly": preview.is_dated_exactly,
        "limits": [asdict(limit) for limit in preview.limits],
    }


def _costs(preview: Preview, since: str | None) -> Facts:
    rate = f"{preview.rate:,g} messages a second"
    return [
        ("users", f"{_billed(preview.users)} distinct userIds"),
        ("visitors", f"{_billed(preview.visitors)} distinct anonymousIds without a userId"),
        ("billed as", "tracked users and API calls of the month in which they are sent"),
        ("bytes", _billed(preview.bytes, size)),
        ("batches", _billed(preview.batches)),
        ("sending", f"{duration(preview.seconds)} at {rate}"),
        ("first", _dated(preview.first, "{} or earlier", preview, since)),
        ("last", _dated(preview.last, "{} at the latest", preview, None)),
    ]


def _reading(found: Estimate) -> Facts:
    if found.reading is None:
        return []
    pace = f"{found.restore_rate:,g} points a second"
    told = f"about {duration(found.reading)} by pages at Shopify's {pace}"
    if any(one.is_by_bulk for one in found.records.values()):
        told += "; bulk operations cost none"
    return [("reading", told)]


def _records(records: Records) -> list[Text]:
    sampled = "all" if records.sampled == records.counted else count(records.sampled)
    rejected = _figure(records.rejected) if records.rejected.number else ""
    way = "in bulk" if records.is_by_bulk else "by pages"
    return [Text(cell) for cell in (count(records.counted), way, sampled, rejected)]


def _way(records: Records) -> str:
    return "bulk" if records.is_by_bulk else "pages"


def _cells(figure: Figure) -> list[Text]:
    number = Text(count(figure.number))
    if figure.is_exact:
        return [number, Text()]
    if _is_vague(figure):
        return [Text.assemble(("up to ", "dim"), count(_most(figure))), Text()]
    return [Text.assemble(("about ", "dim"), number), Text(_margin(figure), style="dim")]


def _figure(figure: Figure) -> str:
    if figure.is_exact:
        return count(figure.number)
    if _is_vague(figure):
        return f"up to {count(_most(figure))}"
    return f"about {count(figure.number)} {_margin(figure)}".rstrip()


def _billed(figure: Figure, written: Callable[[int], str] = count) -> str:
    """Say what is paid for, with the most that it is likely to come to."""
    if figure.is_exact:
        return written(figure.number)
    about = "" if _is_vague(figure) else f"about {written(figure.number)}"
    most = f"up to {written(_most(figure))}" if figure.margin else ""
    return ", ".join(filter(None, (about, most)))


def _is_vague(figure: Figure) -> bool:
    """Tell whether a figure may as well be none: then only the most that it may be says much."""
    return 0 < figure.number <= figure.margin


def _most(figure: Figure) -> int:
    return figure.number + figure.margin


def _margin(figure: Figure) -> str:
    return f"± {count(figure.margin)}" if figure.margin else ""


def _dated(moment: str | None, about: str, preview: Preview, since: str | None) -> str:
    if moment is None:
        return ""
    told = moment if preview.is_dated_exactly else about.format(moment)
    return told + dated(moment, since).removeprefix(moment)


def _limits(limits: Iterable[Limit]) -> Facts:
    """Give destinations of one kind in one line."""
    found: dict[tuple[int, str], list[str]] = {}
    for limit in limits:
        found.setdefault((limit.seconds, limit.detail), []).append(limit.destination)
    for (seconds, detail), names in found.items():
        yield ", ".join(names), f"older than {age(seconds)}: {detail}"


def _plain(figure: Figure) -> dict[str, Any]:
    told = {"count": figure.number, "exact": figure.is_exact}
    return told if figure.is_exact else {**told, "margin": figure.margin}


def _table(first: str, *others: str) -> Table:
    table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False, header_style="dim")
    table.add_column(first)
    for other in others:
        table.add_column(other, justify="right")
    return table
