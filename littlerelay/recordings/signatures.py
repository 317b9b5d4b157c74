"""Holds a webhook to the signature with which Shopify, or Recharge, sent it.

Shopify's header ``X-Shopify-Hmac-SHA256`` is the base64 of an HMAC over the body's own bytes, made
with the app's client secret. Recharge's are told in `recharge.signatures`.
"""

from __future__ import annotations

import hmac
from base64 import b64encode

from littlerelay.errors import RecordError
from littlerelay.recharge.recordings import sent
from littlerelay.recharge.signatures import is_signed
from littlerelay.recordings.envelopes import Webhook
from littlerelay.recordings.recognising import Found
from littlerelay.signing_secrets import SigningSecrets

UNSIGNED = "unsigned"

# Each is made anew where it is raised: one error would keep all that was at hand each time.
_WRONG = ("wrong_signature", "the app's secret did not sign this body")
_NONE = (UNSIGNED, "no signature of Shopify's or Recharge's was kept with it")
_NOT_RAW = (UNSIGNED, "its body was not kept as it was sent, as a text")
_IS_SHOPIFYS = (UNSIGNED, "it is Shopify's, and RELAY_CLIENT_SECRET is not set")
_IS_RECHARGES = (UNSIGNED, "it is Recharge's, and RELAY_RECHARGE_SECRET is not set")


def check(found: Found, secrets: SigningSecrets) -> None:
    """Refuse a line that is no webhook which was signed so.

    Raises RecordError: ``unsigned`` where the signature, or the very bytes that it signs, were not
    kept, or where nobody told the secret, and ``wrong_signature``.
    """
    for one in found.parts:
        check(one, secrets)
    if found.parts:
        return
    if found.webhook is not None:
        _check_shopifys(found.webhook, secrets.shopify)
    else:
        _check_recharges(found, secrets.recharge)


def _check_shopifys(webhook: Webhook, secret: bytes | None) -> None:
    if webhook.signature is None:
        raise RecordError(*_NONE)
    if webhook.raw is None:
        raise RecordError(*_NOT_RAW)
    if secret is None:
        raise RecordError(*_IS_SHOPIFYS)
    digest = b64encode(hmac.digest(secret, webhook.raw, "sha256"))
    if not hmac.compare_digest(digest, webhook.signature.strip().encode()):
        raise RecordError(*_WRONG)


def _check_recharges(found: Found, secret: bytes | None) -> None:
    webhook = sent(found.line or {})
    if webhook is None:
        raise RecordError(*_NONE)
    body, headers = webhook
    if body is None:
        raise RecordError(*_NOT_RAW)
    if secret is None:
        raise RecordError(*_IS_RECHARGES)
    if not is_signed(body, headers, secret.decode()):
        raise RecordError(*_WRONG)
