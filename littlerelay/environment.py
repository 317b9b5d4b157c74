"""Turns the settings that were found, and the environment, into what a run is given."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import platformdirs

from littlerelay.configuration import Configuration, Options, configuration
from littlerelay.configuration.addresses import is_loopback, parts
from littlerelay.configuration.paths import expanded, home_errors
from littlerelay.credentials import credentials
from littlerelay.errors import UsageError
from littlerelay.settings import Settings

__all__ = ["Options", "load", "state_folder"]


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
    address = parts(text)
    if address is None or address.scheme != "http" or not is_loopback(address.hostname):
        raise UsageError(
            "RELAY_SHOPIFY_ENDPOINT is not an http:// address on this machine.",
            "It is for a stand-in shop, as in http://127.0.0.1:8080; unset it for a real one.",
        )
    return text
