"""Runs `relay backfill --estimate`: what a backfill would bring and cost, before it begins."""

from __future__ import annotations

import os
from contextlib import closing

from littlerelay import environment
from littlerelay.configuration import Options
from littlerelay.errors import Bug, UsageError
from littlerelay.settings import RATE, BackfillRequest, Mode

# What an estimate could not heed, for it neither writes nor remembers nor sends.
_MEANINGLESS = (
    *("--limit", "--past-until", "--past-unsent", "--fewer-scopes"),
    *("--out", "--archive", "--job", "--restart"),
    *("--concurrency", "--skip-key-check", "--state-dir"),
)


def asked(
    since: str,
    until: str | None,
    resources: tuple[str, ...],
    mode: Mode,
    given: tuple[object, ...],
) -> BackfillRequest:
    """Give what is to be estimated; ``given`` are the values of the options that make no sense.

    Raises UsageError for any of these, and for ``last``.
    """
    if since == "last":
        raise UsageError(
            "--estimate is of a period: no count tells what earlier runs have given.",
            "Give --since a date; `relay status` tells how far the job has come.",
        )
    useless = [name for name, value in zip(_MEANINGLESS, given, strict=True) if value]
    if useless:
        raise UsageError(
            "--estimate neither writes nor remembers nor sends: it goes with no "
            f"{' or '.join(useless)}.",
            "Leave that away; --until, --resource, --mode, --rate and the settings are heeded.",
        )
    return BackfillRequest(since, until, resources, mode=mode)


def estimate(
    chosen: Options, request: BackfillRequest, rate: float | None, *, quiet: bool, json: bool
) -> int:
    """Estimate, and show what came of it. Raises UsageError where nobody would see that."""
    if quiet and not json:
        raise UsageError(
            "--estimate --quiet would say nothing at all.",
            "Leave --quiet away, or give --json, too.",
        )
    # These bring httpx and rich, for which --help need not wait.
    from littlerelay import estimates  # noqa: PLC0415

    from . import display  # noqa: PLC0415
    from .preview_view import plain_estimate  # noqa: PLC0415

    settings = environment.load(chosen, os.environ)
    found = None
    with (
        display.view(quiet=quiet, sums_up=False) as follow,
        closing(estimates.estimate(settings, request, rate or RATE, watch=follow)) as told,
    ):
        for value in told:
            if isinstance(value, estimates.Estimate):
                found = value
            else:
                follow(value)
    if found is None:
        raise Bug("an estimate ended without a result")
    if json:
        display.as_json(plain_estimate(found))
    else:
        display.estimate(found)
    return 0
