"""Defines the options of the commands."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Annotated, Any

import typer

_MOST = 1_000_000_000  # records of a sample
_PERIOD = "What is read"
_OUTPUT = "Where it goes"
_TALK = "What is said"


def option(
    text: str, metavar: str, panel: str, read: Callable[[str], object] | None = None
) -> object:
    """Give an option that takes a value, which ``read`` checks."""
    return typer.Option(
        metavar=metavar, help=text, rich_help_panel=panel, show_default=False, parser=read or _text
    )


def _text(value: str) -> str:
    """Refuse an empty value: a variable of the caller's script was not set."""
    if not value:
        raise typer.BadParameter("it is empty.")
    return value


def _number(value: str) -> int:
    if not re.fullmatch("[0-9]{1,10}", value) or not 1 <= int(value) <= _MOST:
        raise typer.BadParameter(f"it is no number from 1 to {_MOST:,}.")
    return int(value)


def names(text: str) -> tuple[str, ...]:
    """Give the names in a text with commas."""
    return tuple(name.strip() for name in text.split(",") if name.strip())


def flag(name: str, text: str, panel: str) -> object:
    """Give an option that takes no value."""
    return typer.Option(name, help=text, rich_help_panel=panel, show_default=False)


_SINCE = option(
    "From when: 2024-01-31 (midnight in the shop's time zone), a timestamp with its zone, 30d, "
    "or last: what is new since the last run.",
    "DATE",
    _PERIOD,
)
Since = Annotated[str, _SINCE]
IfSince = Annotated[str | None, _SINCE]
Until = Annotated[str | None, option("Up to when. Default: now.", "DATE", _PERIOD)]
Resource = Annotated[
    str,
    option(
        "Which records, with commas: customers, orders, checkouts, subscriptions, contracts. "
        "Default: customers,orders.",
        "NAMES",
        _PERIOD,
    ),
]
Estimate = Annotated[
    bool,
    flag(
        "--estimate",
        "Only tell what it would bring and cost, from Shopify's counts and a small sample: nothing "
        "is written, remembered or sent.",
        _PERIOD,
    ),
]
Limit = Annotated[
    int | None, option("A sample: so many records of each resource.", "N", _PERIOD, _number)
]
PastUntil = Annotated[
    bool,
    flag("--past-until", "Let --since last go on where the first run had --until.", _PERIOD),
]
FewerScopes = Annotated[
    bool,
    flag("--fewer-scopes", "Let --since last go on without scopes the app has lost.", _PERIOD),
]
PastUnsent = Annotated[
    bool,
    flag(
        "--past-unsent",
        "Let --since last --post go on after outputs that were not sent, and forget them: once.",
        _PERIOD,
    ),
]
Out = Annotated[
    str | None,
    option(
        "The file to write, its folder (as ./), or - for standard output. Default: events.ndjson; "
        "with --since last a name with the end of the period.",
        "FILE",
        _OUTPUT,
    ),
]
Job = Annotated[str | None, option("The job's name. Default: the shop.", "NAME", _OUTPUT)]
Named = Annotated[str | None, option("Only this job.", "NAME", "Options")]
Restart = Annotated[
    bool, flag("--restart", "Begin anew; what was written before is renamed.", _OUTPUT)
]

RestartMapping = Annotated[
    bool, flag("--restart", "Map records anew; what was written before is renamed.", _OUTPUT)
]


def mode(value: str) -> str:
    """Check a way to read records."""
    if value not in ("auto", "pages", "bulk"):
        raise typer.BadParameter("it is none of auto, pages and bulk.")
    return value


Mode = Annotated[
    Any,
    option(
        "How records are read: by pages, in bulk operations, or auto: in bulk where it is quicker. "
        "The events are the same.",
        "MODE",
        _PERIOD,
        mode,
    ),
]
Archive = Annotated[
    str | None,
    option(
        "Keep every record that is read in this folder, as it is before any mapping: it can be "
        "mapped again with other settings, without Shopify.",
        "DIR",
        _OUTPUT,
    ),
]
Quiet = Annotated[bool, flag("--quiet", "Say nothing but errors.", _TALK)]
Json = Annotated[bool, flag("--json", "Give the result as one JSON object.", _TALK)]


_CHOICE = "Which messages are sent"
_PACE = "How they are sent"
_RECORDINGS = "How recordings are read"
# Those of `littlerelay.recordings.kinds`, for which --help does not wait.
KINDS = (
    *("orders", "refunds", "fulfillments", "transactions", "customers", "checkouts", "carts"),
    *("pixels", "subscribers", "subscriptions", "erasures"),
)
_SECONDS = {"": 1, "s": 1, "m": 60, "h": 3600, "d": 86_400}


