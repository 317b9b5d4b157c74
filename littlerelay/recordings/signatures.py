"""Holds a webhook to the signature with which Shopify sent it.

The header ``X-Shopify-Hmac-SHA256`` is the base64 of an HMAC over the body's own bytes, made with
the app's client secret.
"""

from __future__ import annotations

import hmac
from base64 import b64encode

from littlerelay.errors import RecordError
from littlerelay.recordings.envelopes import Delivery


def check(delivery: Delivery | None, secret: bytes) -> None:
    """Refuse a webhook that Shopify did not sign so.

    Raises RecordError: ``unsigned`` where the signature, or the very bytes that it signs, were not
    kept, and ``wrong_signature``.
    """
    if delivery is None or delivery.signature is None:
        raise RecordError("unsigned", "no signature of Shopify's was kept with it")
    if delivery.raw is None:
        raise RecordError("unsigned", "its body was not kept as it was sent, as a text")
    digest = b64encode(hmac.digest(secret, delivery.raw, "sha256"))
    if not hmac.compare_digest(digest, delivery.signature.strip().encode()):
        raise RecordError("wrong_signature", "the app's secret did not sign this body")
