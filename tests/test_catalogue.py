"""The specification, the catalogue, the mappers and the golden files tell the same of every event.

The specification itself does not lie here: its tables are known by their digest.
"""

import hashlib
import importlib
import inspect
import json
import pkgutil
import re
from collections.abc import Callable, Iterator
from types import UnionType
from typing import Any

import pytest

from golden import CASES, events_of
from littlerelay import catalogue, mappers, records
from littlerelay.catalogue import ALWAYS, CARRIED, MADE, EventEntry, Property
from littlerelay.events import NULLABLE_TRAITS, OPTIONAL_PRODUCT_PROPERTIES
from littlerelay.settings import Mapping

# Every table of the specification, as [table, name, type, description] a row: types in lower case,
# links as their text, marks of footnotes left out.
SPECIFICATION = "6b3f081e3db098c0192340c6029e70ee7581f2ed0a53ca1bb7cb617b57b3ce37"
TABLES: dict[str, tuple[EventEntry, ...] | tuple[Property, ...]] = {
    "device events": catalogue.DEVICE_EVENTS,
    "server events": catalogue.SERVER_EVENTS,
    "traits": catalogue.TRAITS,
    "event properties": catalogue.EVENT_PROPERTIES,
    "product properties": catalogue.PRODUCT_PROPERTIES,
    "subscription events": catalogue.SUBSCRIPTION_EVENTS,
    "subscription properties": catalogue.SUBSCRIPTION_PROPERTIES,
}
# The one name that is not as it is written there, where its neighbours are spelt otherwise.
MENDED = {"default_address.postalCode": "default.address.postalCode"}
KINDS: dict[str, type | UnionType] = {
    "String": str,
    "Integer": int,
    "Float": float,
    "Double": float,
    "Number": int | float,
    "Boolean": bool,
    "Array": list,
    "Object": dict,
    "Date": str,
}
PRODUCT = (*catalogue.PRODUCT_PROPERTIES, *catalogue.ADDED_PRODUCT_PROPERTIES)
# The address is one object of the traits; its parts stand where the specification has them.
ADDRESS = ["street", "city", "postalCode", "state", "country"]
# What a pixel calls the events of which the catalogue tells.
PIXEL_EVENTS = set(
    """
    cart_viewed checkout_completed clicked collection_viewed page_viewed product_viewed
    search_submitted
    """.split()
)
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


def digest(tables: dict[str, tuple[EventEntry, ...] | tuple[Property, ...]]) -> str:
    rows = [
        [table, MENDED.get(entry.name, entry.name), kind_of(entry), entry.description]
        for table, entries in tables.items()
        for entry in entries
    ]
    return hashlib.sha256(json.dumps(rows, ensure_ascii=False).encode()).hexdigest()


def kind_of(entry: EventEntry | Property) -> str:
    if isinstance(entry, EventEntry):
        return ""
    return f"{entry.kind.lower()}{', null' * entry.nullable}"


def functions(name: str) -> list[Callable[..., Any]]:
    """Returns the functions of that name that the mappers define."""
    modules = [
        importlib.import_module(f"{mappers.__name__}.{module.name}")
        for module in pkgutil.iter_modules(mappers.__path__)
    ]
    found = [(module, getattr(module, name, None)) for module in modules]
    return [one for module, one in found if one and one.__module__ == module.__name__]


def test_the_catalogue_has_every_table_word_for_word() -> None:
    assert digest(TABLES) == SPECIFICATION


@pytest.mark.parametrize("table", TABLES)
def test_a_changed_word_of_a_table_would_be_found(table: str) -> None:
    first, *others = TABLES[table]
    changed: Any = (first._replace(description=first.description + "."), *others)
    assert digest(TABLES | {table: changed}) != SPECIFICATION


def test_every_event_is_made() -> None:
    names = [entry.name for entry in catalogue.all_events()]
    assert sorted(names) == sorted(MADE)
    assert set(MADE) == {*CARRIED, "Identify", "Alias", "Page"}
    assert set(ALWAYS) == {*CARRIED, "Identify"}


@pytest.mark.parametrize("event", CARRIED)
def test_an_event_has_one_function_with_its_name_and_its_description(event: str) -> None:
    (function,) = functions(event.lower().replace(" ", "_"))
    (entry,) = (entry for entry in catalogue.all_events() if entry.name == event)
    description = entry.description.removesuffix(".")
    assert " ".join(str(inspect.getdoc(function)).split()) == f"{description}."


def test_every_event_that_is_made_is_in_the_golden_files() -> None:
    found = {(name_of(event), event["type"]) for _, event in ALL}
    assert found == {(name, made.call) for name, made in MADE.items()}


def name_of(event: dict[str, Any]) -> str:
    name: str = event.get("event", event["type"].capitalize())
    return name


@pytest.mark.parametrize(("case", "event"), TRACKS)
def test_every_property_is_in_the_catalogue_with_its_type_and_in_its_order(
    case: str, event: dict[str, Any]
) -> None:
    properties = event["properties"]
    assert list(faults(properties, catalogue.properties_of(event["event"]))) == []
    listed = [*properties.get("products", ()), *properties.get("items", ())]
    assert [fault for one in listed for fault in faults(one, PRODUCT)] == []


