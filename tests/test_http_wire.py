"""What really goes over a socket: broken answers, proxies and certificates."""

from __future__ import annotations

import shutil
import socket
import ssl
import struct
import subprocess
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest

from littlerelay import routes
from littlerelay.errors import RefusedError, UnreachableError
from littlerelay.http import client
from littlerelay.routes import EnvironmentTransport
from shopify_fakes import FakeTime

WHOLE = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nConnection: close\r\n\r\nwhole"
CUT = b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\nonly this"
CUT_CHUNK = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1f4\r\nonly this"
CUT_HEAD = b"HTTP/1.1 200 OK\r\nContent-Le"
GARBAGE = b"\x00\xff this is not HTTP\r\n\r\n"
RESET = b""


class Wire:
    """A server on loopback that answers each connection with prepared bytes, then hangs up."""

    def __init__(self, *answers: bytes, tls: ssl.SSLContext | None = None) -> None:
        self.heads: list[bytes] = []
        self._answers = answers
        self._tls = tls
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._socket.getsockname()[1]
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def _serve(self) -> None:
        for answer in self._answers:
            try:
                connection, _ = self._socket.accept()
            except OSError:  # the test is over
                return
            with connection:
                self._answer(connection, answer)

    def _answer(self, connection: socket.socket, answer: bytes) -> None:
        if self._tls:
            try:
                connection = self._tls.wrap_socket(connection, server_side=True)
            except (ssl.SSLError, ConnectionError):  # the client did not trust the certificate
                return
        self.heads.append(connection.recv(65_536))
        if answer == RESET:
            linger = struct.pack("ii", 1, 0)
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        connection.sendall(answer)
        connection.close()

    def close(self) -> None:
        self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        self._thread.join(5)


Serve = Callable[..., Wire]


@pytest.fixture
def serve() -> Iterator[Serve]:
    wires = []

    def make(*answers: bytes, tls: ssl.SSLContext | None = None) -> Wire:
        wires.append(Wire(*answers, tls=tls))
        return wires[-1]

    yield make
    for wire in wires:
        wire.close()


@pytest.mark.parametrize("broken", [CUT, CUT_CHUNK, CUT_HEAD, GARBAGE, RESET])
def test_a_broken_answer_is_asked_for_again_and_never_taken(broken: bytes, serve: Serve) -> None:
    wire, time = serve(broken, broken, WHOLE), FakeTime()
    with client(time.clock) as web:
        response = web.post(f"http://127.0.0.1:{wire.port}/", content=b"it")
    assert response.content == b"whole"
    assert time.slept == [0.5, 1]
    assert len(wire.heads) == 3


def test_nobody_listening_ends_as_unreachable() -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    with (
        client(FakeTime().clock) as web,
        pytest.raises(UnreachableError, match=r"127\.0\.0\.1 broke the connection"),
    ):
        web.get(f"http://127.0.0.1:{port}/")


def proxy_is(wire: Wire, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(name, f"http://127.0.0.1:{wire.port}")


@pytest.mark.parametrize("name", ["HTTPS_PROXY", "https_proxy", "ALL_PROXY"])
def test_a_shop_is_reached_through_the_proxy_of_the_environment(
    name: str, serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    wire = serve(*[b"HTTP/1.1 502 Bad Gateway\r\n\r\n"] * 10)
    proxy_is(wire, name, monkeypatch)
    with client(FakeTime().clock) as web, pytest.raises(UnreachableError, match="ProxyError"):
        web.get("https://acme.myshopify.com/", headers={"X-Shopify-Access-Token": "invented"})
    assert wire.heads[0].startswith(b"CONNECT acme.myshopify.com:443 HTTP/1.1\r\n")
    assert b"invented" not in b"".join(wire.heads)


def test_a_proxy_may_be_named_without_its_scheme(
    serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    wire = serve(WHOLE)
    monkeypatch.setenv("HTTP_PROXY", f"127.0.0.1:{wire.port}")
    with client(FakeTime().clock) as web:
        assert web.get("http://files.example.com/it").content == b"whole"
    assert wire.heads[0].startswith(b"GET http://files.example.com/it HTTP/1.1\r\n")


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_loopback_is_never_reached_through_a_proxy(
    host: str, serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    proxy, wire = serve(WHOLE), serve(WHOLE)
    proxy_is(proxy, "HTTP_PROXY", monkeypatch)
    proxy_is(proxy, "ALL_PROXY", monkeypatch)
    with client(FakeTime().clock) as web:
        web.get(f"http://{host}:{wire.port}/it")
    assert wire.heads[0].startswith(b"GET /it HTTP/1.1\r\n")
    assert proxy.heads == []


def test_no_proxy_names_hosts_that_are_reached_directly(
    serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    proxy = serve(WHOLE)
    proxy_is(proxy, "HTTP_PROXY", monkeypatch)
    monkeypatch.setenv("NO_PROXY", "near.example.com")
    transport = EnvironmentTransport()
    direct = httpx.MockTransport(lambda _: httpx.Response(299))
    monkeypatch.setattr(routes, "_direct", lambda _: direct)
    with httpx.Client(transport=transport) as web:
        assert web.get("http://near.example.com/").status_code == 299
        assert web.get("http://far.example.com/").status_code == 200


def certificate(folder: Path) -> Path:
    """Makes a key and a certificate for loopback in one file."""
    command = shutil.which("openssl")
    if command is None:
        pytest.skip("there is no openssl to make a certificate with")
    key, cert = folder / "key.pem", folder / "cert.pem"
    make = "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=it"
    arguments = [*make.split(), "-addext", "subjectAltName=IP:127.0.0.1"]
    files = ["-keyout", str(key), "-out", str(cert)]
    subprocess.run([command, *arguments, *files], check=True, capture_output=True)
    key.write_bytes(key.read_bytes() + cert.read_bytes())
    return key


def test_certificates_of_the_environment_are_trusted_and_unknown_ones_are_not(
    serve: Serve, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = certificate(tmp_path)
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(path)
    address = f"https://127.0.0.1:{serve(*[WHOLE] * 11, tls=tls).port}/"
    time = FakeTime()
    with client(time.clock) as web, pytest.raises(RefusedError, match="certificate") as caught:
        web.get(address)
    assert "SSL_CERT_FILE" in caught.value.hint
    assert time.slept == [], "no other try can help"
    monkeypatch.setenv("SSL_CERT_FILE", str(path))
    with client(FakeTime().clock) as web:
        assert web.get(address).content == b"whole"


def test_plain_http_loads_no_certificates(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(httpx, "create_ssl_context", lambda: pytest.fail("they were loaded"))
    with client(FakeTime().clock) as web:
        assert web.get(f"http://127.0.0.1:{serve(WHOLE).port}/").content == b"whole"
