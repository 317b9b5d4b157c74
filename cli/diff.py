"""Runs `relay diff`: what is new, changed, the same and gone between files of events."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing

from littlerelay.compare.values import Compared, Comparing, Difference
from littlerelay.errors import UsageError
from littlerelay.settings import DiffRequest, Outcome

from . import diff_options, options

DIFFERENT = 10

_SHOWN: tuple[Outcome, ...] = ("new", "changed", "gone")
_SAMPLES = 5


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
    quiet: options.Quiet = False,
    json: options.Json = False,
) -> int:
    """Compare two files of events: what is new, changed, the same and gone. Sends nothing.

    The order of lines and of keys does not matter, nor does 54 for 54.0; within one file the last
    line of a messageId counts. An Identify is compared with that of the same user. What is added at
    a POST (sentAt, receivedAt, writeKey ...) does not count, nor does context.library.version, nor
    the time of what tells a state (Identify, Alias, Customer Enabled).

    Ends with 10 where something is new or changed, else with 0.
    """
    names = files or []
    if len(names) != 2:
        raise UsageError("relay diff compares two files.", "Name them: relay diff OLD NEW.")
    if full and samples is not None:
        raise UsageError("--full shows every message, --samples some.", "Give one of them.")
    request = DiffRequest(
        old=(names[0],),
        events=tuple(event or ()),
        outcomes=(only,) if only else _SHOWN,
        most=None if full else _SAMPLES if samples is None else samples,
        zone=tz or "UTC",
        save=save,
        resend=resend,
    )
    return _run(request, names[1], strict_gone=strict_gone, quiet=quiet, json=json)


def _run(request: DiffRequest, new: str, *, strict_gone: bool, quiet: bool, json: bool) -> int:
    # These bring orjson and rich, for which --help need not wait.
    from littlerelay import diffs  # noqa: PLC0415

    from . import display  # noqa: PLC0415

    with (
        display.comparing(quiet=quiet, is_json=json) as show,
        closing(diffs.diff(request, new)) as told,
    ):
        compared = _followed(told, show)
    if compared.is_strange and not request.events:
        display.warning(
            "no message of one side is on the other: are they of one shop, and one namespace?"
        )
    return _code(compared, strict_gone=strict_gone)


def _followed(
    told: Iterator[Comparing | Difference | Compared],
    show: Callable[[Comparing | Difference | Compared], None],
) -> Compared:
    """Show what is told, to its end, and give the result."""
    result = None
    for value in told:
        show(value)
        if isinstance(value, Compared):
            result = value
    if result is None:
        raise RuntimeError("a comparison ended without a result")
    return result


def _code(compared: Compared, *, strict_gone: bool) -> int:
    counts = compared.counts
    is_different = counts["new"] or counts["changed"] or (strict_gone and counts["gone"])
    return DIFFERENT if is_different else 0
