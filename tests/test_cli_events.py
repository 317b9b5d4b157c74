"""`relay events` shows the catalogue on standard output."""

from __future__ import annotations

import json
from collections.abc import Iterator
from io import StringIO

import pytest

from command import Relay, faked, part
from littlerelay import catalogue
from littlerelay.samples import sample
from littlerelay.segment import trackingplan


@pytest.fixture
def relay(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Iterator[Relay]:
    yield from faked(monkeypatch, capfd)


def test_every_event_is_a_line_in_a_pipe(relay: Relay) -> None:
    ended = relay("events")
    assert (ended.code, ended.err) == (0, "")
    heading, *lines = ended.out.splitlines()
    assert heading.split() == "event type made from relay".split()
    names = [line.split("  ")[0] for line in lines]
    assert names == [entry.name for entry in catalogue.all_events()]
    told = {name: line.rpartition("  ")[2] for name, line in zip(names, lines, strict=True)}
    made = catalogue.MADE.keys() - catalogue.RECORDED
    assert {name for name in names if told[name] == "from history"} == made
    assert {name for name in names if told[name] == "from recordings"} == catalogue.RECORDED


def test_the_whole_catalogue_can_be_had_as_json(relay: Relay) -> None:
    ended = relay("events", "--json")
    listed = {one["event"]: one for one in json.loads(ended.out)["events"]}
    assert [*listed] == [entry.name for entry in catalogue.all_events()]
    for name, names in catalogue.CARRIED.items():
        assert [row["name"] for row in listed[name]["properties"]] == list(names)
        always = {row["name"] for row in listed[name]["properties"] if row["always"]}
        assert always == set(catalogue.ALWAYS[name])
    assert listed["Order Completed"]["fact"] == "`orders/{id}/completed`"
    assert "properties" not in listed["Alias"]


@pytest.mark.parametrize(
    "words", [["Order Completed"], ["order", "completed"], ["ORDER COMPLETED"]]
)
def test_one_event_is_shown_with_all_it_holds_and_a_sample(relay: Relay, words: list[str]) -> None:
    ended = relay("events", *words)
    assert (ended.code, ended.err) == (0, "")
    lines = ended.out.splitlines()
    assert lines[:2] == ["Order Completed", "Customer has completed an order"]
    assert "fact in its messageId  orders/{id}/completed" in lines
    for name in catalogue.CARRIED["Order Completed"]:
        assert [line for line in lines if line.startswith(f"{name} ")]
    shown = ended.out.partition("a sample, of an invented shop\n")[2]
    assert json.loads(shown) == sample("Order Completed")


def test_an_identify_is_shown_with_its_traits(relay: Relay) -> None:
    shown = json.loads(relay("events", "Identify", "--json").out)
    assert [row["name"] for row in shown["traits"]] == [one.name for one in catalogue.traits()]
    assert shown["sample"] == sample("Identify")
    assert "properties" not in shown


def test_a_subscription_is_shown_with_its_items(relay: Relay) -> None:
    lines = relay("events", "Subscription Cancelled").out.splitlines()
    (heading,) = (place for place, line in enumerate(lines) if line.startswith("each of the items"))
    shown = [line.split()[0] for line in lines[heading + 1 :][: len(catalogue.ITEM_SOURCES)]]
    assert shown == list(catalogue.ITEM_SOURCES)


def test_a_name_that_is_not_there_is_an_error_with_the_nearest(relay: Relay) -> None:
    ended = relay("events", "Ordr", "Complete")
    assert (ended.code, ended.out) == (2, "")
    assert ended.err.splitlines() == [
        "error: There is no event Ordr Complete.",
        "hint: Did you mean Order Completed? `relay events` lists them.",
    ]
    assert relay("events", "xyz").err.splitlines()[1] == "hint: `relay events` lists them."


def test_the_tracking_plan_is_all_that_is_on_standard_output(relay: Relay) -> None:
    ended = relay("events", "--tracking-plan")
    assert (ended.code, ended.err) == (0, "")
    assert json.loads(ended.out) == {"rules": trackingplan.rules()}


def test_a_tracking_plan_of_one_event_is_refused(relay: Relay) -> None:
    ended = relay("events", "--tracking-plan", "Alias")
    assert (ended.code, ended.out) == (2, "")
    assert ended.err.startswith("error: A tracking plan has all events.\n")


def drawn(name: str | None, width: int) -> str:
    """Returns what a terminal of so many columns shows: all events, or one."""
    shown = StringIO()
    out = part("console").Screen(
        file=shown, width=width, force_terminal=True, color_system=None, soft_wrap=True
    )
    pages, events = part("event_pages"), part("events")
    if name is None:
        pages.draw_events([events.summary(entry) for entry in catalogue.all_events()], out)
    else:
        pages.draw_event(events.whole(catalogue.find(name)), out)
    return shown.getvalue()


@pytest.mark.parametrize("width", [60, 66, 80, 120])
@pytest.mark.parametrize("name", [None, *(entry.name for entry in catalogue.all_events())])
def test_a_page_fits_a_terminal_and_no_word_of_it_is_cut(
    width: int, name: str | None, relay: Relay
) -> None:
    shown, _, example = drawn(name, width).partition("a sample, of an invented shop\n")
    too_long = [line for line in shown.splitlines() if len(line) > width and "/{" not in line]
    assert not too_long
    piped = relay("events", *([name] if name else ())).out
    whole = piped.partition("a sample, of an invented shop\n")[0]
    assert sorted(shown.split()) == sorted(whole.split())
    assert name is None or json.loads(example) == sample(name)
