"""relay understands what a shop really sent, replayed from cassettes with every socket blocked."""

from __future__ import annotations

import re
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson
import pytest
from vcr.errors import CannotOverwriteExistingCassetteException  # type: ignore[import-untyped]

import record_cassettes
from littlerelay.mappers import map_record
from littlerelay.progress import Waiting
from littlerelay.settings import Credentials, Mapping, Settings
from littlerelay.shopify.graphql import GraphQL
from littlerelay.shopify.shop import open_shop
from littlerelay.times import epoch
from record_cassettes import CASSETTES, HIDDEN, SHOP, invented, read_pages, recorder
from shopify_fakes import FakeTime

NAMES = ["grant", "pages", "throttled"]
TOKEN = Credentials(token=HIDDEN)
PAIR = Credentials(client_id=HIDDEN, client_secret=HIDDEN)
MOST_BYTES = 200_000

# What a cassette must not hold, whatever its filters believe.
PRIVATE = {
    "a token": r"shp[a-z]{2,3}_|standin-(?:token|secret|client)|Bearer |Basic ",
    "somebody's e-mail address": r"[\w.+-]+@(?!example\.com\b)[\w-]+\.\w+",
    "another shop": r"[\w-]+(?<!example-shop)\.myshopify\.com",
    "an address of one machine": r"127\.0\.0\.1|localhost",
    "a cookie": r"(?i)cookie",
}


@dataclass
class Replay:
    """A cassette that plays, and relay's side of it."""

    cassette: Any
    api: GraphQL
    time: FakeTime
    waits: list[Waiting]

    def asked(self) -> list[Any]:
        return [orjson.loads(request.body) for request in self.cassette.requests]

    def answered(self) -> list[Any]:
        return [orjson.loads(one["body"]["string"]) for one in self.cassette.responses]


@contextmanager
def replay(name: str, credentials: Credentials = TOKEN) -> Iterator[Replay]:
    """Plays a cassette, every exchange of which must be asked for exactly once."""
    time = FakeTime()
    waits: list[Waiting] = []
    settings = Settings(SHOP, credentials, Path())
    tape = recorder(record_mode="none").use_cassette(str(CASSETTES / f"{name}.yaml"))
    opened = record_cassettes.opened(settings, time.clock, waits.append)
    with tape as cassette, opened as api:
        yield Replay(cassette, api, time, waits)
    played = [cassette.play_counts[place] for place in range(len(cassette))]
    assert played == [1] * len(cassette), "an exchange was never asked for"


@pytest.fixture
def blocked(monkeypatch: pytest.MonkeyPatch) -> None:
    """Blocks every socket, on loopback too; the failure is no `Exception`, so nobody retries it."""

    def refuse(*_: Any, **__: Any) -> None:
        pytest.fail("a socket was asked for")

    for name in ("connect", "connect_ex"):
        monkeypatch.setattr(socket.socket, name, refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)


def end_of(cassette: Any) -> int:
    """Gives the end of the period that a cassette's pages were read for."""
    return epoch(cassette.get_metadata("end", None))


@pytest.mark.usefixtures("blocked")
def test_recorded_pages_are_read_to_their_end_and_make_events() -> None:
    with replay("pages") as played:
        total, windows = read_pages(played.api, end_of(played.cassette))
    records = [record for window in windows for record in window.records]
    pages = [one["data"]["page"] for one in played.answered() if "page" in one["data"]]
    nodes = [node for page in pages for node in page["nodes"] if "id" in node]
    assert len([page for page in pages if "pageInfo" in page]) > 1
    assert total == len(records)
    given = [(node["created_at"], int(node["id"].rpartition("/")[2])) for node in nodes]
    assert [(record["created_at"], record["id"]) for record in records] == sorted(given)
    made = [map_record("orders", record, Mapping(SHOP)) for record in records]
    assert [bool(events) for events in made] == [not record["test"] for record in records]


@pytest.mark.usefixtures("blocked")
def test_a_recorded_refusal_for_want_of_points_is_waited_out_and_asked_again() -> None:
    with replay("throttled") as played:
        assert open_shop(played.api, SHOP).domain == SHOP
    refusal, answer = played.answered()
    cost = refusal["extensions"]["cost"]
    status = cost["throttleStatus"]
    missing = cost["requestedQueryCost"] - status["currentlyAvailable"]
    assert "data" not in refusal
    assert answer["data"]
    assert played.time.slept == [missing / status["restoreRate"]]
    assert [wait.reason for wait in played.waits] == ["Shopify's bucket fills"]


