"""Whatever lines come, each message is in one batch, in order, and no place passes it too early."""

from collections import defaultdict
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from littlerelay.files import lines as splitting
from littlerelay.segment.batches import START, Batch, Line, Place, lane_of, of_blocks, of_lines
from littlerelay.segment.messages import Refusal
from numbered_lines import LIMIT, in_a_file, narrow, reading


def cut(lines: list[Line], lanes: int, most: int) -> list[Batch]:
    with pytest.MonkeyPatch.context() as patch:
        narrow(patch)
        return list(of_lines(lines, START, lanes, most))


LANES = st.integers(1, 6)
FILES = LANES.flatmap(
    lambda lanes: st.tuples(
        st.just(lanes),
        st.lists(
            st.tuples(
                st.lists(
                    st.tuples(st.integers(0, lanes - 1), st.integers(4, LIMIT - 1)), max_size=4
                ),
                st.integers(0, 2),
            ),
            max_size=25,
        ).map(in_a_file),
    )
)


@settings(max_examples=60)
@given(FILES, st.integers(1, 5))
def test_every_message_is_in_one_batch_in_the_order_of_its_lane(
    drawn: tuple[int, list[Line]], most: int
) -> None:
    lanes, lines = drawn
    meant: defaultdict[int, list[object]] = defaultdict(list)
    made: defaultdict[int, list[object]] = defaultdict(list)
    for line in lines:
        for lane, message in line.messages:
            meant[lane].append((message, line.start))
    for batch in cut(lines, lanes, most):
        parts = batch.content.splitlines(keepends=True)
        assert batch.count == len(parts) == len(batch.places) <= most
        assert len(batch.content) <= LIMIT
        made[batch.lane] += list(zip(parts, batch.places, strict=True))
        assert [batch.place_of(number) for number in range(batch.count)] == [*batch.places]
    assert {lane: found for lane, found in made.items() if found} == meant


@settings(max_examples=60)
@given(FILES, st.integers(1, 5))
def test_no_place_passes_a_line_that_is_not_yet_in_a_batch(
    drawn: tuple[int, list[Line]], most: int
) -> None:
    lanes, lines = drawn
    left = [(line.start, message) for line in lines for _, message in line.messages]
    told = START
    made = cut(lines, lanes, most)
    for batch in made:
        assert batch.start >= told
        for pair in zip(batch.places, batch.content.splitlines(keepends=True), strict=True):
            left.remove(pair)
        assert batch.covered >= told
        assert all(start >= batch.covered for start, _ in left)
        told = batch.covered
    assert not left
    assert made[-1].covered == (lines[-1].end if lines else START)


@settings(max_examples=60)
@given(FILES, st.integers(1, 5))
def test_every_refusal_is_given_once_with_the_place_of_its_line(
    drawn: tuple[int, list[Line]], most: int
) -> None:
    lanes, lines = drawn
    told = START
    found: list[tuple[Place, Refusal]] = []
    for batch in cut(lines, lanes, most):
        assert all(start >= told for start, _ in batch.refused)
        found += batch.refused
        told = batch.covered
    assert found == [(line.start, refusal) for line in lines for refusal in line.refused]


@settings(max_examples=60)
@given(FILES, st.integers(1, 5))
def test_no_first_line_of_a_batch_lies_far_behind(drawn: tuple[int, list[Line]], most: int) -> None:
    lanes, lines = drawn
    longest = max([line.end.bytes - line.start.bytes for line in lines], default=0)
    told = START
    for batch in cut(lines, lanes, most):
        told = max(told, *batch.places, batch.covered)
        assert told.bytes - batch.start.bytes <= 4 * LIMIT + longest


def quiet(number: int, size: int, at: Place) -> list[Line]:
    """Makes lines of which nothing is chosen."""
    made = []
    for _ in range(number):
        end = replace(at, bytes=at.bytes + size, lines=at.lines + 1, left_out=at.left_out + 1)
        made.append(Line(at, end, []))
        at = end
    return made


def test_a_lane_that_stalls_is_sent_after_16_mb() -> None:
    first = Line(START, Place(1_000, 1, 1), [(2, b"1\n")])
    lines = [first, *quiet(40, 500_000, first.end)]
    one, *_, last = of_lines(lines, START, 4, 2_500)
    assert (one.lane, one.content, one.start) == (2, b"1\n", START)
    assert one.covered.bytes == 16_500_000 + 1_000 - 500_000
    assert (last.count, last.covered) == (0, lines[-1].end)


def test_a_long_stretch_without_messages_is_told() -> None:
    lines = quiet(60, 500_000, START)
    told = list(of_lines(lines, START, 2, 2_500))
    assert [one.covered.bytes for one in told] == [8_500_000, 17_000_000, 25_500_000, 30_000_000]
    assert {one.count for one in told} == {0}


OWN = st.lists(st.integers(0, 30).map(lambda size: b"x" * size + b"\n"), max_size=40)


@given(OWN, st.integers(1, 6))
def test_blocks_are_the_file_in_order_and_to_the_byte(lines: list[bytes], most: int) -> None:
    content = b"".join(lines)
    with pytest.MonkeyPatch.context() as patch:
        narrow(patch)
        made = list(of_blocks(reading(content), START, most))
    assert b"".join(batch.content for batch in made) == content
    place = START
    for batch in made:
        assert batch.start == place
        place = batch.covered
        assert batch.count == batch.content.count(b"\n") <= most
        assert len(batch.content) <= LIMIT
        assert place.events - batch.start.events == batch.count
        assert batch.place_of(batch.count - 1) == batch.start
    assert (place.bytes, place.lines, place.events) == (len(content), len(lines), len(lines))


@pytest.mark.parametrize("content", [b"no end", b"x" * 500_000 + b"\n", b"{}\n{}"])
def test_lines_that_are_not_relays_own_are_a_bug(content: bytes) -> None:
    with pytest.raises(RuntimeError, match="is not one of relay's own"):
        list(of_blocks(reading(content), START, 2_500))


def test_a_lane_is_the_same_on_every_machine() -> None:
    assert [lane_of(name, 6) for name in ("7001", "", "é", "\ud800")] == [5, 0, 2, 0]
    assert {lane_of(str(number), 6) for number in range(100)} == set(range(6))


PIECES = st.sampled_from([b"\n", b"\r\n", b"a", b"bc", b"\r", b"\xe2\x80\xa8", b"x" * 9])


@given(st.lists(PIECES, max_size=40).map(b"".join), st.integers(1, 12), st.integers(1, 12))
def test_lines_are_the_same_wherever_blocks_end(content: bytes, block: int, longest: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(splitting, "_BLOCK", block)
        found = list(splitting.lines(reading(content), longest))
    whole = content.split(b"\n")
    sizes = [len(one) + 1 for one in whole[:-1]] + [len(whole[-1])]
    texts = [one if size <= longest else None for one, size in zip(whole, sizes, strict=True)]
    assert found == [pair for pair in zip(sizes, texts, strict=True) if pair[0]]
