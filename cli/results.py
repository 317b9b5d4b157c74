"""Follows a run to its end, and says what came of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from littlerelay.errors import UsageError
from littlerelay.progress import Counted, Counts, Finished, Progress, Replaying, Sent
from littlerelay.settings import ReplayRequest

_REASONS = 5  # that are named


def followed(told: Iterator[Progress], show: Callable[[Progress], None]) -> list[Finished | Sent]:
    """Show what is told, to its end, and give the results.

    There are several where `--since last` first finished a run that had been stopped.
    """
    results = []
    for value in told:
        show(value)
        if isinstance(value, Finished | Sent):
            results.append(value)
    return results


def finished(
    told: Iterable[Replaying | Finished], show: Callable[[Replaying | Finished], None]
) -> Iterator[Finished]:
    """Show what recordings tell, to the end, and give the results."""
    for value in told:
        show(value)
        if isinstance(value, Finished):
            yield value


def check_mapped(request: ReplayRequest, holder: str, choices: Mapping[str, str]) -> None:
    """Refuse what cannot be done where ``holder`` (as "an archive holds") has records.

    ``choices`` are fields of a request that choose events, with their options. Raises UsageError.
    """
    if request.out == "-":
        raise UsageError(
            f"{holder[0].upper()}{holder[1:]} records, which are mapped into a file, and not to "
            "standard output.",
            "Name a file in place of -, look at it, and send it with: relay replay FILE.",
        )
    if request.out is None:
        raise UsageError(
            f"{holder[0].upper()}{holder[1:]} records, which are mapped into a file first.",
            "Give --out FILE, look at it, and send it with: relay replay FILE.",
        )
    given = [option for name, option in choices.items() if getattr(request, name)]
    if given:
        raise UsageError(
            f"{given[0]} chooses events, and {holder} records.",
            "Leave it away, and give it with: relay replay FILE, once FILE is written.",
        )


def forgotten(output: str) -> str | None:
    """Say that a file was sent, which a run that begins it anew forgets; none where it was not."""
    from littlerelay import deliveries  # noqa: PLC0415  with it comes pydantic

    if not any(path.suffix == ".json" for path in deliveries.of_output(Path(output))):
        return None
    return (
        f"{output} was sent, and --restart forgets that: sent again, all that Segment took more "
        "than about a day ago counts twice. Its old files are kept under other names: "
        "`relay diff OLD NEW --save PLAN` gives what is left to send."
    )


def plain(run: Finished) -> dict[str, Any]:
    """Give a result as plain data, which names no file that is not there."""
    rejects = run.rejects if run.rejected else None
    return asdict(run) | {"rejected": run.rejected, "rejects": rejects}


def tell_uncounted(runs: Iterable[Finished], failure: Callable[[str, str], None]) -> bool:
    """Say of each resource whether Shopify counts others than were given; tell whether any is."""
    found = [(run, one) for run in runs for one in run.counted if one.unexplained]
    for run, one in found:
        number = abs(one.unexplained)
        are = f"{one.resource} are" if number > 1 else f"{one.resource.removesuffix('s')} is"
        how = "missing" if one.unexplained > 0 else "in excess"
        failure(
            f"{number:,} {are} {how}: {counted(one)}.",
            f"`relay reconcile {run.output}` names them, and what of it is no fault.",
        )
    return bool(found)


def counted(one: Counted) -> str:
    """Say what was given, what explains the rest, and how that adds up to what Shopify counts.

    As in ``1,467 given + 31 test orders = 1,498, as Shopify counts``.
    """
    if not one.explained and not one.unexplained:
        return f"{one.given:,} given, as many as Shopify counts"
    told = f"{one.given:,} given"
    for reason, number in one.explained.items():
        told += f" {'-' if reason == 'deleted' else '+'} {number:,} {reason}"
    if one.unexplained:
        return f"{told}, and Shopify counts {one.counted:,}"
    return f"{told} = {one.counted:,}, as Shopify counts"


def outside(one: Counted, counts: Counts) -> int:
    """Give how many records gave something, though their own date is outside the period."""
    return max(0, counts.mapped - one.given)


def tell_rejected(runs: Iterable[Finished], failure: Callable[[str, str], None]) -> bool:
    """Say of each run how many of its records were rejected; tell whether any was."""
    rejected = [run for run in runs if run.rejected]
    for run in rejected:
        failure(_rejected(run), f"{run.rejects} holds each with the reason.")
    return bool(rejected)


def _rejected(run: Finished) -> str:
    """Say how many records were rejected, for which reasons, and whether anything else is done.

    As in ``12 records were rejected (9 missing_field, 3 too_large); everything else is done.``
    """
    from littlerelay.reconcile.rejects import reasons  # noqa: PLC0415  with it comes orjson

    most = reasons(Path(run.rejects)).most_common(_REASONS + 1)
    told = [f"{number:,} {reason}" for reason, number in most[:_REASONS]]
    why = f" ({', '.join([*told, *(['others'] if most[_REASONS:] else [])])})" if told else ""
    if not any(counts.mapped or counts.filtered for counts in run.counts.values()):
        if run.rejected == 1:
            return f"The only record could not be mapped{why}."
        return f"None of the {run.rejected:,} records could be mapped{why}."
    were = "record was" if run.rejected == 1 else "records were"
    return f"{run.rejected:,} {were} rejected{why}; everything else is done."
