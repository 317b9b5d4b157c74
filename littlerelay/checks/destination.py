"""Checks the way to Segment: whether it knows the write key, and where the key belongs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from littlerelay import http
from littlerelay.checks.introduction import PATIENCE
from littlerelay.checks.lines import failed, kept, skipped
from littlerelay.clock import Clock
from littlerelay.configuration import Configuration
from littlerelay.destinations import destination
from littlerelay.errors import RelayError
from littlerelay.patience import Watch
from littlerelay.progress import Checked
from littlerelay.segment.preflight import KeyCheck, check_key, check_region
from littlerelay.settings import Destination

WRITE_KEY = "write key"
REGION = "region"

_KEY_SETTINGS = ("write_key_file", "write_key_cmd")
_OWN = "an endpoint of your own"


def lines(
    found: Configuration,
    environ: Mapping[str, str],
    clock: Clock,
    watch: Watch,
    *,
    is_asked: bool = False,
) -> Iterator[Checked]:
    """Give the two lines. Nothing is asked where no write key is set, nor ``is_asked`` for."""
    has_key = any(found.chosen[name].value for name in _KEY_SETTINGS)
    if not (is_asked or has_key or environ.get("RELAY_WRITE_KEY")):
        yield from (skipped(name, "no write key is set") for name in (WRITE_KEY, REGION))
        return
    where = kept(lambda: destination(found, environ))
    if isinstance(where, RelayError):
        yield from _unusable(found, where)
        return
    with http.client(clock, watch, PATIENCE) as web:
        asked = replace(where, region=None)
        told = kept(lambda: check_key(asked, web, clock))
    yield from _told(where, told)


def _unusable(found: Configuration, error: RelayError) -> Iterator[Checked]:
    """Say what is wrong with the settings: the key, or that no region is named."""
    has_place = bool(found.chosen["region"].value) != bool(found.chosen["endpoint"].value)
    if has_place:
        yield failed(WRITE_KEY, error)
        yield skipped(REGION, "there is no key to ask with")
    else:
        yield skipped(WRITE_KEY, "it is not said where to ask")
        yield failed(REGION, error)


def _told(where: Destination, told: KeyCheck | RelayError) -> Iterator[Checked]:
    if isinstance(told, RelayError):
        yield failed(WRITE_KEY, told)
        yield skipped(REGION, "Segment did not tell")
        return
    if told.key == "known":
        yield Checked(WRITE_KEY, "ok", "known to Segment")
    else:
        yield skipped(WRITE_KEY, f"not verifiable: {_OWN}")
    yield _of_region(where, told)


def _of_region(where: Destination, told: KeyCheck) -> Checked:
    if where.region is None:
        return skipped(REGION, f"not verifiable: {_OWN}")
    region = kept(lambda: check_region(told.api_host, where.region))
    if isinstance(region, RelayError):
        return failed(REGION, region)
    if region != "ok":
        return skipped(REGION, "not verifiable: Segment does not tell where the key belongs")
    return Checked(REGION, "ok", f"{where.region}, as the key's own settings say")
