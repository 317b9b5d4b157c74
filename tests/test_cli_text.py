"""Figures and times read as the examples beside their functions say."""

from __future__ import annotations

import doctest

from command import part


def test_figures_read_as_their_examples_say() -> None:
    assert doctest.testmod(part("text")) == doctest.TestResults(failed=0, attempted=9)
