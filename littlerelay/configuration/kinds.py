"""Reads one value: from TOML's own types, or from the text of a variable or of an option.

A kind turns a text into what TOML would have given, and then checks either in the same way.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from functools import partial

from littlerelay import catalogue, destination_names
from littlerelay.settings import SHOP_DOMAIN

CATEGORIES = ("Analytics", "Advertising", "Functional", "DataSharing")

_SHOWN = 60  # characters of a value in an error
_FLAGS = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}
_PAIRS = "NAME=true or NAME=false, with commas or spaces between"
# The value is what ends a pair, so that a name can hold spaces: "All=false Google Analytics=true".
_PAIR = re.compile(r"\s*([^=,\s][^=,]*?)\s*=\s*((?i:true|false))(?:\s*,|\s+|$)")
# "$app" and "$app:name" are the namespaces that Shopify keeps for an app.
_METAFIELD = re.compile(r"metafield:(?:\$app(?::[\w-]+)?|[\w-]{2,255})\.[\w-]{2,64}", re.ASCII)


class WrongValue(ValueError):
    """A value is not what its setting can be; the text goes on after the setting's name."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.hint = hint


@dataclass(frozen=True, slots=True)
class Kind:
    """What a setting can be: how a text is read, and how a value is checked.

    Both raise WrongValue. ``allowed`` tells people of the values, ``metavar`` stands for one in
    help.
    """

    metavar: str
    allowed: str
    of_text: Callable[[str], object]
    check: Callable[[object], object]


def shown(value: str) -> str:
    """Show a value that a user gave, as the source of a message: not all of it, and in quotes."""
    return repr(value if len(value) <= _SHOWN else f"{value[:_SHOWN]}...")


def nearest(name: str, known: Sequence[str]) -> str | None:
    """Give the known name that somebody may have meant."""
    by_case = {one.casefold(): one for one in known}
    near = get_close_matches(name.casefold(), by_case, n=1)
    return by_case[near[0]] if near else None


def choice(*names: str, metavar: str = "NAME") -> Kind:
    """Give the kind of a setting that is one of a few names."""
    return Kind(metavar, either(names), str, partial(_one_of, names))


def either(names: Sequence[str]) -> str:
    """Write a choice: ``a, b or c``."""
    return f"{', '.join(names[:-1])} or {names[-1]}"


def _one_of(names: tuple[str, ...], value: object) -> str:
    text = _text(value)
    if text in names:
        return text
    near = nearest(text, names)
    hint = f"Did you mean {near}?" if near else ""
    raise WrongValue(f"is {shown(text)}, but must be {either(names)}", hint)


def user(*names: str) -> Kind:
    """Give the kind of ``user_id``: one of a few names, or a metafield of the customer."""
    every = (*names, "metafield:NAMESPACE.KEY")
    return Kind("NAME", either(every), str, partial(_user, every))


def _user(names: tuple[str, ...], value: object) -> str:
    text = _text(value)
    return text if _METAFIELD.fullmatch(text) else _one_of(names, text)


def whole_number(least: int, most: int) -> Kind:
    """Give the kind of a number between two bounds, both of them allowed."""
    allowed = f"a whole number from {least:,} to {most:,}"

    def of_text(text: str) -> int:
        if not re.fullmatch(r"[0-9]{1,9}", text):
            raise WrongValue(f"is {shown(text)}, but must be {allowed}")
        return int(text)

    def check(value: object) -> int:
        if not isinstance(value, int) or isinstance(value, bool):
            raise _of_type(value, allowed)
        if not least <= value <= most:
            raise WrongValue(f"is out of bounds: it must be {allowed}")
        return value

    return Kind("N", allowed, of_text, check)


def _flag_of_text(text: str) -> bool:
    if text.casefold() not in _FLAGS:
        raise WrongValue(f"is {shown(text)}, but must be true or false")
    return _FLAGS[text.casefold()]


def _flag(value: object) -> bool:
    if not isinstance(value, bool):
        raise _of_type(value, "true or false")
    return value


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise _of_type(value, "a text")
    try:
        value.encode()
    except UnicodeEncodeError:  # bytes that a shell handed over
        raise WrongValue("is not UTF-8 text") from None
    return value


def _domain(value: object) -> str:
    text = _filled(value)
    if not SHOP_DOMAIN.fullmatch(text.strip(" ").lower()):
        raise WrongValue(
            f"is {shown(text)}, which is not the domain of a Shopify shop",
            "Give the shop's own domain: acme.myshopify.com (Settings, then Domains).",
        )
    return text


def _filled(value: object) -> str:
    text = _text(value)
    if not text.strip():
        raise WrongValue("is empty, but must be a text that is not")
    return text


def _place(value: object) -> str:
    """Check a path or a command; a file's name may be no UTF-8, and a NUL is in none."""
    if not isinstance(value, str):
        raise _of_type(value, "a text")
    if not value.strip() or "\0" in value:
        raise WrongValue("is empty" if "\0" not in value else "holds a NUL character")
    return value


