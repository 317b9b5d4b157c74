"""Kills a sender by SIGKILL in the middle of a storm, and judges what its runs have sent."""

from __future__ import annotations

import subprocess
import time
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import orjson

from littlerelay import deliveries
from littlerelay.deliveries import DeliveryPaths, DeliveryState
from littlerelay.segment.batches import lane_of
from segment_process import RELAY, SegmentProcess

# What meets a post before its sender is killed: nothing, as soon as the place to go on from has
# moved; an answer that is under way; a pause before the next try, of a batch that was taken or not.
MOMENTS = ("", "slow", "lost", "429:3", "cut")
TAKEN = ("", "slow", "lost", "cut")  # what may meet a post that is taken all the same
UNANSWERED = ("lost", "cut")  # and what keeps its sender from knowing


@dataclass(frozen=True)
class Sender:
    """One start of the command: when, and how many lines it found acknowledged."""

    began: str
    left: int


@dataclass(frozen=True)
class Post:
    """A batch that was taken: of which sender, which lines of the file, and what befell it."""

    sender: int
    lines: tuple[int, ...]
    fault: str


@dataclass(frozen=True)
class Storm:
    """One file on its way through a storm, on so many connections."""

    segment: SegmentProcess
    path: Path
    lanes: int

    def start(self) -> subprocess.Popen[bytes]:
        chosen = ("--integrations", "All=true", "--rate", "100000", "--quiet")
        return subprocess.Popen(
            [RELAY, "replay", str(self.path), *chosen, "--concurrency", str(self.lanes)],
            env=self.segment.environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
        )

    def delivery(self) -> DeliveryState | None:
        """Gives what the file's delivery checkpoint tells."""
        segment = self.segment
        paths = DeliveryPaths(self.path, segment.endpoint, segment.write_key)
        return deliveries.load(paths.checkpoint)

    def acknowledged(self) -> int:
        """Gives how many lines are before the place to go on from."""
        found = self.delivery()
        return found.lines if found else 0

    def sender(self) -> Sender:
        """Gives the sender that is about to start."""
        now = datetime.now(UTC).isoformat(timespec="milliseconds")
        return Sender(f"{now[:23]}Z", self.acknowledged())

    def killed(self, target: int, moment: str) -> Sender:
        """Starts a sender and kills it once so many lines, and some more, are acknowledged."""
        sender, process = self.sender(), self.start()
        target = max(target, sender.left + 1)
        while process.poll() is None and self.acknowledged() < target:
            time.sleep(0.001)
        if moment:
            self._wait_for(moment, process)
        process.kill()
        _, errors = process.communicate()
        assert process.returncode < 0, errors.decode()
        return sender

    def _wait_for(self, moment: str, process: subprocess.Popen[bytes]) -> None:
        """Lets a fault meet the next post, and waits until it did."""
        before = len(self.segment.books()["requests"])
        self.segment.faults(moment)
        while process.poll() is None:
            if any(one["fault"] == moment for one in self.segment.books()["requests"][before:]):
                return

    def ended(self) -> Sender:
        """Starts a sender, to which the storm says once how long to wait, and lets it end."""
        self.segment.faults("429:1")
        sender, process = self.sender(), self.start()
        _, errors = process.communicate(timeout=300)
        assert process.returncode == 0, errors.decode()
        return sender

    def posts(self, senders: list[Sender]) -> list[Post]:
        """Gives what was taken, in order."""
        with self.path.open("rb") as lines:
            messages = [orjson.loads(line) for line in lines]
        numbers = {one["messageId"]: number for number, one in enumerate(messages)}
        lanes = [lane_of(one["userId"], self.lanes) for one in messages]
        starts = [sender.began for sender in senders]
        found = []
        for one in self.segment.books()["requests"]:
            if one["fault"] in TAKEN:
                first, last = numbers[one["first"]], numbers[one["last"]]
                inside = (at for at in range(first, last + 1) if lanes[at] == lanes[first])
                number = bisect_right(starts, one["sent_at"]) - 1
                found.append(Post(number, tuple(inside), one["fault"]))
                assert len(found[-1].lines) == one["events"]
        return found


def check_each_sender(senders: list[Sender], posts: list[Post]) -> None:
    """Checks that a sender goes on where the one before was left, and sends each line once.

    Only a batch whose answer was lost is sent again, with the same lines.
    """
    for number, sender in enumerate(senders):
        own = [post for post in posts if post.sender == number]
        assert min(line for post in own for line in post.lines) >= sender.left
        batches = {post.lines for post in own}
        assert sum(map(len, batches)) == len({line for lines in batches for line in lines})
        answered = Counter(post.lines for post in own if post.fault not in UNANSWERED)
        assert set(answered.values()) <= {1}


def left_above(senders: list[Sender], posts: list[Post]) -> Iterator[int]:
    """Gives how many lines were taken at each kill but not acknowledged.

    Checks that all that were acknowledged were taken.
    """
    for number, sender in enumerate(senders):
        taken = {line for post in posts if post.sender < number for line in post.lines}
        assert not set(range(sender.left)) - taken
        yield len(taken) - sender.left
