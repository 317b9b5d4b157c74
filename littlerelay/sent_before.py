"""Remembers which files were sent to a destination, whatever became of the files since.

What tells how far a file was delivered lies beside it, and is lost where the file is moved, copied
or written anew. So the state folder keeps a few words of each: how it begins, and of which shop,
records and period a run wrote it. It holds no secret, and of a message only a hash.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from littlerelay import sampled, sealed
from littlerelay.checkpoint import Checkpoint
from littlerelay.deliveries import DeliveryPaths, DeliveryState
from littlerelay.durable import as_text, make_folder
from littlerelay.errors import UsageError
from littlerelay.files.inputs import Input
from littlerelay.sealed import Sealed
from littlerelay.settings import ReplayRequest
from littlerelay.times import iso

_HEAD = 64 * 1024  # bytes in which a first message ends
_REMEDY = "Move it away: relay then no longer knows of one file that it was sent."
REPEATS = "Segment drops as repeats only what it took within about a day: later, all counts twice."
_ANEW = (
    f"{REPEATS} What is new since the job's last run: relay backfill --since last --post; what is "
    "new in a file: relay diff OLD NEW --save PLAN, where OLD has all that was sent; all: --again."
)


class SentFile(Sealed):
    """A file of which something was sent at ``at``, 0 where it is yet to be. In seconds since 1970.

    ``first`` is a hash of its first line, empty where it is not written yet. Of a run on a shop
    there are the ``shop``, the ``resources`` and the period; ``namespace`` is part of all ids.
    ``is_sample`` says that a limit ended it, ``is_whole`` that all of its ``lines`` were
    sent; ``accepted`` messages were accepted so far. ``is_listed`` says that it is kept
    which these are.
    """

    file: str
    namespace: str
    first: str = ""
    shop: str = ""
    resources: tuple[str, ...] = ()
    since: int = 0
    until: int = 0
    is_sample: bool = False
    is_whole: bool = False
    lines: int = 0
    accepted: int = 0
    is_listed: bool = False
    at: int = 0

    def is_met_again(self, new: SentFile) -> bool:
        """Tell whether another file holds some of the same messages, under the same ids."""
        if self.namespace != new.namespace:
            return False
        return (self.first != "" and self.first == new.first) or self._overlaps(new)

    def _overlaps(self, new: SentFile) -> bool:
        is_of_same = self.shop == new.shop and not {*self.resources}.isdisjoint(new.resources)
        return is_of_same and self.since < new.until and new.since < self.until


@dataclass(frozen=True, slots=True)
class Memory:
    """What keeps that a file was sent, and how far; of a sample also which messages (``heard``).

    ``known`` stands for messages (`sampled.mark`) that went with samples, and go no more.
    """

    note: Callable[[DeliveryState], None] = lambda _: None
    heard: Callable[[list[bytes]], None] | None = None
    known: frozenset[bytes] = frozenset()


FORGETFUL = Memory()


def noting(
    paths: DeliveryPaths,
    run: Checkpoint | None,
    request: ReplayRequest,
    beside: list[SentFile],
    start: DeliveryState,
) -> Memory:
    """Give what keeps that a file was sent, once it was, and what of it was sent as a sample.

    ``beside`` are the files that are sent with it so far. Raises UsageError where it is new here,
    and its messages are sent from another file.
    """
    if request.state is None:
        return FORGETFUL
    new = described(paths.file, run, request.namespace)
    if not (start.has_sent or request.again):
        check(request.state, paths, new, beside)
    lists = new.is_sample or request.limit is not None
    memory = remembering(request.state, paths, new, is_begun=start.has_sent, lists=lists)
    if not (start.is_whole and memory.heard):  # what went with a sample is known, one by one
        beside.append(new)
    if request.again:
        return memory
    return replace(memory, known=sampled_of(request.state, paths, new))


def remembering(
    state: Path,
    paths: DeliveryPaths,
    new: SentFile,
    *,
    is_begun: bool,
    lists: bool,
) -> Memory:
    """Give what keeps that a file was sent, and where ``lists`` is set, which messages of it.

    What was begun without such a list has none any more.
    """
    place = _place(state, paths, new)
    is_listed = lists
    if lists and is_begun:
        old = sealed.load(place, "sent", SentFile, _REMEDY)
        is_listed = old is not None and old.is_listed
    note = partial(remember, place, new.model_copy(update={"is_listed": is_listed}))
    return Memory(note, partial(sampled.add, _list(place)) if is_listed else None)


def sampled_of(state: Path, paths: DeliveryPaths, new: SentFile) -> frozenset[bytes]:
    """Give what stands for messages that went to a destination with samples of the same."""
    found = [old for old in _all(state, paths.source) if old.is_listed and old.is_met_again(new)]
    lists = (sampled.load(_list(_place(state, paths, old))) for old in found)
    return frozenset[bytes]().union(*lists)


def described(path: Path, run: Checkpoint | None, namespace: str) -> SentFile:
    """Describe a file, and the run of relay that wrote it. Raises what `Input` does."""
    told = of_run(path, run, namespace)
    if not path.exists():
        return told
    with closing(Input(path, is_growing=True)) as source:
        first, end, _ = source.read(_HEAD).partition(b"\n")
    return told.model_copy(update={"first": hashlib.sha256(first).hexdigest() if end else ""})


def of_run(path: Path, run: Checkpoint | None, namespace: str) -> SentFile:
    """Describe what a run writes into a file; there may be nothing yet."""
    told = SentFile(file=as_text(path.absolute()), namespace=namespace)
    if run is None:
        return told
    own = run.meaning.settings.namespace
    told = told.model_copy(update={"namespace": "/".join({own: 1, namespace: 1}).strip("/")})
    if run.meaning.recorded_in:
        return told
    update = {
        "shop": run.meaning.settings.shop,
        "resources": tuple(run.resources),
        "since": run.since if run.new_since is None else run.new_since,
        "until": run.until,
        "is_sample": run.limit is not None,
    }
    return told.model_copy(update=update)


def check(state: Path, paths: DeliveryPaths, new: SentFile, beside: Iterable[SentFile]) -> None:
    """Refuse to send what was sent to this destination before, or is now. Raises UsageError."""
    old = found(state, paths, new) or next((one for one in beside if one.is_met_again(new)), None)
    if old is not None:
        raise UsageError(f"{repeated(old, new)}.", _ANEW)


def found(state: Path, paths: DeliveryPaths, new: SentFile) -> SentFile | None:
    """Give a file that was sent to this destination with some of the same messages, or none.

    A sample is none: what went with it is known, message by message.
    """
    every = _all(state, paths.source)
    return next((old for old in every if old.is_met_again(new) and not old.is_listed), None)


def repeated(old: SentFile, new: SentFile) -> str:
    """Say that messages would go a second time, and how relay knows."""
    number = f"{old.accepted:,} messages" if old.accepted != 1 else "1 message"
    was = f"{number} of {old.file} went to this destination up to {iso(old.at)}"
    if not old.at:
        was = f"{old.file} goes before it"
    if old.first and old.first == new.first:
        how = "and begins with the same message"
    else:
        how = f"with {', '.join(old.resources)} of {iso(old.since)} to {iso(old.until)}"
    return f"{new.file} holds what {'was' if old.at else 'is'} sent before: {was}, {how}"


def sent_whole(state: Path, source: str = "*") -> frozenset[tuple[str, str, int]]:
    """Give what tells of the files that were sent to their ends, as `Written.known` does.

    ``source`` stands for the destination (`DeliveryPaths.source`); without it any will do.
    """
    every = _all(state, source)
    return frozenset((one.first, one.namespace, one.lines) for one in every if one.is_whole)


def remember(place: Path, sent: SentFile, now: DeliveryState) -> None:
    """Keep what was sent. Raises DiskError."""
    make_folder(place.parent)
    told = {"at": now.acked or 0, "is_whole": now.is_all, "lines": now.lines}
    told["accepted"] = now.accepted
    sealed.save(place, "sent", sent.model_copy(update=told))


def _all(state: Path, source: str) -> Iterator[SentFile]:
    for path in sorted(state.glob(f"sent/{source}/*.json")):
        if (old := sealed.load(path, "sent", SentFile, _REMEDY)) is not None:
            yield old


def _place(state: Path, paths: DeliveryPaths, sent: SentFile) -> Path:
    parts = (sent.file, sent.first, sent.namespace, sent.since, sent.until, sent.is_sample)
    name = hashlib.sha256("\n".join(map(str, parts)).encode()).hexdigest()[:16]
    return state / "sent" / paths.source / f"{name}.json"


def _list(place: Path) -> Path:
    return place.with_suffix(".ids")
