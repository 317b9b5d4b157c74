"""A bulk result that cannot be right is refused whole, by the number of its line."""

from __future__ import annotations

import errno
import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from bulk_results import Node, checkout, encoded, narrow, order, taken_apart, written
from littlerelay.errors import DiskError, UnreachableError
from littlerelay.shopify import joining
from littlerelay.shopify.bulk_lines import BulkLines, JoinError
from littlerelay.shopify.joining import join
from littlerelay.shopify.shapes import CHECKOUTS, ORDERS
from littlerelay.shopify.workfolder import WorkFolder

Lines = list[Node]

# Order 1 stands in line 1, its line items in 2 and 3, order 2 in line 7.
GROUPED = list(taken_apart([order(1), order(2), order(3)], ORDERS))
# Checkout 2 stands in line 1, its line items in 2 and 5, their allocations in 3, 4.
CARTS = list(taken_apart([checkout(2), checkout(3)], CHECKOUTS))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "bulk.jsonl"


@pytest.fixture(
    params=["streamed if grouped", "in one partition", "in splits of splits"], autouse=True
)
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Joins the lines in every way there is."""
    if request.param != "streamed if grouped":
        monkeypatch.setattr(joining, "joined_in_passing", lambda *_: False)
    if request.param == "in splits of splits":
        narrow(monkeypatch)


def refused(path: Path, shape: Any) -> str:
    """Gives the message of the refusal, which leaves nothing behind."""
    with pytest.raises(JoinError) as caught:
        join(path, shape, path.parent)
    assert isinstance(caught.value, UnreachableError)
    assert caught.value.hint
    assert list(path.parent.iterdir()) == [path]
    return str(caught.value)


def changed(line: int, **keys: Any) -> Callable[[Lines], Lines]:
    """Gives what changes a line, counted from 1; a key of None goes."""

    def change(lines: Lines) -> Lines:
        node = {key: one for key, one in {**lines[line - 1], **keys}.items() if one is not None}
        return [*lines[: line - 1], node, *lines[line:]]

    return change


def moved(line: int, to: int) -> Callable[[Lines], Lines]:
    """Gives what puts a copy of a line to another place, both counted from 1."""
    return lambda lines: [*lines[: to - 1], lines[line - 1], *lines[to - 1 :]]


NOWHERE = "gid://shopify/Order/77"
FAULTS: dict[str, tuple[Callable[[Lines], Lines], int, str]] = {
    "an orphan": (
        changed(3, __parentId=NOWHERE),
        3,
        f"belongs to {NOWHERE}, and no such parent is in it",
    ),
    "an orphan of nothing known": (changed(3, __parentId="Ada"), 3, "belongs to a parent, and no"),
    "a root that is there twice": (moved(1, 8), 8, "gives gid://shopify/Order/1 once more"),
    "a root twice in a row": (moved(1, 2), 2, "gives gid://shopify/Order/1 once more"),
    "the last root twice": (
        lambda lines: [*lines, lines[-1], next(one for one in lines[::-1] if "created_at" in one)],
        len(GROUPED) + 2,
        "gives gid://shopify/Order/3 once more",
    ),
    "another kind": (changed(2, __typename="Refund"), 2, "is of a kind, Refund, that was not"),
    "a kind that is a text of somebody": (changed(2, __typename="Ada L."), 2, "is of a kind that"),
    "a kind that is none": (changed(2, __typename={"a": 1}), 2, "is of a kind that was not"),
    "no kind": (changed(2, __typename=None), 2, "is of a kind, None, that was not"),
    "a root without an id": (changed(1, id=None), 1, "has no id"),
    "a root whose id is no number": (changed(1, id="gid://shopify/Order/x"), 1, "has no created"),
    "a root whose id is too large": (changed(1, id=f"a/{10**20}"), 1, "has an id that no number"),
    "a root without a time": (changed(1, created_at=None), 1, "has no created_at"),
    "a root with another time": (changed(1, created_at="2026-01-01 noon"), 1, "has no created_at"),
    "a root with a time that is none": (changed(1, created_at=7), 1, "has no created_at"),
    "a root with a parent": (changed(1, __parentId=NOWHERE), 1, "has no parent, or one"),
    "a child without a parent": (changed(2, __parentId=None), 2, "has no parent, or one"),
    "a child of a number": (changed(2, __parentId=5), 2, "has no parent, or one"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_is_named_with_its_line(path: Path, fault: str) -> None:
    change, line, words = FAULTS[fault]
    message = refused(written(path, change(GROUPED)), ORDERS)
    assert message.startswith(f"Line {line} of Shopify's bulk result {words}")
    assert "Ada" not in message


ALLOCATION = "gid://shopify/AbandonedCheckoutLineItem/99"
DEEP: dict[str, tuple[Callable[[Lines], Lines], int, str]] = {
    "an orphan": (changed(3, __parentId=ALLOCATION), 3, f"belongs to {ALLOCATION}, and no"),
    "a child of an orphan": (
        changed(2, __parentId="gid://shopify/AbandonedCheckout/9"),
        2,
        "belongs to gid://shopify/AbandonedCheckout/9, and no such parent is in it",
    ),
    "a child that holds others, without an id": (changed(2, id=None), 2, "has no id"),
    "a grandchild of a root": (
        changed(3, __parentId="gid://shopify/AbandonedCheckout/2"),
        3,
        "belongs to gid://shopify/AbandonedCheckout/2, and no such parent is in it",
    ),
}


@pytest.mark.parametrize("fault", DEEP)
def test_a_fault_below_is_named_with_its_line(path: Path, fault: str) -> None:
    change, line, words = DEEP[fault]
    message = refused(written(path, change(CARTS)), CHECKOUTS)
    assert message.startswith(f"Line {line} of Shopify's bulk result {words}")


def test_a_child_that_holds_others_is_not_there_twice(path: Path) -> None:
    lines = sorted(CARTS, key=lambda line: "created_at" in line)
    written(path, [*lines, lines[0]])
    assert f"Line {len(lines) + 1} " in refused(path, CHECKOUTS)


@pytest.mark.parametrize("cut", range(1, len(encoded(GROUPED[-1])), 7))
def test_a_last_line_that_was_cut_short_is_refused(path: Path, cut: int) -> None:
    lines = [encoded(line) for line in GROUPED]
    path.write_bytes(b"\n".join(lines)[:-cut])
    message = refused(path, ORDERS)
    assert message.startswith(f"Line {len(lines)} of Shopify's bulk result is no JSON object")


@pytest.mark.parametrize("line", [b"null", b"[]", b'"__typename"', b"7", b"{", b"\xff", b"{}{}"])
def test_a_line_that_is_no_object_is_refused(path: Path, line: bytes) -> None:
    path.write_bytes(b"\n\r\n" + encoded(GROUPED[0]) + b"\n" + line + b"\n")
    assert refused(path, ORDERS).startswith("Line 4 of Shopify's bulk result is no JSON object")


def test_a_file_that_is_not_there_is_named(path: Path) -> None:
    with pytest.raises(DiskError, match=r"bulk\.jsonl: No such file"):
        join(path, ORDERS, path.parent)
    assert list(path.parent.iterdir()) == []


class FullDisk(io.RawIOBase):
    """A file that takes nothing."""

    def writable(self) -> bool:
        return True

    def write(self, _: Any) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")


@pytest.mark.parametrize("number", range(2))
def test_a_full_disk_is_named_and_nothing_is_left(
    path: Path, number: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    create, made = WorkFolder.create, list[str]()

    def limited(self: WorkFolder, name: str) -> Any:
        made.append(name)
        file = create(self, name)
        if len(made) <= number:
            return file
        file.close()
        return io.BufferedWriter(FullDisk())

    monkeypatch.setattr(WorkFolder, "create", limited)
    written(path, sorted(GROUPED, key=lambda line: "created_at" not in line))
    with pytest.raises(DiskError, match=r"bulk\.jsonl\.join: No space left on device"):
        join(path, ORDERS, path.parent)
    assert list(path.parent.iterdir()) == [path]


def test_an_interrupt_leaves_nothing(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(self: BulkLines, root: Node) -> bytes:
        if self.roots > 1:
            raise KeyboardInterrupt
        return stamp(self, root)

    stamp = BulkLines.stamp
    monkeypatch.setattr(BulkLines, "stamp", interrupted)
    with pytest.raises(KeyboardInterrupt):
        join(written(path, GROUPED), ORDERS, path.parent)
    assert list(path.parent.iterdir()) == [path]
