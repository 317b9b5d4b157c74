"""Tells what a line of a recording is."""

from __future__ import annotations

import re
from typing import NamedTuple

from littlerelay.errors import RecordError
from littlerelay.events import timestamp
from littlerelay.recordings.envelopes import (
    Body,
    Webhook,
    glance,
    load_json,
    opened_webhook,
    read_json,
    shop_of,
    usual_webhook,
)
from littlerelay.recordings.kinds import EVENTS, KINDS, OF_GIDS, OTHER
from littlerelay.recordings.nodes import is_node, placed
from littlerelay.recordings.queues import messages
from littlerelay.recordings.recorded import Recorded
from littlerelay.recordings.topics import OF_RECORDS, kind_of, plain

_MESSAGES = ("track", "identify", "alias", "page", "screen", "group")
_GID = re.compile(r"gid://shopify/(\w+)/[0-9]")
_REJECT = {"reason", "detail", "source", "record"}
_OWN = [(name, kind.is_own) for name, kind in KINDS.items() if kind.is_own]
# Bodies of webhooks without their topic that tell no fact: an order's edit, and a change of tags.
_NO_FACT = ({"order_edit"}, {"customerId", "tags", "occurredAt"})
_LEVELS = 4  # of rejects within rejects, and of messages within messages


class Found(NamedTuple):
    """A line that was recognised: its record, the shop that it names, the webhook that it was.

    A message for Segment has the kind `EVENTS`, and what tells no fact `OTHER`; both have no key.
    A line may hold ``others``: a charge of another tool's is for several subscriptions, and an
    order's node has refunds; of a tool's own line, ``line`` is the line itself. That of a queue may
    hold several messages: ``parts`` are what each was.
    """

    recorded: Recorded
    shop: str | None = None
    webhook: Webhook | None = None
    others: tuple[Recorded, ...] = ()
    line: Body | None = None
    parts: tuple[Found, ...] = ()

    def entities(self) -> dict[tuple[str, str], list[Recorded]]:
        """Give the records of the line by their kind and key."""
        found: dict[tuple[str, str], list[Recorded]] = {}
        for one in (self.recorded, *self.others):
            found.setdefault((one.kind, one.key), []).append(one)
        return found


def decoded(text: bytes | None) -> object:
    """Read a line. Raises RecordError: ``too_large`` for none, ``not_json``, ``too_deep``."""
    if text is None:
        raise RecordError("too_large", "the line")
    return read_json(text, "the line")


def loaded(text: bytes) -> object:
    """Read a line that may be nested too deeply to be written. Raises RecordError: ``not_json``."""
    return load_json(text, "the line")


def recognised(line: object, asked: str | None = None) -> Found:
    """Tell what a line is; ``asked`` is the kind of bare records that tell nothing of theirs.

    A rejected line that names no shop is of the one for which it was rejected. Raises RecordError
    for a line that is nothing known, or tells not where it belongs.
    """
    found = _recognised(line, asked)
    if found.shop is None and isinstance(line, dict) and is_reject(line):
        return found._replace(shop=shop_of(line))
    return found


def _recognised(line: object, asked: str | None, level: int = 0) -> Found:
    usual = usual_webhook(line)
    if usual is not None and plain(usual.topic) in OF_RECORDS:
        return _of_webhook(usual)
    body, known = _within(line)
    if known is not None:
        return _placed(known, body)
    held = messages(body) if level < _LEVELS else None
    if held is not None:
        return _together([_recognised(one, asked, level + 1) for one in held])
    if _is_message(body):
        return Found(Recorded(EVENTS, "", "", "", body))
    return _of_line(body, asked)


def _together(found: list[Found]) -> Found:
    """Give what several messages of one line are as one. Raises RecordError."""
    if len(found) == 1:
        return found[0]
    shops = {one.shop.lower(): one.shop for one in found if one.shop}
    if len(shops) > 1:
        raise RecordError("other_shop", "it holds messages of several shops")
    every = [record for one in found for record in (one.recorded, *one.others)]
    records = [record for record in every if record.kind != OTHER] or every[:1]
    if len({record.kind == EVENTS for record in records}) > 1:
        raise RecordError("unknown_line", "it holds messages for Segment beside others")
    shop = next(iter(shops.values()), None)
    return Found(records[0], shop, others=tuple(records[1:]), parts=tuple(found))


