"""Runs `relay backfill --estimate`: what a backfill would bring and cost, before it begins."""

from __future__ import annotations

import os
from contextlib import closing

from littlerelay import environment
from littlerelay.configuration import Options
from littlerelay.errors import Bug, UsageError
from littlerelay.settings import RATE, BackfillRequest

# What an estimate could not heed, for it neither writes nor remembers nor sends.
_MEANINGLESS = (
    *("limit", "past_until", "past_unsent", "fewer_scopes"),
    *("out", "archive", "job", "restart"),
)
_OF_SENDING = ("concurrency", "skip_key_check")


def asked(
    request: BackfillRequest, chosen: Options, sending: tuple[object, ...]
) -> BackfillRequest:
    """Give what is to be estimated; ``sending`` are the values of options that say how to send.

    Raises UsageError for any option that makes no sense, and for ``last``.
    """
    if request.since == "last":
        raise UsageError(
            "--estimate is of a period: no count tells what earlier runs have given.",
            "Give --since a date; `relay status` tells how far the job has come.",
        )
    useless = [name for name in _MEANINGLESS if getattr(request, name)]
    useless += [name for name, value in zip(_OF_SENDING, sending, strict=True) if value]
    useless += ["state_dir"] if chosen.given.get("state_dir") else []
    if useless:
        options = " or ".join(f"--{name.replace('_', '-')}" for name in useless)
        raise UsageError(
            f"--estimate neither writes nor remembers nor sends: it goes with no {options}.",
            "Leave that away; --until, --resource, --mode, --rate and the settings are heeded.",
        )
    return request


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
