"""What a shop may not show is said before a run, not found missing after it."""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

import pytest

from littlerelay.errors import RefusedError, UnreachableError
from littlerelay.shopify.shop import Shop, open_shop
from littlerelay.shopify.windows import Window
from littlerelay.times import iso
from shopify_fakes import NOW, SHOP, FakeTime, Script, answer, graphql

DAY = 86_400
CORE = ("read_orders", "read_customers")
ALL = (*CORE, "read_all_orders", "read_products", "read_locations", "read_markets", "read_users")


def opened(*scopes: str, domain: str = SHOP) -> Shop:
    handles = [{"handle": scope} for scope in scopes]
    shop = {"myshopifyDomain": domain, "ianaTimezone": "Asia/Kathmandu", "currencyCode": "NPR"}
    data = {"shop": shop, "currentAppInstallation": {"accessScopes": handles}}
    return open_shop(graphql(Script(answer({"data": data}, date=NOW + 7)), FakeTime()), SHOP)


def test_an_opened_shop_knows_its_zone_and_its_own_time() -> None:
    shop = opened(*ALL)
    assert shop.zone == ZoneInfo("Asia/Kathmandu")
    assert shop.now == NOW + 7
    assert shop.left_out() == []


def test_another_shop_behind_the_domain_is_refused() -> None:
    with pytest.raises(RefusedError, match=r"acme\.myshopify\.com was asked and other"):
        opened(*ALL, domain="other.myshopify.com")


@pytest.mark.parametrize("lacking", CORE)
def test_a_needed_scope_that_is_missing_is_named(lacking: str) -> None:
    with pytest.raises(RefusedError, match=f"it lacks {lacking}") as caught:
        opened(*(scope for scope in ALL if scope != lacking))
    assert caught.value.hint.startswith(f"Grant the app {lacking}")


def test_write_scopes_are_enough() -> None:
    assert opened("write_orders", "write_customers", "write_products").missing_scopes() == [
        "read_locations",
        "read_markets",
        "read_users",
        "read_all_orders",
    ]


def test_optional_scopes_that_are_missing_are_told_with_what_they_would_bring() -> None:
    left_out = opened(*CORE).left_out()
    assert [text.rpartition("needs ")[2].rstrip(")") for text in left_out] == [
        "read_products",
        "read_locations",
        "read_markets",
        "read_users",
        "read_all_orders",
    ]
    assert left_out[1].startswith("location_id")


def test_orders_older_than_sixty_days_need_their_own_scope() -> None:
    shop = opened(*CORE)
    shop.check_reach(shop.now - 59 * DAY)
    with pytest.raises(RefusedError, match="read_all_orders"):
        shop.check_reach(shop.now - 59 * DAY - 1)
    opened(*ALL).check_reach(0)


@pytest.mark.parametrize("scopes", [CORE, ALL])
def test_a_run_stops_when_the_orders_it_needs_go_out_of_reach(scopes: tuple[str, ...]) -> None:
    shop = opened(*scopes)
    since = shop.now - 59 * DAY
    windows = [Window(start, start + DAY, []) for start in (since - 9 * DAY, since)]
    given = shop.within_reach(windows, since)
    assert next(given) is windows[0], "older orders are not needed"
    shop.api.shop_time += 2 * DAY
    if scopes == ALL:
        assert next(given) is windows[1]
    else:
        with pytest.raises(RefusedError, match="read_all_orders"):
            next(given)


def asked_for(resource: str, scopes: frozenset[str]) -> list[dict[str, Any]]:
    """Gives the variables of the queries for one window, which is counted and comes empty."""
    page = {"nodes": [], "pageInfo": {"hasNextPage": False, "endCursor": None}}
    server = Script(answer({"data": {"counted": {"count": 1, "precision": "EXACT"}, "page": page}}))
    shop = Shop(graphql(server, FakeTime()), SHOP, ZoneInfo("UTC"), NOW, scopes)
    with pytest.raises(UnreachableError, match=f"counts 1 {resource}"):
        list(shop.pages(resource, 0, NOW).windows(NOW - 1))
    return server.asked()


@pytest.mark.parametrize("scope", ["read_products", "read_locations"])
def test_a_page_asks_only_for_what_the_scopes_allow(scope: str) -> None:
    asked = asked_for("orders", frozenset([*CORE, scope]))
    flags = [(one["products"], one["locations"]) for one in asked if "first" in one]
    assert flags == [(scope == "read_products", scope == "read_locations")] * 2


@pytest.mark.parametrize(
    ("resource", "field"), [("orders", "created_at"), ("customers", "customer_date")]
)
def test_a_list_is_searched_by_the_field_that_it_knows_and_a_count_by_its_own(
    resource: str, field: str
) -> None:
    asked = asked_for(resource, frozenset(CORE))
    lists = {one["query"] for one in asked if "first" in one}
    counts = {one["query"] for one in asked if "first" not in one}
    span = f"{{0}}:>='{iso(NOW - 1)}' {{0}}:<'{iso(NOW)}'"
    assert lists == {f"updated_at:>='{iso(0)}' {span.format(field)}"}
    assert counts == {f"updated_at:>='{iso(0)}' {span.format('created_at')}"}
