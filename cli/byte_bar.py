"""Draws how far a file is as a bar of bytes, which looks as the bars of a backfill do."""

from __future__ import annotations

from typing import IO, NoReturn

from tqdm import tqdm

from littlerelay.clock import Clock

from .plain import pace

_LETTERS = " ━"  # of what is to come, and of what is done
_ROOM_FOR_BARS = 70  # columns
_PACE = 18  # columns, so that the bar keeps its length


class ByteBar:
    """A bar on the last line of a terminal: ``accepted ━━━━ 1,031  11%  345/s  ETA 11s``."""

    def __init__(self, file: IO[str], clock: Clock, size: int | None, start: int) -> None:
        self._clock = clock
        self._began = clock.monotonic()
        self._start = start
        self._bar: tqdm[NoReturn] = tqdm(
            total=size,
            initial=start,
            leave=False,
            miniters=1,
            file=file,
            dynamic_ncols=True,
            ascii=_LETTERS,
            bar_format="{bar}",
        )

    def show(self, cells: tuple[str, str], position: int, done: int, width: int) -> None:
        """Draw how far it is: a label, the bar, figures; ``done`` things were done since it began.

        In a narrow terminal what is least goes first, and nothing is cut.
        """
        seconds = self._clock.monotonic() - self._began
        bytes_left = (self._bar.total or 0) - position
        bytes_done = position - self._start
        eta = seconds * bytes_left / bytes_done if bytes_left > 0 and bytes_done > 0 else None
        speed = "  ".join(pace(done / seconds if seconds else None, eta)).ljust(_PACE)
        label, figures = cells
        share = f"{min(100, 100 * position // self._bar.total):3d}%" if self._bar.total else ""
        forms = (
            (label, "", figures, share, speed),
            (label, figures, share, speed.rstrip()),
            (label, figures, share),
            (figures,),
        )
        texts = ["  ".join(form) for form in forms]
        fitting = (text for text in texts if len(text) + 1 < width)
        text = next(fitting, texts[-1])
        if text == texts[0] and width >= _ROOM_FOR_BARS:
            text = text.replace(f"{label}    ", f"{label}  {{bar}}  ", 1)
        self._bar.bar_format = text
        self._bar.update(position - self._bar.n)

    def clear(self) -> None:
        """Take it from the line, until it is drawn again."""
        self._bar.clear()

    def close(self) -> None:
        """Take it away."""
        self._bar.close()
