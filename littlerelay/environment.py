"""Turns options and environment variables into settings; an option wins over the environment.

An access token comes from exactly one place, and never from an option's value, which the shell's
history and the list of processes would show. Nothing of a secret is in any error raised here.
"""

from __future__ import annotations

import ipaddress
import os
import re
import shlex
import stat
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import SplitResult, urlsplit

import platformdirs

from littlerelay.errors import RefusedError, UsageError
from littlerelay.settings import Credentials, Settings

# Header values are visible ASCII; anything else would fail later, and loudly, with the secret.
_SECRET = re.compile(r"[!-~]+")
_LONGEST_SECRET = 4096  # bytes; what is longer is some other file
_COMMAND_SECONDS = 30.0

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
    """Give the folder in which jobs remember what they have given; it need not exist yet."""
    chosen = option or environ.get("RELAY_STATE_DIR") or platformdirs.user_state_dir("relay")
    return Path(chosen).expanduser()


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
    if not _SECRET.fullmatch(secret):
        raise UsageError(
            f"No secret is to be had from {name}: it is empty, or not one word of plain ASCII.",
            "Copy the secret again, without quotes, labels or line breaks.",
        )
    return secret


def _secret_file(name: str) -> str:
    path = Path(name).expanduser()
    try:
        with path.open("rb") as file:
            mode = stat.S_IMODE(os.fstat(file.fileno()).st_mode)
            content = file.read(_LONGEST_SECRET + 1)
    except OSError as error:
        raise UsageError(
            f"{path} cannot be read: {error.strerror}.", "Name a file that holds the secret alone."
        ) from error
    if mode & 0o077:
        raise UsageError(
            f"{path} holds a secret, and others on this machine may read it (mode {mode:04o}).",
            f"Run: chmod 600 {shlex.quote(str(path))}",
        )
    return _secret(content[:_LONGEST_SECRET].decode("ascii", errors="replace"), str(path))


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
        done = subprocess.run(  # noqa: S603  the user's own command, split without a shell
            words, stdout=subprocess.PIPE, check=False, timeout=_COMMAND_SECONDS
        )
    except OSError as error:
        raise RefusedError(
            f"The token command {words[0]} cannot be run: {error.strerror}.", hint
        ) from error
    except subprocess.TimeoutExpired:
        # The exception holds the output: it must not be chained.
        raise RefusedError(
            f"The token command {words[0]} gave no answer in {_COMMAND_SECONDS:.0f} seconds.", hint
        ) from None
    if done.returncode:
        raise RefusedError(f"The token command {words[0]} failed ({done.returncode}).", hint)
    return done.stdout.decode("ascii", errors="replace")


def _endpoint(environ: Mapping[str, str]) -> str | None:
    """Give the address of a stand-in for the shop; only this machine may be one."""
    text = environ.get("RELAY_SHOPIFY_ENDPOINT")
    if not text:
        return None
    try:
        address = urlsplit(text)
        fits = address.scheme == "http" and _is_loopback(address.hostname) and _is_bare(address)
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
