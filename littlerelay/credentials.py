"""Gets secrets, each from exactly one place: the credentials of a shop, and others of their kind.

A secret is never an option's value, which the shell's history and the list of processes would show.
Nothing of a secret is in any error raised here.
"""

from __future__ import annotations

import os
import re
import select
import shlex
import stat
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from littlerelay.clock import SYSTEM
from littlerelay.configuration import Chosen, Configuration
from littlerelay.configuration.paths import expanded
from littlerelay.durable import open_readable
from littlerelay.errors import RefusedError, UsageError
from littlerelay.settings import Credentials
from littlerelay.signing_secrets import SigningSecrets

# Header values are visible ASCII; anything else would fail later, and loudly, with the secret.
_VISIBLE = re.compile(r"[!-~]+")
_is_like_secret = re.compile(r"[\w-]{24,}", re.ASCII).fullmatch
_OF_APP = "RELAY_CLIENT_SECRET"
_OF_RECHARGE = "RELAY_RECHARGE_SECRET"
_LONGEST_SECRET = 4096  # bytes; what is longer is some other file
_SECONDS = 30.0  # that a command, or whoever writes to a pipe, has to give a secret


class Wanted(NamedTuple):
    """A secret as people call it (``access token``) and all places that it can come from.

    ``label`` names the settings of its file and its command: ``token`` for ``token_file`` and
    ``token_cmd``. ``variables`` are the others of the environment. ``ways`` is a hint that lists
    them all.
    """

    name: str
    label: str
    variables: tuple[str, ...]
    ways: str

    @property
    def file(self) -> str:
        """Give the name of the setting that names a file."""
        return f"{self.label}_file"

    @property
    def command(self) -> str:
        """Give the name of the setting that is a command."""
        return f"{self.label}_cmd"

    @property
    def printer(self) -> str:
        """Give what people call the command: ``write key command``."""
        return f"{self.label.replace('_', ' ')} command"


ACCESS_TOKEN = Wanted(
    "access token",
    "token",
    ("RELAY_TOKEN", "RELAY_CLIENT_ID"),
    "Set RELAY_TOKEN; or RELAY_CLIENT_ID and RELAY_CLIENT_SECRET; "
    "or give --token-file PATH (RELAY_TOKEN_FILE) or --token-cmd CMD (RELAY_TOKEN_CMD).",
)
WRITE_KEY = Wanted(
    "write key",
    "write_key",
    ("RELAY_WRITE_KEY",),
    "Set RELAY_WRITE_KEY, or give --write-key-file PATH (RELAY_WRITE_KEY_FILE) "
    "or --write-key-cmd CMD (RELAY_WRITE_KEY_CMD).",
)


RECHARGE_TOKEN = Wanted(
    "Recharge token",
    "recharge_token",
    ("RELAY_RECHARGE_TOKEN",),
    "Set RELAY_RECHARGE_TOKEN, or give --recharge-token-file PATH (RELAY_RECHARGE_TOKEN_FILE) "
    "or --recharge-token-cmd CMD (RELAY_RECHARGE_TOKEN_CMD).",
)


class _Source(NamedTuple):
    """Where a secret comes from: the setting or variable, who gave it, and its value."""

    name: str
    place: str
    value: str


def credentials(found: Configuration, environ: Mapping[str, str]) -> Credentials:
    """Read the credentials.

    Raises UsageError for what is missing, contradictory or unsafe, and RefusedError where the
    command that prints the token fails.
    """
    source = _source(ACCESS_TOKEN, found, environ)
    if source.name == "RELAY_CLIENT_ID":
        client_id = _secret(source.value, source.place)
        return Credentials(client_id=client_id, client_secret=_client_secret(environ))
    return Credentials(token=_value(ACCESS_TOKEN, source))


def secret(wanted: Wanted, found: Configuration, environ: Mapping[str, str]) -> str:
    """Read a secret: one word of visible ASCII.

    Raises UsageError for what is missing, contradictory or unsafe, and RefusedError where the
    command that prints it fails.
    """
    return _value(wanted, _source(wanted, found, environ))


def place(wanted: Wanted, found: Configuration, environ: Mapping[str, str]) -> str:
    """Say where a secret would come from; nothing is read. Raises UsageError."""
    return _source(wanted, found, environ).place


def _source(wanted: Wanted, found: Configuration, environ: Mapping[str, str]) -> _Source:
    """Give the one source: all that options say wins over the environment, that over the file."""
    for layer in ("option", "environment", "file"):
        given = [
            _Source(name, _place(name, chosen), chosen.value)
            for name in (wanted.file, wanted.command)
            if (chosen := found.chosen[name]).layer == layer
        ]
        if layer == "environment":
            own = [name for name in wanted.variables if environ.get(name)]
            given = [_Source(name, name, environ[name]) for name in own] + given
        if len(given) > 1:
            places = " and from ".join(source.place for source in given)
            article = "An" if wanted.name.startswith("a") else "A"
            raise UsageError(
                f"{article} {wanted.name} comes from {places}.", "Give one of them alone."
            )
        if given:
            return given[0]
    raise UsageError(f"There is no {wanted.name}.", wanted.ways)


def _place(name: str, chosen: Chosen) -> str:
    return f"{name} in {chosen.place}" if chosen.layer == "file" else chosen.place


def _value(wanted: Wanted, source: _Source) -> str:
    if source.name == wanted.file:
        return _secret_file(source.value)
    if source.name == wanted.command:
        printed = _printed_by(source.value, wanted)
        return _secret(printed, f"what the {wanted.printer} prints")
    return _secret(source.value, source.place)


