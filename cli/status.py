"""Runs `relay status`: which jobs there are, and how far each is."""

from __future__ import annotations

import os
from dataclasses import asdict
from typing import Any

from littlerelay import environment
from littlerelay.configuration import Options, configuration
from littlerelay.errors import UsageError
from littlerelay.job_status import JobStatus

from . import options
from .setting_options import takes

_SENT = ("target", "digits", "namespace", "accepted", "refused", "left_out")


@takes(["state_dir"])
def status(
    *,
    job: options.Named = None,
    chosen: Options,
    json: options.Json = False,
) -> int:
    """Show the jobs: how far each is, its period, and where its events are."""
    # These bring httpx and rich, for which --help need not wait.
    from littlerelay import jobs  # noqa: PLC0415

    from . import display  # noqa: PLC0415

    found = jobs.status(environment.state_folder(configuration(chosen, os.environ)))
    if job is not None:
        found = [one for one in found if one.job == job]
        if not found:
            raise UsageError(f"There is no job {job}.", "`relay status` lists the jobs there are.")
    if json:
        display.as_json({"jobs": [_plain(one) for one in found]})
    else:
        display.jobs(found)
    return 0


def _plain(job: JobStatus) -> dict[str, Any]:
    names = ("read", "total", "position")
    resources = {
        resource: dict(zip(names, figures, strict=True))
        for resource, figures in job.resources.items()
    }
    sent = [dict(zip(_SENT, figures, strict=True)) for figures in job.sent]
    return asdict(job) | {"resources": resources, "sent": sent}
