"""`relay replay FILE --out FILE` writes what would be sent, whole or not at all."""

import gzip
import io
import itertools
from collections.abc import Generator
from pathlib import Path
from typing import Any

import orjson
import pytest
import zstandard

from littlerelay import rewrites
from littlerelay.errors import DiskError, UsageError
from littlerelay.progress import Delivering, Sending, Sent
from littlerelay.settings import ReplayRequest
from sent_files import line, message, put, put_own

LINES = [line(message(number, 300)) for number in range(2_100)]
BAD = b'{"type":"track"}\n'


def rewriting(
    *paths: Path, out: str = "out.ndjson", stdin: bytes = b"", stdout: Any = None, **asked: Any
) -> Generator[Delivering, None, None]:
    """Begins to write files anew."""
    inputs = tuple(str(path) for path in paths) or ("-",)
    request = ReplayRequest(inputs, out=out, **asked)
    source = None if paths else io.BytesIO(stdin)
    target = (stdout or io.BytesIO()) if out == "-" else None
    yield from rewrites.rewrite(request, source, target)


def rewritten(*paths: Path, **asked: Any) -> list[Sent]:
    """Writes files anew to their ends, and gives what came of each."""
    return [one for one in rewriting(*paths, **asked) if isinstance(one, Sent)]


def names() -> list[str]:
    return sorted(path.name for path in Path.cwd().iterdir())


@pytest.fixture
def events(tmp_path: Path) -> Path:
    return put(tmp_path / "events.ndjson", LINES)


def test_where_nothing_is_chosen_the_bytes_are_the_same(events: Path) -> None:
    (result,) = rewritten(events)
    assert Path("out.ndjson").read_bytes() == b"".join(LINES)
    assert (result.accepted, result.refused, result.left_out) == (2_100, 0, 0)
    assert (result.target, result.is_posted, result.read) == ("out.ndjson", False, 2_100)
    assert names() == ["out.ndjson"]
    assert Path("out.ndjson").stat().st_mode & 0o077 == 0


def test_a_name_that_ends_in_gz_is_compressed(events: Path) -> None:
    rewritten(events, out="out.ndjson.gz")
    assert gzip.decompress(Path("out.ndjson.gz").read_bytes()) == b"".join(LINES)


def test_standard_output_has_the_events_for_itself(events: Path) -> None:
    stdout = io.BytesIO()
    (result,) = rewritten(events, out="-", stdout=stdout)
    assert stdout.getvalue() == b"".join(LINES)
    assert result.target == "standard output"
    assert names() == []


@pytest.mark.parametrize("pack", [bytes, gzip.compress, zstandard.compress])
@pytest.mark.parametrize("is_stream", [True, False])
def test_whatever_is_read_is_unpacked(tmp_path: Path, pack: Any, is_stream: bool) -> None:
    packed = pack(b"".join(LINES))
    given = {True: [], False: [put(tmp_path / "events", [packed])]}[is_stream]
    rewritten(*given, stdin=packed)
    assert Path("out.ndjson").read_bytes() == b"".join(LINES)


def test_several_files_become_one(tmp_path: Path) -> None:
    first, second = (
        put(tmp_path / name, part)
        for name, part in (("a.ndjson", LINES[:9]), ("b.ndjson", [*LINES[9:12], BAD]))
    )
    results = rewritten(first, second)
    assert [(one.accepted, one.refused) for one in results] == [(9, 0), (3, 1)]
    assert Path("out.ndjson").read_bytes() == b"".join(LINES[:12])


def test_what_cannot_be_sent_lies_beside_it(tmp_path: Path) -> None:
    path = put(tmp_path / "events.ndjson", [LINES[0], BAD, LINES[1], b"{\n"])
    (result,) = rewritten(path)
    assert (result.accepted, result.refused) == (2, 2)
    refused = Path(result.refused_file).read_bytes().splitlines()
    assert [orjson.loads(one)["reason"] for one in refused] == ["missing_id", "not_json"]
    assert names() == ["out.ndjson", "out.ndjson.refused.ndjson"]


def test_with_events_on_standard_output_refused_ones_have_a_name_of_their_own(
    tmp_path: Path,
) -> None:
    rewritten(put(tmp_path / "events.ndjson", [LINES[0], BAD]), out="-")
    assert names() == ["rewritten.refused.ndjson"]


def test_messages_are_chosen_and_changed_as_if_they_were_sent(tmp_path: Path) -> None:
    people = [line(message(number)) for number in range(100)]
    path = put(tmp_path / "events.ndjson", people)
    chosen = {"users": ("7003",), "integrations": (("All", False),), "namespace": "test"}
    (result,) = rewritten(path, **chosen)
    assert (result.accepted, result.left_out) == (2, 98)
    made = [orjson.loads(one) for one in Path("out.ndjson").read_bytes().splitlines()]
    assert [one["userId"] for one in made] == ["7003", "7003"]
    assert made[0]["integrations"] == {"All": False}
    assert made[0]["messageId"] != message(3)["messageId"]


def test_a_choice_that_no_message_fits_is_told(events: Path) -> None:
    (result,) = rewritten(events, events=("Order Complete",))
    assert (result.left_out, result.chose_nothing) == (2_100, True)


