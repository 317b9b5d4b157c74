"""The token goes to the shop that was named and to nobody else, and is there when it is needed."""

from __future__ import annotations

import json
import traceback
from pathlib import Path

import httpx
import pytest

from littlerelay.errors import RefusedError, UsageError
from littlerelay.settings import Credentials, Settings
from littlerelay.shopify import session as module
from littlerelay.shopify.session import (
    GrantedToken,
    Session,
    covers,
    open_session,
    shop_domain,
)
from shopify_fakes import SHOP, TOKEN, URL, FakeTime, Script, answer, fine, graphql, web

SECRET = "invented-secret-9b1c"
GRANT_URL = f"https://{SHOP}/admin/oauth/access_token"
PAIR = Credentials(client_id="an-id", client_secret=SECRET)
HOUR = 3600
AT = "@"  # apart, so that nothing here looks like an e-mail address


@pytest.mark.parametrize(
    ("text", "domain"),
    [
        ("acme.myshopify.com", "acme.myshopify.com"),
        (" Acme.MyShopify.com ", "acme.myshopify.com"),
        ("a1.myshopify.com", "a1.myshopify.com"),
        ("1-2--3.myshopify.com", "1-2--3.myshopify.com"),
    ],
)
def test_a_shop_s_own_domain_is_taken_in_lower_case(text: str, domain: str) -> None:
    assert shop_domain(text) == domain


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "acme",
        "myshopify.com",
        ".myshopify.com",
        "a.myshopify.com",  # shopifyapi: a name has two letters at least
        "-acme.myshopify.com",
        "acme-.myshopify.com",
        "_acme.myshopify.com",
        "ac me.myshopify.com",
        "evil.com",
        "acme.myshopify.com.evil.com",
        "acme.myshopify.com.",
        "acme.evil.com",
        "evilmyshopify.com",
        f"acme.myshopify.com{AT}evil.com",
        f"evil.com{AT}acme.myshopify.com",
        f"ada:pass{AT}acme.myshopify.com",
        "evil.com#.myshopify.com",
        "evil.com/acme.myshopify.com",
        "evil.com?acme.myshopify.com",
        "evil.com\\.myshopify.com",
        "shop.acme.myshopify.com",
        "acme.myshopify.com:443",
        "acme.myshopify.com/admin",
        "acme.myshopify.com?a=b",
        "https://acme.myshopify.com",
        "//acme.myshopify.com",
        "acme.myshopify.com\n",
        "acme.myshopify.com\r\n",
        "\tacme.myshopify.com",
        "ac\nme.myshopify.com",
        "acme\n.myshopify.com",
        "acme.myshopify.com\nHost: evil.com",
        "acme\x00.myshopify.com",
        "127.0.0.1",
        "localhost",
        "[::1]",
        "аcme.myshopify.com",  # the first letter is Cyrillic
        "acme．myshopify．com",
        "\N{KELVIN SIGN}elvin.myshopify.com",  # a k, once it is in lower case
        "acmé.myshopify.com",
        "acme.myshopify.com\N{ZERO WIDTH SPACE}",
        "acme%2emyshopify.com",
    ],
)
def test_anything_but_a_shop_s_own_domain_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="is not the domain of a Shopify shop") as caught:
        shop_domain(text)
    assert "acme.myshopify.com" in caught.value.hint


@pytest.mark.parametrize("text", ["evil.com", "acme.myshopify.com\n", "ac\nme.myshopify.com"])
def test_a_laxer_shopifyapi_would_not_let_a_stranger_in(
    text: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "sanitize_shop_domain", str)
    with pytest.raises(UsageError):
        shop_domain(text)


def settings(credentials: Credentials, endpoint: str | None = None) -> Settings:
    return Settings(SHOP, credentials, Path("state"), endpoint)


def opened(credentials: Credentials, endpoint: str | None = None) -> Session:
    time = FakeTime()
    return open_session(settings(credentials, endpoint), web(Script(), time), time.clock)


def test_the_endpoint_is_the_shop_s_own_at_the_pinned_version() -> None:
    session = opened(Credentials(token=TOKEN))
    assert session.url == URL
    assert session.url == "https://acme.myshopify.com/admin/api/2026-10/graphql.json"
    assert session.tokens.current() == TOKEN


