"""The compact set knows what a set knows, in a fraction of the memory."""

import tracemalloc

from hypothesis import given
from hypothesis import strategies as st

from littlerelay.compact import CompactSet

MANY = 50_000
texts = st.lists(st.text(max_size=3) | st.integers().map(str), max_size=60)


@given(taken=texts, asked=texts)
def test_it_knows_what_a_set_knows(taken: list[str], asked: list[str]) -> None:
    compact, plain = CompactSet(), set[str]()
    for text in taken:
        compact.add(text)
        plain.add(text)
        assert len(compact) == len(plain)
    for text in [*taken, *asked]:
        assert (text in compact) == (text in plain)


def test_it_keeps_all_while_it_grows() -> None:
    compact = CompactSet()
    for number in range(MANY):
        compact.add(str(number))
    assert len(compact) == MANY
    assert all(str(number) in compact for number in range(MANY))
    assert not any(str(number) in compact for number in range(MANY, 2 * MANY))


def test_a_text_takes_few_bytes() -> None:
    many = MANY // 4  # as full as with all of them: the places double
    tracemalloc.start()
    try:
        compact = CompactSet()
        for number in range(many):
            compact.add(str(number))
        held, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert held < 33 * many
    assert peak < 55 * many, "old and new places, while it grows"
