"""Writes the values of settings: for people, for JSON, and as TOML."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from littlerelay.configuration import kinds
from littlerelay.configuration.table import SETTINGS
from littlerelay.meaning import text

from .text import clean

HIDDEN = "***"  # in the place of a command, in which somebody may have written a secret

Rows = Mapping[str, tuple[Any, str]]  # setting -> its value and where that comes from

_TABLES = (kinds.DESTINATIONS, kinds.CONSENT)


def plain(name: str, value: Any) -> Any:
    """Give a value as JSON has it: pairs are an object, names a list."""
    if SETTINGS[name].kind in _TABLES:
        return dict(value)
    return list(value) if isinstance(value, tuple) else value


def as_toml(rows: Rows, head: Sequence[tuple[str, str]]) -> str:
    """Write settings as a relay.toml that gives the same ones, each with where it comes from.

    The facts of ``head`` stand above them.
    """
    lines = [f"# {name}: {fact}" for name, fact in head]
    tables: list[str] = []
    for name, (value, place) in rows.items():
        if value is None:
            lines.append(f"# {name}: not set")
        elif SETTINGS[name].kind is kinds.COMMAND:
            lines.append(f"# {name} = {value}  # {place}; hidden here: write it in yourself")
        elif SETTINGS[name].kind in _TABLES:
            tables += _table(name, value, place)
        else:
            lines.append(f"{name} = {_toml(value)}  # {place}")
    return "".join(f"{clean(line)}\n" for line in lines + tables)


def _table(name: str, pairs: tuple[tuple[str, bool], ...], place: str) -> Iterator[str]:
    yield ""
    yield f"[{name}]  # {place}"
    for key, is_on in pairs:
        yield f"{_toml(key)} = {_toml(is_on)}"


def _toml(value: Any) -> str:
    if isinstance(value, tuple):
        return f"[{', '.join(_toml(one) for one in value)}]"
    if isinstance(value, str):
        return "".join(map(_escaped, json.dumps(value, ensure_ascii=False)))
    return text(value)


def _escaped(char: str) -> str:
    """Write what a terminal would obey as TOML does: JSON leaves what is beyond ASCII."""
    if char.isprintable():
        return char
    return f"\\u{ord(char):04x}" if ord(char) < 0x10000 else f"\\U{ord(char):08x}"
