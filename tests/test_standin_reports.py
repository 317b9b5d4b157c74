"""The stand-in's sales reports: answered from its ledger, by the days of the shop."""

from collections import Counter
from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from standin.access import ALL_SCOPES
from standin.asking import ask
from standin.server import StandIn
from standin.shopifyql import METRICS, ParseError, parse

REPORT = """query ($q: String!) {
  shopifyqlQuery(query: $q) {
    tableData { columns { name dataType displayName } rows }
    parseErrors
    parseWarnings
  }
}"""
TODAY = date(2026, 11, 1)
ZONE = ZoneInfo("America/New_York")
ALL = ", ".join(METRICS)
YEAR = "SINCE 2025-01-01 UNTIL 2025-12-31"


@pytest.fixture(scope="module")
def shop() -> Iterator[StandIn]:
    with StandIn(orders=300, plan="enterprise") as running:
        yield running
    assert not running.problems


@pytest.fixture
def changing() -> Iterator[StandIn]:
    """A shop for one test alone."""
    with StandIn(orders=300, plan="enterprise") as running:
        yield running
    assert not running.problems


def report(shop: StandIn, query: str) -> dict[str, Any]:
    found: dict[str, Any] = ask(shop, REPORT, q=query)["data"]["shopifyqlQuery"]
    return found


def rows(shop: StandIn, query: str) -> list[dict[str, str]]:
    found = report(shop, query)
    assert found["parseErrors"] == []
    table: list[dict[str, str]] = found["tableData"]["rows"]
    return table


def month_in_the_shop(at: str) -> str:
    return f"{datetime.fromisoformat(at).astimezone(ZONE):%Y-%m}-01"


def test_orders_are_counted_by_the_shops_months(shop: StandIn) -> None:
    facts = [fact for fact in shop.world.books() if fact["fact"] == "order" and not fact["test"]]
    booked = Counter(month_in_the_shop(fact["at"]) for fact in facts)
    query = "FROM sales SHOW orders TIMESERIES month SINCE 2019-01-01 UNTIL 2026-12-31"
    found = rows(shop, query)
    assert {row["month"]: int(row["orders"]) for row in found if row["orders"] != "0"} == booked
    assert len(found) == 8 * 12, "a series holds every month"
    assert booked != Counter(f"{fact['at'][:7]}-01" for fact in facts), "no order shows the zone"


def test_months_that_are_grouped_are_those_in_which_there_was_something(shop: StandIn) -> None:
    period = "SINCE 2019-01-01 UNTIL 2026-12-31"
    grouped = rows(shop, f"FROM sales SHOW {ALL} GROUP BY month {period}")
    every = rows(shop, f"FROM sales SHOW {ALL} TIMESERIES month {period}")
    assert grouped == [row for row in every if any(Decimal(row[name]) for name in METRICS)]
    assert len(grouped) < len(every)


def test_columns_add_up_and_days_to_months(shop: StandIn) -> None:
    months = rows(shop, f"FROM sales SHOW {ALL} TIMESERIES month {YEAR}")
    days = rows(shop, f"FROM sales SHOW {ALL} TIMESERIES day {YEAR}")
    (whole,) = rows(shop, f"FROM sales SHOW {ALL} {YEAR}")
    assert (len(months), len(days)) == (12, 365)
    for name in METRICS:
        total = Decimal(whole[name])
        assert sum(Decimal(row[name]) for row in months) == total
        assert sum(Decimal(row[name]) for row in days) == total
    for row in (*months, *days):
        one = {name: Decimal(row[name]) for name in METRICS}
        assert one["net_sales"] == one["gross_sales"] + one["discounts"] + one["sales_reversals"]
        beside = ("shipping_charges", "duties", "additional_fees", "taxes")
        assert one["total_sales"] == one["net_sales"] + sum(one[name] for name in beside)
    assert Decimal(whole["discounts"]) < 0
    assert Decimal(whole["sales_reversals"]) < 0


def test_columns_are_named_with_their_kinds(shop: StandIn) -> None:
    found = report(shop, "FROM sales SHOW orders, net_sales TIMESERIES month SINCE today")
    assert found["tableData"]["columns"] == [
        {"name": "month", "dataType": "MONTH_TIMESTAMP", "displayName": "Month"},
        {"name": "orders", "dataType": "INTEGER", "displayName": "Orders"},
        {"name": "net_sales", "dataType": "MONEY", "displayName": "Net sales"},
    ]
    assert found["parseWarnings"] == []


def test_a_refund_counts_on_the_day_it_was_made_and_a_deleted_order_never(
    changing: StandIn,
) -> None:
    query = "FROM sales SHOW orders, total_sales TIMESERIES month SINCE 2023-11-01 UNTIL 2026-12-31"
    before = rows(changing, query)
    changing.pass_time(35 * 86_400)
    row = next(
        row
        for row in range(250, 0, -1)
        if len(changing.world.node(order(changing, row))["refunds"]) == 0  # type: ignore[index]
        and not changing.world.table("orders").flags[row] & 1
    )
    changing.change_order(order(changing, row), "refund", lines="one")
    paid = next(
        Decimal(fact["total"])
        for fact in changing.world.books()
        if fact["fact"] == "refund" and fact["at"].startswith("2026-12")
    )
    after = rows(changing, query)
    assert after[:-1] == before[:-1]
    assert Decimal(after[-1]["total_sales"]) == Decimal(before[-1]["total_sales"]) - paid < 0
    changing.change_order(order(changing, row), "delete")
    (gone,) = [one for one, two in zip(rows(changing, query), before, strict=True) if one != two]
    (was,) = [one for one in before if one["month"] == gone["month"]]
    assert int(gone["orders"]) == int(was["orders"]) - 1


