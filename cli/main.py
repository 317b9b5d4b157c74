"""Runs `relay`: the only place where an error becomes a message and an exit code."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from importlib import import_module
from itertools import pairwise
from types import FrameType, TracebackType
from typing import Annotated, NoReturn

import typer

from littlerelay import __version__
from littlerelay.errors import DiskError, RelayError, StoppedError, UsageError

from . import streams
from .program import Command, Program, help_of
from .streams import Unread
from .text import clean

INTERRUPTED = 130  # as shells say of Ctrl-C: 128 + SIGINT
UNREAD = 141  # as shells say of a pipe that nobody reads: 128 + SIGPIPE

COMMANDS = ("backfill", "replay", "diff", "reconcile", "check", "status", "events", "config")

_Handler = Callable[[int, FrameType | None], object] | signal.Handlers


class _Signaled(BaseException):
    """A signal asks relay to stop; no net for errors on its way catches it."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.number = number


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and give its exit code.

    A bug is left to the interpreter: its hook shows the traceback, and the exit code is 1.
    """
    words = list(sys.argv[1:] if arguments is None else arguments) or ["--help"]
    streams.take_over()
    sys.excepthook = _bug
    _handle_signals(_signal)
    try:
        return _tried(words)
    except _Signaled as signaled:
        # While the interpreter ends it takes handlers away: another signal would kill it.
        _handle_signals(signal.SIG_IGN)
        is_interrupt = signaled.number == signal.SIGINT
        code = INTERRUPTED if is_interrupt else StoppedError.exit_code
        return _failed(_stopped(words), code, words)
    except Unread:
        return UNREAD


def _show_version(asked: bool) -> None:  # noqa: FBT001  as Typer calls it
    if asked:
        typer.echo(f"relay {__version__}")
        raise typer.Exit


def app(*names: str) -> typer.Typer:
    """Give the program with these commands, or with all: each brings imports that take long."""
    made = typer.Typer(
        cls=Program,
        help="Brings a Shopify shop's whole history to Segment, and can prove that it did.",
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    made.callback()(_relay)
    for name in names or COMMANDS:
        call = getattr(import_module(f".{name}", __package__), name)
        made.command(cls=Command, help=help_of(call))(call)
    return made


def _relay(
    *,
    _version: Annotated[
        bool,
        typer.Option("--version", help="Show the version.", is_eager=True, callback=_show_version),
    ] = False,
) -> None:
    """Typer hangs the options of `relay` itself on a function."""


def _tried(words: list[str]) -> int:
    """Run one command; what went wrong is told, and becomes the exit code."""
    try:
        return _run(words)
    except RelayError as error:
        return _failed(error, error.exit_code, words)
    except typer.TyperException as error:
        return _failed(_misused(error), UsageError.exit_code, words)


def _run(words: list[str]) -> int:
    if "_RELAY_COMPLETE" in os.environ:  # a shell asks how the line could go on
        app()(prog_name="relay")
    command = typer.main.get_command(app(*(name for name in words[:1] if name in COMMANDS)))
    try:
        with command.make_context("relay", words) as context:
            code = int(command.invoke(context))
    except typer.Exit as done:
        code = done.exit_code
    sys.stdout.flush()
    return code


def _handle_signals(handler: _Handler) -> None:
    """Say what becomes of the signals that stop relay; what is ignored, as by nohup, stays so."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, handler)


def _signal(number: int, _: FrameType | None) -> NoReturn:
    """Stop in good order, which no second signal is to disturb."""
    _handle_signals(_disregard)
    raise _Signaled(number)


def _disregard(_: int, __: FrameType | None) -> None:
    """Pass over a signal; Python complains of one that came before it was set to be ignored."""


def _stopped(words: Sequence[str]) -> StoppedError:
    if _is_data_on_stdout(words):
        return StoppedError(
            "Stopped.", "With --out - nothing is remembered: the same command begins anew."
        )
    if words[0] in ("diff", "reconcile") or "--estimate" in words or _is_rewriting(words):
        return StoppedError("Stopped.", "The same command begins anew: nothing is remembered.")
    if "--restart" in words or "--again" in words:
        option = "--again" if "--again" in words else "--restart"
        hint = f"The same command without {option} goes on with this run."
        return StoppedError("Stopped.", hint)
    return StoppedError("Stopped.", "The same command goes on from the last checkpoint.")


def _is_rewriting(words: Sequence[str]) -> bool:
    """Tell whether messages are written anew, which begins at the start each time.

    What maps records keeps a checkpoint beside its file.
    """
    outs = [word.partition("=")[2] for word in words if word.startswith("--out=")]
    outs += [after for word, after in pairwise(words) if word == "--out"]
    is_kept = any(os.path.exists(f"{out}.checkpoint.json") for out in outs)  # noqa: PTH110  as below
    is_archive = any(
        word.endswith(".archive.json") or os.path.isdir(word)  # noqa: PTH112  raises for no word
        for word in words
    )
    return words[0] == "replay" and bool(outs or "-" in words) and not (is_archive or is_kept)


def _misused(error: typer.TyperException) -> UsageError:
    context = getattr(error, "ctx", None)
    command = context.command_path if context else "relay"
    return UsageError(error.format_message(), f"`{command} --help` shows what there is.")


def _failed(error: RelayError, code: int, words: Sequence[str]) -> int:
    """Say what went wrong, to people and, with --json, to scripts."""
    from . import display  # noqa: PLC0415  with it comes rich

    on_stderr = _is_data_on_stdout(words)
    is_json = "--json" in words
    if not (is_json and on_stderr):
        display.failure(str(error), error.hint)
    if is_json:
        told = {"message": clean(str(error)), "hint": clean(error.hint)}
        report = {"code": code, "type": type(error).__name__, **told}
        with suppress(Unread, DiskError):  # the error that is told has its exit code already
            display.as_json({"error": report}, errors=on_stderr)
            sys.stdout.flush()
    return code


def _is_data_on_stdout(words: Sequence[str]) -> bool:
    """Tell whether events go to standard output; the words may not even be a right command."""
    return "--out=-" in words or ("--out", "-") in pairwise(words)


def _bug(_: type[BaseException], error: BaseException, __: TracebackType | None) -> None:
    from . import display  # noqa: PLC0415  with it comes rich

    display.bug(error)
