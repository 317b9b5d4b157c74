"""Posts batches of small events to the stand-in Segment."""

from __future__ import annotations

import base64
import gzip
import json
from collections.abc import Iterable
from typing import Any

import httpx

from standin.segment import StandInSegment


def track(name: str, **fields: object) -> dict[str, Any]:
    """Returns a small event; the fields are added, or replace others."""
    return {"type": "track", "event": "It Happened", "userId": "u", "messageId": name, **fields}


def batch(segment: StandInSegment, events: Iterable[Any], **fields: object) -> dict[str, Any]:
    """Returns the body of a post."""
    return {"batch": list(events), "writeKey": segment.write_key, **fields}


def send(
    segment: StandInSegment, body: object, headers: dict[str, str] | None = None
) -> httpx.Response:
    """Posts a body: bytes as they are, anything else as JSON."""
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return httpx.post(f"{segment.url}/v1/batch", content=content, headers=headers)


def post(segment: StandInSegment, *events: object, **fields: object) -> httpx.Response:
    """Posts a batch of events."""
    return send(segment, batch(segment, events, **fields))


def zipped(segment: StandInSegment, body: bytes) -> httpx.Response:
    """Posts a body that says of itself that it is gzip."""
    return send(segment, body, {"Content-Encoding": "gzip"})


def squeezed(value: object) -> bytes:
    """Returns JSON in gzip."""
    return gzip.compress(json.dumps(value).encode())


def basic(key: str) -> dict[str, str]:
    """Returns the header that names a write key."""
    return {"Authorization": f"Basic {base64.b64encode(f'{key}:'.encode()).decode()}"}


def lines(*events: object) -> list[bytes]:
    """Returns the lines of an NDJSON file."""
    return [json.dumps(event).encode() + b"\n" for event in events]
