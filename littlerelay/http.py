"""Makes the one HTTP client, and tries again what is safe to send twice.

Nearly all that relay sends can be sent twice: Shopify is only asked, and Segment knows a message by
its id. What must be sent once says so (`ONCE`), and whoever asked finds out what became of it.

What is tried again: no connection, a broken or cut answer, 408, 410, 429, 460 and 5xx but 501 and
505. A ``Retry-After`` is obeyed and costs no try.
"""

from __future__ import annotations

import logging
import ssl
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import httpx

from littlerelay import __version__
from littlerelay.clock import Clock
from littlerelay.errors import RefusedError
from littlerelay.patience import PATIENCE, Attempts, Once, Patience, Watch, unwatched
from littlerelay.routes import EnvironmentTransport
from littlerelay.sockets import Sockets

# The extension of a request that must not be sent twice: nobody knows what an unanswered one did.
ONCE = "once"

# What every request has: a client gives it unasked, who builds one for a transport must.
NAMED = {"User-Agent": f"littlerelay/{__version__}"}
TIMEOUT = httpx.Timeout(60.0, connect=15.0)

# The extension of a request under which it brings what makes it anew: a function of how often it
# was tried and of the status that was answered last, none where nothing was.
AGAIN = "again"

_LONGEST_ANSWER = 300.0  # seconds from an answer's beginning to its end
_LARGEST_ANSWER = 256 * 1024 * 1024  # bytes; a page of 250 large orders has some 10 MB
_LONGEST_OBEYED = 300.0  # seconds of Retry-After; Segment's own libraries cap it there too
_RETRIED = frozenset({408, 410, 429, 460})
_FINAL_5XX = frozenset({501, 505})
_NETWORK_ERRORS = (httpx.TransportError, httpx.DecodingError)


class RetryTransport(httpx.BaseTransport):
    """Sends a request until it is answered, or until patience ends.

    An answer is read whole here, so that a cut body counts as a failure. Raises UnreachableError.
    A request that must be made anew for every try (its time of sending, its token) brings what
    makes it under `AGAIN`.
    """

    def __init__(
        self,
        inner: httpx.BaseTransport,
        clock: Clock,
        watch: Watch = unwatched,
        patience: Patience = PATIENCE,
    ) -> None:
        self._inner = inner
        self._clock = clock
        self._watch = watch
        self._patience = patience

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Give the first answer that is not worth another try."""
        attempts = self._attempts(request)
        host = request.url.host
        while True:
            try:
                with closing(self._inner.handle_request(request)) as answer:
                    response = self._whole(request, answer)
            except _NETWORK_ERRORS as error:
                _check_certificate(host, error)
                attempts.failed(f"{host} broke the connection ({type(error).__name__})")
                request = _made_anew(request, attempts, None)
                continue
            if not _worth_another_try(response.status_code):
                return response
            attempts.failed(f"{host} answered {response.status_code}", self._obeyed(response))
            request = _made_anew(request, attempts, response.status_code)

    def close(self) -> None:
        """Close the transport within."""
        self._inner.close()

    def _attempts(self, request: httpx.Request) -> Attempts | Once:
        if request.extensions.get(ONCE):
            return Once()
        return Attempts(self._clock, self._patience, self._watch)

    def _obeyed(self, response: httpx.Response) -> float | None:
        seconds = retry_after(response.headers.get("Retry-After"), self._clock.now())
        # No wait at all is no wait to obey: it would be asked again and again without a pause.
        if not seconds:
            return None
        return max(self._patience.first_pause, min(seconds, _LONGEST_OBEYED))

    def _whole(self, request: httpx.Request, response: httpx.Response) -> httpx.Response:
        """Read an answer to its end, which must come in time and within reason.

        Raises httpx.ReadTimeout, or httpx.DecodingError for an answer that has no end.
        """
        end, content = self._clock.monotonic() + _LONGEST_ANSWER, bytearray()
        for piece in response.iter_bytes():
            content += piece
            if len(content) > _LARGEST_ANSWER:
                raise httpx.DecodingError("an answer without an end")
            if self._clock.monotonic() > end:
                raise httpx.ReadTimeout("an answer that comes too slowly")
        headers = [
            (name, value)
            for name, value in response.headers.multi_items()
            if name not in ("content-encoding", "content-length", "transfer-encoding")
        ]
        return httpx.Response(
            response.status_code,
            headers=headers,
            content=bytes(content),
            request=request,
            extensions=response.extensions,
        )


def _made_anew(
    request: httpx.Request, attempts: Attempts | Once, status: int | None
) -> httpx.Request:
    again = request.extensions.get(AGAIN)
    return again(attempts.waits, status) if again else request


def _check_certificate(host: str, error: BaseException) -> None:
    """Refuse at once where no other try could help. Raises RefusedError."""
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, ssl.SSLCertVerificationError):
            raise RefusedError(
                f"{host} shows a certificate that this machine does not trust.",
                "Behind a proxy that looks into TLS, let SSL_CERT_FILE name its certificates.",
            ) from error
        cause = cause.__cause__ or cause.__context__


def plain_client() -> httpx.Client:
    """Make a client that asks once, whose answers may be read as they come."""
    return _client(EnvironmentTransport())


def transport(
    clock: Clock,
    watch: Watch = unwatched,
    patience: Patience = PATIENCE,
    sockets: Sockets | None = None,
) -> httpx.BaseTransport:
    """Make a transport that tries again; what is built for it has `NAMED` and `TIMEOUT`."""
    return RetryTransport(EnvironmentTransport(sockets), clock, watch, patience)


def client(
    clock: Clock,
    watch: Watch = unwatched,
    patience: Patience = PATIENCE,
    sockets: Sockets | None = None,
) -> httpx.Client:
    """Make a client that tries again, follows no redirect and names itself."""
    return _client(transport(clock, watch, patience, sockets))


def _client(way: httpx.BaseTransport) -> httpx.Client:
    return httpx.Client(
        transport=way, timeout=TIMEOUT, headers=NAMED, follow_redirects=False, trust_env=False
    )


@contextmanager
def unlogged(secret: str) -> Iterator[None]:
    """Keep httpx from logging an address that holds a secret: it logs every one that it asks."""

    def is_safe(record: logging.LogRecord) -> bool:
        return secret not in record.getMessage()

    logger = logging.getLogger("httpx")
    logger.addFilter(is_safe)
    try:
        yield
    finally:
        logger.removeFilter(is_safe)


def retry_after(text: str | None, now: float) -> float | None:
    """Read a ``Retry-After``: seconds, whole or not (Shopify sends ``2.0``), or an HTTP date.

    >>> retry_after("2.0", now=0)
    2.0
    """
    if not text:
        return None
    try:
        return max(0.0, float(text))
    except ValueError:
        pass
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, OverflowError):
        return None
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return max(0.0, (aware - datetime.fromtimestamp(now, UTC)).total_seconds())


def server_time(response: httpx.Response) -> datetime | None:
    """Read the server's clock from an answer's ``Date``."""
    try:
        moment = parsedate_to_datetime(response.headers.get("Date", ""))
    except (ValueError, OverflowError):
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _worth_another_try(status: int) -> bool:
    return status in _RETRIED or (status >= 500 and status not in _FINAL_5XX)
