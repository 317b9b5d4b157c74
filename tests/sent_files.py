"""Files of invented messages, and how they are sent to the stand-in for Segment."""

import random
from collections.abc import Generator, Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import UUID

import orjson

from littlerelay import checkpoint, replays
from littlerelay.checkpoint import Checkpoint, Position
from littlerelay.clock import SYSTEM, Clock
from littlerelay.files.ndjson import PlainFile
from littlerelay.progress import Sending, Sent, Waiting
from littlerelay.settings import Destination, ReplayRequest
from meanings import other
from standin.segment import StandInSegment

ALL = (("All", True),)
OLD = "2024-03-05T14:30:00.000Z"
# Sleeps are over at once, so that a test of hours of waiting takes none.
RESTLESS: Clock = replace(SYSTEM, sleep=lambda _: None)


def message(number: int, size: int = 900, **more: Any) -> dict[str, Any]:
    """Makes one track message of about so many bytes, of one of fifty people."""
    return {
        "type": "track",
        "event": "Order Completed",
        "messageId": str(UUID(int=number, version=5)),
        "timestamp": OLD,
        "userId": str(7000 + number % 50),
        "context": {"library": {"name": "littlerelay", "version": "0.1.0"}},
        "properties": {"order_id": f"#{number}", "total": 12.5, "note": "x" * max(0, size - 300)},
        **more,
    }


def line(one: object) -> bytes:
    return orjson.dumps(one, option=orjson.OPT_APPEND_NEWLINE)


def messages(number: int, seed: int = 7) -> list[bytes]:
    """Makes so many lines, of sizes that differ."""
    sizes = random.Random(seed)
    return [line(message(one, sizes.randint(300, 2_000))) for one in range(number)]


def put(path: Path, lines: Iterable[bytes]) -> Path:
    path.write_bytes(b"".join(lines))
    return path


def put_own(
    path: Path, lines: Iterable[bytes], *, is_done: bool = True, begins: int = 0, **meaning: Any
) -> Path:
    """Writes a file and the checkpoint that a run of relay would have left beside it."""
    output = PlainFile(path)
    for one in lines:
        output.write(one)
    mark = output.sync()
    run = Checkpoint(
        job="acme",
        meaning=other(**meaning),
        since=begins,
        until=begins + 1_800_000_000,
        frozen_end=begins + 1_800_000_000,
        updated_since=0,
        new_since=None,
        limit=None,
        left_out=[],
        resources={"orders": Position(total=mark.lines)},
        phase="done" if is_done else "reading",
        output=mark,
        events={"Order Completed": mark.lines},
        first=OLD,
        last=OLD,
    )
    output.close()
    checkpoint.save(path.with_name(path.name + ".checkpoint.json"), run)
    return path


def target(segment: StandInSegment) -> Destination:
    return Destination(f"{segment.url}/v1/batch", segment.write_key, settings_endpoint=segment.url)


def sending(
    segment: StandInSegment, *paths: Path, clock: Clock = RESTLESS, **asked: Any
) -> Generator[Sending | Sent, None, None]:
    """Begins to send files, to destinations that are chosen unless it is said otherwise."""
    request = ReplayRequest(
        tuple(str(path) for path in paths), **{"integrations": ALL, "rate": 1e6, **asked}
    )
    for told in replays.replay(request, target(segment), clock):
        if not isinstance(told, Waiting):
            yield told


def sent(segment: StandInSegment, *paths: Path, **asked: Any) -> list[Sent]:
    """Sends files to their ends, and gives what came of each."""
    return [one for one in sending(segment, *paths, **asked) if isinstance(one, Sent)]


def beside(path: Path, kind: str) -> Path:
    """Gives the one file of a kind (``delivery``, ``refused``) that lies beside another."""
    (found,) = path.parent.glob(f"{path.name}.{kind}.????????.*json")
    return found