def rate(value: str) -> float:
    """Check a number of messages a second."""
    number = float(value) if re.fullmatch(r"[0-9]{1,6}(\.[0-9]{1,3})?", value) else 0.0
    if not 0.1 <= number <= 100_000:
        raise typer.BadParameter("it is no number from 0.1 to 100,000.")
    return number


def _lanes(value: str) -> int:
    if not re.fullmatch("[0-9]{1,2}", value) or not 1 <= int(value) <= 64:
        raise typer.BadParameter("it is no number from 1 to 64.")
    return int(value)


def _span(value: str) -> float:
    found = re.fullmatch("([0-9]{1,6})([smhd]?)", value)
    if not found or not int(found[1]):
        raise typer.BadParameter("it is no span of time, such as 90s, 30m or 6h.")
    return float(int(found[1]) * _SECONDS[found[2]])


def _pair(value: str) -> tuple[str, str]:
    path, equals, text = value.partition("=")
    if not (path and equals):
        raise typer.BadParameter("it is not as in properties.currency=EUR.")
    return path, text


Files = Annotated[
    list[str],
    typer.Argument(
        metavar="FILE...",
        help="Files of events or recordings (plain, .gz or .zst), patterns in quotes, or - for "
        "standard input.",
        show_default=False,
    ),
]
MessagesSince = Annotated[
    str | None,
    option(
        "From when, by the message's own time: 2024-01-31 (midnight UTC), a timestamp with its "
        "zone, or 30d.",
        "DATE",
        _CHOICE,
    ),
]
MessagesUntil = Annotated[str | None, option("Up to when.", "DATE", _CHOICE)]
Event = Annotated[
    list[str] | None,
    option("Only this event, or type (identify ...); may be repeated.", "NAME", _CHOICE),
]
User = Annotated[
    list[str] | None, option("Only this userId or anonymousId; may be repeated.", "ID", _CHOICE)
]
Where = Annotated[
    list[Any] | None,
    option(
        "Only with this value, as in properties.currency=EUR or products.sku=A-1 (a dot within a "
        "name: \\.); may be repeated, and all must fit.",
        "PATH=VALUE",
        _CHOICE,
        _pair,
    ),
]
MessageLimit = Annotated[
    int | None, option("A sample: about so many messages of each file.", "N", _CHOICE, _number)
]
Rate = Annotated[
    float | None,
    option(
        "Messages a second, evenly. Default: 800; Segment allows a workspace 1,000, live ones "
        "among them.",
        "N",
        _PACE,
        rate,
    ),
]
Concurrency = Annotated[
    int | None,
    option(
        "Connections at a time; what is about one person stays in order. Default: 1.",
        "N",
        _PACE,
        _lanes,
    ),
]
MaxDuration = Annotated[
    float | None,
    option(
        "Stop in good order after so long: 90s, 30m, 6h. The same command goes on.",
        "TIME",
        _PACE,
        _span,
    ),
]
Post = Annotated[
    bool,
    flag(
        "--post",
        "Send the events to Segment, too, as soon as they are safe in the file. Without --out the "
        "file lies in the state folder until all is accepted.",
        _OUTPUT,
    ),
]
Again = Annotated[
    bool, flag("--again", "Send from the start what was sent before; ids stay the same.", _PACE)
]
SkipKeyCheck = Annotated[
    bool,
    flag(
        "--skip-key-check",
        "Do not ask Segment whether it knows the write key: a wrong one then looks like success.",
        _PACE,
    ),
]
RewriteTo = Annotated[
    str | None,
    option(
        "Write to this file, or - (a file alone for records), and send nothing.", "FILE", _OUTPUT
    ),
]
RecordedAs = Annotated[
    str | None,
    typer.Option(
        "--as",
        metavar="KIND",
        help="What lines of recordings are that do not tell it themselves: "
        + ", ".join(KINDS)
        + ".",
        rich_help_panel=_RECORDINGS,
        show_default=False,
        parser=_text,
    ),
]
VerifyHmac = Annotated[
    bool,
    flag(
        "--verify-hmac",
        "Reject every line that is no webhook signed with the app's secret (RELAY_CLIENT_SECRET or "
        "RELAY_CLIENT_SECRET_FILE; for Recharge's webhooks RELAY_RECHARGE_SECRET or "
        "RELAY_RECHARGE_SECRET_FILE).",
        _RECORDINGS,
    ),
]
