"""The bodies of the stand-in shop's records, as the tests of them ask for them."""

from collections.abc import Iterable, Iterator
from functools import cache
from typing import Any

from standin.bodies import TOPICS, gids, rest, webhook
from standin.world import NAMED, World

WORLD = World()
RESOURCES = ("orders", "customers", "refunds", "fulfillments", "checkouts")


def body(kind: str, resource: str, gid: str) -> Any:
    if kind == "rest":
        return rest(WORLD, resource, gid)
    return webhook(WORLD, next(topic for topic in TOPICS if TOPICS[topic] == resource), gid)


def named_order(kind: str, name: str) -> Any:
    return body(kind, "orders", NAMED[name])


@cache
def every(kind: str, resource: str) -> list[Any]:
    """Returns the bodies of all records of a resource; they are shared, so nobody changes them."""
    return [body(kind, resource, gid) for gid in gids(WORLD, resource)]


def children(bodies: Iterable[Any], *path: str) -> Iterator[Any]:
    """Yields what stands in the lists of a path of keys."""
    for one in bodies:
        found = one[path[0]]
        down = iter(found if isinstance(found, list) else [found])
        yield from children(down, *path[1:]) if path[1:] else down


def kinds_of_keys(bodies: Iterable[Any]) -> set[frozenset[str]]:
    return {frozenset(one) for one in bodies}


def within(value: Any) -> Iterator[dict[str, Any]]:
    """Yields every object of a body."""
    if isinstance(value, dict):
        yield value
        value = list(value.values())
    if isinstance(value, list):
        for one in value:
            yield from within(one)


def both(kind: str, resource: str) -> Iterator[tuple[Any, Any]]:
    """Yields every record of a resource twice: its body, and what GraphQL has of it."""
    nodes = map(WORLD.node, gids(WORLD, resource))
    return zip(every(kind, resource), nodes, strict=True)


def number(node: Any) -> int | None:
    return int(node["id"].partition("?")[0].rpartition("/")[2]) if node else None
