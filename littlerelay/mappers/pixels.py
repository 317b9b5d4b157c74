"""The web-pixel events of one visitor become the events of a storefront.

A pixel tells of carts, checkouts and payments as well, which webhooks and history tell better: only
with ``pixel_server_events`` does it give those, too (`check_server_events`).

Some of what a visitor's events give depends on those around them:

- Session Started, on the pause before an event (``session_pause``), whatever the event is;
- the anonymous id: a browser keeps Segment's id, so events that do not tell it have the one that
  was told last before, else the one that is told first after;
- what is known of a product that is clicked: where the visitor saw it before;
- a thank-you page: it is told by the checkout that was completed there, and by the view of the page
  only where that is missing.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

import orjson

from littlerelay.errors import UsageError
from littlerelay.events import Event, timestamp
from littlerelay.mappers.pixel_facts import is_known, pixel_facts, recovered_of
from littlerelay.mappers.pixel_pages import location_of
from littlerelay.mappers.pixel_visits import Visit
from littlerelay.mappers.shape import fault, fits
from littlerelay.records import Pixel
from littlerelay.settings import Mapping

_SERVER_KINDS = ("carts", "checkouts", "orders")


def check_server_events(kinds: Collection[str], mapping: Mapping) -> None:
    """Refuse ``pixel_server_events`` in a job that reads what tells of carts and checkouts better.

    ``kinds`` are those of the job's records (``pixels``, ``orders`` ...). Raises UsageError: the
    same fact would have two ids, and count twice.
    """
    better = [kind for kind in _SERVER_KINDS if kind in kinds]
    if mapping.pixel_server_events and better:
        raise UsageError(
            f"pixel_server_events would tell twice what {' and '.join(better)} tell.",
            "They tell it better: leave pixel_server_events out, or map pixels in a job of their "
            "own.",
        )


def visitor_of(pixel: Pixel) -> str:
    """Give what the events of one visitor have in common; without a ``clientId`` each is alone."""
    return pixel["clientId"] if is_known(pixel) else pixel["id"]


def pixel_events(records: Sequence[Pixel], mapping: Mapping) -> list[Event]:
    """Give all events of one visitor (``clientId``): identify, alias, then the others by time.

    The records may stand in any order, and repeat; `map_records` says for what one is rejected.
    """
    _check(records)
    pixels = _in_order(records)
    visit = Visit(_thanked(pixels))
    for pixel, recovered in zip(pixels, _recovered(pixels, mapping), strict=True):
        visit.take(pixel_facts(pixel, recovered, mapping), is_recovered=recovered is not None)
    people = sorted(visit.people, key=lambda event: event["type"] == "alias")
    return people + visit.course


def _check(records: Sequence[Pixel]) -> None:
    """Refuse what has another shape: a recording is anybody's work, and no answer of Shopify's."""
    kind, every = list[Pixel], [*records]
    if not fits(every, kind) and (found := fault(every, kind)):
        raise found


def _in_order(records: Iterable[Pixel]) -> list[Pixel]:
    """Give the events by time, each once: of one that was recorded twice, the fuller record."""
    by_id: dict[str, Pixel] = {}
    for record in records:
        before = by_id.setdefault(record["id"], record)
        if before is not record and _fullness(record) > _fullness(before):
            by_id[record["id"]] = record
    return sorted(by_id.values(), key=_place)


def _fullness(record: Pixel) -> tuple[int, bytes]:
    content = orjson.dumps(record, option=orjson.OPT_SORT_KEYS)
    return len(content), content


def _place(record: Pixel) -> tuple[str, int, str]:
    return timestamp(record["timestamp"]), record.get("seq") or 0, record["id"]


def _recovered(pixels: list[Pixel], mapping: Mapping) -> list[str | None]:
    """Give the visitor's id at Segment as of each event, told by itself or by those around it."""
    told = [recovered_of(pixel, mapping) for pixel in pixels]
    last = next(filter(None, told), None)
    found = []
    for pixel, one in zip(pixels, told, strict=True):
        last = one or last
        found.append(last if is_known(pixel) else one)
    return found


def _thanked(pixels: list[Pixel]) -> set[str]:
    """Give the paths of the pages on which checkouts were completed."""
    completed = [pixel for pixel in pixels if pixel["name"] == "checkout_completed"]
    return {location_of(pixel.get("context")).get("pathname") or "" for pixel in completed}
