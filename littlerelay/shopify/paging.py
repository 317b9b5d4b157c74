"""Reads a list of Shopify's page by page, and counts what a search finds."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from littlerelay.errors import UnreachableError
from littlerelay.shopify.graphql import GraphQL, MaxCostExceededError, Variables, expected

Node = dict[str, Any]


def pages(
    ask: Callable[[str | None], Node], name: str, first: Node | None = None
) -> Iterator[list[Node]]:
    """Give the nodes of each page of a list, to its end.

    ``ask`` gives the page behind a cursor, none being the list's beginning; ``first`` is a page
    that is there already, and ``name`` says what is read. Raises what ``ask`` does, and
    UnreachableError for a list that goes round in a circle or is of another shape.
    """
    page = ask(None) if first is None else first
    seen: set[str | None] = {None}
    while True:
        with expected(name):
            nodes, info = list(page["nodes"]), page["pageInfo"]
            more, after = info["hasNextPage"], info["endCursor"]
        yield nodes
        if not more:
            return
        if after in seen:
            raise UnreachableError(
                f"Shopify gave the same page of {name} twice.", "Run the same command again."
            )
        seen.add(after)
        page = ask(after)


class Pager:
    """Asks a document for pages of ``first`` nodes, half as many for good where that is too dear.

    The document names its list ``page``. Raises what GraphQL.execute and `pages` raise.
    """

    def __init__(self, api: GraphQL, name: str, first: int) -> None:
        self._api = api
        self._name = name
        self._first = first

    def pages(self, variables: Variables) -> Iterator[list[Node]]:
        """Give the nodes of each page of the list, to its end."""
        return pages(lambda after: self._page({**variables, "after": after}), self._name)

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
