"""What files can be held to is what their runs say, and what cannot be meant is refused."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from contextlib import closing
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from littlerelay.checkpoint import Position
from littlerelay.compare.sides import File
from littlerelay.compare.workspace import Workspace
from littlerelay.errors import DamagedError, DiskError, UsageError
from littlerelay.meaning import Recording
from littlerelay.proofs import ReconcileRequest, months, reconcile
from littlerelay.reconcile.books import Books, amount, thousandths
from littlerelay.reconcile.comparable import check_files
from littlerelay.reconcile.given import Reader, rejected
from littlerelay.reconcile.scope import Asked, Scope, scope
from littlerelay.settings import Credentials, Mapping, Settings
from littlerelay.times import epoch
from proven_files import told
from sent_files import messages, put, put_own

NOW = epoch("2026-11-01T00:00:00Z")
UTC = ZoneInfo("UTC")
ALWAYS = epoch("9999-12-31T23:59:59Z")


def settings(path: Path) -> Settings:
    """Gives settings for a shop that nobody answers for."""
    token = Credentials(token="t")
    return Settings("acme.myshopify.com", token, path.parent / "state", "http://127.0.0.1:9")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Gives a file that a run wrote, of all of 2025."""
    return own(tmp_path / "events.ndjson", "2025-01-01", "2026-01-01")


def own(path: Path, since: str, until: str, **changed: Any) -> Path:
    put_own(path, messages(3))
    start, end = (epoch(f"{day}T00:00:00Z") for day in (since, until))
    told(path, since=start, until=end, frozen_end=end, **changed)
    return path


def found(*paths: Path, mapping: Mapping | None = None, **asked: Any) -> Scope:
    files = [File(one, may_be_cut=True) for one in paths]
    return scope(files, Asked(**asked), mapping or Mapping(shop="acme.myshopify.com"), NOW, UTC)


def test_a_run_says_its_period_and_what_it_read(path: Path) -> None:
    scoped = found(path)
    assert (scoped.since, scoped.until) == (
        epoch("2025-01-01T00:00:00Z"),
        epoch("2026-01-01T00:00:00Z"),
    )
    assert scoped.first_freeze == scoped.last_freeze == scoped.until
    assert scoped.kinds == ("orders", "refunds", "fulfillments")
    assert scoped.notes == ("customers are not compared: the run did not read them",)


def test_the_settings_are_those_of_the_run(path: Path) -> None:
    told(path, meaning={"include_test": True, "amounts": "shopify", "leave_out": ("Alias",)})
    scoped = found(path, mapping=Mapping(shop="acme.myshopify.com", refund_zero=True))
    assert (scoped.include_test, scoped.shipping_has_tax, scoped.refund_zero) == (True, True, False)
    assert scoped.left_out == {"Alias"}


@pytest.mark.parametrize("asked", [{}, {"since": "2026-03-01"}, {"until": "2026-04-01"}])
def test_of_recordings_the_user_says_the_time(asked: dict[str, Any], path: Path) -> None:
    recorded = {"recorded_in": (Recording("a.ndjson", 9),)}
    told(path, since=0, until=ALWAYS, frozen_end=ALWAYS, meaning=recorded)
    with pytest.raises(UsageError, match="is of recordings, which do not say") as caught:
        found(path, **asked)
    assert caught.value.hint == "Give --since and --until."
    scoped = found(path, since="2026-03-01", until="2026-04-01")
    assert scoped.first_freeze == scoped.last_freeze == scoped.until
    assert scoped.until == epoch("2026-04-01T00:00:00Z")
    assert scoped.notes == ("customers are not compared: the run did not read them",)


def test_files_of_one_job_are_held_together(path: Path) -> None:
    second = own(path.with_name("second.ndjson"), "2026-01-01", "2026-03-01")
    start = epoch("2026-02-27T00:00:00Z")
    third = own(path.with_name("third.ndjson"), "2025-01-01", "2026-05-01", new_since=start)
    scoped = found(third, path, second)
    assert (scoped.since, scoped.until) == (
        epoch("2025-01-01T00:00:00Z"),
        epoch("2026-05-01T00:00:00Z"),
    )
    with pytest.raises(UsageError, match="from 2026-01-01T00:00:00Z to 2026-02-27T00:00:00Z"):
        found(path, third)
    told(second, meaning={"include_test": True})
    with pytest.raises(UsageError, match="include_test was false and is now true"):
        found(path, second)


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ({"since": "2024-12-31"}, "and more is asked"),
        ({"until": "2026-01-02"}, "and more is asked"),
        ({"since": "2025-05-01", "until": "2025-05-01"}, "is empty"),
        ({"since": "yesterday"}, "is not a time"),
    ],
)
def test_a_period_that_the_files_do_not_hold_is_refused(
    path: Path, asked: dict[str, Any], message: str
) -> None:
    with pytest.raises(UsageError, match=message) as caught:
        found(path, **asked)
    assert caught.value.hint


