"""Asks Recharge's API, no faster than it allows, and says what its refusals mean.

Recharge lets a token ask 40 times at once and twice a second from then on: each request fills a
bucket that leaks. An answer tells how full it is (``X-Recharge-Limit: 12/40``).
"""

from __future__ import annotations

import re
from typing import Any

import httpx
import orjson

from littlerelay.clock import Clock
from littlerelay.errors import RefusedError, UnreachableError
from littlerelay.settings import RechargeAccess

API_VERSION = "2021-11"
SCOPES = ("read_subscriptions", "read_orders", "read_customers")

_HOST = "https://api.rechargeapps.com"
_LEAK = 2.0  # requests a second
_FULL = 40.0
_REFUSALS = {
    401: ("refused the token", "Check the token: Recharge shows it under Apps, API tokens."),
    402: (
        "has frozen this store",
        "The store's Recharge plan must be paid before its API answers.",
    ),
    403: ("forbids this", f"Give the token the scopes {', '.join(SCOPES)}."),
    404: ("knows no such page", "Install a newer relay: the API may have changed."),
    422: ("does not take what relay asks", "Install a newer relay: the API may have changed."),
    426: ("wants another version", "Install a newer relay: the API has changed."),
}
_limit = re.compile(r"(\d{1,6})/(\d{1,6})", re.ASCII).fullmatch


class Recharge:
    """One store's API. Raises RefusedError and UnreachableError."""

    def __init__(self, access: RechargeAccess, http: httpx.Client, clock: Clock) -> None:
        self._address = access.endpoint or _HOST
        self._token = access.token
        self._http = http
        self._clock = clock
        self._level = 0.0
        self._full = _FULL
        self._seen = clock.monotonic()

    def get(self, path: str, asked: dict[str, str]) -> dict[str, Any]:
        """Ask for a page of ``path``, and give its body."""
        self._pace()
        response = self._http.get(
            f"{self._address}/{path}",
            params=asked,
            headers={
                "Accept": "application/json",
                "X-Recharge-Access-Token": self._token,
                "X-Recharge-Version": API_VERSION,
            },
        )
        self._note(response.headers.get("X-Recharge-Limit", ""))
        if response.status_code != 200:
            raise _refusal(response)
        try:
            body = orjson.loads(response.content)
        except orjson.JSONDecodeError:
            body = None
        if not isinstance(body, dict):
            raise UnreachableError(
                f"Recharge's answer about {path} is none.",
                "A proxy or a sign-in page may stand in between; else run the same command again.",
            )
        return body

    def _pace(self) -> None:
        """Wait until one more request fits into the bucket."""
        now = self._clock.monotonic()
        self._level = max(0.0, self._level - (now - self._seen) * _LEAK)
        self._seen = now
        over = self._level + 1 - (self._full - 1)  # one is left to whoever else uses the token
        if over > 0:
            self._clock.sleep(over / _LEAK)
        self._level += 1

    def _note(self, told: str) -> None:
        """Believe what an answer tells of the bucket: others may fill it, too."""
        if found := _limit(told):
            self._level, self._full = float(found[1]), max(2.0, float(found[2]))
            self._seen = self._clock.monotonic()


def _refusal(response: httpx.Response) -> RefusedError:
    status = response.status_code
    if response.is_redirect:
        return RefusedError(
            "Recharge sent this request on to another address.", "Check the network: a proxy?"
        )
    what, hint = _REFUSALS.get(status, ("refused", "Check the token and the store."))
    return RefusedError(f"Recharge {what} (status {status}).", hint)
