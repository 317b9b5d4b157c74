"""A bug shows where it happened, and no value of a customer."""

from __future__ import annotations

import pytest

from command import CANARY, part
from littlerelay.errors import Bug
from littlerelay.shopify.graphql import QueryError
from processes import BACKFILL, start

ADDRESS = "canary@example.com"


def told(error: BaseException, capsys: pytest.CaptureFixture[str]) -> str:
    part("display").bug(error)
    return capsys.readouterr().err


def raised(error: BaseException) -> BaseException:
    """Returns an error that was raised while an address could not be found."""
    try:
        try:
            raise KeyError(ADDRESS)
        except KeyError:
            raise error  # noqa: B904  the chain is what is tested
    except type(error) as caught:
        return caught


def test_a_bug_looks_like_one_and_gives_no_secret_away(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RELAY_SHOP", "demo.myshopify.com")
    monkeypatch.setenv("RELAY_TOKEN", CANARY)
    process = start("bug", *BACKFILL, "--quiet")
    out, err = process.communicate(timeout=10)
    assert (process.returncode, out) == (1, b"")
    said = err.decode()
    assert said.startswith("Traceback (most recent call last):\n")
    assert "KeyError" in said
    assert "error: This is a bug in relay.\n" in said
    assert "canary" not in said
    assert "\x1b" not in said


@pytest.mark.parametrize(
    "error",
    [
        ValueError(f"Invalid isoformat string: '{ADDRESS}'"),
        KeyError(ADDRESS),
        OSError(2, ADDRESS, ADDRESS),
        UnicodeDecodeError("utf-8", ADDRESS.encode(), 0, 1, ADDRESS),
        NotImplementedError(ADDRESS),
        RuntimeError(ADDRESS),
        ExceptionGroup(ADDRESS, [ValueError(ADDRESS)]),
    ],
)
def test_no_value_is_in_what_a_bug_shows(
    error: Exception, capsys: pytest.CaptureFixture[str]
) -> None:
    error.add_note(ADDRESS)
    last = TypeError(ADDRESS)
    last.__cause__ = raised(error)
    said = told(raised(last), capsys)
    assert "canary" not in said
    assert f"\n{type(error).__name__}\n" in said


def test_errors_that_led_to_a_bug_are_told_before_it(capsys: pytest.CaptureFixture[str]) -> None:
    lines = told(raised(ValueError()), capsys).splitlines()
    assert [line for line in lines if line in ("KeyError", "Then:", "ValueError")] == [
        "KeyError",
        "Then:",
        "ValueError",
    ]
    assert sum(", in raised" in line for line in lines) == 2


def test_errors_that_were_put_aside_are_not_told(capsys: pytest.CaptureFixture[str]) -> None:
    error = raised(ValueError())
    error.__suppress_context__ = True  # as `raise ... from None` says
    assert "KeyError" not in told(error, capsys)


def test_errors_that_led_to_each_other_come_to_an_end(capsys: pytest.CaptureFixture[str]) -> None:
    one, other = ValueError(), TypeError()
    one.__cause__, other.__cause__ = other, one
    assert told(one, capsys).count("Traceback") == 2


def test_a_broken_promise_of_relay_is_told_in_its_words(capsys: pytest.CaptureFixture[str]) -> None:
    error = Bug("5 orders were read, 4 mapped")
    assert "\nBug: 5 orders were read, 4 mapped\n" in told(raised(error), capsys)


def test_a_query_of_relay_s_that_shopify_refuses_is_told_in_shopify_s_words(
    capsys: pytest.CaptureFixture[str],
) -> None:
    words = "Shopify refused relay's query: Field 'foo' doesn't exist on type 'Order'"
    assert f"\nQueryError: {words}\n" in told(raised(QueryError(words)), capsys)
