"""Runs `relay check` against stand-in shops, and gives its lines by their names."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from littlerelay import checkpoint, checks
from littlerelay.clock import Clock
from littlerelay.configuration import Options
from littlerelay.environment import draft
from littlerelay.places import Paths
from littlerelay.progress import Checked
from littlerelay.settings import BackfillRequest
from shops import FAST
from standin.server import StandIn

Lines = dict[str, Checked]


def environ(shop: StandIn, folder: Path) -> dict[str, str]:
    """Give the variables with which relay reads a stand-in shop."""
    return {
        "RELAY_SHOP": shop.world.shop["myshopifyDomain"],
        "RELAY_TOKEN": shop.token,
        "RELAY_SHOPIFY_ENDPOINT": shop.url,
        "RELAY_STATE_DIR": str(folder / "state"),
    }


def check(
    variables: Mapping[str, str],
    folder: Path,
    clock: Clock = FAST,
    **asked: Any,
) -> Lines:
    """Check, and give the lines by name; they must come in their order."""
    request = BackfillRequest(**{"since": "", "out": str(folder / "events.ndjson"), **asked})
    found = list(checks.check(draft(Options(), variables), request, clock))
    assert [line.name for line in found] == list(checks.NAMES)
    assert all((line.state == "failed") == bool(line.remedy) for line in found)
    return {line.name: line for line in found}


def failed(lines: Lines) -> list[str]:
    """Name the checks that failed."""
    return [name for name, line in lines.items() if line.state == "failed"]


def skipped(lines: Lines) -> list[str]:
    """Name the checks that were skipped."""
    return [name for name, line in lines.items() if line.state == "skipped"]


def code(lines: Lines) -> int:
    """Give the exit code."""
    return checks.exit_code(lines.values())


def half(output: Path) -> None:
    """Lets a finished run be one that was stopped at its end."""
    path = Paths(output).checkpoint
    found = checkpoint.load(path)
    assert found is not None
    checkpoint.save(path, found.model_copy(update={"phase": "checking"}))
