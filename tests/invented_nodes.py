"""Answers a document with every field filled, in the shapes of Shopify's schema."""

from __future__ import annotations

from itertools import count
from typing import Any

from graphql import (
    GraphQLEnumType,
    GraphQLList,
    GraphQLResolveInfo,
    GraphQLScalarType,
    get_named_type,
    get_nullable_type,
    graphql_sync,
    is_abstract_type,
    is_nullable_type,
    is_object_type,
)

from littlerelay.shopify.queries import document
from standin.schema import load_schema

WHEN = "2026-01-31T09:15:00Z"
VARIABLES = {"first": 2, "query": "", "id": "gid://shopify/It/1", "namespace": "n", "key": "k"}
FLAGS = ("locations", "metafield", "products", "users")

SCALARS: dict[str, Any] = {
    "Boolean": True,
    "Int": 3,
    "Float": 0.25,
    "DateTime": WHEN,
    "Decimal": "12.50",
    "Money": "12.50",
    "UnsignedInt64": "7",
    "URL": "https://acme.example.com/it",
}


class Inventor:
    """Invents a value for every field.

    ``text`` is what every free text says (none: the field's name); ``sparse`` is true where all
    that may be null is null.
    """

    def __init__(self, text: str | None, sparse: bool) -> None:
        self._text = text
        self._sparse = sparse
        self._numbers = count(1)

    def value(self, source: Any, info: GraphQLResolveInfo[Any], **_: Any) -> Any:
        """Gives a field's value; a list holds two, or one of each kind that it may hold."""
        if self._sparse and is_nullable_type(info.return_type):
            return None
        type_ = get_nullable_type(info.return_type)
        named = get_named_type(type_)
        if is_abstract_type(named):
            kinds = [kind.name for kind in info.schema.get_possible_types(named)]
        else:
            kinds = [named.name] * 2
        values = [self._one(named, kind, info) for kind in kinds]
        return values if isinstance(type_, GraphQLList) else values[0]

    def _one(self, named: Any, kind: str, info: GraphQLResolveInfo[Any]) -> Any:
        if isinstance(named, GraphQLEnumType):
            return next(iter(named.values))
        if isinstance(named, GraphQLScalarType):
            return self._scalar(named.name, info)
        assert is_object_type(named) or is_abstract_type(named)
        return {"__typename": kind}

    def _scalar(self, name: str, info: GraphQLResolveInfo[Any]) -> Any:
        if name == "ID":
            owner = info.parent_type.name
            return f"gid://shopify/{owner}/{next(self._numbers)}?model_name=It"
        if name == "Boolean" and info.field_name == "hasNextPage":
            return False
        return SCALARS.get(name, info.field_name if self._text is None else self._text)


def data(
    name: str, text: str | None = None, sparse: bool = False, scopes: bool = True
) -> dict[str, Any]:
    """Gives the data that the document ``name`` brings; see Inventor for ``text`` and ``sparse``.

    ``scopes`` is false where the app has no optional scope.
    """
    answer = graphql_sync(
        load_schema(),
        document(name),
        variable_values={**VARIABLES, **dict.fromkeys(FLAGS, scopes)},
        field_resolver=Inventor(text, sparse).value,
    )
    assert answer.errors is None
    assert answer.data is not None
    return answer.data
