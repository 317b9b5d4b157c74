"""Runs `relay config`: every setting, its value in force, and where that comes from."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

from littlerelay import credentials, environment
from littlerelay.configuration import Chosen, Configuration, Options, configuration, kinds
from littlerelay.configuration.table import SETTINGS
from littlerelay.credentials import ACCESS_TOKEN, WRITE_KEY, Wanted
from littlerelay.errors import UsageError

from . import options
from .setting_options import EVERY, takes
from .setting_texts import HIDDEN, as_toml, plain


@takes(EVERY)
def config(*, chosen: Options, json: options.Json = False) -> int:
    """Show every setting, its value, and where that comes from.

    No secret is read or shown: of the access token and the write key only where each would come
    from.
    """
    # With it comes rich, for which --help need not wait.
    from . import display  # noqa: PLC0415

    found = configuration(chosen, os.environ)
    rows = {name: _row(name, one, found) for name, one in found.chosen.items()}
    file = None if found.file is None else str(found.file)
    secrets = {wanted.name: _source(wanted, found) for wanted in (ACCESS_TOKEN, WRITE_KEY)}
    if json:
        settings = {
            name: {"value": plain(name, value), "from": place or None}
            for name, (value, place) in rows.items()
        }
        told = {
            name.replace(" ", "_"): {"from": place, "lack": lack}
            for name, (place, lack) in secrets.items()
        }
        display.as_json({"file": file, "settings": settings, **told})
        return 0
    head = [("file", file or "none")]
    head += [(name, place or lack or "") for name, (place, lack) in secrets.items()]
    if sys.stdout.isatty():
        display.settings(rows, head)
    else:
        sys.stdout.write(as_toml(rows, head))
    return 0


def _row(name: str, chosen: Chosen, found: Configuration) -> tuple[Any, str]:
    """Give a setting's value, which for a command is hidden, and its place."""
    if SETTINGS[name].kind is kinds.COMMAND and chosen.value is not None:
        return HIDDEN, chosen.place
    if name == "state_dir":
        return str(environment.state_folder(found).absolute()), chosen.place
    if (
        SETTINGS[name].kind is kinds.FILE
        and chosen.value is not None
        and not chosen.value.startswith("~")
    ):
        return str(Path(chosen.value).absolute()), chosen.place
    return chosen.value, chosen.place if chosen.value is not None else ""


def _source(wanted: Wanted, found: Configuration) -> tuple[str | None, str | None]:
    """Give where a secret would come from, else what speaks against it."""
    try:
        return credentials.place(wanted, found, os.environ), None
    except UsageError as error:
        return None, f"{error} {error.hint}"
