"""However lanes, answers and stops fall, no message is passed over and no refusal is told twice."""

import random
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from littlerelay.clock import Clock
from littlerelay.segment.delivery import Delivery, Pacer
from simulated_delivery import Simulation


def simulated(seed: int) -> Simulation:
    simulation = Simulation(random.Random(seed))
    simulation.run()
    return simulation


@settings(max_examples=150)
@given(st.integers(0, 2**32))
def test_the_place_never_passes_what_is_not_acknowledged(seed: int) -> None:
    simulation = simulated(seed)
    assert simulation.faults == []
    assert {*simulation.segment.accepted} == {*simulation.numbers()} - simulation.segment.bad


@settings(max_examples=100)
@given(st.integers(0, 2**32))
def test_every_refusal_is_told_once_across_all_stops(seed: int) -> None:
    simulation = simulated(seed)
    assert Counter(simulation.written) == simulation.refusals()


@settings(max_examples=100)
@given(st.integers(0, 2**32))
def test_each_person_s_messages_are_first_accepted_in_their_order(seed: int) -> None:
    simulation = simulated(seed)
    first = list(dict.fromkeys(simulation.segment.accepted))
    people = simulation.people()
    assert people == {person: [one for one in first if one in people[person]] for person in people}


def test_the_simulation_meets_what_it_is_for() -> None:
    runs = [simulated(seed) for seed in range(100)]
    assert sum(run.sessions for run in runs) > 100
    assert sum(len(run.segment.accepted) > len({*run.segment.accepted}) for run in runs) > 20
    assert sum(len(run.written) for run in runs) > 500


def test_a_place_that_is_the_largest_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    def largest(self: Delivery) -> object:
        return max([self._covered, *(batch.start for batch in self._under_way.values())])

    monkeypatch.setattr(Delivery, "_place", largest)
    assert any(simulated(seed).faults for seed in range(100))


@pytest.mark.parametrize("rate", [0.5, 100.0, 100_000.0])
def test_events_are_spread_evenly(rate: float) -> None:
    slept: list[float] = []
    clock = Clock(monotonic=lambda: sum(slept), sleep=slept.append)
    pacer = Pacer(rate, clock)
    for _ in range(10):
        pacer.take(50)
    assert slept == pytest.approx([50 / rate] * 9)


def test_time_that_passed_unused_is_not_made_up_for() -> None:
    now = [0.0]
    slept: list[float] = []
    pacer = Pacer(10.0, Clock(monotonic=lambda: now[0], sleep=slept.append))
    pacer.take(1)
    now[0] = 100.0
    for _ in range(3):
        pacer.take(1)
    assert slept == pytest.approx([0.1, 0.2])