def _names_of_text(text: str) -> list[str]:
    return [name.strip() for name in text.split(",")]


def _names(value: object) -> tuple[str, ...]:
    if not isinstance(value, list):
        raise _of_type(value, "a list of names")
    names = tuple(_text(name) for name in value)
    if not all(name.strip() for name in names):
        raise WrongValue("has an empty name")
    _refuse_twice(names)
    return names


def _refuse_twice(names: Sequence[str]) -> None:
    twice = [name for place, name in enumerate(names) if name in names[:place]]
    if twice:
        raise WrongValue(f"has {shown(twice[0])} twice")


def _events(value: object) -> tuple[str, ...]:
    """Check names of events, in any case, and give them as the catalogue writes them."""
    known = [entry.name for entry in catalogue.all_events()]
    by_case = {name.casefold(): name for name in known}
    names = _names(value)
    for name in names:
        if name.casefold() not in by_case:
            near = nearest(name, known)
            hint = f"Did you mean {near}?" if near else "The README lists the events."
            raise WrongValue(f"has {shown(name)}, which is no event", hint)
    exact = tuple(by_case[name.casefold()] for name in names)
    _refuse_twice(exact)
    return exact


def _pairs_of_text(text: str) -> dict[str, bool]:
    pairs: dict[str, bool] = {}
    at = 0
    while at < len(text.rstrip()):
        found = _PAIR.match(text, at)
        if found is None:
            raise WrongValue(f"is {shown(text)}, but must be {_PAIRS}")
        if found[1] in pairs:
            raise WrongValue(f"has {shown(found[1])} twice")
        pairs[found[1]] = found[2].casefold() == "true"
        at = found.end()
    return pairs


def _pairs(value: object) -> tuple[tuple[str, bool], ...]:
    if not isinstance(value, dict):
        raise _of_type(value, "a table of names, each true or false")
    for name, is_on in value.items():
        if not _text(name).strip():
            raise WrongValue("has an empty name")
        if not isinstance(is_on, bool):
            raise WrongValue(f"has {_type(is_on)} for {shown(name)}, but must have true or false")
    return tuple(value.items())


def _destinations(value: object) -> tuple[tuple[str, bool], ...]:
    pairs = _pairs(value)
    for name, _ in pairs:
        if name.casefold() == "all" and name != "All":
            raise WrongValue(f"has {shown(name)}", "Segment knows it as All.")
        if "=" in name:
            raise WrongValue(f"has {shown(name)}, but no name holds an equals sign")
    if found := destination_names.slip(name for name, _ in pairs):
        name, meant = found
        raise WrongValue(
            f"has {shown(name)}, which is no destination that relay knows",
            f"Did you mean {meant}? Segment answers 200 to any name, and sends to none it does not "
            f"know. Where one is called so, name both: '{meant}=false {name}=true'.",
        )
    return pairs


def _categories(value: object) -> tuple[tuple[str, bool], ...]:
    """Check that all categories of consent are there, or none; they come in Segment's order."""
    told = dict(_pairs(value))
    for name in told:
        if name not in CATEGORIES:
            near = nearest(name, CATEGORIES)
            hint = f"Did you mean {near}?" if near else ""
            raise WrongValue(f"has {shown(name)}, but knows only {_all_of(CATEGORIES)}", hint)
    missing = [name for name in CATEGORIES if name not in told]
    if told and missing:
        raise WrongValue(
            f"lacks {_all_of(missing)}, and Segment takes a missing category for false",
            f"Give all of {_all_of(CATEGORIES)}, or none.",
        )
    return tuple((name, told[name]) for name in CATEGORIES if name in told)


def _all_of(names: Sequence[str]) -> str:
    return " and ".join(filter(None, (", ".join(names[:-1]), names[-1])))


def _of_type(value: object, allowed: str) -> WrongValue:
    """Name the type of a value, not the value: it may be a secret at a wrong place."""
    return WrongValue(f"is {_type(value)}, but must be {allowed}")


def _type(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    names = {int: "a number", float: "a number", str: "a text", list: "a list", dict: "a table"}
    return names.get(type(value), "a date or a time")


FLAG = Kind("", "true or false", _flag_of_text, _flag)
TEXT = Kind("TEXT", "any text", str, _text)
FILLED = Kind("TEXT", "a text that is not empty", str, _filled)
NAMES = Kind("NAMES", "names", _names_of_text, _names)
EVENTS = Kind("NAMES", "names of events, Identify, Alias or Page", _names_of_text, _events)
DESTINATIONS = Kind(
    "PAIRS", "names of destinations, each true or false", _pairs_of_text, _destinations
)
CONSENT = Kind(
    "PAIRS", f"all of {_all_of(CATEGORIES)}, each true or false", _pairs_of_text, _categories
)
FOLDER = Kind("DIR", "a folder", str, _place)
FILE = Kind("PATH", "a file", str, _place)
COMMAND = Kind("CMD", "a command", str, _place)
DOMAIN = Kind("DOMAIN", "a myshopify.com domain", str, _domain)