def order(shop: StandIn, row: int) -> str:
    return f"gid://shopify/Order/{shop.world.table('orders').id[row]}"


def test_rows_can_be_sorted_and_cut_off(shop: StandIn) -> None:
    query = "FROM sales SHOW orders GROUP BY month SINCE 2024-01-01 ORDER BY orders DESC LIMIT 3"
    found = [int(row["orders"]) for row in rows(shop, query)]
    assert found == sorted(found, reverse=True)
    assert len(found) == 3


def test_clauses_may_stand_in_any_order_and_case() -> None:
    one = parse("from sales since 2026-01-01 show orders timeseries month", TODAY)
    two = parse("FROM sales SHOW orders\nTIMESERIES month\nSINCE 2026-01-01 UNTIL today", TODAY)
    assert one == two
    assert one.until == TODAY


@pytest.mark.parametrize(
    ("query", "error"),
    [
        pytest.param("SHOW orders SINCE today", "FROM is missing", id="no table"),
        pytest.param("FROM sales SINCE today", "SHOW is missing", id="no columns"),
        pytest.param("FROM nowhere SHOW orders SINCE today", "'nowhere' not found", id="table"),
        pytest.param("FROM sales SHOW profits SINCE today", "'profits' not found", id="column"),
        pytest.param("FROM sales SHOW returns SINCE today", "'returns' not found", id="returns"),
        pytest.param("FROM sales SHOW orders taxes SINCE today", "commas", id="no comma"),
        pytest.param("FROM sales SHOW orders, SINCE today", "commas", id="nothing after a comma"),
        pytest.param("FROM sales SHOW orders SINCE noon", "'noon' is no date", id="word"),
        pytest.param("FROM sales SHOW orders SINCE 2026-02-30", "is no date", id="no such day"),
        pytest.param("FROM sales SHOW orders SINCE today SINCE today", "twice", id="twice"),
        pytest.param("FROM sales SHOW orders GROUP month SINCE today", "BY must", id="no BY"),
        pytest.param("FROM sales SHOW orders GROUP BY color SINCE today", "'color'", id="group"),
        pytest.param(
            "FROM sales SHOW orders GROUP BY day TIMESERIES month SINCE today", "'month'", id="two"
        ),
        pytest.param(
            "FROM sales SHOW orders SINCE 2026-01-02 UNTIL 2026-01-01", "before SINCE", id="turned"
        ),
        pytest.param(
            "FROM sales SHOW orders SINCE today ORDER BY taxes", "'taxes' not found", id="sort"
        ),
        pytest.param("FROM sales SHOW orders SINCE today LIMIT few", "no number", id="limit"),
        pytest.param("FROM sales SHOW orders SINCE today tomorrow", "one value", id="too much"),
        pytest.param("all FROM sales SHOW orders SINCE today", "'all' is not expected", id="first"),
    ],
)
def test_what_shopify_does_not_know_is_a_parse_error(shop: StandIn, query: str, error: str) -> None:
    with pytest.raises(ParseError, match=error):
        parse(query, TODAY)
    found = report(shop, query)
    assert found["tableData"] is None
    assert error in found["parseErrors"][0]


@pytest.mark.parametrize(
    "query",
    [
        "FROM sales SHOW orders",
        "FROM sales SHOW orders SINCE -12m",
        "FROM sales SHOW orders DURING last_month",
        "FROM sales SHOW orders WHERE sales_channel = 'pos' SINCE today",
        "FROM sales SHOW average_order_value SINCE today",
        "FROM sessions SHOW orders SINCE today",
        "FROM sales SHOW orders GROUP BY week SINCE today",
    ],
)
def test_what_shopify_knows_and_the_stand_in_does_not_breaks_it(query: str) -> None:
    with StandIn(orders=0) as shop:
        assert "errors" in ask(shop, REPORT, q=query)
        assert len(shop.problems) == 1


def test_a_report_needs_its_scope_and_approval_of_customers_data(changing: StandIn) -> None:
    query = "FROM sales SHOW orders SINCE today"
    changing.grant_scopes(*(scope for scope in ALL_SCOPES if scope != "read_reports"))
    refusal = ask(changing, REPORT, q=query)["errors"][0]
    assert refusal["path"] == ["shopifyqlQuery"]
    assert refusal["extensions"]["code"] == "ACCESS_DENIED"
    assert refusal["extensions"]["requiredAccess"].startswith("`read_reports` access scope")
    with StandIn(orders=0, approval="level1") as other:
        assert ask(other, REPORT, q=query)["errors"] == [refusal]


def test_a_report_costs_next_to_nothing(shop: StandIn) -> None:
    answer = ask(shop, REPORT, q="FROM sales SHOW orders SINCE today")
    assert answer["extensions"]["cost"]["requestedQueryCost"] == 3
