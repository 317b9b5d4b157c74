"""`relay backfill` asks for what was typed, and gives what a run tells."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from command import CANARY, FINISHED, STARTED, Relay, advanced, faked
from littlerelay.errors import UnreachableError
from littlerelay.progress import Counts, Sent
from littlerelay.settings import BackfillRequest, Credentials, Settings

REJECTED = replace(FINISHED, counts={"orders": Counts(read=5, mapped=2, rejected=3)})


@pytest.fixture
def relay(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Iterator[Relay]:
    yield from faked(monkeypatch, capfd)


def test_what_is_typed_is_what_is_asked(relay: Relay) -> None:
    ended = relay(
        *("backfill", "--since", "2024-01-31", "--until", "30d", "--resource", "orders, customers"),
        *("--out", "x.ndjson", "--limit", "7", "--job", "acme", "--restart", "--past-until"),
        *("--past-unsent", "--fewer-scopes", "--shop", "acme.myshopify.com"),
        *("--state-dir", "states"),
    )
    assert ended.code == 0
    assert relay.jobs.asked == [
        (
            Settings(
                shop="acme.myshopify.com",
                credentials=Credentials(token=CANARY),
                state=Path("states"),
            ),
            BackfillRequest(
                since="2024-01-31",
                until="30d",
                resources=("orders", "customers"),
                out="x.ndjson",
                limit=7,
                job="acme",
                restart=True,
                past_until=True,
                fewer_scopes=True,
                past_unsent=True,
            ),
        )
    ]


def test_what_is_not_typed_is_the_default(relay: Relay) -> None:
    relay("backfill", "--since", "30d")
    [(_, request)] = relay.jobs.asked
    assert request == BackfillRequest(since="30d")


def test_since_last_names_its_own_file(relay: Relay) -> None:
    relay("backfill", "--since", "last")
    relay("backfill", "--since", "last", "--out", "mine.ndjson")
    assert [request.out for _, request in relay.jobs.asked] == [None, "mine.ndjson"]


def test_a_run_speaks_on_standard_error_alone(relay: Relay) -> None:
    ended = relay("backfill", "--since", "30d")
    assert ended.out == ""
    assert "period  2024-01-01T05:00:00Z to 2026-11-23T14:00:00Z" in ended.err
    assert "done in 5m12s: 97,993 events from 98,000 records" in ended.err
    assert "output  events.ndjson (612.0 MB)" in ended.err


def test_quiet_says_nothing(relay: Relay) -> None:
    relay.jobs.told = (STARTED, advanced(10), FINISHED)
    ended = relay("backfill", "--since", "30d", "--quiet")
    assert (ended.code, ended.out, ended.err) == (0, "", "")


def test_quiet_still_tells_an_error(relay: Relay) -> None:
    relay.jobs.told = (STARTED, advanced(10), UnreachableError("Shopify is away.", "Run again."))
    ended = relay("backfill", "--since", "30d", "--quiet")
    assert (ended.code, ended.out) == (5, "")
    assert ended.err == "error: Shopify is away.\nhint: Run again.\n"


def test_an_error_leaves_the_last_figures_above_it(relay: Relay) -> None:
    relay.jobs.told = (STARTED, advanced(12_400), UnreachableError("Shopify is away."))
    ended = relay("backfill", "--since", "30d")
    assert ended.err.endswith("\norders 12,400 of 98,000 (12%), 22.1 MB\nerror: Shopify is away.\n")


def test_json_names_no_file_that_is_not_there(relay: Relay) -> None:
    taken = Sent("events.ndjson", "api.segment.io", 3, 0, 0, "refused.ndjson")
    refusing = replace(taken, refused=1)
    relay.jobs.told = (REJECTED, refusing, FINISHED, taken)
    result = json.loads(relay("backfill", "--since", "last", "--json").out)
    assert [result["before"][0]["rejects"], result["rejects"]] == [REJECTED.rejects, None]
    assert [one["refused_file"] for one in result["sent"]] == ["refused.ndjson", None]


def test_json_is_one_object_with_the_result(relay: Relay) -> None:
    ended = relay("backfill", "--since", "30d", "--json")
    result = json.loads(ended.out)
    assert result["counts"]["orders"] == {
        "read": 98_000,
        "mapped": 97_993,
        "rejected": 0,
        "filtered": 7,
    }
    assert (result["rejected"], result["before"]) == (0, [])
    assert "done in" not in ended.err


def test_events_on_standard_output_have_it_for_themselves(relay: Relay) -> None:
    relay.jobs.lines = b'{"type":"track"}\n'
    ended = relay("backfill", "--since", "30d", "--out", "-", "--json", "--quiet")
    assert ended.out == '{"type":"track"}\n'
    assert json.loads(ended.err)["job"] == "demo"


def test_a_run_that_last_had_to_finish_first_is_told_too(relay: Relay) -> None:
    relay.jobs.told = (STARTED, replace(FINISHED, output="first.ndjson"), STARTED, FINISHED)
    assert relay("backfill", "--since", "last").err.count("done in") == 2
    result = json.loads(relay("backfill", "--since", "last", "--json").out)
    assert result["output"] == "events.ndjson"
    assert [earlier["output"] for earlier in result["before"]] == ["first.ndjson"]


def test_rejected_records_are_told_with_their_file_and_an_exit_code(relay: Relay) -> None:
    relay.jobs.told = (STARTED, REJECTED)
    ended = relay("backfill", "--since", "30d", "--quiet")
    assert ended.code == 3
    assert ended.err == (
        "error: 3 records were rejected; everything else is done.\n"
        "hint: events.ndjson.rejects.ndjson holds each with the reason.\n"
    )


def test_a_run_that_was_finished_before_says_what_could_be_wanted(relay: Relay) -> None:
    relay.jobs.told = (replace(FINISHED, already=True),)
    ended = relay("backfill", "--since", "30d")
    assert ended.code == 0
    assert ended.err.startswith("was finished before; there is nothing to do\n")
    assert "--since last" in ended.err
    assert "--restart" in ended.err


def test_an_output_that_was_sent_and_removed_is_not_named_as_if_it_were_there(relay: Relay) -> None:
    relay.jobs.told = (replace(FINISHED, already=True, is_removed=True),)
    assert "(removed: all of it is accepted)" in relay("backfill", "--since", "30d").err


def test_a_sample_is_called_one(relay: Relay) -> None:
    relay.jobs.told = (STARTED, replace(FINISHED, sample=True))
    assert "not everything was read" in relay("backfill", "--since", "30d", "--limit", "5").err


@pytest.mark.parametrize(
    "option",
    "since until resource out job state-dir shop token-file token-cmd limit".split(),
)
def test_an_empty_value_is_refused_by_its_option(relay: Relay, option: str) -> None:
    ended = relay("backfill", "--since", "30d", f"--{option}", "")
    assert (ended.code, relay.jobs.asked) == (2, [])
    assert ended.err.startswith(f"error: Invalid value for '--{option}': it is ")


@pytest.mark.parametrize("typed", ["0", "-1", "1000000001", "9" * 5000, "1.5", "many"])
def test_a_limit_is_a_number_of_records(relay: Relay, typed: str) -> None:
    ended = relay("backfill", "--since", "30d", "--limit", typed)
    assert ended.code == 2
    assert ended.err.startswith(
        "error: Invalid value for '--limit': it is no number from 1 to 1,000,000,000.\n"
    )


def test_the_largest_limit_is_taken(relay: Relay) -> None:
    assert relay("backfill", "--since", "30d", "--limit", "1000000000").code == 0
    assert [request.limit for _, request in relay.jobs.asked] == [1_000_000_000]
