"""`relay reconcile` names what a file lacks, and its exit code says so."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from io import StringIO

import pytest
from rich.console import Console

from command import Ended, Relay, faked, part
from littlerelay import proofs
from littlerelay.compare.values import Comparing
from littlerelay.reconcile.values import Asking, Differing, Finding, Reconciled, Reported, Row

AT = "2026-01-31T09:15:00.000Z"
ALTERED = Finding(
    kind="orders",
    outcome="altered",
    name="#1042",
    id=5042,
    message_id="a" * 36,
    at=AT,
    currency="USD",
    values=(Differing("total", Decimal("54.000"), Decimal("54.010")),),
    reason=None,
)
MISSING = replace(
    ALTERED,
    outcome="missing",
    name="#1043",
    id=5043,
    values=(
        Differing("total", None, Decimal(1234)),
        Differing("tax", None, Decimal("0.005")),
    ),
)
EXTRA = replace(
    ALTERED,
    kind="customers",
    outcome="extra",
    name="70\x1b[2J",
    id=None,
    currency="",
    values=(),
    reason="rejected",
    detail="missing_field",
)
RESULT = Reconciled(
    files=("events.ndjson",),
    shop="demo.myshopify.com",
    since="2026-01-01T00:00:00Z",
    until="2026-03-01T00:00:00Z",
    zone="UTC",
    kinds=("orders", "customers"),
    rows=(
        Row("2026-01", "USD", "total", Decimal(54), Decimal("1288.01"), Decimal(0)),
        Row("2026-02", "USD", "total", Decimal("7.5"), Decimal("7.5"), Decimal(0)),
        Row("2026-02", "JPY", "total", Decimal(700), Decimal(705), Decimal(-5)),
        Row("2026-01", "", "customers", Decimal(3), Decimal(2), Decimal(1)),
    ),
    faults=2,
    explained={"rejected": 1},
    notes=("refunds are not compared: because",),
    report=(
        Reported("2025-12", 0, *[Decimal(0)] * 5),
        Reported("2026-01", 2, *map(Decimal, ("60.01", "5", "4", "-1", "-2"))),
    ),
    elapsed=61.0,
)
SOUND = replace(RESULT, faults=0, rows=RESULT.rows[1:])


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """Gives the values that a proof is to tell."""
    values: list[object] = [Comparing("events.ndjson", 5, 10), Asking("orders", 1, 2)]
    asked: list[object] = []

    def reconcile(_: object, request: object) -> Iterator[object]:
        asked.append(request)
        yield from values

    monkeypatch.setattr(proofs, "reconcile", reconcile)
    return values


@pytest.fixture
def relay(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Iterator[Relay]:
    yield from faked(monkeypatch, capfd)


def lines(ended: Ended) -> list[str]:
    return [one.rstrip() for one in ended.out.splitlines()]


def test_it_names_what_differs_and_ends_with_3(relay: Relay, told: list[object]) -> None:
    told += [EXTRA, ALTERED, MISSING, RESULT]
    ended = relay("reconcile", "events.ndjson")
    assert ended.code == 3
    shown = lines(ended)
    told_orders = "no orders (61.50 USD, 700 JPY)"
    assert shown[:4] == [
        f"Not proved: 2 differences have no explanation, in {told_orders}, 3 customers.",
        "",
        "~ #1042  order 5042  total 54.00, Shopify 54.01",
        f"- #1043  order 5043  not in the files: {AT}, total 1,234.00 USD, tax 0.005",
    ]
    customer = f"customer with the messageId {'a' * 36}"
    explained = f"+ 70\\x1b[2J  {customer}  not in Shopify: {AT}  (rejected: missing_field)"
    assert shown.index(explained) > shown.index(next(one for one in shown if "total" in one))
    assert shown.index(explained) > shown.index(next(one for one in shown if "JPY total" in one))
    assert "error: 2 differences have no explanation" in ended.err
    assert "hint: Each is named above." in ended.err


def test_it_says_why_something_should_not_be_there(relay: Relay, told: list[object]) -> None:
    told += [replace(MISSING, outcome="extra", detail="test order"), RESULT]
    (_, _, shown, *_) = lines(relay("reconcile", "events.ndjson"))
    assert shown.startswith(f"+ #1043  order 5043  not to be in the files (test order): {AT}")


def test_sums_of_both_sides_stand_below(relay: Relay, told: list[object]) -> None:
    told += [ALTERED, RESULT]
    shown = lines(relay("reconcile", "events.ndjson"))
    rows = {tuple(one.split()) for one in shown}
    assert ("customers", "3", "2", "1", "1", "0") in rows
    assert ("USD", "total", "61.50", "1,295.51", "-1,234.01", "0.00", "-1,234.01") in rows
    assert ("JPY", "total", "700", "705", "-5", "-5", "0") in rows
    months = [one for one in shown if one.startswith("2026-")]
    assert [one.split()[:3] for one in months] == [["2026-01", "USD", "total"]]
    assert "note         refunds are not compared: because" in shown
    assert not [one for one in shown if one.startswith(("all months", "report"))]
    assert [one for one in shown if one.startswith("left aside   products, coupons, who")]


def test_full_shows_every_month_and_every_difference(relay: Relay, told: list[object]) -> None:
    told += [*[replace(EXTRA, name=str(number)) for number in range(9)], SOUND]
    few = lines(relay("reconcile"))
    assert len([one for one in few if one.startswith("+ ")]) == 3
    ended = relay("reconcile", "--full")
    assert ended.code == 0
    assert len([one for one in lines(ended) if one.startswith("+ ")]) == 9
    # Three months, and one of Shopify's report, which has nothing of another one.
    assert not [one for one in lines(ended) if one.startswith("2025-")]
    assert len([one for one in lines(ended) if one.startswith("2026-")]) == 4
    (report,) = [one for one in lines(ended) if one.startswith("report")]
    assert "Its total is less what was paid back." in report
    assert [one for one in lines(ended) if one.startswith("all months")]


def test_the_verdict_is_the_first_line(relay: Relay, told: list[object]) -> None:
    orders = Row("2026-02", "USD", "orders", Decimal(1_466), Decimal(1_497), Decimal(-31))
    others = Row("2026-02", "JPY", "orders", Decimal(1), Decimal(1), Decimal(0))
    told += [EXTRA, replace(SOUND, rows=(*SOUND.rows, orders, others))]
    (first, *_) = lines(relay("reconcile"))
    figures = "1,467 orders (7.50 USD, 700 JPY), 3 customers"
    assert first == f"Proved: {figures}; nothing is unexplained."
    assert " ".join(lines(relay("reconcile"))[-1].split()) == f"verdict {first}"


def test_what_a_reason_explains_is_counted_by_what_it_is(relay: Relay, told: list[object]) -> None:
    test = replace(MISSING, reason="test order")
    every = [test, test, replace(test, kind="refunds")]
    told += [*every, replace(SOUND, explained={"test order": 3})]
    (explained,) = [one for one in lines(relay("reconcile")) if one.startswith("explained")]
    assert "test order: 2 orders, 1 refund: test orders give no events" in explained


def test_quiet_says_only_what_is_wrong(relay: Relay, told: list[object]) -> None:
    told += [EXTRA, SOUND]
    assert relay("reconcile", "--quiet") == Ended(0, "", "")
    told += [ALTERED, replace(RESULT, faults=1)]
    for more in ((), ("--full",)):
        ended = relay("reconcile", "--quiet", *more)
        assert ended.code == 3
        assert lines(ended) == ["~ #1042  order 5042  total 54.00, Shopify 54.01"]
        assert ended.err.startswith("error: 1 difference has no explanation")


def test_the_hint_says_whether_all_faults_are_named(relay: Relay, told: list[object]) -> None:
    told += [*[ALTERED] * 51, replace(RESULT, faults=51)]
    ended = relay("reconcile", "--quiet")
    assert len(lines(ended)) == 50
    assert "hint: The first are named above, --full names all." in ended.err
    assert "hint: Each is named above." in relay("reconcile", "--full").err


def test_json_holds_everything(relay: Relay, told: list[object]) -> None:
    told += [ALTERED, EXTRA, RESULT]
    ended = relay("reconcile", "--json", "--quiet")
    found = json.loads(ended.out)
    assert ended.code == 3
    assert found["findings"][0] == {
        "kind": "orders",
        "outcome": "altered",
        "name": "#1042",
        "id": 5042,
        "messageId": "a" * 36,
        "timestamp": AT,
        "currency": "USD",
        "values": [{"name": "total", "file": "54.00", "shop": "54.01"}],
        "reason": None,
        "detail": None,
    }
    assert found["findings"][1]["reason"] == "rejected"
    assert found["rows"][0] == {
        "month": "2026-01",
        "currency": "USD",
        "name": "total",
        "file": "54.00",
        "shop": "1288.01",
        "difference": "-1234.01",
        "explained": "0.00",
        "unexplained": "-1234.01",
    }
    assert found["rows"][3]["file"] == 3
    assert (found["faults"], found["explained"]) == (2, {"rejected": 1})
    assert (found["report"][1]["total"], found["report"][1]["taxes"]) == ("60.01", "5.00")
    (total,) = [one for one in found["sums"] if (one["name"], one["currency"]) == ("total", "USD")]
    assert (total["month"], total["file"], total["unexplained"]) == (None, "61.50", "-1234.01")
    assert found["notes"] == list(RESULT.notes)


def test_json_without_findings_is_whole(relay: Relay, told: list[object]) -> None:
    told.append(SOUND)
    found = json.loads(relay("reconcile", "--json").out)
    assert (found["findings"], found["faults"]) == ([], 0)


@pytest.mark.parametrize("width", [20, 60, 100])
def test_no_figure_is_cut_however_narrow_a_terminal_is(width: int) -> None:
    large = Row("2026-01", "USD", "total", Decimal("177447123.45"), Decimal(0), Decimal(0))
    written = StringIO()
    out = Console(file=written, width=width)
    for table in part("reconcile_tables").tables(
        replace(RESULT, rows=(large,)), width, is_full=True
    ):
        out.print(table)
    shown = written.getvalue()
    assert "…" not in shown
    words = shown.split()
    assert words.count("177,447,123.45") == 6  # of either side, the difference and the rest
    assert {"file", "difference", "unexplained", "60.01"} <= set(words)


def test_an_amount_keeps_every_digit_that_it_has() -> None:
    money = part("reconcile_view").money
    assert money(Decimal("1234.5"), "USD") == "1,234.50"
    assert money(Decimal("1234.567"), "USD") == "1,234.567"
    assert money(Decimal("1234.000"), "JPY") == "1,234"
    assert money(Decimal("1.5"), "KWD") == "1.500"
