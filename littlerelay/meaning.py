"""Writes the settings that shape events as texts, which checkpoints keep and people read."""

from __future__ import annotations

from dataclasses import fields

from littlerelay.settings import Mapping

_OF_PIXELS = ("pixel_server_events", "session_pause")
# Found out by a run, or of no effect on the records that it reads.
_NOT_CHOSEN = {"frozen_end", "identify_orders", "markets", *_OF_PIXELS}


def of_settings(mapping: Mapping) -> dict[str, str]:
    """Give each setting by its name; an empty text is a setting that is not set."""
    names = (field.name for field in fields(mapping) if field.name not in _NOT_CHOSEN)
    return {name: text(getattr(mapping, name)) for name in names}


def of_pixels(mapping: Mapping) -> dict[str, str]:
    """Give the settings that shape the events of web pixels alone, for a run that reads some."""
    return {name: text(getattr(mapping, name)) for name in _OF_PIXELS}


def completed(noted: dict[str, str]) -> dict[str, str]:
    """Give what a run noted as it would be noted today.

    A setting that was not known then had what is its default now, and the first version wrote
    defaults as Python does.
    """
    defaults = Mapping(shop="")
    now = of_settings(defaults)
    then = {name: str(getattr(defaults, name)) for name in now}
    known = {name: now[name] if said == then.get(name) else said for name, said in noted.items()}
    return now | known


def text(value: object) -> str:
    """Write a value for people: ``true``, ``a, b``, ``All=false, Mixpanel=true``."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, tuple):
        return ", ".join(
            f"{one[0]}={text(one[1])}" if isinstance(one, tuple) else str(one) for one in value
        )
    return "" if value is None else str(value)
