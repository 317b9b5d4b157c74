"""Says what became of messages that were sent."""

from __future__ import annotations

from collections.abc import Sequence

from rich.text import Text

from littlerelay.progress import Sent

from .console import facts
from .text import count, duration

_NEXT = (
    "relay reconcile proves a backfill's file, relay backfill --since last brings what is new; "
    "--again would send all once more, and after about a day that counts twice"
)


def late(hours: float) -> str:
    """Warn of a delivery that goes on when Segment may have forgotten what it was sent."""
    return (
        f"warning: the last batch was accepted {hours:.0f} hours ago. Segment drops repeats for "
        "about 24 hours: what was under way then, at most a few batches, may count twice"
    )


def sent_summary(sent: Sent, *, is_headed: bool = False) -> Text:
    """Say what became of the messages of one file; one that ``is_headed`` was named before."""
    by = f"{count(sent.accepted)} by the API of {sent.target}"
    named = [
        ("file", f"{sent.file}{', removed now' if sent.is_cleared else ''}"),
        ("accepted", by if sent.is_posted else ""),
        ("written", "" if sent.is_posted else f"{count(sent.accepted)} to {sent.target}"),
    ]
    rows = [
        *([] if is_headed else named),
        ("refused", f"{count(sent.refused)}, in {sent.refused_file}" if sent.refused else ""),
        ("left out", _left_out(sent)),
        ("sample", "--limit: not all of the file was read" if sent.sample else ""),
        ("next", _NEXT if sent.already else ""),
    ]
    below = facts(rows)
    return Text("\n").join([Text(_headline(sent), style="bold"), *([below] if below else [])])


def _left_out(sent: Sent) -> str:
    """Say why messages were left out."""
    if not (sent.left_out and sent.known):
        return f"{count(sent.left_out)}, not chosen" if sent.left_out else ""
    why = "sent before, with a sample"
    return (
        f"{count(sent.left_out)}, {why if sent.left_out <= sent.known else f'{why}, or not chosen'}"
    )


def sent_total(results: Sequence[Sent]) -> Text:
    """Sum up several files."""
    done = "accepted by the API" if results[0].is_posted else "written"
    parts = [f"{count(sum(one.accepted for one in results))} messages {done}"]
    if refused := sum(one.refused for one in results):
        parts.append(f"{count(refused)} refused")
    if left_out := sum(one.left_out for one in results):
        parts.append(f"{count(left_out)} not chosen")
    return Text(f"{count(len(results))} files: {', '.join(parts)}", style="bold")


def _headline(sent: Sent) -> str:
    if sent.already:
        return "was sent before; there is nothing to do"
    done, in_all = f"done in {duration(sent.elapsed)}", count(sent.accepted)
    if not sent.is_posted:
        return f"{done}: {in_all} messages written"
    now = sent.accepted - sent.accepted_before
    if not sent.accepted_before:
        return f"{done}: {in_all} accepted by the API"
    if not (now or sent.batches):
        return f"nothing was left to send: {in_all} accepted by the API in all"
    return f"{done}: {count(now)} accepted by the API now, {in_all} in all"
