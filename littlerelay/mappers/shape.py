"""Finds out what is wrong with a record that a mapper could not read.

A mapper reads records straight on and trusts their shape. Only when that fails is the record held
against its TypedDict: a fault of the record is told with the path of the field, never with its
value; where the record is in order, the fault was the mapper's and stays what it is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache
from typing import Any, Required, get_args, get_origin, get_type_hints, is_typeddict

from littlerelay.errors import RecordError

# What JSON gives for each annotation; `true` is no number there.
_PLAIN = {str: (str,), int: (int,), bool: (bool,), float: (int, float)}


def fault(record: object, kind: object) -> RecordError | None:
    """Give the first fault of a record, None where its shape is that of the TypedDict ``kind``.

    The reason is ``missing_field`` or ``wrong_type``, the detail a path like
    ``line_items[2].price_set``.
    """
    for reason, path in _faults(record, kind, ""):
        return RecordError(reason, path or "the record")
    return None


def fits(record: object, kind: object) -> bool:
    """Tell whether a record has the shape of the TypedDict ``kind``, without telling its fault.

    For records that anybody may have written: five times as fast as `fault`.
    """
    return _test(kind)(record)


def path_of(value: object, names: tuple[str, ...], record: object) -> str | None:
    """Give the path of that very object in a record, under a key that ends in one of ``names``.

    The names tell equal objects apart: Python has but one empty text.
    """
    places = (path for path, found in _walk(record, "") if found is value)
    return next((path for path in places if path.endswith(names)), None)


@cache
def _test(kind: object) -> Callable[[Any], bool]:
    """Make the test of a kind of value, once."""
    if is_typeddict(kind):
        return _test_of_fields(kind)
    if get_origin(kind) is list:
        test = _test(get_args(kind)[0])
        return lambda value: isinstance(value, list) and all(map(test, value))
    if kind in _PLAIN:
        plain = _PLAIN[kind]
        return lambda value: type(value) in plain
    if type(None) in get_args(kind):
        test = _test(get_args(kind)[0])
        return lambda value: value is None or test(value)
    return lambda _: True


def _test_of_fields(kind: object) -> Callable[[Any], bool]:
    fields = _fields(kind)
    tests = {name: _test(field) for name, (field, _) in fields.items()}
    required = {name for name, (_, is_required) in fields.items() if is_required}

    def test(value: object) -> bool:
        if not isinstance(value, dict) or not required <= value.keys():
            return False
        return all(tests[name](value[name]) for name in value.keys() & tests.keys())

    return test


def _faults(value: object, kind: object, path: str) -> Iterator[tuple[str, str]]:
    if is_typeddict(kind):
        yield from _faults_of_fields(value, kind, path)
    elif get_origin(kind) is list:
        yield from _faults_of_items(value, get_args(kind)[0], path)
    elif kind in _PLAIN:
        if not isinstance(value, _PLAIN[kind]) or (isinstance(value, bool) and kind is not bool):
            yield "wrong_type", path
    elif type(None) in get_args(kind) and value is not None:
        yield from _faults(value, get_args(kind)[0], path)


def _faults_of_fields(value: object, kind: object, path: str) -> Iterator[tuple[str, str]]:
    if not isinstance(value, dict):
        yield "wrong_type", path
        return
    for name, (field, is_required) in _fields(kind).items():
        place = f"{path}.{name}" if path else name
        if name in value:
            yield from _faults(value[name], field, place)
        elif is_required:
            yield "missing_field", place


def _faults_of_items(value: object, kind: object, path: str) -> Iterator[tuple[str, str]]:
    if not isinstance(value, list):
        yield "wrong_type", path
        return
    for index, item in enumerate(value):
        yield from _faults(item, kind, f"{path}[{index}]")


@cache
def _fields(kind: object) -> dict[str, tuple[Any, bool]]:
    """Give each field's type, and whether every source sends it."""
    fields = {}
    for name, hint in get_type_hints(kind, include_extras=True).items():
        is_marked = get_origin(hint) is Required
        fields[name] = (
            get_args(hint)[0] if is_marked else hint,
            is_marked or vars(kind)["__total__"],
        )
    return fields


def _walk(value: object, path: str) -> Iterator[tuple[str, object]]:
    yield path, value
    if isinstance(value, dict):
        for name, item in value.items():
            yield from _walk(item, f"{path}.{name}" if path else name)
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _walk(item, f"{path}[{index}]")
