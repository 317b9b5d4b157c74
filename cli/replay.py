"""Runs `relay replay`: files of events go to Segment, or into another file."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Generator, Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import BinaryIO

from littlerelay import destinations, environment
from littlerelay.configuration import Configuration, Options, configuration
from littlerelay.errors import DiskError, UsageError
from littlerelay.progress import Delivering, Sent
from littlerelay.settings import RATE, ReplayRequest

from . import options, recordings, remap, sent_results
from .sent_results import STDIN
from .setting_options import OF_MAPPING, OF_PIXELS, OF_SEGMENT, takes

_STDOUT = "-"


@takes(["shop", "state_dir", *OF_SEGMENT, *OF_MAPPING, *OF_PIXELS])
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
    recorded_as: options.RecordedAs = None,
    verify_hmac: options.VerifyHmac = False,
    chosen: Options,
    quiet: options.Quiet = False,
    json: options.Json = False,
) -> int:
    """Send files of events to Segment, each from where it was sent before.

    The same command again continues a delivery that was stopped. Segment takes a repeat of a
    message within about a day for what it is: no message is lost, none counts twice.

    An archive of `relay backfill --archive` is mapped again into --out FILE, with the settings of
    today and without Shopify; the same command continues that, too.

    Recordings (webhooks of Shopify's and Recharge's, events of web pixels, bare records, results
    of relay's bulk operations; each line tells what it is) are mapped into --out FILE in order of
    time, and the same command continues that as well.

    The write key comes from RELAY_WRITE_KEY, or from a file or a command, as below.
    """
    _check_out(out, rate, concurrency, max_duration, again, skip_key_check)
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
    records = recordings.Records(recorded_as, verify_hmac, restart)
    return _told_apart(request, configuration(chosen, os.environ), records, quiet=quiet, json=json)


def _check_out(out: str | None, *how: object) -> None:
    """Refuse to send into a file. Raises UsageError."""
    if out is not None and any(how):
        raise UsageError(
            "--out sends nothing, so no option that says how to send goes with it.",
            "Leave --rate, --concurrency, --max-duration, --again and --skip-key-check away.",
        )


def _told_apart(
    request: ReplayRequest,
    found: Configuration,
    records: recordings.Records,
    *,
    quiet: bool,
    json: bool,
) -> int:
    """Map an archive again, or recordings, or send files of events."""
    if not quiet:
        sent_results.warn_of_strange(found.chosen["integrations"].value)
    archive = remap.named(request)
    if archive is not None:
        recordings.check_archive(records)
        return remap.remap(found, archive, restart=records.restart, quiet=quiet, json=json)
    if recordings.are_meant(request, records.kind):
        return recordings.replay(found, request, records, quiet=quiet, json=json)
    recordings.check_events(found, records)
    return _run(found, _changing(request, found), quiet=quiet, json=json)


def _changing(request: ReplayRequest, found: Configuration) -> ReplayRequest:
    """Give a request with what the settings change in messages."""
    chosen = found.chosen
    return replace(
        request, integrations=chosen["integrations"].value, namespace=chosen["namespace"].value
    )


def _run(found: Configuration, request: ReplayRequest, *, quiet: bool, json: bool) -> int:
    from . import display  # noqa: PLC0415  with it comes rich

    if request.out is None and not quiet:
        sent_results.warn_of_pace(request.rate)
        sent_results.warn_of_changed(request)
    # Whatever stops this, what was under way is settled before it is told.
    with (
        display.sending(quiet=quiet, sums_up=not json) as show,
        closing(_told(found, request, show)) as told,
    ):
        results = _followed(told, show)
    if not quiet:
        for one in (result for result in results if result.chose_nothing):
            display.warning(sent_results.unfit(one, request))
        for one in filter(sent_results.is_hollow, results):
            display.warning(f"{one.file} holds no messages")
    if json:
        display.as_json(
            {"files": [sent_results.plain(one) for one in results]}, errors=request.out == _STDOUT
        )
    sent_results.check_chosen(results, request)
    return sent_results.code(results, display.failure)


def _told(
    found: Configuration, request: ReplayRequest, show: Callable[[Delivering], None]
) -> Generator[Delivering, None, None]:
    stdin = _stdin(request)
    if request.out is not None:
        from littlerelay import rewrites  # noqa: PLC0415

        if request.out == _STDOUT and sys.__stdout__ is None:
            raise UsageError("Standard output is closed.", "Give --out FILE, or open it.")
        stdout = sys.stdout.buffer if request.out == _STDOUT else None
        return rewrites.rewrite(request, stdin=stdin, stdout=stdout)
    from littlerelay import replays  # noqa: PLC0415  with it comes httpx

    target = destinations.destination(found, os.environ)
    if STDIN not in request.inputs:
        request = replace(request, state=_memory(found))
    return replays.replay(request, target, watch=show, stream=stdin)


def _memory(found: Configuration) -> Path | None:
    """Give the folder that remembers what was sent; none, with a warning, where there can be none.

    What tells how far a file was sent lies beside it, so that nothing else needs that folder.
    """
    from littlerelay.durable import make_folder  # noqa: PLC0415

    from . import display  # noqa: PLC0415

    try:
        folder = environment.state_folder(found)
        make_folder(folder)
    except (UsageError, DiskError) as error:
        display.warning(f"a file that is moved or copied will not be known as sent: {error}")
        return None
    return folder


def _stdin(request: ReplayRequest) -> BinaryIO | None:
    """Give standard input where it is named; it may be closed otherwise."""
    if STDIN not in request.inputs:
        return None
    if sys.stdin is None:
        raise UsageError("Standard input is closed.", "Name a file, or open it.")
    return sys.stdin.buffer


def _followed(told: Iterator[Delivering], show: Callable[[Delivering], None]) -> list[Sent]:
    """Show what is told, to its end, and give the results."""
    results = []
    for value in told:
        show(value)
        if isinstance(value, Sent):
            results.append(value)
    return results
