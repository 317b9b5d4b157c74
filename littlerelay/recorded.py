"""Maps recordings into a file of events: `relay replay RECORDING... --out FILE`.

It is a run with a checkpoint beside its file, as that of a backfill, and with a folder of its own
work, which is gone once the file is whole. Nothing is asked of anybody.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from zoneinfo import ZoneInfo

from littlerelay import __version__, checkpoint, report, runs
from littlerelay.checkpoint import Checkpoint, Position
from littlerelay.clock import SYSTEM, Clock
from littlerelay.durable import as_text
from littlerelay.errors import Bug, CheckpointMismatch, UsageError
from littlerelay.files.compressed import open_output
from littlerelay.files.inputs import Input
from littlerelay.files.ndjson import LazyFile, Output, verify
from littlerelay.mappers.pixels import check_server_events
from littlerelay.meaning import EVERYTHING, Meaning, Recording, differences
from littlerelay.places import Paths, check_apart, check_place, named, remove, set_files_aside
from littlerelay.progress import Finished, Replaying
from littlerelay.recordings.kinds import KINDS, NAMED
from littlerelay.recordings.mapping import Mapper, Rules
from littlerelay.recordings.reading import Asked, Reader
from littlerelay.recordings.state import State
from littlerelay.recordings.store import Store, clear
from littlerelay.recordings.writing import Writer, counted
from littlerelay.selection import Selection
from littlerelay.settings import Mapping, RecordingsRequest
from littlerelay.shopify.session import API_VERSION
from littlerelay.times import iso_ms, read

_ALWAYS = 253_402_300_799  # the last second that a time can tell, where no --until is given
_CHANGED = "Choose another --out, give the same again, or --restart (the old files are kept)."
_GROWN = (
    "Choose another --out. Where this one was sent, send what is new: `relay diff OLD NEW --save "
    "PLAN`, then `relay replay PLAN`. Where not, --restart maps it anew (the old files are kept)."
)

Told = Replaying | Finished


def replay(
    request: RecordingsRequest, mapping: Mapping, clock: Clock = SYSTEM
) -> Generator[Told, None, None]:
    """Map recordings into a file of events, telling how far it is.

    The same request again goes on with a run that was stopped, and says so of a finished one.
    Raises the errors of ``littlerelay.errors``.
    """
    inputs = named(request.inputs)
    if not inputs:
        raise UsageError(
            "Recordings are read from files, so that a run that was stopped can go on.",
            "Save standard input to a file, and name that.",
        )
    if request.kind is not None and request.kind not in NAMED:
        raise UsageError(
            f"{request.kind} is no kind of record that relay knows.",
            f"Choose from {', '.join(NAMED)}.",
        )
    for path in inputs:
        Input(path, is_growing=True).close()
    paths = Paths(Path(request.out))
    check_place(paths)
    check_apart(paths, inputs)
    yield from _Job(request, inputs, mapping, paths, clock).run()


@dataclass(frozen=True, slots=True)
class _Job:
    """One invocation: what is read, and where its events go."""

    request: RecordingsRequest
    inputs: list[Path]
    mapping: Mapping
    paths: Paths
    clock: Clock

    def run(self) -> Iterator[Told]:
        """Go on with the run of this request, or begin it."""
        start = self._begun() or self._begin()
        if start.phase == "done":
            verify(self.paths.output, start.output)
            clear(self.paths.spill)
            yield replace(self._finished(start), already=True)
            return
        began = self.clock.monotonic()
        with ExitStack() as after, ExitStack() as stack:
            output = stack.enter_context(closing(open_output(self.paths.output, start.output)))
            rejects = stack.enter_context(closing(LazyFile(self.paths.rejects, start.rejects)))
            store = stack.enter_context(closing(Store(self.paths.spill)))
            try:
                yield from self._read(store, start)
            except UsageError:  # nobody asked to keep what relay refuses
                after.callback(remove, self.paths)
                after.callback(clear, self.paths.spill)
                raise
            yield from self._map(store, start)
            end = yield from self._write(store, start, output, rejects)
        checkpoint.save(self.paths.checkpoint, end)
        clear(self.paths.spill)
        elapsed, unsigned = self.clock.monotonic() - began, store.state.unsigned
        yield replace(self._finished(end), elapsed=elapsed, unsigned=unsigned)

    def _finished(self, run: Checkpoint) -> Finished:
        told = report.finished(run, run.job, str(self.paths.output), str(self.paths.rejects))
        return replace(
            told,
            since=told.since if self.request.since else None,
            until=told.until if self.request.until else None,
            mapped_from=tuple(map(str, self.inputs)),
            mapped_bytes=sum(path.stat().st_size for path in self.inputs),
        )

    def _meaning(self) -> Meaning:
        """Give everything that shapes the events; a shop that nobody gave is found out later."""
        request = self.request
        return Meaning(
            settings=replace(self.mapping.choices, shop=request.shop or ""),
            relay=__version__,
            api_version=API_VERSION,
            since=request.since or None,
            until=request.until or None,
            recorded_in=tuple(
                Recording(as_text(path.absolute()), path.stat().st_size) for path in self.inputs
            ),
            kind=request.kind,
            verify_hmac=request.secrets.known if request.secrets else (),
        )

    def _begun(self) -> Checkpoint | None:
        """Give the checkpoint of the run that the same command began before, none for a new one.

        One that has written nothing binds nobody to its options: they may have been mistyped.
        """
        if self.request.restart:
            return None
        found = runs.told(self.paths)
        if found is None:
            return None
        then, now = found.meaning, self._meaning()
        if not then.recorded_in:
            raise UsageError(
                f"{self.paths.output} holds what another run wrote.", "Choose another --out."
            )
        names = EVERYTHING if self.request.shop else EVERYTHING - {"shop"}  # which they told
        changed = differences(then, now, names)
        if changed and not found.output.bytes and found.phase == "reading":
            return None
        if changed:
            raise CheckpointMismatch(
                f"{self.paths.checkpoint} tells of other settings or recordings: {changed}.",
                _GROWN if then.recorded_in != now.recorded_in else _CHANGED,
            )
        return found

    def _begin(self) -> Checkpoint:
        """Begin the run; the checkpoint is the first of its files."""
        since, until = self._period()
        start = Checkpoint(
            job=self.request.shop or "recordings",
            meaning=self._meaning(),
            since=since,
            until=until,
            frozen_end=until,
            updated_since=since,
            new_since=None,
            limit=None,
            left_out=[],
            resources={},
        )
        if self.request.restart:
            set_files_aside(self.paths.present(), int(self.clock.now()))
        clear(self.paths.spill)
        checkpoint.save(self.paths.checkpoint, start)
        return start

    def _period(self) -> tuple[int, int]:
        now, utc = int(self.clock.now()), ZoneInfo("UTC")
        since = read(self.request.since, now, utc) if self.request.since else 0
        until = read(self.request.until, now, utc) if self.request.until else _ALWAYS
        if until <= since:
            raise UsageError("The period is empty.", "Give a --since before --until.")
        return since, until

    def _read(self, store: Store, run: Checkpoint) -> Iterator[Told]:
        """Read what is left of the recordings, and tell whose they are. Raises UsageError."""
        if store.state.phase != "reading":
            return
        request, state = self.request, store.state
        period = iso_ms(run.since), iso_ms(run.until)
        asked = Asked(request.kind, request.shop, request.secrets, *period)
        sizes = [one.bytes for one in run.meaning.recorded_in]
        for position in Reader(self.inputs, sizes, asked, store, self.clock).read():
            at = sum(sizes[: state.file]) + position
            yield self._told("reads", at, sum(sizes), state)
        state.shop = request.shop or state.shop
        if not state.shop and any(state.read[kind] > state.rejected[kind] for kind in KINDS):
            raise UsageError(
                "No line of the recordings tells the shop.", "Give --shop acme.myshopify.com."
            )
        check_server_events([kind for kind in KINDS if state.read[kind]], self.mapping)
        store.group()
        state.phase = "mapping"
        store.add()

    def _map(self, store: Store, run: Checkpoint) -> Iterator[Told]:
        """Make the events of all that was read."""
        state = store.state
        if state.phase != "mapping":
            return
        since, until = iso_ms(run.since), iso_ms(run.until)
        mapping = replace(
            self.mapping,
            shop=state.shop,
            frozen_end=until,
            identify_orders=not store.has("customers"),  # those rejected so far tell nobody
        )
        is_whole = run.since == 0 and run.until == _ALWAYS
        selection = None if is_whole else Selection(since, until)
        rules = Rules(mapping, self.request.kind, selection)
        total = store.count("records")
        for _ in Mapper(self.inputs, rules, store).map():
            yield self._told("maps", state.mapped, total, state)
        store.order()
        state.phase = "writing"
        store.add()

    def _write(
        self, store: Store, start: Checkpoint, output: Output, rejects: Output
    ) -> Generator[Told, None, Checkpoint]:
        """Write the files, and give the checkpoint of the run's end."""
        state = store.state
        names = counted(store.names().items())
        first, last = store.bounds()
        settings = replace(start.meaning.settings, shop=state.shop)
        run = start.model_copy(
            update={
                "job": state.shop or start.job,
                "meaning": replace(start.meaning, settings=settings),
                "events": names,
                "first": first,
                "last": last,
                "resources": _positions(state),
            }
        )
        save = partial(checkpoint.save, self.paths.checkpoint)
        writer = Writer(run, store, output, rejects, save, self.clock)
        for written in writer.write():
            yield self._told("writes", written, sum(names.values()), state)
        end = writer.finish()
        _check(end)
        return end.model_copy(update={"phase": "done"})

    def _told(self, step: str, position: int, size: int, state: State) -> Replaying:
        return Replaying(
            step=step,
            output=str(self.paths.output),
            position=position,
            size=size,
            records=state.read.total(),
            rejected=state.rejected.total(),
        )


def _positions(state: State) -> dict[str, Position]:
    """Give what became of the records of each kind."""
    found = {}
    for kind in sorted(state.read):
        read, rejected, filtered = state.read[kind], state.rejected[kind], state.filtered[kind]
        found[kind] = Position(
            total=read,
            done=True,
            read=read,
            mapped=read - rejected - filtered,
            rejected=rejected,
            filtered=filtered,
        )
    return found


def _check(end: Checkpoint) -> None:
    """Prove that the files hold what was counted. Raises Bug."""
    checkpoint.check_counts(end)
    rejected = sum(at.rejected for at in end.resources.values())
    if (end.output.lines, end.rejects.lines) != (sum(end.events.values()), rejected):
        raise Bug("the files of the run do not hold as many lines as were counted")
