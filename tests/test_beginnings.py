"""What a file is, its first lines say; of what is neither events nor a recording, what to do."""

from __future__ import annotations

import io
import json
import tarfile
from pathlib import Path

import pytest

from littlerelay.diffs import diff
from littlerelay.errors import UsageError
from littlerelay.recordings.beginnings import are_recordings, check_events, check_stream
from littlerelay.settings import DiffRequest
from made_bodies import Body
from made_recordings import order, put, webhook
from pixel_records import pixel
from sent_files import messages

BARE = order()
GOOD = webhook("orders/create", BARE)
LOGGED: list[Body | bytes] = [{"timestamp": 1, "message": "started"}, b"INFO started, now"] * 20


def beginning(path: Path, *lines: Body | bytes) -> str:
    return str(put(path / "some.ndjson", lines))


def packed() -> bytes:
    """Packs a recording into a tar file."""
    file, text = io.BytesIO(), json.dumps(GOOD).encode() + b"\n"
    with tarfile.open(fileobj=file, mode="w") as tar:
        told = tarfile.TarInfo("webhooks.ndjson")
        told.size = len(text)
        tar.addfile(told, io.BytesIO(text))
    return file.getvalue()


FORMS: dict[str, tuple[bytes, str]] = {
    "a page": (json.dumps({"orders": [BARE]}).encode(), "jq -c '.orders[]' "),
    "a page in many lines": (json.dumps({"orders": [BARE]}, indent=2).encode(), "'.orders[]'"),
    "wrapped records": (json.dumps({"order": BARE}).encode(), "jq -c '.order' "),
    "a list": (json.dumps([GOOD]).encode(), "jq -c '.[]' "),
    "a list in lines": (b"[\n" + json.dumps(GOOD).encode() + b"\n]", "jq -c '.[]' "),
    "many lines": (json.dumps(GOOD, indent=2).encode(), "jq -c '.' "),
    "what was logged": (b'{"message": "{\\"topic\\": 1}"}', "'.message | fromjson'"),
    "a table": (b"Name,Email,Paid at\n#1001,,2026-03-01\n", "`relay backfill`"),
    "GraphQL": (b'{"data": {"orders": {}}}', "--archive"),
    "a bulk operation": (b'{"id":"gid:\\/\\/shopify\\/Order\\/1","name":"#1"}', "--archive"),
    "a zip file": (b"PK\x03\x04\x14\x00\x00\x00", "Unpack it"),
    "a tar file": (packed(), "Unpack it"),
}


def test_a_result_of_another_query_is_refused_with_the_field_that_it_lacks(tmp_path: Path) -> None:
    node = {"id": "gid://shopify/Order/1", "name": "#1001", "number": 1001, "createdAt": "2026"}
    with pytest.raises(UsageError, match=r"than relay's own \(it lacks created_at\)\.$") as caught:
        are_recordings([beginning(tmp_path, node)], is_mapped=True)
    assert "relay backfill --archive" in caught.value.hint


@pytest.mark.parametrize("is_mapped", [False, True])
@pytest.mark.parametrize("form", FORMS)
def test_a_file_in_another_form_is_refused_with_what_to_do(
    form: str, is_mapped: bool, tmp_path: Path
) -> None:
    content, remedy = FORMS[form]
    path = beginning(tmp_path, content)
    with pytest.raises(UsageError, match="holds no events: it") as caught:
        are_recordings([path], is_mapped=is_mapped)
    assert remedy in caught.value.hint
    assert "{" not in caught.value.hint


def test_unknown_lines_at_the_top_stop_nothing_where_a_file_is_mapped(tmp_path: Path) -> None:
    path = beginning(tmp_path, *LOGGED, GOOD)
    assert are_recordings([path], is_mapped=True)
    with pytest.raises(UsageError, match=r"rejected as unknown_line \(it is no record") as caught:
        are_recordings([path])
    assert "give --out FILE" in caught.value.hint


def test_one_recording_suffices_and_others_are_not_looked_at(tmp_path: Path) -> None:
    good, page = (str(tmp_path / name) for name in ("a.ndjson", "b.ndjson"))
    put(Path(good), [GOOD])
    put(Path(page), [{"orders": [BARE]}])
    assert are_recordings([page, good])
    assert are_recordings([good, str(tmp_path / "missing.ndjson")])


def test_a_damaged_webhook_is_of_a_recording(tmp_path: Path) -> None:
    damaged = {"topic": "orders/create", "body": "?", "isBase64Encoded": True}
    assert are_recordings([beginning(tmp_path, damaged)])


def test_events_are_none(tmp_path: Path) -> None:
    events = beginning(tmp_path, *LOGGED[:9], *(one.strip() for one in messages(3)))
    assert not are_recordings([events], is_mapped=True)
    logged = str(put(tmp_path / "logged.ndjson", LOGGED))
    with pytest.raises(UsageError, match=r"logged\.ndjson holds no events"):
        are_recordings([events, logged], is_mapped=True)
    empty = str(put(tmp_path / "empty.ndjson", []))
    assert not are_recordings([empty], is_mapped=True)


def test_a_recording_among_events_is_told_to_be_mapped_first(tmp_path: Path) -> None:
    for record in (pixel("page_viewed"), GOOD, BARE):
        with pytest.raises(UsageError, match="holds a recording, and events") as caught:
            check_events(Path("a.ndjson"), json.dumps(record).encode())
        assert caught.value.hint == "Map it first: relay replay a.ndjson --out FILE"


def test_a_recording_whose_beginning_is_torn_is_one(tmp_path: Path) -> None:
    wrapped = json.dumps({"event": pixel("page_viewed"), "init": {}}).encode()
    head = b"\n".join([wrapped, wrapped[:-9]])
    with pytest.raises(UsageError, match="holds a recording, and events"):
        check_events(tmp_path / "some.ndjson", head)
    check_events(tmp_path / "some.ndjson", head[-len(wrapped) + 9 :])


def test_a_comparison_of_a_recording_with_events_in_it_says_what_it_is(tmp_path: Path) -> None:
    mixed = beginning(tmp_path, *messages(2), GOOD)
    with pytest.raises(UsageError, match="holds a recording, and events") as caught:
        list(diff(DiffRequest((mixed,)), mixed))
    assert caught.value.hint == f"Map it first: relay replay {mixed} --out FILE"


def test_a_recording_is_not_taken_from_standard_input() -> None:
    check_stream(b"".join(messages(3)))
    check_stream(b"INFO started\n" + messages(1)[0])
    with pytest.raises(UsageError, match="a recording comes") as caught:
        check_stream(b"INFO started\n" + json.dumps(GOOD).encode() + b"\n")
    assert "Save it to a file" in caught.value.hint
