# The public API, for type checkers: `__init__.py` imports each name when it is asked for.

from littlerelay.diffs import diff
from littlerelay.environment import Options, load
from littlerelay.errors import (
    CheckpointMismatch,
    DamagedError,
    DiskError,
    LockedError,
    RecordError,
    RefusedError,
    RelayError,
    StoppedError,
    UnreachableError,
    UsageError,
)
from littlerelay.estimates import estimate
from littlerelay.jobs import backfill, status
from littlerelay.progress import Finished, Sent
from littlerelay.proofs import ReconcileRequest
from littlerelay.proofs import reconcile as reconcile_shop
from littlerelay.recorded import replay as map_recordings
from littlerelay.remaps import remap
from littlerelay.replays import replay
from littlerelay.rewrites import rewrite
from littlerelay.settings import (
    BackfillRequest,
    Credentials,
    Destination,
    DiffRequest,
    Mapping,
    Post,
    RecordingsRequest,
    RemapRequest,
    ReplayRequest,
    Settings,
)
from littlerelay.shopdiffs import diff_shop

__version__: str

__all__ = [
    "BackfillRequest",
    "CheckpointMismatch",
    "Credentials",
    "DamagedError",
    "Destination",
    "DiffRequest",
    "DiskError",
    "Finished",
    "LockedError",
    "Mapping",
    "Options",
    "Post",
    "ReconcileRequest",
    "RecordError",
    "RecordingsRequest",
    "RefusedError",
    "RelayError",
    "RemapRequest",
    "ReplayRequest",
    "Sent",
    "Settings",
    "StoppedError",
    "UnreachableError",
    "UsageError",
    "backfill",
    "diff",
    "diff_shop",
    "estimate",
    "load",
    "map_recordings",
    "reconcile_shop",
    "remap",
    "replay",
    "rewrite",
    "status",
]
