"""Fetches the result of a bulk operation into a file, going on where a connection broke.

It lies on another host than the shop, for a week, under an address that is its own permission: the
shop's token is never sent there, and the address is in no error and no log. It is asked for as it
is, without compression: a compressed answer that ends early may pass for a whole one.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

from littlerelay.clock import Clock
from littlerelay.durable import disk_errors, open_private, write_all
from littlerelay.errors import RefusedError, UnreachableError
from littlerelay.http import unlogged
from littlerelay.patience import PATIENCE, Attempts, Patience, Watch, unwatched
from littlerelay.routes import is_loopback

HOST = "storage.googleapis.com"

_SPENT = frozenset({400, 401, 403, 404, 410})  # what is answered to an address that has expired
_RANGE = re.compile(r"bytes (\d+)-\d+/(\d+|\*)")
_WHOLE = re.compile(r"bytes \*/(\d+)")

Told = Callable[[int], None]


class SpentError(UnreachableError):
    """The address has expired; the operation may have a new one."""


class _BrokenError(Exception):
    """The answer ended early, or is none; what came of it is kept."""


class Download:
    """Fetches results with a client that does not try again by itself, which ``opened`` gives.

    Only an https address of Shopify's storage is asked, and one on this machine where the shop is
    there, too (``is_local``).
    """

    def __init__(
        self,
        opened: Callable[[], httpx.Client],
        clock: Clock,
        watch: Watch = unwatched,
        patience: Patience = PATIENCE,
        *,
        is_local: bool = False,
    ) -> None:
        self._opened = opened
        self._clock = clock
        self._watch = watch
        self._patience = patience
        self._is_local = is_local

    def fetch(self, url: str, path: Path, told: Told = lambda _: None) -> None:
        """Fetch a result to its end; a file that is there is the beginning of the same one.

        ``told`` hears how many bytes are there. Raises RefusedError for an address elsewhere,
        SpentError, UnreachableError, DiskError.
        """
        self._check(url)
        size, attempts = -1, self._attempts()
        while True:
            try:
                return self._go_on(url, path, told)
            except (httpx.TransportError, _BrokenError) as error:
                reason = str(error) if isinstance(error, _BrokenError) else type(error).__name__
            if _size(path) > size:  # it came on: patience begins anew
                size, attempts = _size(path), self._attempts()
            attempts.failed(f"the download of a bulk operation's result broke off ({reason})")

    def _attempts(self) -> Attempts:
        return Attempts(self._clock, self._patience, self._watch)

    def _check(self, url: str) -> None:
        try:
            asked = httpx.URL(url)
        except httpx.InvalidURL:
            asked = httpx.URL()
        is_storage = asked.scheme == "https" and asked.host == HOST and asked.port is None
        if not is_storage and not (self._is_local and is_loopback(asked.host)):
            raise RefusedError(
                f"Shopify names {asked.host or 'nothing'} as the host of a result, which relay "
                "does not know.",
                "Read by pages (--mode pages), or look for a newer relay.",
            )

    def _go_on(self, url: str, path: Path, told: Told) -> None:
        start = _size(path)
        headers = {"Accept-Encoding": "identity"}
        if start:
            headers["Range"] = f"bytes={start}-"
        with self._opened() as web, _asked(web, url, headers) as answer:
            if answer.status_code == 416 and start:
                _check_end(answer, path, start)
                return
            _check_status(answer)
            start = start if _goes_on(answer, start) else 0
            with disk_errors(path):
                size = _put(answer, path, start, told)
        expected = _length(answer)
        if expected is not None and size != start + expected:
            raise _BrokenError(f"{size} of {start + expected} bytes")


@contextmanager
def _asked(web: httpx.Client, url: str, headers: dict[str, str]) -> Iterator[httpx.Response]:
    """Ask for a result, which is answered as it comes."""
    address = httpx.URL(url)
    with unlogged(str(address)), web.stream("GET", address, headers=headers) as answer:
        yield answer


def _put(answer: httpx.Response, path: Path, size: int, told: Told) -> int:
    """Write what an answer brings after the first ``size`` bytes; give the size that comes of it.

    Raises what httpx raises for an answer that breaks off.
    """
    handle = open_private(path, os.O_WRONLY | os.O_CREAT)
    try:
        os.ftruncate(handle, size)
        os.lseek(handle, size, os.SEEK_SET)
        for piece in answer.iter_raw():
            write_all(handle, piece)
            size += len(piece)
            told(size)
    finally:
        os.close(handle)
    return size


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0


def _check_status(answer: httpx.Response) -> None:
    status = answer.status_code
    if status in _SPENT:
        raise SpentError(
            f"The address of a bulk operation's result has expired (status {status}).",
            "Run the same command again.",
        )
    if answer.is_redirect:
        raise RefusedError(
            "The host of a bulk operation's result sent this request on to another address.",
            "Check the network: a proxy or a sign-in page may stand in between.",
        )
    if status not in (200, 206):
        raise _BrokenError(f"status {status}")
    if answer.headers.get("Content-Encoding", "identity") != "identity":
        raise UnreachableError(
            "A bulk operation's result came compressed, though relay asked for it as it is.",
            "A proxy may stand in between: go around it, or read by pages (--mode pages).",
        )


def _goes_on(answer: httpx.Response, start: int) -> bool:
    """Tell whether an answer goes on after the bytes that are there; else it is the whole."""
    if answer.status_code != 206:
        return False
    found = _RANGE.match(answer.headers.get("Content-Range", ""))
    if not found or int(found[1]) != start:
        raise _BrokenError("other bytes than were asked for")
    return True


def _check_end(answer: httpx.Response, path: Path, start: int) -> None:
    """See whether there is nothing to go on with because all is there; else begin anew."""
    found = _WHOLE.match(answer.headers.get("Content-Range", ""))
    if not found or int(found[1]) != start:
        with disk_errors(path):
            path.unlink()
        raise _BrokenError("the result is another")


def _length(answer: httpx.Response) -> int | None:
    text = answer.headers.get("Content-Length", "")
    return int(text) if text.isdecimal() else None
