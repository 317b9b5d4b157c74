"""Starts bulk operations, watches them, and finds those again that were started before.

Nothing about them is kept on this side: an operation is known by its text, which names what it
reads, and Shopify lists an app's operations with their texts. So a start whose answer was lost, and
a run that was killed a moment after, find their operation again.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from littlerelay.clock import Clock
from littlerelay.errors import RefusedError, UnreachableError
from littlerelay.patience import PATIENCE, Attempts, Patience, UnansweredError, Watch, unwatched
from littlerelay.shopify.graphql import GraphQL, expected
from littlerelay.shopify.paging import pages
from littlerelay.shopify.refusals import words
from littlerelay.shopify.spans import Node
from littlerelay.times import epoch

_UNDER_WAY = frozenset({"CREATED", "RUNNING", "CANCELING"})
_BUSY = frozenset({"OPERATION_IN_PROGRESS", "LIMIT_REACHED"})
_SKEW = 60  # seconds by which the clocks of Shopify's machines may differ


class BusyError(UnreachableError):
    """As many operations of this app are under way as Shopify allows."""


class TextRefusedError(RefusedError):
    """Shopify does not take the text of an operation."""


@dataclass(frozen=True, slots=True)
class Operation:
    """A bulk operation as Shopify tells of it.

    ``created`` is in seconds since 1970; ``objects`` counts the lines of its result so far, and
    ``roots`` the records; ``url`` is where the result lies, none where there is none.
    """

    id: str
    status: str
    error_code: str | None
    query: str
    created: int
    objects: int
    roots: int
    url: str | None

    @property
    def number(self) -> str:
        """Give the number of its id."""
        return self.id.rpartition("/")[2]

    @property
    def is_under_way(self) -> bool:
        """Tell whether it may still come to an end."""
        return self.status in _UNDER_WAY

    def says(self, text: str) -> bool:
        """Tell whether this is its text, however Shopify breaks its lines."""
        return self.query.split() == text.split()


class Operations:
    """The bulk operations of one app in one shop.

    Its methods raise what GraphQL.execute raises.
    """

    def __init__(
        self,
        api: GraphQL,
        clock: Clock,
        watch: Watch = unwatched,
        patience: Patience = PATIENCE,
    ) -> None:
        self._api = api
        self._clock = clock
        self._watch = watch
        self._patience = patience
        self._met: set[str] = set()

    def start(self, text: str) -> Operation:
        """Start an operation, once: where the answer is lost, it is looked for before it is tried.

        Raises BusyError where no slot is free, and TextRefusedError.
        """
        attempts = Attempts(self._clock, self._patience, self._watch)
        began, met = self._api.shop_time - _SKEW, set(self._met)
        while True:
            try:
                return self._started(text)
            except UnansweredError as error:
                attempts.failed(str(error))
            for found in self.since(began):
                if found.says(text) and found.id not in met:
                    return found

    def look(self, gid: str) -> Operation | None:
        """Ask how an operation is; none where Shopify knows it no longer."""
        node = self._api.execute("operation", {"id": gid})["operation"]
        return _operation(node) if node else None

    def since(self, moment: int) -> Iterator[Operation]:
        """Give the operations that were started at or after a moment, the newest first."""
        for nodes in pages(self._page, "operations"):
            for found in map(_operation, nodes):
                if found.created < moment:
                    return
                self._met.add(found.id)
                yield found

    def _page(self, after: str | None) -> Node:
        answer = self._api.execute("operations", {"after": after})
        with expected("operations"):
            return dict(answer["page"])

    def _started(self, text: str) -> Operation:
        answer = self._api.carry_out("operation_start", {"text": text})
        with expected("operation_start"):
            started = answer["started"]
            errors = [(error["code"], words(error)) for error in started["errors"]]
        if any(code in _BUSY for code, _ in errors):
            raise BusyError(
                "As many bulk operations of this app are under way as Shopify allows.",
                "Wait until one has ended, or read by pages: --mode pages.",
            )
        if errors:
            raise TextRefusedError(
                f"Shopify takes no such bulk operation: {errors[0][1]}",
                "Read by pages: --mode pages.",
            )
        operation = _operation(started["operation"])
        self._met.add(operation.id)
        return operation


def _operation(node: Node) -> Operation:
    with expected("operation"):
        return Operation(
            id=str(node["id"]),
            status=str(node["status"]),
            error_code=node["error_code"],
            query=str(node["query"]),
            created=epoch(node["created_at"]),
            objects=int(node["objects"]),
            roots=int(node["roots"]),
            url=node["url"],
        )
