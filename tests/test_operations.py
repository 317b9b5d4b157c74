"""A bulk operation is started once, whatever becomes of the answer, and found again."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest

from littlerelay.errors import UnreachableError
from littlerelay.patience import Patience
from littlerelay.shopify.operations import BusyError, Operation, Operations, TextRefusedError
from littlerelay.times import iso
from shopify_fakes import NOW, FakeTime, answer, graphql

TEXT = "{ orders { edges { node { id } } } }"


class Shop:
    """A shop's operations: each is listed once it was started; ``losses`` of answers are lost."""

    def __init__(self, *faults: str, size: int = 2, status: str = "RUNNING") -> None:
        self.faults = list(faults)
        self.operations: list[dict[str, Any]] = []
        self.size = size
        self.status = status
        self.asked: list[str] = []
        self.behind = 0  # seconds by which its clock is behind the one that dates its answers

    def __call__(self, request: httpx.Request) -> httpx.Response:
        body = json.loads(request.content)
        name = body["query"].split()[1].partition("(")[0]
        self.asked.append(name)
        if name == "RelayOperationStart":
            return self._start(body["variables"]["text"])
        if name == "RelayOperation":
            gid = body["variables"]["id"]
            found = next((one for one in self.operations if one["id"] == gid), None)
            return answer({"data": {"operation": found}})
        assert name == "RelayOperations"
        return self._list(int(body["variables"]["after"] or 0))

    def _start(self, text: str) -> httpx.Response:
        fault = self.faults.pop(0) if self.faults else ""
        if fault == "never came":
            raise httpx.ReadTimeout("no answer")
        if fault in ("INVALID", "OPERATION_IN_PROGRESS", "LIMIT_REACHED"):
            errors = [{"code": fault, "field": None, "message": "No."}]
            return answer({"data": {"started": {"operation": None, "errors": errors}}})
        self.add(text, self.status, NOW - self.behind)
        if fault == "lost":
            raise httpx.ReadError("broken")
        if fault == "cut":
            return answer(b'{"data": {"sta')
        if fault == "broken":
            return answer(b"", status=502)
        return answer({"data": {"started": {"operation": self.operations[0], "errors": []}}})

    def add(self, text: str, status: str = "RUNNING", created: int = NOW) -> None:
        """Adds an operation as the newest."""
        self.operations.insert(
            0,
            {
                "id": f"gid://shopify/BulkOperation/{len(self.operations) + 1}",
                "status": status,
                "error_code": None,
                "query": text,
                "created_at": iso(created),
                "objects": "3",
                "roots": "2",
                "url": None,
            },
        )

    def _list(self, after: int) -> httpx.Response:
        end = after + self.size
        info = {"hasNextPage": end < len(self.operations), "endCursor": str(end)}
        page = {"nodes": self.operations[after:end], "pageInfo": info}
        return answer({"data": {"page": page}})


def operations(shop: Shop) -> Operations:
    time = FakeTime()
    return Operations(graphql(shop, time), time.clock, patience=Patience(tries=4))


def test_an_operation_is_started_and_told_of() -> None:
    started = operations(Shop()).start(TEXT)
    gid = "gid://shopify/BulkOperation/1"
    assert started == Operation(gid, "RUNNING", None, TEXT, NOW, 3, 2, None)
    assert started.number == "1"
    assert started.is_under_way


@pytest.mark.parametrize("fault", ["lost", "cut", "broken"])
def test_an_operation_whose_answer_was_lost_is_found_and_not_started_again(fault: str) -> None:
    shop = Shop(fault)
    for number in range(5):
        shop.add(f"another {number}")
    assert operations(shop).start(TEXT).says(TEXT)
    assert [one["query"] for one in shop.operations].count(TEXT) == 1
    assert shop.asked.count("RelayOperationStart") == 1


def test_an_operation_is_found_though_two_clocks_of_shopify_differ() -> None:
    shop = Shop("lost")
    shop.behind = 30
    assert operations(shop).start(TEXT).says(TEXT)
    assert len(shop.operations) == 1


def test_an_operation_that_was_never_started_is_started_again() -> None:
    shop = Shop("never came", "never came")
    assert operations(shop).start(TEXT).says(TEXT)
    assert len(shop.operations) == 1


def test_an_operation_that_was_known_before_is_not_taken_for_the_one_that_was_to_start() -> None:
    shop = Shop("never came")
    shop.add(TEXT, status="COMPLETED")
    asked = operations(shop)
    assert len(list(asked.since(NOW))) == 1
    assert asked.start(TEXT).id.endswith("/2")


def test_an_operation_that_has_ended_before_it_was_found_is_found_all_the_same() -> None:
    shop = Shop("lost", status="COMPLETED")
    assert operations(shop).start(TEXT).id.endswith("/1")
    assert len(shop.operations) == 1


def test_a_shop_that_never_answers_is_given_up() -> None:
    with pytest.raises(UnreachableError):
        operations(Shop(*["never came"] * 9)).start(TEXT)


@pytest.mark.parametrize("code", ["OPERATION_IN_PROGRESS", "LIMIT_REACHED"])
def test_a_shop_without_a_free_slot_says_so(code: str) -> None:
    with pytest.raises(BusyError):
        operations(Shop(code)).start(TEXT)


def test_a_text_that_shopify_does_not_take_says_why() -> None:
    with pytest.raises(TextRefusedError, match=r"No\."):
        operations(Shop("INVALID")).start(TEXT)


def test_operations_are_listed_the_newest_first_down_to_a_moment_through_all_pages() -> None:
    shop = Shop()
    for age in range(9, -1, -1):
        shop.add(f"text {age}", created=NOW - age)
    found = list(operations(shop).since(NOW - 6))
    assert [one.query for one in found] == [f"text {age}" for age in range(7)]


def test_no_more_pages_are_asked_for_than_are_needed() -> None:
    shop = Shop(size=2)
    for age in range(99, -1, -1):
        shop.add(f"text {age}", created=NOW - age)
    list(operations(shop).since(NOW - 2))
    assert shop.asked.count("RelayOperations") == 2


def test_a_list_that_goes_round_in_a_circle_is_an_error() -> None:
    class Circle(Shop):
        def _list(self, after: int) -> httpx.Response:
            return super()._list(0 if len(self.asked) < 99 else 9_999)

    shop = Circle(size=2)
    for age in range(9, -1, -1):
        shop.add(f"text {age}", created=NOW - age)
    with pytest.raises(UnreachableError, match="same page of operations twice"):
        list(operations(shop).since(NOW - 6))
    assert len(shop.asked) == 2


def test_an_operation_that_shopify_no_longer_knows_is_none() -> None:
    shop = Shop()
    started = operations(shop).start(TEXT)
    assert operations(shop).look(started.id) == started
    shop.operations.clear()
    assert operations(shop).look(started.id) is None


def test_a_text_is_known_however_its_lines_are_broken() -> None:
    shop = Shop()
    shop.add(TEXT.replace(" { ", " {\n  "))
    assert next(operations(shop).since(0)).says(TEXT)


@pytest.mark.parametrize("damage", [{"status": None}, {"objects": "x"}, {"created_at": None}])
def test_an_operation_of_another_shape_is_an_error(damage: dict[str, Any]) -> None:
    shop = Shop()
    shop.add(TEXT)
    if "status" in damage:
        del shop.operations[0]["status"]
    else:
        shop.operations[0] |= damage
    with pytest.raises(UnreachableError, match="another shape"):
        list(operations(shop).since(0))
