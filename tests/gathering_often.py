"""Runs `relay` so that a small shop has many spans, and may die at a step that is named.

gathering_often.py AIM STEP ...: the records of a span, and `module:function:count`, after whose
call of that number the process kills itself (an empty word: never); then the words of the command.
"""

import os
import signal
import sys
from collections.abc import Callable
from functools import reduce
from importlib import import_module
from importlib.metadata import entry_points
from itertools import count
from typing import Any

from littlerelay import pipeline
from littlerelay.files import compressed
from littlerelay.shopify import bulk, gathering


def deadly(real: Callable[..., Any], last: int) -> Callable[..., Any]:
    """Give a function that nobody survives whose call it is the last of so many."""
    calls = count(1)

    def dying(*values: Any, **named: Any) -> Any:
        answer = real(*values, **named)
        if next(calls) == last:
            os.kill(os.getpid(), signal.SIGKILL)
        return answer

    return dying


def arm(step: str) -> None:
    """Let the process die after a step."""
    module, name, last = step.split(":")
    *owners, function = name.split(".")
    owner = reduce(getattr, owners, import_module(f"littlerelay.{module}"))
    setattr(owner, function, deadly(getattr(owner, function), int(last)))


if __name__ == "__main__":
    program, aim, deadly_step, *words = sys.argv
    bulk.AIM = int(aim)
    gathering.FIRST_PAUSE = gathering.LONGEST_PAUSE = 0.02
    pipeline.SAVE_BYTES, compressed.MEMBER = 50_000, 50_000
    if deadly_step:
        arm(deadly_step)
    sys.argv = [program, *words]
    (entry,) = entry_points(group="console_scripts", name="relay")
    sys.exit(entry.load()())