@pytest.mark.parametrize("name", CARRIED)
def test_every_property_that_an_event_may_carry_is_in_some_golden_file(name: str) -> None:
    emitted = {key for _, event in TRACKS if event["event"] == name for key in event["properties"]}
    assert emitted == set(CARRIED[name])


@pytest.mark.parametrize("name", ALWAYS)
def test_what_an_event_always_carries_is_in_every_golden_file(name: str) -> None:
    found = [event for _, event in ALL if name_of(event) == name]
    values = [event.get("properties") or event["traits"] for event in found]
    assert values
    assert all(set(ALWAYS[name]) <= set(one) for one in values)


def test_every_property_of_a_product_is_in_some_golden_file() -> None:
    listed = [
        (event["event"], one)
        for _, event in TRACKS
        for one in event["properties"].get("products", ())
    ]
    assert {key for _, one in listed for key in one} == {entry.name for entry in PRODUCT}
    assert all(set(catalogue.product_always(event)) <= set(one) for event, one in listed)


ENVELOPE = [entry for entry in catalogue.EVENT_PROPERTIES if catalogue.is_envelope(entry)]


@pytest.mark.parametrize("entry", ENVELOPE, ids=[entry.name for entry in ENVELOPE])
def test_what_surrounds_the_properties_is_in_some_golden_file_with_its_type(
    entry: Property,
) -> None:
    found = [at(event, catalogue.path_of(entry)) for _, event in ALL]
    values = [value for value in found if value is not None]
    assert values
    assert [value for value in values if not is_of(value, entry)] == []


def at(value: Any, path: tuple[str, ...]) -> Any:
    """Returns what stands at a path, None where nothing does."""
    for key in path:
        value = value.get(key) if isinstance(value, dict) else None
    return value


def test_the_user_id_of_an_identify_is_a_text_though_the_table_says_double() -> None:
    """Segment takes texts alone, and e-mails and hashes are no numbers."""
    (entry,) = (entry for entry in catalogue.TRAITS if entry.name == "userId")
    assert entry.kind == "Double"
    found = [event["userId"] for _, event in ALL if "traits" in event and "userId" in event]
    assert found
    assert all(isinstance(one, str) for one in found)


def test_every_trait_is_in_the_catalogue_with_its_type_and_in_its_order() -> None:
    found = [event["traits"] for _, event in ALL if event["type"] == "identify"]
    every = address_whole([*TRAITS])
    told = [cookies_alike(traits) for traits in found]
    assert [fault for traits in told for fault in faults(traits, every)] == []
    assert {name for traits in told for name in traits} == {entry.name for entry in every}
    addresses = [traits["address"] for traits in found if "address" in traits]
    assert addresses
    assert all(list(address) == ADDRESS for address in addresses)


def cookies_alike(traits: dict[str, Any]) -> dict[str, Any]:
    """Gives cookies the one name that they have in the catalogue."""
    return {re.sub(r"^littledata_.*", "littledata_<cookie>", name): traits[name] for name in traits}


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
    tables = catalogue.tables_of(name)
    order = [entry.name for entry in tables if not catalogue.is_envelope(entry)]
    order = [*dict.fromkeys(order)]
    assert list(CARRIED[name]) == [known for known in order if known in CARRIED[name]]


@pytest.mark.parametrize("event", CARRIED)
def test_every_property_of_an_event_has_a_source(event: str) -> None:
    assert all(catalogue.source_of(event, name) for name in CARRIED[event])


def test_every_property_of_a_product_and_every_trait_has_a_source() -> None:
    assert set(catalogue.PRODUCT_SOURCES) == {entry.name for entry in PRODUCT}
    assert list(catalogue.TRAIT_SOURCES) == [entry.name for entry in catalogue.traits()]


def test_sources_and_times_name_fields_settings_and_properties_that_there_are() -> None:
    told = [catalogue.source_of(event, name) for event in CARRIED for name in CARRIED[event]]
    told += [*catalogue.PRODUCT_SOURCES.values(), *catalogue.TRAIT_SOURCES.values()]
    told += [f"{made.source} {made.time}" for made in MADE.values()]
    named = {
        word
        for text in told
        for name in re.findall("`([^`]+)`", text)
        for word in re.findall(r"\w+", name)
    }
    shapes = [getattr(records, name) for name in records.__all__]
    fields = {field for shape in shapes for field in shape.__annotations__}
    tables = (catalogue.EVENT_PROPERTIES, TRAITS, catalogue.SUBSCRIPTION_PROPERTIES)
    known = {entry.name for table in tables for entry in table}
    values = {"Shopify", "active", "all", "current", "true"}
    settings = set(Mapping.__dataclass_fields__)
    assert named - fields - known - settings - values - PIXEL_EVENTS == set()


def test_a_fault_of_the_catalogue_would_be_found() -> None:
    entries = [Property("a", "Float", ""), Property("b", "Integer", "")]
    assert list(faults({"a": 1.0, "b": 2}, entries)) == []
    assert list(faults({"a": 1}, entries)) == ["a is no Float: int"]
    assert list(faults({"b": True}, entries)) == ["b is no Integer: bool"]
    assert list(faults({"b": None}, entries)) == ["b is null"]
    assert list(faults({"c": 1}, entries)) == ["c is not in the catalogue"]
    assert list(faults({"b": 1, "a": 1.0}, entries)) == ["out of order: ['b', 'a'], not ['a', 'b']"]
