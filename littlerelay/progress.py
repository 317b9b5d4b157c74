"""The values a run gives while it works; whoever calls it draws them, or does not."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal


@dataclass(frozen=True, slots=True)
class Bucket:
    """Shopify's throttle status: cost points, and points a second."""

    available: float
    maximum: float
    restore_rate: float


@dataclass(frozen=True, slots=True)
class Reached:
    """The place where a run goes on: ``read`` records of a resource were read.

    All created before ``position`` was, none where nothing was.
    """

    resource: str
    read: int
    position: str | None


@dataclass(frozen=True, slots=True)
class Started:
    """A run begins or goes on. Times are ISO 8601 in UTC.

    ``new_since`` is set for ``--since last``: what was given up to then is left away, and facts
    from before ``since`` come only with records that were created after it. ``totals`` are
    Shopify's own counts of the records to read, by resource, none of what nobody counts;
    ``left_out`` names the fields that the app's scopes do not reach, each with the scope that is
    missing. ``reached`` is where a run goes on that was ``resumed``, none where all was read.
    """

    job: str
    shop: str
    output: str
    since: str
    until: str
    totals: Mapping[str, int | None]
    new_since: str | None = None
    resumed: bool = False
    reached: Reached | None = None
    left_out: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Advanced:
    """More records of one resource are in the file; figures are of the whole run so far."""

    resource: str
    read: int
    events: int
    rejected: int
    bytes: int
    position: str  # everything created before this time has been read
    bucket: Bucket | None = None


@dataclass(frozen=True, slots=True)
class Waiting:
    """The run waits: for Shopify's bucket to fill, or before it tries again."""

    reason: str
    seconds: float


@dataclass(frozen=True, slots=True)
class Gathering:
    """Shopify gathers the records of one period for a bulk operation, or they are being fetched.

    ``roots`` of ``counted`` records are gathered so far; ``fetched`` are the bytes that are here,
    none before the fetching begins.
    """

    resource: str
    period: str
    roots: int
    counted: int
    fetched: int | None = None


@dataclass(frozen=True, slots=True)
class Noted:
    """The run goes another way than was to be expected; this says which, and why."""

    text: str


@dataclass(frozen=True, slots=True)
class Counts:
    """What became of the records of one resource: read = mapped + rejected + filtered."""

    read: int = 0
    mapped: int = 0
    rejected: int = 0
    filtered: int = 0


DELETED = "deleted"
# Shopify does not tell which customers are gone, so neither does a count of them.
NOT_TOLD_APART = "deleted, merged or given twice"
SURPLUS = (DELETED, NOT_TOLD_APART)


@dataclass(frozen=True, slots=True)
class Counted:
    """What a run gave of one resource, beside Shopify's own count of the same.

    ``explained`` says of how many why they were not given (``test orders``, ``rejected``), or why
    Shopify has them no more (those of `SURPLUS`).
    """

    resource: str
    given: int
    counted: int
    explained: Mapping[str, int] = field(default_factory=dict)

    @property
    def unexplained(self) -> int:
        """Give how many more Shopify counts than there are reasons for; negative: fewer."""
        gone = sum(self.explained.get(reason, 0) for reason in SURPLUS)
        never_given = sum(self.explained.values()) - gone
        return self.counted + gone - self.given - never_given


