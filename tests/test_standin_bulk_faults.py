"""What goes wrong in bulk on request: with operations, with downloads, and over the controls."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from bulk_asking import LINES, NAMES, RUN, Json, download, ended, read, records, run, start, state
from standin.asking import NO_CERTIFICATES, ask, post
from standin.server import StandIn
from standin.tiny import TinyWorld

FIXTURES = Path(__file__).parent.parent / "fixtures"
NEWEST = "{ bulkOperations(first: 9) { nodes { id status query } } }"


@pytest.fixture
def shop() -> Iterator[StandIn]:
    with StandIn(TinyWorld(20), time_scale=0.001, slow_seconds=0.1) as running:
        yield running
    assert not running.problems


@pytest.fixture
def url(shop: StandIn) -> str:
    return str(ended(shop, LINES)["url"])


def counts(operation: Json) -> tuple[int, int]:
    return int(operation["objectCount"]), int(operation["rootObjectCount"])


@pytest.mark.parametrize(
    ("fault", "code"), [("timeout", "TIMEOUT"), ("internal", "INTERNAL_SERVER_ERROR")]
)
def test_an_operation_fails_and_leaves_a_part(shop: StandIn, fault: str, code: str) -> None:
    shop.bulk_faults(fault)
    failed = ended(shop, LINES, grouped=True)
    assert (failed["status"], failed["errorCode"]) == ("FAILED", code)
    assert failed["url"] is failed["fileSize"] is None
    assert failed["completedAt"] is not None
    lines = records(failed["partialDataUrl"])
    assert counts(failed) == (len(lines), sum("__parentId" not in line for line in lines))
    assert lines == records(ended(shop, LINES, grouped=True)["url"])[: len(lines)]
    assert 0 < len(lines) < 80
    shop.pass_time(7 * 86_400)
    assert state(shop, failed["id"])["partialDataUrl"] is None


def test_an_operation_is_denied(shop: StandIn) -> None:
    shop.bulk_faults("denied")
    failed = ended(shop, LINES)
    assert (failed["status"], failed["errorCode"]) == ("FAILED", "ACCESS_DENIED")
    assert failed["url"] is failed["partialDataUrl"] is None


def test_shopify_cancels_an_operation_by_itself(shop: StandIn) -> None:
    shop.bulk_faults("canceled")
    gid = start(shop, LINES)
    shop.pass_time(0.4)
    assert state(shop, gid)["status"] == "RUNNING"
    shop.pass_time(0.6)
    assert state(shop, gid)["status"] == "CANCELING"
    shop.pass_time(1)
    canceled = state(shop, gid)
    assert (canceled["status"], canceled["completedAt"]) == ("CANCELED", None)
    assert shop.stats["bulk canceled"] == 0


def test_an_operation_expires_at_once(shop: StandIn) -> None:
    shop.bulk_faults("expired")
    expired = ended(shop, LINES)
    assert (expired["status"], expired["url"]) == ("EXPIRED", None)
    assert counts(expired) == (80, 20)


def test_a_file_is_short_of_what_was_counted(shop: StandIn) -> None:
    shop.bulk_faults("short")
    done = ended(shop, LINES)
    assert done["status"] == "COMPLETED"
    assert counts(done) == (80, 20)
    assert len(records(done["url"])) == 72


def test_records_are_missing_from_file_and_counts_alike(shop: StandIn) -> None:
    shop.bulk_faults("short_roots")
    done = ended(shop, LINES)
    assert counts(done) == (72, 18)
    lines = records(done["url"])
    assert len(lines) == 72
    assert {line.get("__parentId") for line in lines} <= {None} | {line["id"] for line in lines}


def test_slots_are_taken_by_another_client_for_a_while(shop: StandIn) -> None:
    start(shop, NAMES)
    shop.bulk_faults("busy")
    refused = run(shop, LINES)["userErrors"][0]
    assert refused["code"] == "OPERATION_IN_PROGRESS"
    assert shop.stats["bulk started"] == 1
    others = [node["query"] for node in ask(shop, NEWEST)["data"]["bulkOperations"]["nodes"][:4]]
    assert NAMES not in others
    shop.pass_time(4)
    shop.bulk_faults()
    assert run(shop, LINES)["userErrors"] == [], "its own is done, four are not"
    shop.pass_time(2)
    foreign = ask(shop, NEWEST)["data"]["bulkOperations"]["nodes"][1]
    assert foreign["status"] == "COMPLETED"
    assert state(shop, foreign["id"])["url"] is None


def test_as_many_slots_are_taken_as_are_asked_for(shop: StandIn) -> None:
    shop.take_slots(3, seconds=10)
    assert [run(shop, NAMES)["userErrors"] == [] for _ in range(3)] == [True, True, False]
    shop.pass_time(11)
    assert run(shop, NAMES)["userErrors"] == []


def test_an_operation_is_stuck_for_an_hour(shop: StandIn) -> None:
    shop.bulk_faults("stuck")
    gid = start(shop, NAMES)
    shop.pass_time(3500)
    assert state(shop, gid)["status"] == "RUNNING"
    shop.pass_time(200)
    assert state(shop, gid)["status"] == "COMPLETED"


def test_an_answer_is_lost_and_the_operation_runs(shop: StandIn) -> None:
    shop.bulk_faults("lost")
    with pytest.raises(httpx.NetworkError):
        post(shop, RUN, query=NAMES)
    assert shop.stats["bulk started"] == 1
    (found,) = ask(shop, NEWEST)["data"]["bulkOperations"]["nodes"]
    assert found["query"] == NAMES
    shop.pass_time(60)
    assert len(records(state(shop, found["id"])["url"])) == 20


def test_faults_come_one_by_one_to_operations_that_are_in_order(shop: StandIn) -> None:
    shop.bulk_faults("timeout", "short")
    assert run(shop, "{ shop { name } }")["userErrors"], "this one does not use a fault up"
    assert [ended(shop, NAMES)["status"] for _ in range(3)] == ["FAILED", "COMPLETED", "COMPLETED"]


@pytest.mark.parametrize("fault", ["truncated", "reset"])
def test_a_download_breaks_off_midway(shop: StandIn, url: str, fault: str) -> None:
    whole = download(url).content
    shop.result_faults(fault)
    received = bytearray()
    with (
        httpx.Client(verify=NO_CERTIFICATES) as client,
        client.stream("GET", url, headers={"Accept-Encoding": "identity"}) as reply,
    ):
        assert reply.headers["Content-Length"] == str(len(whole))
        with pytest.raises((httpx.RemoteProtocolError, httpx.ReadError)):
            received.extend(block for blocks in reply.iter_raw() for block in blocks)
    assert whole.startswith(received)
    assert len(received) < len(whole)
    assert shop.downloads[-1].length == len(whole) // 2
    assert download(url).content == whole


def test_half_a_file_looks_whole(shop: StandIn, url: str) -> None:
    whole = download(url)
    shop.result_faults("cut")
    half = download(url)
    assert half.status_code == 200
    assert half.content == whole.content[: len(whole.content) // 2]
    assert half.headers["Content-Length"] == str(len(half.content))


def test_a_download_is_refused_once(shop: StandIn, url: str) -> None:
    shop.result_faults("503", "expired")
    assert [download(url).status_code for _ in range(3)] == [503, 403, 200]
    assert shop.stats["result fault 503"] == 1


def test_gzip_comes_though_nobody_asked_for_it(shop: StandIn, url: str) -> None:
    shop.result_faults("gzip")
    assert download(url).headers["Content-Encoding"] == "gzip"


def test_the_whole_file_comes_though_a_part_was_asked_for(shop: StandIn, url: str) -> None:
    shop.result_faults("no_range")
    answer = download(url, Range="bytes=10-19")
    assert answer.status_code == 200
    assert "Content-Range" not in answer.headers
    assert len(answer.content) > 1000


def test_a_slow_download_outlasts_a_client_that_does_not_wait(shop: StandIn, url: str) -> None:
    shop.result_faults("slow")
    with pytest.raises(httpx.ReadTimeout):
        httpx.get(url, timeout=0.05, verify=NO_CERTIFICATES)


def test_a_line_names_a_parent_that_there_is_none_of(shop: StandIn, url: str) -> None:
    whole = download(url).content
    shop.result_faults("orphan")
    spoiled = download(url).content
    assert len(spoiled) == len(whole)
    lines = read(spoiled)
    known = {None} | {line["id"] for line in lines}
    assert [line.get("__parentId") in known for line in lines] == [True] * 79 + [False]


def test_the_last_line_is_torn(shop: StandIn, url: str) -> None:
    whole = download(url).content
    shop.result_faults("torn")
    torn = download(url)
    assert torn.content == whole[:-10]
    assert torn.headers["Content-Length"] == str(len(torn.content))
    with pytest.raises(json.JSONDecodeError):
        json.loads(torn.content.rpartition(b"\n")[2])


def test_an_unknown_fault_is_refused(shop: StandIn) -> None:
    with pytest.raises(ValueError, match="No such fault: torn"):
        shop.bulk_faults("torn")
    with pytest.raises(ValueError, match="No such fault: timeout"):
        shop.result_faults("timeout")


def control(shop: StandIn, name: str, **body: object) -> httpx.Response:
    address = f"{shop.url}/_standin/{name}"
    return httpx.post(address, json=body, verify=NO_CERTIFICATES)


def test_the_controls_do_all_of_this_too(shop: StandIn) -> None:
    asked = {"faults": ["timeout"], "results": ["503"], "order": "children-first"}
    assert control(shop, "bulk", **asked).status_code == 200
    gid = start(shop, LINES)
    control(shop, "pass_time", seconds=60)
    failed = state(shop, gid)
    assert failed["errorCode"] == "TIMEOUT"
    assert download(failed["partialDataUrl"]).status_code == 503
    assert "__parentId" in records(failed["partialDataUrl"])[0]
    books = control(shop, "bulk", slots=4, seconds=9).json()
    assert [each["status"] for each in books["operations"]] == ["FAILED"] + ["CREATED"] * 4
    assert books["operations"][0] == {"id": gid, "status": "FAILED", "query": LINES}
    assert books["downloads"][0]["status"] == 200
    assert books == httpx.get(f"{shop.url}/_standin/bulk", verify=NO_CERTIFICATES).json()
    for wrong in ({"faults": ["418"]}, {"results": ["418"]}, {"order": "418"}, {"slots": 1}):
        assert control(shop, "bulk", **wrong).status_code == 400


def test_the_command_says_where_results_are_and_takes_faults() -> None:
    options = ["--orders", "300", "--bulk-seconds", "0", "--bulk-seconds-per-1000", "0"]
    options += ["--bulk-faults", "short_roots", "--result-faults", "503", "--bulk-order", "grouped"]
    command = [sys.executable, "-m", "standin", *options]
    with subprocess.Popen(
        command, cwd=FIXTURES, stdout=subprocess.PIPE, text=True, env={}
    ) as process:
        assert process.stdout is not None
        ready = json.loads(process.stdout.readline())

        def asked(query: str, /, **variables: str) -> Json:
            found: Json = httpx.post(
                f"{ready['url']}/admin/api/2026-10/graphql.json",
                json={"query": query, "variables": variables},
                headers={"X-Shopify-Access-Token": ready["token"]},
                verify=NO_CERTIFICATES,
            ).json()["data"]
            return found

        asked(RUN, query=LINES)
        while True:
            operation = asked("{ currentBulkOperation { status url rootObjectCount } }")
            operation = operation["currentBulkOperation"]
            if operation["status"] == "COMPLETED":
                break
        assert operation["url"].startswith(ready["results_url"])
        assert operation["rootObjectCount"] == "270"
        assert [download(operation["url"]).status_code for _ in range(2)] == [503, 200]
        httpx.post(f"{ready['url']}/_standin/stop", verify=NO_CERTIFICATES)
        assert process.wait(5) == 0
