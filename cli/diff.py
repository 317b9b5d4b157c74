"""Runs `relay diff`: what is new, changed, the same and gone, in files or in a shop."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from dataclasses import replace
from itertools import chain
from typing import Any

from littlerelay.compare.values import Compared, Comparing, Difference
from littlerelay.configuration import Options
from littlerelay.errors import Bug, RecordError, UsageError
from littlerelay.progress import Noted
from littlerelay.settings import RATE, BackfillRequest, DiffRequest, Outcome, Settings

from . import diff_options, options
from .setting_options import OF_SEGMENT, WITHOUT_PIXELS, takes

DIFFERENT = 10

_SHOWN: tuple[Outcome, ...] = ("new", "changed", "gone")
_SAMPLES = 5
_RESOURCES = "customers,orders"
_NO_SHOP = UsageError(
    "Options that say how a shop is read go with --since, and none is given.",
    "Give --since DATE, or leave them away.",
)
_Found = Comparing | Difference | Compared


@takes(name for name in WITHOUT_PIXELS if name not in OF_SEGMENT)
def diff(
    *,
    files: diff_options.Files = None,
    event: diff_options.Event = None,
    only: diff_options.Only = None,
    samples: diff_options.Samples = None,
    full: diff_options.Full = False,
    tz: diff_options.Zone = None,
    strict_gone: diff_options.StrictGone = False,
    save: diff_options.Save = None,
    resend: diff_options.Resend = None,
    rate: diff_options.Rate = None,
    since: diff_options.Since = None,
    until: options.Until = None,
    against: diff_options.Against = None,
    resource: diff_options.Resource = None,
    job: options.Job = None,
    mode: diff_options.Mode = None,
    chosen: Options,
    quiet: options.Quiet = False,
    json: options.Json = False,
) -> int:
    """Compare files of events, or a shop with them: what is new, changed, gone. Sends nothing.

    The order of lines and of keys does not matter, nor does 54 for 54.0; within one file the last
    line of a messageId counts. An Identify is compared with that of the same user. What is added at
    a POST (sentAt, receivedAt, writeKey ...) does not count, nor does context.library.version, nor
    the time of what tells a state (Identify, Alias, Customer Enabled).

    With --since DATE a shop is read as by `relay backfill`, and compared with earlier files
    (--against FILE...; without it, with the job's last output). Nothing is written or remembered.

    Ends with 10 where something is new or changed, else with 0.
    """
    if full and samples is not None:
        raise UsageError("--full shows every message, --samples some.", "Give one of them.")
    most = None if full else _SAMPLES if samples is None else samples
    shown = (only,) if only else _SHOWN
    named, events = tuple(files or ()), tuple(event or ())
    pace = None if quiet and not json else rate or RATE  # of a preview that nobody would see
    request = DiffRequest(named, events, shown, most, tz or "UTC", save, resend, pace)
    if since is None:
        if until or against or resource or job or mode or chosen.given:
            raise _NO_SHOP
        told = _of_files(request, quiet=quiet, json=json)
    else:
        resources = options.names(resource or _RESOURCES)
        asked = BackfillRequest(since, until, resources, job=job, mode=mode or "auto")
        request = replace(request, old=(*(against or ()), *named))
        told = _of_shop(_settings(chosen, resources), asked, request, quiet=quiet, json=json)
    _check_events(request.events, told, quiet=quiet)
    return _code(told, strict_gone=strict_gone)


def _check_events(events: tuple[str, ...], compared: Compared, *, quiet: bool) -> None:
    """Warn of events that were asked for and that neither side has.

    Raises UsageError where that is all that was asked for, and no such event is known.
    """
    from littlerelay import catalogue  # noqa: PLC0415

    from . import display  # noqa: PLC0415

    there = {name.casefold() for name in compared.events}
    unknown = catalogue.unknown_events(events)
    said = {}
    for name in (one for one in events if one.casefold() not in there):
        near = unknown.get(name)
        meant = f"; did you mean {near}?" if near else ""
        said[name] = f"no message of either side is of {name}{meant}"
    if events and not there and set(unknown) == set(events):
        told = "; ".join(said.values())
        raise UsageError(f"{told[0].upper()}{told[1:]}", "`relay events` lists the events.")
    for text in () if quiet else said.values():
        display.warning(text)


def _of_files(request: DiffRequest, *, quiet: bool, json: bool) -> Compared:
    # These bring orjson and rich, for which --help need not wait.
    from littlerelay import diffs  # noqa: PLC0415

    from . import display  # noqa: PLC0415

    if len(request.old) != 2:
        raise UsageError(
            "relay diff compares two files, or a shop with earlier ones.",
            "Name them: relay diff OLD NEW; or give --since DATE.",
        )
    old, new = request.old
    with (
        display.comparing(quiet=quiet, is_json=json) as show,
        closing(diffs.diff(replace(request, old=(old,)), new)) as told,
    ):
        compared = _followed(told, show, quiet=quiet)
    if compared.is_strange and not request.events:
        display.warning(
            "no message of one side is on the other: are they of one shop, and one namespace?"
        )
    return compared


def _settings(chosen: Options, resources: tuple[str, ...]) -> Settings:
    from littlerelay import environment  # noqa: PLC0415

    return environment.load(chosen, os.environ, resources)


def _of_shop(
    settings: Settings, asked: BackfillRequest, request: DiffRequest, *, quiet: bool, json: bool
) -> Compared:
    from littlerelay import shopdiffs  # noqa: PLC0415  with it comes httpx

    from . import display  # noqa: PLC0415

    with ExitStack() as stack:
        with display.view(quiet=quiet, sums_up=False) as follow:
            told = stack.enter_context(
                closing(shopdiffs.diff_shop(settings, asked, request, watch=follow))
            )
            first = _read(told, follow)
        show = stack.enter_context(display.comparing(quiet=quiet, is_json=json))
        compared = _followed(chain([first], told), show, quiet=quiet)
    if compared.rejected:
        were = "record was" if compared.rejected == 1 else "records were"
        display.failure(
            f"{compared.rejected:,} {were} rejected: what is gone may be among them.",
            "`relay backfill` writes each with the reason.",
        )
    return compared


def _read(told: Iterator[Any], follow: Callable[[Any], None]) -> _Found:
    """Follow the reading of a shop to its end, and give the first value of what comes then."""
    for value in told:
        if isinstance(value, Comparing | Difference | Compared):
            return value
        follow(value)
    raise Bug("a shop was read, and not compared")


def _followed(told: Iterator[Any], show: Callable[[_Found], None], *, quiet: bool) -> Compared:
    """Show what is told, to its end, and give the result."""
    from . import display  # noqa: PLC0415

    result = None
    for value in told:
        if isinstance(value, Noted):
            if not quiet:
                display.warning(value.text)
            continue
        show(value)
        if isinstance(value, Compared):
            result = value
    if result is None:
        raise Bug("a comparison ended without a result")
    return result


def _code(compared: Compared, *, strict_gone: bool) -> int:
    counts = compared.counts
    if counts["new"] or counts["changed"] or (strict_gone and counts["gone"]):
        return DIFFERENT
    return RecordError.exit_code if compared.rejected else 0
