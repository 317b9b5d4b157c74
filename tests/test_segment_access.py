"""What goes to Segment is authorized: by the write key, or by a token that is there in time."""

from __future__ import annotations

import base64
import sys
import threading
import traceback
from collections.abc import Callable
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qs
from uuid import UUID

import httpx
import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from pytest_httpserver import HTTPServer

from littlerelay.errors import RefusedError, UnreachableError, UsageError
from littlerelay.patience import Patience
from littlerelay.segment.access import Access
from littlerelay.settings import Destination, OAuth
from segment_keys import KEY, pem, rsa_key
from shopify_fakes import NOW, FakeTime, Script, answer, web

SERVER = "https://oauth2.segment.io"
APP = OAuth("app-1", "key-1", pem(), SERVER)
PLAIN = Destination("https://api.segment.io/v1/batch", KEY, "us", "https://cdn.segment.com")
BY_OAUTH = replace(PLAIN, oauth=APP)
TOKEN = "canary-token"
DAY = 86_400.0
ID = UUID(int=7)


def granted(token: str = TOKEN, seconds: object = DAY) -> httpx.Response:
    body = {"access_token": token, "token_type": "Bearer", "expires_in": seconds}
    return httpx.Response(200, json=body)


def access(server: Script, time: FakeTime, where: Destination = BY_OAUTH) -> Access:
    return Access(where, web(server, time, Patience(tries=2)), time.clock, lambda: ID)


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def form(request: httpx.Request) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(request.content.decode()).items()}


def statement(request: httpx.Request) -> dict[str, Any]:
    """Returns what a request states, once its signature has been checked."""
    text = form(request)["client_assertion"]
    assert jwt.get_unverified_header(text) == {"alg": "RS256", "typ": "JWT", "kid": "key-1"}
    return dict(
        jwt.decode(
            text,
            rsa_key().public_key(),
            ["RS256"],
            {"verify_exp": False, "verify_iat": False},
            audience=SERVER,
        )
    )


def shown(error: BaseException) -> str:
    return "".join(traceback.format_exception(error)) + getattr(error, "hint", "")


def test_without_oauth_the_key_is_the_user_s_name() -> None:
    server, time = Script(), FakeTime()
    headers = access(server, time, PLAIN).headers()
    kind, _, word = headers.pop("Authorization").partition(" ")
    assert (kind, base64.b64decode(word)) == ("Basic", f"{KEY}:".encode())
    assert (headers, server.requests) == ({}, [])


def test_without_oauth_there_is_nothing_to_clear() -> None:
    plain = access(Script(), FakeTime(), PLAIN)
    before = plain.headers()
    plain.clear()
    assert plain.headers() == before


def test_headers_that_a_caller_changes_are_its_own() -> None:
    plain = access(Script(), FakeTime(), PLAIN)
    plain.headers().clear()
    assert plain.headers() != {}


def test_a_token_is_asked_for_with_a_signed_statement() -> None:
    server, time = Script(granted()), FakeTime()
    assert access(server, time).headers() == bearer(TOKEN)
    (request,) = server.requests
    assert (request.method, str(request.url)) == ("POST", f"{SERVER}/token")
    assert request.headers["Content-Type"] == "application/x-www-form-urlencoded"
    told = form(request)
    told.pop("client_assertion")
    assert told == {
        "grant_type": "client_credentials",
        "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
        "scope": "tracking_api:write",
    }
    assert statement(request) == {
        "iss": "app-1",
        "sub": "app-1",
        "aud": SERVER,
        "iat": NOW,
        "exp": NOW + 60,
        "jti": str(ID),
    }


def test_every_statement_has_an_id_of_its_own() -> None:
    server, time = Script(granted()), FakeTime()
    own = Access(BY_OAUTH, web(server, time), time.clock)
    own.headers()
    own.clear()
    own.headers()
    ids = {statement(request)["jti"] for request in server.requests}
    assert len(ids) == 2
    assert all(UUID(one).version == 4 for one in ids)


@pytest.mark.parametrize(
    ("life", "kept"), [(DAY, DAY - 300), (1000, 900), (3000, 2700), (1e300, 366 * DAY - 300)]
)
def test_a_token_is_renewed_when_a_tenth_or_five_minutes_are_left(life: float, kept: float) -> None:
    server, time = Script(granted("one", life), granted("two", life)), FakeTime()
    own, seen = access(server, time), []
    for seconds in (0, kept - 1, kept):
        time.seconds = seconds
        seen.append(own.headers())
    assert seen == [bearer("one"), bearer("one"), bearer("two")]


def test_a_token_that_was_refused_is_cleared() -> None:
    server, time = Script(granted("one"), granted("two")), FakeTime()
    own = access(server, time)
    assert own.headers() == own.headers() == bearer("one")
    own.clear()
    assert own.headers() == own.headers() == bearer("two")


def test_a_renewal_that_fails_leaves_no_old_token() -> None:
    server, time = Script(granted("one"), *[httpx.Response(401)] * 2, granted("two")), FakeTime()
    own = access(server, time)
    own.headers()
    own.clear()
    with pytest.raises(RefusedError):
        own.headers()
    assert own.headers() == bearer("two")


