"""A window is read whole or not at all, and windows leave no gap between them."""

from __future__ import annotations

from itertools import count, pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from littlerelay.errors import UnreachableError
from littlerelay.shopify.graphql import MaxCostExceededError
from littlerelay.shopify.pages import Pages
from littlerelay.shopify.spans import Resource, Spans
from littlerelay.shopify.windows import Window, limited
from littlerelay.times import iso
from shop_in_memory import Faults, Row, ShopInMemory, pages, shape
from shopify_fakes import NOW

YEAR = 365 * 86_400
END = NOW - 600
START = END - YEAR


def rows_at(times: list[int]) -> list[Row]:
    """Makes a record for every time, numbered as Shopify does: the older the lower."""
    return [Row(at, index, at) for index, at in enumerate(sorted(times), 1)]


def evenly(count: int, start: int = START, end: int = END) -> list[Row]:
    return rows_at([start + index * (end - start) // count for index in range(count)])


def ids(windows: list[Window]) -> list[int]:
    return [record["id"] for window in windows for record in window.records]


def hold_together(windows: list[Window], start: int, end: int) -> None:
    """Asserts that the windows cover the span, and that each holds its own records in order."""
    assert [windows[0].start, windows[-1].end] == [start, end]
    assert all(one.end == two.start for one, two in pairwise(windows))
    for window in windows:
        created = [record["created_at"] for record in window.records]
        assert created == sorted(created)
        assert all(iso(window.start) <= text < iso(window.end) for text in created)


def test_windows_run_from_the_oldest_record_to_the_end_without_a_gap() -> None:
    shop = ShopInMemory(evenly(2000))
    windows = list(pages(shop, 0, END).windows())
    hold_together(windows, START, END)
    assert ids(windows) == list(range(1, 2001))


@pytest.mark.parametrize("first", [50, 250])
def test_a_window_holds_two_full_pages(first: int) -> None:
    shop = ShopInMemory(evenly(5000))
    windows = list(pages(shop, 0, END, first).windows())
    assert max(len(window.records) for window in windows) <= 4 * first
    assert len(windows) == pytest.approx(5000 / (2 * first), rel=0.2)
    assert len(shop.sizes()) <= 1.2 * 5000 / first


def test_a_window_stays_small_where_a_quiet_shop_becomes_a_busy_one() -> None:
    day = 86_400
    quiet = [row.created for row in evenly(300, START, END - day)]
    busy = [row.created for row in evenly(3000, END - day, END)]
    windows = list(pages(ShopInMemory(rows_at(quiet + busy)), 0, END).windows())
    assert ids(windows) == list(range(1, 3301))
    assert max(len(window.records) for window in windows) <= 200


def test_bounds_are_half_open() -> None:
    shop = ShopInMemory(rows_at([START, END - 1, END]))
    reader = pages(shop, 0, END)
    assert ids(list(reader.windows(START))) == [1, 2]
    assert reader.total() == 2
    assert ids(list(reader.windows(START + 1))) == [2]


def test_the_search_quotes_its_times() -> None:
    shop = ShopInMemory(evenly(1))
    list(pages(shop, START, END).windows(START))
    texts = [variables["query"] for name, variables in shop.asked if name == "orders"]
    assert texts == [
        f"updated_at:>='{iso(START)}' created_at:>='{iso(START)}' created_at:<'{iso(END)}'"
    ]


def test_what_was_not_updated_since_is_not_read_and_there_is_no_upper_bound() -> None:
    since = END - 1000
    old = [Row(START + at, at, updated) for at, updated in enumerate([since - 1, since, NOW], 1)]
    windows = list(pages(ShopInMemory(old), since, END).windows())
    assert ids(windows) == [2, 3]
    assert windows[0].start == START + 2


def test_records_are_put_in_order_even_where_shopify_gives_them_in_another() -> None:
    shop = ShopInMemory(evenly(1))
    places = [(START + 2, 70), (START + 1, 1000), (START + 1, 999)]
    shop.faults.strays = [Row(created, number, NOW) for created, number in places]
    assert ids(list(pages(shop, 0, END).windows())) == [1, 999, 1000, 70]


def test_a_second_may_hold_more_records_than_a_window_should() -> None:
    shop = ShopInMemory(rows_at([START - 60] * 3 + [START] * 1234 + [START + 1] * 700 + [END - 1]))
    windows = list(pages(shop, 0, END).windows())
    hold_together(windows, START - 60, END)
    assert ids(windows) == list(range(1, 1939))


def test_a_long_silence_is_crossed_in_a_few_steps() -> None:
    shop = ShopInMemory(rows_at([0] * 600 + [1] * 600 + [END - 1]))
    windows = list(pages(shop, 0, END).windows())
    assert ids(windows) == list(range(1, 1202))
    assert len(windows) < 20
    assert len(shop.asked) < 100


def test_an_empty_shop_has_no_windows() -> None:
    shop = ShopInMemory([])
    reader = pages(shop, 0, END)
    assert reader.total() == 0
    assert list(reader.windows()) == []
    assert shop.sizes() == []


def test_a_span_without_records_is_a_window_without_records() -> None:
    shop = ShopInMemory([])
    assert list(pages(shop, 0, END).windows(START)) == [Window(START, END, [])]
    assert shop.sizes() == []


def test_a_reading_that_was_short_is_repeated() -> None:
    shop = ShopInMemory(evenly(120), Faults(hidden=[{60}]))
    assert ids(list(pages(shop, 0, END).windows())) == list(range(1, 121))
    assert shop.sizes() == [50, 50, 50, 50, 50], "two pages, the same two again, and the last"


def test_a_window_that_stays_short_is_an_error() -> None:
    shop = ShopInMemory(evenly(120), Faults(hidden=[{60}, {61}]))
    with pytest.raises(UnreachableError, match=r"counts 100 orders .* and gives 99"):
        list(pages(shop, 0, END).windows())


def test_a_record_that_is_given_twice_is_one_and_does_not_hide_that_another_is_missing() -> None:
    rows = evenly(3)
    shop = ShopInMemory(rows, Faults(hidden=[{2}, {2}], strays=[rows[2]]))
    with pytest.raises(UnreachableError, match=r"counts 3 .* gives 2"):
        list(pages(shop, 0, END).windows())


def test_a_record_that_was_deleted_after_the_count_is_no_error() -> None:
    shop = ShopInMemory(evenly(10))
    reader = pages(shop, 0, END)
    windows = reader.windows(START)
    execute = shop.execute

    def deleting(name: str, variables: dict[str, object] | None = None) -> dict[str, object]:
        if name == "orders" and len(shop.rows) == 10:
            del shop.rows[4]
        return execute(name, variables)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(shop, "execute", deleting)
        assert ids(list(windows)) == [1, 2, 3, 4, 6, 7, 8, 9, 10]


def test_more_records_than_counted_are_no_error() -> None:
    shop = ShopInMemory(evenly(10), Faults(miscount=-3))
    assert len(ids(list(pages(shop, 0, END).windows()))) == 10
    assert len(shop.sizes()) == 1


def test_a_count_that_is_not_exact_proves_nothing() -> None:
    reader = pages(ShopInMemory(evenly(1), Faults(precision="AT_LEAST")), 0, END)
    with pytest.raises(UnreachableError, match="would not count"):
        reader.total()
    with pytest.raises(UnreachableError, match="would not count"):
        list(reader.windows())


def test_a_page_that_costs_too_much_is_halved_for_good() -> None:
    shop = ShopInMemory(evenly(30), Faults(dearest=13))
    assert ids(list(pages(shop, 0, END).windows())) == list(range(1, 31))
    assert shop.sizes() == [50, 25, 12, 12, 12]


def test_a_single_record_that_costs_too_much_is_not_halved_for_ever() -> None:
    shop = ShopInMemory(evenly(1), Faults(dearest=0))
    with pytest.raises(MaxCostExceededError):
        list(pages(shop, 0, END, first=5).windows())
    assert shop.sizes() == [5, 2, 1]


def test_a_cursor_that_stands_still_is_an_error() -> None:
    shop = ShopInMemory(evenly(60), Faults(stuck=True))
    with pytest.raises(UnreachableError, match="same page of orders twice"):
        list(pages(shop, 0, END).windows())
    assert len(shop.sizes()) == 2


def test_what_the_filter_should_have_left_out_is_left_out_here() -> None:
    since = START
    strays = [Row(START - 1, 901, NOW), Row(END, 902, NOW), Row(START + 5, 903, since - 1)]
    shop = ShopInMemory(evenly(3), Faults(strays=strays))
    assert ids(list(pages(shop, since, END).windows(START))) == [1, 2, 3]


def test_an_order_that_was_deleted_while_its_lists_were_read_is_left_out() -> None:
    shop = ShopInMemory(evenly(3))
    resource = Resource("orders", 50, shape, {}, lambda node: not node["id"].endswith("/2"))
    assert ids(list(Pages(Spans(shop, resource, 0, END)).windows())) == [1, 3]


def test_every_page_is_asked_with_the_variables_of_its_resource() -> None:
    shop = ShopInMemory(evenly(60))
    resource = Resource("orders", 50, shape, {"products": False}, lambda _: True)
    list(Pages(Spans(shop, resource, 0, END)).windows())
    asked = [variables for name, variables in shop.asked if name == "orders"]
    assert [variables["products"] for variables in asked] == [False, False]


@pytest.mark.parametrize("limit", [1, 100, 101, 999, 1000, 5000])
def test_a_sample_is_the_first_records(limit: int) -> None:
    windows = pages(ShopInMemory(evenly(1000)), 0, END).windows()
    assert ids(list(limited(windows, limit))) == list(range(1, min(limit, 1000) + 1))


@pytest.mark.parametrize(("limit", "windows"), [(1, 1), (2, 1), (3, 2), (4, 2), (5, 3)])
def test_a_sample_reads_no_window_more_than_it_needs(limit: int, windows: int) -> None:
    endless = (Window(at, at + 1, [{"id": at}, {"id": at}]) for at in count())
    assert len(list(limited(endless, limit))) == windows
    assert next(endless).start == windows


times = st.integers(START, START + 2000) | st.integers(START, NOW)


@given(
    st.lists(st.tuples(times, st.integers(0, YEAR)), max_size=60),
    times,
    st.lists(times, max_size=3),
    st.sampled_from([1, 2, 7, 50]),  # small pages make many windows of a few records
)
def test_where_a_reading_is_taken_up_again_does_not_change_what_is_read(
    lives: list[tuple[int, int]], since: int, stops: list[int], first: int
) -> None:
    rows = [Row(at, index, at + age) for index, (at, age) in enumerate(sorted(lives), 1)]
    wanted = [row.number for row in rows if row.updated >= since and row.created < END]
    shop = ShopInMemory(rows)
    windows = list(pages(shop, since, END, first).windows())
    assert ids(windows) == wanted
    if windows:
        hold_together(windows, windows[0].start, END)
    for stop in [*stops, *(window.end for window in windows[::5])]:
        later = [row.number for row in rows if row.number in wanted and row.created >= stop]
        assert ids(list(pages(shop, since, END, first).windows(stop))) == later
