"""Says what Shopify means by an answer that is none to a question.

No question holds anything of a customer's, so Shopify's words on it name fields, arguments and
scopes: they say what to mend, and are told, but for values.
"""

from __future__ import annotations

import re

import httpx

from littlerelay.errors import RefusedError
from littlerelay.shopify.session import API_VERSION, TokenRefusedError

_REFUSALS = {
    401: (
        "refused the access token",
        "Check the token, and that the app is still installed; then run the same command again.",
    ),
    402: ("has frozen this shop", "The shop's plan must be paid before its API answers again."),
    403: ("forbids this", "Check the app's scopes, and that the shop is open."),
    404: ("knows no such shop or API version", "Check the shop's domain."),
    423: ("has locked this shop", "The shop's owner must sort that out with Shopify."),
    430: ("took this for an attack", "Wait some minutes, then run the same command again."),
}

_LONGEST = 300  # characters of Shopify's words that are told
# Addresses, ids, tokens, long numbers, and what is quoted and no name, type or scope.
_VALUES = re.compile(
    r"""\S+@\S+|gid://[^\s'"`)]+|\bshp[a-z]{2}_\w+|\d[\d\ .:TZ+-]{3,}\d\w*"""
    r"""|(?<=invalid\ value\ )\([^)]*\)"""
    r"""|(?<!\w)(?P<quote>["'`])(?![\w.:$!\[\]-]+(?P=quote)).*?(?P=quote)(?!\w)""",
)


class VersionError(RefusedError):
    """Shopify answered by another API version than the one that relay reads."""


def words(error: object, secret: str = "") -> str:
    """Give the first line of what Shopify says of an error, without values.

    The lines that follow hold ids of requests and addresses of documentation.

    >>> words({"message": "Field 'foo' doesn't exist on type 'Order'"})
    "Field 'foo' doesn't exist on type 'Order'"
    """
    said = error.get("message", error) if isinstance(error, dict) else error
    if isinstance(said, dict):
        said = ", ".join(f"{name}: {value}" for name, value in said.items())
    line = str(said).strip().partition("\n")[0]
    shown = line.replace(secret, "***") if secret else line
    return _VALUES.sub("***", shown)[:_LONGEST]


def check_version(response: httpx.Response) -> None:
    """Refuse an answer by another API version, or by none. Raises VersionError, RefusedError."""
    served = response.headers.get("X-Shopify-API-Version")
    if served is None:
        raise RefusedError(
            "Something else answered in Shopify's place: its answer names no API version.",
            "Check the network: a proxy or a sign-in page may stand in between.",
        )
    if served != API_VERSION:
        raise VersionError(
            f"Shopify served API version {served}, and this relay reads {API_VERSION}.",
            "Install a newer relay: fields may have changed their meaning.",
        )


def refusal(response: httpx.Response) -> RefusedError:
    """Give the error for an answer that is no 200; TokenRefusedError where the token is why."""
    status = response.status_code
    if response.is_redirect:
        return RefusedError(
            "Shopify sent this request on to another address, which may be another shop.",
            "Give the shop's own myshopify.com domain.",
        )
    what, hint = _REFUSALS.get(status, (f"refused with status {status}", "Check shop and app."))
    kind = TokenRefusedError if status == 401 else RefusedError
    return kind(f"Shopify {what} (status {status}).", hint)
