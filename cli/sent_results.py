"""Says what came of files that were sent, or written anew."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Iterable
from dataclasses import asdict
from pathlib import Path
from typing import Any

from littlerelay.errors import RecordError, StoppedError, UsageError
from littlerelay.progress import Sent
from littlerelay.settings import ALLOWED, ReplayRequest

STDIN = "-"


def warn_of_strange(integrations: Iterable[tuple[str, bool]]) -> None:
    """Warn of names of destinations that may be misspelt, before anything is sent."""
    from littlerelay import destination_names  # noqa: PLC0415

    from . import display  # noqa: PLC0415

    for name, near in destination_names.unknown(name for name, _ in integrations).items():
        meant = f" (did you mean {near}?)" if near else ""
        display.warning(
            f"{name} is no destination that relay knows{meant}. It may be right, but Segment "
            "answers 200 to any name: compare it with the destination's own page at Segment"
        )


def warn_of_pace(rate: float | None) -> None:
    """Warn of a rate at which live events of the same workspace would not get through."""
    from . import display  # noqa: PLC0415

    if rate and rate > ALLOWED:
        display.warning(
            f"--rate {rate:,.0f} is more than the {ALLOWED:,} messages a second that Segment "
            "allows a workspace: it answers 429 to what is above that, live events among it"
        )


def warn_of_changed(request: ReplayRequest) -> None:
    """Warn of plans whose facts Segment cannot correct, before any of them is sent."""
    from littlerelay.compare.plans import changed_tracks  # noqa: PLC0415
    from littlerelay.places import named  # noqa: PLC0415

    from . import display  # noqa: PLC0415

    if request.events and {name.casefold() for name in request.events} <= {"identify", "alias"}:
        return
    for path in named(request.inputs):
        if tracks := changed_tracks(path):
            told = "track event was" if tracks == 1 else "track events were"
            display.warning(
                f"{tracks:,} {told} changed since an earlier file, and {path} holds it all once "
                "more. Most destinations cannot correct one: Segment drops what keeps its id "
                "within about a day, and later each adds its revenue again. --event identify sends "
                "people alone"
            )


def unfit(result: Sent, request: ReplayRequest) -> str:
    """Say that no message of a file fits what was asked for, and which there are.

    One that was refused may fit, and is told of by itself.
    """
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
    if request.events and STDIN not in request.inputs:
        names = sources.names(Path(result.file))
    there = f"; its first ones are {', '.join(names)}" if names else ""
    which = f"{result.file} that can be sent" if result.refused else result.file
    return f"no message of {which} fits {told}{there}"


def check_chosen(results: list[Sent], request: ReplayRequest) -> None:
    """Refuse a choice that no message of any file fits, where it is likely mistyped.

    That no message is of a known event, or of a period, is an answer. Raises UsageError.
    """
    from littlerelay import catalogue  # noqa: PLC0415

    unknown = catalogue.unknown_events(request.events)
    if not (results and all(one.chose_nothing and not one.refused for one in results)):
        return
    if request.users or request.where or unknown:
        near = [name for name in unknown.values() if name]
        meant = f"Did you mean {' or '.join(near)}? " if near else ""
        is_file = request.out is not None and request.out != "-"
        away = f", remove {request.out}, which is empty," if is_file else ","
        raise UsageError(
            "No message fits what was asked for, so none was taken.",
            f"{meant}Mend the choice{away} and give the command again.",
        )


def is_hollow(result: Sent) -> bool:
    """Tell whether a file of somebody else's holds no messages; a run of relay may find none."""
    from littlerelay.places import Paths  # noqa: PLC0415  with it comes orjson

    if result.read or result.unfinished or result.sample or result.file == "standard input":
        return False
    return not Paths(Path(result.file)).checkpoint.exists()


def plain(result: Sent) -> dict[str, Any]:
    """Give a result as plain data, which names no file that is not there."""
    refused = result.refused_file if result.refused else None
    return asdict(result) | {"read": result.read, "refused_file": refused}


def code(results: list[Sent], failure: Callable[[str, str], None]) -> int:
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
