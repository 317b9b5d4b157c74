"""The catalogue, the mappers and the golden files tell the same of every event."""

import inspect
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from golden import CASES, events_of
from littlerelay import catalogue
from littlerelay.catalogue import CARRIED, Property
from littlerelay.events import NULLABLE_TRAITS, OPTIONAL_PRODUCT_PROPERTIES
from littlerelay.mappers import customers, fulfillments, orders, refunds

FUNCTIONS: dict[str, Callable[..., Any]] = {
    "Customer Created": customers.customer_created,
    "Order Completed": orders.order_completed,
    "Order Cancelled": orders.order_cancelled,
    "POS Order Placed": orders.pos_order_placed,
    "Customer Enabled": customers.customer_enabled,
    "Fulfillment Created": fulfillments.fulfillment_created,
    "Fulfillment Updated": fulfillments.fulfillment_updated,
    "Order Refunded": refunds.order_refunded,
}
KINDS: dict[str, type] = {
    "String": str,
    "Integer": int,
    "Float": float,
    "Double": float,
    "Boolean": bool,
    "Array": list,
    "Object": dict,
    "Date": str,
}
PRODUCT = (*catalogue.PRODUCT_PROPERTIES, *catalogue.ADDED_PRODUCT_PROPERTIES)
# The address is one object of the traits; its parts stand where the specification has them.
ADDRESS = ["street", "city", "postalCode", "state", "country"]
TRAITS = [
    *(entry for entry in catalogue.TRAITS if "." not in entry.name and entry.name != "userId"),
    *(entry for entry in catalogue.ADDED_TRAITS if "." not in entry.name),
]
ALL = [(case, event) for case in CASES for event in events_of(case)]
TRACKS = [(case, event) for case, event in ALL if event["type"] == "track"]


def faults(values: dict[str, Any], entries: list[Property] | tuple[Property, ...]) -> Iterator[str]:
    """Yields what is unknown, of another type, or out of order."""
    known = {entry.name: entry for entry in entries}
    for name, value in values.items():
        if name not in known:
            yield f"{name} is not in the catalogue"
        elif value is None and not known[name].nullable:
            yield f"{name} is null"
        elif value is not None and not is_of(value, known[name]):
            yield f"{name} is no {known[name].kind}: {type(value).__name__}"
    names = [name for name in known if name in values]
    if [name for name in values if name in known] != names:
        yield f"out of order: {list(values)}, not {names}"


def is_of(value: object, entry: Property) -> bool:
    """Tells whether a value has its property's type; a float is one in JSON, too (``30.0``)."""
    return isinstance(value, KINDS[entry.kind]) and (
        entry.kind == "Boolean" or not isinstance(value, bool)
    )


def test_the_catalogue_has_every_table_in_full() -> None:
    sizes = [
        len(catalogue.DEVICE_EVENTS),
        len(catalogue.SERVER_EVENTS),
        len(catalogue.SUBSCRIPTION_EVENTS),
        len(catalogue.EVENT_PROPERTIES),
        len(catalogue.PRODUCT_PROPERTIES),
        len(catalogue.TRAITS),
        len(catalogue.SUBSCRIPTION_PROPERTIES),
    ]
    assert sizes == [11, 15, 5, 41, 17, 20, 9]


@pytest.mark.parametrize("event", CARRIED)
def test_an_event_has_one_function_with_its_name_and_its_description(event: str) -> None:
    function = FUNCTIONS[event]
    (entry,) = (entry for entry in catalogue.all_events() if entry.name == event)
    assert function.__name__ == event.lower().replace(" ", "_")
    assert " ".join(str(inspect.getdoc(function)).split()) == f"{entry.description}."


def test_every_mapped_event_is_in_the_golden_files_and_in_the_catalogue() -> None:
    assert {event["event"] for _, event in TRACKS} == set(CARRIED) == set(FUNCTIONS)


@pytest.mark.parametrize(("case", "event"), TRACKS)
def test_every_property_is_in_the_catalogue_with_its_type_and_in_its_order(
    case: str, event: dict[str, Any]
) -> None:
    properties = event["properties"]
    assert list(faults(properties, catalogue.properties_of(event["event"]))) == []
    assert [fault for one in properties.get("products", ()) for fault in faults(one, PRODUCT)] == []


@pytest.mark.parametrize("name", CARRIED)
def test_every_property_that_an_event_may_carry_is_in_some_golden_file(name: str) -> None:
    emitted = {key for _, event in TRACKS if event["event"] == name for key in event["properties"]}
    assert emitted == set(CARRIED[name])


def test_every_property_of_a_product_is_in_some_golden_file() -> None:
    listed = [one for _, event in TRACKS for one in event["properties"].get("products", ())]
    of_lists = {"list_id", "list_position"}
    assert {key for one in listed for key in one} == {entry.name for entry in PRODUCT} - of_lists


def test_every_trait_is_in_the_catalogue_with_its_type_and_in_its_order() -> None:
    found = [event["traits"] for _, event in ALL if event["type"] == "identify"]
    every = address_whole([*TRAITS])
    assert [fault for traits in found for fault in faults(traits, every)] == []
    assert {name for traits in found for name in traits} == {entry.name for entry in every}
    addresses = [traits["address"] for traits in found if "address" in traits]
    assert addresses
    assert all(list(address) == ADDRESS for address in addresses)


def address_whole(entries: list[Property]) -> list[Property]:
    """Puts the address's object where its parts stand in the table."""
    whole = Property("default_address", "Object", "")
    return [*entries[:2], whole, *entries[2:]]


def test_the_parts_of_the_address_are_those_of_the_catalogue() -> None:
    rows = (*catalogue.TRAITS, *catalogue.ADDED_TRAITS)
    parts = {name for entry in rows for name in entry.name.split(".")[1:]}
    assert parts == set(ADDRESS)


def test_nullable_traits_are_those_that_may_be_null() -> None:
    assert {entry.name for entry in catalogue.TRAITS if entry.nullable} == NULLABLE_TRAITS


def test_only_products_properties_are_dropped_for_size() -> None:
    assert set(OPTIONAL_PRODUCT_PROPERTIES) <= {entry.name for entry in PRODUCT}


@pytest.mark.parametrize("name", CARRIED)
def test_what_an_event_carries_stands_in_the_order_of_the_tables(name: str) -> None:
    tables = (*catalogue.EVENT_PROPERTIES, *catalogue.ADDED_EVENT_PROPERTIES)
    order = [entry.name for entry in tables if not catalogue.is_envelope(entry)]
    assert list(CARRIED[name]) == [known for known in order if known in CARRIED[name]]


def test_a_fault_of_the_catalogue_would_be_found() -> None:
    entries = [Property("a", "Float", ""), Property("b", "Integer", "")]
    assert list(faults({"a": 1.0, "b": 2}, entries)) == []
    assert list(faults({"a": 1}, entries)) == ["a is no Float: int"]
    assert list(faults({"b": True}, entries)) == ["b is no Integer: bool"]
    assert list(faults({"b": None}, entries)) == ["b is null"]
    assert list(faults({"c": 1}, entries)) == ["c is not in the catalogue"]
    assert list(faults({"b": 1, "a": 1.0}, entries)) == ["out of order: ['b', 'a'], not ['a', 'b']"]
