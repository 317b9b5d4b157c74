"""Bulk operations in the stand-in: their states by the shop's clock, their slots, their costs."""

import threading
from collections.abc import Iterator

import pytest

from bulk_asking import LINES, NAMES, RUN, cancel, ended, records, run, start, state
from standin.asking import ask, post
from standin.server import StandIn
from standin.tiny import TinyWorld

EMPTY = '{ orders(query: "id:>99") { edges { node { id } } } }'
COUNTS = ("objectCount", "rootObjectCount")


@pytest.fixture
def world() -> TinyWorld:
    return TinyWorld(5)


@pytest.fixture
def shop(world: TinyWorld) -> Iterator[StandIn]:
    # The clock creeps, so that only `pass_time` moves the states.
    with StandIn(world, time_scale=0.001, index_lag=0, bulk_seconds_per_1000=0) as running:
        yield running
    assert not running.problems


def statuses(shop: StandIn, gid: str, *seconds: float) -> list[str]:
    """Gives the state after so many seconds, and after as many more."""
    found = []
    for each in seconds:
        shop.pass_time(each)
        found.append(state(shop, gid)["status"])
    return found


def test_an_operation_is_created_runs_and_completes(shop: StandIn) -> None:
    operation = run(shop, LINES)["bulkOperation"]
    assert operation == {
        "id": operation["id"],
        "status": "CREATED",
        "errorCode": None,
        "type": "QUERY",
        "createdAt": "2026-01-01T06:00:00Z",
        "completedAt": None,
        "objectCount": "0",
        "rootObjectCount": "0",
        "fileSize": None,
        "url": None,
        "partialDataUrl": None,
        "query": LINES,
    }
    assert statuses(shop, operation["id"], 0, 0.2, 0.7, 0.2) == [
        "CREATED",
        "RUNNING",
        "RUNNING",
        "COMPLETED",
    ]
    done = state(shop, operation["id"])
    assert [done[name] for name in COUNTS] == ["20", "5"]
    assert done["completedAt"] == "2026-01-01T06:00:01Z"
    assert done["partialDataUrl"] is None


def test_counts_grow_while_an_operation_runs(shop: StandIn) -> None:
    gid = start(shop, LINES)
    seen = []
    for _ in range(10):
        shop.pass_time(0.1)
        seen.append([int(state(shop, gid)[name]) for name in COUNTS])
    assert seen == sorted(seen)
    assert len({objects for objects, _ in seen}) > 5
    assert all(roots <= objects for objects, roots in seen)


def test_an_operation_takes_longer_for_more_records() -> None:
    with StandIn(TinyWorld(60), time_scale=0.001, bulk_seconds_per_1000=1000) as shop:
        gid = start(shop, NAMES)
        assert statuses(shop, gid, 50, 15) == ["RUNNING", "COMPLETED"]


def test_an_operation_without_results_completes_without_an_address(shop: StandIn) -> None:
    done = ended(shop, EMPTY)
    assert (done["status"], done["objectCount"], done["url"]) == ("COMPLETED", "0", None)
    assert done["fileSize"] is None


def test_an_operation_is_of_the_shop_as_it_was_when_it_began(
    shop: StandIn, world: TinyWorld
) -> None:
    query = "{ orders { edges { node { id note } } } }"
    gid = start(shop, query)
    world.touch(1, world.now)
    shop.live(days=1)
    shop.pass_time(60)
    assert [line["note"] for line in records(state(shop, gid)["url"])] == [None] * 5
    assert [line["note"] for line in records(ended(shop, query)["url"])] == ["touched"] + [None] * 5


def test_what_has_not_been_read_yet_is_read_before_the_shop_lives_on() -> None:
    query = "{ orders(sortKey: CREATED_AT) { edges { node { id updatedAt } } } }"
    with StandIn(orders=300, time_scale=0.001, bulk_seconds=0) as shop:
        before = records(ended(shop, query)["url"])
        gid = start(shop, query)
        shop.live(days=5)
        assert records(state(shop, gid)["url"]) == before
        assert records(ended(shop, query)["url"])[:300] != before


def test_a_busy_shop_stands_still_while_it_is_read_and_catches_up() -> None:
    with StandIn(TinyWorld(400), busy=True) as shop:
        gid = start(shop, "{ orders(sortKey: CREATED_AT) { edges { node { id note } } } }")
        while state(shop, gid)["status"] != "COMPLETED":
            continue
        assert {line["note"] for line in records(state(shop, gid)["url"])} == {None}
        notes = "{ orders(first: 1, sortKey: CREATED_AT) { nodes { note } } }"
        assert ask(shop, notes)["data"]["orders"]["nodes"] == [{"note": "stirred"}]


def test_operations_read_in_turns() -> None:
    with StandIn(TinyWorld(500)) as shop:
        gids = [start(shop, NAMES) for _ in range(5)]
        operations = shop.app.api.operations
        with shop.app.lock:
            while operations.is_reading():
                unread = [each for each in operations.all if not each.is_read]
                read = [each.objects_read for each in unread]
                operations.step(shop.now_ms)
                now = [each.objects_read for each in unread]
                assert sum(now) - sum(read) in (0, 50)
                assert now[read.index(min(read))] == min(read) + sum(now) - sum(read)
        shop.pass_time(60)
        assert [state(shop, gid)["objectCount"] for gid in gids] == ["500"] * 5


def test_many_slices_are_read_between_the_requests_of_others() -> None:
    with StandIn(TinyWorld(400), bulk_seconds=0.01) as shop:
        gid = start(shop, LINES)
        before = shop.stats["requests"]
        while state(shop, gid)["status"] != "COMPLETED":
            continue
        assert shop.stats["requests"] > before + 1
        lines = records(state(shop, gid)["url"])
    assert len(lines) == 1600
    assert not shop.problems