def test_without_a_checkpoint_the_user_says_the_period(tmp_path: Path) -> None:
    path = put(tmp_path / "events.ndjson", messages(3))
    with pytest.raises(UsageError, match=r"No checkpoint of a run is beside .*events.ndjson:"):
        found(path, since="2025-01-01")
    mapping = Mapping(shop="acme.myshopify.com", namespace="test", pos_as_order_completed=True)
    scoped = found(path, mapping=mapping, since="2025-01-01", until="2025-02-01")
    assert scoped.kinds == ("orders", "refunds", "fulfillments", "customers")
    assert (scoped.namespace, scoped.pos_as_completed) == ("test", True)
    assert scoped.first_freeze == scoped.last_freeze == scoped.until


def test_a_plan_adds_to_what_a_run_wrote(path: Path) -> None:
    plan = put(path.with_name("plan.ndjson"), messages(3))
    told(path, meaning={"namespace": "test"})
    scoped = found(path, plan)
    assert (scoped.since, scoped.namespace) == (epoch("2025-01-01T00:00:00Z"), "test")
    assert f"{plan} adds to the files of runs: no checkpoint says what it holds" in scoped.notes
    part = found(path, plan, since="2025-02-01", until="2025-03-01")
    assert part.readings == scoped.readings
    wide = found(path, plan, since="2024-02-01", until="2026-10-01")
    assert [one.since for one in wide.readings] == [epoch("2024-02-01T00:00:00Z")]
    assert "customers" in wide.kinds
    told(path, new_since=epoch("2025-06-01T00:00:00Z"))
    with pytest.raises(UsageError, match=r"No checkpoint of a run is beside .*plan.ndjson:"):
        found(path, plan)


def test_settings_that_were_typed_must_be_those_of_the_run(path: Path) -> None:
    mapping = Mapping(shop="acme.myshopify.com", namespace="test", include_test=True)
    assert found(path, mapping=mapping).namespace == ""
    with pytest.raises(UsageError, match="namespace was not set and is now test") as caught:
        found(path, mapping=mapping, settings=frozenset({"namespace"}))
    assert "include_test" not in str(caught.value)


def test_a_job_and_a_file_are_not_named_both(path: Path) -> None:
    with pytest.raises(UsageError, match="and files are named"):
        list(reconcile(settings(path), ReconcileRequest((str(path),), job="nojob")))


def test_a_sample_and_what_was_new_alone_are_held_to_nothing(path: Path) -> None:
    check_files([File(path)])
    sample = own(path.with_name("sample.ndjson"), "2025-01-01", "2026-01-01", limit=9)
    with pytest.raises(UsageError, match=r"^Nothing can be compared: .* is a sample"):
        check_files([File(path), File(sample)])
    new = own(path.with_name("new.ndjson"), "2025-01-01", "2026-01-02", new_since=NOW)
    with pytest.raises(UsageError, match=r"^Nothing can be compared: .*--since last") as caught:
        check_files([File(new)])
    assert caught.value.hint.endswith(f"relay reconcile {path} {new}")
    check_files([File(path), File(new)])


def test_a_proof_that_would_compare_nothing_is_refused(path: Path) -> None:
    told(path, resources={"subscriptions": Position(total=1, done=True)})
    with pytest.raises(UsageError, match=r"^Nothing can be compared: customers are not compared"):
        found(path)


def test_what_was_not_read_in_all_of_the_period_is_not_compared(path: Path) -> None:
    both = {name: Position(total=1, done=True) for name in ("customers", "orders")}
    told(path, resources=both)
    second = own(path.with_name("second.ndjson"), "2026-01-01", "2026-03-01")
    scoped = found(path, second)
    assert scoped.kinds == ("orders", "refunds", "fulfillments")
    (note,) = scoped.notes
    unread = "no run read those from 2026-01-01T00:00:00Z to 2026-03-01T00:00:00Z"
    assert note == f"customers are not compared: {unread}"
    assert "customers" in found(path, second, until="2026-01-01").kinds