@pytest.mark.usefixtures("blocked")
def test_a_recorded_grant_gives_the_token_of_the_first_query() -> None:
    with replay("grant", PAIR) as played:
        shop = open_shop(played.api, SHOP)
    grant, query = played.cassette.requests
    assert grant.path == "/admin/oauth/access_token"
    assert "X-Shopify-Access-Token" not in grant.headers
    assert query.headers["X-Shopify-Access-Token"] == played.answered()[0]["access_token"]
    scopes = played.answered()[1]["data"]["currentAppInstallation"]["accessScopes"]
    assert shop.scopes == {scope["handle"] for scope in scopes}


@pytest.mark.usefixtures("blocked")
def test_without_its_cassette_the_same_code_asks_for_a_socket() -> None:
    opened = record_cassettes.opened(Settings(SHOP, TOKEN, Path()), FakeTime().clock)
    with opened as api, pytest.raises(pytest.fail.Exception, match="a socket was asked for"):
        open_shop(api, SHOP)


@pytest.mark.usefixtures("blocked")
def test_another_query_than_the_recorded_one_is_refused() -> None:
    with (
        pytest.raises(CannotOverwriteExistingCassetteException, match="this request"),
        replay("pages") as played,
    ):
        read_pages(played.api, end_of(played.cassette) + 1)


@pytest.mark.usefixtures("blocked")
def test_another_token_than_the_granted_one_is_refused() -> None:
    with (
        pytest.raises(CannotOverwriteExistingCassetteException),
        replay("throttled", Credentials(token="another")) as played,
    ):
        open_shop(played.api, SHOP)


@pytest.mark.usefixtures("blocked")
def test_nothing_is_played_twice() -> None:
    with replay("throttled") as played:
        open_shop(played.api, SHOP)
        with pytest.raises(CannotOverwriteExistingCassetteException):
            open_shop(played.api, SHOP)


@pytest.mark.usefixtures("blocked")
def test_an_exchange_that_is_never_asked_for_is_noticed() -> None:
    with pytest.raises(AssertionError, match="never asked for"), replay("pages") as played:
        played.api.execute("orders_count", played.asked()[0]["variables"])


def test_every_cassette_has_its_test() -> None:
    assert sorted(path.stem for path in CASSETTES.iterdir()) == NAMES


def test_cassettes_stay_small() -> None:
    assert sum(path.stat().st_size for path in CASSETTES.iterdir()) < MOST_BYTES


def stored(folder: Path, name: str) -> Any:
    """Reads a cassette that nobody plays."""
    with recorder(record_mode="none").use_cassette(str(folder / f"{name}.yaml")) as cassette:
        return cassette


@pytest.mark.parametrize("name", NAMES)
def test_every_cassette_says_where_it_was_recorded(name: str) -> None:
    origin = stored(CASSETTES, name).get_metadata("origin", None)
    assert origin in (record_cassettes.STAND_IN, record_cassettes.DEVELOPMENT_SHOP)


def bodies(cassette: Any) -> list[bytes]:
    answers = [response["body"]["string"] for response in cassette.responses]
    return [*(request.body for request in cassette.requests), *answers]


def leaks(text: str) -> list[str]:
    """Names what is private in a text."""
    return [what for what, pattern in PRIVATE.items() if re.search(pattern, text)]


@pytest.mark.parametrize("name", NAMES)
def test_no_cassette_holds_a_secret_or_a_person(name: str) -> None:
    cassette = stored(CASSETTES, name)
    decoded = [orjson.loads(body) for body in bodies(cassette)]
    assert leaks((CASSETTES / f"{name}.yaml").read_text()) == []
    # As they are read: YAML may fold a line, and JSON may spell a character as an escape.
    assert leaks(orjson.dumps(decoded).decode()) == []
    assert [invented(one) for one in decoded] == decoded


@pytest.mark.parametrize(
    "planted",
    [
        "shpat" + "_0123",
        "standin-token-1",
        "ada@" + "example.org",
        "acme.myshopify.com",
        "http://127.0.0.1:80",
        "Set-Cookie",
    ],
)
def test_what_is_private_is_found(planted: str) -> None:
    assert leaks(f"it is {planted} here") != []
