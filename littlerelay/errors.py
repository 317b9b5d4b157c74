"""Every error that a user can mend, as a small tree grouped by what they do next.

RelayError
  UsageError          2   an option, a setting or a file must change
    CheckpointMismatch    the half-done run was started with other settings
  RecordError         3   one record could not be mapped; it goes to the rejects (also where
                          `relay reconcile` finds a difference without a reason)
  RefusedError        4   credentials, scopes or a key were refused
  UnreachableError    5   Shopify or Segment stayed away or answered short: run again
  LockedError         6   another run holds the job
  StoppedError        7   stopped early; the checkpoint is good: run again
  DiskError           8   a disk or a file failed
    AlteredError          a file is not the one that its checkpoint tells of
    DamagedError          a compressed file was cut or altered

Exit codes are an interface for scripts: they are never reused. Each error is one sentence and a
hint that says what to do. Neither holds a token or a customer's data. Anything else that is raised
is a bug and looks like one (exit code 1); only of `Bug` the words are told.
"""

from __future__ import annotations


class RelayError(Exception):
    """Carries one sentence, a hint on what to do next, and an exit code."""

    exit_code = 1

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.hint = hint


class Bug(RuntimeError):
    """Something that relay itself must never do was done: the words are its own, without values."""


class UsageError(RelayError):
    """An option, a setting or a file must change before this can run."""

    exit_code = 2


class CheckpointMismatch(UsageError):
    """The run that was begun has other settings than this command."""


class RecordError(RelayError):
    """One record could not be mapped.

    ``reason`` is a short code for the rejects file (``missing_field``, ``too_large`` ...).
    """

    exit_code = 3

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(f"{reason}: {detail}", "See the rejects file.")
        self.reason = reason
        self.detail = detail


class RefusedError(RelayError):
    """Shopify or Segment refused the credentials, the scopes or the shop."""

    exit_code = 4


class UnreachableError(RelayError):
    """Shopify or Segment could not be reached, or gave less than it counted."""

    exit_code = 5


class LockedError(RelayError):
    """Another run holds the job."""

    exit_code = 6


class StoppedError(RelayError):
    """The run was stopped early and can be continued."""

    exit_code = 7


class DiskError(RelayError):
    """A disk or a file failed, or does not hold what the checkpoint says."""

    exit_code = 8


class AlteredError(DiskError):
    """A file is missing, cut or changed since its checkpoint was saved."""


class DamagedError(DiskError):
    """A compressed file was cut, or does not unpack."""
