"""Every document is one that Shopify would take: by its schema, its scopes and its limits."""

from __future__ import annotations

import ast
import re
from pathlib import Path
from typing import NamedTuple
from zoneinfo import ZoneInfo

import pytest
from graphql import (
    DocumentNode,
    FieldNode,
    GraphQLField,
    GraphQLOutputType,
    TypeInfo,
    TypeInfoVisitor,
    VariableNode,
    Visitor,
    get_named_type,
    get_operation_ast,
    parse,
    print_ast,
    validate,
    visit,
)

from littlerelay.shopify.queries import document
from littlerelay.shopify.shop import NEEDED, Shop
from shopify_fakes import SHOP, FakeTime, Script, fine, graphql
from standin.cost import Planner, requested_cost
from standin.schema import is_connection, load_schema, rule_of

DEAREST = 1000  # points: the most that one query may request
SHOPIFY = Path(__file__).resolve().parent.parent / "littlerelay" / "shopify"
RESOURCES = ("orders", "customers", "checkouts")
WHOLE = ("order_figures", "deleted_orders")  # lists whose pages begin as large as Shopify gives
# Documents that are asked for as a whole, or not at all, with the scope that they need.
GATED = {
    "markets": "read_markets",
    "market_regions": "read_markets",
    "sales": "read_reports",
    **dict.fromkeys(
        ("contracts", "contracts_oldest", "contract_items", "contract_attempts"),
        "read_own_subscription_contracts",
    ),
}
OPTIONAL = {
    "products": "read_products",
    "locations": "read_locations",
    "users": "read_users",
    "metafield": "read_customers",  # needs no scope of its own
}


class Asked(NamedTuple):
    """One field of a document; ``scopes`` are those without which it is left out."""

    node: FieldNode
    definition: GraphQLField
    type_: GraphQLOutputType
    scopes: frozenset[str]


class Fields(Visitor):
    """Collects every field of a document."""

    def __init__(self, types: TypeInfo) -> None:
        super().__init__()
        self.found: list[Asked] = []
        self._types = types
        self._scopes: list[frozenset[str]] = [frozenset()]

    def enter_field(self, node: FieldNode, *_: object) -> None:
        """Notes a field: what is inside of one that is left out is left out, too."""
        definition, type_ = self._types.get_field_def(), self._types.get_type()
        assert definition is not None
        assert type_ is not None
        self._scopes.append(self._scopes[-1] | switches_of(node))
        self.found.append(Asked(node, definition, type_, self._scopes[-1]))

    def leave_field(self, *_: object) -> None:
        """Forgets what the field's own switches were."""
        self._scopes.pop()


def switches_of(node: FieldNode) -> set[str]:
    """Gives the scopes that a field's own directives stand for."""
    found = set()
    for directive in node.directives or ():
        assert directive.name.value == "include"
        assert directive.arguments
        value = directive.arguments[0].value
        assert isinstance(value, VariableNode)
        found.add(OPTIONAL[value.name.value])
    return found


def fields(parsed: DocumentNode) -> list[Asked]:
    types = TypeInfo(load_schema())
    visitor = Fields(types)
    visit(parsed, TypeInfoVisitor(types, visitor))
    return visitor.found


def names() -> list[str]:
    """Returns the names of all documents."""
    found = {path.stem for path in (SHOPIFY / "queries").glob("*.graphql")}
    return sorted(found - {"fragments"})


every_document = pytest.mark.parametrize("name", names())


def test_the_documents_are_found() -> None:
    assert {"customers", "orders", "preflight"} <= set(names())


@every_document
def test_a_document_is_valid(name: str) -> None:
    assert validate(load_schema(), parse(document(name))) == []


@every_document
def test_a_document_asks_for_nothing_deprecated(name: str) -> None:
    asked = fields(parse(document(name)))
    old = [each.node.name.value for each in asked if each.definition.deprecation_reason]
    assert old == []
    assert asked


