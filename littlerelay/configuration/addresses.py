"""Reads the addresses of servers that settings name."""

from __future__ import annotations

import ipaddress
import re
from urllib.parse import SplitResult, urlsplit

# A line end or a tab would be left out by ``urlsplit``, and sent.
_VISIBLE = re.compile(r"[!-~]+")


def parts(text: str) -> SplitResult | None:
    """Give the parts of an address that has no user, query or fragment; none of any other text."""
    try:
        address = urlsplit(text)
        # A port that is none raises when it is asked for.
        is_whole = bool(address.hostname) and address.port != 0
    except ValueError:  # a port or an IPv6 address that is none
        return None
    decorated = address.username or address.password or address.query or address.fragment
    fits = is_whole and not decorated and _VISIBLE.fullmatch(text) is not None
    return address if fits else None


def is_loopback(host: str | None) -> bool:
    """Tell whether a host is this machine itself.

    >>> is_loopback("127.0.0.1"), is_loopback("example.com")
    (True, False)
    """
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host or "").is_loopback
    except ValueError:
        return False
