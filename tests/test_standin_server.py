"""The stand-in over HTTP: who is let in, which version answers, what goes wrong on request."""

import json
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from standin.asking import ask, post
from standin.exchange import Reply
from standin.faults import PASSING, Faults
from standin.server import StandIn
from standin.tiny import TinyWorld
from standin.wire import Handler

FIXTURES = Path(__file__).parent.parent / "fixtures"
FOUR_O_CLOCK = "2026-01-01T04:00:00Z"  # three orders came before
NAMES = "{ orders(first: 5, sortKey: CREATED_AT) { nodes { name } } }"


@pytest.fixture
def shop() -> Iterator[StandIn]:
    with StandIn(TinyWorld(5), time_scale=1000.0, slow_seconds=0.1) as running:
        yield running


def grant(shop: StandIn, **fields: str) -> httpx.Response:
    form = {"client_id": shop.client_id, "client_secret": shop.client_secret}
    form["grant_type"] = "client_credentials"
    return httpx.post(f"{shop.url}/admin/oauth/access_token", data={**form, **fields})


def call(shop: StandIn, headers: dict[str, str], path: str = "2026-10") -> httpx.Response:
    url = f"{shop.url}/admin/api/{path}/graphql.json"
    return httpx.post(url, json={"query": "{ shop { name } }"}, headers=headers)


def control(shop: StandIn, name: str, **body: object) -> httpx.Response:
    return httpx.post(f"{shop.url}/_standin/{name}", json=body)


def test_the_token_is_taken_from_its_own_header_alone(shop: StandIn) -> None:
    assert call(shop, {"X-Shopify-Access-Token": shop.token}).status_code == 200
    refused = call(shop, {"Authorization": f"Bearer {shop.token}"})
    assert refused.status_code == 401
    assert refused.json()["errors"].startswith("[API] Invalid API key or access token")
    assert call(shop, {"X-Shopify-Access-Token": "another"}).status_code == 401


def test_every_version_falls_forward_to_the_one_that_is_served_and_says_so(shop: StandIn) -> None:
    headers = {"X-Shopify-Access-Token": shop.token}
    for asked in ("2026-10", "2024-01", "2026-13", "unstable"):
        answer = call(shop, headers, asked)
        assert answer.status_code == 200
        assert answer.headers["X-Shopify-API-Version"] == "2026-10"


def test_another_version_is_served_where_that_is_asked_for() -> None:
    with StandIn(TinyWorld(1), serves="2027-01") as shop:
        assert post(shop, NAMES).headers["X-Shopify-API-Version"] == "2027-01"


def test_the_date_header_is_the_clock_of_the_shop(shop: StandIn) -> None:
    assert post(shop, NAMES).headers["Date"].startswith("Thu, 01 Jan 2026 ")


@pytest.mark.parametrize("body", ["", "{", "[]", '{"query": 1}', '{"query":"{a}","variables":[]}'])
def test_a_body_without_a_query_is_refused(shop: StandIn, body: str) -> None:
    headers = {"X-Shopify-Access-Token": shop.token, "Content-Type": "application/json"}
    url = f"{shop.url}/admin/api/2026-10/graphql.json"
    assert httpx.post(url, content=body, headers=headers).status_code == 400


def test_an_address_that_is_none_is_not_found(shop: StandIn) -> None:
    assert httpx.get(f"{shop.url}/admin/api/2026-10/orders.json").status_code == 404
    assert httpx.get(f"{shop.url}/_standin/nothing").status_code == 404


def test_client_credentials_give_a_token_for_a_day(shop: StandIn) -> None:
    granted = grant(shop).json()
    assert granted["expires_in"] == 86399
    assert "read_all_orders" in granted["scope"].split(",")
    headers = {"X-Shopify-Access-Token": granted["access_token"]}
    assert call(shop, headers).status_code == 200
    shop.live(days=1)
    assert call(shop, headers).status_code == 401


def test_the_grant_may_come_as_json(shop: StandIn) -> None:
    form = {"client_id": shop.client_id, "client_secret": shop.client_secret}
    url = f"{shop.url}/admin/oauth/access_token"
    answer = httpx.post(url, json={**form, "grant_type": "client_credentials"})
    assert answer.json()["access_token"] != shop.token


def test_a_grant_is_refused_with_the_reason(shop: StandIn) -> None:
    assert grant(shop, client_secret="wrong").json()["error"] == "invalid_client"
    assert grant(shop, grant_type="password").json()["error"] == "unsupported_grant_type"
    control(shop, "revoke", grants="app_not_installed")
    assert grant(shop).json()["error"] == "app_not_installed"
    control(shop, "revoke", grants=None)
    assert grant(shop).status_code == 200