@every_document
def test_every_connection_tells_whether_it_goes_on(name: str) -> None:
    for node, _, type_, _ in fields(parse(document(name))):
        if is_connection(get_named_type(type_)) and not name.endswith(("_oldest", "_earliest")):
            assert node.selection_set
            chosen = [print_ast(each).split()[0] for each in node.selection_set.selections]
            whole = ["edges"] if name.startswith("bulk_") else ["nodes", "pageInfo"]
            assert chosen == whole, f"{node.name.value} may stop without a word"


@every_document
def test_each_operation_has_a_name_of_its_own(name: str) -> None:
    operation = get_operation_ast(parse(document(name)))
    assert operation is not None
    assert operation.name is not None
    assert operation.name.value == "Relay" + name.title().replace("_", "")


def test_every_fragment_is_used() -> None:
    text = (SHOPIFY / "queries" / "fragments.graphql").read_text("utf-8")
    everything = "".join(document(name) for name in names())
    fragments = re.compile(r"^fragment (\w+)", re.MULTILINE)
    assert set(fragments.findall(text)) == set(fragments.findall(everything))


def test_every_document_is_asked_for_somewhere() -> None:
    named = set[str]()
    for path in SHOPIFY.glob("*.py"):
        tree = ast.walk(ast.parse(path.read_text("utf-8")))
        named |= {str(node.value) for node in tree if isinstance(node, ast.Constant)}
    named |= {f"{each}{end}" for each in RESOURCES for end in ("_count", "_oldest")}
    named |= {f"bulk_{each}" for each in RESOURCES} | {"contracts_oldest"}
    assert set(names()) - named == set()


def first_size(name: str) -> int | None:
    """Gives the size of a list's first page; none for a document that has no such variable."""
    if name in WHOLE:
        return 250
    scopes = frozenset(OPTIONAL.values())
    shop = Shop(graphql(Script(fine()), FakeTime()), SHOP, ZoneInfo("UTC"), now=0, scopes=scopes)
    return shop.spans(name, 0, 0).resource.first if name in RESOURCES else None


@every_document
def test_a_page_at_its_first_size_costs_less_than_shopify_allows(name: str) -> None:
    parsed = parse(document(name))
    operation = get_operation_ast(parsed)
    assert operation is not None
    variables = {"first": first_size(name), **dict.fromkeys(OPTIONAL, True)}
    plan = Planner(load_schema(), parsed, variables).plan(operation)
    assert 0 < requested_cost(plan, operation.operation) < DEAREST


@every_document
def test_what_needs_an_optional_scope_is_asked_for_only_with_it(name: str) -> None:
    """Shopify answers with an error and no whole data where a scope is missing."""
    granted = {*NEEDED.split(","), GATED.get(name, "read_orders")}
    for each in fields(parse(document(name))):
        for rule in (rule_of(each.definition), rule_of(get_named_type(each.type_))):
            enough = set(rule.scopes) if rule and rule.scopes else granted
            assert (granted | each.scopes) & enough, f"{each.node.name.value} needs {enough}"


def test_a_document_holds_no_comments_and_each_fragment_once() -> None:
    for name in names():
        text = document(name)
        assert "#" not in text
        defined = re.findall(r"^fragment (\w+)", text, re.MULTILINE)
        assert len(defined) == len(set(defined))


def test_the_drain_can_say_every_variable_that_a_list_needs() -> None:
    """Drain sends ``id`` and ``after``, and what else a list needs where it belongs."""
    sent = {
        "order_line_items": {"products"},
        "order_agreements": {"salesAfter", "users"},
        "checkout_line_items": {"products"},
    }
    for name in set(names()) - {"operation"}:
        operation = get_operation_ast(parse(document(name)))
        assert operation is not None
        variables = {each.variable.name.value for each in operation.variable_definitions or ()}
        if "id" in variables:
            assert variables == {"id", "after"} | sent.get(name, set())