def test_a_limit_ends_it(events: Path) -> None:
    (result,) = rewritten(events, limit=7)
    assert (result.accepted, result.sample) == (7, True)
    assert Path("out.ndjson").read_bytes() == b"".join(LINES[:7])
    (result,) = rewritten(events, out="all.ndjson", limit=2_100)
    assert (result.accepted, result.sample) == (2_100, False)


def test_it_tells_how_far_it_is(events: Path) -> None:
    first, second, last = rewriting(events)
    assert isinstance(first, Sending)
    assert isinstance(second, Sending)
    assert isinstance(last, Sent)
    assert (first.begins, first.size) == (True, events.stat().st_size)
    assert (second.begins, second.accepted) == (False, 2_000)
    assert 0 < second.position <= events.stat().st_size


@pytest.mark.parametrize("out", ["out.ndjson", "out.ndjson.gz"])
def test_one_that_is_interrupted_has_not_its_name(tmp_path: Path, out: str) -> None:
    path = put(tmp_path / "events.ndjson", [BAD, *LINES])
    running = rewriting(path, out=out)
    list(itertools.islice(running, 2))
    running.close()
    assert names() == []
    rewritten(path, out=out)
    assert names() == [out, f"{out}.refused.ndjson"]


def test_a_file_that_is_whole_is_named_after_what_was_refused_of_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = put(tmp_path / "events.ndjson", [BAD, *LINES])
    seen: list[str] = []
    replace = Path.replace

    def noted(self: Path, target: Path) -> Path:
        seen.append(target.name)
        return replace(self, target)

    monkeypatch.setattr(Path, "replace", noted)
    rewritten(path)
    assert seen == ["out.ndjson.refused.ndjson", "out.ndjson"]


TAKEN = ["out.ndjson", "out.ndjson.refused.ndjson"]


@pytest.mark.parametrize("taken", [*TAKEN, *(f"unfinished-{name}" for name in TAKEN)])
def test_what_exists_is_not_written_over(events: Path, taken: str) -> None:
    Path(taken).write_text("kept")
    with pytest.raises(UsageError, match=f"{taken} exists"):
        rewritten(events)
    assert names() == [taken]
    assert Path(taken).read_text() == "kept"


@pytest.mark.parametrize("place", ["out.ndjson", "out.ndjson.gz", "out.ndjson.refused.ndjson"])
def test_what_came_to_be_there_meanwhile_is_not_written_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    path = put(tmp_path / "events.ndjson", [BAD, *LINES])
    monkeypatch.setattr(rewrites, "check_new", lambda _: None)
    Path(f"unfinished-{place}").write_text("kept")
    with pytest.raises(UsageError, match=f"unfinished-{place} cannot be written: File exists"):
        rewritten(path, out=place.removesuffix(".refused.ndjson"))
    assert names() == [f"unfinished-{place}"]
    assert Path(f"unfinished-{place}").read_text() == "kept"


def test_a_link_that_leads_nowhere_exists_too(events: Path) -> None:
    Path("out.ndjson").symlink_to("nowhere")
    with pytest.raises(UsageError, match="exists"):
        rewritten(events)


@pytest.mark.parametrize("out", ["no/folder/out.ndjson", "a.checkpoint.json", ""])
def test_a_place_that_cannot_be_is_refused(events: Path, out: str) -> None:
    with pytest.raises(UsageError):
        rewritten(events, out=out)


def test_every_file_is_looked_at_before_the_first_is_written(events: Path) -> None:
    record = line({"id": 1, "admin_graphql_api_id": "gid://shopify/Order/1", "line_items": []})
    others = [events.with_name("missing"), put(events.with_name("orders.ndjson"), [record])]
    for other in others:
        with pytest.raises(UsageError):
            rewritten(events, other)
    assert names() == []


def test_a_compressed_file_that_was_cut_gives_no_file(tmp_path: Path) -> None:
    path = put(tmp_path / "events.gz", [gzip.compress(b"".join(LINES))[:-2_000]])
    with pytest.raises(DiskError, match="ends too early"):
        rewritten(path)
    assert names() == []


def test_a_period_that_is_empty_is_refused(events: Path) -> None:
    for since, until in (("2024-02-01", "2024-01-01"), (None, "1970-01-01"), (None, "99999d")):
        with pytest.raises(UsageError, match="The period is empty"):
            rewritten(events, since=since, until=until)


def test_a_period_may_begin_before_time_is_counted(events: Path) -> None:
    (result,) = rewritten(events, since="99999d", until="2025-01-01")
    assert result.accepted == 2_100


def test_of_a_run_that_is_not_finished_only_what_is_durable_is_written(tmp_path: Path) -> None:
    path = put_own(tmp_path / "events.ndjson", LINES[:700], is_done=False)
    with path.open("ab") as more:
        more.write(LINES[700] + LINES[701][:50])  # of which no checkpoint tells
    (result,) = rewritten(path)
    assert Path("out.ndjson").read_bytes() == b"".join(LINES[:700])
    assert result.unfinished
