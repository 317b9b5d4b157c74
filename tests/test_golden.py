"""Every record under fixtures/records gives, byte for byte, the events that lie beside it.

`make golden` writes the events anew; the difference is read like code.
"""

import copy

import pytest

from golden import CASES, RECORDS, events_of, expected_path, mapped, record_of, settings_of
from littlerelay.events import encode


def lines_of(case: str) -> bytes:
    """Returns the lines that a case's record gives."""
    events = mapped(case, record_of(case), settings_of(case))
    return b"".join(map(encode, events))


@pytest.mark.parametrize("case", CASES)
def test_a_record_gives_the_events_beside_it(case: str, update: bool) -> None:
    lines = lines_of(case)
    if update:
        expected_path(case).write_bytes(lines)
    assert expected_path(case).read_bytes() == lines


@pytest.mark.parametrize("kind", ["events.ndjson", "settings.json"])
def test_nothing_lies_beside_a_record_that_is_gone(kind: str) -> None:
    found = {str(path.relative_to(RECORDS)) for path in RECORDS.glob(f"*/*.{kind}")}
    assert found
    assert found <= {f"{case}.{kind}" for case in CASES}


@pytest.mark.parametrize("case", CASES)
def test_a_mapper_leaves_its_record_as_it_was(case: str) -> None:
    record = record_of(case)
    before = copy.deepcopy(record)
    mapped(case, record, settings_of(case))
    assert record == before


@pytest.mark.parametrize("case", CASES)
def test_events_stand_in_order_identify_then_alias_then_the_oldest(case: str) -> None:
    events = events_of(case)
    kinds = [event["type"] for event in events]
    people = ["identify"] * kinds.count("identify") + ["alias"] * kinds.count("alias")
    assert kinds[: len(people)] == people
    times = [event["timestamp"] for event in events[len(people) :]]
    assert times == sorted(times)


@pytest.mark.parametrize("case", CASES)
def test_every_event_says_what_when_and_whom_with_an_id_of_its_own(case: str) -> None:
    events = events_of(case)
    for event in events:
        assert len(event["messageId"]) == 36
        assert event["timestamp"].endswith("Z")
        assert event.get("userId") or event.get("anonymousId")
        assert event["context"]["historical"] is True
        assert "sentAt" not in event
    assert len({event["messageId"] for event in events}) == len(events)
