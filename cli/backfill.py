"""Runs `relay backfill`: a shop's history, from Shopify's Admin API into a file of events."""

from __future__ import annotations

import os
import sys
from contextlib import closing
from dataclasses import replace
from typing import Any

from littlerelay import destinations, environment
from littlerelay.configuration import Options, configuration
from littlerelay.errors import RecordError, UsageError
from littlerelay.progress import Finished, Sent
from littlerelay.settings import RATE, BackfillRequest, Post

from . import estimating, options, results, sent_results
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
    estimate: options.Estimate = False,
    limit: options.Limit = None,
    past_until: options.PastUntil = False,
    fewer_scopes: options.FewerScopes = False,
    past_unsent: options.PastUnsent = False,
    out: options.Out = None,
    archive: options.Archive = None,
    job: options.Job = None,
    restart: options.Restart = False,
    post: options.Post = False,
    mode: options.Mode = "auto",
    rate: options.Rate = None,
    concurrency: options.Concurrency = None,
    skip_key_check: options.SkipKeyCheck = False,
    chosen: Options,
    quiet: options.Quiet = False,
    json: options.Json = False,
) -> int:
    """Bring a shop's history from Shopify into a file of events, and with --post to Segment.

    The same command again continues a run that was stopped, and what it was sending.

    The access token comes from RELAY_TOKEN, or is granted for RELAY_CLIENT_ID and
    RELAY_CLIENT_SECRET, or comes from a file or a command, as below.
    """
    request = BackfillRequest(
        *(since, until, options.names(resource)),
        out=out if estimate else _place(out, since, is_posted=post),
        limit=limit,
        job=job,
        restart=restart,
        past_until=past_until,
        fewer_scopes=fewer_scopes,
        past_unsent=past_unsent,
        mode=mode,
        archive=archive,
    )
    if estimate:
        asked = estimating.asked(request, chosen, (concurrency, skip_key_check))
        return estimating.estimate(chosen, asked, rate, quiet=quiet, json=json)
    sent = _post(chosen, rate, concurrency, is_asked=post, skips_check=skip_key_check)
    return _run(chosen, replace(request, post=sent), quiet=quiet, json=json)


def _post(
    chosen: Options,
    rate: float | None,
    concurrency: int | None,
    *,
    is_asked: bool,
    skips_check: bool,
) -> Post | None:
    if is_asked:
        target = destinations.destination(configuration(chosen, os.environ), os.environ)
        return Post(target, rate or RATE, concurrency or 1, check_key=not skips_check)
    if rate or concurrency or skips_check:
        raise UsageError(
            "--rate, --concurrency and --skip-key-check say how events are sent, and none are.",
            "Give --post, too, or leave them away.",
        )
    return None


def _place(out: str | None, since: str, *, is_posted: bool) -> str | None:
    """Give the file to write; none lets the run name its own.

    `--since last` names it by the end of its period; what is sent needs no file that anyone sees.
    """
    return out or (None if since == "last" or is_posted else _OUT)


def _run(chosen: Options, request: BackfillRequest, *, quiet: bool, json: bool) -> int:
    settings = environment.load(chosen, os.environ, request.resources)
    # These bring httpx and rich, for which --help need not wait.
    from littlerelay import jobs  # noqa: PLC0415

    from . import display  # noqa: PLC0415

    to_stdout = request.out == _STDOUT
    if to_stdout and sys.__stdout__ is None:
        raise UsageError("Standard output is closed.", "Give --out FILE, or open it.")
    stream = sys.stdout.buffer if to_stdout else None
    if settings.file and not quiet:
        display.note("settings", str(settings.file))
    if not quiet:
        sent_results.warn_of_strange(settings.mapping.integrations)
        sent_results.warn_of_pace(request.post.rate if request.post else None)
    # Whatever stops this, what was under way is settled before it is told.
    with (
        display.view(quiet=quiet, sums_up=not json) as show,
        closing(jobs.backfill(settings, request, watch=show, stream=stream)) as told,
    ):
        ends = results.followed(told, show)
    runs = [end for end in ends if isinstance(end, Finished)]
    sent = [end for end in ends if isinstance(end, Sent)]
    if json:
        display.as_json(_report(runs, sent), errors=to_stdout)
    rejected = results.tell_rejected(runs, display.failure)
    uncounted = results.tell_uncounted(runs, display.failure)
    refused = sent_results.tell_refused(sent, display.failure)
    return RecordError.exit_code if rejected or uncounted or refused else 0


def _report(runs: list[Finished], sent: list[Sent]) -> dict[str, Any]:
    """Give the last result as plain data, with those before it under ``before``.

    What was sent is under ``sent``, in the order of the runs; the key is there only with --post.
    """
    *before, last = map(results.plain, runs)
    told = {"sent": [sent_results.plain(one) for one in sent]} if sent else {}
    return last | {"before": before} | told
