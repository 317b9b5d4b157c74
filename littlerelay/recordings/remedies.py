"""Names by its beginning what a file holds that relay does not read, and how to make it so.

To tell one more sort of file, add a row to the table: the first that fits counts.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

_RECORDS = rb"order|refund|fulfillment|transaction|customer|checkout|cart|subscription|charge"
_PARTS = "whose lines are parts of records, as its own query asked for them"
_ARCHIVE = "Read the shop with `relay backfill --archive`, and map that."


@dataclass(frozen=True, slots=True)
class _Sort:
    """Files that begin so; ``what`` and ``hint`` may name what the first group of it found."""

    begins: bytes
    what: str
    hint: str

    def told(self, path: Path, head: bytes) -> tuple[str, str] | None:
        found = re.match(self.begins, head, re.DOTALL)
        if found is None:
            return None
        name = found[1].decode() if found.re.groups else ""
        return self.what.format(name=name), self.hint.format(name=name, path=path)


def _jq(what: str) -> str:
    return f"Run: jq -c '{what}' {{path}} > lines.ndjson; and name that file."


_SORTS = (
    _Sort(rb"PK\x03\x04", "it is a zip file", "Unpack it, and name the files that are in it."),
    _Sort(rb".{257}ustar", "it is a tar file", "Unpack it, and name the files that are in it."),
    _Sort(rb'\{\s*"data"\s*:\s*\{', f"it is an answer of GraphQL's, {_PARTS}", _ARCHIVE),
    _Sort(
        rb'\{[^\n]*"__parentId"|\{\s*"id"\s*:\s*"gid:(?:\\?/){2}shopify',
        "it is of a bulk operation with another query than relay's own",
        _ARCHIVE,
    ),
    _Sort(rb"\[\s*[\[{\]]", "it is one list, and not a line for each record", _jq(".[]")),
    _Sort(
        rb'\{\s*"((?:' + _RECORDS + rb')s)"\s*:\s*\[',
        "it is a page of {name}, and not a line for each",
        _jq(".{name}[]"),
    ),
    _Sort(
        rb'\{\s*"(' + _RECORDS + rb')"\s*:\s*\{',
        "its lines hold each record within another object, as its {name}",
        _jq(".{name}"),
    ),
    _Sort(
        rb'\{[^\n]*"message"\s*:\s*"\{',
        "its lines hold what was logged as a text, as their message",
        _jq(".message | fromjson"),
    ),
    _Sort(rb"\{[ \t\r]*\n", "its JSON goes over several lines", _jq(".")),
    _Sort(
        rb'"?[A-Za-z][\w ()/#-]*"?(?:,"?[\w(#][\w ()/#-]*"?)+\r?\n',
        "it is a table, and no recording of webhooks or records",
        "The shop's history comes with `relay backfill`.",
    ),
)


def remedy(path: Path, head: bytes) -> tuple[str, str] | None:
    """Say what a file with such a beginning is, and what to do; none for one that nobody knows."""
    found = (sort.told(path, head) for sort in _SORTS)
    return next((one for one in found if one), None)
