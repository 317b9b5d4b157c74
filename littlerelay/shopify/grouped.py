"""Joins lines that are grouped: each node right below its parent, depth first.

Nothing is held but the nodes from the root down to the line that was read last.
"""

from __future__ import annotations

from typing import BinaryIO

import orjson

from littlerelay.shopify.bulk_lines import BulkLines
from littlerelay.shopify.shapes import Owner, Plan, whole


def joined_in_passing(lines: BulkLines, plan: Plan, file: BinaryIO) -> bool:
    """Write every root whole, one a line after its stamp; give up where the lines are not grouped.

    False where a line is not below its parent, or where the stamps of the roots do not ascend: what
    was written is worth nothing then. Raises JoinError, and OSError where the file takes no more.
    """
    path: list[_Open] = []  # from the root down to the last node that may hold others
    last, dumps = b"", orjson.dumps
    for place, node, parent in lines.read():
        while len(path) > place.depth:
            _close(path, file)
        if len(path) < place.depth or (path and path[-1].gid != parent):
            return False
        if place.owner < 0:
            path[-1].lists[place.index].append(dumps(node))
            continue
        stamp = b"" if path else lines.stamp(node)
        if not path:
            if stamp <= last:
                return False
            last = stamp
        path.append(_Open(plan.owners[place.owner], node["id"], stamp + dumps(node)))
    while path:
        _close(path, file)
    return True


class _Open:
    """A node whose connections may still grow."""

    __slots__ = ("gid", "lists", "node", "owner")

    def __init__(self, owner: Owner, gid: str, node: bytes) -> None:
        self.owner = owner
        self.gid = gid
        self.node = node
        self.lists: list[list[bytes]] = [[] for _ in owner.openings]


def _close(path: list[_Open], file: BinaryIO) -> None:
    """Complete the lowest open node, and put it where it belongs."""
    done = path.pop()
    node = whole(done.node, done.owner.openings, done.lists)
    if path:
        path[-1].lists[done.owner.place.index].append(node)
    else:
        file.write(node)
        file.write(b"\n")
