"""Runs `relay check`: everything that a long run needs, before it begins."""

from __future__ import annotations

import os
from typing import Any

from littlerelay import environment
from littlerelay.configuration import Options
from littlerelay.progress import Checked, Waiting
from littlerelay.settings import BackfillRequest

from . import options
from .setting_options import WITHOUT_PIXELS, takes
from .text import clean

_RESOURCES = "customers,orders"
_OUT = "events.ndjson"


@takes(WITHOUT_PIXELS)
def check(
    *,
    since: options.IfSince = None,
    until: options.Until = None,
    resource: options.Resource = _RESOURCES,
    limit: options.Limit = None,
    past_until: options.PastUntil = False,
    fewer_scopes: options.FewerScopes = False,
    out: options.Out = None,
    archive: options.Archive = None,
    job: options.Job = None,
    post: options.Post = False,
    mode: options.Mode = "auto",
    chosen: Options,
    json: options.Json = False,
) -> int:
    """Test what a run needs, from the token to the disk, and change nothing.

    Give it the options and settings of the backfill that you are about to begin. With --post it
    wants a write key; one that is set is tried in any case.
    """
    request = BackfillRequest(
        since=since or "",
        until=until,
        resources=options.names(resource),
        out=out or (None if since == "last" or post else _OUT),
        limit=limit,
        job=job,
        past_until=past_until,
        fewer_scopes=fewer_scopes,
        mode=mode,
        archive=archive,
    )
    return _checked(chosen, request, is_sent=post, json=json)


def _checked(chosen: Options, request: BackfillRequest, *, is_sent: bool, json: bool) -> int:
    # These bring httpx and rich, for which --help need not wait.
    from littlerelay import checks  # noqa: PLC0415

    from . import display  # noqa: PLC0415

    def wait(waiting: Waiting) -> None:
        display.note("waits", f"{waiting.seconds:.0f}s: {waiting.reason}")

    lines = []
    draft = environment.draft(chosen, os.environ)
    for line in checks.check(draft, request, watch=wait, is_sent=is_sent):
        lines.append(line)
        if not json:
            display.checked(line)
    code = checks.exit_code(lines)
    if json:
        display.as_json({"checks": [_plain(line) for line in lines], "code": code})
    return code


def _plain(line: Checked) -> dict[str, Any]:
    return {
        "name": line.name,
        "state": line.state,
        "detail": clean(line.detail),
        "remedy": clean(line.remedy),
    }
