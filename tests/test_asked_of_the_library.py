"""What the library cannot do as it is asked, it refuses: nothing is passed over in silence."""

from __future__ import annotations

import io
from collections.abc import Callable, Generator
from pathlib import Path
from typing import Any

import pytest

from littlerelay import jobs, replays, rewrites
from littlerelay.errors import UsageError
from littlerelay.settings import (
    BackfillRequest,
    Credentials,
    Destination,
    ReplayRequest,
    Settings,
)

SEGMENT = Destination("http://127.0.0.1:1/v1/batch", "key")
FILE = ("events.ndjson",)

Told = Generator[Any, None, None]


def backfill(out: str | None, stream: io.BytesIO | None) -> Told:
    settings = Settings(
        shop="acme.myshopify.com", credentials=Credentials(token="none"), state=Path("state")
    )
    return jobs.backfill(settings, BackfillRequest("2024-01-01", out=out), stream=stream)


def replay(inputs: tuple[str, ...], stream: io.BytesIO | None, out: str | None = None) -> Told:
    return replays.replay(ReplayRequest(inputs, out=out), SEGMENT, stream=stream)


def rewrite(
    inputs: tuple[str, ...],
    stdin: io.BytesIO | None,
    out: str | None = "out.ndjson",
    stdout: io.BytesIO | None = None,
) -> Told:
    return rewrites.rewrite(ReplayRequest(inputs, out=out), stdin, stdout)


NO_FILE, NO_STREAM, IDLE = "No file is named", "none is given", "no - names it"


@pytest.mark.parametrize(
    ("asked", "fault"),
    [
        (lambda: backfill("-", None), NO_STREAM),
        (lambda: backfill("events.ndjson", io.BytesIO()), IDLE),
        (lambda: backfill(None, io.BytesIO()), IDLE),
        (lambda: replay((), None), NO_FILE),
        (lambda: replay(("-",), None), NO_STREAM),
        (lambda: replay(FILE, io.BytesIO()), IDLE),
        (lambda: replay(FILE, None, out="out.ndjson"), "is not written"),
        (lambda: rewrite((), None), NO_FILE),
        (lambda: rewrite(("-",), None), NO_STREAM),
        (lambda: rewrite(FILE, io.BytesIO()), IDLE),
        (lambda: rewrite(FILE, None, out="-"), NO_STREAM),
        (lambda: rewrite(FILE, None, stdout=io.BytesIO()), IDLE),
        (lambda: rewrite(FILE, None, out=None), "No output is named"),
    ],
)
def test_what_a_request_does_not_tell_is_never_guessed(
    asked: Callable[[], Told], fault: str
) -> None:
    Path("events.ndjson").touch()
    with pytest.raises(UsageError, match=fault):
        list(asked())
    assert [path.name for path in Path.cwd().iterdir()] == ["events.ndjson"]
