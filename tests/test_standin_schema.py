"""The vendored schema: Shopify's own, valid, and enough for every query that relay sends."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from graphql import (
    DocumentNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLObjectType,
    Node,
    Visitor,
    parse,
    validate,
    validate_schema,
    visit,
)

import prune_schema
from prune_schema import TARGET, prune
from standin.schema import Rule, directive_of, load_schema, rule_of

QUERIES = Path(__file__).parent.parent / "littlerelay" / "shopify" / "queries"


def documents() -> Iterator[tuple[str, DocumentNode]]:
    parsed = {path.stem: parse(path.read_text()) for path in sorted(QUERIES.glob("*.graphql"))}
    shared = parsed.pop("fragments")
    fragments = {
        node.name.value: node
        for node in shared.definitions
        if isinstance(node, FragmentDefinitionNode)
    }
    for name, document in parsed.items():
        used: dict[str, FragmentDefinitionNode] = {}
        add_fragments(document, fragments, used)
        yield name, DocumentNode(definitions=(*document.definitions, *used.values()))


def add_fragments(
    node: Node,
    fragments: dict[str, FragmentDefinitionNode],
    used: dict[str, FragmentDefinitionNode],
) -> None:
    class Spreads(Visitor):
        def enter_fragment_spread(self, spread: FragmentSpreadNode, *_: object) -> None:
            name = spread.name.value
            if name in fragments and name not in used:
                used[name] = fragments[name]
                add_fragments(fragments[name], fragments, used)

    visit(node, Spreads())


@pytest.mark.parametrize(
    "document", [pytest.param(document, id=name) for name, document in documents()]
)
def test_a_query_of_relay_is_valid_on_shopifys_schema(document: DocumentNode) -> None:
    assert [error.message for error in validate(load_schema(), document)] == []


def test_the_schema_is_valid_and_names_its_source_and_licence() -> None:
    assert validate_schema(load_schema()) == []
    header = TARGET.read_text(encoding="utf-8")[:1000]
    assert "@shopify/dev-mcp@1.16.0" in header
    assert "ISC License. Copyright 2025-present, Shopify Inc." in header
    assert '"""' not in TARGET.read_text(encoding="utf-8")


def test_access_rules_and_protected_fields_are_kept() -> None:
    customer, order = object_type("Customer"), object_type("Order")
    assert rule_of(order) == Rule(
        "`read_orders` access scope, `read_marketplace_orders` access scope or "
        "`read_quick_sale` access scope.",
        ("read_orders", "read_marketplace_orders", "read_quick_sale"),
    )
    service = rule_of(object_type("FulfillmentService"))
    assert service is not None
    assert service.scopes[:2] == ("read_fulfillments", "read_products")
    unsubscribe = rule_of(customer.fields["unsubscribeUrl"])
    assert unsubscribe is not None
    assert unsubscribe.scopes == ("write_customers",)
    assert rule_of(object_type("MoneyBag")) is None
    assert directive_of(customer.fields["firstName"], "protected")
    assert not directive_of(customer.fields["id"], "protected")


def object_type(name: str) -> GraphQLObjectType:
    found = load_schema().get_type(name)
    assert isinstance(found, GraphQLObjectType)
    return found


def named(name: str, kind: str = "SCALAR") -> prune_schema.Json:
    return {"kind": kind, "name": name, "ofType": None}


def field(name: str, type_: prune_schema.Json, **changes: object) -> prune_schema.Json:
    plain: prune_schema.Json = {
        "isDeprecated": False,
        "isProtected": False,
        "requiredAccess": None,
        "args": [],
    }
    return {"name": name, "type": type_, **plain, **changes}


def made(name: str, kind: str, **changes: object) -> prune_schema.Json:
    plain: prune_schema.Json = dict.fromkeys(
        ("fields", "inputFields", "enumValues", "interfaces", "possibleTypes")
    )
    return {"name": name, "kind": kind, "requiredAccess": None, **plain, **changes}


FIRST = {"name": "first", "type": named("Int"), "defaultValue": "10", "isDeprecated": False}
ORDER_FIELDS = [
    field("total", named("Money"), isDeprecated=True, deprecationReason="Use\n  other."),
    field("left", named("Left", "OBJECT")),
    field("email", named("Money"), isProtected=True, protectedContent="email"),
]
ROOT_FIELDS = [
    field("orders", {"kind": "LIST", "ofType": named("Order", "OBJECT")}, args=[FIRST]),
    field("others", named("Order", "OBJECT")),
]
RULE = "`read_orders`. Also: `x`."
LEFT = [named("Left", "INTERFACE")]
WHOLE = [
    made("Int", "SCALAR"),
    made("Money", "SCALAR"),
    made("Unused", "SCALAR"),
    made("Mutation", "OBJECT", fields=[], interfaces=[]),
    made("Left", "OBJECT", fields=[], interfaces=[]),
    made("Order", "OBJECT", interfaces=LEFT, requiredAccess=RULE, fields=ORDER_FIELDS),
    made("QueryRoot", "OBJECT", interfaces=[], fields=ROOT_FIELDS),
]
PRUNED = """
scalar Money

type Mutation {
}

type Order @access(requires: "`read_orders`. Also: `x`.", scopes: ["read_orders"]) {
  email: Money @protected(content: "email")
  total: Money @deprecated(reason: "Use other.")
}

type QueryRoot {
  orders(first: Int = 10): [Order]
}
"""


def test_pruning_keeps_what_is_named_and_what_it_needs(monkeypatch: pytest.MonkeyPatch) -> None:
    for roots, names in (("ROOTS", ["orders"]), ("TYPES", ["Order"]), ("INTERFACES", [])):
        monkeypatch.setattr(prune_schema, roots, names)
    assert prune(WHOLE).endswith(f"on FIELD_DEFINITION\n{PRUNED}")
    assert prune(WHOLE[::-1]) == prune(WHOLE)
