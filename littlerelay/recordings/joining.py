"""Makes records of the nodes of one entity, which lie on lines of their own.

The lines of an order may stand in any order, be repeated, and lie in several files; how they were
ordered, their ids tell. Where several results hold an order, the latest node of the order counts,
and of a line that differs between them the one in its file. What is not proven to be whole is
refused: no line is lost without a word.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from typing import NamedTuple

import orjson

from littlerelay.errors import RecordError
from littlerelay.recordings.nodes import LINES, PARTS, SHAPES, named, number_of
from littlerelay.recordings.parts import Wanted, completed, lists_known, not_told
from littlerelay.recordings.recorded import Body, Recorded
from littlerelay.recordings.store import Row
from littlerelay.recordings.whole import check_ends, check_lines
from littlerelay.shopify import checkouts, records
from littlerelay.shopify.shapes import Shape

_RECORDS: dict[str, Callable[[Body], Body]] = {
    "orders": records.order,
    "customers": records.customer,
    "checkouts": checkouts.checkout,
}
_WHOLE = {"hasNextPage": False, "endCursor": None}
_ORPHAN = ("needs_parent", "the node that it belongs to is not in the recordings")
# Each is made anew where it is raised: one error would keep all that was at hand each time.
_EDITED = (
    "missing_field",
    (
        "agreements: no bulk operation gives them, and they alone tell an edited order as it was "
        "placed; add its webhooks, or read the shop with `relay backfill --archive`, and map that"
    ),
)
_MIXED = (
    "mixed_lines",
    "its lines are there in several states: name the file of each result by itself",
)


class Told(NamedTuple):
    """A record, and the lines that tell it."""

    recorded: Recorded
    rows: list[Row]


class Refused(NamedTuple):
    """Lines that tell no record, and why."""

    rows: list[Row]
    error: RecordError


class Joined(NamedTuple):
    """The records of one entity, those of its nodes among them, and what was refused."""

    told: list[Told]
    refused: list[Refused]


def joined(found: Iterable[Told], wanted: Wanted) -> Joined:
    """Make records of the nodes among what was recorded of one entity.

    ``wanted`` says which parts of an order give events at all.
    """
    sorts: dict[str, list[Told]] = defaultdict(list)
    for one in found:
        sorts[_sort_of(one)].append(one)
    done = Joined(sorts["others"], [])
    for one in sorts["whole"]:
        _shape(done, one, one.recorded.body)
    if sorts["roots"]:
        _join(done, sorts, wanted)
    elif sorts["lines"]:
        done.refused.append(Refused(_rows(sorts["lines"]), RecordError(*_ORPHAN)))
    return done


def _sort_of(one: Told) -> str:
    kind, body = one.recorded.kind, one.recorded.body
    if one.recorded.form != "node":
        return "others"
    if kind in LINES:
        return "lines"
    if kind in PARTS:
        return "parts"
    has_all = kind not in SHAPES or any(key in body for key in SHAPES[kind].connections)
    return "whole" if has_all else "roots"


def _join(done: Joined, sorts: dict[str, list[Told]], wanted: Wanted) -> None:
    """Make the record of an entity whose lines lie apart, of its latest node."""
    by_state = {(one.recorded.moment, _content(one.recorded.body)): one for one in sorts["roots"]}
    latest = max(by_state)
    root = by_state[latest].recorded
    same = [one for one in sorts["roots"] if _content(one.recorded.body) == latest[1]]
    known = lists_known(one.recorded for one in done.told)
    lost = [
        Refused(one.rows, error)
        for one in sorts["parts"]
        if _content(one.recorded.body) == latest[1]
        and (error := not_told(one.recorded, known, wanted))
    ]
    whole = Told(root, _rows([*same, *sorts["lines"]]))
    try:
        lines = _chosen(sorts["lines"], {row.file for row in _rows(same)})
        body = _filled(root, lines)
        body |= completed(root.body, known) if root.kind == "orders" else {}
    except RecordError as error:
        done.refused.append(Refused(whole.rows, error))
        return
    if _shape(done, whole, body):
        done.refused.extend(lost)


def _shape(done: Joined, one: Told, node: Body) -> bool:
    """Make a whole node a record; false where it is refused."""
    kind = one.recorded.kind
    try:
        check_ends(node)
        record = _read(_RECORDS[kind], node)
        if kind in SHAPES:
            check_lines(kind, record)
        if kind == "orders" and record["edited"] and not _is_told(done):
            raise RecordError(*_EDITED)
    except RecordError as error:
        done.refused.append(Refused(one.rows, error))
        return False
    done.told.append(Told(one.recorded._replace(body=record, form="record"), one.rows))
    return True


def _is_told(done: Joined) -> bool:
    """Tell whether another record tells of the order, too: one from before its edit, perhaps."""
    return any(one.recorded.kind == "orders" for one in done.told)


def _chosen(lines: list[Told], files: set[int]) -> list[Body]:
    """Give each line once; of one in several states that in ``files``. Raises RecordError."""
    states: dict[str, dict[bytes, set[int]]] = defaultdict(lambda: defaultdict(set))
    for one in lines:
        body = one.recorded.body
        states[_identity(body)][_content(body)] |= {row.file for row in one.rows}
    found = []
    for contents in states.values():
        near = [content for content, where in contents.items() if where & files]
        fitting = near if len(contents) > 1 else [*contents]
        if len(fitting) != 1:
            raise RecordError(*_MIXED)
        found.append(fitting[0])
    return [orjson.loads(content) for content in sorted(found)]


def _identity(line: Body) -> str:
    """Name a line by its id; what has none, by its parent and its place there."""
    if line.get("id"):
        return str(line["id"])
    place = line.get("index", line.get("discount_application", line.get("title")))
    place = place.get("index") if isinstance(place, dict) else place
    return f"{line['__typename']} {place} {line['__parentId']}"


def _filled(root: Recorded, lines: list[Body]) -> Body:
    """Put lines where they belong. Raises RecordError where one belongs nowhere."""
    below: dict[str, list[Body]] = defaultdict(list)
    for line in lines:
        below[named(line.pop("__parentId"))].append(line)
    body = _with_lists(root.body, SHAPES[root.kind], below)
    if below:
        raise RecordError(*_ORPHAN)
    return body


def _with_lists(node: Body, shape: Shape, below: dict[str, list[Body]]) -> Body:
    own = sorted(below.pop(named(node.get("id")), []), key=_place) if shape.connections else []
    found = {**node}
    if not shape.keeps_typename:
        found.pop("__typename", None)
    for key, members in shape.connections.items():
        nodes = [
            _with_lists(one, members, below)
            for one in own
            if one["__typename"] in members.typenames
        ]
        found[key] = {"nodes": nodes, "pageInfo": _WHOLE}
    return found


def _place(line: Body) -> tuple[int, int]:
    """Tell where a line stands among others of its kind: by its id, else by what it applies."""
    application = line.get("discount_application")
    index = (application if isinstance(application, dict) else line).get("index")
    return int(number_of(line.get("id")) or 0), index if type(index) is int else 0


def _read(shape: Callable[[Body], Body], node: Body) -> Body:
    """Make a node a record. Raises RecordError for one of another shape than relay asks for."""
    try:
        return shape(node)
    except KeyError as error:
        raise RecordError("missing_field", str(error.args[0])) from None
    except (AttributeError, TypeError, ValueError):
        raise RecordError("wrong_type", "the node") from None


def _content(body: Body) -> bytes:
    return orjson.dumps(body, option=orjson.OPT_SORT_KEYS)


def _rows(found: Iterable[Told]) -> list[Row]:
    return [row for one in found for row in one.rows]
