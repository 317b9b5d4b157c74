"""Knows the shop: its checked domain, its endpoint, its token, and what the app may read.

``shopifyapi`` decides what a shop domain is, where the endpoint of an API version lies, and which
scopes cover which; it does no I/O here. Its own sanitizer drops a newline inside a name and its
Session rewrites any host to ``<label>.myshopify.com``, which could hand the token to a stranger's
shop: so the text must be exactly what the sanitizer gives back.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Protocol

import httpx
import orjson
import shopify
from shopify.utils.shop_url import sanitize_shop_domain

from littlerelay.clock import Clock
from littlerelay.errors import RefusedError, UsageError
from littlerelay.settings import SHOP_DOMAIN, Credentials, Settings

API_VERSION = "2026-10"

_REASON = re.compile(rb'"error" ?: ?"([a-z_]{1,40})"')
_RENEW_EARLY = 60.0  # seconds before a granted token ends
_SCOPE = re.compile(r"(unauthenticated_)?(read|write)_")


def shop_domain(text: str) -> str:
    """Check a shop's domain and give it in lower case.

    >>> shop_domain("Acme.myshopify.com")
    'acme.myshopify.com'

    Raises UsageError for anything that is not exactly ``<name>.myshopify.com``.
    """
    wanted = text.strip(" ").lower()
    exact = text.isascii() and SHOP_DOMAIN.fullmatch(wanted)
    if not exact or sanitize_shop_domain(wanted) != wanted:
        raise UsageError(
            f"{text!r} is not the domain of a Shopify shop.",
            "Give the shop's own domain: acme.myshopify.com (Settings, then Domains).",
        )
    return wanted


class TokenRefusedError(RefusedError):
    """Shopify refused the access token, or granted none."""


class Tokens(Protocol):
    """Gives the access token, and another one after Shopify refused it."""

    def current(self) -> str:
        """Give the token to send now."""
        ...

    def renew(self) -> bool:
        """Get another token; false where there is none to get."""
        ...


@dataclass(frozen=True, slots=True)
class FixedToken:
    """An access token that was given and cannot be renewed."""

    token: str = field(repr=False)

    def current(self) -> str:
        """Give the token."""
        return self.token

    def renew(self) -> bool:
        """Say that there is no other."""
        return False


class GrantedToken:
    """A token of the client-credentials grant: 24 hours long, asked for again in time."""

    def __init__(
        self, url: str, credentials: Credentials, http: httpx.Client, clock: Clock
    ) -> None:
        self._url = url
        self._credentials = credentials
        self._http = http
        self._clock = clock
        self._token: str | None = None
        self._ends = 0.0

    def current(self) -> str:
        """Give the token, asking for one where there is none or it is about to end.

        Raises TokenRefusedError.
        """
        if self._token is None or self._clock.monotonic() >= self._ends:
            self._token = self._ask()
        return self._token

    def renew(self) -> bool:
        """Forget the token; the next ``current`` asks for another."""
        self._token = None
        return True

    def _ask(self) -> str:
        form = {
            "client_id": self._credentials.client_id,
            "client_secret": self._credentials.client_secret,
            "grant_type": "client_credentials",
        }
        response = self._http.post(self._url, json=form)
        try:
            grant = orjson.loads(response.content)
            token, seconds = grant["access_token"], float(grant["expires_in"])
        except (orjson.JSONDecodeError, KeyError, TypeError, ValueError):
            token, seconds = None, 0.0
        if not isinstance(token, str):
            raise _no_grant(response)
        self._ends = self._clock.monotonic() + max(0.0, seconds - _RENEW_EARLY)
        return token


def _no_grant(response: httpx.Response) -> TokenRefusedError:
    """Name Shopify's reason, which is one word such as ``app_not_installed``."""
    word = _REASON.search(response.content)
    reason = f"{word[1].decode()}, " if word else ""
    return TokenRefusedError(
        f"Shopify granted no access token ({reason}status {response.status_code}).",
        "Check RELAY_CLIENT_ID and RELAY_CLIENT_SECRET, that the app is installed in this "
        "shop, and that app and shop belong to one organization.",
    )


@dataclass(frozen=True, slots=True)
class Session:
    """One shop's endpoint and the tokens for it."""

    shop: str
    url: str
    tokens: Tokens


def open_session(settings: Settings, http: httpx.Client, clock: Clock) -> Session:
    """Make the session of a shop whose domain was checked.

    ``settings.endpoint`` is a loopback address that stands in for the shop.
    """
    site = shopify.Session(settings.shop, API_VERSION).site
    base = f"https://{settings.shop}"
    if settings.endpoint:
        site = site.replace(base, settings.endpoint.rstrip("/"), 1)
    credentials = settings.credentials
    tokens: Tokens
    if credentials.token is not None:
        tokens = FixedToken(credentials.token)
    else:
        url = site.removesuffix(f"/api/{API_VERSION}") + "/oauth/access_token"
        tokens = GrantedToken(url, credentials, http, clock)
    return Session(settings.shop, f"{site}/graphql.json", tokens)


def covers(granted: Iterable[str], needed: str) -> bool:
    """Tell whether the granted scopes hold the needed ones, write scopes implying read.

    >>> covers(["write_orders"], "read_orders")
    True

    Scopes of other kinds (``customer_read_orders``), which ApiAccess does not take, say nothing.
    """
    known = [scope for scope in granted if _SCOPE.match(scope)]
    return bool(shopify.ApiAccess(known).covers(shopify.ApiAccess(needed)))
