"""What is too long for a terminal goes on beneath, and no word is cut."""

from __future__ import annotations

import io

import pytest
from rich.text import Text

from command import part

PATH = "/srv/acme/" + "very-long-name-" * 4 + ".ndjson"


def printed(text: Text, *, is_terminal: bool = True) -> list[str]:
    """Returns the lines that are printed to a terminal of 40 columns, or to a file."""
    file = io.StringIO()
    out = part("console").Screen(
        file=file, width=40, force_terminal=is_terminal, color_system=None, soft_wrap=True
    )
    out.print(text)
    return [line.rstrip() for line in file.getvalue().splitlines()]


def facts(**values: str) -> Text:
    found = part("console").facts(values.items())
    assert isinstance(found, Text)
    return found


def test_a_value_goes_on_beneath_itself() -> None:
    assert printed(facts(next="relay reconcile proves that nothing is missing", at="today")) == [
        "next  relay reconcile proves that",
        "      nothing is missing",
        "at    today",
    ]


def test_prose_goes_on_beneath_its_label() -> None:
    prose = Text.assemble(("error: ", "bold red"), "The job has a run that is not finished.")
    assert printed(prose) == ["error: The job has a run that is not", "       finished."]


@pytest.mark.parametrize("length", range(1, 60))
def test_no_line_begins_with_the_space_between_two_words(length: int) -> None:
    first, *rest = printed(Text(f"{'x' * length} {'y' * 12} {'z' * 39}"))
    assert first.startswith("x" * length)
    assert [line for line in rest if line.startswith(" ")] == []


def test_what_can_be_copied_stays_whole() -> None:
    assert PATH in printed(facts(output=PATH))[-1]


@pytest.mark.parametrize("words", ["one two " * 20, "", "a\n\nb"])
def test_what_is_no_terminal_gets_lines_as_they_are(words: str) -> None:
    assert printed(Text(words), is_terminal=False) == [
        line.rstrip() for line in words.splitlines() or [""]
    ]


def test_empty_lines_stay() -> None:
    assert printed(Text("a\n\nb")) == ["a", "", "b"]
