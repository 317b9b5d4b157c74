"""Gives a recorded line the shape of a web-pixel record.

Recorders keep an event of Shopify's customer events in one of these ways:

- the event alone: ``{"id", "name", "clientId", "timestamp", ...}``;
- the event with what its pixel was handed: ``{"event": {...}, "init": {...}}``;
- both in one: ``{"init": {...}, "id", "name", ...}``.

``customerPrivacy`` may stand beside ``init`` as well as in it, as a pixel is handed it in both
places. Segment's id of the visitor is looked for under ``anonymousId`` and ``ajs_anonymous_id``
(the cookie of analytics.js): of the line, the event, ``init`` or ``customData``, in this order.

A value of another type than Shopify's stays what it is: the mapper knows the path and names it.
"""

from __future__ import annotations

from littlerelay import records
from littlerelay.errors import RecordError
from littlerelay.shopify.bodies_parts import Body

_MARKS = frozenset({"id", "name", "clientId", "timestamp"})
_NAMES = ("anonymousId", "ajs_anonymous_id")
# Older scripts of Segment wrote their cookie as JSON, which a cookie then escapes.
_QUOTES = ('"', "%22")


def is_pixel(line: object) -> bool:
    """Tell whether a line is an event of a web pixel, alone or with its ``init``."""
    return isinstance(line, dict) and _event(line).keys() >= _MARKS


def pixel(line: object) -> Body:
    """Give the record of a line. Raises RecordError (``wrong_type``) for one that is no pixel."""
    if not isinstance(line, dict) or not is_pixel(line):
        raise RecordError("wrong_type", "the record")
    event = _event(line)
    found = _known(event, records.Pixel)
    init = event.get("init") or line.get("init")
    found["init"] = _init(init, line.get("customerPrivacy") or event.get("customerPrivacy"))
    found["anonymousId"] = _anonymous_id(line, event, init, event.get("customData"))
    return found


def _event(line: Body) -> Body:
    """Give the event of a line, which is the line where nothing wraps it."""
    wrapped = line.get("event")
    return wrapped if isinstance(wrapped, dict) else line


def _init(init: object, privacy: object) -> object:
    """Give what a pixel was handed, with the visitor's consent in its place."""
    if init is not None and not isinstance(init, dict):
        return init
    found = _known(init or {}, records.PixelInit)
    if privacy is not None and not found.get("customerPrivacy"):
        found["customerPrivacy"] = privacy
    return found or None


def _known(body: Body, kind: type) -> Body:
    """Give the fields that a record of that kind has."""
    return {name: body[name] for name in kind.__annotations__ if name in body}


def _anonymous_id(*places: object) -> str | None:
    told = [place.get(name) for place in places if isinstance(place, dict) for name in _NAMES]
    bare = (_without_quotes(one) for one in told if isinstance(one, str))
    return next(filter(None, bare), None)


def _without_quotes(text: str) -> str:
    for mark in _QUOTES:
        text = text.removeprefix(mark).removesuffix(mark)
    return text
