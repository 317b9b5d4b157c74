"""Holds a set of many texts in little memory."""

from __future__ import annotations

import hashlib

_WIDTH = 16  # bytes of a text's digest: two texts never share one
_FREE = bytes(_WIDTH)
_FULLEST = 0.75  # part of the places taken, beyond which a search takes long
_GROWTH = 1.5


class CompactSet:
    """A set of texts that holds their digests side by side, not the texts.

    A text takes 21 to 32 bytes, in a set of Python's some 90 and more. A digest stands at the place
    that its number names, or at the next free one.
    """

    def __init__(self) -> None:
        self._places = bytearray(_WIDTH * 1024)
        self._count = 0

    def __len__(self) -> int:
        return self._count

    def __contains__(self, text: str) -> bool:
        digest = _digest(text)
        at = self._find(digest)
        return self._places[at : at + _WIDTH] == digest

    def add(self, text: str) -> None:
        """Take a text in."""
        if text in self:
            return
        if (self._count + 1) * _WIDTH > len(self._places) * _FULLEST:
            self._grow()
        self._put(_digest(text))
        self._count += 1

    def _put(self, digest: bytes | bytearray) -> None:
        at = self._find(digest)
        self._places[at : at + _WIDTH] = digest

    def _find(self, digest: bytes | bytearray) -> int:
        """Give the place of a digest, or the free one where it belongs."""
        places = self._places
        at = int.from_bytes(digest[:8]) % (len(places) // _WIDTH) * _WIDTH
        while (found := places[at : at + _WIDTH]) != digest and found != _FREE:
            at = (at + _WIDTH) % len(places)
        return at

    def _grow(self) -> None:
        old = self._places
        self._places = bytearray(int(len(old) // _WIDTH * _GROWTH) * _WIDTH)
        for at in range(0, len(old), _WIDTH):
            digest = old[at : at + _WIDTH]
            if digest != _FREE:
                self._put(digest)


def _digest(text: str) -> bytes:
    return hashlib.blake2b(text.encode(), digest_size=_WIDTH).digest()
