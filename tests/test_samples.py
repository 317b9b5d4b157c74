"""Every event that relay makes has a sample, made by the mappers and of nobody."""

import re

import orjson
import pytest

from littlerelay.catalogue import CARRIED, MADE, product_always, traits
from littlerelay.events import Event, encode
from littlerelay.samples import sample


def sample_of(name: str) -> Event:
    event = sample(name)
    assert event is not None
    return event


@pytest.mark.parametrize("name", MADE)
def test_an_event_that_is_made_has_a_sample(name: str) -> None:
    event = sample_of(name)
    assert event["type"] == MADE[name].call
    assert event.get("event", name) == name


def test_what_is_no_event_has_none() -> None:
    assert sample("Order Imagined") is None


@pytest.mark.parametrize("name", CARRIED)
def test_a_sample_shows_most_of_what_its_event_can_carry(name: str) -> None:
    properties = sample_of(name)["properties"]
    assert set(properties) <= set(CARRIED[name])
    assert len(properties) > 0.6 * len(CARRIED[name])
    for product in properties.get("products", ()):
        assert set(product_always(name)) <= set(product)


def test_the_sample_of_an_identify_shows_most_traits() -> None:
    names = {trait.name.partition(".")[0] for trait in traits()}
    assert len(sample_of("Identify")["traits"]) > 0.8 * len(names)


def test_samples_are_of_nobody() -> None:
    lines = b"".join(encode(sample_of(name)) for name in MADE).decode()
    assert set(re.findall(r"@[\w.]+", lines)) == {"@example.com"}
    assert set(re.findall(r"https?://([\w.]+)", lines)) == {"example.com"}


def test_the_caller_may_change_a_sample() -> None:
    before = orjson.dumps(sample_of("Order Completed"))
    sample_of("Order Completed")["properties"].clear()
    assert orjson.dumps(sample_of("Order Completed")) == before
