"""The shop's own sales report: month by month, as it is in the shop's books, or refused."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from littlerelay.errors import UnreachableError
from littlerelay.shopify import sales as module
from littlerelay.shopify.graphql import DeniedError, GraphQL
from littlerelay.shopify.sales import SCOPE, ReportError, Sales, sales
from shopify_fakes import FakeTime, Script, answer, graphql
from shops import endpoint
from standin.access import ALL_SCOPES
from standin.server import StandIn

ZONE = ZoneInfo("America/New_York")
WHOLE_YEAR = (date(2025, 1, 1), date(2025, 12, 31))


@pytest.fixture(scope="module")
def shop() -> Iterator[StandIn]:
    with StandIn(orders=300, plan="enterprise", time_scale=1_000) as running:
        yield running
    assert not running.problems


@pytest.fixture
def api(shop: StandIn, tmp_path: Path) -> Iterator[GraphQL]:
    with endpoint(shop, tmp_path) as opened:
        yield opened


def day(at: str) -> date:
    return datetime.fromisoformat(at).astimezone(ZONE).date()


def test_a_month_is_the_shops_and_holds_the_orders_of_the_books(
    shop: StandIn, api: GraphQL
) -> None:
    booked = [
        f"{day(fact['at']):%Y-%m}"
        for fact in shop.world.books()
        if fact["fact"] == "order" and not fact["test"]
    ]
    found = sales(api, *WHOLE_YEAR)
    assert [one.month for one in found] == [f"2025-{month:02}" for month in range(1, 13)]
    assert [one.orders for one in found] == [booked.count(one.month) for one in found]
    assert sum(one.orders for one in found) > 50


def test_what_is_taken_off_is_negative_and_the_columns_add_up(api: GraphQL) -> None:
    found = sales(api, *WHOLE_YEAR)
    for one in found:
        assert one.net == one.gross + one.discounts + one.reversals
        assert one.total == one.net + one.shipping + one.duties + one.fees + one.taxes
    assert sum(one.discounts for one in found) < 0
    assert sum(one.reversals for one in found) < 0
    assert sum(one.total for one in found) > 0


def test_a_part_of_a_month_is_reported_by_its_days_both_ends_in_it(
    shop: StandIn, api: GraphQL
) -> None:
    first, last = date(2025, 3, 10), date(2025, 5, 20)
    inside = [
        fact
        for fact in shop.world.books()
        if fact["fact"] == "order" and not fact["test"] and first <= day(fact["at"]) <= last
    ]
    found = sales(api, first, last)
    assert [one.month for one in found] == ["2025-03", "2025-04", "2025-05"]
    assert sum(one.orders for one in found) == len(inside)
    day_of_an_order = day(inside[0]["at"])
    assert sales(api, day_of_an_order, day_of_an_order)[0].orders > 0


def test_without_its_scope_a_report_is_refused_by_name(tmp_path: Path) -> None:
    with StandIn(orders=0) as shop, endpoint(shop, tmp_path) as api:
        shop.grant_scopes(*(scope for scope in ALL_SCOPES if scope != SCOPE))
        with pytest.raises(DeniedError, match=f"read report: .*`{SCOPE}` access scope") as caught:
            sales(api, *WHOLE_YEAR)
        assert caught.value.paths == [["report"]]


def test_without_approval_of_customers_data_a_report_is_refused(tmp_path: Path) -> None:
    with (
        StandIn(orders=0, approval="level1") as shop,
        endpoint(shop, tmp_path) as api,
        pytest.raises(DeniedError, match="protected customer data"),
    ):
        sales(api, *WHOLE_YEAR)


def test_a_question_that_shopify_does_not_understand_is_said_to_be_one(
    api: GraphQL, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(module._COLUMNS, "reversals", "returns")
    with pytest.raises(ReportError, match=r"does not understand.*'returns' not found") as caught:
        sales(api, *WHOLE_YEAR)
    assert caught.value.exit_code == 4


def reported(rows: object, errors: object = ()) -> GraphQL:
    """Makes an endpoint that reports prepared rows."""
    columns = [{"name": name} for name in ("month", *module._COLUMNS.values())]
    table = {"columns": columns, "rows": rows}
    body = {"data": {"report": {"table": table, "errors": list(errors)}}}  # type: ignore[call-overload]
    return graphql(Script(answer(body)), FakeTime())


VALUES = ["2025-01-01", "3", "10.5", "-1", "-2", "7.5", "4", "0", "0", "1.25", "12.75"]
MADE = Sales(
    "2025-01", 3, *map(Decimal, ("10.5", "-1", "-2", "7.5", "4", "0", "0", "1.25", "12.75"))
)


@pytest.mark.parametrize("month", ["2025-01", "2025-01-01", "2025-01-01T00:00:00-05:00"])
def test_a_row_may_name_its_values_or_be_in_the_order_of_the_columns(month: str) -> None:
    values = [month, *VALUES[1:]]
    names = ("month", *module._COLUMNS.values())
    assert sales(reported([dict(zip(names, values, strict=True))]), *WHOLE_YEAR) == [MADE]
    assert sales(reported([values]), *WHOLE_YEAR) == [MADE]


def test_what_is_not_there_in_a_month_is_nothing() -> None:
    (one,) = sales(reported([["2025-01-01", *[None] * 10]]), *WHOLE_YEAR)
    assert one == Sales("2025-01", 0, *[Decimal(0)] * 9)


@pytest.mark.parametrize(
    "rows",
    [
        pytest.param([["January", *VALUES[1:]]], id="month"),
        pytest.param([[None, *VALUES[1:]]], id="total"),
        pytest.param([VALUES[:-1]], id="short row"),
        pytest.param([{"month": "2025-01-01"}], id="missing column"),
        pytest.param([[*VALUES[:-1], "much"]], id="no number"),
        pytest.param(None, id="no rows"),
    ],
)
def test_a_report_of_another_shape_is_refused(rows: Any) -> None:
    with pytest.raises(UnreachableError, match=r"another shape .*\(sales\)"):
        sales(reported(rows), *WHOLE_YEAR)
