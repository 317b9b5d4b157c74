"""Turns the settings that were found, and the environment, into what a run is given."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import SplitResult, urlsplit

import platformdirs

from littlerelay.configuration import Configuration, Options, configuration
from littlerelay.configuration.paths import expanded, home_errors
from littlerelay.credentials import credentials
from littlerelay.errors import UsageError
from littlerelay.settings import Settings

__all__ = ["Options", "load", "state_folder"]

_VISIBLE = re.compile(r"[!-~]+")


def load(options: Options, environ: Mapping[str, str]) -> Settings:
    """Give the settings, with credentials read.

    Raises UsageError for what is missing, contradictory or unsafe, and RefusedError where the
    command that prints the token fails.
    """
    found = configuration(options, environ)
    shop = found.chosen["shop"].value
    if not shop:
        raise UsageError("No shop is named.", "Give --shop NAME.myshopify.com or set RELAY_SHOP.")
    return Settings(
        shop=shop,
        credentials=credentials(found, environ),
        state=state_folder(found),
        endpoint=_endpoint(environ),
        mapping=found.mapping(),
        file=found.file,
    )


def state_folder(found: Configuration) -> Path:
    """Give the folder in which jobs remember what they have given; it need not exist yet.

    Raises UsageError where it would lie in a home folder that is not known.
    """
    hint = "Give --state-dir DIR or set RELAY_STATE_DIR, with the whole path."
    chosen = found.chosen["state_dir"].value
    if chosen is not None:
        return expanded(chosen, hint)
    with home_errors("The folder of the jobs", hint):
        return Path(platformdirs.user_state_dir("relay")).expanduser()


def _endpoint(environ: Mapping[str, str]) -> str | None:
    """Give the address of a stand-in for the shop; only this machine may be one."""
    text = environ.get("RELAY_SHOPIFY_ENDPOINT")
    if not text:
        return None
    try:
        address = urlsplit(text)
        # A line end would be left out by ``urlsplit``, and sent.
        is_clean = _VISIBLE.fullmatch(text) is not None
        is_here = address.scheme == "http" and _is_loopback(address.hostname)
        fits = is_clean and is_here and _is_bare(address)
    except ValueError:  # a port or an IPv6 address that is none
        fits = False
    if not fits:
        raise UsageError(
            "RELAY_SHOPIFY_ENDPOINT is not an http:// address on this machine.",
            "It is for a stand-in shop, as in http://127.0.0.1:8080; unset it for a real one.",
        )
    return text


def _is_bare(address: SplitResult) -> bool:
    """Tell whether an address has no user, query or fragment (and a port that is a number)."""
    decorated = address.username or address.password or address.query or address.fragment
    return not decorated and address.port != 0


def _is_loopback(host: str | None) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host or "").is_loopback
    except ValueError:
        return False
