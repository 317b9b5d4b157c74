"""Reads a list of Shopify's page by page, and counts what a search finds."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from littlerelay.errors import UnreachableError
from littlerelay.shopify.graphql import GraphQL, MaxCostExceededError, Variables, expected

Node = dict[str, Any]


class Pager:
    """Asks a document for pages of ``first`` nodes, half as many for good where that is too dear.

    The document names its list ``page``. Raises what GraphQL.execute raises, and UnreachableError
    where the list goes round in a circle.
    """

    def __init__(self, api: GraphQL, name: str, first: int) -> None:
        self._api = api
        self._name = name
        self._first = first

    def pages(self, variables: Variables) -> Iterator[list[Node]]:
        """Give the nodes of each page of the list, to its end."""
        after: str | None = None
        seen: set[str | None] = {None}
        while True:
            page = self._page({**variables, "after": after})
            with expected(self._name):
                nodes, info = list(page["nodes"]), page["pageInfo"]
                more, after = info["hasNextPage"], info["endCursor"]
            yield nodes
            if not more:
                return
            if after in seen:
                raise UnreachableError(
                    f"Shopify gave the same page of {self._name} twice.",
                    "Run the same command again.",
                )
            seen.add(after)

    def _page(self, variables: Variables) -> Node:
        """Ask for one page, halving it for good as often as it costs too much."""
        while True:
            try:
                answer = self._api.execute(self._name, {**variables, "first": self._first})
            except MaxCostExceededError:
                if self._first == 1:
                    raise
                self._first //= 2
                continue
            with expected(self._name):
                return dict(answer["page"])


def exact_count(api: GraphQL, resource: str, search: str) -> int:
    """Count the records of a resource that a search finds, exactly.

    Raises what GraphQL.execute raises, and UnreachableError where Shopify only says "at least".
    """
    name = f"{resource}_count"
    answer = api.execute(name, {"query": search})
    with expected(name):
        count, precision = int(answer["counted"]["count"]), answer["counted"]["precision"]
    if precision != "EXACT":
        raise UnreachableError(
            f"Shopify would not count the {resource} exactly.",
            "Without an exact count nothing proves that all of them are there: run again later.",
        )
    return count
