"""Turns options and environment variables into settings; an option wins over the environment.

An access token comes from exactly one place, and never from an option's value, which the shell's
history and the list of processes would show. Nothing of a secret is in any error raised here.
"""

from __future__ import annotations

import ipaddress
import os
import re
import select
import shlex
import stat
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import SplitResult, urlsplit

import platformdirs

from littlerelay.clock import SYSTEM
from littlerelay.errors import RefusedError, UsageError
from littlerelay.settings import Credentials, Settings

# Header values are visible ASCII; anything else would fail later, and loudly, with the secret.
_VISIBLE = re.compile(r"[!-~]+")
_LONGEST_SECRET = 4096  # bytes; what is longer is some other file
_SECONDS = 30.0  # that a command, or whoever writes to a pipe, has to give a secret

_WAYS = (
    "Set RELAY_TOKEN; or RELAY_CLIENT_ID and RELAY_CLIENT_SECRET; "
    "or give --token-file PATH (RELAY_TOKEN_FILE) or --token-cmd CMD (RELAY_TOKEN_CMD)."
)


@dataclass(frozen=True, slots=True)
class Options:
    """What the command line says of the shop and the state; none where it says nothing."""

    shop: str | None = None
    token_file: Path | None = None
    token_cmd: str | None = None
    state_dir: Path | None = None


def load(options: Options, environ: Mapping[str, str]) -> Settings:
    """Give the settings, with credentials read.

    Raises UsageError for what is missing, contradictory or unsafe, and RefusedError where the
    command that prints the token fails.
    """
    shop = options.shop or environ.get("RELAY_SHOP")
    if not shop:
        raise UsageError("No shop is named.", "Give --shop NAME.myshopify.com or set RELAY_SHOP.")
    return Settings(
        shop=shop,
        credentials=_credentials(options, environ),
        state=state_folder(options.state_dir, environ),
        endpoint=_endpoint(environ),
    )


def state_folder(option: Path | None, environ: Mapping[str, str]) -> Path:
    """Give the folder in which jobs remember what they have given; it need not exist yet.

    Raises UsageError where it would lie in a home folder that is not known.
    """
    chosen = option or environ.get("RELAY_STATE_DIR")
    hint = "Give --state-dir DIR or set RELAY_STATE_DIR, with the whole path."
    with _home_errors(str(chosen or "The folder of the jobs"), hint):
        return Path(chosen or platformdirs.user_state_dir("relay")).expanduser()


@contextmanager
def _home_errors(name: str, hint: str) -> Iterator[None]:
    """Turn what Path says of a home folder that it does not know into UsageError."""
    try:
        yield
    except RuntimeError as error:
        raise UsageError(f"{name} cannot be found: that home folder is unknown.", hint) from error


def _credentials(options: Options, environ: Mapping[str, str]) -> Credentials:
    optional = {"--token-file": options.token_file, "--token-cmd": options.token_cmd}
    names = ("RELAY_TOKEN", "RELAY_TOKEN_FILE", "RELAY_TOKEN_CMD", "RELAY_CLIENT_ID")
    given = {name: str(value) for name, value in optional.items() if value}
    given = given or {name: environ[name] for name in names if environ.get(name)}
    if not given:
        raise UsageError("There is no access token.", _WAYS)
    if len(given) > 1:
        raise UsageError(
            f"An access token comes from {' and from '.join(given)}.", "Give one of them alone."
        )
    [(name, value)] = given.items()
    if name == "RELAY_CLIENT_ID":
        return Credentials(client_id=_secret(value, name), client_secret=_client_secret(environ))
    return Credentials(token=_token(name, value))


def _token(name: str, value: str) -> str:
    if name in ("--token-file", "RELAY_TOKEN_FILE"):
        return _secret_file(value)
    if name in ("--token-cmd", "RELAY_TOKEN_CMD"):
        return _secret(_printed_by(value), "what the token command prints")
    return _secret(value, name)