def signing_secrets(environ: Mapping[str, str]) -> SigningSecrets:
    """Read the client secrets with which webhooks are signed, at least one. Raises UsageError."""
    told = (_variable(environ, name) for name in (_OF_APP, _OF_RECHARGE))
    found = SigningSecrets(*(secret.encode() if secret else None for secret in told))
    if not found.known:
        raise UsageError(
            "There is no client secret to verify signatures with.",
            f"Set {_OF_APP} for Shopify's webhooks, {_OF_RECHARGE} for Recharge's, or "
            f"{_OF_APP}_FILE or {_OF_RECHARGE}_FILE to a file that holds it.",
        )
    return found


def _client_secret(environ: Mapping[str, str]) -> str:
    found = _variable(environ, _OF_APP)
    if found is None:
        raise UsageError(
            "RELAY_CLIENT_ID is set without a client secret.",
            f"Set {_OF_APP} or {_OF_APP}_FILE, too.",
        )
    return found


def _variable(environ: Mapping[str, str], name: str) -> str | None:
    """Give the secret of a variable, or of the file that another names; none where neither is."""
    value, path = environ.get(name), environ.get(f"{name}_FILE")
    if value and path:
        raise UsageError(
            f"A client secret comes from {name} and from {name}_FILE.", "Give one of them alone."
        )
    if path:
        return _secret_file(path)
    return _secret(value, name) if value else None


def _secret(text: str, name: str) -> str:
    """Strip a secret and make sure that a header can carry it."""
    secret = text.strip()
    if not _VISIBLE.fullmatch(secret):
        raise UsageError(
            f"No secret is to be had from {name}: it is empty, or not one word of plain ASCII.",
            "Copy the secret again, without quotes, labels or line breaks.",
        )
    return secret


def _secret_file(name: str) -> str:
    return _secret(private_text(name), str(expanded(name, "Give the whole path.")))


def private_text(name: str) -> str:
    """Read the text of a secret from a file that only its owner may read, or from a pipe.

    Bytes that are no ASCII become replacement characters. Raises UsageError.
    """
    path = expanded(name, "Give the whole path.")
    hint = "Name a file that holds the secret alone."
    try:
        handle = open_readable(path)
        with os.fdopen(handle, "rb", buffering=0):
            _check_private(path, os.fstat(handle).st_mode)
            content = _read(handle, SYSTEM.monotonic() + _SECONDS)
    except TimeoutError as error:
        raise UsageError(f"{path} gave no secret in {_SECONDS:.0f} seconds.", hint) from error
    except OSError as error:
        # Somebody may have given the secret itself.
        shown = "The file of the secret" if _is_like_secret(path.name) else path
        raise UsageError(f"{shown} cannot be read: {error.strerror}.", hint) from error
    return _short(content, str(path))


def _check_private(path: Path, mode: int) -> None:
    if mode & 0o077:
        raise UsageError(
            f"{path} holds a secret, and others on this machine may read it "
            f"(mode {stat.S_IMODE(mode):04o}).",
            f"Run: chmod 600 {shlex.quote(str(path))}",
        )


def _printed_by(command: str, wanted: Wanted) -> str:
    """Run a command without a shell and give what it prints.

    What it says on standard error goes to the terminal: it may ask for a password there.
    """
    hint = f"Run the command by itself: it must print the {wanted.name} and nothing else."
    name = f"The {wanted.printer}"
    try:
        words = shlex.split(command)
    except ValueError as error:
        raise UsageError(f"{name} has an open quote.", hint) from error
    if not words:
        raise UsageError(f"{name} is empty.", hint)
    if not _is_like_secret(words[0]):  # somebody may have given the secret itself
        name = f"{name} {words[0]}"
    try:
        code, content = _run(words)
    except (TimeoutError, subprocess.TimeoutExpired) as error:
        raise RefusedError(f"{name} gave no answer in {_SECONDS:.0f} seconds.", hint) from error
    except OSError as error:
        raise RefusedError(f"{name} cannot be run: {error.strerror}.", hint) from error
    if code:
        raise RefusedError(f"{name} failed ({code}).", hint)
    return _short(content, f"what the {wanted.printer} prints")


def _run(words: list[str]) -> tuple[int, bytes]:
    """Run a command, and give its exit code and what it prints; too long an output ends it."""
    end = SYSTEM.monotonic() + _SECONDS
    with subprocess.Popen(words, stdout=subprocess.PIPE, bufsize=0) as process:  # noqa: S603  the user's own command, split without a shell
        try:
            content = _read(process.stdout.fileno(), end) if process.stdout else b""
            is_long = len(content) > _LONGEST_SECRET
            return 0 if is_long else process.wait(end - SYSTEM.monotonic()), content
        finally:
            process.kill()


def _read(handle: int, end: float) -> bytes:
    """Read all there is, but one byte more than a secret can have at most.

    Raises TimeoutError where it takes longer than up to ``end``.
    """
    content = b""
    while len(content) <= _LONGEST_SECRET:
        if not select.select([handle], [], [], max(0.0, end - SYSTEM.monotonic()))[0]:
            raise TimeoutError
        block = os.read(handle, _LONGEST_SECRET + 1 - len(content))
        if not block:
            break
        content += block
    return content


def _short(content: bytes, name: str) -> str:
    if len(content) > _LONGEST_SECRET:
        raise UsageError(
            f"No secret is to be had from {name}: it is longer than {_LONGEST_SECRET:,} bytes.",
            "It must be the secret alone.",
        )
    return content.decode("ascii", errors="replace")
