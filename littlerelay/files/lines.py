"""Splits what is read into lines."""

from __future__ import annotations

from collections.abc import Callable, Iterator

BYTE_ORDER_MARK = b"\xef\xbb\xbf"  # with which some programs begin a file

_BLOCK = 256 * 1024


def lines(read: Callable[[int], bytes], longest: int) -> Iterator[tuple[int, bytes | None]]:
    """Give each line with its size in the file, a newline at its end included.

    A line of more than ``longest`` bytes has its size alone. The last line may lack its newline.
    """
    rest, skipped = b"", 0
    while block := read(_BLOCK):
        block, start = rest + block, 0
        while (end := block.find(b"\n", start)) >= 0:
            size = skipped + end + 1 - start
            yield size, None if size > longest else block[start:end]
            skipped, start = 0, end + 1
        rest = block[start:]
        if skipped + len(rest) > longest:
            skipped, rest = skipped + len(rest), b""
    if skipped or rest:
        size = skipped + len(rest)
        yield size, None if size > longest else rest
