"""Draws the result of a run, and what jobs there are."""

from __future__ import annotations

import shlex
from collections.abc import Iterable

from rich.console import Console
from rich.table import Table
from rich.text import Text

from littlerelay.job_status import JobStatus, LeftOutput
from littlerelay.progress import Finished

from .console import Facts, facts
from .results import counted, outside
from .text import clean, count, dated, duration, event, period, size, so_far

_ROOM_FOR_TABLES = 60  # columns
_FEW_NAMES = 3  # of files that were mapped
_ALREADY = (
    "Give --since last for what is new, or --restart to do it all again; "
    "what it wrote before is kept under another name."
)

_MISSING = (
    "the file was moved or removed: put it back with those beside it to send, compare or prove it"
)
_GONE = "it was moved or removed: put it back with those beside it, or --past-unsent forgets it"
_MENDED = "mended it can be replayed, moved away it is forgotten"
_CUT_OVER = (
    "nothing: it was ended with --until, at {}; --since last --past-until goes on all the same, "
    "and gives twice what live tracking gave since"
)
_OUTSIDE = "and of {} more {} dated otherwise, what happened in the period"
_FILTERED = "gave no event: test orders, what is left out, and what did not happen in the period"
_PROVE = "relay reconcile {} proves that nothing is missing"
_SEND = "relay replay {} sends it, to the destinations that --integrations names"
_WITHOUT_REJECTS = "; what was rejected is not in it"
_MAPPED = "Give --restart to map it again; what was written before is kept under another name."


def draw_result(result: Finished, out: Console, *, is_posted: bool = False) -> None:
    """Draw what a run did: records by resource, events by name, where they are, and what is next.

    What ``is_posted`` need not be sent any more.
    """
    out.print(Text(_headline(result), style="bold"))
    out.print()
    if result.counts:
        _records(result, out)
        out.print()
    if result.events:
        out.print(_events(result))
        out.print()
    out.print(facts(_places(result, is_posted=is_posted)))


def draw_jobs(statuses: Iterable[JobStatus], out: Console) -> None:
    """Draw jobs one below the other."""
    drawn = [_job(status) for status in statuses]
    out.print(Text("\n\n").join(drawn) if drawn else Text("There are no jobs yet."))


def _job(job: JobStatus) -> Text:
    """Draw one job: how far it is, over which period, and where its events are."""
    heading = Text.assemble((clean(job.job), "bold"), "  ", (clean(job.phase), "cyan"))
    rows = [
        ("shop", job.shop),
        ("switched", job.integrations),
        ("period", period(job.since, job.until or "", job.new_since) if job.since else ""),
        *((clean(name), _position(*figures)) for name, figures in job.resources.items()),
        ("events", count(job.events) if job.saved else ""),
        ("rejected", f"{count(job.rejected)} records" if job.rejected else ""),
        *_sent(job),
        ("unsent", _unsent(job)),
        ("output", f"{_place(job.output)}{', removed: all is accepted' if job.is_removed else ''}"),
        ("saved", job.saved or ""),
        ("missing", _MISSING if job.phase == "missing" else ""),
        *(row for one in job.left for row in _left(one)),
        ("next", _goes_on(job)),
    ]
    return Text("\n").join([heading, facts(rows)])


def _sent(job: JobStatus) -> Facts:
    """Say of each place what was sent there, or that nothing was."""
    if not job.saved:
        return []
    if job.phase == "done" and not job.events:
        return [("sent", "nothing to send")]
    if not job.sent:
        name = _place(job.output)
        return [("sent", "nothing yet" + (f": relay replay {name}" if job.phase == "done" else ""))]
    rows = []
    for target, digits, namespace, accepted, refused, left_out in job.sent:
        others = [f", {count(left_out)} left out" if left_out else ""]
        if refused:
            others.append(f", {count(refused)} refused: in {job.output}.refused.{digits}.ndjson")
        of = f"{count(accepted)} of {count(job.events)} accepted by the API of {target}"
        of += f" ({digits}{f', namespace {namespace}' if namespace else ''})"
        rows.append(("sent", of + "".join(others)))
    return rows


def _unsent(job: JobStatus) -> str:
    """Say how much is left of what was begun; of what was not, it is said that nothing was sent."""
    return f"{count(job.unsent)}: --post or relay replay goes on" if job.sent and job.unsent else ""


def _left(one: LeftOutput) -> Facts:
    """Say of an earlier output what is left to do with it."""
    rows = []
    if one.unsent:
        how = f"relay replay {shlex.quote(one.output)}" if one.is_there else _GONE
        told = f"{count(one.unsent)} of {count(one.events)} of {one.output}: {how}"
        rows.append(("unsent", told))
    if one.refused:
        places = ", ".join(one.refused_files)
        rows.append(("refused", f"{count(one.refused)} of {one.output}: in {places}; {_MENDED}"))
    return rows


