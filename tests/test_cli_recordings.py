"""`relay replay` maps recordings into a file, and says of everything else whom it is for."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from command import Ended, FakeTime, Relay, faked, part
from littlerelay.progress import Replaying
from littlerelay.recordings.kinds import NAMED
from made_recordings import customer_body, order, orders, put, webhook
from sent_files import messages
from sent_files import put as put_messages

WEBHOOKS = "webhooks.ndjson"
OUT = ("--out", "mapped.ndjson")


@pytest.fixture
def relay(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Iterator[Relay]:
    """Gives the command where no shop, no token and no write key is known."""
    for found in faked(monkeypatch, capfd):
        for name in ("RELAY_SHOP", "RELAY_TOKEN"):
            monkeypatch.delenv(name)
        yield found


@pytest.fixture(autouse=True)
def webhooks(relay: Relay) -> None:
    put(Path(WEBHOOKS), [*orders(2), b"{"])


def hint(ended: Ended, told: str) -> str:
    """Gives the hint of a refusal that says so."""
    assert ended.code == 2, ended.err
    *_, error, hint = ended.err.splitlines()
    assert told in error
    return hint


def test_recordings_are_told_by_their_lines(relay: Relay) -> None:
    ended = relay("replay", WEBHOOKS, *OUT)
    assert ended.code == 3, ended.err
    assert "done in 0s: 2 events from 3 records" in ended.err
    assert "1 record was rejected" in ended.err
    assert len(Path("mapped.ndjson").read_bytes().splitlines()) == 2
    assert Path("mapped.ndjson").stat().st_mode & 0o777 == 0o600
    ended = relay("replay", WEBHOOKS, *OUT)
    assert ended.err.startswith("was finished before; there is nothing to do")
    assert "Give --restart to map it again" in ended.err


def test_the_reasons_for_rejects_are_counted_the_most_frequent_first(relay: Relay) -> None:
    unknown = [{"nothing": "known"}] * 3
    put(Path(WEBHOOKS), [*orders(2), b"{", *unknown, webhook("orders/creates", order())])
    told = " ".join(relay("replay", WEBHOOKS, *OUT).err.split())
    assert "5 records were rejected (3 unknown_line, 1 not_json, 1 unknown_topic); every" in told
    assert "what was rejected is not in it" in told


@pytest.mark.parametrize(
    ("number", "said"),
    [(1, "The only record could not"), (1_200, "None of the 1,200 records could")],
)
def test_where_nothing_could_be_mapped_it_is_not_said_that_all_else_is_done(
    number: int, said: str, relay: Relay
) -> None:
    put(Path(WEBHOOKS), [{"nothing": "known"}] * number)
    ended = relay("replay", WEBHOOKS, *OUT, "--as", "orders", "--shop", "acme.myshopify.com")
    assert ended.code == 3
    assert f"error: {said} be mapped ({number:,} " in ended.err
    assert "everything else" not in ended.err


def test_json_is_that_of_a_backfill(relay: Relay) -> None:
    result = json.loads(relay("replay", WEBHOOKS, *OUT, "--json", "--quiet").out)
    assert (result["job"], result["rejected"], result["before"]) == ("acme.myshopify.com", 1, [])
    assert result["counts"]["orders"] == {"read": 2, "mapped": 2, "rejected": 0, "filtered": 0}
    assert (result["since"], result["until"]) == (None, None)
    assert (result["mapped_from"], result["mapped_bytes"]) == (
        [WEBHOOKS],
        Path(WEBHOOKS).stat().st_size,
    )


def test_json_tells_a_period_that_was_given(relay: Relay) -> None:
    since = ("--since", "2026-01-01")
    result = json.loads(relay("replay", WEBHOOKS, *OUT, *since, "--json", "--quiet").out)
    assert (result["since"], result["until"]) == ("2026-01-01T00:00:00Z", None)


@pytest.mark.parametrize(
    ("files", "told"),
    [
        (1, "from    0.ndjson (560 B)"),
        (3, "from    0.ndjson, 1.ndjson, 2.ndjson (1.7 kB)"),
        (4, "from    0.ndjson ... 3.ndjson (4 files, 2.2 kB)"),
    ],
)
def test_a_summary_names_the_recordings_as_they_were_named(
    files: int, told: str, relay: Relay
) -> None:
    names = [f"{number}.ndjson" for number in range(files)]
    for name in names:
        put(Path(name), orders(1))
    assert told in relay("replay", *names, *OUT).err


def test_a_summary_names_messages_as_settings_do(relay: Relay) -> None:
    put(Path(WEBHOOKS), [webhook("customers/create", customer_body())])
    ended = relay("replay", WEBHOOKS, *OUT)
    assert "Identify" in [one.partition("  ")[0] for one in ended.err.splitlines()]


def test_settings_and_the_period_shape_the_events(relay: Relay) -> None:
    relay("replay", WEBHOOKS, *OUT, "--order-id", "id", "--quiet")
    assert b'"order_id":"5001"' in Path("mapped.ndjson").read_bytes()
    again = relay("replay", WEBHOOKS, *OUT)
    assert "--restart" in hint(again, "order_id was id and is now name")
    relay("replay", WEBHOOKS, *OUT, "--restart", "--until", "2026-01-01")
    assert Path("mapped.ndjson").read_bytes() == b""


def test_what_was_sent_is_not_forgotten_without_a_word(relay: Relay) -> None:
    assert "warning" not in relay("replay", WEBHOOKS, *OUT, "--restart").err
    Path("mapped.ndjson.delivery.1a2b3c4d.json").write_text("{}")
    put(Path(WEBHOOKS), orders(3))
    told = hint(relay("replay", WEBHOOKS, *OUT), "tells of other settings or recordings")
    assert "relay diff OLD NEW" in told
    ended = relay("replay", WEBHOOKS, *OUT, "--restart")
    assert "warning: mapped.ndjson was sent, and --restart forgets that" in ended.err
    assert ended.code == 0


@pytest.mark.parametrize(
    ("lines", "words", "told"),
    [
        (orders(2), ("--since", "2027-01-01"), "no event of the recordings lies in the period"),
        ([webhook("app/uninstalled", {"id": 1})], (), "no line of the recordings tells a fact"),
        ([], (), f"{WEBHOOKS} holds no messages"),
        ([], ("--as", "orders"), "the recordings hold no lines"),
    ],
    ids=["none in the period", "none of an event", "an empty file", "an empty recording"],
)
def test_why_nothing_came_of_it_is_said(
    lines: list[Any], words: tuple[str, ...], told: str, relay: Relay
) -> None:
    put(Path(WEBHOOKS), lines)
    ended = relay("replay", WEBHOOKS, *OUT, *words)
    assert f"warning: {told}" in ended.err
    assert ended.code == 0
    assert "warning" not in relay("replay", WEBHOOKS, "--out", "b.ndjson", *words, "--quiet").err


def test_a_run_that_read_nothing_tells_no_figures(relay: Relay) -> None:
    put(
        Path(WEBHOOKS), [webhook("orders/create", order(), shop=f"{n}.myshopify.com") for n in "ab"]
    )
    assert "reads" not in relay("replay", WEBHOOKS, *OUT).err


def test_bare_records_are_what_the_user_says(relay: Relay) -> None:
    body = {name: value for name, value in order().items() if name != "admin_graphql_api_id"}
    put(Path("bare.ndjson"), [{**body, "order_number": 1}])
    shop = ("--shop", "acme.myshopify.com")
    assert "--shop" in hint(relay("replay", "bare.ndjson", *OUT), "No line of the recordings")
    assert relay("replay", "bare.ndjson", *OUT, *shop, "--as", "orders").code == 0
    refused = relay("replay", "bare.ndjson", "--out", "b.ndjson", *shop, "--as", "cats")
    assert "orders" in hint(refused, "cats is no kind of record")


def test_help_lists_every_kind_of_record(relay: Relay) -> None:
    assert sorted(part("options").KINDS) == NAMED
    told = " ".join(relay("replay", "--help").out.replace("│", " ").split())
    assert "pixels" in told
    assert "Recharge's" in told


def test_signatures_need_the_apps_secret(relay: Relay, monkeypatch: pytest.MonkeyPatch) -> None:
    words = ("replay", WEBHOOKS, *OUT, "--verify-hmac")
    assert "RELAY_CLIENT_SECRET_FILE" in hint(relay(*words), "There is no client secret")
    monkeypatch.setenv("RELAY_CLIENT_SECRET", "an-invented-secret")
    ended = relay(*words)
    assert "None of the 3 records could be mapped (2 unsigned, 1 not_json)" in ended.err
    told = Path("mapped.ndjson.checkpoint.json").read_text() + ended.err
    assert "an-invented-secret" not in told


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ((), "mapped into a file first"),
        (("--out", "-"), "mapped into a file, and not to standard output"),
        ((*OUT, "--event", "Order Completed"), "--event chooses events"),
        ((*OUT, "--limit", "3"), "--limit chooses events"),
        ((*OUT, "--rate", "3"), "--out sends nothing"),
    ],
)
def test_what_is_not_for_recordings_is_refused(
    words: tuple[str, ...], told: str, relay: Relay
) -> None:
    assert hint(relay("replay", WEBHOOKS, *words), told)
    assert not Path("mapped.ndjson").exists()


@pytest.mark.parametrize("words", [("--verify-hmac",), ("--shop", "acme.myshopify.com")])
def test_what_is_for_recordings_is_not_for_events(words: tuple[str, ...], relay: Relay) -> None:
    put_messages(Path("events.ndjson"), messages(3))
    told = hint(relay("replay", "events.ndjson", *OUT, *words), f"{words[0]} is for an archive")
    assert "recordings" in told


def test_lines_that_cannot_be_verified_are_told_before_and_after(
    relay: Relay, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RELAY_CLIENT_SECRET", "an-invented-secret")
    words = ("replay", WEBHOOKS, "--verify-hmac", "--out")
    first, *_, last = [one for one in relay(*words, "a").err.splitlines() if "verified" in one]
    assert first.startswith(f"warning: the first lines of {WEBHOOKS} cannot be verified: they are")
    assert last.startswith("warning: 2 lines could not be verified and went to the rejects: they")
    assert "verified" not in relay(*words, "b", "--quiet").err
    assert json.loads(relay(*words, "c", "--json").out)["unsigned"] == 2
    signed = {"X-Shopify-Topic": "orders/create", "X-Shopify-Hmac-Sha256": "none"}
    put(Path(WEBHOOKS), [{"headers": signed, "body": "{}"}])
    assert "verified" not in relay(*words, "d").err


def test_recordings_do_not_come_from_standard_input(relay: Relay) -> None:
    assert "file" in hint(relay("replay", "-", *OUT, "--as", "orders"), "read from files")


def test_lines_that_are_nothing_known_hide_no_recording(relay: Relay) -> None:
    put(Path(WEBHOOKS), [*[b"INFO started"] * 30, *orders(2)])
    assert "--out FILE" in hint(relay("replay", WEBHOOKS), "holds no events")
    told = hint(relay("replay", WEBHOOKS, "--shop", "acme.myshopify.com"), "holds no events")
    assert "--out FILE" in told
    assert "30 records were rejected" in relay("replay", WEBHOOKS, *OUT).err
    assert len(Path("mapped.ndjson").read_bytes().splitlines()) == 2


def test_a_recording_that_comes_from_standard_input_is_refused(
    relay: Relay, monkeypatch: pytest.MonkeyPatch
) -> None:
    stdin = io.TextIOWrapper(io.BytesIO(Path(WEBHOOKS).read_bytes()))
    monkeypatch.setattr("sys.stdin", stdin)
    assert "Save it to a file" in hint(relay("replay", "-", *OUT), "a recording comes")
    assert [path.name for path in Path().iterdir()] == [WEBHOOKS]


def test_of_a_folder_its_files_are_named(relay: Relay) -> None:
    Path("bucket").mkdir()
    assert "'bucket/*.ndjson'" in hint(relay("replay", "bucket", *OUT), "is not a plain file")


def test_a_file_of_rejects_can_be_replayed(relay: Relay) -> None:
    bad = webhook("orders/create", order(line_items=[{}]))
    put(Path(WEBHOOKS), [bad])
    relay("replay", WEBHOOKS, *OUT)
    rejects = Path("mapped.ndjson.rejects.ndjson")
    line = json.loads(rejects.read_text())
    line["record"]["payload"]["line_items"] = []
    put(rejects, [line])
    assert relay("replay", str(rejects), "--out", "mended.ndjson").code == 0


def drawn(*values: Any) -> list[str]:
    """Gives the lines that a log gets of these values, 31 seconds apart."""
    file, time = io.StringIO(), FakeTime()
    out = Console(file=file, width=160, markup=False, emoji=False, soft_wrap=True)
    view = part("recording_view").RecordingView(out, time.clock(), is_screen=False, sums_up=True)
    for value in values:
        view.show(value)
        time.seconds += 31
    view.close()
    return file.getvalue().splitlines()


def test_a_log_tells_how_far_a_run_is() -> None:
    steps = [("reads", 31_000_000, 40_000_000), ("maps", 310, 400), ("writes", 3_100, 4_000)]
    told = [Replaying(step, "a.ndjson", at, size, 400, 7) for step, at, size in steps]
    assert drawn(*told) == [
        "output  a.ndjson",
        "maps 310 of 400 (77%), 400 records, 7 rejected",
        "writes 3,100 of 4,000 (77%), 400 records, 7 rejected",
        "writes 3,100 of 4,000 (77%), 400 records, 7 rejected",
    ]


@pytest.mark.parametrize("out", [OUT, ("--out=mapped.ndjson",)])
def test_a_mapping_that_was_stopped_is_said_to_go_on(out: tuple[str, ...], relay: Relay) -> None:
    words = ["replay", WEBHOOKS, *out]
    assert "begins anew" in part("main")._stopped(words).hint
    relay(*words)
    assert "goes on" in part("main")._stopped(words).hint
