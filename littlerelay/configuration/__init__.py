"""Finds every setting's value and where it came from: relay.toml < environment < options.

What is wrong is refused at once, by name and place: a key that is no setting, a variable that only
looks like one, a value that cannot be, a secret in the file.
"""

from __future__ import annotations

import re
from collections.abc import Mapping as MappingABC
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from pathlib import Path
from typing import Any, Literal, TypeAlias

from littlerelay.configuration import file, kinds
from littlerelay.configuration.file import SettingsFile
from littlerelay.configuration.kinds import WrongValue
from littlerelay.configuration.table import MAPPING, SETTINGS, Setting
from littlerelay.errors import UsageError
from littlerelay.settings import Mapping

Layer = Literal["default", "file", "environment", "option"]

# What relay reads beside the settings.
OTHER_VARIABLES = (
    "RELAY_CONFIG",
    "RELAY_TOKEN",
    "RELAY_CLIENT_ID",
    "RELAY_CLIENT_SECRET",
    "RELAY_CLIENT_SECRET_FILE",
    "RELAY_RECHARGE_SECRET",
    "RELAY_RECHARGE_SECRET_FILE",
    "RELAY_SHOPIFY_ENDPOINT",
    "RELAY_WRITE_KEY",
    "RELAY_RECHARGE_TOKEN",
    "RELAY_RECHARGE_ENDPOINT",
)

_ALIKE = 0.85  # of 1: a variable so near to one of ours was meant to be it
_SECRET = re.compile(
    r"(?:\w*_)?(?:token|secret|password|api_key|write_key|oauth_key|private_key)", re.IGNORECASE
)
# What nobody may put in the place of a setting: its name, how it looks, and where it belongs.
_SECRETS = (
    (
        "a secret of Shopify's",  # access tokens and client secrets: shpat_, shpss_ ...
        re.compile(r"shp[a-z]{2,3}_[0-9A-Za-z]{8}"),
        "set RELAY_TOKEN, or name a file or a command that gives it.",
    ),
    (
        "a write key of Segment's",  # 32 letters, small and capital ones, and figures
        re.compile(
            r"(?<![\w./-])(?=[0-9A-Za-z]{32}(?![\w./-]))(?=\w*[a-z])(?=\w*[A-Z])\w*[0-9]\w*"
        ),
        "set RELAY_WRITE_KEY, or name a file or a command that gives it.",
    ),
    (
        "a token of Recharge's",  # sk_1x1_ ...
        re.compile(r"sk_[0-9]x[0-9]_[0-9A-Za-z]{8}"),
        "set RELAY_RECHARGE_TOKEN, or name a file or a command that gives it.",
    ),
    (
        "a private key",
        re.compile(r"-{5}BEGIN [A-Z ]*PRIVATE KEY"),
        "name its file with oauth_key_file.",
    ),
)
Typed: TypeAlias = str | bool  # what an option was given: a text, or that it is there
# Ids of Segment's, which may look like its write keys.
_IDS = ("oauth_app_id", "oauth_key_id")
_LIST = "`relay config` lists the settings."


@dataclass(frozen=True, slots=True)
class Options:
    """What the command line says: settings by name, as typed, and the file of settings."""

    given: MappingABC[str, Typed] = field(default_factory=dict)
    config: str | None = None


@dataclass(frozen=True, slots=True)
class Chosen:
    """A setting's value in force. ``place`` names who gave it: ``RELAY_USER_ID``, a file."""

    value: Any
    place: str
    layer: Layer


@dataclass(frozen=True, slots=True)
class Configuration:
    """Every setting by its name, and the file that was read, none without one."""

    file: Path | None
    chosen: MappingABC[str, Chosen]

    def mapping(self) -> Mapping:
        """Give what shapes the events; the run itself finds out the shop."""
        return Mapping(shop="", **{one.name: self.chosen[one.name].value for one in MAPPING})