def _goes_on(job: JobStatus) -> str:
    """Say how the job goes on once its run is done."""
    if job.reached is None:
        return ""
    if job.is_cut_over:
        return _CUT_OVER.format(job.reached)
    return f"--since last goes on from {job.reached}"


def _headline(result: Finished) -> str:
    if result.already:
        return "was finished before; there is nothing to do"
    read = count(sum(counts.read for counts in result.counts.values()))
    events = count(sum(result.events.values()))
    return f"done in {duration(result.elapsed)}: {events} events from {read} records"


def _places(result: Finished, *, is_posted: bool) -> Facts:
    return [
        *_counted(result),
        ("first", _first(result)),
        ("last", result.last or ""),
        ("output", f"{_place(result.output)} ({_whereabouts(result)})"),
        ("rejects", result.rejects if result.rejected else ""),
        ("archive", result.archive or ""),
        ("from", _sources(result)),
        ("sample", "--limit: not everything was read" if result.sample else ""),
        *_next(result, is_posted=is_posted),
    ]


def _sources(result: Finished) -> str:
    """Name the files that were mapped, as they were given; of many the first and the last."""
    names = result.mapped_from
    many = len(names) > _FEW_NAMES
    told = f"{names[0]} ... {names[-1]}" if many else ", ".join(names)
    facts = [f"{count(len(names))} files"] if many else []
    facts += [size(result.mapped_bytes)] if result.mapped_bytes else []
    return f"{told} ({', '.join(facts)})" if facts else told


def _first(result: Finished) -> str:
    if not result.first or result.mapped_from:
        return result.first or ""
    if result.new_since is None:
        return dated(result.first, result.since)
    return dated(result.first, result.new_since, "what came late, or a state of somebody")


def _counted(result: Finished) -> Facts:
    """Hold what was given to Shopify's counts, and say what of the records above is not in it."""
    found = [(one.resource, counted(one)) for one in result.counted]
    others = ((one.resource, outside(one, result.counts[one.resource])) for one in result.counted)
    found += [("", _outside(number, name)) for name, number in others if number]
    if found and any(counts.filtered for counts in result.counts.values()):
        found.append(("filtered", _FILTERED))
    return found


def _outside(number: int, resource: str) -> str:
    one, many = f"{resource.removesuffix('s')} that is", f"{resource} that are"
    return _OUTSIDE.format(count(number), one if number == 1 else many)


def _next(result: Finished, *, is_posted: bool) -> Facts:
    """Say what is left to do with a file: to prove that it is whole, and to send it."""
    if result.already:
        return [("next", _already(result))]
    if result.sample or result.output == "-" or result.is_removed or not result.events:
        return []
    is_whole = not result.mapped_from and result.new_since is None
    is_provable = is_whole and not {"customers", "orders"}.isdisjoint(result.counts)
    send = _SEND + (_WITHOUT_REJECTS if result.rejected else "")
    steps = [*([_PROVE] if is_provable else ()), *(() if is_posted else [send])]
    name = shlex.quote(result.output)
    return [
        (label, step.format(name)) for label, step in zip(("next", "then"), steps, strict=False)
    ]


def _whereabouts(result: Finished) -> str:
    return "removed: all of it is accepted" if result.is_removed else size(result.bytes)


def _already(result: Finished) -> str:
    return _MAPPED if result.mapped_from else _ALREADY


def _place(output: str) -> str:
    return "standard output" if output == "-" else output


def _records(result: Finished, out: Console) -> None:
    names = ("read", "mapped", "rejected", "filtered")
    rows = {
        resource: [getattr(counts, name) for name in names]
        for resource, counts in result.counts.items()
    }
    if out.width < _ROOM_FOR_TABLES:
        for resource, numbers in rows.items():
            told = (f"{count(n)} {name}" for name, n in zip(names, numbers, strict=True))
            out.print(Text(f"{clean(resource)}: {', '.join(told)}"))
        return
    table = _table("records", *names)
    for resource, numbers in rows.items():
        cells = [_number(n, "dim") for n in numbers]
        cells[2] = _number(numbers[2], "yellow" if numbers[2] else "dim")
        table.add_row(Text(clean(resource)), *cells)
    out.print(table)


def _events(result: Finished) -> Table:
    table = _table("events", "count")
    for name, number in result.events.items():
        table.add_row(Text(event(name)), _number(number))
    return table


def _table(first: str, *others: str) -> Table:
    table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False, header_style="dim")
    table.add_column(first)
    for other in others:
        table.add_column(other, justify="right")
    return table


def _number(number: int, style: str = "") -> Text:
    return Text(count(number), style=style)


def _position(read: int, total: int | None, position: str | None) -> str:
    until = f", created before {position}" if position else ""
    return f"{so_far(read, total)}{until}"
