"""Asks Segment whether it knows a write key, and for which region.

The batch API answers 200 to a wrong key, and to a key of the other region, and drops everything. So
it is asked before where a source's settings are told. The key is a part of that address, which is
in no error and no log.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Literal
from urllib.parse import quote

import httpx
import orjson

from littlerelay.clock import SYSTEM, Clock
from littlerelay.errors import RefusedError, UnreachableError
from littlerelay.http import server_time, unlogged
from littlerelay.settings import Destination, Region

_UNKNOWN = frozenset({400, 403, 404})
_HOST = re.compile(r"(?:https?://)?([a-z0-9.-]{1,253})(?::[0-9]{1,5})?(?:/.*)?", re.IGNORECASE)
_US_HOST = "api.segment.io"
_EU_HOST = re.compile(r"(?:[a-z0-9-]+\.)*eu1\.(?:segmentapis\.com|segment\.com|segment\.io)")


@dataclass(frozen=True, slots=True)
class KeyCheck:
    """What is known of a write key before anything is sent.

    ``api_host`` is the host to which the source's own settings send, none where they do not say.
    ``ahead`` is seconds by which the clock here is ahead of Segment's, negative where it is behind;
    none where the answer had no time.
    """

    key: Literal["known", "not verifiable"]
    region: Literal["ok", "not verifiable"] = "not verifiable"
    api_host: str | None = None
    ahead: float | None = None


def check_key(destination: Destination, web: httpx.Client, clock: Clock = SYSTEM) -> KeyCheck:
    """Check the write key, and its region where the answer tells it; ``web`` tries again by itself.

    Raises RefusedError for a key that Segment does not know or that is of the other region,
    UnreachableError where there is no answer to go by.
    """
    if destination.settings_endpoint is None:
        return KeyCheck("not verifiable")
    response = _asked(destination.settings_endpoint, destination.write_key, web)
    moment = server_time(response)
    ahead = clock.now() - moment.timestamp() if moment else None
    host = _api_host(_settings(response))
    return KeyCheck("known", check_region(host, destination.region), host, ahead)


def _asked(base: str, key: str, web: httpx.Client) -> httpx.Response:
    """Ask for the settings of the key's source."""
    name = quote(key, safe="")
    with unlogged(name):
        return web.get(f"{base}/v1/projects/{name}/settings")


def _settings(response: httpx.Response) -> dict[str, Any]:
    """Give the settings that an answer holds."""
    status = response.status_code
    if status in _UNKNOWN:
        raise RefusedError(
            f"Segment does not know this write key (status {status}).",
            "Copy it again from Segment: Connections, Sources, the source, Settings, API Keys.",
        )
    if status != 200:
        raise _unreachable(f"it answered {status}")
    try:
        found = orjson.loads(response.content)
    except orjson.JSONDecodeError:
        found = None
    if not isinstance(found, dict):
        raise _unreachable("it answered with something else")
    return found


def _api_host(settings: dict[str, Any]) -> str | None:
    """Give the host of ``apiHost``, which may have a scheme, a port and a path."""
    own: object = settings
    for name in ("integrations", "Segment.io", "apiHost"):
        own = own.get(name) if isinstance(own, dict) else None
    match = _HOST.fullmatch(own) if isinstance(own, str) else None
    return match[1].lower() if match else None


def check_region(host: str | None, wanted: Region | None) -> Literal["ok", "not verifiable"]:
    """Tell whether the host is of the region that was named; a host of somebody's own tells none.

    Raises RefusedError where it is of the other one.
    """
    region = _region_of(host)
    if region is None or wanted is None:
        return "not verifiable"
    if region != wanted:
        raise RefusedError(
            f"This write key belongs to the region {region}, and events would go to {wanted}.",
            f"Give --region {region}: events sent to the wrong region are lost without an error.",
        )
    return "ok"


def _region_of(host: str | None) -> Region | None:
    if host == _US_HOST:
        return "us"
    return "eu" if host and _EU_HOST.fullmatch(host) else None


def _unreachable(what: str) -> UnreachableError:
    return UnreachableError(
        f"Segment cannot be asked about the write key: {what}.",
        "Nothing was sent: run the same command again later.",
    )
