"""Reads the lines of a bulk result, one node each, and tells which line cannot be right.

Lines end at a newline alone: the other characters that Unicode calls ends of lines are data. A
blank line is none.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from littlerelay.durable import disk_errors
from littlerelay.errors import UnreachableError
from littlerelay.shopify.decoding import decoded
from littlerelay.shopify.records import number
from littlerelay.shopify.shapes import Place
from littlerelay.times import epoch

Node = dict[str, Any]

STAMP = 32  # bytes of what the roots are sorted by

_BUFFER = 1024 * 1024
_YEAR_ONE = 62_135_596_800  # seconds from the first that a time can tell to 1970
_MOST = 2**63  # Shopify's numbers have 64 bits, and so have those of a checkpoint
_NAME = re.compile(r"\w{1,100}", re.ASCII)
_GID = re.compile(r"gid://shopify/[\w/?=&.-]{1,200}", re.ASCII)


def first_stamp(created: int) -> bytes:
    """Give the lowest stamp of what was created in a second (since 1970)."""
    return b"%012d%020d" % (created + _YEAR_ONE, 0)


class JoinError(UnreachableError):
    """A bulk result holds a line that cannot be joined with the others."""

    def __init__(self, line: int, what: str) -> None:
        super().__init__(
            f"Line {line} of Shopify's bulk result {what}.",
            "Nothing of it was written: run the same command again.",
        )


class BulkLines:
    """The lines of one file; ``places`` says which typenames may stand in it.

    ``objects`` and ``roots`` count what the last ``read`` has given so far. All stamps so far lie
    between ``lowest`` and ``highest``.
    """

    def __init__(self, path: Path, places: Mapping[str, Place]) -> None:
        self.path = path
        self.lowest, self.highest = b"~", b""
        self.line = self.objects = self.roots = 0
        self._places = places

    def size(self) -> int:
        """Give the bytes of the file. Raises DiskError."""
        with disk_errors(self.path):
            return self.path.stat().st_size

    def read(self) -> Iterator[tuple[Place, Node, str]]:
        """Give each node with its place and its parent's id (of a root: an empty text).

        The node has lost its ``__parentId``, and its ``__typename`` where that is not kept; what
        holds others has an ``id``. Raises JoinError, and DiskError where the file cannot be read.
        """
        self.line = self.objects = self.roots = 0
        places = self._places
        with disk_errors(self.path), self.path.open("rb", buffering=_BUFFER) as file:
            for line in file:
                self.line += 1
                if line.isspace():
                    continue
                node: Any = decoded(line)
                try:
                    place = places[node["__typename"]]
                except (KeyError, TypeError):  # also of what is no object
                    raise self._unknown(node) from None
                if not place.keeps_typename:
                    del node["__typename"]
                parent = node.pop("__parentId", "")
                if place.owner >= 0 and not isinstance(node.get("id"), str):
                    raise JoinError(self.line, "has no id")
                if not isinstance(parent, str) or (place.depth > 0) is not bool(parent):
                    raise JoinError(self.line, "has no parent, or one that it cannot have")
                self.objects += 1
                self.roots += not parent
                yield place, node, parent

    def stamp(self, root: Node) -> bytes:
        """Give what the roots are sorted by, (created_at, number of the id), as STAMP bytes.

        Raises JoinError where the root, which was read last, tells neither.
        """
        try:
            created, own = epoch(root["created_at"]) + _YEAR_ONE, number(root["id"])
        except (LookupError, TypeError, ValueError):
            raise JoinError(self.line, "has no created_at, or no id that is a number") from None
        if not 0 <= own < _MOST:
            raise JoinError(self.line, "has an id that no number of Shopify's is")
        stamp = b"%012d%020d" % (created, own)
        self.lowest, self.highest = min(self.lowest, stamp), max(self.highest, stamp)
        return stamp

    def orphan(self, parent: str, owner: int) -> JoinError:
        """Make the error of a node whose parent is not among the owners of its kind.

        The file is read again for the number of the line.
        """
        for place, _, named in self.read():
            if named == parent and place.parent == owner:
                break
        gid = parent if _GID.fullmatch(parent) else "a parent"
        return JoinError(self.line, f"belongs to {gid}, and no such parent is in it")

    def twice(self, gid: str, owner: int) -> JoinError:
        """Make the error of an owner that is there twice; for that, too, the file is read again."""
        seen = 0
        for place, node, _ in self.read():
            seen += place.owner == owner and node["id"] == gid
            if seen == 2:
                break
        shown = gid if _GID.fullmatch(gid) else "what was there before"
        return JoinError(self.line, f"gives {shown} once more")

    def _unknown(self, node: object) -> JoinError:
        if not isinstance(node, dict):
            return JoinError(self.line, "is no JSON object: it may have been cut short")
        name = str(node.get("__typename"))
        shown = f", {name}," if _NAME.fullmatch(name) else ""
        return JoinError(self.line, f"is of a kind{shown} that was not asked for")
