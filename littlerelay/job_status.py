"""Tells how a job stands, as `relay status` shows it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class LeftOutput:
    """An earlier output of a job of which something is left to do.

    Of its ``events`` so many are ``unsent``; ``refused`` of them lie in ``refused_files``, as
    Segment did not take them. ``is_there`` says that it lies where its run wrote it.
    """

    output: str
    events: int
    unsent: int = 0
    refused: int = 0
    refused_files: tuple[str, ...] = ()
    is_there: bool = True


@dataclass(frozen=True, slots=True)
class JobStatus:
    """Where a job's latest run stands, as ``relay status`` shows it. Times are ISO 8601 in UTC.

    ``phase`` is ``reading``, ``checking``, ``done``, ``sample``, ``missing`` where the run's files
    are gone, or ``damaged`` where they cannot be read or an output has another size than it had.
    ``resources`` gives what was read, Shopify's count at the start (none of what nobody counts),
    and the time up to which all is read. ``reached`` is what ``--since last`` would go on from;
    where ``is_cut_over``, that was set with ``--until``, and ``--past-until`` alone goes on.
    ``unsent`` events of the latest output are still to be sent, wherever most of it went under its
    own ids; ``is_removed`` says that it was sent whole, and removed. ``new_since`` is that of
    `Started`. ``sent`` holds, of each delivery, the host, the digits that stand for it in names of
    files, its namespace, and how many messages were accepted, refused, left out. ``left`` are
    earlier outputs of which something is left to do.
    """

    job: str
    output: str
    phase: str
    since: str | None = None
    until: str | None = None
    resources: Mapping[str, tuple[int, int | None, str | None]] = field(default_factory=dict)
    events: int = 0
    rejected: int = 0
    saved: str | None = None
    reached: str | None = None
    unsent: int = 0
    is_removed: bool = False
    new_since: str | None = None
    shop: str = ""
    integrations: str = ""
    sent: tuple[tuple[str, str, str, int, int, int], ...] = ()
    left: tuple[LeftOutput, ...] = ()
    is_cut_over: bool = False