def test_where_the_endpoint_of_a_version_lies_is_for_shopifyapi_to_say(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    class Moved:
        def __init__(self, shop: str, version: str) -> None:
            self.site = f"https://{shop}/moved/{version}"

    monkeypatch.setattr("littlerelay.shopify.session.shopify.Session", Moved)
    assert opened(Credentials(token=TOKEN)).url == f"https://{SHOP}/moved/2026-10/graphql.json"


def test_a_stand_in_takes_the_place_of_the_shop_for_queries_and_grants() -> None:
    time = FakeTime()
    server = Script(granted("one"), fine())
    session = open_session(settings(PAIR, "http://127.0.0.1:8080/"), web(server, time), time.clock)
    assert session.url == "http://127.0.0.1:8080/admin/api/2026-10/graphql.json"
    session.tokens.current()
    assert server.requests[0].url == "http://127.0.0.1:8080/admin/oauth/access_token"


def granted(token: str, seconds: float = 24 * HOUR) -> httpx.Response:
    return httpx.Response(200, json={"access_token": token, "scope": "", "expires_in": seconds})


def test_a_grant_is_asked_of_the_shop_with_id_and_secret() -> None:
    time, server = FakeTime(), Script(granted("one"))
    session = open_session(settings(PAIR), web(server, time), time.clock)
    assert session.tokens.current() == "one"
    (request,) = server.requests
    assert str(request.url) == GRANT_URL
    assert json.loads(request.content) == {
        "client_id": "an-id",
        "client_secret": SECRET,
        "grant_type": "client_credentials",
    }


def test_a_granted_token_is_kept_until_a_minute_before_its_end() -> None:
    time, server = FakeTime(), Script(granted("one"), granted("two"))
    tokens = GrantedToken(GRANT_URL, PAIR, web(server, time), time.clock)
    seen = []
    for seconds in (0, 24 * HOUR - 61, 24 * HOUR - 60, 24 * HOUR + 60):
        time.seconds = seconds
        seen.append(tokens.current())
    assert seen == ["one", "one", "two", "two"]
    assert len(server.requests) == 2


def test_a_token_that_shopify_forgot_is_granted_anew_once() -> None:
    time = FakeTime()
    server = Script(granted("one"), answer({}, 401), granted("two"), fine())
    tokens = GrantedToken(GRANT_URL, PAIR, web(server, time), time.clock)
    assert graphql(server, time, tokens).execute("preflight") == {"it": "is"}
    sent = [request.headers.get("X-Shopify-Access-Token") for request in server.requests]
    assert sent == [None, "one", None, "two"]


def test_a_new_token_that_is_refused_as_well_stops_the_run() -> None:
    time = FakeTime()
    server = Script(granted("one"), answer({}, 401), granted("two"), answer({}, 401))
    tokens = GrantedToken(GRANT_URL, PAIR, web(server, time), time.clock)
    with pytest.raises(RefusedError, match="refused the access token"):
        graphql(server, time, tokens).execute("preflight")
    assert len(server.requests) == 4


@pytest.mark.parametrize(
    "refusal",
    [
        httpx.Response(400, json={"error": "shop_not_permitted"}),
        httpx.Response(401, json={"error": "invalid_client", "sent": SECRET}),
        httpx.Response(404, text=f"<html>{SECRET}</html>"),
        httpx.Response(302, headers={"Location": f"https://evil.example.com/{SECRET}"}),
        httpx.Response(200, text="<html>Log in</html>"),
        httpx.Response(200, json=[SECRET]),
        httpx.Response(200, json={"access_token": TOKEN}),
        httpx.Response(200, json={"access_token": None, "expires_in": 60}),
        httpx.Response(200, json={"access_token": TOKEN, "expires_in": "tomorrow"}),
    ],
)
def test_a_refused_grant_says_what_to_do_and_no_secret(refusal: httpx.Response) -> None:
    time, server = FakeTime(), Script(refusal)
    tokens = GrantedToken(GRANT_URL, PAIR, web(server, time), time.clock)
    with pytest.raises(RefusedError, match=f"status {refusal.status_code}") as caught:
        tokens.current()
    assert len(server.requests) == 1
    assert "RELAY_CLIENT_SECRET" in caught.value.hint
    assert "installed" in caught.value.hint
    shown = "".join(traceback.format_exception(caught.value)) + caught.value.hint
    assert SECRET not in shown
    assert TOKEN not in shown


def test_a_refused_grant_names_the_reason_that_shopify_gives() -> None:
    server = Script(httpx.Response(400, json={"error": "app_not_installed"}))
    time = FakeTime()
    with pytest.raises(RefusedError, match="app_not_installed"):
        GrantedToken(GRANT_URL, PAIR, web(server, time), time.clock).current()


@pytest.mark.parametrize("credentials", [PAIR, Credentials(token=TOKEN)])
def test_no_secret_is_in_a_repr(credentials: Credentials) -> None:
    session = opened(credentials)
    shown = f"{session!r} {session.tokens!r} {settings(credentials)!r}"
    assert SHOP in shown
    assert SECRET not in shown
    assert TOKEN not in shown


@pytest.mark.parametrize(
    ("granted_scopes", "needed", "enough"),
    [
        (["read_orders"], "read_orders", True),
        (["write_orders"], "read_orders", True),
        (["read_orders", "read_customers"], "read_orders,read_customers", True),
        (["read_orders"], "read_orders,read_customers", False),
        (["read_orders"], "write_orders", False),
        (["read_orders"], "read_all_orders", False),
        (["read_all_orders"], "read_orders", False),
        (["unauthenticated_write_orders"], "read_orders", False),
        ([], "read_orders", False),
        (["customer_read_orders", "openid", "read_orders"], "read_orders", True),
        (["customer_read_orders"], "read_orders", False),
    ],
)
def test_write_scopes_imply_read_and_foreign_scopes_say_nothing(
    granted_scopes: list[str], needed: str, enough: bool
) -> None:
    assert covers(granted_scopes, needed) is enough
