"""A bar's text fits its terminal, however narrow that is."""

from __future__ import annotations

import io
import time
from typing import NoReturn

import pytest
from tqdm import tqdm

from command import part

FIGURES = "12,345 records, 7 rejected"


def drawn(width: int, total: int | None = 40_000_000) -> str:
    """Gives what is drawn of a bar that has come to three quarters."""
    file = io.StringIO()
    bar: tqdm[NoReturn] = tqdm(
        desc="reads", total=total, unit="B", unit_scale=True, file=file, delay=0.001, mininterval=0
    )
    time.sleep(0.002)
    bar.set_postfix_str(FIGURES, refresh=False)
    part("bars").fit(bar, 30_000_000, width)
    bar.update(30_000_000)
    bar.close()
    return [text for text in map(str.rstrip, file.getvalue().split("\r")) if text][-1]


@pytest.mark.parametrize("width", range(12, 121))
def test_no_text_is_cut(width: int) -> None:
    text = drawn(width)
    assert len(text) < width
    assert text.startswith("reads:  75%")
    assert (FIGURES in text) == (width > len(f"reads:  75%, {FIGURES}"))


def test_what_is_least_goes_first() -> None:
    parts = ("|##", "B/s", "30.0M/40.0M", FIGURES)
    for width, kept in {100: 4, 78: 3, 62: 2, 45: 1, 20: 0}.items():
        text = drawn(width)
        assert [one for one in parts if one in text] == list(parts[4 - kept :])


def test_a_bar_without_an_end_is_left_as_it_is() -> None:
    assert FIGURES in drawn(30, total=None)
