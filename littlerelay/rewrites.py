"""Writes messages of files into another file: chosen, changed and checked as if they were sent."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import ExitStack, closing
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import BinaryIO

from littlerelay import sources
from littlerelay.clock import SYSTEM, Clock
from littlerelay.errors import UsageError
from littlerelay.files.compressed import open_output
from littlerelay.files.inputs import Input, StreamInput
from littlerelay.files.ndjson import LazyFile, Output, StreamOutput
from littlerelay.places import check_new, check_stream, growing, named, publish
from littlerelay.progress import Delivering, Sending, Sent
from littlerelay.recordings import beginnings
from littlerelay.replays import planned
from littlerelay.segment.batches import START, Line
from littlerelay.sequence import in_order
from littlerelay.settings import ReplayRequest
from littlerelay.sources import Plan

STDOUT = "-"
_TOLD = 2_000  # lines between two values of progress


def rewrite(
    request: ReplayRequest,
    stdin: BinaryIO | None = None,
    stdout: BinaryIO | None = None,
    clock: Clock = SYSTEM,
) -> Generator[Delivering, None, None]:
    """Write the messages that are chosen to ``request.out``, giving progress.

    ``stdin`` and ``stdout`` are what ``-`` stands for among the inputs, and as the output.
    A file has its name only once it is whole; what cannot be sent goes to ``*.refused.ndjson``.
    Raises the errors of ``littlerelay.errors``.
    """
    out = _named(request)
    check_stream(stdout, is_named=out == STDOUT)
    plan = replace(planned(request, int(clock.now())), oldest=None, lanes=1)
    paths = in_order(named(request.inputs))
    check_stream(stdin, is_named=not paths)
    refused = Path("rewritten.refused.ndjson" if stdout else f"{out}.refused.ndjson")
    places = [refused] if stdout else [Path(out), refused]
    for place in places:
        check_new(place)
    stream = _checked(paths, stdin)
    with ExitStack() as stack:
        output = _opened(stdout, places[0], stack)
        rejects = stack.enter_context(growing(refused, partial(LazyFile, is_new=True)))
        writer = _Writer(output, rejects, str(refused), clock)
        for name, source in _sources(paths, stream):
            with closing(source):
                size = source.raw_size
                sending = Sending(name, _shown(out), 0, size, begins=True, is_posted=False)
                yield from _rewritten(source, sending, plan, writer)
        output.finish()
        rejects.finish()
    for place in reversed(places):  # the file itself last: once it is there, all is
        publish(place)


def _named(request: ReplayRequest) -> str:
    if request.out is None:
        raise UsageError("No output is named.", "Name a file that is not there yet.")
    return request.out


def _checked(paths: list[Path], stdin: BinaryIO | None) -> StreamInput | None:
    """Refuse inputs that hold no messages, and give the stream, if it is one of them."""
    for path in paths:
        with closing(Input(path)) as first:
            beginnings.check_events(path, first.read(sources.HEAD))
    stream = StreamInput(stdin) if stdin else None
    if stream is not None:
        beginnings.check_stream(stream.peek(sources.HEAD))
    return stream


def _opened(stdout: BinaryIO | None, place: Path, stack: ExitStack) -> Output:
    """Open the stream, or the file that has its name once it is whole. Raises DiskError."""
    if stdout is not None:
        return StreamOutput(stdout)
    return stack.enter_context(growing(place, partial(open_output, is_new=True)))


def _rewritten(
    source: Input | StreamInput, sending: Sending, plan: Plan, writer: _Writer
) -> Iterator[Delivering]:
    """Write one file's messages, and tell what became of them."""
    read, is_unfinished = _durable(source)
    ending = sources.Ending(read, START.bytes)
    lines = sources.taken(ending.read, START, plan)
    yield from writer.written(lines, sending, lambda: source.raw_position)
    told = writer.sent(sending, plan)
    is_cut = told.sample and not ending.is_end(writer.end.bytes)
    yield replace(told, unfinished=is_unfinished, sample=is_cut)


class _Writer:
    """Writes the messages of one file after the other; ``end`` is how far it came in the last.

    ``refused`` is the name of the file of ``rejects``.
    """

    def __init__(self, output: Output, rejects: Output, refused: str, clock: Clock) -> None:
        self._output = output
        self._rejects = rejects
        self._refused_file = refused
        self._clock = clock
        self._began = clock.monotonic()
        self.end = START
        self._refused = 0

    def written(
        self, lines: Iterable[Line], sending: Sending, position: Callable[[], int]
    ) -> Iterator[Delivering]:
        """Write what lines hold, telling how far it is."""
        self._began, self.end, self._refused = self._clock.monotonic(), START, 0
        yield sending
        for line in lines:
            for _, message in line.messages:
                self._output.write(message)
            for refusal in line.refused:
                self._rejects.write(refusal.line())
            self._refused += len(line.refused)
            self.end = line.end
            if line.end.lines % _TOLD == 0:
                yield replace(
                    sending,
                    begins=False,
                    position=position(),
                    accepted=line.end.events - self._refused,
                    refused=self._refused,
                    left_out=line.end.left_out,
                )

    def sent(self, sending: Sending, plan: Plan) -> Sent:
        """Tell what became of the file that was written last."""
        return Sent(
            file=sending.file,
            target=sending.target,
            accepted=self.end.events - self._refused,
            refused=self._refused,
            left_out=self.end.left_out,
            refused_file=self._refused_file,
            elapsed=self._clock.monotonic() - self._began,
            sample=plan.limit is not None and self.end.events >= plan.limit,
            is_posted=False,
            chose_nothing=self.end.left_out > 0 and self.end.events == self._refused,
        )


def _sources(
    paths: list[Path], stream: StreamInput | None
) -> Iterator[tuple[str, Input | StreamInput]]:
    if stream is not None:
        yield "standard input", stream
    for path in paths:
        yield str(path), Input(path)


def _durable(source: Input | StreamInput) -> tuple[sources.Read, bool]:
    """Give what reads a source as far as it is durable, and whether its run goes on."""
    own = sources.own(source, source.path) if isinstance(source, Input) else None
    if own is None or not own.is_unfinished or own.end is None:
        return source.read, False
    return sources.Bounded(source.read, own.end).read, True


def _shown(out: str) -> str:
    return "standard output" if out == STDOUT else out
