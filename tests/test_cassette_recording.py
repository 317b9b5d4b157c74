"""What is recorded anew is what lies there, without a secret or a person."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson
import pytest
from vcr import Request  # type: ignore[import-untyped]

import record_cassettes
from record_cassettes import CASSETTES, HIDDEN, SHOP, STAND_IN, invented, recorder
from standin.server import StandIn

PERSONAL = "address1 browser_ip city email emailAddress first_name last_name phone zip".split()


def stored(path: Path) -> Any:
    """Reads a cassette that nobody plays."""
    with recorder(record_mode="none").use_cassette(str(path)) as cassette:
        return cassette


def exchanges(path: Path) -> list[Any]:
    """Gives what a cassette holds, however its YAML is laid out."""
    cassette = stored(path)
    asked = [
        (one.method, one.uri, dict(one.headers), orjson.loads(one.body))
        for one in cassette.requests
    ]
    return [*zip(asked, cassette.responses, strict=True), cassette.get_metadata("origin", None)]


def test_cassettes_from_the_stand_in_shop_are_those_that_make_records(tmp_path: Path) -> None:
    with record_cassettes.stand_in() as shop:
        local = record_cassettes.local_origin(shop)
        record_cassettes.record_pages(local, tmp_path)
        record_cassettes.record_grant(record_cassettes.local_grant(local), tmp_path)
        record_cassettes.record_throttled(shop, local, tmp_path)
        assert shop.problems == []
    for anew in sorted(tmp_path.iterdir()):
        assert exchanges(anew)[-1] == STAND_IN
        lying = exchanges(CASSETTES / anew.name)
        if lying[-1] == STAND_IN:
            assert lying == exchanges(anew), "`make cassettes` records them anew"


def test_a_development_shop_is_recorded_without_its_people(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with StandIn(plan="enterprise") as shop:
        monkeypatch.setenv("RELAY_SHOP", shop.world.shop["myshopifyDomain"])
        monkeypatch.setenv("RELAY_TOKEN", shop.token)
        monkeypatch.setenv("RELAY_SHOPIFY_ENDPOINT", shop.url)
        origin = record_cassettes.development_shop()
        record_cassettes.record_pages(origin, tmp_path)
        people = set(personal_texts(shop, origin))
    cassette = stored(tmp_path / "pages.yaml")
    assert cassette.get_metadata("origin", None) == record_cassettes.DEVELOPMENT_SHOP
    answers = [orjson.loads(one["body"]["string"]) for one in cassette.responses]
    held = {text for _, text in texts(answers)}
    assert len(people) > 10
    assert people & held == set()
    raw = (tmp_path / "pages.yaml").read_text()
    assert shop.world.shop["myshopifyDomain"] not in raw
    assert shop.token not in raw


def personal_texts(shop: StandIn, origin: record_cassettes.Origin) -> Iterator[str]:
    """Yields the texts of the shop's first orders that say who somebody is."""
    asked = {"first": 5, "query": "", **record_cassettes.FLAGS}
    with record_cassettes.opened(origin.settings, origin.clock) as api:
        answer = api.execute("orders", asked)
    yield from (text for key, text in texts(answer) if key in PERSONAL and text)


def texts(value: Any, key: str = "") -> Iterator[tuple[str, str]]:
    """Yields every text of a JSON value with its key."""
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from texts(inner, name)
    elif isinstance(value, list):
        for one in value:
            yield from texts(one, key)
    elif isinstance(value, str):
        yield key, value


def test_texts_are_invented_unless_their_keys_are_known() -> None:
    node = {
        "id": "gid://shopify/Order/1",
        "email": "ada@mail.example.com",
        "tags": ["Ada's"],
        "customer": {"email": {"emailAddress": "ada@mail.example.com"}, "nickname": "Ada"},
        "note": "",
        "phone": None,
        "number": 1001,
        "paid": True,
    }
    assert invented(node) == {
        "id": "gid://shopify/Order/1",
        "email": "customer@example.com",
        "tags": ["invented tags"],
        "customer": {
            "email": {"emailAddress": "customer@example.com"},
            "nickname": "invented nickname",
        },
        "note": "",
        "phone": None,
        "number": 1001,
        "paid": True,
    }


def test_a_grant_is_recorded_without_its_secrets() -> None:
    headers = {"Content-Type": "application/json", "Cookie": "a", "X-Shopify-Access-Token": "real"}
    form = b'{"client_id": "real", "client_secret": "real", "grant_type": "client_credentials"}'
    url = "https://acme.myshopify.com/admin/oauth/access_token"
    safe = record_cassettes.safe_request(Request("POST", url, form, headers))
    assert safe.uri == f"https://{SHOP}/admin/oauth/access_token"
    assert orjson.loads(safe.body) == {
        "client_id": HIDDEN,
        "client_secret": HIDDEN,
        "grant_type": "client_credentials",
    }
    assert dict(safe.headers) == {
        "Content-Type": "application/json",
        "X-Shopify-Access-Token": HIDDEN,
    }


def test_an_answer_is_recorded_with_the_headers_that_relay_reads() -> None:
    answer = {
        "status": {"code": 200, "message": "OK"},
        "headers": {"Set-Cookie": ["a"], "X-ShopId": ["1"], "Date": ["now"]},
        "body": {"string": b'{"access_token": "real", "scope": "read_orders", "expires_in": 1}'},
    }
    safe = record_cassettes.safe_response(answer)
    assert safe["headers"] == {"Date": ["now"]}
    assert orjson.loads(safe["body"]["string"]) == {
        "access_token": HIDDEN,
        "scope": "read_orders",
        "expires_in": 1,
    }
