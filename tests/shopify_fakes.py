"""What the tests of Shopify's side share: a clock that only sleeping moves, and a scripted shop."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any

import httpx

from littlerelay.clock import Clock
from littlerelay.http import RetryTransport
from littlerelay.patience import PATIENCE, Patience
from littlerelay.progress import Waiting
from littlerelay.shopify.graphql import GraphQL
from littlerelay.shopify.session import API_VERSION, FixedToken, Session, Tokens

NOW = 1_790_000_000  # seconds since 1970, in September 2026
SHOP = "acme.myshopify.com"
URL = f"https://{SHOP}/admin/api/{API_VERSION}/graphql.json"
TOKEN = "invented-token-7f3a"

Answer = httpx.Response | Exception
Handler = Callable[[httpx.Request], httpx.Response]


class FakeTime:
    """Time that stands still but for sleeping; ``luck`` is what chance gives."""

    def __init__(self, luck: float = 1.0) -> None:
        self.seconds = 0.0
        self.slept: list[float] = []
        self.clock = Clock(
            now=lambda: NOW + self.seconds,
            monotonic=lambda: self.seconds,
            sleep=self._sleep,
            chance=lambda: luck,
        )

    def _sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.seconds += seconds


class Script:
    """A server that gives one prepared answer after the other, and the last one for ever."""

    def __init__(self, *answers: Answer) -> None:
        self.answers = answers
        self.requests: list[httpx.Request] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        answer = self.answers[min(len(self.requests), len(self.answers) - 1)]
        self.requests.append(request)
        if isinstance(answer, Exception):
            raise answer
        headers = answer.headers
        return httpx.Response(answer.status_code, headers=headers, content=answer.content)

    def asked(self) -> list[dict[str, Any]]:
        """Gives the variables of every query that was asked."""
        return [json.loads(request.content)["variables"] for request in self.requests]


def web(handler: Handler, time: FakeTime, patience: Patience = PATIENCE) -> httpx.Client:
    """Makes a client that tries again, in front of a server that is a function."""
    transport = httpx.MockTransport(handler)
    return httpx.Client(transport=RetryTransport(transport, time.clock, patience=patience))


def graphql(
    handler: Handler,
    time: FakeTime,
    tokens: Tokens | None = None,
    waits: list[Waiting] | None = None,
    patience: Patience = PATIENCE,
) -> GraphQL:
    """Makes a shop's endpoint whose server is a function."""
    session = Session(SHOP, URL, tokens or FixedToken(TOKEN))
    watch = [] if waits is None else waits
    return GraphQL(session, web(handler, time), time.clock, watch.append, patience)


def answer(
    body: object, status: int = 200, version: str | None = API_VERSION, date: int = NOW
) -> httpx.Response:
    """Makes an answer of the shop; ``body`` is JSON, or bytes as they are."""
    headers = {"Date": format_datetime(datetime.fromtimestamp(date, UTC), usegmt=True)}
    if version is not None:
        headers["X-Shopify-API-Version"] = version
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return httpx.Response(status, headers=headers, content=content)


def bucket(requested: float, available: float, rate: float = 100.0) -> dict[str, Any]:
    """Makes the ``extensions`` that tell a query's cost and what is left in the bucket."""
    status = {
        "maximumAvailable": 20 * rate,
        "currentlyAvailable": available,
        "restoreRate": rate,
    }
    return {"cost": {"requestedQueryCost": requested, "throttleStatus": status}}


def fine(requested: float = 10, available: float = 1990, rate: float = 100.0) -> httpx.Response:
    """Makes a good answer that says what the query cost and what is left."""
    extensions = bucket(requested, available, rate)
    return answer({"data": {"it": "is"}, "extensions": extensions})


def throttled(requested: float, available: float, rate: float = 100.0) -> httpx.Response:
    """Makes Shopify's refusal for want of points: a 200 without data or Retry-After."""
    errors = [{"message": "Throttled", "extensions": {"code": "THROTTLED"}}]
    return answer({"errors": errors, "extensions": bucket(requested, available, rate)})


def error(message: str, code: str | None = None, **more: object) -> dict[str, Any]:
    """Makes one entry of a GraphQL answer's ``errors``."""
    extensions = {} if code is None else {"extensions": {"code": code}}
    return {"message": message, **extensions, **more}
