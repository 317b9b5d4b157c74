"""Makes the events of a visitor of all that a web pixel recorded of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

from littlerelay.errors import RecordError
from littlerelay.mappers import map_records
from littlerelay.mappers.pixels import visitor_of
from littlerelay.recordings.recorded import Body, Made, Recorded, moment, text
from littlerelay.records import Pixel
from littlerelay.settings import Mapping
from littlerelay.shopify.bodies_pixels import pixel


def place_of(body: Body) -> tuple[str, str]:
    """Give the visitor and the time of an event. Raises RecordError."""
    event = pixel(body)
    text(event, "id")
    if not isinstance(event["clientId"], str):  # an empty one says that there was no cookie
        raise RecordError("wrong_type", "clientId")
    return visitor_of(cast("Pixel", event)), moment(event, "timestamp")


def visit_events(found: Sequence[Recorded], mapping: Mapping) -> list[Made]:
    """Give the events of one visitor."""
    return [Made(map_records("pixels", [pixel(one.body) for one in found], mapping))]
