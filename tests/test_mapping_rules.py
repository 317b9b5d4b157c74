"""What holds of every event, whatever the order: tried on orders that are generated."""

from __future__ import annotations

import ast
import builtins
import json
import os
import random
import subprocess
import sys
import time
import uuid
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, NoReturn

import pytest
from hypothesis import given, settings

from generated_bills import DESTINATIONS, DIGITS, MAPPINGS, ODD_BILLS, SHOP, Bill, bills
from generated_orders import record_of
from golden import CASES, mapped, resource_of, settings_of
from golden import record_of as golden_record
from littlerelay import mappers
from littlerelay.events import MAX_EVENT_BYTES, Event, encode
from littlerelay.mappers import map_record, money
from littlerelay.settings import Mapping

REPOSITORY = Path(__file__).resolve().parent.parent
MAPPERS = Path(mappers.__file__).parent
FLOATS = (
    "discount price revenue shipping subscription_revenue subtotal tax total customerLifetimeValue"
).split()
SALES = ("Order Completed", "POS Order Placed")

PLAIN = Mapping(shop=SHOP)
EARNING = Mapping(shop=SHOP, revenue=True)
AS_SHOPIFY = Mapping(shop=SHOP, amounts="shopify")

some = settings(max_examples=60)


def events_of(record: Any, mapping: Mapping = PLAIN) -> list[Event]:
    """Gives an order's events as a reader of the file gets them, numbers as Decimals."""
    lines = map(encode, map_record("orders", record, mapping))
    return [json.loads(line, parse_float=Decimal) for line in lines]


def named(events: list[Event], *names: str) -> list[dict[str, Any]]:
    return [one["properties"] for one in events if one.get("event") in names]


def sale_of(bill: Bill, mapping: Mapping = PLAIN) -> dict[str, Any]:
    (properties,) = named(events_of(record_of(bill), mapping), *SALES)
    return properties


def minor(amount: Decimal, bill: Bill) -> Decimal:
    """Gives an amount of an event in minor units, so that a bill can be held against it."""
    return amount.scaleb(DIGITS[bill.currency])


@some
@given(bills())
def test_the_parts_of_an_order_add_up_to_its_total(bill: Bill) -> None:
    sale = sale_of(bill)
    parts = sale["subtotal"] + sale["shipping"] + sale["tax"]
    assert minor(parts, bill) + bill.extra == minor(sale["total"], bill) == bill.total


@some
@given(bills())
def test_the_parts_add_up_in_shopifys_own_figures(bill: Bill) -> None:
    sale = sale_of(bill, AS_SHOPIFY)
    parts = sale["subtotal"] + sale["shipping"] + (0 if bill.taxed else sale["tax"])
    assert minor(parts, bill) + bill.extra == bill.total


@some
@given(bills())
def test_every_figure_of_a_sale_is_that_of_the_order_as_placed(bill: Bill) -> None:
    sale = sale_of(bill, EARNING)
    goods = dict.fromkeys(("product", "plan", "gift_card"), 0)
    for line in bill.lines:
        goods[line.kind] += line.net - (line.tax if bill.taxed else 0)
    assert minor(sale["tax"], bill) == bill.tax
    assert minor(sale["discount"], bill) == sum(item.cut for item in bill.items)
    assert minor(sale["subtotal"], bill) == sum(goods.values())
    assert minor(sale["revenue"], bill) == goods["product"] + goods["plan"]
    assert minor(sale.get("subscription_revenue", Decimal(0)), bill) == goods["plan"]
    assert Decimal(sale["presentment_total"]).scaleb(DIGITS[bill.seen]) == bill.total * bill.rate


@some
@given(bills())
def test_the_parts_of_an_upsell_add_up(bill: Bill) -> None:
    upsells = named(events_of(record_of(bill)), "Post Purchase Upsell")
    assert len(upsells) == (1 if bill.added else 0)
    for upsell in upsells:
        assert upsell["subtotal"] + upsell["tax"] == upsell["total"]
        assert [product["quantity"] for product in upsell["products"]] == [
            bill.added.quantity if bill.added else 0
        ]


