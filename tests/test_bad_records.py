"""A record that cannot be mapped says which field is at fault, and nothing of what it holds."""

import copy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from golden import CASES, SHOP, mapped, record_of, resource_of, settings_of
from littlerelay import mappers
from littlerelay.errors import RecordError
from littlerelay.events import encode
from littlerelay.mappers import map_record, map_records
from littlerelay.mappers.shape import fault, fits
from littlerelay.records import Cart, Checkout, Customer, Order, Pixel, Subscription, TaxLine
from littlerelay.settings import Mapping

PLACE = list[str | int]
KINDS: dict[str, object] = {
    "carts": list[Cart],
    "checkouts": Checkout,
    "checkouts-course": list[Checkout],
    "customers": Customer,
    "orders": Order,
    "pixels": list[Pixel],
    "subscriptions": list[Subscription],
}


def places(value: Any, above: PLACE) -> list[PLACE]:
    """Returns the way to everything in a record."""
    steps = value.items() if isinstance(value, dict) else enumerate(value)
    found: list[PLACE] = []
    for step, below in steps:
        found.append([*above, step])
        if isinstance(below, dict | list):
            found += places(below, [*above, step])
    return found


def changed(record: Any, place: PLACE, value: Any) -> Any:
    """Returns the record with another value in one place; Ellipsis takes it away."""
    whole = copy.deepcopy(record)
    parent = whole
    for step in place[:-1]:
        parent = parent[step]
    if value is ...:
        del parent[place[-1]]
    else:
        parent[place[-1]] = value
    return whole


@pytest.mark.parametrize(
    ("place", "value", "reason", "detail"),
    [
        (["id"], ..., "missing_field", "id"),
        (["id"], "5001", "wrong_type", "id"),
        (["id"], None, "wrong_type", "id"),
        (["name"], ..., "missing_field", "name"),
        (["processed_at"], ..., "missing_field", "processed_at"),
        (["processed_at"], "", "malformed_time", "processed_at"),
        (["processed_at"], "2024-02-30T00:00:00Z", "malformed_time", "processed_at"),
        (["processed_at"], 1709649000, "wrong_type", "processed_at"),
        (["line_items"], None, "wrong_type", "line_items"),
        (["line_items", 1], "Cup", "wrong_type", "line_items[1]"),
        (["line_items", 1, "price_set"], ..., "missing_field", "line_items[1].price_set"),
        (
            ["line_items", 1, "price_set", "shop_money", "amount"],
            "9,95",
            "malformed_money",
            "line_items[1].price_set.shop_money.amount",
        ),
        (
            ["line_items", 1, "price_set", "shop_money", "amount"],
            9.95,
            "wrong_type",
            "line_items[1].price_set.shop_money.amount",
        ),
        (
            ["line_items", 0, "compare_at_price"],
            "x",
            "malformed_money",
            "line_items[0].compare_at_price",
        ),
        (["total_price_set"], ..., "missing_field", "total_price_set"),
        (["customer", "id"], ..., "missing_field", "customer.id"),
        (["customer"], "Ada", "wrong_type", "customer"),
        (["discount_codes"], [{"kode": "TEN"}], "missing_field", "discount_codes[0].code"),
        (["note_attributes"], [{"name": []}], "wrong_type", "note_attributes[0].name"),
    ],
)
def test_a_fault_of_an_order_is_told_with_its_place(
    place: PLACE, value: Any, reason: str, detail: str
) -> None:
    record = record_of("orders/everything")
    record["total_price_set"] = record["original_total_price_set"]
    del record["original_total_price_set"]
    broken = changed(record, place, value)
    with pytest.raises(RecordError) as raised:
        map_record("orders", broken, Mapping(shop=SHOP))
    assert (raised.value.reason, raised.value.detail) == (reason, detail)


def test_the_right_one_of_equal_values_is_told() -> None:
    """Every empty text is the same object; only a time can be a malformed time."""
    record = record_of("orders/paid") | {"name": "", "processed_at": ""}
    with pytest.raises(RecordError, match="malformed_time: processed_at"):
        map_record("orders", record, Mapping(shop=SHOP))


