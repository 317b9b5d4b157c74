"""Maps recordings into a file of events: what `relay replay` does where it is given some."""

from __future__ import annotations

import os
from contextlib import closing
from typing import NamedTuple

from littlerelay import credentials
from littlerelay.configuration import Configuration
from littlerelay.errors import RecordError, UsageError
from littlerelay.progress import Finished
from littlerelay.settings import RecordingsRequest, ReplayRequest

from . import results
from .setting_options import OF_MAPPING, OF_PIXELS

_STREAM = "-"
# Of the settings that shape events, these can also change events that are made.
_OF_EVENTS = ("integrations", "namespace")
_UNSIGNED = (
    "they are no webhooks with a signature, a body as it was sent and a known secret (pixels, "
    "EventBridge's and bare records never are); without --verify-hmac they are mapped"
)
_CHOICES = {"events": "--event", "users": "--user", "where": "--where", "limit": "--limit"}


class Records(NamedTuple):
    """What was said of records: the kind of bare ones, how they are read, and to begin anew."""

    kind: str | None
    verifies: bool
    restart: bool


def are_meant(request: ReplayRequest, kind: str | None) -> bool:
    """Tell whether recordings are named: by what they hold, or because ``--as`` says so.

    Raises UsageError where what is asked cannot be done with them.
    """
    from littlerelay.recordings import beginnings  # noqa: PLC0415  with it comes pydantic

    if kind is None:
        if _STREAM in request.inputs:
            return False
        is_mapped = request.out not in (None, _STREAM)
        if not beginnings.are_recordings(request.inputs, is_mapped=is_mapped):
            return False
    results.check_mapped(request, "recordings hold", _CHOICES)
    return True


def check_archive(said: Records) -> None:
    """Refuse for an archive what is for recordings alone. Raises UsageError."""
    if said.kind or said.verifies:
        option = "--as" if said.kind else "--verify-hmac"
        raise UsageError(
            f"{option} is for recordings, and this is an archive.",
            "Leave it away: an archive tells what its records are.",
        )


def check_events(found: Configuration, said: Records) -> None:
    """Refuse for files of events what is for records alone. Raises UsageError."""
    names = ["shop", *(name for name in OF_MAPPING if name not in _OF_EVENTS), *OF_PIXELS]
    typed = [found.chosen[name].place for name in names if found.chosen[name].layer == "option"]
    flags = {"--restart": said.restart, "--verify-hmac": said.verifies}
    typed += [name for name, is_given in flags.items() if is_given]
    if typed:
        raise UsageError(
            f"{typed[0]} is for an archive of records or for recordings, and these files hold "
            "events.",
            "Leave it away, or name an archive or recordings and --out FILE.",
        )


def replay(
    found: Configuration, request: ReplayRequest, said: Records, *, quiet: bool, json: bool
) -> int:
    """Map recordings into a file."""
    from littlerelay import recorded  # noqa: PLC0415  with it comes pydantic

    from . import display  # noqa: PLC0415  with it comes rich

    asked = _asked(found, request, said)
    if found.file and not quiet:
        display.note("settings", str(found.file))
    if said.restart and not quiet and (told_of := results.forgotten(asked.out)):
        display.warning(told_of)
    if not quiet and (told_of := _foreseen(asked)):
        display.warning(told_of)
    with (
        display.replaying(quiet=quiet, sums_up=not json) as show,
        closing(recorded.replay(asked, found.mapping())) as told,
    ):
        runs = list(results.finished(told, show))
    for why in filter(None, [_unsigned(runs[-1]), _why_nothing(runs[-1], asked)]):
        if not quiet:
            display.warning(why)
    if json:
        display.as_json(results.plain(runs[-1]) | {"before": []})
    return RecordError.exit_code if results.tell_rejected(runs, display.failure) else 0


def _foreseen(asked: RecordingsRequest) -> str | None:
    """Say which files have nothing to verify, as their first lines tell; none where all have."""
    from littlerelay.recordings import beginnings  # noqa: PLC0415  with it comes pydantic

    if asked.secrets is None:
        return None
    found = beginnings.unverifiable(asked.inputs, asked.secrets)
    if not found:
        return None
    others = f" and {len(found) - 1} more" if found[1:] else ""
    return f"the first lines of {found[0]}{others} cannot be verified: {_UNSIGNED}"


def _unsigned(run: Finished) -> str | None:
    """Say how many lines could not be verified; none where all could, or none was to be."""
    if not run.unsigned:
        return None
    lines = "1 line" if run.unsigned == 1 else f"{run.unsigned:,} lines"
    return f"{lines} could not be verified and went to the rejects: {_UNSIGNED}"


def _why_nothing(run: Finished, asked: RecordingsRequest) -> str | None:
    """Say why recordings gave no event, where nothing was rejected; none where they gave some."""
    if run.events or run.rejected:
        return None
    if not any(counts.read for counts in run.counts.values()):
        return "the recordings hold no lines"
    if asked.since or asked.until:
        return "no event of the recordings lies in the period of --since and --until"
    return "no line of the recordings tells a fact"


def _asked(found: Configuration, request: ReplayRequest, said: Records) -> RecordingsRequest:
    return RecordingsRequest(
        inputs=request.inputs,
        out=str(request.out),
        kind=said.kind,
        shop=found.chosen["shop"].value,
        since=request.since,
        until=request.until,
        secrets=credentials.signing_secrets(os.environ) if said.verifies else None,
        restart=said.restart,
    )