@some
@given(bills())
def test_refunds_give_back_what_was_paid_and_no_more(bill: Bill) -> None:
    events = events_of(record_of(bill), Mapping(shop=SHOP, refund_zero=True))
    refunds = named(events, "Order Refunded")
    back = sum(minor(refund["total"], bill) for refund in refunds)
    assert back == sum(bill.back(*what) for what in bill.refunds)
    assert back + bill.others["rounding"] <= bill.total
    bought = {str(8000 + place): line.quantity for place, line in enumerate(bill.lines)}
    for refund, (place, quantity) in zip(refunds, bill.refunds, strict=True):
        (product,) = refund["products"]
        assert product["product_id"] == str(8000 + place)
        assert product["quantity"] == quantity <= bought[product["product_id"]]


@some
@given(bills(), MAPPINGS)
def test_every_figure_is_a_number_with_a_decimal_point(bill: Bill, mapping: Mapping) -> None:
    for event in events_of(record_of(bill), mapping):
        properties = event.get("properties") or event.get("traits") or {}
        for owner in (properties, *properties.get("products", ())):
            assert {type(owner[name]) for name in FLOATS if name in owner} <= {Decimal}


class Untouchable(float):
    """A number that may be written, and never reckoned with."""

    def _refused(self, *_: object) -> NoReturn:
        raise AssertionError("a float was reckoned with: sums are made of Decimals")

    __add__ = __radd__ = __sub__ = __rsub__ = __mul__ = __rmul__ = _refused
    __truediv__ = __rtruediv__ = __neg__ = __abs__ = __round__ = __int__ = _refused


@some
@given(bills(), MAPPINGS)
def test_no_float_ever_enters_a_sum(bill: Bill, mapping: Mapping) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(money, "float", Untouchable, raising=False)
        assert map_record("orders", record_of(bill), mapping)


def test_floats_are_made_in_one_module_alone() -> None:
    makers = set()
    for path in MAPPERS.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                makers |= {path.name} if node.func.id == "float" else set()
            if isinstance(node, ast.Constant) and isinstance(node.value, float):
                assert node.value == 0, f"{path.name} has a float in line {node.lineno}"
    assert makers == {"money.py"}


class FrozenDict(dict[str, Any]):
    """A dict that cannot be changed."""

    def _refused(self, *_: object, **__: object) -> NoReturn:
        raise AssertionError("a mapper changed its record")

    __setitem__ = __delitem__ = __ior__ = clear = pop = popitem = _refused
    setdefault = update = _refused


class FrozenList(list[Any]):
    """A list that cannot be changed."""

    def _refused(self, *_: object, **__: object) -> NoReturn:
        raise AssertionError("a mapper changed its record")

    __setitem__ = __delitem__ = __iadd__ = __imul__ = append = clear = extend = _refused
    insert = pop = remove = reverse = sort = _refused


def frozen(value: Any) -> Any:
    if isinstance(value, dict):
        return FrozenDict({key: frozen(each) for key, each in value.items()})
    return FrozenList(map(frozen, value)) if isinstance(value, list) else value


def refuse(*_: object, **__: object) -> NoReturn:
    raise AssertionError("a mapper looked at the world outside its record")


class Nowhere(dict[str, str]):
    """An environment at which nobody may look."""

    __getitem__ = __contains__ = get = __iter__ = keys = items = refuse


class NoClock(datetime):
    """A datetime that does not know what time it is."""

    now = today = utcnow = refuse


