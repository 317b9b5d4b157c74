"""Lanes keep their order, end at the first failure, and stop as soon as what is under way ends."""

import threading
import time
from collections.abc import Iterator
from concurrent.futures import wait
from contextlib import contextmanager

import pytest

from littlerelay.clock import SYSTEM
from littlerelay.errors import UnreachableError
from littlerelay.segment.lanes import Brake, Lanes, Stopped


class Worker:
    """Does work once it is let, and fails where that is asked."""

    def __init__(self) -> None:
        self.go = threading.Event()
        self.begun = threading.Event()
        self.done: list[int] = []
        self.bad: set[int] = set()

    def __call__(self, work: int) -> int:
        self.begun.set()
        self.go.wait(10)
        if work in self.bad:
            raise UnreachableError("Segment is away.")
        self.done.append(work)
        return work


@contextmanager
def lanes(number: int, worker: Worker) -> Iterator[Lanes[int, int]]:
    made: Lanes[int, int] = Lanes(number, worker, Brake(SYSTEM))
    try:
        yield made
    finally:
        worker.go.set()
        made.stop(10.0)


def test_a_lane_does_its_work_in_order() -> None:
    worker = Worker()
    worker.go.set()
    with lanes(1, worker) as made:
        wait([made.submit(0, number) for number in range(50)])
    assert worker.done == list(range(50))


def test_nothing_is_done_in_a_lane_after_a_failure() -> None:
    worker = Worker()
    worker.bad = {1}
    with lanes(2, worker) as made:
        futures = [made.submit(lane, work) for lane, work in ((0, 1), (0, 2), (0, 3), (1, 4))]
        worker.go.set()
        wait(futures)
    errors = [future.exception() for future in futures]
    assert errors[3] is None
    assert errors[0] is errors[1] is errors[2] is not None
    assert worker.done == [4]


def test_a_stop_waits_for_what_is_under_way_and_begins_nothing_more() -> None:
    worker = Worker()
    with lanes(2, worker) as made:
        under_way, waiting = made.submit(0, 1), made.submit(0, 2)
        worker.begun.wait(10)
        threading.Timer(0.05, worker.go.set).start()
        made.stop(10.0)
        assert under_way.result(0) == 1
        assert isinstance(waiting.exception(10), Stopped)
    assert worker.done == [1]


def test_a_stop_is_over_once_nothing_is_under_way() -> None:
    worker = Worker()
    with lanes(1, worker) as made:
        futures = [made.submit(0, number) for number in range(3)]
        worker.begun.wait(10)
        threading.Timer(0.05, worker.go.set).start()
        began = time.monotonic()
        made.stop(10.0)
        made.stop(10.0)
        assert time.monotonic() - began < 5.0
    assert [type(future.exception(10)) for future in futures] == [type(None), Stopped, Stopped]


def test_who_waits_for_what_is_queued_hears_of_a_stop() -> None:
    worker = Worker()
    with lanes(1, worker) as made:
        futures = [made.submit(0, number) for number in range(3)]
        worker.begun.wait(10)
        stopping = threading.Thread(target=made.stop, args=(10.0,))
        threading.Timer(0.05, stopping.start).start()
        threading.Timer(0.2, worker.go.set).start()
        _, left = wait(futures, timeout=5.0)
        stopping.join()
    assert not left


def test_a_stop_does_not_wait_for_ever() -> None:
    worker = Worker()
    with lanes(1, worker) as made:
        under_way = made.submit(0, 1)
        made.stop(0.01)
        assert not under_way.done()


@pytest.mark.parametrize("sleep", [SYSTEM.sleep, lambda _: None])
def test_a_brake_ends_every_wait(sleep: object) -> None:
    brake = Brake(SYSTEM)
    brake.clock.sleep(0.0)
    brake.pull()
    assert brake.is_pulled
    with pytest.raises(Stopped):
        brake.clock.sleep(3600.0)
