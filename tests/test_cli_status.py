"""`relay status` shows jobs on standard output."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from command import Relay, faked
from littlerelay.job_status import JobStatus, LeftOutput

READING = JobStatus(
    job="demo",
    output="events.ndjson",
    phase="reading",
    since="2024-01-01T05:00:00Z",
    until="2026-11-23T14:00:00Z",
    resources={"customers": (41, 41, None), "orders": (12_400, 98_000, "2024-06-01T00:00:00Z")},
    events=37_000,
    saved="2026-11-23T14:20:00Z",
)
GONE = (
    "the file was moved or removed: put it back with those beside it to send, compare or prove it"
)
MISSING = JobStatus(job="other", output="gone.ndjson", phase="missing")


@pytest.fixture
def relay(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Iterator[Relay]:
    for relay in faked(monkeypatch, capfd):
        relay.jobs.statuses = [READING, MISSING]
        yield relay


def test_jobs_are_shown_with_how_far_they_are(relay: Relay) -> None:
    ended = relay("status")
    assert (ended.code, ended.err) == (0, "")
    assert ended.out.splitlines() == [
        "demo  reading",
        "period     2024-01-01T05:00:00Z to 2026-11-23T14:00:00Z",
        "customers  41 of 41 (100%)",
        "orders     12,400 of 98,000 (12%), created before 2024-06-01T00:00:00Z",
        "events     37,000",
        "sent       nothing yet",
        "output     events.ndjson",
        "saved      2026-11-23T14:20:00Z",
        "",
        "other  missing",
        "output   gone.ndjson",
        f"missing  {GONE}",
    ]


def test_what_nobody_counts_is_no_part_of_a_whole(relay: Relay) -> None:
    for read in (0, 30):
        relay.jobs.statuses = [replace(READING, resources={"subscriptions": (read, None, None)})]
        assert f"subscriptions  {read}" in relay("status").out.splitlines()


def test_of_a_run_of_since_last_the_period_is_what_is_new(relay: Relay) -> None:
    relay.jobs.statuses = [replace(READING, new_since="2026-11-01T00:00:00Z")]
    assert (
        "period     what is new since 2026-11-01T00:00:00Z, up to 2026-11-23T14:00:00Z"
        in relay("status").out.splitlines()
    )


def test_what_is_unsent_and_what_was_removed_is_shown(relay: Relay) -> None:
    part = ("api.segment.io", "1a2b3c4d", "", 5, 0, 0)
    sending = JobStatus(
        job="a", output="a.ndjson", phase="done", events=9, saved="S", unsent=4, sent=(part,)
    )
    removed = JobStatus(job="b", output="b.ndjson", phase="done", is_removed=True)
    relay.jobs.statuses = [sending, removed]
    said = relay("status").out.splitlines()
    assert "unsent  4: --post or relay replay goes on" in said
    assert "output  b.ndjson, removed: all is accepted" in said


def test_an_empty_night_has_nothing_to_send(relay: Relay) -> None:
    night = JobStatus(job="a", output="a.ndjson", phase="done", saved="S", is_removed=True)
    relay.jobs.statuses = [night]
    said = relay("status").out
    assert "sent    nothing to send" in said.splitlines()
    assert "replay" not in said


def test_what_is_left_of_earlier_outputs_is_said(relay: Relay) -> None:
    never = LeftOutput("old file.ndjson", events=3_040, unsent=3_040)
    gone = LeftOutput("gone.ndjson", events=7, unsent=2, is_there=False)
    files = ("night.ndjson.refused.1a2b3c4d.ndjson",)
    refused = LeftOutput("night.ndjson", events=9, refused=1, refused_files=files)
    relay.jobs.statuses = [replace(READING, left=(never, gone, refused))]
    said = " ".join(relay("status").out.split())
    assert "unsent 3,040 of 3,040 of old file.ndjson: relay replay 'old file.ndjson' " in said
    assert "unsent 2 of 7 of gone.ndjson: it was moved or removed: put it back" in said
    assert f"refused 1 of night.ndjson: in {files[0]}; mended it can be replayed" in said
    [job] = json.loads(relay("status", "--json", "--job", "demo").out)["jobs"]
    assert [one["unsent"] for one in job["left"]] == [3_040, 2, 0]


def test_what_was_sent_is_always_said(relay: Relay) -> None:
    unsent = JobStatus(
        job="a",
        output="a.ndjson",
        phase="done",
        events=9_026,
        saved="S",
        shop="acme.myshopify.com",
        integrations="All=false, Mixpanel=true",
    )
    real = ("api.segment.io", "1a2b3c4d", "", 9_025, 1, 0)
    sample = ("api.segment.io", "5e6f7a8b", "test", 30, 0, 8_996)
    sent = replace(unsent, sent=(real, sample))
    relay.jobs.statuses = [unsent, sent]
    said = relay("status").out.splitlines()
    assert {"shop      acme.myshopify.com", "switched  All=false, Mixpanel=true"} <= set(said)
    assert "sent      nothing yet: relay replay a.ndjson" in said
    assert (
        "sent      9,025 of 9,026 accepted by the API of api.segment.io (1a2b3c4d), "
        "1 refused: in a.ndjson.refused.1a2b3c4d.ndjson"
    ) in " ".join(line if line.startswith("sent") else line.strip() for line in said)
    assert any("30 of 9,026" in line for line in said)
    assert "(5e6f7a8b, namespace test), 8,996 left out" in " ".join(relay("status").out.split())
    plain = json.loads(relay("status", "--json").out)["jobs"][1]["sent"][0]
    assert plain == {
        "target": "api.segment.io",
        "digits": "1a2b3c4d",
        "namespace": "",
        "accepted": 9_025,
        "refused": 1,
        "left_out": 0,
    }


def test_a_job_goes_on_from_its_end_unless_that_was_set_by_hand(relay: Relay) -> None:
    reached = "2024-01-01T05:00:00Z"
    done = JobStatus(job="a", output="a.ndjson", phase="done", reached=reached)
    relay.jobs.statuses = [done, replace(done, job="b", is_cut_over=True)]
    first, second = (row for row in relay("status").out.splitlines() if row.startswith("next"))
    assert first == f"next    --since last goes on from {reached}"
    assert second.startswith(f"next    nothing: it was ended with --until, at {reached}; --since")
    assert "--past-until" in second


def test_one_job_can_be_asked_for(relay: Relay) -> None:
    result = json.loads(relay("status", "--job", "demo", "--json").out)
    [job] = result["jobs"]
    assert job["job"] == "demo"
    assert job["resources"]["orders"] == {
        "read": 12_400,
        "total": 98_000,
        "position": "2024-06-01T00:00:00Z",
    }


def test_a_job_that_is_not_there_is_an_error(relay: Relay) -> None:
    ended = relay("status", "--job", "nobody")
    assert (ended.code, ended.out) == (2, "")
    assert ended.err.startswith("error: There is no job nobody.\n")


def test_no_name_of_a_job_is_an_error(relay: Relay) -> None:
    ended = relay("status", "--job", "")
    assert (ended.code, ended.out) == (2, "")
    assert ended.err.startswith("error: Invalid value for '--job': it is empty.\n")


def test_no_jobs_are_said_to_be_none(relay: Relay) -> None:
    relay.jobs.statuses = []
    assert relay("status").out == "There are no jobs yet.\n"


def test_status_needs_no_shop_and_looks_where_it_is_told(
    relay: Relay, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("RELAY_SHOP")
    monkeypatch.delenv("RELAY_TOKEN")
    monkeypatch.setenv("RELAY_STATE_DIR", "of-environment")
    relay("status")
    relay("status", "--state-dir", "of-option")
    assert relay.jobs.states == [Path("of-environment"), Path("of-option")]
