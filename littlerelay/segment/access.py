"""Authorizes what is sent to Segment: with the write key, or with a token of OAuth.

A token is granted for a statement that the app's private key signs (RS256). Each statement is good
for one minute and one use. A refused one is signed once more, with the time as the server's answer
tells it: the first may have been tried again until it was too old, and clocks may be wrong.
"""

from __future__ import annotations

import base64
import math
import re
import threading
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple
from uuid import UUID, uuid4

import httpx
import orjson

from littlerelay.clock import SYSTEM, Clock
from littlerelay.errors import RefusedError, UnreachableError
from littlerelay.http import server_time
from littlerelay.segment.signing import Signer
from littlerelay.settings import Destination, OAuth

# Of no use any more, or never of any: the token is to be cleared before another try.
TOKEN_REFUSED = frozenset({400, 401, 403, 511})

_ASSERTION = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
_RENEW_SHARE, _RENEW_EARLY = 0.1, 300.0  # of a token's life, and seconds at most
_LONGEST_LIFE = 366 * 86_400.0  # seconds; Segment grants 30 days at most
_TOKEN = re.compile(r"[!-~]+")
_REASON = re.compile(rb'"error" ?: ?"([a-z_]{1,40})"')


class _Token(NamedTuple):
    """A granted token, and the moment of the monotonic clock from which another is wanted."""

    text: str
    renewed_at: float


class Access:
    """Gives the headers that authorize a POST to one destination; threads may share it.

    ``web`` tries again by itself, and ``draw`` gives each statement its id. Making one raises
    UsageError where OAuth is wanted and its libraries are missing, or its key is none.
    """

    def __init__(
        self,
        destination: Destination,
        web: httpx.Client,
        clock: Clock = SYSTEM,
        draw: Callable[[], UUID] = uuid4,
    ) -> None:
        basic = base64.b64encode(f"{destination.write_key}:".encode()).decode()
        self._basic = {"Authorization": f"Basic {basic}"}
        oauth = destination.oauth
        self._grants = None if oauth is None else _Grants(oauth, web, clock, draw)
        self._clock = clock
        self._lock = threading.Lock()
        self._token: _Token | None = None

    def headers(self) -> dict[str, str]:
        """Give the headers; with OAuth, ask for a token where none is good.

        Raises RefusedError where Segment grants none, UnreachableError where it cannot be asked.
        """
        if self._grants is None:
            return dict(self._basic)
        with self._lock:
            token = self._token
            if token is None or self._clock.monotonic() >= token.renewed_at:
                self._token = None  # what is refused now must not be used again
                token = self._token = self._grants.ask()
            return {"Authorization": f"Bearer {token.text}"}

    def clear(self) -> None:
        """Forget the token, after an answer of ``TOKEN_REFUSED``; the next headers have another."""
        with self._lock:
            self._token = None


class _Grants:
    """Asks Segment's OAuth server for tokens."""

    def __init__(
        self, oauth: OAuth, web: httpx.Client, clock: Clock, draw: Callable[[], UUID]
    ) -> None:
        self._oauth = oauth
        self._signer = Signer(oauth, draw)
        self._web = web
        self._clock = clock
        self._ahead = 0.0  # seconds by which the clock here is ahead of the server's

    def ask(self) -> _Token:
        """Ask for a token, and once more after a refusal."""
        response = self._post()
        if response.status_code in (400, 401, 403):
            moment = server_time(response)
            self._ahead = self._clock.now() - moment.timestamp() if moment else 0.0
            response = self._post()
        return self._granted(response)

    def _post(self) -> httpx.Response:
        form = {
            "grant_type": "client_credentials",
            "client_assertion_type": _ASSERTION,
            "client_assertion": self._signer.statement(self._clock.now() - self._ahead),
            "scope": self._oauth.scope,
        }
        response = self._web.post(f"{self._oauth.server}/token", data=form)
        if response.status_code >= 500:  # 501 or 505: after all others it was asked again
            raise _unreachable(f"it answered {response.status_code}")
        return response

    def _granted(self, response: httpx.Response) -> _Token:
        grant = _object(response)
        token, life = grant.get("access_token"), _seconds(grant.get("expires_in"))
        is_good = isinstance(token, str) and _TOKEN.fullmatch(token) is not None
        if response.status_code != 200 or not is_good or life is None:
            raise _no_grant(response)
        early = min(_RENEW_EARLY, _RENEW_SHARE * life)
        return _Token(str(token), self._clock.monotonic() + life - early)


def _object(response: httpx.Response) -> Mapping[str, Any]:
    """Give the JSON object of an answer, an empty one where there is none."""
    try:
        body = orjson.loads(response.content)
    except orjson.JSONDecodeError:
        return {}
    return body if isinstance(body, dict) else {}


def _seconds(value: object) -> float | None:
    """Give a token's life as it can be: a number above zero, and not endless."""
    if not isinstance(value, int | float) or isinstance(value, bool):
        return None
    is_life = math.isfinite(value) and value > 0
    return min(float(value), _LONGEST_LIFE) if is_life else None


def _unreachable(what: str) -> UnreachableError:
    return UnreachableError(
        f"Segment's OAuth server cannot be asked for a token: {what}.",
        "Nothing is lost: run the same command again later.",
    )


def _no_grant(response: httpx.Response) -> RefusedError:
    """Name the server's reason, which is one word such as ``invalid_client``."""
    word = _REASON.search(response.content)
    reason = f"{word[1].decode()}, " if word else ""
    return RefusedError(
        f"Segment granted no OAuth token ({reason}status {response.status_code}).",
        "Check oauth_app_id, oauth_key_id and oauth_key_file, the region, and that the OAuth app "
        "has the scope tracking_api:write.",
    )
