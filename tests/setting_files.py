"""Writes files of settings, and finds or is refused what they say."""

from __future__ import annotations

from pathlib import Path

import pytest

from littlerelay.configuration import Options, configuration
from littlerelay.errors import UsageError
from littlerelay.settings import Mapping


def write(text: str | bytes, name: str = "relay.toml", mode: int = 0o600) -> Path:
    path = Path(name)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    path.chmod(mode)
    return path


def found(given: dict[str, str | bool] | None = None, /, **environ: str) -> Mapping:
    return configuration(Options(given or {}), environ).mapping()


def refused(given: dict[str, str | bool] | None = None, /, **environ: str) -> tuple[str, str]:
    """Returns the sentence and the hint with which the settings are refused."""
    with pytest.raises(UsageError) as caught:
        configuration(Options(given or {}), environ)
    assert caught.value.exit_code == 2
    return str(caught.value), caught.value.hint
