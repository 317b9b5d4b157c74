"""Posts a file with Segment's own library; run by a Python that has it, and knows nothing of relay.

python tests/bench/peer.py FILE ADDRESS KEY {plain,gzip} EVENTS-OF-A-BATCH
"""

import json
import sys
from datetime import datetime
from importlib import import_module

SHARED = ("context", "integrations")


def main(name: str, address: str, key: str, packing: str, size: str) -> None:
    """Give every message to the library, and wait until it has sent them."""
    client = import_module("segment.analytics.client").Client(
        key, host=address, gzip=packing == "gzip", max_queue_size=0, upload_size=int(size)
    )
    with open(name, "rb") as lines:  # noqa: PTH123
        for line in lines:
            event = json.loads(line)
            what = ("event", "properties") if event["type"] == "track" else ("traits",)
            said = {each: event[each] for each in (*what, *SHARED) if each in event}
            getattr(client, event["type"])(
                user_id=event.get("userId"),
                anonymous_id=event.get("anonymousId"),
                timestamp=datetime.fromisoformat(event["timestamp"]),
                message_id=event["messageId"],
                **said,
            )
    client.shutdown()


if __name__ == "__main__":
    main(*sys.argv[1:])