def _of_line(body: Body, asked: str | None) -> Found:
    """Tell what a record is kept in: Shopify's envelope, another tool's line, or nothing."""
    webhook = opened_webhook(body)
    if webhook is not None and plain(webhook.topic) in OF_RECORDS:
        return _of_webhook(webhook)
    if webhook is None and is_node(body):
        first, *others = placed(body)
        return Found(first, others=tuple(others))
    own = _owner(body)
    if own is not None:
        return _placed(own, body)._replace(shop=shop_of(body), line=body)
    if webhook is not None:
        return _of_webhook(webhook)
    if any(marks <= body.keys() for marks in _NO_FACT):
        return Found(Recorded(OTHER, "", "", "", {}))
    return _placed(_kind(body, asked), body)


def glanced(text: bytes) -> tuple[str, str, str] | None:
    """Give the kind, the key and the shop of a line that its beginning tells, None for another."""
    found = glance(text)
    kind = OF_RECORDS.get(found.topic) if found else None
    if found is None or kind not in KINDS:
        return None
    key = {"id": found.id, "order_id": found.order}.get(KINDS[kind].named_by)
    return (kind, key, found.shop) if key else None


def is_reject(line: object) -> bool:
    """Tell whether a line is a reject, whatever was rejected."""
    return isinstance(line, dict) and line.keys() >= _REJECT


def _within(line: object) -> tuple[Body, str | None]:
    """Give what a line, or the line in a reject, holds; with the kind that a reject tells."""
    body = _object(line)
    for _ in range(_LEVELS):
        if not is_reject(body):
            break
        source = body["source"]
        if isinstance(source, str) and source in KINDS and "id" in body:  # a backfill's reject
            return _object(body["record"]), source
        body = _object(_rejected(body["record"]))
    return body, None


def _owner(body: Body) -> str | None:
    """Give the kind of a tool's own lines, around which no envelope of Shopify's is."""
    return next((name for name, is_own in _OWN if is_own(body)), None)


def _object(line: object) -> Body:
    if not isinstance(line, dict):
        raise RecordError("unknown_line", "it is no JSON object")
    return line


def _rejected(record: object) -> object:
    """Give a rejected line; what was no JSON then may have been mended since."""
    return decoded(record.encode()) if isinstance(record, str) else record


def _is_message(line: Body) -> bool:
    is_refused = "reason" in line and "message" in line
    return line.get("type") in _MESSAGES or is_refused or isinstance(line.get("batch"), list)


def _of_webhook(webhook: Webhook) -> Found:
    topic = plain(webhook.topic)
    kind = kind_of(topic)
    if kind not in KINDS:
        return Found(Recorded(OTHER, "", "", topic, {}), webhook.shop, webhook)
    body = _record(webhook.body)
    key, moment = KINDS[kind].place(body)
    triggered = timestamp(webhook.triggered) if webhook.triggered else ""
    return Found(Recorded(kind, key, f"{moment} {triggered}", topic, body), webhook.shop, webhook)


def _record(body: object) -> Body:
    if not isinstance(body, dict):
        raise RecordError("wrong_type", "the record")
    return body


def _placed(kind: str, told: object) -> Found:
    body, row = _record(told), KINDS[kind]
    if row.opened is None:
        return Found(Recorded(kind, *row.place(body), "", body))
    found = [Recorded(kind, *row.place(one), "", one) for one in row.opened(body)]
    if not found:
        return Found(Recorded(OTHER, "", "", "", {}))
    return Found(found[0], others=tuple(found[1:]))


def _kind(body: Body, asked: str | None) -> str:
    """Tell the kind of a bare record by what it calls itself, by its fields, or as ``asked``."""
    gid = body.get("admin_graphql_api_id")
    named = _GID.match(gid) if isinstance(gid, str) else None
    if named and named[1] in OF_GIDS:
        return OF_GIDS[named[1]]
    for name, kind in KINDS.items():
        if any(marks <= body.keys() for marks in kind.marks):
            return name
    if asked is not None:
        return asked
    raise RecordError("unknown_line", "it is no record that relay knows")