def test_a_stand_in_stops_in_the_middle_of_an_operation() -> None:
    with StandIn(TinyWorld(3000)) as shop:
        start(shop, LINES)
        assert shop.app.api.operations.is_reading()
        folder = shop.app.api.operations.shelf.folder
    assert not folder.exists()
    assert threading.active_count() < 10


def test_a_mutation_costs_10_and_a_poll_1(shop: StandIn) -> None:
    cost = ask(shop, RUN, query=NAMES)["extensions"]["cost"]
    assert (cost["requestedQueryCost"], cost["actualQueryCost"]) == (10, 10)
    gid = shop.app.api.operations.all[0].gid
    cost = ask(shop, f'{{ bulkOperation(id: "{gid}") {{ status }} }}')["extensions"]["cost"]
    assert (cost["requestedQueryCost"], cost["actualQueryCost"]) == (1, 1)


def test_five_operations_run_at_a_time_and_the_sixth_is_told_which(shop: StandIn) -> None:
    running = [start(shop, NAMES) for _ in range(5)]
    assert len(set(running)) == 5
    assert run(shop, NAMES) == {
        "bulkOperation": None,
        "userErrors": [
            {
                "field": None,
                "message": "A bulk query operation for this app and shop is already in progress: "
                f"{', '.join(running)}.",
                "code": "OPERATION_IN_PROGRESS",
            }
        ],
    }
    assert shop.stats["bulk started"] == 5
    shop.pass_time(60)
    assert run(shop, NAMES)["userErrors"] == []


def test_an_operation_is_found_by_its_id_alone(shop: StandIn) -> None:
    gid = start(shop, NAMES)
    node = ask(shop, f'{{ node(id: "{gid}") {{ ... on BulkOperation {{ status query }} }} }}')
    assert node["data"]["node"] == {"status": "CREATED", "query": NAMES}
    assert state(shop, "gid://shopify/BulkOperation/1") is None
    wrong = ask(shop, '{ bulkOperation(id: "gid://shopify/Order/1") { id } }')
    assert wrong["errors"][0]["message"] == "Invalid id: gid://shopify/Order/1"
    assert wrong["errors"][0]["extensions"]["code"] == "RESOURCE_NOT_FOUND"
    none = ask(shop, '{ bulkOperation(id: "1") { id } }')
    assert none["errors"][0]["message"] == "Invalid global id '1'"


def test_the_current_operation_is_the_newest(shop: StandIn) -> None:
    asked = "{ currentBulkOperation { id } }"
    assert ask(shop, asked)["data"]["currentBulkOperation"] is None
    start(shop, NAMES)
    newest = start(shop, NAMES)
    assert ask(shop, asked)["data"]["currentBulkOperation"] == {"id": newest}
    mutations = ask(shop, "{ currentBulkOperation(type: MUTATION) { id } }")
    assert mutations["data"]["currentBulkOperation"] is None


def test_an_operation_is_canceled_after_a_moment(shop: StandIn) -> None:
    gid = start(shop, LINES)
    shop.pass_time(0.6)
    canceled = cancel(shop, gid)
    assert canceled["userErrors"] == []
    assert canceled["bulkOperation"]["status"] == "CANCELING"
    assert statuses(shop, gid, 0.1, 60) == ["CANCELING", "CANCELED"]
    # As Shopify has it: a file of what had been processed, and no time of completion.
    left = state(shop, gid)
    assert left["completedAt"] is left["fileSize"] is left["errorCode"] is None
    assert 0 < int(left["objectCount"]) < 20
    assert len(records(left["url"])) == int(left["objectCount"])
    assert shop.stats["bulk canceled"] == 1


def test_what_has_ended_or_never_was_is_not_canceled(shop: StandIn) -> None:
    gid = ended(shop, NAMES)["id"]
    refused = cancel(shop, gid)
    message = "A bulk operation cannot be canceled when it is completed"
    assert refused["userErrors"] == [{"field": None, "message": message}]
    assert refused["bulkOperation"]["status"] == "COMPLETED"
    nowhere = cancel(shop, "gid://shopify/BulkOperation/1")
    assert nowhere["bulkOperation"] is None
    assert nowhere["userErrors"] == [
        {"field": ["id"], "message": "Bulk operation does not exist"},
    ]


def test_a_canceled_operation_leaves_its_slot(shop: StandIn) -> None:
    running = [start(shop, NAMES) for _ in range(5)]
    cancel(shop, running[0])
    assert run(shop, NAMES)["userErrors"][0]["code"] == "OPERATION_IN_PROGRESS"
    shop.pass_time(0.6)
    assert run(shop, NAMES)["userErrors"] == []


def test_a_completed_operation_expires_after_seven_days(shop: StandIn) -> None:
    done = ended(shop, NAMES)
    shop.pass_time(7 * 86_400 - 120)
    assert state(shop, done["id"])["status"] == "COMPLETED"
    shop.pass_time(120)
    old = state(shop, done["id"])
    assert (old["status"], old["url"]) == ("EXPIRED", None)
    assert old["objectCount"] == "5"


def test_faults_of_the_ordinary_endpoint_meet_a_mutation_before_it_is_carried_out(
    shop: StandIn,
) -> None:
    shop.faults("503", "429")
    assert [post(shop, RUN, query=NAMES).status_code for _ in range(2)] == [503, 429]
    shop.faults("throttled")
    assert ask(shop, RUN, query=NAMES)["errors"][0]["message"] == "Throttled"
    assert shop.stats["bulk started"] == 0
