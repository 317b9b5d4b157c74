"""Posts a file in large batches, and does nothing else: the floor of what sending can cost.

python tests/bench/floor.py FILE ENDPOINT KEY
"""

import sys
import zlib

import httpx

SIZE = 480_000


def main(name: str, endpoint: str, key: str) -> None:
    """Read bytes, cut them after a line, pack and post them."""
    rest, tail = b"", b'],"writeKey":"%s","sentAt":"2026-01-01T00:00:00.000Z"}' % key.encode()
    headers = {"Content-Type": "application/json", "Content-Encoding": "gzip"}
    with open(name, "rb") as lines, httpx.Client(trust_env=False) as web:  # noqa: PTH123
        while block := rest + lines.read(SIZE - len(rest)):
            end = block.rfind(b"\n")
            packer = zlib.compressobj(1, zlib.DEFLATED, 31)
            body = b'{"batch":[' + block[:end].replace(b"\n", b",") + tail
            content = packer.compress(body) + packer.flush()
            web.post(endpoint, content=content, headers=headers).raise_for_status()
            rest = block[end + 1 :]


if __name__ == "__main__":
    main(*sys.argv[1:])
