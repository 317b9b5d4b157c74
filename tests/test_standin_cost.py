"""What queries cost in the stand-in, and what an app can afford."""

from typing import Any

import pytest

from standin.api import AdminApi
from standin.clock import Clock
from standin.options import DEFAULTS
from standin.tiny import TinyWorld


class Seconds:
    """A clock that a test moves by hand."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def seconds() -> Seconds:
    return Seconds()


def made(world: TinyWorld, seconds: Seconds, plan: str = "standard", scale: float = 1) -> AdminApi:
    return AdminApi(world, {**DEFAULTS, "plan": plan}, Clock(world.now, scale, seconds))


@pytest.fixture
def api(seconds: Seconds) -> AdminApi:
    return made(TinyWorld(5), seconds)


def costs(api: AdminApi, query: str, /, **variables: Any) -> tuple[int, int]:
    cost = api.answer({"query": query, "variables": variables})["extensions"]["cost"]
    return cost["requestedQueryCost"], cost["actualQueryCost"]


MONEY = "totalPriceSet { shopMoney { amount } }"


# Requested costs as Shopify states them for the first two; the others by its model.
@pytest.mark.parametrize(
    ("query", "requested", "actual"),
    [
        ("{ orders(first: 250) { nodes { id name } } }", 13, 5),
        ("{ orders(first: 250) { nodes { lineItems(first: 250) { nodes { id } } } } }", 156, 17),
        ("{ orders(first: 250) { edges { node { id } } } }", 13, 5),
        ("{ orders(first: 1) { nodes { id } pageInfo { hasNextPage } } }", 3, 3),
        ("{ orders(first: 2) { nodes { id } } }", 4, 4),
        ("{ orders(first: 10) { nodes { id } } }", 6, 5),
        ("{ orders(last: 50) { nodes { id } } }", 9, 5),
        (f"{{ orders(first: 50) {{ nodes {{ {MONEY} }} }} }}", 9, 5),
        ("{ orders(first: 2) { nodes { customer { id } } } }", 6, 6),
        ("{ orders(first: 2) { nodes { refunds { id } } } }", 6, 6),
        ('{ orders(first: 2, query: "id:99") { nodes { id } } }', 4, 2),
        ("{ ordersCount { count } customersCount { count } }", 20, 20),
        ("{ shop { name } currentAppInstallation { accessScopes { handle } } }", 3, 3),
        ('{ order(id: "gid://shopify/Order/99") { customer { id } } }', 2, 0),
        ("{ publicApiVersions { handle } }", 1, 1),
    ],
)
def test_a_query_costs(api: AdminApi, query: str, requested: int, actual: int) -> None:
    assert costs(api, query) == (requested, actual)


def test_fragments_and_aliases_cost_what_they_hold(api: AdminApi) -> None:
    query = """query All($first: Int = 10) {
        page: orders(first: $first) { items: nodes { ...Full } }
      }
      fragment Full on Order { who: customer { id } ...Lines ... on Order { customer { id } } }
      fragment Lines on Order { lineItems(first: 2) { nodes { id } } }"""
    # One order is itself, its customer twice, and 2 + 2 for the lines; ten orders count 4 times.
    assert costs(api, query)[0] == 2 + 4 * 7


def test_an_interface_costs_as_much_as_its_dearest_type(api: AdminApi) -> None:
    query = """query One($id: ID!) { node(id: $id) { id
      ... on Order { customer { id } refunds { id } } ... on Customer { lastOrder { id } } } }"""
    assert costs(api, query, id="gid://shopify/Order/1") == (3, 3)
    assert costs(api, query, id="gid://shopify/Customer/1") == (3, 2)


@pytest.mark.parametrize(
    ("directive", "cost"), [("@include(if: $yes)", 2), ("@skip(if: $yes)", 1), ("", 2)]
)
def test_what_a_directive_leaves_out_costs_nothing(
    api: AdminApi, directive: str, cost: int
) -> None:
    query = f"""query Maybe($yes: Boolean!) {{ order(id: "gid://shopify/Order/1") {{
      id @include(if: $yes) customer {directive} {{ id }} }} }}"""
    assert costs(api, query, yes=True) == (cost, cost)


DEAR = """{ orders(first: 250) { nodes { agreements(first: 250) { nodes {
  sales(first: 250) { nodes { id } } } } } } }"""


def test_a_query_over_the_limit_is_refused_without_a_word_of_the_bucket(api: AdminApi) -> None:
    answer = api.answer({"query": DEAR})
    assert list(answer) == ["errors"]
    (error,) = answer["errors"]
    cost = error["extensions"]["cost"]
    assert error["message"].startswith(
        f"Query cost is {cost}, which exceeds the single query max cost limit (1000).\n\nSee "
    )
    assert error["extensions"]["code"] == "MAX_COST_EXCEEDED"
    assert error["extensions"]["maxCost"] == 1000


MANY = "{ orders(first: 250) { nodes { lineItems(first: 250) { nodes { product { id } } } } } }"
LARGE = 2 + 11 * (1 + 2 + 11 * 2)


@pytest.mark.parametrize(
    ("plan", "rate"),
    [("standard", 100.0), ("advanced", 200.0), ("plus", 1000.0), ("enterprise", 2000.0)],
)
def test_the_plan_sets_the_bucket(seconds: Seconds, plan: str, rate: float) -> None:
    answer = made(TinyWorld(5), seconds, plan).answer({"query": "{ shop { name } }"})
    assert answer["extensions"]["cost"]["throttleStatus"] == {
        "maximumAvailable": 20 * rate,
        "currentlyAvailable": 20 * rate - 1,
        "restoreRate": rate,
    }


def test_a_query_is_let_in_by_its_requested_cost_and_charged_its_actual_cost(
    seconds: Seconds,
) -> None:
    api = made(TinyWorld(1), seconds)
    first, second = (api.answer({"query": MANY})["extensions"]["cost"] for _ in range(2))
    assert first["requestedQueryCost"] == LARGE
    assert first["throttleStatus"]["currentlyAvailable"] == 2000 - first["actualQueryCost"]
    assert second["throttleStatus"]["currentlyAvailable"] == 2000 - 2 * first["actualQueryCost"]


def test_an_empty_bucket_throttles_until_just_enough_has_run_back(
    api: AdminApi, seconds: Seconds
) -> None:
    api.bucket.drain(api.clock.now_ms())
    answer = api.answer({"query": MANY})
    assert answer == {
        "errors": [
            {
                "message": "Throttled",
                "extensions": {
                    "code": "THROTTLED",
                    "documentation": "https://shopify.dev/api/usage/rate-limits",
                },
            }
        ],
        "extensions": {
            "cost": {
                "requestedQueryCost": LARGE,
                "actualQueryCost": None,
                "throttleStatus": {
                    "maximumAvailable": 2000.0,
                    "currentlyAvailable": 0,
                    "restoreRate": 100.0,
                },
            }
        },
    }
    seconds.now = LARGE / 100 - 0.01
    assert "errors" in api.answer({"query": MANY})
    seconds.now = LARGE / 100
    assert "errors" not in api.answer({"query": MANY})
    assert api.stats["throttled"] == 2


def test_a_clock_that_runs_faster_fills_the_bucket_faster(seconds: Seconds) -> None:
    api = made(TinyWorld(5), seconds, scale=100)
    api.bucket.drain(api.clock.now_ms())
    seconds.now = LARGE / 100 / 100
    assert "errors" not in api.answer({"query": MANY})


def test_the_bucket_never_holds_more_than_its_maximum(api: AdminApi, seconds: Seconds) -> None:
    seconds.now = 1e6
    status = api.answer({"query": "{ shop { name } }"})["extensions"]["cost"]["throttleStatus"]
    assert status["currentlyAvailable"] == 1999


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("{ orders(first: 1) { nodes { token } } }", "Field 'token' doesn't exist on type 'Order'"),
        ("{ shop(id: 1) { name } }", "Field 'shop' doesn't accept argument 'id'"),
        ("query A($x: Int) { shop { name } }", "Variable $x is declared by A but not used"),
        ("query A { node(id: $x) { id } }", "Variable $x is used by A but not declared"),
        ("{ shop { name } } fragment F on Shop { name }", "Fragment F was defined, but not used"),
        ("{ shop { name }", "Syntax Error"),
        ("query A { shop { name } } query B { shop { name } }", "An operation name is required"),
        ("query A($id: ID!) { node(id: $id) { id } }", "Variable $id of type ID! was provided"),
        ("query A($f: Int!) { orders(first: $f) { nodes { id } } }", "Variable $f of type Int!"),
    ],
)
def test_a_query_that_is_not_valid_is_refused_and_costs_nothing(
    api: AdminApi, query: str, message: str
) -> None:
    answer = api.answer({"query": query, "variables": {"f": "ten"}})
    assert answer["errors"][0]["message"].startswith(message)
    assert set(answer) == {"errors"}
    assert api.bucket.available(api.clock.now_ms()) == 2000
