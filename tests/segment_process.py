"""Runs the stand-in for Segment as a process of its own, whose CPU and memory nobody else has."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import orjson

FIXTURES = Path(__file__).resolve().parents[1] / "fixtures"
RELAY = str(Path(sys.executable).with_name("relay"))


@dataclass(frozen=True)
class SegmentProcess:
    """A running endpoint, which is read and steered as `standin.segment_control` says."""

    url: str
    write_key: str

    @property
    def endpoint(self) -> str:
        return f"{self.url}/v1/batch"

    @property
    def environment(self) -> dict[str, str]:
        """Gives the environment in which the command sends here."""
        return {**os.environ, "RELAY_ENDPOINT": self.url, "RELAY_WRITE_KEY": self.write_key}

    def books(self) -> dict[str, Any]:
        """Gives what was asked and taken; see `GET /control/verdict-data`."""
        answer = httpx.get(f"{self.url}/control/verdict-data", timeout=60, trust_env=False)
        return self._read(answer)

    def verdict(self, path: Path) -> dict[str, Any]:
        """Compares what was accepted with the events of a file."""
        return self._told("verdict", path.read_bytes())

    def faults(self, *kinds: str) -> None:
        """Lets the next posts meet these faults."""
        self._told("faults", orjson.dumps({"next": kinds}))

    def _told(self, control: str, body: bytes) -> dict[str, Any]:
        address = f"{self.url}/control/{control}"
        return self._read(httpx.post(address, content=body, timeout=120, trust_env=False))

    def _read(self, answer: httpx.Response) -> dict[str, Any]:
        answer.raise_for_status()
        found: dict[str, Any] = orjson.loads(answer.content)
        return found


@contextmanager
def segment_process(*options: str) -> Iterator[SegmentProcess]:
    """Runs an endpoint; the options are those of `python -m standin.segment --help`."""
    server = subprocess.Popen(
        [sys.executable, "-m", "standin.segment", *options],
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(FIXTURES)},
    )
    try:
        yield SegmentProcess(**json.loads(server.stdout.readline() if server.stdout else b""))
    finally:
        server.terminate()
        server.communicate()
