"""A web-pixel event is known in each of the ways in which recorders keep it."""

from __future__ import annotations

import copy
from typing import Any

import orjson
import pytest

from golden import CASES, RECORDS, record_of
from littlerelay.errors import RecordError
from littlerelay.mappers.shape import fault
from littlerelay.records import Pixel
from littlerelay.shopify.bodies_pixels import is_pixel, pixel

EVENT = {
    "id": "sh-1",
    "name": "page_viewed",
    "clientId": "2f1e7a60",
    "timestamp": "2026-03-01T10:00:00.000Z",
    "type": "standard",
    "data": {},
}
PRIVACY = {"analyticsProcessingAllowed": True}
INIT = {"data": {"customer": {"id": "7101"}}, "customerPrivacy": PRIVACY}


def test_an_event_alone_is_its_record() -> None:
    assert pixel(EVENT) == {**EVENT, "init": None, "anonymousId": None}


@pytest.mark.parametrize(
    "line",
    [
        {"event": EVENT, "init": INIT},
        {"init": INIT, **EVENT},
        {"event": {**EVENT, "init": INIT}},
        {"event": EVENT, "init": INIT, "received_at": "2026-03-01T10:00:01Z"},
        {"event": EVENT, "init": {"data": INIT["data"]}, "customerPrivacy": PRIVACY},
        {"event": EVENT, "init": INIT, "customerPrivacy": {"analyticsProcessingAllowed": False}},
    ],
    ids=["beside", "in one", "within", "with more", "consent beside", "consent twice"],
)
def test_what_its_pixel_was_handed_is_found_wherever_it_stands(line: dict[str, Any]) -> None:
    before = copy.deepcopy(line)
    assert is_pixel(line)
    assert pixel(line) == {**EVENT, "init": INIT, "anonymousId": None}
    assert line == before


@pytest.mark.parametrize(
    "line",
    [
        {"event": EVENT, "anonymousId": "a-visitor"},
        {"event": EVENT, "ajs_anonymous_id": "a-visitor"},
        {"event": {**EVENT, "anonymousId": "a-visitor"}},
        {"event": EVENT, "init": {"ajs_anonymous_id": "a-visitor"}},
        {**EVENT, "customData": {"anonymousId": "a-visitor"}},
        {**EVENT, "ajs_anonymous_id": '"a-visitor"'},
        {**EVENT, "ajs_anonymous_id": "%22a-visitor%22"},
        {**EVENT, "anonymousId": 5, "init": {"anonymousId": "a-visitor"}},
        {**EVENT, "anonymousId": "", "customData": {"anonymousId": "a-visitor"}},
    ],
)
def test_segments_id_of_the_visitor_is_found_where_recorders_keep_it(line: dict[str, Any]) -> None:
    assert pixel(line)["anonymousId"] == "a-visitor"


@pytest.mark.parametrize(
    "line",
    [
        None,
        "page_viewed",
        [EVENT],
        {},
        {"event": "Page Viewed", "type": "track", "messageId": "m", "timestamp": "t"},
        {"topic": "orders/create", "shop": "demo.myshopify.com", "payload": {"id": 1}},
        {name: value for name, value in EVENT.items() if name != "clientId"},
        {"event": None, "init": INIT},
    ],
)
def test_another_line_is_no_pixel(line: object) -> None:
    assert not is_pixel(line)
    with pytest.raises(RecordError, match="wrong_type"):
        pixel(line)


@pytest.mark.parametrize(
    ("changed", "place"),
    [({"name": 5}, "name"), ({"timestamp": None}, "timestamp"), ({"init": "none"}, "init")],
)
def test_an_event_with_a_wrong_value_is_known_and_told_by_its_place(
    changed: dict[str, Any], place: str
) -> None:
    found = fault(pixel({**EVENT, **changed}), Pixel)
    assert found is not None
    assert (found.reason, found.detail) == ("wrong_type", place)


def test_a_record_read_again_is_the_same_record() -> None:
    for case in (case for case in CASES if case.startswith("pixels/")):
        for line in record_of(case):
            record = pixel(line)
            assert is_pixel(record)
            assert pixel(record) == record
            assert fault(record, Pixel) is None


@pytest.mark.parametrize("kind", ["orders", "customers", "checkouts"])
def test_no_other_record_is_a_pixel(kind: str) -> None:
    for path in RECORDS.glob(f"{kind}/*.json"):
        assert not is_pixel(orjson.loads(path.read_bytes()))
