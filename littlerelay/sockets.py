"""Knows the sockets of an HTTP client, so that no request that hangs outlives a stop."""

from __future__ import annotations

import socket
import threading
from contextlib import suppress
from typing import Any
from weakref import WeakSet


class Sockets:
    """Holds the sockets of a client, to end what hangs when nobody waits for it any more."""

    def __init__(self) -> None:
        self._open: WeakSet[socket.socket] = WeakSet()  # a closed one goes by itself
        self._lock = threading.Lock()
        self._is_cut = False

    @property
    def count(self) -> int:
        """Give how many are held."""
        return len(self._open)

    def trace(self, name: str, told: dict[str, Any]) -> None:
        """Hear from httpcore of every step of a request."""
        if name.endswith(("connect_tcp.complete", "start_tls.complete")):
            with self._lock:
                self._open.add(told["return_value"].get_extra_info("socket"))
            if self._is_cut:
                self.cut()

    def cut(self) -> None:
        """Let whoever reads from a connection, or writes to it, find it broken."""
        self._is_cut = True
        with self._lock:
            found = list(self._open)
        for one in found:
            with suppress(OSError):  # one of TLS takes the place of the one beneath
                socket.socket.shutdown(one, socket.SHUT_RDWR)
