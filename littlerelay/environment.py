"""Turns the settings that were found, and the environment, into what a run is given."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import platformdirs

from littlerelay import credentials
from littlerelay.configuration import Configuration, Options, configuration
from littlerelay.configuration.addresses import is_loopback, parts
from littlerelay.configuration.paths import expanded, home_errors
from littlerelay.errors import UsageError
from littlerelay.settings import Credentials, RechargeAccess, Settings

__all__ = ["Draft", "Options", "draft", "load", "state_folder"]


def load(options: Options, environ: Mapping[str, str], resources: Sequence[str] = ()) -> Settings:
    """Give the settings, with the credentials read that ``resources`` need.

    Raises UsageError for what is missing, contradictory or unsafe, and RefusedError where the
    command that prints the token fails.
    """
    found = Draft(configuration(options, environ), environ)
    settings = found.settings(found.shop(), found.credentials())
    return replace(settings, recharge=found.recharge(resources))


@dataclass(frozen=True, slots=True)
class Draft:
    """Settings whose shop and credentials are yet to be read, and may be missing."""

    found: Configuration
    environ: Mapping[str, str] = field(repr=False)
    wrong_shop: UsageError | None = None

    def shop(self) -> str:
        """Give the shop, as it was written. Raises UsageError where there is none."""
        if self.wrong_shop is not None:
            raise self.wrong_shop
        shop = self.found.chosen["shop"].value
        if not shop:
            raise UsageError(
                "No shop is named.", "Give --shop NAME.myshopify.com or set RELAY_SHOP."
            )
        return str(shop)

    def credentials(self) -> Credentials:
        """Read the credentials. Raises UsageError and RefusedError, as ``load`` says."""
        return credentials.credentials(self.found, self.environ)

    def recharge(self, resources: Sequence[str]) -> RechargeAccess | None:
        """Read how Recharge is reached, where subscriptions are read; else None.

        Raises UsageError and RefusedError, as ``load`` says.
        """
        if "subscriptions" not in resources:
            return None
        token = credentials.secret(credentials.RECHARGE_TOKEN, self.found, self.environ)
        return RechargeAccess(token, _endpoint(self.environ, "RELAY_RECHARGE_ENDPOINT"))

    def token_place(self) -> str:
        """Say where the access token comes from; nothing is read. Raises UsageError."""
        return credentials.place(credentials.ACCESS_TOKEN, self.found, self.environ)

    def endpoint(self) -> str | None:
        """Give the address of a stand-in for the shop, if there is one. Raises UsageError."""
        return _endpoint(self.environ, "RELAY_SHOPIFY_ENDPOINT")

    def settings(self, shop: str, given: Credentials) -> Settings:
        """Give the settings with this shop and these credentials. Raises UsageError."""
        return Settings(
            shop=shop,
            credentials=given,
            state=state_folder(self.found),
            endpoint=self.endpoint(),
            mapping=self.found.mapping(),
            file=self.found.file,
        )


def draft(options: Options, environ: Mapping[str, str]) -> Draft:
    """Give the settings as far as they are there.

    Raises UsageError for what is wrong in any but the shop, which the draft itself refuses.
    """
    try:
        return Draft(configuration(options, environ), environ)
    except UsageError as error:
        typed = {name: value for name, value in options.given.items() if name != "shop"}
        others = {name: text for name, text in environ.items() if name != "RELAY_SHOP"}
        return Draft(configuration(Options(typed, options.config), others), environ, error)


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


def _endpoint(environ: Mapping[str, str], name: str) -> str | None:
    """Give the address of a stand-in; only this machine may be one."""
    text = environ.get(name)
    if not text:
        return None
    address = parts(text)
    if address is None or address.scheme != "http" or not is_loopback(address.hostname):
        raise UsageError(
            f"{name} is not an http:// address on this machine.",
            "It is for a stand-in, as in http://127.0.0.1:8080; unset it for the real one.",
        )
    return text
