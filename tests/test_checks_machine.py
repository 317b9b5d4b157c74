"""`relay check` finds what would stop a run on this machine, and leaves it as it was."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import httpx
import pytest

from checked_shops import check, environ, failed, half
from littlerelay import http
from littlerelay.history import JobFolder
from shops import FAST, backfill
from standin.server import StandIn

SINCE = "2015-01-01"


@pytest.fixture(scope="module")
def shop() -> Iterator[StandIn]:
    with StandIn(orders=20, plan="enterprise", time_scale=50) as running:
        yield running
        assert running.problems == []


class Detour(httpx.BaseTransport):
    """Leads to a stand-in what is meant for the shop itself."""

    def __init__(self, shop: StandIn) -> None:
        self._to = httpx.URL(shop.url)
        self._inner = httpx.HTTPTransport()

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        request.url = request.url.copy_with(
            scheme=self._to.scheme, host=self._to.host, port=self._to.port
        )
        return self._inner.handle_request(request)

    def close(self) -> None:
        self._inner.close()


@pytest.mark.parametrize(
    ("ahead", "said"),
    [
        (0, " s "),
        (50, " s ahead of Shopify's"),
        (95, "This machine's clock is 9"),
        (-95, " s behind Shopify's."),
    ],
)
def test_a_clock_may_be_a_minute_off(
    shop: StandIn,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    ahead: int,
    said: str,
) -> None:
    monkeypatch.setattr(http, "client", lambda *_: httpx.Client(transport=Detour(shop)))
    given = {**environ(shop, tmp_path), "RELAY_SHOPIFY_ENDPOINT": ""}
    clock = replace(FAST, now=lambda: shop.now_ms / 1000 + ahead)
    line = check(given, tmp_path, clock)["clock"]
    assert line.state == ("failed" if abs(ahead) > 60 else "ok")
    assert said in line.detail
    assert ("NTP" in line.remedy) == (line.state == "failed")


def test_a_clock_cannot_be_compared_with_no_answer(tmp_path: Path) -> None:
    given = {"RELAY_SHOP": "acme.myshopify.com", "RELAY_STATE_DIR": str(tmp_path / "state")}
    assert check(given, tmp_path)["clock"].detail == "no answer told Shopify's time"


def roomy(monkeypatch: pytest.MonkeyPatch, free: int) -> None:
    """Lets every disk have so many bytes left."""
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=free))


def test_a_disk_must_hold_the_events(
    shop: StandIn, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    given = environ(shop, tmp_path)
    roomy(monkeypatch, 100_000)
    lines = check(given, tmp_path)
    assert failed(lines) == ["disk"]
    assert lines["disk"].detail == "0.1 MB are free, and the events need about 0.2 MB."
    assert "--out" in lines["disk"].remedy
    assert failed(check(given, tmp_path, out=str(tmp_path / "events.ndjson.gz"))) == []
    roomy(monkeypatch, 2_000_000_000)
    assert check(given, tmp_path)["disk"].detail.startswith("2.0 GB are free")


def test_what_a_run_wrote_before_needs_no_room(
    shop: StandIn, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    backfill(shop, tmp_path)
    roomy(monkeypatch, 150_000)
    assert failed(check(environ(shop, tmp_path), tmp_path, since=SINCE)) == []


def test_standard_output_needs_neither_disk_nor_place(shop: StandIn, tmp_path: Path) -> None:
    lines = check(environ(shop, tmp_path), tmp_path, out="-")
    assert lines["disk"].state == lines["output"].state == "skipped"


def test_a_folder_that_is_not_there_fails(shop: StandIn, tmp_path: Path) -> None:
    lines = check(environ(shop, tmp_path), tmp_path, out=str(tmp_path / "none" / "e.ndjson"))
    assert failed(lines) == ["output"]
    assert lines["disk"].state == "skipped"


def test_a_job_that_another_run_holds_fails_and_names_it(shop: StandIn, tmp_path: Path) -> None:
    with JobFolder(tmp_path / "state", "littlerelay-demo").locked():
        lines = check(environ(shop, tmp_path), tmp_path)
        assert failed(lines) == ["job"]
        assert f"(process {os.getpid()})" in lines["job"].detail
        assert failed(check(environ(shop, tmp_path), tmp_path, job="other")) == []
    assert failed(check(environ(shop, tmp_path), tmp_path)) == []


def test_a_job_of_no_such_name_fails(shop: StandIn, tmp_path: Path) -> None:
    assert failed(check(environ(shop, tmp_path), tmp_path, job="A B")) == ["job"]


def test_a_lock_that_was_free_is_left_as_it_was(shop: StandIn, tmp_path: Path) -> None:
    backfill(shop, tmp_path)
    before = snapshot(tmp_path)
    lines = check(environ(shop, tmp_path), tmp_path, since=SINCE)
    assert failed(lines) == []
    assert lines["job"].detail == "littlerelay-demo, known; no other run holds it"
    assert lines["output"].detail.endswith("events.ndjson is finished")
    assert snapshot(tmp_path) == before


def snapshot(folder: Path) -> dict[Path, tuple[int, int]]:
    """Gives the size and the last change of everything under a folder."""
    stats = {path: path.stat() for path in folder.rglob("*")}
    return {path: (stat.st_size, stat.st_mtime_ns) for path, stat in stats.items()}


def test_a_history_that_is_damaged_fails_the_job(shop: StandIn, tmp_path: Path) -> None:
    backfill(shop, tmp_path)
    (tmp_path / "state" / "jobs" / "littlerelay-demo" / "history.json").write_text("{}")
    assert failed(check(environ(shop, tmp_path), tmp_path, since=SINCE)) == ["job"]
    lines = check(environ(shop, tmp_path), tmp_path, since="last", out=None)
    assert failed(lines) == ["period", "job"]


def test_a_job_with_other_settings_fails(shop: StandIn, tmp_path: Path) -> None:
    backfill(shop, tmp_path)
    given = {**environ(shop, tmp_path), "RELAY_ORDER_ID": "number"}
    lines = check(given, tmp_path, since=SINCE, out=str(tmp_path / "b.ndjson"))
    assert failed(lines) == ["job"]
    assert "order_id" in lines["job"].detail
    assert failed(check(given, tmp_path, since=SINCE)) == ["job", "output"]


def test_an_output_that_no_checkpoint_tells_of_fails(shop: StandIn, tmp_path: Path) -> None:
    (tmp_path / "events.ndjson").touch()
    lines = check(environ(shop, tmp_path), tmp_path)
    assert failed(lines) == ["output"]
    assert "no checkpoint tells of it" in lines["output"].detail
    assert "--restart" in lines["output"].remedy


def test_a_sample_may_be_written_anew(shop: StandIn, tmp_path: Path) -> None:
    backfill(shop, tmp_path, limit=3)
    lines = check(environ(shop, tmp_path), tmp_path, since=SINCE)
    assert lines["output"].detail.endswith("is a sample, which a run writes anew")


def test_a_run_half_done_can_go_on(shop: StandIn, tmp_path: Path) -> None:
    backfill(shop, tmp_path)
    half(tmp_path / "events.ndjson")
    lines = check(environ(shop, tmp_path), tmp_path, since=SINCE)
    assert "is half done" in lines["output"].detail
    other = check(environ(shop, tmp_path), tmp_path, since=SINCE, out=str(tmp_path / "b.ndjson"))
    assert failed(other) == ["output"]
    assert "not finished" in other["output"].detail


def test_last_finishes_a_run_half_done_first(shop: StandIn, tmp_path: Path) -> None:
    backfill(shop, tmp_path)
    given = environ(shop, tmp_path)
    lines = check(given, tmp_path, since="last", out=str(tmp_path / "b.ndjson"))
    assert failed(lines) == []
    assert lines["period"].detail.startswith("what is new since 2026-")
    half(tmp_path / "events.ndjson")
    lines = check(given, tmp_path, since="last", out=str(tmp_path / "b.ndjson"))
    assert failed(lines) == []
    assert lines["period"].detail.startswith("first the run half done, from 2015-01-01T05:00:00Z")
