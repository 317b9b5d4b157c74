"""Does one thing with a bulk result of orders, so that a process can be measured that does it.

python tests/bench/joiner.py floor|join FILE
"""

import sys
from contextlib import closing
from pathlib import Path

import orjson

from littlerelay.shopify.joining import join
from littlerelay.shopify.shapes import ORDERS

BUFFER = 1024 * 1024


def floor(path: Path) -> None:
    """Decode and encode every line, from file to file."""
    out = path.with_suffix(".out")
    with (
        path.open("rb", buffering=BUFFER) as lines,
        out.open("wb", buffering=BUFFER) as file,
    ):
        for line in lines:
            file.write(orjson.dumps(orjson.loads(line), option=orjson.OPT_APPEND_NEWLINE))
    out.unlink()


def joined(path: Path) -> None:
    """Join the file, and read the lines that come of it."""
    with closing(join(path, ORDERS, path.parent)) as orders:
        if sum(1 for _ in orders.lines()) != orders.roots:
            sys.exit("not every order was given")


if __name__ == "__main__":
    {"floor": floor, "join": joined}[sys.argv[1]](Path(sys.argv[2]))
