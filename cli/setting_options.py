"""Gives commands the options of the settings: they come from the table of settings.

A command names the settings it takes, and has them all as its parameter ``chosen``.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Iterable, Iterator
from typing import Annotated, Any

import typer

from littlerelay.configuration import Options, kinds
from littlerelay.configuration.table import MAPPING, PIXELS, SEGMENT, SETTINGS, SHOP, Setting
from littlerelay.errors import UsageError
from littlerelay.meaning import text

from .options import flag, option

_Command = Callable[..., int]

_PLACE = "Where it goes"
_SHOP = "The shop and its credentials"
_SEGMENT = "Segment and its credentials"
_MAPPING = "How events are made (--no-revenue and the like turn a flag off)"

EVERY = tuple(SETTINGS)
# Of no use to a command that reads no pixels; in the file of settings they stand for others.
WITHOUT_PIXELS = tuple(name for name in SETTINGS if SETTINGS[name].of != PIXELS)

# The settings that shape what pixels give, and what all records do.
OF_PIXELS = tuple(name for name in SETTINGS if name not in WITHOUT_PIXELS)
OF_MAPPING = tuple(name for name in WITHOUT_PIXELS if SETTINGS[name] in MAPPING)

# How a shop's own records are reached, and how everything else is.
_OF_RECHARGE = ("recharge_token_file", "recharge_token_cmd")
OF_SHOPIFY = tuple(setting.name for setting in SHOP if setting.name not in _OF_RECHARGE)
OF_SEGMENT = tuple(setting.name for setting in SEGMENT)

_CONFIG = "A file of settings. Default: relay.toml in this folder. Or RELAY_CONFIG."


def takes(names: Iterable[str]) -> Callable[[_Command], _Command]:
    """Give a command the options of these settings, and --config, in the place of ``chosen``."""
    settings = [SETTINGS[name] for name in names]

    def extended(command: _Command) -> _Command:
        @functools.wraps(command)
        def called(config: str | None, **words: Any) -> int:
            taken = {name: words.pop(name) for name in [one.name for one in parameters(settings)]}
            chosen = Options(dict(_given(settings, taken)), config)
            return command(chosen=chosen, **words)

        every = list(_with(settings, inspect.signature(command, eval_str=True)))
        vars(called)["__signature__"] = inspect.Signature(every)
        called.__annotations__ = {one.name: one.annotation for one in every}
        return called

    return extended


def parameters(settings: Iterable[Setting]) -> Iterator[inspect.Parameter]:
    """Give the parameters of a command that are the options of these settings."""
    for setting in settings:
        if setting.kind is kinds.FLAG:
            yield _parameter(setting.name, bool, flag(setting.option, _help(setting), _MAPPING))
            yield _parameter(f"no_{setting.name}", bool, typer.Option(setting.off, hidden=True))
        else:
            shown = option(_help(setting), setting.kind.metavar, _panel(setting))
            yield _parameter(setting.name, str | None, shown)


def _panel(setting: Setting) -> str:
    """Give the heading under which help shows an option."""
    if setting.of:
        return _MAPPING
    if setting in SEGMENT:
        return _SEGMENT
    return _PLACE if setting.name == "state_dir" else _SHOP


def _with(settings: list[Setting], own: inspect.Signature) -> Iterator[inspect.Parameter]:
    for parameter in own.parameters.values():
        if parameter.name != "chosen":
            yield parameter
            continue
        yield _parameter("config", str | None, option(_CONFIG, "FILE", "Options"))
        yield from parameters(settings)


def _parameter(name: str, kind: Any, shown: Any) -> inspect.Parameter:
    return inspect.Parameter(
        name,
        inspect.Parameter.KEYWORD_ONLY,
        default=False if kind is bool else None,
        annotation=Annotated[kind, shown],
    )


def _given(settings: list[Setting], words: dict[str, Any]) -> Iterator[tuple[str, str | bool]]:
    """Give what was typed. Raises UsageError for a flag that is turned on and off."""
    for setting in settings:
        typed, off = words[setting.name], words.get(f"no_{setting.name}", False)
        if typed and off:
            raise UsageError(
                f"{setting.option} and {setting.off} contradict each other.", "Give one of them."
            )
        if typed or off:
            yield setting.name, typed or False


def _help(setting: Setting) -> str:
    """Say what a setting means, what it can be, and what it is where nobody says."""
    default = text(setting.default)
    if not setting.of:
        return f"{setting.help} Or {setting.variable}."
    if setting.kind.metavar == "NAME":
        choices = setting.kind.allowed.replace(default, f"{default} (default)", 1)
        return f"{setting.help.removesuffix('.')}: {choices}."
    if setting.kind is kinds.FLAG or not default:
        return setting.help
    return f"{setting.help} Default: {default}."