def test_a_truth_value_is_no_number() -> None:
    found = fault(record_of("orders/paid") | {"id": True}, Order)
    assert found is not None
    assert (found.reason, found.detail) == ("wrong_type", "id")


def test_a_bug_still_looks_like_a_bug(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise KeyError("ours")

    monkeypatch.setattr(mappers, "order_facts", broken)
    with pytest.raises(KeyError, match="ours"):
        map_record("orders", record_of("orders/paid"), Mapping(shop=SHOP))


def test_an_unknown_resource_is_a_bug() -> None:
    with pytest.raises(KeyError):
        map_record("carts", {}, Mapping(shop=SHOP))
    with pytest.raises(KeyError):
        map_records("orders", [], Mapping(shop=SHOP))


@pytest.mark.parametrize("case", CASES)
def test_the_records_that_are_mapped_have_the_shape_that_is_promised(case: str) -> None:
    assert fault(record_of(case), KINDS[resource_of(case)]) is None


def test_what_fits_has_no_fault() -> None:
    assert fits(record_of("orders/everything"), Order)
    assert not fits(record_of("orders/everything") | {"id": True}, Order)
    assert fits({"rate": 1}, TaxLine) is fits({"price_set": {}}, TaxLine) is False


STRANGE: st.SearchStrategy[Any] = st.sampled_from(
    [..., None, "", "SECRET", 5, -1, 1.5, True, [], {}, ["SECRET"], "\0"]
)


@given(st.sampled_from(CASES), st.data(), STRANGE)
def test_whatever_has_a_fault_does_not_fit(case: str, data: st.DataObject, value: Any) -> None:
    record = record_of(case)
    strange = changed(record, data.draw(st.sampled_from(places(record, []))), value)
    kind = KINDS[resource_of(case)]
    assert fits(strange, kind) == (fault(strange, kind) is None)


@given(st.sampled_from(CASES), st.data(), STRANGE)
def test_a_strange_record_is_mapped_or_refused_and_never_crashes(
    case: str, data: st.DataObject, value: Any
) -> None:
    record = record_of(case)
    place = data.draw(st.sampled_from(places(record, [])))
    strange = changed(record, place, value)
    before = copy.deepcopy(strange)
    refusal = ""
    try:
        for event in mapped(case, strange, settings_of(case)):
            encode(event)
    except RecordError as error:
        refusal = str(error)
    assert "SECRET" not in refusal
    assert strange == before


def test_a_sum_with_more_digits_than_money_has_is_rejected() -> None:
    record = copy.deepcopy(record_of("orders/paid"))
    line = record["line_items"][0]
    line |= {"selling_plan": {"name": "Monthly"}, "quantity": 10**13}
    line["price_set"]["shop_money"]["amount"] = "999999999999999.00"
    with pytest.raises(RecordError, match="malformed_money"):
        map_record("orders", record, Mapping(shop=SHOP))


def test_an_empty_code_is_none_of_the_codes() -> None:
    codes = [{"code": ""}, {"code": "A"}]
    for case, resource in (("orders/paid", "orders"), ("checkouts/guest", "checkouts")):
        record = record_of(case) | {"discount_codes": codes}
        events = map_record(resource, record, Mapping(shop=SHOP))
        told = [e["properties"]["coupon"] for e in events if "coupon" in e.get("properties", {})]
        assert set(told) == {"A"}


def test_taxes_of_a_checkouts_lines_that_are_null_are_not_told() -> None:
    record = copy.deepcopy(record_of("checkouts/guest")) | {"taxes_included": True}
    without = copy.deepcopy(record)
    for line, other in zip(record["line_items"], without["line_items"], strict=True):
        line["tax_lines"] = None
        other.pop("tax_lines", None)
    mapped = [map_record("checkouts", one, Mapping(shop=SHOP)) for one in (record, without)]
    assert mapped[0] == mapped[1]


@pytest.mark.parametrize("resource", ["carts", "pixels", "order", ""])
def test_what_is_no_resource_is_never_taken_for_an_order(resource: str) -> None:
    with pytest.raises(KeyError, match=repr(resource)):
        map_record(resource, record_of("orders/everything"), Mapping(shop=SHOP))
