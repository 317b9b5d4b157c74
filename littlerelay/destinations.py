"""Finds where events go and with which credentials: a region of Segment's, or one's own endpoint.

A region is never guessed: Segment answers 200 to events for a workspace of the other one, and drops
them. Nothing of a secret is in any error raised here.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from urllib.parse import urlsplit

from littlerelay.configuration import Configuration
from littlerelay.configuration.addresses import is_loopback
from littlerelay.credentials import WRITE_KEY, private_text, secret
from littlerelay.errors import UsageError
from littlerelay.settings import Destination, OAuth, Region

__all__ = ["destination"]

_BATCH = "/v1/batch"
_SETTINGS = "https://cdn.segment.com"  # of both regions


@dataclass(frozen=True, slots=True)
class _Servers:
    """A region's servers: its batch API, and the one that grants OAuth tokens."""

    endpoint: str
    oauth: str


_REGIONS: dict[Region, _Servers] = {
    "us": _Servers(f"https://api.segment.io{_BATCH}", "https://oauth2.segment.io"),
    "eu": _Servers(
        f"https://events.eu1.segmentapis.com{_BATCH}", "https://oauth2.eu1.segmentapis.com"
    ),
}
_OF_HOSTS = {urlsplit(servers.endpoint).hostname: name for name, servers in _REGIONS.items()}

# Shorter keys are answered 400. A colon would end the user's name of Basic authorization.
_KEY = re.compile(r"[!#-&(-9;-\[\]-~]{8,}")
_PRIVATE_KEY = re.compile(r"-{5}BEGIN (?:RSA )?PRIVATE KEY-{5}")
_OAUTH = ("oauth_app_id", "oauth_key_id", "oauth_key_file")


def destination(found: Configuration, environ: Mapping[str, str]) -> Destination:
    """Give where events go, with the credentials read.

    Raises UsageError for what is missing, contradictory or unsafe, and RefusedError where the
    command that prints the write key fails.
    """
    where = _place(found)
    return replace(where, write_key=_write_key(found, environ), oauth=_oauth(found, where))


def _place(found: Configuration) -> Destination:
    """Give the destination without its credentials."""
    region, endpoint = found.chosen["region"], found.chosen["endpoint"]
    if region.value and endpoint.value:
        raise UsageError(
            f"region (from {region.place}) and endpoint (from {endpoint.place}) contradict each "
            "other.",
            "Give a region for Segment itself, or an endpoint of your own, not both.",
        )
    if endpoint.value:
        return _own(endpoint.value)
    if not region.value:
        raise UsageError(
            "It is not said in which region your Segment workspace is.",
            "Give --region us or --region eu, or set RELAY_REGION: Segment shows the region in the "
            "workspace's settings, and events sent to the wrong one are lost without an error.",
        )
    servers = _REGIONS[region.value]
    return Destination(servers.endpoint, "", region.value, _SETTINGS)


def _own(text: str) -> Destination:
    """Give an endpoint of one's own; on this machine it stands in for all of Segment's servers."""
    address = urlsplit(text)
    if address.hostname in _OF_HOSTS:
        raise UsageError(
            f"endpoint names {address.hostname}, which is Segment's own.",
            f"Give --region {_OF_HOSTS[address.hostname]} in its place.",
        )
    whole = address._replace(path=_BATCH) if address.path in ("", "/") else address
    origin = f"{address.scheme}://{address.netloc}" if is_loopback(address.hostname) else None
    return Destination(whole.geturl(), "", settings_endpoint=origin)


def _write_key(found: Configuration, environ: Mapping[str, str]) -> str:
    key = secret(WRITE_KEY, found, environ)
    if not _KEY.fullmatch(key):
        raise UsageError(
            "The write key cannot be one: it is shorter than 8 characters, or has quotes, colons "
            "or backslashes.",
            "Copy it from Segment: Connections, Sources, the source, Settings, API Keys.",
        )
    return key


def _oauth(found: Configuration, where: Destination) -> OAuth | None:
    given = {name: found.chosen[name].value for name in _OAUTH}
    missing = [name for name, value in given.items() if not value]
    if missing == list(_OAUTH):
        return None
    if missing:
        raise UsageError(
            f"OAuth is half set: {' and '.join(missing)} is missing.",
            f"Give all of {', '.join(_OAUTH)}, or none.",
        )
    app, key, file = given.values()
    server = _oauth_server(where)
    return OAuth(app, key, _private_key(file), server)


def _oauth_server(where: Destination) -> str:
    server = _REGIONS[where.region].oauth if where.region else where.settings_endpoint
    if server is None:
        raise UsageError(
            "OAuth is Segment's own, and events would go to an endpoint of yours.",
            f"Give a region in its place, or take out {', '.join(_OAUTH)}.",
        )
    return server


def _private_key(name: str) -> str:
    text = private_text(name)
    if not _PRIVATE_KEY.search(text):
        raise UsageError(
            "The file of oauth_key_file holds no private key that can be used without a password.",
            "Name the file (PEM) whose public key you gave to Segment's OAuth app.",
        )
    return text
