"""What shaped the events of a run, as the checkpoints of tests tell it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from littlerelay.meaning import SETTINGS, Meaning
from littlerelay.settings import Choices

MEANING = Meaning(
    settings=Choices(shop="acme.myshopify.com"),
    relay="0.1.0",
    api_version="2026-10",
    since="2023-11-14",
    until=None,
)


def other(meaning: Meaning = MEANING, /, **values: Any) -> Meaning:
    """Gives some of what was meant, or of the settings, other values."""
    settings = {name: values.pop(name) for name in SETTINGS & values.keys()}
    return replace(meaning, settings=replace(meaning.settings, **settings), **values)