def test_months_begin_at_the_midnights_of_the_shop() -> None:
    since, until = epoch("2026-02-15T10:00:00Z"), epoch("2026-04-01T03:00:00Z")
    spans = [
        (name, span.start, span.end)
        for name, span in months(since, until, ZoneInfo("America/New_York"))
    ]
    march, april = epoch("2026-03-01T05:00:00Z"), epoch("2026-04-01T04:00:00Z")
    assert april > until
    assert spans == [("2026-02", since, march), ("2026-03", march, until)]


def test_an_amount_is_never_rounded_to_a_right_one() -> None:
    texts = {"54.01": "54.01", "-0.01": "-0.01", "1.2341": "1.235", "-1.2341": "-1.235", "0": "0"}
    for text, kept in texts.items():
        assert amount(thousandths(Decimal(text))) == Decimal(kept)


def test_a_file_of_rejects_that_is_something_else_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "rejects.ndjson"
    assert list(rejected(path)) == []
    path.write_bytes(b'{"reason": "x", "source": "orders", "id": null}\n\n')
    assert list(rejected(path)) == []
    for text in (b"[]\n", b'{"id": 1}\n', b'{"reason": half a line\n'):
        path.write_bytes(text)
        with pytest.raises(UsageError, match="no file of rejected records"):
            list(rejected(path))


def test_rejected_lines_of_a_recording_have_no_id_and_are_passed_over(tmp_path: Path) -> None:
    path = tmp_path / "rejects.ndjson"
    path.write_bytes(b'{"reason": "x", "source": "hooks.ndjson", "line": 3, "record": "{"}\n')
    assert list(rejected(path)) == []


def without_its_end(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-9])


def packed_and_cut(path: Path) -> None:
    path.write_bytes(gzip.compress(path.read_bytes())[:-9])


def with_a_text_for_an_amount(path: Path) -> None:
    path.write_bytes(path.read_bytes().replace(b'"total":12.5', b'"total":"12.5"'))


def with_an_amount_beyond_all(path: Path) -> None:
    path.write_bytes(path.read_bytes().replace(b'"total":12.5', b'"total":1e30'))


@pytest.mark.parametrize(
    ("spoil", "error", "message"),
    [
        (without_its_end, UsageError, "no JSON"),
        (packed_and_cut, DamagedError, "it was cut"),
        (with_a_text_for_an_amount, UsageError, "byte 0: total of Order Completed is no n"),
        (with_an_amount_beyond_all, UsageError, "byte 0: total of Order Completed is no n"),
    ],
)
def test_a_line_that_cannot_be_read_is_told(
    path: Path, spoil: Callable[[Path], None], error: type[Exception], message: str
) -> None:
    spoil(path)
    with (
        Workspace() as work,
        closing(Books(work, "2000", "2100")) as books,
        pytest.raises(error, match=message),
    ):
        list(Reader(books, str, "UTC").read([File(path, may_be_cut=True)]))


def test_books_that_find_no_room_say_so(path: Path) -> None:
    with Workspace() as work, closing(Books(work, "2000", "2100")) as books:
        (work.path / "books").write_bytes(b"no database" * 1000)
        with pytest.raises(DiskError, match="books"):
            list(Reader(books, str, "UTC").read([File(path)]))


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (lambda path: path.unlink(), "cannot be read"),
        (lambda path: path.write_bytes(b"{}\n"), "holds no events"),
        (lambda path: told(path, meaning={"shop": "b.myshopify.com"}), "was written with the shop"),
        (lambda path: told(path, phase="reading"), "is not finished"),
    ],
    ids=["missing", "no events", "another shop", "unfinished"],
)
def test_bad_files_are_refused_before_the_shop_is_asked(
    path: Path, spoil: Any, message: str
) -> None:
    spoil(path)
    with pytest.raises(UsageError, match=message) as caught:
        list(reconcile(settings(path), ReconcileRequest((str(path),))))
    assert caught.value.hint


def test_what_cannot_be_reconciled_is_refused(path: Path) -> None:
    with pytest.raises(UsageError, match="checkouts cannot be reconciled"):
        list(reconcile(settings(path), ReconcileRequest((str(path),), resources=("checkouts",))))
    with pytest.raises(UsageError, match="has no earlier run") as caught:
        list(reconcile(settings(path), ReconcileRequest()))
    assert caught.value.hint == "Name the files."
