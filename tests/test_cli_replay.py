"""`relay replay` says what came of it, in words and by its exit code, and never tells the key."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from pathlib import Path

import orjson
import pytest

from command import Ended, Relay, faked, is_secret_kept
from littlerelay.patience import Patience
from segment_keys import KEY
from sent_files import beside, line, message, messages, put, put_own
from standin.segment import StandInSegment

LINES = messages(200)
ALL = ("--integrations", "All=true")
FAST = (*ALL, "--rate", "1000")


@pytest.fixture
def relay(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Iterator[Relay]:
    yield from faked(monkeypatch, capfd)


@pytest.fixture
def segment(monkeypatch: pytest.MonkeyPatch) -> Iterator[StandInSegment]:
    monkeypatch.setenv("RELAY_WRITE_KEY", KEY)
    with StandInSegment(write_key=KEY) as running:
        monkeypatch.setenv("RELAY_ENDPOINT", running.url)
        yield running


@pytest.fixture
def events() -> Path:
    return put(Path("events.ndjson"), LINES)


def said(ended: Ended) -> list[str]:
    return [one.rstrip() for one in ended.err.splitlines()]


def test_what_was_accepted_is_said(relay: Relay, segment: StandInSegment, events: Path) -> None:
    ended = relay("replay", "events.ndjson", *FAST)
    assert (ended.code, ended.out) == (0, "")
    assert said(ended)[:2] == ["file    events.ndjson", "target  127.0.0.1"]
    assert "200 accepted by the API" in ended.err
    assert "delivered" not in ended.err
    assert segment.verdict(LINES).is_exact
    assert is_secret_kept(ended)


def test_the_same_command_again_has_nothing_to_do(
    relay: Relay, segment: StandInSegment, events: Path
) -> None:
    relay("replay", "events.ndjson", *FAST)
    ended = relay("replay", "events.ndjson", *FAST)
    assert ended.code == 0
    assert said(ended)[0] == "was sent before; there is nothing to do"
    told = " ".join(ended.err.split())
    assert "next relay reconcile proves" in told
    assert "--again would send all once more, and after about a day that counts twice" in told


def test_quiet_says_nothing(relay: Relay, segment: StandInSegment, events: Path) -> None:
    ended = relay("replay", "events.ndjson", *FAST, "--quiet")
    assert (ended.code, ended.out, ended.err) == (0, "", "")


def test_json_is_one_object_with_each_file(
    relay: Relay, segment: StandInSegment, events: Path
) -> None:
    put(Path("more.ndjson"), [line(message(5_000)), b'{"type":"track"}\n'])
    ended = relay("replay", "events.ndjson", "more.ndjson", *FAST, "--json", "--quiet")
    first, second = json.loads(ended.out)["files"]
    assert ended.code == 3
    assert {**first, "elapsed": 0} == {
        "file": "events.ndjson",
        "target": "127.0.0.1",
        "accepted": 200,
        "refused": 0,
        "left_out": 0,
        "refused_file": None,
        "accepted_before": 0,
        "batches": first["batches"],
        "elapsed": 0,
        "unfinished": False,
        "sample": False,
        "already": False,
        "is_posted": True,
        "is_cleared": False,
        "chose_nothing": False,
        "known": 0,
        "read": 200,
    }
    assert (second["accepted"], second["refused"], second["read"]) == (1, 1, 2)
    assert Path(second["refused_file"]).is_file()


def test_refused_messages_are_told_with_their_file(
    relay: Relay, segment: StandInSegment, events: Path
) -> None:
    segment.app.poison = {orjson.loads(LINES[7])["messageId"]}
    ended = relay("replay", "events.ndjson", *FAST, "--quiet")
    name = beside(events, "refused").name
    assert (ended.code, said(ended)) == (
        3,
        [
            "error: 1 message was refused; everything else is accepted by the API.",
            f"hint: {name} holds each with the reason; mended, it can be replayed.",
        ],
    )
    assert is_secret_kept(ended)


@pytest.mark.parametrize("place", [(), ("--out", "out.ndjson")])
def test_a_choice_that_no_message_fits_is_told_with_the_names_that_are_there(
    relay: Relay, segment: StandInSegment, events: Path, place: tuple[str, ...]
) -> None:
    put(Path("people.ndjson"), [line({**message(1), "type": "identify", "event": None})])
    words = ("replay", "*.ndjson", *(place or FAST), "--event", "Order Complete")
    ended = relay(*words, "--where", "total=12.5", "--json")
    assert ended.code == 2
    assert "error: No message fits what was asked for, so none was taken." in said(ended)
    assert "hint: Did you mean Order Completed? Mend the choice" in ended.err
    told = "fits --event 'Order Complete', --where total=12.5; its first ones are"
    assert [one for one in said(ended) if one.startswith("warning")] == [
        f"warning: no message of events.ndjson {told} Order Completed",
        f"warning: no message of people.ndjson {told} identify",
    ]
    assert not segment.accepted
    assert ("remove out.ndjson, which is empty" in ended.err) == Path("out.ndjson").exists()


@pytest.mark.parametrize("place", [(), ("--out", "out.ndjson")])
def test_a_message_that_fits_and_is_refused_is_not_said_to_be_missing(
    relay: Relay, segment: StandInSegment, place: tuple[str, ...]
) -> None:
    refunded = message(1, event="Order Refunded", userId=None)
    put(Path("events.ndjson"), [LINES[0], line(refunded)])
    words = ("replay", "events.ndjson", *(place or FAST), "--event", "Order Refunded")
    ended = relay(*words)
    assert ended.code == 3
    (warned,) = [one for one in said(ended) if one.startswith("warning")]
    assert warned.startswith(
        "warning: no message of events.ndjson that can be sent fits --event 'Order Refunded'; "
    )


@pytest.mark.parametrize(
    ("choice", "code"),
    [
        (("--event", "Order Cancelled"), 0),  # none was cancelled, and that is an answer
        (("--where", "currency=EUR"), 2),
        (("--user", "nobody"), 2),
        (("--event", "Order Completed", "--event", "Order Canceld"), 0),
    ],
)
def test_a_choice_that_is_likely_mistyped_is_no_success(
    relay: Relay, segment: StandInSegment, events: Path, choice: tuple[str, ...], code: int
) -> None:
    assert relay("replay", "events.ndjson", *FAST, *choice, "--quiet").code == code


def test_names_are_not_told_of_what_can_be_read_but_once(
    relay: Relay, segment: StandInSegment, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(b"".join(LINES))))
    ended = relay("replay", "-", *FAST, "--until", "2020-01-01")
    assert "warning: no message of standard input fits --until 2020-01-01" in said(ended)
    assert ended.code == 0


def test_where_nothing_is_sent_nothing_is_called_accepted(relay: Relay) -> None:
    put(Path("events.ndjson"), [LINES[0], b"{}\n", b"{\n"])
    ended = relay("replay", "events.ndjson", "--out", "out.ndjson")
    assert ended.code == 3
    assert "1 messages written" in ended.err
    assert "error: 2 messages were refused; everything else is written." in said(ended)
    assert "accepted" not in ended.err


@pytest.mark.parametrize(
    ("key", "told"),
    [
        ("canary-of-another", (4, "error: Segment does not know this write key (status 404).")),
        ("canary", (2, "error: The write key cannot be one: it is shorter than 8 characters")),
        ('canary-"quoted"', (2, "error: The write key cannot be one")),
    ],
)
@pytest.mark.usefixtures("events")
def test_a_key_that_is_none_is_refused(
    relay: Relay,
    segment: StandInSegment,
    monkeypatch: pytest.MonkeyPatch,
    key: str,
    told: tuple[int, str],
) -> None:
    monkeypatch.setenv("RELAY_WRITE_KEY", key)
    ended = relay("replay", "events.ndjson", *FAST, "--json")
    assert ended.code == json.loads(ended.out)["error"]["code"] == told[0]
    assert said(ended)[0].startswith(told[1])
    assert said(ended)[1].startswith("hint: ")
    assert not segment.requests
    assert is_secret_kept(ended)


def test_a_check_of_the_key_can_be_skipped(
    relay: Relay, segment: StandInSegment, events: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RELAY_WRITE_KEY", "canary-of-another")
    ended = relay("replay", "events.ndjson", *FAST, "--skip-key-check")
    assert ended.code == 0
    assert segment.dropped == {"wrong_key": 200}


def test_without_a_choice_of_destinations_old_events_are_refused(
    relay: Relay, segment: StandInSegment, events: Path
) -> None:
    ended = relay("replay", "events.ndjson")
    assert ended.code == 4
    assert said(ended)[0].startswith("error: There are events older than 72 hours")
    assert "--integrations 'All=false Mixpanel=true'" in said(ended)[1]


def test_an_endpoint_that_stays_away_is_told(
    relay: Relay, segment: StandInSegment, events: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RELAY_ENDPOINT", "http://127.0.0.1:9")
    monkeypatch.setattr("littlerelay.probing._PROBING", Patience(tries=1))
    ended = relay("replay", "events.ndjson", *FAST)
    assert ended.code == 5
    assert said(ended)[-2].startswith("error: 127.0.0.1 broke the connection")
    assert is_secret_kept(ended)


def test_a_run_that_is_not_finished_is_told_by_the_exit_code(
    relay: Relay, segment: StandInSegment
) -> None:
    put_own(Path("events.ndjson"), LINES[:50], is_done=False)
    ended = relay("replay", "events.ndjson", *FAST, "--quiet")
    assert (ended.code, said(ended)) == (
        7,
        [
            "error: events.ndjson is not finished: its run or its last line is not complete.",
            "hint: Finish it with the command that writes it, then run this one again.",
        ],
    )


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--rate", "0"), "Invalid value for '--rate': it is no number from 0.1 to 100,000."),
        (("--rate", "nan"), "Invalid value for '--rate': it is no number"),
        (("--concurrency", "0"), "Invalid value for '--concurrency': it is no number from 1 to"),
        (("--where", "currency"), "Invalid value for '--where': it is not as in properties."),
        (("--where", "=EUR"), "Invalid value for '--where': it is not as in properties."),
        (("--max-duration", "5x"), "Invalid value for '--max-duration': it is no span of time"),
        (("--max-duration", "0s"), "Invalid value for '--max-duration': it is no span of time"),
        (("--since", "garbage"), "'garbage' is not a time that relay can read."),
        (("--since", "2024-02-01", "--until", "2024-01-01"), "The period is empty."),
        (("--event", ""), "Invalid value for '--event': it is empty."),
        (("--out", "no/such/folder.ndjson"), ""),
        (("--out", "."), ". exists."),
        (("--integrations", "All"), ""),
        (("missing.ndjson",), "missing.ndjson cannot be read: No such file or directory."),
        (("*.csv",), "No file fits '*.csv'."),
        (("-",), "Standard input goes with no other file."),
    ],
)
def test_what_cannot_be_meant_is_refused_with_a_hint(
    relay: Relay, segment: StandInSegment, events: Path, words: tuple[str, ...], told: str
) -> None:
    ended = relay("replay", "events.ndjson", *ALL, *words)
    assert (ended.code, ended.out) == (2, "")
    error, hint = said(ended)
    assert error.startswith(f"error: {told}")
    assert hint.startswith("hint: ")
    assert not segment.requests


def test_what_is_typed_chooses_what_is_sent(
    relay: Relay, segment: StandInSegment, events: Path
) -> None:
    ended = relay(
        *("replay", "events.ndjson", *FAST, "--since", "2024-03-05", "--until", "2024-03-06"),
        *("--event", "ORDER completed", "--event", "identify", "--user", "7003", "--user", "7004"),
        *("--where", "total=12.50", "--where", "properties.order_id=#3"),
        *("--namespace", "test", "--concurrency", "2", "--max-duration", "6h"),
    )
    assert ended.code == 0
    assert "1 accepted by the API" in ended.err
    assert "left out  199, not chosen" in said(ended)
    (one,) = map(orjson.loads, segment.accepted.values())
    assert one["properties"]["order_id"] == "#3"
    assert one["messageId"] != message(3)["messageId"]
