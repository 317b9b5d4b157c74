"""Says how the program and its commands stand in help."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable
from typing import Any

from typer.core import TyperCommand, TyperGroup


class Command(TyperCommand):
    """A command whose help tells a type of nothing that takes no value."""

    def get_params(self, ctx: Any) -> list[Any]:
        """Give the options; Typer adds some of its own, as --help."""
        return _without_types(super().get_params(ctx))


class Program(TyperGroup):
    """The program, of whose options the same holds."""

    def get_params(self, ctx: Any) -> list[Any]:
        """Give the options; Typer adds some of its own, as --install-completion."""
        return _without_types(super().get_params(ctx))


def help_of(call: Callable[..., object]) -> str:
    """Give a command's docstring, each paragraph as one line: the terminal has its own width."""
    return re.sub(r"(?<!\n)\n(?!\n)", " ", inspect.getdoc(call) or "")


def _without_types(options: list[Any]) -> list[Any]:
    for option in options:
        if getattr(option, "is_flag", False):
            option.metavar = ""  # else it is <bool>
    return options
