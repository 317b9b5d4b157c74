"""Runs `relay backfill`: a shop's history, from Shopify's Admin API into a file of events."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from dataclasses import asdict
from typing import Any

from littlerelay import environment
from littlerelay.configuration import Options
from littlerelay.errors import RecordError, UsageError
from littlerelay.progress import Finished, Progress
from littlerelay.settings import BackfillRequest, Settings

from . import options
from .setting_options import WITHOUT_PIXELS, takes

_RESOURCES = "customers,orders"
_OUT = "events.ndjson"
_STDOUT = "-"


@takes(WITHOUT_PIXELS)
def backfill(
    *,
    since: options.Since,
    until: options.Until = None,
    resource: options.Resource = _RESOURCES,
    limit: options.Limit = None,
    past_until: options.PastUntil = False,
    out: options.Out = None,
    job: options.Job = None,
    restart: options.Restart = False,
    chosen: Options,
    quiet: options.Quiet = False,
    json: options.Json = False,
) -> int:
    """Bring a shop's history from Shopify into a file of events.

    The same command again continues a run that was stopped.

    The access token comes from RELAY_TOKEN, or is granted for RELAY_CLIENT_ID and
    RELAY_CLIENT_SECRET, or comes from a file or a command, as below.
    """
    settings = environment.load(chosen, os.environ)
    request = BackfillRequest(
        since=since,
        until=until,
        resources=_names(resource),
        out=_place(out, since),
        limit=limit,
        job=job,
        restart=restart,
        past_until=past_until,
    )
    return _run(settings, request, quiet=quiet, json=json)


def _names(resources: str) -> tuple[str, ...]:
    return tuple(name.strip() for name in resources.split(",") if name.strip())


def _place(out: str | None, since: str) -> str | None:
    """Give the file to write; none lets `--since last` name its own, by the end of its period."""
    return out or (None if since == "last" else _OUT)


def _run(settings: Settings, request: BackfillRequest, *, quiet: bool, json: bool) -> int:
    # These bring httpx and rich, for which --help need not wait.
    from littlerelay import jobs  # noqa: PLC0415

    from . import display  # noqa: PLC0415

    to_stdout = request.out == _STDOUT
    if to_stdout and sys.__stdout__ is None:
        raise UsageError("Standard output is closed.", "Give --out FILE, or open it.")
    stream = sys.stdout.buffer if to_stdout else None
    if settings.file and not quiet:
        display.note("settings", str(settings.file))
    with display.view(quiet=quiet, sums_up=not json) as show:
        told = jobs.backfill(settings, request, watch=show, stream=stream)
        results = _followed(told, show)
    if json:
        display.as_json(_report(results), errors=to_stdout)
    rejected = [result for result in results if result.rejected]
    for result in rejected:
        display.failure(*_rejects(result))
    return RecordError.exit_code if rejected else 0


def _followed(told: Iterator[Progress], show: Callable[[Progress], None]) -> list[Finished]:
    """Show what is told, to its end, and give the results.

    There are two where `--since last` first finished a run that had been stopped.
    """
    results = []
    for value in told:
        show(value)
        if isinstance(value, Finished):
            results.append(value)
    return results


def _report(results: list[Finished]) -> dict[str, Any]:
    """Give the last result as plain data, with those before it under ``before``."""
    *before, last = [asdict(result) | {"rejected": result.rejected} for result in results]
    return last | {"before": before}


def _rejects(result: Finished) -> tuple[str, str]:
    were = "record was" if result.rejected == 1 else "records were"
    return (
        f"{result.rejected:,} {were} rejected; everything else is done.",
        f"{result.rejects} holds each with the reason.",
    )
