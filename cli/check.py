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
    past_until: options.PastUntil = False,
    out: options.Out = None,
    archive: options.Archive = None,
    job: options.Job = None,
    chosen: Options,
    json: options.Json = False,
) -> int:
    """Test what a run needs, from the token to the disk, and change nothing.

    Give it the period, resources, output, archive and settings of the backfill to come.
    """
    # These bring httpx and rich, for which --help need not wait.
    from littlerelay import checks  # noqa: PLC0415

    from . import display  # noqa: PLC0415

    def wait(waiting: Waiting) -> None:
        display.note("waits", f"{waiting.seconds:.0f}s: {waiting.reason}")

    request = BackfillRequest(
        since=since or "",
        until=until,
        past_until=past_until,
        resources=tuple(name.strip() for name in resource.split(",") if name.strip()),
        out=out or (None if since == "last" else _OUT),
        archive=archive,
        job=job,
    )
    lines = []
    for line in checks.check(environment.draft(chosen, os.environ), request, watch=wait):
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
