"""Connections are used again, however many threads ask, and forgotten once they are closed."""

from __future__ import annotations

import gc
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx
import pytest

from littlerelay import http
from littlerelay.clock import SYSTEM
from littlerelay.sockets import Sockets

REQUESTS = 320


class Server(ThreadingHTTPServer):
    """Keeps connections open as long as it is asked on them, and counts them."""

    daemon_threads = True
    request_queue_size = 64

    def __init__(self) -> None:
        self.connections = 0
        super().__init__(("127.0.0.1", 0), Answers)


class Answers(BaseHTTPRequestHandler):
    """Answers 200 to whatever is posted; ``/last`` ends the connection."""

    protocol_version = "HTTP/1.1"
    server: Server

    def setup(self) -> None:
        """Counts a connection."""
        self.server.connections += 1
        super().setup()

    def do_POST(self) -> None:
        """Answers in one write."""
        self.rfile.read(int(self.headers["Content-Length"]))
        ending = b"Connection: close\r\n" if self.path == "/last" else b""
        self.close_connection = bool(ending)
        self.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n%s\r\n{}" % ending)

    def log_message(self, *_: object) -> None:
        """Says nothing."""


@pytest.fixture
def server() -> Iterator[Server]:
    with Server() as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def ask(server: Server, sockets: Sockets, lanes: int, path: str = "/") -> int:
    """Posts from many threads at once, and gives how many sockets were held at the end."""
    way = http.transport(SYSTEM, sockets=sockets)
    together = threading.Barrier(lanes)

    def post(_: int) -> None:
        together.wait()
        url = f"http://127.0.0.1:{server.server_port}{path}"
        timeout = http.TIMEOUT.as_dict()
        way.handle_request(
            httpx.Request("POST", url, content=b"x", extensions={"timeout": timeout})
        )

    with ThreadPoolExecutor(lanes) as pool:
        list(pool.map(post, range(REQUESTS)))
    held = sockets.count
    way.close()
    return held


@pytest.mark.parametrize("lanes", [4, 16, 32])
def test_each_thread_asks_on_a_connection_that_stays(server: Server, lanes: int) -> None:
    assert 1 <= ask(server, Sockets(), lanes) <= lanes  # each can be cut
    assert server.connections <= lanes


def test_sockets_that_are_closed_are_not_held(server: Server) -> None:
    sockets = Sockets()
    ask(server, sockets, 4, "/last")
    gc.collect()
    assert server.connections == REQUESTS
    assert sockets.count <= 4
