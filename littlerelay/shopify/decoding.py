"""Decodes what Shopify sends, also where a text in it holds half a character."""

from __future__ import annotations

import re

import orjson

_HALF = re.compile(
    r"\\u[dD][89abAB][0-9a-fA-F]{2}(?!\\u[dD][c-fC-F])"
    r"|(?<!\\u[dD][89abAB][0-9a-fA-F]{2})\\u[dD][c-fC-F][0-9a-fA-F]{2}"
)


def decoded(content: bytes) -> object:
    """Decode JSON (None if it is none); half a character, which no Unicode is, becomes U+FFFD."""
    try:
        return orjson.loads(content)
    except orjson.JSONDecodeError:
        pass
    whole = _HALF.sub(r"\\ufffd", content.decode("utf-8", "replace"))
    try:
        return orjson.loads(whole)
    except orjson.JSONDecodeError:
        return None
