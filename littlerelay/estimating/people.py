"""Estimates how many people a run tells of, from records of which each tells of one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from functools import partial
from math import sqrt

from littlerelay.checkpoint import Checkpoint
from littlerelay.estimating.samples import Mapped, Sample
from littlerelay.events import Event
from littlerelay.pipeline import Record
from littlerelay.previews import Figure, added
from littlerelay.times import epoch

_GUESS = 0.3  # part by which the number of people may be wrong because of that alone


class Identities:
    """The ids of messages: users', and visitors' of whom no message says which user they are."""

    def __init__(self) -> None:
        self.users: set[str] = set()
        self._visitors: set[str] = set()
        self._tied: set[str] = set()

    def note(self, event: Event) -> bool:
        """Take the ids of a message in; tell whether it is about a visitor not heard of before."""
        user, visitor = event.get("userId"), event.get("anonymousId")
        if user:
            self.users.add(user)
            self._tied.update(one for one in (visitor, event.get("previousId")) if one)
            return False
        is_new = visitor not in self._visitors and visitor not in self._tied
        self._visitors.add(str(visitor))
        return is_new

    @property
    def visitors(self) -> set[str]:
        """Give the ids of visitors who are no users."""
        return self._visitors - self._tied


def all_people(samples: Iterable[Sample]) -> tuple[Figure, Figure]:
    """Count the users and the visitors of samples that hold all there is."""
    found = Identities()
    for sample in samples:
        for one in sample.records:
            for event in one.events:
                found.note(event)
    return Figure(len(found.users)), Figure(len(found.visitors))


def users(run: Checkpoint, samples: Iterable[Sample], identified: int) -> Figure:
    """Estimate the distinct userIds of a run that tells of so many customers by an Identify.

    An order adds somebody where the customer's own record gives nothing, and only a part of
    somebody who has several orders. Where no Identify is given, a customer's record counts only
    where no order could tell of the same person.
    """
    found = []
    for sample in samples:
        if sample.resource != "customers":
            new = partial(_new_user, run, sample.resource, identified=bool(identified))
            told = guessed(sample.total(new))
            found.append(_distinct(told, sample, new) if sample.resource == "checkouts" else told)
        elif identified:
            known, told = sample.total(_has_user), sample.total(lambda one: bool(one.events))
            number = round(identified * known.number / (told.number or 1))
            found.append(known._replace(number=number))
        else:
            found.append(sample.total(partial(_orderless, run)))
    return added(found)


def visitors(samples: Iterable[Sample]) -> Figure:
    """Estimate the distinct anonymousIds of a run that no message of it ties to a userId."""
    seen = Identities()
    return added(
        sample.total(lambda one: sum(seen.note(event) for event in one.events))
        for sample in samples
    )


def guessed(figure: Figure) -> Figure:
    """Give a figure a margin, too, for how it takes orders to be spread over time."""
    return figure._replace(margin=max(figure.margin, round(_GUESS * figure.number)))


def _distinct(told: Figure, sample: Sample, new: Callable[[Mapped], float]) -> Figure:
    """Give of how many people checkouts tell, of which nobody counts how many somebody has.

    Of a part f of them n are of people, and p pairs of these are of the same one: so somebody of
    whom a checkout tells has 2 p / (n f) others. Where few have many, that is n / (1 + p / (n f))
    people in n checkouts. As many pairs may be missing as chance can take away.
    """
    people = [one.record.get("customer") or {} for one in sample.records if new(one)]
    numbers = Counter(person["id"] for person in people if "id" in person)
    pairs = sum(number * (number - 1) / 2 for number in numbers.values())
    seen = max(1, numbers.total()) * sample.read / max(1, sample.counted) or 1.0
    likely, least = (1 / (1 + some / seen) for some in (pairs, pairs + 2 * sqrt(pairs) + 3))
    guess = told.number * max(1 - likely, likely - least)
    margin = round(sqrt(told.margin**2 + guess**2))
    return Figure(round(told.number * likely), is_exact=False, margin=margin)


def part_of_customer(record: Record, run: Checkpoint) -> float:
    """Give which part of a customer one order of theirs in the run is: one of all of those.

    Shopify tells how many orders they have in all, n. Each of the others lies in the period with a
    chance p, its part of the time since the customer was created, and 1 / (1 + how many do) is
    (1 - (1 - p)^n) / (n p) on average.
    """
    orders, inside = _orders_of(record, run)
    return float((1 - (1 - inside) ** orders) / (orders * inside))


def _orders_of(record: Record, run: Checkpoint) -> tuple[int, float]:
    """Give how many orders the customer has in all, and the chance that one is in the period."""
    customer = record.get("customer") or {}
    created = customer.get("created_at")
    begun = epoch(created) if created else run.since
    inside = 1.0 if begun >= run.since else (run.until - run.since) / (run.until - begun)
    return customer.get("orders_count") or 1, inside


def _orderless(run: Checkpoint, one: Mapped) -> bool:
    """Tell whether a customer has a user id, and no order that the run reads can have told it."""
    return _has_user(one) and not ("orders" in run.resources and one.record.get("orders_count"))


def _new_user(run: Checkpoint, resource: str, one: Mapped, *, identified: bool) -> float:
    """Give how much of a user a record adds to those of whom others tell.

    ``identified`` is true where customers' own records tell by an Identify who they are.
    """
    customer = one.record.get("customer")
    if not _has_user(one):
        return 0.0
    if not customer:
        return 1.0
    is_read = identified and "customers" in run.resources
    if is_read and _is_told(customer, run):
        return 0.0
    if resource == "orders":
        return part_of_customer(one.record, run)
    if is_read or "orders" not in run.resources or not customer.get("orders_count"):
        return 1.0  # an order in the period would have changed the customer in it
    orders, inside = _orders_of(one.record, run)
    return float((1 - inside) ** orders)


def _is_told(customer: Record, run: Checkpoint) -> bool:
    """Tell whether the customer's own record gives events."""
    times = (customer[name] for name in ("created_at", "updated_at") if customer.get(name))
    return any(run.since <= epoch(time) < run.until for time in times)


def _has_user(one: Mapped) -> bool:
    return any("userId" in event for event in one.events)