def shut_out_the_world(patch: pytest.MonkeyPatch) -> None:
    for name in ("time", "time_ns", "monotonic", "monotonic_ns", "perf_counter", "localtime"):
        patch.setattr(time, name, refuse)
    for name in ("random", "randint", "choice", "getrandbits", "randbytes"):
        patch.setattr(random, name, refuse)
    for name in ("uuid1", "uuid4"):
        patch.setattr(uuid, name, refuse)
    patch.setattr(os, "urandom", refuse)
    patch.setattr(os, "getenv", refuse)
    patch.setattr(os, "environ", Nowhere())
    patch.setattr(builtins, "open", refuse)
    for module in list(sys.modules.values()):
        is_ours = (getattr(module, "__name__", "") or "").startswith("littlerelay.")
        if is_ours and getattr(module, "datetime", None) is datetime:
            patch.setattr(module, "datetime", NoClock)


def mapped_in_the_dark(case: str, record: Any, mapping: Mapping) -> list[Event]:
    """Maps a record like that of a case, which cannot change, in a world that tells nothing."""
    held = frozen(record)
    with pytest.MonkeyPatch.context() as patch:
        shut_out_the_world(patch)
        return mapped(case, held, mapping)


@some
@given(bills(), MAPPINGS)
def test_a_mapper_looks_at_nothing_but_its_record(bill: Bill, mapping: Mapping) -> None:
    record = record_of(bill)
    assert mapped_in_the_dark("orders/", record, mapping) == map_record("orders", record, mapping)


@pytest.mark.parametrize("case", CASES)
def test_every_known_case_is_mapped_from_its_record_alone(case: str) -> None:
    record, mapping = golden_record(case), settings_of(case)
    assert mapped_in_the_dark(case, record, mapping) == mapped(case, record, mapping)


ELSEWHERE = """
import sys
from pathlib import Path
import orjson
from littlerelay.events import encode
from littlerelay.mappers import map_record
from littlerelay.settings import Mapping
for line in sys.stdin.buffer:
    for event in map_record("orders", orjson.loads(line), Mapping(shop=sys.argv[1])):
        sys.stdout.buffer.write(encode(event))
"""


@pytest.mark.parametrize(
    ("zone", "language", "seed"), [("Pacific/Chatham", "C", "1"), ("UTC", "tr_TR.UTF-8", "2")]
)
def test_the_events_are_the_same_in_another_process_at_another_place(
    zone: str, language: str, seed: str
) -> None:
    records = [record_of(bill) for bill in ODD_BILLS]
    records += [golden_record(case) for case in CASES if resource_of(case) == "orders"]
    given_records = "".join(json.dumps(record) + "\n" for record in records)
    place = {"TZ": zone, "LC_ALL": language, "LANG": language, "PYTHONHASHSEED": seed}
    found = subprocess.run(
        [sys.executable, "-c", ELSEWHERE, SHOP],
        input=given_records.encode(),
        cwd=REPOSITORY,
        env=place,
        check=True,
        capture_output=True,
    )
    here = (map_record("orders", record, PLAIN) for record in records)
    assert found.stdout == b"".join(encode(event) for events in here for event in events)


@some
@given(bills(), MAPPINGS)
def test_every_event_says_whom_when_and_which_and_is_not_too_long(
    bill: Bill, mapping: Mapping
) -> None:
    for event in map_record("orders", record_of(bill), mapping):
        assert event.get("userId") or event.get("anonymousId")
        assert uuid.UUID(event["messageId"]).version == 5
        assert len(event["messageId"]) == 36
        moment = datetime.strptime(event["timestamp"], "%Y-%m-%dT%H:%M:%S.%fZ")  # noqa: DTZ007
        assert event["timestamp"] == moment.isoformat(timespec="milliseconds") + "Z"
        assert len(encode(event).removesuffix(b"\n")) < MAX_EVENT_BYTES


@some
@given(bills(), MAPPINGS)
def test_no_destination_that_is_off_has_an_object(bill: Bill, mapping: Mapping) -> None:
    told = dict(mapping.integrations)
    for event in map_record("orders", record_of(bill), mapping):
        sent = event.get("integrations", {})
        for name in DESTINATIONS:
            is_on = told.get(name, told.get("All", True))
            assert isinstance(sent.get(name), dict) is is_on, name
        assert told.keys() <= sent.keys()
