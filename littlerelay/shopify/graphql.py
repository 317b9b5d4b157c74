"""Asks one shop's GraphQL endpoint, at the pace that Shopify's bucket allows.

Shopify refuses inside a 200: THROTTLED is waited for exactly as long as the bucket needs, an
internal error is tried again, and every other error stops the run, for an answer with errors is not
complete. Filters that Shopify did not understand, which it ignores and then gives everything, stop
it too.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from math import inf
from typing import Any, Literal

import httpx
import orjson

from littlerelay.clock import Clock
from littlerelay.errors import Bug, RefusedError, UnreachableError
from littlerelay.http import ONCE, server_time
from littlerelay.patience import PATIENCE, Attempts, Once, Patience, Watch, unwatched
from littlerelay.progress import Bucket, Waiting
from littlerelay.shopify.decoding import decoded
from littlerelay.shopify.queries import document
from littlerelay.shopify.refusals import check_version, refusal, words
from littlerelay.shopify.session import Session

Variables = dict[str, Any]

_NOT_APPROVED = "This app is not approved to "
_LONGEST_STORM = 3600.0  # seconds for which one question is asked again while it is throttled
_MOMENT = 0.01  # seconds; a shorter wait is no reason to have been thrown back
_SPITE = 1.0  # seconds to wait where a refusal names no reason to
_PASSING = frozenset({"INTERNAL_SERVER_ERROR", "TIMEOUT"})


class MaxCostExceededError(RefusedError):
    """One query costs more than Shopify allows: ask for a smaller page."""

    def __init__(self) -> None:
        super().__init__(
            "Shopify finds even the smallest query of this kind too dear.",
            "Install a newer relay: Shopify may count costs differently now.",
        )


class DeniedError(RefusedError):
    """Shopify does not show this app some fields: ``paths`` are those of the answer."""

    def __init__(self, message: str, hint: str, paths: list[list[str]]) -> None:
        super().__init__(message, hint)
        self.paths = paths


class QueryError(Bug):
    """Shopify refused relay's own query: a bug in relay."""


