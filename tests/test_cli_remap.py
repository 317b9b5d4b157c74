"""`relay replay` maps an archive again, and says of everything else whom it is for."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from archived_runs import keep
from command import Ended, Relay, faked, part
from littlerelay import rules
from sent_files import messages, put
from small_shop import mapped, small_shop


@pytest.fixture
def relay(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Iterator[Relay]:
    """Gives the command where no shop, no token and no write key is known."""
    for found in faked(monkeypatch, capfd):
        for name in ("RELAY_SHOP", "RELAY_TOKEN"):
            monkeypatch.delenv(name)
        monkeypatch.setattr(rules, "map_record", mapped)
        yield found


@pytest.fixture
def kept(relay: Relay) -> Path:
    """Gives an archive in the working folder, beside what its run wrote."""
    keep(small_shop(), Path.cwd())
    return Path("kept")


def hint(ended: Ended, told: str) -> str:
    """Gives the hint of a refusal that says so, in one sentence each."""
    assert ended.code == 2, ended.err
    *_, error, hint = ended.err.splitlines()
    assert told in error
    return hint


@pytest.mark.parametrize("name", ["kept", "kept/events.archive.json", "kept/*.archive.json"])
def test_an_archive_is_named_by_its_folder_by_itself_or_by_a_pattern(
    name: str, relay: Relay, kept: Path
) -> None:
    ended = relay("replay", name, "--out", "again.ndjson")
    assert ended.code == 3, ended.err
    assert Path("again.ndjson").read_bytes() == Path("events.ndjson").read_bytes()
    assert "done in" in ended.err
    assert f"from     {kept.absolute()}/events.archive.json" in ended.err
    assert "2 records were rejected" in ended.err
    assert "again.ndjson.rejects.ndjson holds each" in ended.err


def test_settings_are_those_of_today(relay: Relay, kept: Path) -> None:
    relay("replay", "kept", "--out", "again.ndjson", "--namespace", "other")
    Path("relay.toml").write_text('namespace = "other"\n')
    relay("replay", "kept", "--out", "more.ndjson", "--quiet")
    assert Path("again.ndjson").read_bytes() == Path("more.ndjson").read_bytes()
    assert Path("again.ndjson").read_bytes() != Path("events.ndjson").read_bytes()
    refusal = relay("replay", "kept", "--out", "again.ndjson", "--no-revenue", "--user-id", "email")
    assert "--restart" in hint(refusal, "user_id was shopify_customer_id and is now email")
    ended = relay("replay", "kept", "--out", "again.ndjson", "--user-id", "email", "--restart")
    assert ended.code == 3


def test_json_is_that_of_a_backfill(relay: Relay, kept: Path) -> None:
    ended = relay("replay", "kept", "--out", "again.ndjson", "--json", "--quiet")
    result = json.loads(ended.out)
    assert (result["job"], result["rejected"], result["before"]) == ("acme", 2, [])
    assert result["counts"]["orders"] == {"read": 3, "mapped": 2, "rejected": 0, "filtered": 1}
    assert (result["archive"], result["output"]) == (None, "again.ndjson")


def test_a_finished_one_says_so(relay: Relay, kept: Path) -> None:
    relay("replay", "kept", "--out", "again.ndjson")
    ended = relay("replay", "kept", "--out", "again.ndjson")
    assert ended.err.startswith("was finished before; there is nothing to do")
    assert "Give --restart to map it again" in ended.err


def test_nothing_is_sent_from_an_archive(relay: Relay, kept: Path) -> None:
    told = hint(relay("replay", "kept"), "mapped into a file first")
    assert told == "hint: Give --out FILE, look at it, and send it with: relay replay FILE."


def test_an_archive_is_not_mapped_to_standard_output(relay: Relay, kept: Path) -> None:
    told = hint(relay("replay", "kept", "--out", "-"), "into a file, and not to standard output")
    assert told.startswith("hint: Name a file in place of -")


@pytest.mark.parametrize(
    "words",
    [
        ("--since", "2024-01-01"),
        ("--until", "2024-01-01"),
        ("--event", "Order Completed"),
        ("--user", "1"),
        ("--where", "a=b"),
        ("--limit", "3"),
    ],
)
def test_what_chooses_events_is_not_for_an_archive(
    words: tuple[str, ...], relay: Relay, kept: Path
) -> None:
    ended = relay("replay", "kept", "--out", "again.ndjson", *words)
    assert "relay replay FILE" in hint(ended, f"{words[0]} chooses events")
    assert not Path("again.ndjson").exists()


@pytest.mark.parametrize("words", [("--revenue",), ("--user-id", "email"), ("--restart",)])
def test_what_is_for_archives_is_not_for_files_of_events(
    words: tuple[str, ...], relay: Relay
) -> None:
    put(Path("events.ndjson"), messages(3))
    ended = relay("replay", "events.ndjson", "--out", "again.ndjson", *words)
    hint(ended, f"{words[0]} is for an archive of records")


def test_several_archives_are_refused(relay: Relay, kept: Path) -> None:
    keep(small_shop(), Path.cwd(), "more.ndjson", job="more")
    for names in (("kept",), ("kept/*.archive.json",), ("kept/events.archive.json", "kept")):
        ended = relay("replay", *names, "--out", "again.ndjson")
        assert "kept/events.archive.json" in hint(ended, "2 archives")


def test_an_archive_goes_with_no_file_of_events(relay: Relay, kept: Path) -> None:
    hint(relay("replay", "kept", "events.ndjson", "--out", "a.ndjson"), "goes with no other file")


def test_a_folder_without_an_archive_is_no_file(relay: Relay) -> None:
    Path("empty").mkdir()
    assert "Name the files in it" in hint(
        relay("replay", "empty", "--out", "a.ndjson"), "not a plain file"
    )


@pytest.mark.parametrize("name", ["x" * 300, "a\0b", "missing/events.ndjson", "missing*"])
def test_a_name_that_is_none_is_refused_as_one_of_events(name: str, relay: Relay) -> None:
    ended = relay("replay", name, "--out", "a.ndjson")
    assert ended.code == 2
    assert "cannot be read" in ended.err or "No file fits" in ended.err
    assert "goes on" in part("main")._stopped(["backfill", name]).hint


def test_the_shop_of_the_settings_must_be_that_of_the_archive(relay: Relay, kept: Path) -> None:
    Path("relay.toml").write_text('shop = "beta.myshopify.com"\n')
    ended = relay("replay", "kept", "--out", "again.ndjson", "--quiet")
    hint(ended, "The archive is of acme.myshopify.com, and the settings are for beta.myshopify.com")


def test_a_mapping_that_was_stopped_is_said_to_go_on(kept: Path) -> None:
    stopped = part("main")._stopped
    for name in ("kept", "kept/events.archive.json"):
        assert "goes on" in stopped(["replay", name, "--out", "again.ndjson"]).hint
    assert "begins anew" in stopped(["replay", "events.ndjson", "--out", "again.ndjson"]).hint


def test_what_was_sent_is_not_forgotten_without_a_word(relay: Relay, kept: Path) -> None:
    relay("replay", str(kept), "--out", "again.ndjson")
    Path("again.ndjson.delivery.1a2b3c4d.json").write_text("{}")
    ended = relay("replay", str(kept), "--out", "again.ndjson", "--restart")
    assert "warning: again.ndjson was sent, and --restart forgets that" in ended.err