def test_a_revoked_token_is_refused_and_a_new_one_is_let_in(shop: StandIn) -> None:
    shop.revoke()
    assert post(shop, NAMES).status_code == 401
    headers = {"X-Shopify-Access-Token": grant(shop).json()["access_token"]}
    assert call(shop, headers).status_code == 200


@pytest.mark.parametrize(
    "status", ["401", "402", "403", "404", "423", "429", "430", "500", "502", "503", "504"]
)
def test_a_status_comes_once_and_with_a_text_for_errors(shop: StandIn, status: str) -> None:
    shop.faults(status)
    answer = post(shop, NAMES)
    assert answer.status_code == int(status)
    assert isinstance(answer.json()["errors"], str)
    assert answer.headers.get("Retry-After") == ("2.0" if status == "429" else None)
    assert post(shop, NAMES).status_code == 200


def test_an_internal_error_comes_in_a_200(shop: StandIn) -> None:
    shop.faults("internal")
    answer = ask(shop, NAMES)
    assert answer["data"] is None
    assert answer["errors"][0]["extensions"]["code"] == "INTERNAL_SERVER_ERROR"
    assert not shop.problems


def test_a_connection_is_reset_on_request(shop: StandIn) -> None:
    shop.faults("reset")
    with pytest.raises(httpx.NetworkError):
        post(shop, NAMES)
    assert post(shop, NAMES).status_code == 200


def test_a_body_is_truncated_on_request(shop: StandIn) -> None:
    shop.faults("truncated")
    with pytest.raises(httpx.RemoteProtocolError):
        post(shop, NAMES)


def test_json_is_cut_on_request_in_an_answer_that_is_whole_as_http(shop: StandIn) -> None:
    shop.faults("cut")
    with pytest.raises(json.JSONDecodeError):
        ask(shop, NAMES)


@pytest.mark.parametrize("kind", ["orders", "customers"])
def test_a_list_is_short_of_its_newest_match_on_request_and_the_count_is_not(
    shop: StandIn, kind: str
) -> None:
    column = "customer_date" if kind == "customers" else "created_at"
    asked = f"""query Both($after: String) {{
      {kind}(first: 2, after: $after, sortKey: CREATED_AT, query: "{column}:<'{FOUR_O_CLOCK}'") {{
        nodes {{ id }} pageInfo {{ endCursor }} }}
      {kind}Count(query: "created_at:<'{FOUR_O_CLOCK}'") {{ count }} }}"""

    def read() -> list[tuple[int, int]]:
        """Gives how many records each of two pages holds, and the count beside it."""
        first = ask(shop, asked)["data"]
        rest = ask(shop, asked, after=first[kind]["pageInfo"]["endCursor"])["data"]
        return [(len(page[kind]["nodes"]), page[f"{kind}Count"]["count"]) for page in (first, rest)]

    shop.faults("short")
    assert read() == [(2, 3), (0, 3)]
    assert read() == [(2, 3), (1, 3)]


def test_another_version_answers_on_request(shop: StandIn) -> None:
    shop.faults("version")
    assert post(shop, NAMES).headers["X-Shopify-API-Version"] == "2027-01"


def test_a_slow_answer_outlasts_a_client_that_does_not_wait(shop: StandIn) -> None:
    shop.faults("slow")
    headers = {"X-Shopify-Access-Token": shop.token}
    url = f"{shop.url}/admin/api/2026-10/graphql.json"
    with pytest.raises(httpx.ReadTimeout):
        httpx.post(url, json={"query": NAMES}, headers=headers, timeout=0.05)


def test_faults_drawn_from_a_seed_are_always_the_same() -> None:
    drawn = [Faults(0.2, 7).draw(number) for number in range(1000)]
    assert drawn == [Faults(0.2, 7).draw(number) for number in range(1000)]
    assert drawn != [Faults(0.2, 8).draw(number) for number in range(1000)]
    assert 150 < sum(fault is not None for fault in drawn) < 250
    assert {fault for fault in drawn if fault} == set(PASSING)


def test_an_unknown_fault_is_refused(shop: StandIn) -> None:
    with pytest.raises(ValueError, match="No such fault: 418"):
        shop.faults("418")
    answer = control(shop, "faults", next=["418"])
    assert answer.status_code == 400
    assert "No such fault" in answer.json()["error"]


