"""Brings a Shopify shop's whole history to Segment, and can prove that it did.

One way leads through the house:

    source -> pages of records -> mapper -> events -> NDJSON file -> byte ranges -> Segment

Its levels, top first; imports point down only:

    jobs replays diffs proofs estimates recorded ...   what each command does
    pipeline runs report compare reconcile ...         the loop, and what looks at its results
    shopify recharge segment files mappers             the parts, strangers to each other
    records events settings checkpoint http ...        what they share
    errors                                             what can go wrong, and what to do next

What ``__all__`` names is the public API; each name is imported when it is first asked for, so that
`import littlerelay` brings nothing heavy. Each job is a generator: it yields the values of
``littlerelay.progress``, raises the errors of ``littlerelay.errors`` and prints nothing. The
`relay` command, which draws them, is a package of its own (the folder `cli`).
"""

from importlib import import_module

__version__ = "0.1.0"

# The module of each name, and what it is called there where that differs. `__init__.pyi` tells type
# checkers the same.
_HOMES = {
    "backfill": "jobs",
    "diff": "diffs",
    "diff_shop": "shopdiffs",
    "estimate": "estimates",
    "load": "environment",
    "map_recordings": "recorded.replay",
    "reconcile_shop": "proofs.reconcile",
    "remap": "remaps",
    "replay": "replays",
    "rewrite": "rewrites",
    "status": "jobs",
    "BackfillRequest": "settings",
    "Credentials": "settings",
    "Destination": "settings",
    "DiffRequest": "settings",
    "Finished": "progress",
    "Mapping": "settings",
    "Options": "environment",
    "Post": "settings",
    "ReconcileRequest": "proofs",
    "RecordingsRequest": "settings",
    "RemapRequest": "settings",
    "ReplayRequest": "settings",
    "Sent": "progress",
    "Settings": "settings",
    "CheckpointMismatch": "errors",
    "DamagedError": "errors",
    "DiskError": "errors",
    "LockedError": "errors",
    "RecordError": "errors",
    "RefusedError": "errors",
    "RelayError": "errors",
    "StoppedError": "errors",
    "UnreachableError": "errors",
    "UsageError": "errors",
}

__all__ = [*_HOMES]  # noqa: PLE0604  they are texts


def __getattr__(name: str) -> object:
    """Import a name of the public API when it is first asked for."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    module, _, own_name = _HOMES[name].partition(".")
    value = getattr(import_module(f"{__name__}.{module}"), own_name or name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
