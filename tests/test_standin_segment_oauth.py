"""The tokens of the stand-in Segment: who is granted one, and how long it lets batches in."""

from __future__ import annotations

import base64
import itertools
import json
from collections.abc import Iterator, Mapping
from typing import Any

import httpx
import pytest

from segment_posts import basic, batch, send, track
from standin.segment import StandInSegment
from standin.segment_oauth import FORM, trusted_claims

JTIS = (f"jti-{number}" for number in itertools.count())


def verify(assertion: str) -> Mapping[str, Any]:
    """Returns the claims of a JWT with the one good signature."""
    if not assertion.endswith(".Z29vZA"):
        raise ValueError("the signature is bad")
    return trusted_claims(assertion)


@pytest.fixture
def segment() -> Iterator[StandInSegment]:
    with StandInSegment(oauth=True, expires_in=3600, verify=verify) as running:
        yield running


def encoded(part: Mapping[str, object]) -> str:
    return base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=")


def claims(segment: StandInSegment, **others: object) -> dict[str, object]:
    now = segment.now_ms // 1000
    times = {"iat": now, "exp": now + 60}
    return {"sub": "standin-app", "aud": segment.url, "jti": next(JTIS), **times, **others}


def signed(said: Mapping[str, object], **header: object) -> str:
    first = {"alg": "RS256", "typ": "JWT", "kid": "standin-key", **header}
    return f"{encoded(first)}.{encoded(said)}.Z29vZA"


def ask(segment: StandInSegment, assertion: str, **fields: str) -> httpx.Response:
    form = {**FORM, "client_assertion": assertion, **fields}
    return httpx.post(f"{segment.url}/token", data=form)


def bearer(segment: StandInSegment) -> dict[str, str]:
    token = ask(segment, signed(claims(segment))).json()["access_token"]
    return {"Authorization": f"Bearer {token}"}


def test_a_batch_needs_a_token_that_was_granted(segment: StandInSegment) -> None:
    body = batch(segment, [track("a")])
    assert send(segment, body).status_code == 401
    assert send(segment, body, basic(segment.write_key)).status_code == 401
    refused = send(segment, body, {"Authorization": "Bearer another"})
    assert (refused.status_code, refused.json()["code"]) == (401, "unauthorized")
    assert not segment.accepted
    assert send(segment, body, bearer(segment)).status_code == 200
    assert list(segment.accepted) == ["a"]


def test_a_grant_says_how_long_it_holds(segment: StandInSegment) -> None:
    answer = ask(segment, signed(claims(segment)))
    assert answer.status_code == 200
    assert answer.json() == {
        "access_token": "standin-access-1",
        "token_type": "Bearer",
        "expires_in": 3600,
    }
    assert segment.tokens_granted == 1


def test_a_token_expires(segment: StandInSegment) -> None:
    header, body = bearer(segment), batch(segment, [track("a")])
    assert send(segment, body, header).status_code == 200
    segment.pass_time(3600)
    assert send(segment, body, header).status_code == 401
    assert send(segment, body, bearer(segment)).status_code == 200


def test_a_token_can_be_revoked(segment: StandInSegment) -> None:
    header, body = bearer(segment), batch(segment, [track("a")])
    segment.revoke()
    assert send(segment, body, header).status_code == 401
    second = bearer(segment)
    httpx.post(f"{segment.url}/control/revoke")
    assert send(segment, body, second).status_code == 401


@pytest.mark.parametrize("name", ["grant_type", "client_assertion_type", "scope"])
def test_a_form_that_asks_for_something_else_is_refused(segment: StandInSegment, name: str) -> None:
    answer = ask(segment, signed(claims(segment)), **{name: "another"})
    assert answer.status_code == 400
    assert answer.json()["error_description"].startswith(f"{name} is not")


@pytest.mark.parametrize("assertion", ["", "a.b", "a.b.c", "W10.e30.Z29vZA"])
def test_what_is_no_jwt_is_refused(segment: StandInSegment, assertion: str) -> None:
    assert refusal(ask(segment, assertion)).startswith("The assertion does not hold")


def test_a_bad_signature_is_refused(segment: StandInSegment) -> None:
    forged = signed(claims(segment)).removesuffix("Z29vZA") + "YmFk"
    assert refusal(ask(segment, forged)).endswith("the signature is bad")


def test_any_signature_is_trusted_where_nobody_verifies() -> None:
    with StandInSegment(oauth=True) as segment:
        assert ask(segment, signed(claims(segment)) + "x").status_code == 200


def refusal(answer: httpx.Response) -> str:
    """Returns why a grant was refused."""
    assert answer.status_code == 400
    assert answer.json()["error"] == "invalid_client"
    return str(answer.json()["error_description"])


@pytest.mark.parametrize(("name", "fault"), [("kid", "kid is unknown"), ("alg", "alg is not")])
def test_a_header_of_another_key_is_refused(segment: StandInSegment, name: str, fault: str) -> None:
    answer = ask(segment, signed(claims(segment), **{name: "another"}))
    assert refusal(answer).startswith(fault)


@pytest.mark.parametrize("name", ["sub", "aud", "jti", "iat", "exp"])
def test_every_claim_must_be_there(segment: StandInSegment, name: str) -> None:
    assert name in refusal(ask(segment, signed(claims(segment, **{name: None}))))


@pytest.mark.parametrize("name", ["sub", "aud"])
def test_claims_of_another_app_or_server_are_refused(segment: StandInSegment, name: str) -> None:
    assert refusal(ask(segment, signed(claims(segment, **{name: "another"})))).startswith(name)


def test_segments_own_servers_are_audiences_too(segment: StandInSegment) -> None:
    own = signed(claims(segment, aud="https://oauth2.segment.io"))
    assert ask(segment, own).status_code == 200


@pytest.mark.parametrize(
    ("issued", "expiry", "fault"),
    [
        (0, 61, "exp is more than 60 seconds after iat"),
        (-60, 0, "exp is over"),
        (90, 120, "iat is in the future"),
    ],
)
def test_times_that_cannot_be_are_refused(
    segment: StandInSegment, issued: int, expiry: int, fault: str
) -> None:
    now = segment.now_ms // 1000
    said = claims(segment, iat=now + issued, exp=now + expiry)
    assert refusal(ask(segment, signed(said))) == fault


def test_an_assertion_is_good_for_one_grant(segment: StandInSegment) -> None:
    assertion = signed(claims(segment))
    assert ask(segment, assertion).status_code == 200
    assert refusal(ask(segment, assertion)) == "jti is missing or was used before"
