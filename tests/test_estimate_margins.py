"""A margin of an estimate is as wide as what a sample may have missed."""

from __future__ import annotations

from typing import Any

import pytest

from littlerelay.estimating import samples
from littlerelay.estimating.samples import Mapped, Sample
from littlerelay.previews import Figure, Preview
from littlerelay.shopify.spans import Span


def sampled(*values: float) -> Figure:
    """Estimates a sum over 10,000 records of a value of which a sample has these."""
    records = [Mapped({"value": value}, [], [], 10_000 / len(values)) for value in values]
    sample = Sample("orders", 10_000, records, read=len(values))
    return sample.total(lambda one: one.record["value"])


@pytest.mark.parametrize(("seen", "most"), [(0, 3.0), (1, 5.57), (5, 11.67), (20, 30.9)])
def test_what_is_rare_in_a_sample_may_be_as_frequent_as_chance_can_hide(
    seen: int, most: float
) -> None:
    figure = sampled(*[1.0] * seen, *[0.0] * (100 - seen))
    assert figure.number == seen * 100
    assert figure.number + figure.margin >= 0.93 * most * 100
    assert figure.margin <= 400 + 1.3 * 196 * seen**0.5


class Read:
    """Notes what of a span is read, and gives so many of what is asked for."""

    def __init__(self, most: int) -> None:
        self.most, self.asked = most, list[Span]()

    def sample(self, span: Span, most: int) -> list[dict[str, Any]]:
        self.asked.append(span)
        return [{}] * (min(most, self.most) if span.start else most)


@pytest.mark.parametrize(("there", "starts"), [(10, [450]), (9, [450, 0])])
def test_the_middle_of_a_span_stands_for_it_where_it_holds_enough(
    there: int, starts: list[int]
) -> None:
    pages: Any = Read(there)
    assert len(samples._amid(pages, Span(0, 1000, 100), 10)) == 10
    assert [span.start for span in pages.asked] == starts


@pytest.mark.parametrize(
    ("octets", "messages", "told"),
    [
        (Figure(0), 0, Figure(0)),
        (Figure(900), 1, Figure(1)),
        (Figure(900_000), 500, Figure(2, is_exact=False, margin=1)),
        (Figure(480_000_000), 240_000, Figure(1000, is_exact=False, margin=9)),
        (
            Figure(16_600_000, is_exact=False, margin=1_000_000),
            9_000,
            Figure(35, is_exact=False, margin=2),
        ),
    ],
)
def test_batches_err_as_the_bytes_do_and_by_where_the_cuts_fall(
    octets: Figure, messages: int, told: Figure
) -> None:
    none = Figure(0)
    preview = Preview({"Order Completed": Figure(messages)}, none, none, octets, 1.0, None, None)
    assert preview.batches == told


def test_figures_of_the_same_records_err_together() -> None:
    rough = {name: Figure(100, is_exact=False, margin=30) for name in ("alias", "identify")}
    preview = Preview(rough, Figure(0), Figure(0), Figure(9), 1.0, None, None, margin=60)
    assert preview.messages == Figure(200, is_exact=False, margin=60)
