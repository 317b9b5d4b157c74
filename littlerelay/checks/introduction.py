"""Meets the shop: who answers, to which token, and by which version of its API."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import httpx

from littlerelay.checks.lines import failed, kept, skipped, tried
from littlerelay.clock import Clock
from littlerelay.environment import Draft
from littlerelay.errors import RelayError
from littlerelay.patience import Patience, Watch
from littlerelay.progress import Checked
from littlerelay.settings import Credentials, metafield
from littlerelay.shopify.graphql import GraphQL
from littlerelay.shopify.refusals import VersionError
from littlerelay.shopify.session import API_VERSION, TokenRefusedError, open_session, shop_domain
from littlerelay.shopify.shop import Shop, meet

SHOP = "shop"
TOKEN = "access token"  # noqa: S105  a name
VERSION = "API version"
PATIENCE = Patience(tries=4, seconds=60.0)  # somebody waits for the answer


@dataclass(frozen=True, slots=True)
class Introduction:
    """What came of meeting the shop; ``lack`` says why there is no ``shop`` to ask more of.

    ``domain`` is none where no shop is named, ``ahead`` the seconds by which this machine's clock
    is ahead of Shopify's, none where no answer told.
    """

    shop_line: Checked
    token_line: Checked
    version_line: Checked
    domain: str | None = None
    ahead: float | None = None
    shop: Shop | None = None
    lack: str = ""


def introduction(draft: Draft, web: httpx.Client, clock: Clock, watch: Watch) -> Introduction:
    """Meet the shop, with as many tries as a user has patience for."""
    domain = kept(lambda: shop_domain(draft.shop()))
    given = kept(draft.credentials)
    if isinstance(domain, RelayError) or isinstance(given, RelayError):
        return _unasked(domain, given, draft.token_place)
    settings = draft.settings(domain, given)
    api = GraphQL(open_session(settings, web, clock), web, clock, watch, PATIENCE)
    found = kept(lambda: meet(api, metafield(settings.mapping.user_id)))
    place = draft.token_place()
    if isinstance(found, Shop):
        return _met(domain, place, found)
    return _refused(domain, place, found, api)


def _unasked(
    domain: str | RelayError, given: Credentials | RelayError, place: Callable[[], str]
) -> Introduction:
    """Say what lacks, so that the shop could not be asked at all."""
    if isinstance(domain, RelayError):
        shop, lack = failed(SHOP, domain), "no shop is known to ask"
    else:
        shop, lack = skipped(SHOP, f"{domain} is not asked without a token"), "there is no token"
    if isinstance(given, RelayError):
        token = failed(TOKEN, given)
    else:
        token = skipped(TOKEN, f"from {place()}; no shop is known to try it on")
    known = None if isinstance(domain, RelayError) else domain
    return Introduction(shop, token, skipped(VERSION, lack), domain=known, lack=lack)


def _met(domain: str, place: str, shop: Shop) -> Introduction:
    def name() -> str:
        shop.check_name(domain)
        return f"{domain} answers"

    line = tried(SHOP, name)
    is_right = line.state == "ok"
    return Introduction(
        line,
        _accepted(place),
        Checked(VERSION, "ok", f"{API_VERSION}, as relay reads it"),
        domain=domain,
        ahead=shop.api.ahead,
        shop=shop if is_right else None,
        lack="" if is_right else "another shop answers",
    )


def _refused(domain: str, place: str, error: RelayError, api: GraphQL) -> Introduction:
    """Say which of the three the error speaks against; an answer at all speaks for the shop."""
    shop = Checked(SHOP, "ok", f"{domain} answers")
    if isinstance(error, TokenRefusedError):
        lack = "the token was refused"
        lines = shop, _against_token(place, error), skipped(VERSION, lack)
    elif isinstance(error, VersionError):
        lack = "another API version answers"
        lines = shop, _accepted(place), failed(VERSION, error)
    else:
        lack = "the shop gave no answer"
        token = skipped(TOKEN, f"from {place}; {lack}")
        lines = failed(SHOP, error), token, skipped(VERSION, lack)
    return Introduction(*lines, domain=domain, ahead=api.ahead, lack=lack)


def _accepted(place: str) -> Checked:
    return Checked(TOKEN, "ok", f"from {place}, accepted")


def _against_token(place: str, error: TokenRefusedError) -> Checked:
    line = failed(TOKEN, error)
    return Checked(line.name, line.state, f"{line.detail} It is from {place}.", line.remedy)