def _client_secret(environ: Mapping[str, str]) -> str:
    value = environ.get("RELAY_CLIENT_SECRET")
    path = environ.get("RELAY_CLIENT_SECRET_FILE")
    if value and path:
        raise UsageError(
            "A client secret comes from RELAY_CLIENT_SECRET and from RELAY_CLIENT_SECRET_FILE.",
            "Give one of them alone.",
        )
    if path:
        return _secret_file(path)
    if not value:
        raise UsageError(
            "RELAY_CLIENT_ID is set without a client secret.",
            "Set RELAY_CLIENT_SECRET or RELAY_CLIENT_SECRET_FILE, too.",
        )
    return _secret(value, "RELAY_CLIENT_SECRET")


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
    """Read a secret from a file that only its owner may read, or from a pipe."""
    with _home_errors(name, "Give the whole path."):
        path = Path(name).expanduser()
    hint = "Name a file that holds the secret alone."
    try:
        # A pipe that nobody writes to would keep a plain `open` waiting for ever.
        handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        with os.fdopen(handle, "rb", buffering=0):
            _check_private(path, os.fstat(handle).st_mode)
            content = _read(handle, SYSTEM.monotonic() + _SECONDS)
    except TimeoutError as error:
        raise UsageError(f"{path} gave no secret in {_SECONDS:.0f} seconds.", hint) from error
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}.", hint) from error
    return _secret(_short(content, str(path)), str(path))


def _check_private(path: Path, mode: int) -> None:
    if mode & 0o077:
        raise UsageError(
            f"{path} holds a secret, and others on this machine may read it "
            f"(mode {stat.S_IMODE(mode):04o}).",
            f"Run: chmod 600 {shlex.quote(str(path))}",
        )


def _printed_by(command: str) -> str:
    """Run a command without a shell and give what it prints.

    What it says on standard error goes to the terminal: it may ask for a password there.
    """
    hint = "Run the command by itself: it must print the access token and nothing else."
    try:
        words = shlex.split(command)
    except ValueError as error:
        raise UsageError("The token command has an open quote.", hint) from error
    if not words:
        raise UsageError("The token command is empty.", hint)
    try:
        code, content = _run(words)
    except (TimeoutError, subprocess.TimeoutExpired) as error:
        raise RefusedError(
            f"The token command {words[0]} gave no answer in {_SECONDS:.0f} seconds.", hint
        ) from error
    except OSError as error:
        raise RefusedError(
            f"The token command {words[0]} cannot be run: {error.strerror}.", hint
        ) from error
    if code:
        raise RefusedError(f"The token command {words[0]} failed ({code}).", hint)
    return _short(content, "what the token command prints")


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


def _endpoint(environ: Mapping[str, str]) -> str | None:
    """Give the address of a stand-in for the shop; only this machine may be one."""
    text = environ.get("RELAY_SHOPIFY_ENDPOINT")
    if not text:
        return None
    try:
        address = urlsplit(text)
        # A line end would be left out by ``urlsplit``, and sent.
        is_clean = _VISIBLE.fullmatch(text) is not None
        is_here = address.scheme == "http" and _is_loopback(address.hostname)
        fits = is_clean and is_here and _is_bare(address)
    except ValueError:  # a port or an IPv6 address that is none
        fits = False
    if not fits:
        raise UsageError(
            "RELAY_SHOPIFY_ENDPOINT is not an http:// address on this machine.",
            "It is for a stand-in shop, as in http://127.0.0.1:8080; unset it for a real one.",
        )
    return text


def _is_bare(address: SplitResult) -> bool:
    """Tell whether an address has no user, query or fragment (and a port that is a number)."""
    decorated = address.username or address.password or address.query or address.fragment
    return not decorated and address.port != 0


def _is_loopback(host: str | None) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host or "").is_loopback
    except ValueError:
        return False