@dataclass(frozen=True, slots=True)
class Finished:
    """A run is done. ``elapsed`` is in seconds, of this invocation alone.

    ``new_since`` is that of `Started`. ``already`` is true where the run was finished before and
    nothing was done now. ``archive`` is the folder where its records are kept, none where nowhere;
    ``mapped_from`` are the recordings from which they came, as they were named, or the archive;
    none where Shopify gave them. ``mapped_bytes`` are those of recordings. ``since`` and ``until``
    are none where recordings were taken from their beginning, or to their end. ``unsigned`` lines
    had nothing to verify, where signatures were to be. Where
    ``is_removed``, the output is gone because all of it was sent. ``counted`` are Shopify's counts,
    of a run that gave everything of its period.
    """

    job: str
    output: str
    rejects: str
    since: str | None
    until: str | None
    counts: Mapping[str, Counts]
    events: Mapping[str, int] = field(default_factory=dict)
    first: str | None = None
    last: str | None = None
    bytes: int = 0
    elapsed: float = 0.0
    sample: bool = False
    already: bool = False
    new_since: str | None = None
    archive: str | None = None
    mapped_from: tuple[str, ...] = ()
    mapped_bytes: int = 0
    unsigned: int = 0
    is_removed: bool = False
    counted: tuple[Counted, ...] = ()

    @property
    def rejected(self) -> int:
        """Give how many records were rejected, of all resources."""
        return sum(counts.rejected for counts in self.counts.values())


@dataclass(frozen=True, slots=True)
class Sending:
    """A file is being sent, or written anew; figures are of the whole delivery so far.

    ``position`` and ``size`` are bytes of the file itself, ``size`` none where it is not known.
    ``accepted`` messages were accepted by the API, ``refused`` ones are in a file of their own,
    ``left_out`` ones were not chosen. ``late`` is how many hours ago the last batch was accepted,
    set where a delivery goes on so late that Segment may take a repeat for new. ``is_posted`` is
    that of `Sent`.
    """

    file: str
    target: str
    position: int
    size: int | None
    accepted: int = 0
    refused: int = 0
    left_out: int = 0
    batches: int = 0
    late: float | None = None
    begins: bool = False
    is_posted: bool = True


@dataclass(frozen=True, slots=True)
class Sent:
    """A file was sent, or written anew, as far as there is to send.

    ``read`` messages were read: accepted, refused or left out; of the accepted ones
    ``accepted_before`` were so before this invocation. ``batches`` and ``elapsed`` (in seconds) are
    of this invocation alone. ``unfinished`` is true where more is to be written,
    ``sample`` where a limit ended it. ``already`` is true where nothing was left to send.
    ``is_posted`` is false where messages were written to a file, which accepted them.
    ``is_cleared`` is true where the file was in the spool, and has gone now that it was sent.
    ``chose_nothing`` is true where there are messages, and none that can be sent fits what was
    asked for. ``known`` messages went before with samples, and were left out.
    """

    file: str
    target: str
    accepted: int
    refused: int
    left_out: int
    refused_file: str
    accepted_before: int = 0
    batches: int = 0
    elapsed: float = 0.0
    unfinished: bool = False
    sample: bool = False
    already: bool = False
    is_posted: bool = True
    is_cleared: bool = False
    chose_nothing: bool = False
    known: int = 0

    @property
    def read(self) -> int:
        """Give how many messages were read."""
        return self.accepted + self.refused + self.left_out


@dataclass(frozen=True, slots=True)
class Replaying:
    """Recordings become events.

    ``step`` is ``reads``, ``maps`` or ``writes``; ``position`` of ``size`` is how far that is: in
    bytes of the files, in records, in events. ``records`` were read so far, ``rejected`` of them
    rejected.
    """

    step: str
    output: str
    position: int
    size: int
    records: int
    rejected: int


@dataclass(frozen=True, slots=True)
class Checked:
    """One precondition of a run, as ``relay check`` found it: ``detail`` says what was found.

    A failed one has a ``remedy``; ``is_away`` is true where the other side could not be reached, so
    that the same check may do better later.
    """

    name: str
    state: Literal["ok", "failed", "skipped"]
    detail: str
    remedy: str = ""
    is_away: bool = False


@dataclass(frozen=True, slots=True)
class Stalled:
    """Sending stopped, for this reason, while the run goes on; it ends with the same error."""

    reason: str


Progress = Started | Advanced | Waiting | Gathering | Noted | Finished | Sending | Sent | Stalled
Delivering = Sending | Waiting | Sent