def test_the_controls_reach_the_shop(shop: StandIn) -> None:
    control(shop, "live", days=2)
    control(shop, "faults", next=["502"])
    assert post(shop, NAMES).status_code == 502
    control(shop, "scopes", scopes=["read_orders"])
    scopes = ask(shop, "{ currentAppInstallation { accessScopes { handle } } }")
    handles = scopes["data"]["currentAppInstallation"]["accessScopes"]
    assert handles == [{"handle": "read_orders"}]
    books = httpx.get(f"{shop.url}/_standin/books").text.splitlines()
    assert [json.loads(line)["id"] for line in books] == [1, 2, 3, 4, 5, 6]
    stats = httpx.get(f"{shop.url}/_standin/stats").json()
    assert stats["fault 502"] == 1
    assert httpx.get(f"{shop.url}/_standin/health").json() == {"ok": True, "problems": []}


def test_a_field_that_the_world_left_out_breaks_the_answer_and_the_server(shop: StandIn) -> None:
    answer = ask(shop, '{ order(id: "gid://shopify/Order/1") { confirmed } }')
    assert answer["errors"][0]["extensions"]["code"] == "INTERNAL_SERVER_ERROR"
    health = httpx.get(f"{shop.url}/_standin/health").json()
    assert not health["ok"]
    assert "Order.confirmed" in health["problems"][0]


def test_a_sorting_that_is_not_built_breaks_the_server_and_does_not_pretend(shop: StandIn) -> None:
    ask(shop, "{ subscriptionContracts(first: 1, sortKey: STATUS) { nodes { id } } }")
    assert "cannot sort contracts by STATUS" in shop.problems[0]


def test_a_value_of_the_wrong_form_breaks_the_server(shop: StandIn) -> None:
    shop.world.table("orders")
    order = shop.world.node("gid://shopify/Order/1")
    assert order is not None
    order["createdAt"] = "2026-01-01 01:00:00"
    ask(shop, '{ order(id: "gid://shopify/Order/1") { createdAt } }')
    assert "Order.createdAt cannot be" in shop.problems[0]


def test_one_connection_serves_many_queries(shop: StandIn) -> None:
    url = f"{shop.url}/admin/api/2026-10/graphql.json"
    headers = {"X-Shopify-Access-Token": shop.token}
    with httpx.Client(headers=headers, limits=httpx.Limits(max_connections=1)) as client:
        answers = [client.post(url, json={"query": NAMES}).json() for _ in range(20)]
    assert all(answer["data"] == answers[0]["data"] for answer in answers)
    assert shop.stats["requests"] == 20


def test_a_busy_shop_changes_while_it_is_read() -> None:
    with StandIn(TinyWorld(3), busy=True) as shop:
        notes = "{ orders(first: 1, sortKey: CREATED_AT) { nodes { note } } }"
        read = [ask(shop, notes)["data"]["orders"]["nodes"][0]["note"] for _ in range(4)]
    assert read == [None, None, "stirred", "stirred"]


def test_the_command_says_where_the_shop_is_and_stops_when_told() -> None:
    command = [sys.executable, "-m", "standin", "--orders", "300", "--plan", "plus"]
    with subprocess.Popen(
        command, cwd=FIXTURES, stdout=subprocess.PIPE, text=True, env={}
    ) as process:
        assert process.stdout is not None
        ready = json.loads(process.stdout.readline())
        headers = {"X-Shopify-Access-Token": ready["token"]}
        url = f"{ready['url']}/admin/api/2026-10/graphql.json"
        query = {"query": "{ shop { myshopifyDomain } }"}
        answer = httpx.post(url, json=query, headers=headers).json()
        httpx.post(f"{ready['url']}/_standin/stop")
        assert process.wait(5) == 0
    assert answer["data"]["shop"]["myshopifyDomain"] == ready["shop"]
    assert answer["extensions"]["cost"]["throttleStatus"]["maximumAvailable"] == 20000


def test_the_answer_to_a_stop_arrives_before_the_server_ends(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    write = Handler._write

    def late(self: Handler, reply: Reply) -> None:
        time.sleep(0.2)
        write(self, reply)

    monkeypatch.setattr(Handler, "_write", late)
    shop = StandIn(TinyWorld(1)).start()

    def end() -> None:
        shop.app.stopping.wait()
        shop.stop()

    ending = threading.Thread(target=end)
    ending.start()
    assert httpx.post(f"{shop.url}/_standin/stop").status_code == 200
    ending.join()
