"""`relay diff` says what differs, in words and by its exit code."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from command import Ended, Relay, faked
from sent_files import line, message, messages, put, put_own

CHANGED = {"order_id": "#1", "total": 49.0, "note": ""}


@pytest.fixture
def relay(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Iterator[Relay]:
    yield from faked(monkeypatch, capfd)


@pytest.fixture
def files() -> tuple[str, str]:
    return written(
        [message(1, 300), message(2, 300), message(3, 300)],
        [message(1, 300, properties=CHANGED), message(3, 300), message(4, 300)],
    )


def written(old: list[dict[str, Any]], new: list[dict[str, Any]]) -> tuple[str, str]:
    put(Path("old.ndjson"), map(line, old))
    put(Path("new.ndjson"), map(line, new))
    return "old.ndjson", "new.ndjson"


def shown(ended: Ended) -> list[str]:
    return [one.rstrip() for one in ended.out.splitlines()]


def name(number: int) -> str:
    return (
        f"Order Completed  2024-03-05T14:30:00.000Z  of 700{number}  {message(number)['messageId']}"
    )


def test_each_message_is_shown_with_what_differs_then_the_counts(
    relay: Relay, files: tuple[str, str]
) -> None:
    ended = relay("diff", *files)
    assert (ended.code, ended.err) == (10, "")
    assert shown(ended)[:14] == [
        f"+ {name(4)}",
        '    order_id "#4", total 12.5, note ""',
        f"~ {name(1).replace('of 7001', 'order #1 of 7001')}",
        "    properties.total 12.5 → 49.0",
        f"- {name(2)}",
        '    order_id "#2", total 12.5, note ""',
        "                 + new  ~ changed  = same  - gone",
        "all                  1          1       1       1",
        "",
        "Order Completed      1          1       1       1",
        "",
        "2024-03              1          1       1       1",
        "",
        "old       old.ndjson",
    ]


@pytest.mark.parametrize(
    ("new", "words", "code"),
    [
        ([message(1), message(2)], (), 0),
        ([message(2), message(1), message(3)], (), 10),
        ([message(1, properties=CHANGED), message(2)], (), 10),
        ([message(1)], (), 0),
        ([message(1)], ("--strict-gone",), 10),
        ([message(1), message(2)], ("--strict-gone",), 0),
        ([message(1, properties=CHANGED), message(2)], ("--only", "same"), 10),
        ([message(1, properties=CHANGED), message(2)], ("--event", "identify"), 0),
    ],
)
def test_the_exit_code_tells_whether_something_is_new_or_changed(
    relay: Relay, new: list[dict[str, Any]], words: tuple[str, ...], code: int
) -> None:
    files = written([message(1), message(2)], new)
    assert relay("diff", *files, *words).code == code
    assert relay("diff", *files, *words, "--quiet") == Ended(code, "", "")


def test_only_one_outcome_can_be_shown_and_more_or_less_of_it(relay: Relay) -> None:
    files = written([message(1)], [message(number) for number in range(1, 9)])
    starts = [one for one in shown(relay("diff", *files, "--only", "new")) if one[0:1] == "+"]
    assert starts == [f"+ {name(number)}" for number in range(2, 7)]
    full = shown(relay("diff", *files, "--full"))
    assert len([one for one in full if one.startswith("+")]) == 7
    none = shown(relay("diff", *files, "--samples", "0"))
    assert none[0].split() == ["+", "new", "~", "changed", "=", "same", "-", "gone"]
    assert f"= {name(1)}" in shown(relay("diff", *files, "--only", "same"))


def test_json_is_one_document(relay: Relay, files: tuple[str, str]) -> None:
    ended = relay("diff", *files, "--json")
    assert ended.code == 10
    told = json.loads(ended.out)
    new, changed, gone = told["differences"]
    assert (new["outcome"], new["message"]["properties"]["order_id"]) == ("new", "#4")
    assert changed["changes"] == [{"path": "properties.total", "old": 12.5, "new": 49.0}]
    assert (gone["outcome"], gone["messageId"]) == ("gone", message(2)["messageId"])
    counts = {"new": 1, "changed": 1, "same": 1, "gone": 1}
    assert (
        told["counts"] == told["events"]["Order Completed"] == told["months"]["2024-03"] == counts
    )
    assert (told["old"], told["new"], told["zone"]) == (["old.ndjson"], "new.ndjson", "UTC")


def test_json_of_equal_files_is_one_document_too(relay: Relay) -> None:
    told = json.loads(relay("diff", *written([message(1)], [message(1)]), "--json").out)
    assert told["differences"] == []
    assert told["counts"]["same"] == 1


def test_what_is_absent_is_none_and_has_no_key_in_json(relay: Relay) -> None:
    files = written([message(1, 300)], [message(1, 300, properties={"a.b": None, "total": 12.5})])
    assert "    properties.a\\.b (none) → null" in shown(relay("diff", *files))
    (found,) = json.loads(relay("diff", *files, "--json").out)["differences"]
    assert {"path": "properties.a\\.b", "new": None} in found["changes"]


def test_what_a_customer_typed_cannot_drive_the_terminal(relay: Relay) -> None:
    evil = "\x1b[2J[red]\u202eevil"
    old = message(1, event=evil, properties={evil: evil})
    new = message(1, event=evil, properties={evil: "x"})
    other = message(2, event=evil, userId=evil, properties={evil: evil})
    ended = relay("diff", *written([old], [new, other]))
    assert "\x1b" not in ended.out
    assert "\u202e" not in ended.out
    assert r"properties.\x1b[2J[red]\u202eevil" in ended.out


def test_what_is_new_or_changed_is_saved_and_told(relay: Relay, files: tuple[str, str]) -> None:
    ended = relay("diff", *files, "--save", "plan.ndjson", "--resend", "once")
    assert ended.code == 10
    assert "plan      plan.ndjson (2 messages)" in shown(ended)
    assert "keep their ids" not in ended.out
    assert len(Path("plan.ndjson").read_bytes().splitlines()) == 2
    again = relay("diff", *files, "--save", "plan.ndjson")
    assert (again.code, again.err.splitlines()[0]) == (2, "error: plan.ndjson exists.")
    told = json.loads(relay("diff", *files, "--save", "other.ndjson", "--json").out)
    assert (told["plan"], told["saved"]) == ("other.ndjson", 2)


def test_a_plan_whose_facts_may_count_twice_says_so(relay: Relay, files: tuple[str, str]) -> None:
    told = relay("diff", *files, "--save", "plan.ndjson").out
    assert "changed facts that keep their ids: 1; " in told
    assert "a track event counts twice" in " ".join(told.split())
    assert "--event identify plans people alone" in " ".join(told.split())
    assert json.loads(relay("diff", *files, "--save", "b.ndjson", "--json").out)["kept"] == 1


def test_what_does_not_differ_is_told_in_one_row(relay: Relay) -> None:
    months = [message(n, timestamp=f"2024-{n:02}-05T00:00:00.000Z") for n in range(1, 7)]
    ended = relay("diff", *written(months, [*months[1:], {**months[0], "userId": "x"}]))
    rows = [one.split() for one in shown(ended)]
    assert ["2024-01", "0", "1", "0", "0"] in rows
    assert ["5", "other", "months", "0", "0", "5", "0"] in rows
    assert "2024-02" not in ended.out


def test_where_nothing_differs_there_are_no_tables(relay: Relay) -> None:
    ended = relay("diff", *written([message(1), message(2)], [message(2), message(1)]))
    rows = shown(ended)
    assert rows[0] == "Nothing differs: 2 facts are the same."
    assert not [row for row in rows if row.startswith(("all", "2024-"))]


def test_messages_that_count_as_one_are_told(relay: Relay) -> None:
    twice = [message(1), message(2), message(2)]
    rows = " ".join(relay("diff", *written(twice, twice)).out.split())
    assert "Nothing differs: 2 facts are the same." in rows
    assert "3 messages, 2 facts: of several of one fact" in rows
    assert "messages," not in relay("diff", *written([message(1)], [message(1)])).out


def test_other_settings_are_told_before_what_differs(relay: Relay, tmp_path: Path) -> None:
    old = put_own(tmp_path / "a.ndjson", [line(message(1))])
    new = put_own(tmp_path / "b.ndjson", [line(message(1, userId="x"))], user_id="email_sha256")
    ended = relay("diff", str(old), str(new))
    told = f"warning: {old} was written with other settings than {new}: user_id was"
    assert ended.err.startswith(told)
    assert "may come from that alone" in ended.err
    assert relay("diff", str(old), str(new), "--quiet").err == ""
    assert relay("diff", str(old), str(old)).err == ""


@pytest.mark.parametrize(
    ("event", "told"),
    [
        ("Order Completd", "of Order Completd; did you mean Order Completed?\n"),
        ("Order Refunded", "of Order Refunded\n"),
        ("Tea Poured", "of Tea Poured\n"),
    ],
)
def test_an_event_that_neither_side_has_is_warned_of(
    relay: Relay, files: tuple[str, str], event: str, told: str
) -> None:
    ended = relay("diff", *files, "--event", event, "--event", "order completed")
    assert ended.err == f"warning: no message of either side is {told}"


def test_an_event_that_is_none_and_is_nowhere_is_refused(
    relay: Relay, files: tuple[str, str]
) -> None:
    ended = relay("diff", *files, "--event", "Order Completd", "--quiet")
    assert ended.code == 2
    assert "No message of either side is of Order Completd; did you mean Order Compl" in ended.err
    assert relay("diff", *files, "--event", "Order Refunded", "--quiet").code == 0


def test_sides_without_anything_in_common_are_warned_of(relay: Relay) -> None:
    ended = relay("diff", *written([message(1)], [message(2)]), "--samples", "0")
    assert ended.err == (
        "warning: no message of one side is on the other: are they of one shop, and one "
        "namespace?\n"
    )


def test_months_are_those_of_a_zone(relay: Relay) -> None:
    late = message(1, timestamp="2024-02-29T23:30:00.000Z")
    ended = relay(
        "diff",
        *written([late], [{**late, "userId": "x"}]),
        "--samples",
        "0",
        "--tz",
        "Europe/Berlin",
    )
    assert "months are those of Europe/Berlin" in ended.out
    assert "2024-03" in ended.out
    assert "2024-02" not in ended.out.partition("old ")[0]  # below stands when it was


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("old.ndjson",), "relay diff compares two files, or a shop"),
        (("old.ndjson", "new.ndjson", "old.ndjson"), "relay diff compares two files, or a shop"),
        (("old.ndjson", "new.ndjson", "--job", "x"), "Options that say how a shop is read"),
        (("old.ndjson", "new.ndjson", "--revenue"), "Options that say how a shop is read"),
        (("old.ndjson", "none.ndjson"), "none.ndjson cannot be read"),
        (("old.ndjson", "-"), "Standard input cannot be compared"),
        (("old.ndjson", "."), ". is not a plain file."),
        (("old.ndjson", "new.ndjson", "--full", "--samples", "2"), "--full shows every message"),
        (("old.ndjson", "new.ndjson", "--samples", "-1"), "Invalid value for '--samples'"),
        (("old.ndjson", "new.ndjson", "--only", "old"), "Invalid value for '--only'"),
        (("old.ndjson", "new.ndjson", "--tz", "Mars"), "'Mars' is no time zone."),
    ],
)
def test_what_cannot_be_meant_is_refused_with_a_hint(
    relay: Relay, files: tuple[str, str], words: tuple[str, ...], told: str
) -> None:
    ended = relay("diff", *words)
    error, hint = ended.err.splitlines()
    assert (ended.code, ended.out) == (2, "")
    assert error.startswith(f"error: {told}")
    assert hint.startswith("hint: ")


def test_a_line_that_is_cut_is_refused(relay: Relay, files: tuple[str, str]) -> None:
    Path("new.ndjson").write_bytes(b"".join(messages(3))[:-9])
    ended = relay("diff", *files)
    assert ended.code == 2
    assert ended.err.startswith("error: new.ndjson has no event in the line at byte ")
