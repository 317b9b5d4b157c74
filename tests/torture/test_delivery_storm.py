"""Files of events reach Segment whole through a storm of faults, and twenty kills of the sender."""

import random
import subprocess
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import orjson
import pytest

from segment_process import RELAY, segment_process
from sent_files import beside, line, message, put, put_own
from storms import MOMENTS, UNANSWERED, Storm, check_each_sender, left_above

EVENTS = 200_000
KILLS = 20
# Batches that a kill may leave taken but not acknowledged, by the number of connections: where one
# waits, the others go on until all that may be under way is its own.
MOST_LEFT = {1: 1, 4: 32}

pytestmark = pytest.mark.torture


def lines(number: int) -> Iterator[bytes]:
    """Makes so many lines, of sizes that differ."""
    sizes = random.Random(7)
    return (line(message(one, sizes.randint(300, 700))) for one in range(number))


@pytest.mark.parametrize(("write", "lanes"), [(put_own, 1), (put, 1), (put_own, 4)])
def test_twenty_kills_in_a_storm_lose_nothing_and_repeat_only_what_was_under_way(
    write: Callable[[Path, Iterable[bytes]], Path], lanes: int, tmp_path: Path
) -> None:
    path = write(tmp_path / "events.ndjson", lines(EVENTS))
    with segment_process("--storm", "11:0.2", "--slow-seconds", "5") as segment:
        storm = Storm(segment, path, lanes)
        senders = [
            storm.killed(EVENTS * number // (KILLS + 1), MOMENTS[number % len(MOMENTS)])
            for number in range(1, KILLS + 1)
        ]
        senders.append(storm.ended())
        posts, books = storm.posts(senders), segment.books()
        verdict = segment.verdict(path)
    assert verdict["is_exact"], {name: verdict[name][:3] for name in ("missing", "extra")}
    assert not verdict["dropped"].keys() - {"repeat"}
    check_each_sender(senders, posts)
    left = list(left_above(senders, posts))
    most = max(len(post.lines) for post in posts)
    assert max(left) <= MOST_LEFT[lanes] * most
    unanswered = [len(post.lines) for post in posts if post.fault in UNANSWERED]
    repeats = sum(len(post.lines) for post in posts) - EVENTS
    assert verdict["repeats"] == repeats
    assert 0 < repeats <= sum(left) + sum(unanswered)
    if lanes == 1:
        assert books["repeats"] == len(posts) - len({post.lines for post in posts})
    assert {one["fault"] for one in books["requests"]} >= {"429", "429:1", "503", "reset", *MOMENTS}
    delivery = storm.delivery()
    assert delivery is not None
    assert (delivery.events - delivery.refused.lines, delivery.is_whole) == (EVENTS, True)


def test_one_poison_event_in_a_hundred_thousand_is_found_and_all_others_are_accepted(
    tmp_path: Path,
) -> None:
    path = put_own(tmp_path / "events.ndjson", lines(100_000))
    poison = message(61_803)["messageId"]
    with segment_process("--poison", poison) as segment:
        command = [RELAY, "replay", str(path), "--integrations", "All=true", "--rate", "100000"]
        done = subprocess.run(
            [*command, "--json"], env=segment.environment, capture_output=True, check=False
        )
        verdict = segment.verdict(path)
    assert done.returncode == 3, done.stderr.decode()
    (told,) = orjson.loads(done.stdout)["files"]
    assert (told["accepted"], told["refused"]) == (99_999, 1)
    assert (verdict["missing"], verdict["extra"], verdict["differing"]) == ([poison], [], [])
    assert verdict["repeats"] == 0
    (refused,) = beside(path, "refused").read_bytes().splitlines()
    one = orjson.loads(refused)
    assert (one["reason"], one["message"]["messageId"]) == ("refused", poison)
    assert one["detail"] == "400: An event of the batch is invalid."
