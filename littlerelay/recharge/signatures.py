"""Tells whether Recharge itself sent a webhook: by what the client secret makes of its body.

Recharge signs in two ways. The older header is called Hmac and is none: it is the SHA-256 of the
secret followed by the body. The newer one is an HMAC of the time, a dot and the body. How old a
signature is plays no part: a recording is of the past.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping

_PLAIN = "x-recharge-hmac-sha256"
_TIMED = "x-recharge-webhook-signature"
HEADERS = (_PLAIN, _TIMED)


def is_signed(body: bytes, headers: Mapping[str, str], secret: str) -> bool | None:
    """Tell whether a body is signed with an app's client secret; None where nothing was kept."""
    named = {name.lower(): value for name, value in headers.items()}
    key = secret.encode()
    if _TIMED in named:
        parts = dict(part.strip().partition("=")[::2] for part in named[_TIMED].split(","))
        signed = f"{parts.get('t', '')}.".encode() + body
        return _same(hmac.new(key, signed, hashlib.sha256).hexdigest(), parts.get("v1", ""))
    if _PLAIN in named:
        return _same(hashlib.sha256(key + body).hexdigest(), named[_PLAIN])
    return None


def _same(made: str, told: str) -> bool:
    return hmac.compare_digest(made.encode(), told.strip().lower().encode())