def configuration(options: Options, environ: MappingABC[str, str]) -> Configuration:
    """Find every setting. Raises UsageError for what is wrong at any place, used or not."""
    _refuse_near_misses(environ)
    found = file.find(options.config or environ.get("RELAY_CONFIG") or None)
    chosen = {name: Chosen(one.default, "default", "default") for name, one in SETTINGS.items()}
    chosen |= _of_file(found) if found else {}
    for name, setting in SETTINGS.items():
        if text := environ.get(setting.variable):
            value = _read(setting, setting.variable, text)
            chosen[name] = Chosen(value, setting.variable, "environment")
    for name, typed in options.given.items():
        setting = SETTINGS[name]
        place = setting.off if typed is False else setting.option
        chosen[name] = Chosen(_read(setting, place, typed), place, "option")
    return Configuration(found.path if found else None, chosen)


def _read(setting: Setting, place: str, given: Typed) -> object:
    """Read what a variable or an option gives: a text, or a flag that was set."""
    _refuse_secret(setting, place, given)
    try:
        raw = setting.kind.of_text(given) if isinstance(given, str) else given
        return setting.kind.check(raw)
    except WrongValue as error:
        raise UsageError(f"{place} {error}.", error.hint or _LIST) from error


def _of_file(found: SettingsFile) -> dict[str, Chosen]:
    chosen = {}
    for key, raw in found.content.items():
        setting = SETTINGS.get(key)
        if setting is None:
            raise _unknown(found, key)
        _refuse_secret(setting, f"{found.place(key)}: {key}", raw)
        try:
            value = setting.kind.check(raw)
        except WrongValue as error:
            raise UsageError(f"{found.place(key)}: {key} {error}.", error.hint or _LIST) from error
        if setting.kind in (kinds.FILE, kinds.FOLDER):
            value = found.absolute(str(value))
        chosen[key] = Chosen(value, str(found.path), "file")
    return chosen


def _refuse_secret(setting: Setting, place: str, raw: object) -> None:
    """Refuse a secret where a setting should be: it would be shown, or sent with every event."""
    for what, looks, remedy in _SECRETS:
        match = looks.search(str(raw))
        if match and not (setting.name in _IDS and match[0].isalnum()):
            raise UsageError(f"{place} holds {what}, and no setting may.", f"Take it out; {remedy}")


def _unknown(found: SettingsFile, key: str) -> UsageError:
    """Say of a key that it is no setting; of what looks like a secret, not even its value."""
    place = found.place(key)
    if _SECRET.fullmatch(key.replace("-", "_")):
        return UsageError(
            f"{place}: {key} is a secret, and this file must hold none.",
            f"Take it out; name {_ways(key)}.",
        )
    if key == "client_id":
        return UsageError(
            f"{place}: client_id stands in the environment, beside its secret.",
            "Set RELAY_CLIENT_ID and RELAY_CLIENT_SECRET.",
        )
    near = kinds.nearest(key.replace("-", "_"), tuple(SETTINGS))
    meant = f"; did you mean `{near}`?" if near else "."
    return UsageError(f"{place}: `{key}` is no setting{meant}", _LIST)


def _ways(key: str) -> str:
    """Say how a secret with this name is given by a setting."""
    if key.casefold().endswith(("oauth_key", "private_key")):
        return "a file that holds it, with oauth_key_file"
    folded = key.casefold().replace("-", "_")
    name = "write_key" if folded.endswith("key") else "token"
    name = "recharge_token" if folded.startswith("recharge") else name
    return f"a file or a command that gives it, with {name}_file or {name}_cmd"


def _refuse_near_misses(environ: MappingABC[str, str]) -> None:
    """Refuse a variable that is one of ours but for a slip: nobody would read it.

    Others may use the prefix, so that all else passes.
    """
    known = [setting.variable for setting in SETTINGS.values()] + list(OTHER_VARIABLES)
    for name in environ:
        if name.startswith("RELAY_") and name not in known and environ[name]:
            near = max(known, key=lambda one: _likeness(name.upper(), one))
            if _likeness(name.upper(), near) >= _ALIKE:
                raise UsageError(
                    f"{name} is no variable that relay reads; did you mean {near}?",
                    "Rename it; if it is somebody else's, unset it for relay: "
                    f"env -u {name} relay ...",
                )


def _likeness(name: str, known: str) -> float:
    own, other = (one.removeprefix("RELAY_") for one in (name, known))
    return SequenceMatcher(None, own, other).ratio()
