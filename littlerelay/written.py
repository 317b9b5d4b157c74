"""Says of an output of a job what it holds, for as long as that is still to be sent."""

from __future__ import annotations

from pathlib import Path

from pydantic import BaseModel, ConfigDict


class Written(BaseModel):
    """An output of a finished run, with ``events`` messages. Times are seconds since 1970.

    ``output`` is its absolute path, ``first`` a hash of its first line, ``namespace`` the one of
    its ids. ``since`` is that of the facts, of a run of ``--since last`` (``is_new``) that of the
    changes. ``is_sent`` says that all of it went to where the job sends, and that messages which
    were refused there lie beside it.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    output: str
    first: str
    namespace: str
    since: int
    until: int
    resources: tuple[str, ...]
    events: int
    is_new: bool = False
    is_sent: bool = False

    @property
    def path(self) -> Path:
        """Give its path."""
        return Path(self.output)

    @property
    def known(self) -> tuple[str, str, int]:
        """Give what tells its file from others, wherever it lies."""
        return self.first, self.namespace, self.events

    def is_held_by(self, later: Written) -> bool:
        """Tell whether a later output of the job, of a period, holds all that this one does."""
        is_within = later.since <= self.since and self.until <= later.until
        return is_within and not later.is_new and {*self.resources} <= {*later.resources}
