"""Runs `relay` with checkpoints so close that the run of a small shop has several.

saving_often.py MEMBER SAVE_BYTES ...: the uncompressed bytes of a member, and the bytes of output
between two checkpoints; then the words of the command.
"""

import sys
from importlib.metadata import entry_points

from littlerelay import pipeline
from littlerelay.files import compressed

if __name__ == "__main__":
    program, member, save_bytes, *words = sys.argv
    compressed.MEMBER, pipeline.SAVE_BYTES = int(member), int(save_bytes)
    sys.argv = [program, *words]
    (entry,) = entry_points(group="console_scripts", name="relay")
    sys.exit(entry.load()())