class GraphQL:
    """One shop's endpoint with the state of its bucket.

    ``shop_time`` is the server's clock (seconds since 1970) at the last answer, and ``ahead`` the
    seconds that this machine's was ahead of it then, none before any answer told the time.
    """

    def __init__(
        self,
        session: Session,
        http: httpx.Client,
        clock: Clock,
        watch: Watch = unwatched,
        patience: Patience = PATIENCE,
    ) -> None:
        self.bucket: Bucket | None = None
        self.shop_time: int = int(clock.now())
        self.ahead: float | None = None
        self._session = session
        self._http = http
        self._clock = clock
        self._watch = watch
        self._patience = patience
        self._seen = clock.monotonic()
        self._costs: dict[tuple[str, Any], float] = {}

    def execute(self, name: str, variables: Variables | None = None) -> dict[str, Any]:
        """Ask the document ``name`` and give its whole ``data``.

        Raises RefusedError, UnreachableError, MaxCostExceededError, and QueryError for a bug.
        """
        return self._ask(name, variables or {}, once=False)

    def carry_out(self, name: str, variables: Variables) -> dict[str, Any]:
        """Ask a document that changes something, and not again where the answer fails to come.

        Raises what `execute` raises; UnansweredError where nobody knows what became of it.
        """
        return self._ask(name, variables, once=True)

    def _ask(self, name: str, variables: Variables, *, once: bool) -> dict[str, Any]:
        query = document(name)
        body = orjson.dumps({"query": query, "variables": variables})
        key = (name, variables.get("first"))
        attempts = Once() if once else Attempts(self._clock, self._patience, self._watch)
        began = self._clock.monotonic()
        while True:
            self._pace(self._costs.get(key, 0.0))
            answer = self._answer(body, once=once)
            if answer is None:
                attempts.failed("Shopify's answer was cut short")
                continue
            self._note(answer, key)
            verdict = self._verdict(answer)
            if verdict == "done":
                return dict(answer["data"])
            if verdict == "again":
                attempts.failed("Shopify answered with an internal error")
            elif self._clock.monotonic() - began > _LONGEST_STORM:
                raise UnreachableError(
                    "Shopify has throttled one question for an hour.",
                    "Another program may use up the app's bucket: run the same command again.",
                )
            elif self._wait(self._costs.get(key, 0.0)) < _MOMENT:
                attempts.failed("Shopify throttled though its bucket holds enough", _SPITE)

    def _answer(self, body: bytes, *, once: bool) -> dict[str, Any] | None:
        response = self._post(body, once=once)
        if response.status_code == 401 and self._session.tokens.renew():
            response = self._post(body, once=once)
        if response.status_code != 200:
            raise refusal(response)
        check_version(response)
        answer = decoded(response.content)
        return answer if isinstance(answer, dict) else None

    def _post(self, body: bytes, *, once: bool) -> httpx.Response:
        headers = {
            "Content-Type": "application/json",
            "X-Shopify-Access-Token": self._session.tokens.current(),
        }
        response = self._http.post(
            self._session.url, content=body, headers=headers, extensions={ONCE: once}
        )
        self._read_clock(response)
        return response

    def _read_clock(self, response: httpx.Response) -> None:
        moment = server_time(response)
        if moment is not None:
            self.shop_time = int(moment.timestamp())
            self.ahead = self._clock.now() - moment.timestamp()

    def _note(self, answer: dict[str, Any], key: tuple[str, Any]) -> None:
        cost = (answer.get("extensions") or {}).get("cost")
        if not cost:
            return
        with expected("its cost"):
            status = cost["throttleStatus"]
            names = ("currentlyAvailable", "maximumAvailable", "restoreRate")
            bucket = Bucket(*(float(status[name]) for name in names))
            self._costs[key] = float(cost["requestedQueryCost"])
            if not 1 <= bucket.restore_rate < inf:
                raise ValueError("no rate to wait by")
        self.bucket, self._seen = bucket, self._clock.monotonic()

    def _pace(self, cost: float) -> None:
        """Wait until the bucket holds ``cost``, so that nothing is thrown back."""
        seconds = self._wait(cost)
        if seconds > 0:
            self._watch(Waiting("Shopify's bucket fills", seconds))
            self._clock.sleep(seconds)

    def _wait(self, cost: float) -> float:
        """Give the seconds until the bucket holds ``cost``; none where it does, or is unknown."""
        bucket = self.bucket
        if bucket is None:
            return 0.0
        restored = (self._clock.monotonic() - self._seen) * bucket.restore_rate
        held = min(bucket.maximum, bucket.available + restored)
        return max(0.0, (min(cost, bucket.maximum) - held) / bucket.restore_rate)

    def _verdict(self, answer: dict[str, Any]) -> Literal["done", "again", "throttled"]:
        errors = answer.get("errors")
        if not errors and answer.get("data") is not None:
            _check_search(answer)
            return "done"
        codes = _codes(errors)
        if "THROTTLED" in codes:
            return "throttled"
        if "MAX_COST_EXCEEDED" in codes:
            raise MaxCostExceededError
        if codes & _PASSING or not errors:
            return "again"
        raise _graphql_error(errors, self._session.tokens.current())


def _codes(errors: object) -> set[str]:
    if not isinstance(errors, list):
        return set()
    return {code for error in errors if (code := _code(error))}


def _code(error: object) -> str | None:
    extensions = error.get("extensions") if isinstance(error, dict) else None
    return str(extensions.get("code")) if isinstance(extensions, dict) else None


@contextmanager
def expected(name: str) -> Iterator[None]:
    """Turn an answer of another shape than the schema's into UnreachableError, without its values.

    ``name`` says what was read.
    """
    try:
        yield
    except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError):
        raise UnreachableError(
            f"Shopify's answer has another shape than its schema says ({name}).",
            "Nothing of it was written: run the same command again, or look for a newer relay.",
        ) from None


def _graphql_error(errors: object, secret: str) -> Exception:
    found: list[Any] = errors if isinstance(errors, list) else [errors]
    denied = [error for error in found if _is_denied(error)]
    message = words((denied or found)[0], secret)
    if denied:
        paths = [[str(step) for step in error.get("path") or []] for error in denied]
        return DeniedError(
            f"Shopify does not let this app read {'.'.join(paths[0]) or 'what it asked for'}: "
            f"{message}",
            "Grant the scope, permission or protected customer data it names, then run again.",
            paths,
        )
    return QueryError(f"Shopify refused relay's query: {message}")


def _is_denied(error: object) -> bool:
    """Tell a refusal; of protected customer data Shopify documents these words, and no code."""
    return isinstance(error, dict) and (
        _code(error) == "ACCESS_DENIED" or words(error).startswith(_NOT_APPROVED)
    )


def _check_search(answer: dict[str, Any]) -> None:
    for search in (answer.get("extensions") or {}).get("search") or []:
        for warning in search.get("warnings") or []:
            raise RefusedError(
                f"Shopify ignored a filter ({warning.get('field')}: {words(warning)}) and "
                "would have given other records.",
                "Nothing of that answer was written; look for a newer relay.",
            )
