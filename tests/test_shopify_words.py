"""What Shopify says of an error names fields and scopes, and no value goes on from there."""

from __future__ import annotations

from datetime import date

import pytest

from littlerelay.errors import RefusedError
from littlerelay.shopify.graphql import QueryError
from littlerelay.shopify.operations import Operations
from littlerelay.shopify.refusals import words
from littlerelay.shopify.sales import sales
from shopify_fakes import FakeTime, Script, answer, bucket, error, graphql

SAID = "Field 'total' has no ada@example.com"
TOLD = r"Field 'total' has no \*\*\*"


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("Field 'foo' doesn't exist on type 'Order'", "Field 'foo' doesn't exist on type 'Order'"),
        ("Field 'x' doesn't accept argument 'y'", "Field 'x' doesn't accept argument 'y'"),
        ("Argument 'first' on Field 'x' has an invalid value (Ada L). Expected type 'Int!'.",
         "Argument 'first' on Field 'x' has an invalid value ***. Expected type 'Int!'."),
        ("Required access: `read_orders` access scope.",
         "Required access: `read_orders` access scope."),
        ("Variable $ids of type [ID!]! was provided invalid value",
         "Variable $ids of type [ID!]! was provided invalid value"),
        ("Invalid global id 'gid://shopify/Customer/7001'", "Invalid global id ***"),
        ("invalid email ada@example.com", "invalid email ***"),
        ("no such name: \"Ada Lovelace\", or `Ada L.`", "no such name: ***, or ***"),
        ("call +1 202-555-0101 now", "call +*** now"),
        ("Query cost is 1250, the limit 1000", "Query cost is 1250, the limit 1000"),
        ("token shpat_0123abcd", "token ***"),
    ],
)  # fmt: skip
def test_shopify_s_words_are_told_but_for_values(said: str, told: str) -> None:
    assert words({"message": said}) == told


def test_a_refused_query_is_told_so() -> None:
    server = Script(answer({"data": None, "errors": [error(SAID)]}))
    with pytest.raises(QueryError, match=TOLD):
        graphql(server, FakeTime()).execute("preflight")


def test_an_ignored_filter_is_told_so() -> None:
    search = [{"path": ["page"], "warnings": [{"field": "total", "message": SAID}]}]
    extensions = {**bucket(10, 1000), "search": search}
    server = Script(answer({"data": {"page": {"nodes": []}}, "extensions": extensions}))
    with pytest.raises(RefusedError, match=TOLD):
        graphql(server, FakeTime()).execute("preflight")


def test_a_refused_bulk_operation_is_told_so() -> None:
    errors = [{"code": "INVALID", "field": None, "message": SAID}]
    server = Script(answer({"data": {"started": {"operation": None, "errors": errors}}}))
    time = FakeTime()
    with pytest.raises(RefusedError, match=TOLD):
        Operations(graphql(server, time), time.clock).start("{ orders }")


def test_a_refused_report_is_told_so() -> None:
    server = Script(answer({"data": {"report": {"table": None, "errors": [SAID]}}}))
    with pytest.raises(RefusedError, match=TOLD):
        sales(graphql(server, FakeTime()), date(2026, 1, 1), date(2026, 1, 31))
