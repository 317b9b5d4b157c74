"""Maps an archive again: what `relay replay` does where it is given one."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from typing import NamedTuple

from littlerelay.configuration import Configuration
from littlerelay.errors import RecordError
from littlerelay.progress import Finished
from littlerelay.settings import RemapRequest, ReplayRequest

from . import results

_CHOICES = {
    "since": "--since",
    "until": "--until",
    "events": "--event",
    "users": "--user",
    "where": "--where",
    "limit": "--limit",
}


class Asked(NamedTuple):
    """An archive, by the file that tells of it, and the file to write."""

    archive: Path
    out: str


def named(request: ReplayRequest) -> Asked | None:
    """Give what is asked of an archive, none where files of events are named.

    Raises UsageError for more than one archive, and for what cannot be done with one.
    """
    from littlerelay import archives  # noqa: PLC0415  with it comes pydantic

    archive = archives.named(request.inputs)
    if archive is None:
        return None
    results.check_mapped(request, "an archive holds", _CHOICES)
    return Asked(archive, str(request.out))


def remap(found: Configuration, asked: Asked, *, restart: bool, quiet: bool, json: bool) -> int:
    """Map an archive into a file."""
    from littlerelay import remaps  # noqa: PLC0415  with it comes httpx

    from . import display  # noqa: PLC0415  with it comes rich

    request = RemapRequest(asked.archive, asked.out, restart, found.chosen["shop"].value)
    if found.file and not quiet:
        display.note("settings", str(found.file))
    if restart and not quiet and (told_of := results.forgotten(asked.out)):
        display.warning(told_of)
    with (
        display.view(quiet=quiet, sums_up=not json) as show,
        closing(remaps.remap(request, found.mapping())) as told,
    ):
        runs = [end for end in results.followed(told, show) if isinstance(end, Finished)]
    if json:
        display.as_json(results.plain(runs[-1]) | {"before": []})
    is_rejected = results.tell_rejected(runs, display.failure)
    return RecordError.exit_code if is_rejected else 0
