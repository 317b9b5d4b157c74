"""Opens a shop: asks who answers and what the app may read, before any record is read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from littlerelay.errors import RefusedError
from littlerelay.settings import Markets
from littlerelay.shopify import records
from littlerelay.shopify.checkouts import checkout
from littlerelay.shopify.contract_pages import ContractPages
from littlerelay.shopify.contracts import contract
from littlerelay.shopify.drain import Drain, Node
from littlerelay.shopify.graphql import GraphQL, Variables, expected
from littlerelay.shopify.markets import read_markets
from littlerelay.shopify.pages import Pages
from littlerelay.shopify.session import covers
from littlerelay.shopify.spans import Resource, Spans
from littlerelay.shopify.windows import Window
from littlerelay.times import iso

NEEDED = "read_orders,read_customers"
_ALL_ORDERS = "read_all_orders"
_CONTRACTS = "read_own_subscription_contracts"
_REACH = 60 * 86_400  # seconds of orders that Shopify shows without read_all_orders
_ROOM = 86_400  # seconds of them that a run leaves free: the edge moves on while it reads
# What each optional scope brings; without it these fields are left out of the query.
_OPTIONAL = {
    "read_products": "product_id, category, url, compare_at_price, shopify_variant_id",
    "read_locations": "location_id",
    "read_markets": "market_handle",
    "read_users": "which edits of orders staff made",
}


@dataclass(frozen=True, slots=True)
class Shop:
    """An opened shop. ``now`` is its own clock in seconds since 1970, ``zone`` its time zone.

    ``metafield`` is the namespace and key of the customers' metafield that is read, if any.
    """

    api: GraphQL
    domain: str
    zone: ZoneInfo
    now: int
    scopes: frozenset[str]
    metafield: tuple[str, str] | None = None

    def missing_scopes(self) -> list[str]:
        """Name the scopes that the app lacks and can do without."""
        return [scope for scope in (*_OPTIONAL, _ALL_ORDERS) if not covers(self.scopes, scope)]

    def left_out(self) -> list[str]:
        """Say what the app's scopes do not reach, each with the scope that is missing."""
        missing = self.missing_scopes()
        found = [f"{_OPTIONAL[scope]} (needs {scope})" for scope in missing if scope in _OPTIONAL]
        if _ALL_ORDERS in missing:
            day = iso(self.now - _REACH)[:10]
            found.append(f"changes to orders created before {day} (needs {_ALL_ORDERS})")
        return found

    def check_name(self, domain: str) -> None:
        """Refuse a shop that answers for another one. Raises RefusedError."""
        if self.domain != domain:
            raise RefusedError(
                f"{domain} was asked and {self.domain} answered.",
                "Give the domain of the shop that the token is for.",
            )

    def check_scopes(self) -> None:
        """Refuse an app that lacks a scope that every run needs. Raises RefusedError."""
        missing = [scope for scope in NEEDED.split(",") if not covers(self.scopes, scope)]
        if missing:
            raise RefusedError(
                f"The app may not read what is needed: it lacks {', '.join(missing)}.",
                f"Grant the app {' and '.join(missing)}, then run the same command again.",
            )

    def check_reach(self, since: int) -> None:
        """Refuse a period for which Shopify would give fewer orders and no error.

        Raises RefusedError.
        """
        if since < self.now - _REACH + _ROOM:
            self._need_all_orders(since)

    def within_reach(self, windows: Iterable[Window], since: int) -> Iterator[Window]:
        """Give windows of orders as long as Shopify still shows all that were created in them.

        Orders created before ``since`` (seconds) are not needed. Raises RefusedError: without
        read_all_orders the oldest orders vanish from Shopify's answers while time goes by.
        """
        for window in windows:
            if max(window.start, since) < self.api.shop_time - _REACH:
                self._need_all_orders(since)
            yield window

    def _need_all_orders(self, since: int) -> None:
        if not covers(self.scopes, _ALL_ORDERS):
            raise RefusedError(
                "Without the scope read_all_orders Shopify shows the orders of the last 60 days "
                f"only, and this run needs those from {iso(since)} on.",
                "Grant read_all_orders to the app (Dev Dashboard: request it for your app), or "
                "begin anew with a later --since.",
            )

    def pages(self, resource: str, since: int, end: int) -> Pages:
        """Give the pages of a resource, by its name in a run; see Spans for the bounds."""
        return Pages(self.spans(resource, since, end))

    def spans(self, resource: str, since: int, end: int) -> Spans:
        """Give the spans of a resource, by its name in a run; see Spans for the bounds."""
        make = {
            "customers": self._customers,
            "orders": self._orders,
            "checkouts": self._checkouts,
        }
        return Spans(self.api, make[resource](), since, end)

    def contracts(self, since: int, end: int) -> ContractPages:
        """Give the pages of the app's own subscription contracts."""
        complete = Drain(self.api, products=False).contract
        resource = Resource("contracts", 50, contract, {}, complete)
        return ContractPages(Spans(self.api, resource, 0, end), since)

    def check_contracts(self) -> None:
        """Refuse an app that may not read subscription contracts. Raises RefusedError."""
        if not covers(self.scopes, _CONTRACTS):
            raise RefusedError(
                f"The app may not read subscription contracts: it lacks {_CONTRACTS}.",
                f"Grant the app {_CONTRACTS}, which shows those that it made itself; those of "
                "Recharge are read by --resource subscriptions.",
            )

    def markets(self) -> Markets:
        """Read the shop's markets, none where the app may not. Raises what GraphQL.execute does."""
        return read_markets(self.api) if covers(self.scopes, "read_markets") else Markets()

    def _customers(self) -> Resource:
        flags = self._metafield()
        return Resource("customers", 250, records.customer, flags, _whole, created="customer_date")

    def _orders(self) -> Resource:
        products = covers(self.scopes, "read_products")
        users = covers(self.scopes, "read_users")
        locations = covers(self.scopes, "read_locations")
        flags = {"products": products, "locations": locations, **self._metafield()}
        complete = Drain(self.api, products=products, users=users).order
        return Resource("orders", 50, records.order, flags, complete)

    def _checkouts(self) -> Resource:
        products = covers(self.scopes, "read_products")
        flags = {"products": products, **self._metafield()}
        complete = Drain(self.api, products=products).checkout
        return Resource("checkouts", 50, checkout, flags, complete)

    def _metafield(self) -> Variables:
        namespace, key = self.metafield or ("", "")
        return {"metafield": self.metafield is not None, "namespace": namespace, "key": key}


def open_shop(api: GraphQL, domain: str, metafield: tuple[str, str] | None = None) -> Shop:
    """Ask the shop who it is and what may be read; ``metafield`` is the one of Shop.

    Raises RefusedError where another shop answers or a needed scope is missing, and what
    GraphQL.execute raises.
    """
    shop = meet(api, metafield)
    shop.check_name(domain)
    shop.check_scopes()
    return shop


def meet(api: GraphQL, metafield: tuple[str, str] | None = None) -> Shop:
    """Ask the shop who it is and what may be read, and judge neither.

    Raises what GraphQL.execute raises.
    """
    answer = api.execute("preflight")
    with expected("preflight"):
        name, zone = (
            str(answer["shop"]["myshopifyDomain"]),
            ZoneInfo(answer["shop"]["ianaTimezone"]),
        )
        granted = answer["currentAppInstallation"]["accessScopes"]
        scopes = frozenset(str(scope["handle"]) for scope in granted)
    return Shop(api, name, zone, api.shop_time, scopes, metafield)


def _whole(_: Node) -> bool:
    return True
