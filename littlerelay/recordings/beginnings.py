"""Tells by their first lines whether files hold events, or recordings, or neither."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import closing
from itertools import islice
from pathlib import Path
from typing import Literal

from littlerelay.errors import RecordError, UsageError
from littlerelay.files.inputs import Input
from littlerelay.files.lines import BYTE_ORDER_MARK, lines
from littlerelay.places import named
from littlerelay.recordings import signatures
from littlerelay.recordings.kinds import EVENTS
from littlerelay.recordings.reading import LONGEST
from littlerelay.recordings.recognising import decoded, is_reject, recognised
from littlerelay.recordings.remedies import remedy
from littlerelay.segment.messages import is_message, is_record
from littlerelay.signing_secrets import SigningSecrets

Sort = Literal["events", "records", "unknown", "nothing"]

_LOOKED_AT = 20  # lines of a file that tell what it is, and files that tell what comes
# What a line is rejected for that is nothing known; all else is said of a record that is.
_UNKNOWN = {"unknown_line", "not_json", "too_large", "too_deep", "bulk_line"}


def are_recordings(names: Iterable[str], *, is_mapped: bool = False) -> bool:
    """Tell whether there are recordings among these files, by their first lines.

    Where all is to be mapped into a file, one whose first lines are nothing known counts as a
    recording as well: those lines stop nothing. Raises UsageError for a file of neither, for a name
    or a pattern that fits none, and what reading one raises.
    """
    has_events, unknown = False, None
    for path in named(names):
        texts = _beginning(path)
        if not _is_in_lines(texts):
            _check_form(path, b"\n".join(texts))
        sort = _sort_of(texts)
        if sort == "records":
            return True
        has_events = has_events or sort == "events"
        if sort == "unknown" and unknown is None:
            unknown = path, texts
    if unknown is None:
        return False
    _check_query(*unknown)
    _check_form(unknown[0], b"\n".join(unknown[1]))
    if is_mapped and not has_events:
        return True
    raise _no_events(*unknown)


def unverifiable(names: Iterable[str], secrets: SigningSecrets) -> list[Path]:
    """Give those of the first files in whose first lines there is nothing to verify."""
    return [path for path in named(names)[:_LOOKED_AT] if _is_unsigned(_beginning(path), secrets)]


def _is_unsigned(texts: Iterable[bytes], secrets: SigningSecrets) -> bool:
    """Tell whether some lines are known, and each of these is without a signature."""
    reasons = [_fault(text, secrets) for text in texts]
    return signatures.UNSIGNED in reasons and {signatures.UNSIGNED, *_UNKNOWN}.issuperset(reasons)


def _fault(text: bytes, secrets: SigningSecrets) -> str:
    try:
        signatures.check(recognised(decoded(text)), secrets)
    except RecordError as error:
        return error.reason
    return ""


def check_events(path: Path, head: bytes) -> None:
    """Refuse a file that holds no messages at all, by its beginning. Raises UsageError.

    Its last line may be torn: how a record begins, a message may begin as well.
    """
    texts = _texts(head.split(b"\n"))
    if texts[1:] and _is_torn(texts[-1]):
        texts = texts[:-1]
    if not texts or any(_sort(text) == "events" for text in texts):
        return
    _check_form(path, head)
    if _sort_of(texts) == "unknown" and not is_record(texts[0]):
        raise _no_events(path, texts)
    raise _records(path)


def check_line(path: Path) -> None:
    """Refuse a file of which a line is no message, where it holds records. Raises UsageError."""
    if _sort_of(_beginning(path)) == "records":
        raise _records(path)


def check_stream(head: bytes) -> None:
    """Refuse a recording that comes from standard input, by its beginning. Raises UsageError."""
    if _sort_of(_texts(head.split(b"\n")[:_LOOKED_AT])) == "records":
        raise UsageError(
            "Standard input takes events, and a recording comes.",
            "Save it to a file, and name that: relay replay FILE --out EVENTS",
        )


def _sort_of(texts: Iterable[bytes]) -> Sort:
    """Tell what lines hold, of which a record tells the most and a message more than the rest."""
    sorts = {_sort(text) for text in texts}
    ranks: tuple[Sort, ...] = ("records", "events", "unknown")
    return next((sort for sort in ranks if sort in sorts), "nothing")


def _sort(text: bytes) -> Sort:
    try:
        line = decoded(text)
        if is_reject(line):
            return "records"
        found = recognised(line).recorded
        is_event = found.kind == EVENTS and found.body is line  # and lies in nothing
    except RecordError as error:
        if error.reason not in _UNKNOWN:
            return "records"
        return "events" if is_message(text) else "unknown"
    return "events" if is_event else "records"


def _is_torn(text: bytes) -> bool:
    try:
        decoded(text)
    except RecordError as error:
        return error.reason == "not_json"
    return False


def _beginning(path: Path) -> list[bytes]:
    with closing(Input(path, is_growing=True)) as source:
        return _texts(text for _, text in islice(lines(source.read, LONGEST), _LOOKED_AT) if text)


def _texts(found: Iterable[bytes]) -> list[bytes]:
    """Give lines that are not blank, without a byte order mark."""
    texts = (text.removeprefix(BYTE_ORDER_MARK).strip() for text in found)
    return [text for text in texts if text]


def _is_in_lines(texts: list[bytes]) -> bool:
    """Tell whether a file may hold a value in each line: JSON has no zeros, as a tar file has."""
    return texts[:1] not in ([b"["], [b"{"]) and not any(b"\0" in text for text in texts[:1])


def _check_form(path: Path, head: bytes) -> None:
    """Refuse a file that has to be brought into lines first. Raises UsageError."""
    found = remedy(path, head.removeprefix(BYTE_ORDER_MARK).lstrip())
    if found is not None:
        raise UsageError(f"{path} holds no events: {found[0]}.", found[1])


def _records(path: Path) -> UsageError:
    return UsageError(
        f"{path} holds a recording, and events are asked for.",
        f"Map it first: relay replay {path} --out FILE",
    )


def _check_query(path: Path, texts: list[bytes]) -> None:
    """Refuse a result of a bulk operation that relay's own query did not ask. Raises UsageError."""
    try:
        recognised(decoded(texts[0]))
    except RecordError as error:
        if error.reason == "bulk_line":
            what, _, remedy = error.detail.partition("; ")
            hint = f"{remedy[0].upper()}{remedy[1:]}."
            raise UsageError(f"{path} holds no events: {what}.", hint) from None


def _no_events(path: Path, texts: list[bytes]) -> UsageError:
    """Say why the first line of a file is nothing that relay knows."""
    return UsageError(
        f"{path} holds no events: {_reason(texts[0])}.",
        "Name a file of events, such as `relay backfill` writes, or a recording; where webhooks "
        "come further down, give --out FILE.",
    )


def _reason(text: bytes) -> str:
    try:
        recognised(decoded(text))
    except RecordError as error:
        return f"its first line would be rejected as {error.reason} ({error.detail})"
    return "its first lines tell of none"
