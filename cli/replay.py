"""Runs `relay replay`: files of events go to Segment, or into another file."""

from __future__ import annotations

import io
import os
import shlex
import sys
from collections.abc import Callable, Generator, Iterator
from contextlib import closing
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any, BinaryIO

from littlerelay import destinations
from littlerelay.configuration import Configuration, Options, configuration
from littlerelay.errors import RecordError, StoppedError, UsageError
from littlerelay.progress import Delivering, Sent
from littlerelay.settings import RATE, ReplayRequest

from . import options, remap
from .setting_options import OF_MAPPING, OF_SEGMENT, takes

_STDIN = _STDOUT = "-"
_NOTHING_IS_SENT = UsageError(
    "--out sends nothing, so no option that says how to send goes with it.",
    "Leave --rate, --concurrency, --max-duration, --again and --skip-key-check away.",
)


@takes([*OF_SEGMENT, *OF_MAPPING])
def replay(
    *,
    files: options.Files,
    since: options.MessagesSince = None,
    until: options.MessagesUntil = None,
    event: options.Event = None,
    user: options.User = None,
    where: options.Where = None,
    limit: options.MessageLimit = None,
    rate: options.Rate = None,
    concurrency: options.Concurrency = None,
    max_duration: options.MaxDuration = None,
    again: options.Again = False,
    skip_key_check: options.SkipKeyCheck = False,
    out: options.RewriteTo = None,
    restart: options.RestartMapping = False,
    chosen: Options,
    quiet: options.Quiet = False,
    json: options.Json = False,
) -> int:
    """Send files of events to Segment, each from where it was sent before.

    The same command again continues a delivery that was stopped. Segment takes a repeat of a
    message within about a day for what it is: no message is lost, none counts twice.

    An archive of `relay backfill --archive` is mapped again into --out FILE, with the settings of
    today and without Shopify; the same command continues that, too.

    The write key comes from RELAY_WRITE_KEY, or from a file or a command, as below.
    """
    if out is not None and (rate or concurrency or max_duration or again or skip_key_check):
        raise _NOTHING_IS_SENT
    request = ReplayRequest(
        inputs=tuple(files),
        since=since,
        until=until,
        events=tuple(event or ()),
        users=tuple(user or ()),
        where=tuple(where or ()),
        limit=limit,
        rate=rate or RATE,
        concurrency=concurrency or 1,
        out=out,
        max_duration=max_duration,
        again=again,
        check_key=not skip_key_check,
    )
    return _told_apart(request, chosen, restart=restart, quiet=quiet, json=json)


def _told_apart(
    request: ReplayRequest, chosen: Options, *, restart: bool, quiet: bool, json: bool
) -> int:
    """Map an archive again, or send files of events."""
    found = configuration(chosen, os.environ)
    archive = remap.named(request)
    if archive is not None:
        return remap.remap(found, archive, restart=restart, quiet=quiet, json=json)
    remap.check_events(found, restart=restart)
    return _run(found, _changing(request, found), quiet=quiet, json=json)


def _changing(request: ReplayRequest, found: Configuration) -> ReplayRequest:
    """Give a request with what the settings change in messages."""
    chosen = found.chosen
    return replace(
        request, integrations=chosen["integrations"].value, namespace=chosen["namespace"].value
    )


def _run(found: Configuration, request: ReplayRequest, *, quiet: bool, json: bool) -> int:
    from . import display  # noqa: PLC0415  with it comes rich

    # Whatever stops this, what was under way is settled before it is told.
    with (
        display.sending(quiet=quiet, sums_up=not json) as show,
        closing(_told(found, request, show)) as told,
    ):
        results = _followed(told, show)
    if not quiet:
        for one in (result for result in results if result.chose_nothing):
            display.warning(_unfit(one, request))
    if json:
        display.as_json({"files": [plain(one) for one in results]}, errors=request.out == _STDOUT)
    return _code(results, display.failure)


def _told(
    found: Configuration, request: ReplayRequest, show: Callable[[Delivering], None]
) -> Generator[Delivering, None, None]:
    stdin = _stdin(request)
    if request.out is not None:
        from littlerelay import rewrites  # noqa: PLC0415

        if request.out == _STDOUT and sys.__stdout__ is None:
            raise UsageError("Standard output is closed.", "Give --out FILE, or open it.")
        return rewrites.rewrite(request, stdin=stdin, stdout=sys.stdout.buffer)
    from littlerelay import replays  # noqa: PLC0415  with it comes httpx

    target = destinations.destination(found, os.environ)
    return replays.replay(request, target, watch=show, stream=stdin)


def _stdin(request: ReplayRequest) -> BinaryIO:
    """Give standard input, which may be closed where nobody reads it."""
    if sys.stdin is not None:
        return sys.stdin.buffer
    if _STDIN in request.inputs:
        raise UsageError("Standard input is closed.", "Name a file, or open it.")
    return io.BytesIO()


def _followed(told: Iterator[Delivering], show: Callable[[Delivering], None]) -> list[Sent]:
    """Show what is told, to its end, and give the results."""
    results = []
    for value in told:
        show(value)
        if isinstance(value, Sent):
            results.append(value)
    return results


def _unfit(result: Sent, request: ReplayRequest) -> str:
    """Say that no message of a file fits what was asked for, and which there are."""
    from littlerelay import sources  # noqa: PLC0415  with it comes orjson

    asked = {
        "--since": [request.since] if request.since else [],
        "--until": [request.until] if request.until else [],
        "--event": request.events,
        "--user": request.users,
        "--where": ["=".join(pair) for pair in request.where],
    }
    told = ", ".join(f"{name} {shlex.quote(one)}" for name, texts in asked.items() for one in texts)
    names = []
    if request.events and _STDIN not in request.inputs:
        names = sources.names(Path(result.file))
    there = f"; its first ones are {', '.join(names)}" if names else ""
    return f"no message of {result.file} fits {told}{there}"


def plain(result: Sent) -> dict[str, Any]:
    """Give a result as plain data, which names no file that is not there."""
    refused = result.refused_file if result.refused else None
    return asdict(result) | {"read": result.read, "refused_file": refused}


def _code(results: list[Sent], failure: Callable[[str, str], None]) -> int:
    """Say what is left to do, and give the exit code."""
    unfinished = [one.file for one in results if one.unfinished]
    for name in unfinished:
        failure(
            f"{name} is not finished: its run or its last line is not complete.",
            "Finish it with the command that writes it, then run this one again.",
        )
    refused = tell_refused(results, failure)
    if unfinished:
        return StoppedError.exit_code
    return RecordError.exit_code if refused else 0


def tell_refused(results: list[Sent], failure: Callable[[str, str], None]) -> bool:
    """Say of each file how many of its messages were refused; tell whether any was."""
    refused = [one for one in results if one.refused]
    for one in refused:
        were = "message was" if one.refused == 1 else "messages were"
        rest = "accepted by the API" if one.is_posted else "written"
        failure(
            f"{one.refused:,} {were} refused; everything else is {rest}.",
            f"{one.refused_file} holds each with the reason; mended, it can be replayed.",
        )
    return bool(refused)