def test_a_refused_statement_is_signed_once_more_by_the_server_s_clock() -> None:
    refused = answer({"error": "invalid_client"}, 401, date=NOW - 3600)
    server, time = Script(refused, granted(), granted()), FakeTime()
    own = access(server, time)
    assert own.headers() == bearer(TOKEN)
    own.clear()
    own.headers()
    assert [statement(one)["iat"] - NOW for one in server.requests] == [0, -3600, -3600]


@pytest.mark.parametrize(
    "refusal",
    [
        httpx.Response(400, json={"error": "invalid_client", "sent": TOKEN}),
        httpx.Response(401, text=TOKEN),
        httpx.Response(403, content=b""),
        httpx.Response(404, json={"access_token": TOKEN, "expires_in": 60}),
        httpx.Response(302, headers={"Location": f"https://example.com/{TOKEN}"}),
        httpx.Response(200, text=f"<html>{TOKEN}</html>"),
        httpx.Response(200, json=[TOKEN]),
        httpx.Response(200, json={"access_token": TOKEN}),
        httpx.Response(200, json={"access_token": None, "expires_in": 60}),
        granted(f"{TOKEN}\nX-More: 1"),
        granted(TOKEN, seconds=0),
        granted(TOKEN, seconds=True),
        granted(TOKEN, seconds="3600"),
    ],
)
def test_a_refused_grant_says_what_to_do_and_no_secret(refusal: httpx.Response) -> None:
    with pytest.raises(RefusedError, match=f"status {refusal.status_code}") as caught:
        access(Script(refusal), FakeTime()).headers()
    assert "oauth_key_file" in caught.value.hint
    told = shown(caught.value)
    assert "canary" not in told
    assert pem().splitlines()[1] not in told


def test_a_refused_grant_names_the_reason_that_the_server_gives() -> None:
    server = Script(httpx.Response(400, json={"error": "invalid_client"}))
    with pytest.raises(RefusedError, match=r"\(invalid_client, status 400\)"):
        access(server, FakeTime()).headers()
    assert len(server.requests) == 2


@pytest.mark.parametrize(
    "trouble",
    [
        httpx.Response(429),
        httpx.Response(501),
        httpx.Response(503),
        httpx.ConnectError("refused"),
        httpx.ReadTimeout("late"),
    ],
)
def test_a_server_that_stays_away_is_unreachable(trouble: httpx.Response | Exception) -> None:
    with pytest.raises(UnreachableError):
        access(Script(trouble), FakeTime()).headers()


def test_threads_share_one_token_over_the_wire(httpserver: HTTPServer) -> None:
    grant = {"access_token": TOKEN, "expires_in": DAY}
    httpserver.expect_oneshot_request("/token", method="POST").respond_with_json(grant)
    oauth = replace(APP, server=httpserver.url_for("").rstrip("/"))
    with httpx.Client(trust_env=False) as client:
        own, seen = Access(replace(PLAIN, oauth=oauth), client), list[dict[str, str]]()
        threads = [threading.Thread(target=lambda: seen.append(own.headers())) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert seen == [bearer(TOKEN)] * 8


@pytest.mark.parametrize("library", ["jwt", "cryptography.hazmat.primitives"])
def test_a_missing_library_is_named_with_its_extra(
    monkeypatch: pytest.MonkeyPatch, library: str
) -> None:
    monkeypatch.setitem(sys.modules, library, None)
    with pytest.raises(UsageError) as caught:
        access(Script(), FakeTime())
    assert caught.value.hint == "Run: pip install 'littlerelay[oauth]'"
    access(Script(), FakeTime(), PLAIN)


def text_of(key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey) -> str:
    kind = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    return key.private_bytes(serialization.Encoding.PEM, *kind).decode()


UNFIT: dict[str, Callable[[], str]] = {
    "text": lambda: "canary",
    "with a password": lambda: pem(b"canary"),
    "of a curve": lambda: text_of(ec.generate_private_key(ec.SECP256R1())),
    "short": lambda: text_of(rsa.generate_private_key(65537, 1024)),
    "cut": lambda: pem()[:400],
}


@pytest.mark.parametrize("kind", UNFIT)
def test_a_key_that_cannot_sign_is_refused_and_not_shown(kind: str) -> None:
    text = UNFIT[kind]()
    with pytest.raises(UsageError, match="no RSA key of 2,048 bits") as caught:
        access(Script(), FakeTime(), replace(PLAIN, oauth=replace(APP, private_key=text)))
    assert "canary" not in shown(caught.value)
    assert text.splitlines()[-1] not in shown(caught.value)


def test_no_secret_is_in_a_repr() -> None:
    own = access(Script(granted()), FakeTime())
    own.headers()
    told = f"{own!r} {BY_OAUTH!r} {APP!r}"
    assert "app-1" in told
    assert "canary" not in told
    assert pem().splitlines()[1] not in told
