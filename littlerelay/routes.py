"""Finds the way to a host: to itself, or through a proxy.

Proxies are taken from ``HTTPS_PROXY``, ``HTTP_PROXY``, ``ALL_PROXY`` and ``NO_PROXY``, never for
this machine itself; certificates from ``SSL_CERT_FILE`` and ``SSL_CERT_DIR``.
"""

from __future__ import annotations

import ipaddress
import os
import ssl
from functools import cache
from urllib.request import getproxies, proxy_bypass

import httpx

from littlerelay.errors import UsageError
from littlerelay.sockets import Sockets


class EnvironmentTransport(httpx.BaseTransport):
    """Sends through the proxies that the environment names.

    httpx looks for them only where no transport is given. Raises UsageError for a proxy that
    cannot be used.
    """

    def __init__(self, sockets: Sockets | None = None) -> None:
        self._tracing = {"trace": sockets.trace} if sockets is not None else {}
        self._direct: dict[str, httpx.HTTPTransport] = {}
        self._proxied = {
            scheme: _proxy_transport(scheme, url)
            for scheme, url in getproxies().items()
            if scheme in ("http", "https", "all")
        }

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Send a request to its host, or to the proxy for its scheme."""
        scheme, host = request.url.scheme, request.url.host
        way = self._proxied.get(scheme) or self._proxied.get("all")
        if way is None or is_loopback(host) or proxy_bypass(host):
            way = self._direct.get(scheme) or self._direct.setdefault(scheme, _direct(scheme))
        request.extensions |= self._tracing
        return way.handle_request(request)

    def close(self) -> None:
        """Close every connection."""
        for transport in (*self._direct.values(), *self._proxied.values()):
            transport.close()


def _transport(tls: ssl.SSLContext, proxy: str | None = None) -> httpx.HTTPTransport:
    limits = httpx.Limits()  # none: whoever asks on many threads keeps a connection for each
    return httpx.HTTPTransport(verify=tls, limits=limits, proxy=proxy)


def _direct(scheme: str) -> httpx.HTTPTransport:
    """Give the way to hosts themselves; without TLS nobody has to be trusted."""
    return _transport(_trust() if scheme == "https" else ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT))


def _trust() -> ssl.SSLContext:
    return _loaded(os.environ.get("SSL_CERT_FILE"), os.environ.get("SSL_CERT_DIR"))


@cache
def _loaded(*_named: str | None) -> ssl.SSLContext:
    """Load the certificates, which httpx finds where they are named: once, for it takes long."""
    return httpx.create_ssl_context()


def _proxy_transport(scheme: str, url: str) -> httpx.HTTPTransport:
    try:
        return _transport(_trust(), url if "://" in url else f"http://{url}")
    except (ValueError, ImportError, httpx.InvalidURL) as error:
        raise UsageError(
            f"The proxy that {scheme.upper()}_PROXY names cannot be used.",
            "Give it as http://host:port, or unset it.",
        ) from error


def is_loopback(host: str) -> bool:
    """Tell whether a host is this machine."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
