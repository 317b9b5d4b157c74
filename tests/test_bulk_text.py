"""A bulk operation's text says what its document says, with everything filled in."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionSetNode,
    StringValueNode,
    TypeInfo,
    TypeInfoVisitor,
    VariableNode,
    Visitor,
    get_named_type,
    parse,
    validate,
    visit,
)

from littlerelay.shopify.bulk_text import bulk_text
from littlerelay.shopify.queries import document
from standin.schema import is_connection, load_schema

NAMES = ("bulk_customers", "bulk_orders", "bulk_checkouts")
SWITCHES = ("products", "locations", "metafield")
SEARCH = "updated_at:>='2024-01-01T00:00:00Z' created_at:<'2025-01-01T00:00:00Z'"
LARGEST = 65_535  # bytes of a text, escaped, that Shopify takes

every_text = pytest.mark.parametrize("name", NAMES)
switched_on = pytest.mark.parametrize("on", [True, False], ids=["every scope", "no scope"])


def variables(on: bool) -> dict[str, Any]:
    names = {"namespace": 'my "own"', "key": "client\\id"}
    return {"query": SEARCH, **names, **dict.fromkeys(SWITCHES, on)}


def operation_of(text: str) -> OperationDefinitionNode:
    found = parse(text).definitions[0]
    assert isinstance(found, OperationDefinitionNode)
    return found


@every_text
@switched_on
def test_a_text_is_a_query_that_the_schema_knows(name: str, on: bool) -> None:
    text = bulk_text(name, variables(on))
    assert validate(load_schema(), parse(text)) == []


@every_text
@switched_on
def test_a_text_is_one_line_without_variables_fragments_and_switches(name: str, on: bool) -> None:
    text = bulk_text(name, variables(on))
    assert "\n" not in text
    assert "$" not in text
    assert "@include" not in text
    assert "..." not in text.replace("... on ", "")
    assert len(json.dumps(text).encode()) < LARGEST


@every_text
@switched_on
def test_a_text_asks_for_what_its_document_asks_for(name: str, on: bool) -> None:
    whole = asked(document(name), variables(on))
    assert asked(bulk_text(name, variables(on)), {}) == whole
    assert len(whole) > 20


@every_text
def test_a_search_and_what_a_user_named_arrive_as_they_are(name: str) -> None:
    held: list[str] = []

    class Texts(Visitor):
        def enter_string_value(self, node: StringValueNode, *_: object) -> None:
            held.append(node.value)

    visit(parse(bulk_text(name, variables(on=True))), Texts())
    assert set(held) == {SEARCH, 'my "own"', "client\\id"}


@every_text
def test_a_text_keeps_within_five_connections_two_deep_and_none_in_a_list(name: str) -> None:
    found: list[list[str]] = []
    types = TypeInfo(load_schema())
    path: list[str] = []

    class Connections(Visitor):
        def enter_field(self, node: FieldNode, *_: object) -> None:
            type_ = types.get_type()
            assert type_ is not None
            kind = "connection" if is_connection(get_named_type(type_)) else ""
            is_list = "[" in str(type_) and node.name.value != "edges"
            path.append(kind or ("list" if is_list else ""))
            if kind:
                found.append([each for each in path if each])

        def leave_field(self, *_: object) -> None:
            path.pop()

    visit(parse(bulk_text(name, variables(on=True))), TypeInfoVisitor(types, Connections()))
    assert 1 <= len(found) <= 5
    assert all(set(each) == {"connection"} and len(each) <= 3 for each in found)


def asked(text: str, given: dict[str, Any]) -> list[str]:
    """Gives the path of every field that a query asks for, in order."""
    parts = {
        one.name.value: one.selection_set
        for one in parse(text).definitions
        if isinstance(one, FragmentDefinitionNode)
    }

    def paths(within: SelectionSetNode, path: str) -> Iterator[str]:
        for node in within.selections:
            if isinstance(node, FragmentSpreadNode):
                yield from paths(parts[node.name.value], path)
            elif isinstance(node, InlineFragmentNode):
                assert node.type_condition
                yield from paths(node.selection_set, f"{path} on {node.type_condition.name.value}")
            elif isinstance(node, FieldNode) and is_on(node, given):
                here = f"{path}.{node.alias.value if node.alias else ''}:{node.name.value}"
                yield here
                if node.selection_set:
                    yield from paths(node.selection_set, here)

    return list(paths(operation_of(text).selection_set, ""))


def is_on(node: FieldNode, given: dict[str, Any]) -> bool:
    """Tells whether the switch of a field, if it has one, is on."""
    for directive in node.directives or ():
        assert directive.arguments
        value = directive.arguments[0].value
        assert isinstance(value, VariableNode)
        return bool(given[value.name.value])
    return True
