"""Reads the values of settings that say where events go.

None of them is shown in an error but a region: somebody may have put a secret in its place.
"""

from __future__ import annotations

import re
from typing import get_args

from littlerelay.configuration import kinds
from littlerelay.configuration.addresses import is_loopback, parts
from littlerelay.configuration.kinds import Kind, WrongValue
from littlerelay.settings import Region

_ID = re.compile(r"[!-~]{1,200}")
# What no address has where it has no user, query or fragment, not even empty ones.
_FOREIGN = re.compile(r"[?#@\\]")


def _endpoint(value: object) -> str:
    text = str(kinds.FILLED.check(value))
    address = None if _FOREIGN.search(text) else parts(text)
    schemes = ("https", "http") if address and is_loopback(address.hostname) else ("https",)
    if address is None or address.scheme not in schemes:
        raise WrongValue(
            "is not the address of a batch API",
            "Give it as in https://segment.example.com/v1/batch, without a user, a query or a "
            "fragment; http:// is for this machine alone.",
        )
    return text


def _id(value: object) -> str:
    text = str(kinds.FILLED.check(value))
    if not _ID.fullmatch(text):
        raise WrongValue("is no id, which is one word of plain ASCII", "Copy the id from Segment.")
    return text


REGION = kinds.choice(*get_args(Region))
ENDPOINT = Kind("URL", "an https:// address, or an http:// one on this machine", str, _endpoint)
ID = Kind("ID", "one word", str, _id)
