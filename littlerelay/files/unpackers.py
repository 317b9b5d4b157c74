"""Unpacks gzip and Zstandard piece by piece, in bounded memory, and tells a cut from an end."""

from __future__ import annotations

import zlib
from typing import Protocol

from littlerelay.errors import DamagedError, UsageError

HEAD = 4  # bytes that tell the kind

_GZIP = b"\x1f\x8b"
_ZSTD = b"\x28\xb5\x2f\xfd"
_PIECE = 256 * 1024  # compressed bytes read at a time
# One piece of Zstandard unpacks at once, and each 4 bytes of it may be 128 KB.
_ZSTD_PIECE = 4 * 1024


class Unpacker(Protocol):
    """Unpacks one compressed stream that may have several members.

    ``portion`` is how many packed bytes it is to be given at a time.
    """

    portion: int

    def unpack(self, packed: bytes, most: int) -> bytes:
        """Unpack ``packed`` after what came before, to about ``most`` bytes at a time."""

    @property
    def is_hungry(self) -> bool:
        """Tell whether nothing more comes without more packed bytes."""

    @property
    def is_whole(self) -> bool:
        """Tell whether the stream may end here."""


def unpacker(head: bytes, name: str) -> Unpacker | None:
    """Give what unpacks a file that begins so; none for a plain one."""
    if head.startswith(_GZIP):
        return _Gzip(name)
    return _Zstd(name) if head == _ZSTD else None


class _Gzip:
    """Members of gzip one after the other; zeros may follow the last, as tape drives wrote them."""

    portion = _PIECE

    def __init__(self, name: str) -> None:
        self._name = name
        self._member = zlib.decompressobj(31)
        self._has_begun = False
        self._left = b""

    @property
    def is_hungry(self) -> bool:
        return not self._left

    @property
    def is_whole(self) -> bool:
        return not self._has_begun or self._member.eof

    def unpack(self, packed: bytes, most: int) -> bytes:
        packed = self._left + packed
        if self._member.eof:
            packed = packed.lstrip(b"\0")
            self._member, self._has_begun = zlib.decompressobj(31), False
        self._has_begun = self._has_begun or bool(packed)
        try:
            piece = self._member.decompress(packed, most)
        except zlib.error as error:
            raise _damaged(self._name) from error
        self._left = self._member.unconsumed_tail or self._member.unused_data
        return piece


class _Zstd:
    """Frames of Zstandard one after the other."""

    portion = _ZSTD_PIECE

    def __init__(self, name: str) -> None:
        try:
            import zstandard  # noqa: PLC0415  an extra
        except ImportError as error:
            raise UsageError(
                f"{name} is compressed with Zstandard, for which a package is missing.",
                "Run: pip install 'littlerelay[zstd]' (or unpack it first).",
            ) from error
        self._name = name
        self._errors = zstandard.ZstdError
        self._new = zstandard.ZstdDecompressor().decompressobj
        self._frame = self._new()
        self._has_begun = False
        self._left = b""

    @property
    def is_hungry(self) -> bool:
        return not self._left

    @property
    def is_whole(self) -> bool:
        return not self._has_begun or self._frame.eof

    def unpack(self, packed: bytes, most: int) -> bytes:  # noqa: ARG002  a frame has no bound
        packed = self._left + packed
        if not packed:
            return b""
        if self._frame.eof:
            self._frame = self._new()
        self._has_begun = True
        try:
            piece: bytes = self._frame.decompress(packed)
        except self._errors as error:
            raise _damaged(self._name) from error
        self._left = self._frame.unused_data
        return piece


def _damaged(name: str) -> DamagedError:
    return DamagedError(
        f"{name} is compressed and damaged.",
        "Fetch it once more; what was read before the damage is kept.",
    )
