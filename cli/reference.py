"""Writes the README's blocks: what they say is what the code does."""

from __future__ import annotations

import inspect
from collections.abc import Callable

from littlerelay import ages
from littlerelay.configuration.table import SETTINGS, Setting
from littlerelay.errors import (
    DiskError,
    LockedError,
    RecordError,
    RefusedError,
    StoppedError,
    UnreachableError,
    UsageError,
)
from littlerelay.meaning import text

from . import mapping_tables
from .diff import DIFFERENT
from .main import INTERRUPTED, UNREAD, app
from .mapping_tables import table
from .text import age

EXIT_CODES = {
    0: "done",
    1: "a bug in relay; the traceback is shown",
    UsageError.exit_code: "an option, a setting or a file must change",
    RecordError.exit_code: "finished, but records were rejected, or a difference has no reason",
    RefusedError.exit_code: "credentials, scopes, a key or old events refused; a check failed",
    UnreachableError.exit_code: "Shopify or Segment stayed away or gave too little: run again",
    LockedError.exit_code: "another run holds the job",
    StoppedError.exit_code: "stopped early (signal, time); the checkpoint is good: run again",
    DiskError.exit_code: "a disk or a file failed",
    DIFFERENT: "`relay diff` found something new or changed",
    INTERRUPTED: "stopped with Ctrl-C; the checkpoint is good: run again",
    UNREAD: "whoever read standard output stopped reading",
}


def blocks() -> dict[str, str]:
    """Give each block by its name, in Markdown."""
    own = {
        "commands": commands(),
        "settings": settings(),
        "limits of age": limits_of_age(),
        "exit codes": exit_codes(),
    }
    return own | mapping_tables.blocks()


def commands() -> str:
    """List the commands, each with the first sentence of its help."""
    callbacks = [command.callback for command in app().registered_commands if command.callback]
    rows = [(f"`relay {call.__name__}`", _first_line(call)) for call in callbacks]
    return table(("command", "what it does"), rows)


def settings() -> str:
    """List the settings, each with its default, what it can be, and for which records it is."""
    heading = ("setting", "can be", "default", "for", "what it means")
    return table(heading, (_row(setting) for setting in SETTINGS.values()))


def _row(setting: Setting) -> tuple[str, ...]:
    default = text(setting.default)
    shown = f"`{default}`" if default else ""
    return (f"`{setting.name}`", setting.kind.allowed, shown, setting.of, setting.help)


def limits_of_age() -> str:
    """List the destinations that do not take an old event for what it is."""
    rows = [(limit.destination, age(limit.seconds), limit.detail) for limit in ages.LIMITS]
    return table(("destination", "older than", "what becomes of the event"), rows)


def exit_codes() -> str:
    """List the exit codes and what each means."""
    rows = [(str(code), meaning) for code, meaning in EXIT_CODES.items()]
    return table(("exit code", "meaning"), rows)


def _first_line(call: Callable[..., object]) -> str:
    return (inspect.getdoc(call) or "").partition("\n")[0]
