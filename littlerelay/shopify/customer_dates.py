"""Reads when customers were created: enough to tell one that is missing."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from littlerelay.errors import UnreachableError
from littlerelay.shopify.figures import Bounds, count_customers
from littlerelay.shopify.graphql import GraphQL, expected
from littlerelay.shopify.paging import Pager
from littlerelay.shopify.records import number

_PAGE = 250  # the most that Shopify gives at once


class CustomerDates(NamedTuple):
    """One customer; times are as Shopify writes them."""

    id: int
    created: str
    updated: str


def customer_dates(api: GraphQL, created: Bounds) -> Iterator[CustomerDates]:
    """Give the customers that were created in a span, oldest first.

    Raises what GraphQL.execute raises, and UnreachableError where Shopify gives fewer customers
    than it counts.
    """
    # The list knows `customer_date` alone, the count `created_at`: another name is ignored.
    text, found = " ".join(created.terms("customer_date")), set()
    for nodes in Pager(api, "customer_dates", _PAGE).pages({"query": text}):
        with expected("customer_dates"):
            page = [
                CustomerDates(number(one["id"]), one["created_at"], one["updated_at"])
                for one in nodes
            ]
        for customer in page:
            if created.holds(customer.created) and customer.id not in found:
                found.add(customer.id)
                yield customer
    if len(found) < (counted := count_customers(api, created)):
        raise UnreachableError(
            f"Shopify counts {counted} customers and gives {len(found)}.",
            "Nothing can be proven by what is short: run the same command again.",
        )
