"""Decides what a run is to do: goes on with one that was begun, or begins a new one."""

from __future__ import annotations

from pathlib import Path
from zoneinfo import ZoneInfo

from littlerelay import __version__, archives, checkpoint, deliveries
from littlerelay.checkpoint import Checkpoint, Position
from littlerelay.durable import make_folder
from littlerelay.errors import UsageError
from littlerelay.files.compressed import open_output
from littlerelay.history import History
from littlerelay.meaning import OF_JOB, OF_SHOP, Meaning, differences
from littlerelay.periods import LAST, MARGIN, bounds
from littlerelay.places import UNTIL, Paths, check_place
from littlerelay.settings import BackfillRequest, Mapping
from littlerelay.shopify.session import API_VERSION
from littlerelay.shopify.shop import Shop
from littlerelay.times import iso, read
from littlerelay.uncounted import UNCOUNTED

RESOURCES = ("customers", "orders", "checkouts", "subscriptions", "contracts")
_MOST = 1_000_000_000  # records of a sample
_OVERLAP = 3600  # seconds by which a parent may be marked as updated before its child is


def check_request(request: BackfillRequest, mapping: Mapping, now: int) -> None:
    """Refuse what cannot be meant, before anything is asked or opened. Raises UsageError.

    ``now`` is this machine's clock; the shop's own decides later, by its own time zone.
    """
    check_resources(request.resources, mapping)
    if request.limit is not None and request.limit < 1:
        raise UsageError("--limit must be at least 1.", "Leave it away to read everything.")
    if request.since == LAST and (request.limit or request.until or request.out == "-"):
        raise UsageError(
            "--since last gives everything that is new, into a file: it goes with no --limit, "
            "--until or --out -.",
            "Leave that option away.",
        )
    if request.past_unsent and (request.since != LAST or request.post is None):
        raise UsageError(
            "--past-unsent is for --since last --post, which asks for it.",
            "Leave --past-unsent away.",
        )
    if request.post is not None and (request.out == "-" or (request.out or "").endswith(".gz")):
        raise UsageError(
            "--post sends from a plain file, which --out must name.",
            "Leave --out away, or name a file without .gz, and compress it afterwards.",
        )
    if request.limit is not None and request.limit > _MOST:
        raise UsageError(f"--limit is at most {_MOST}.", "Leave it away to read everything.")
    for typed in (request.since, request.until):
        if typed and typed != LAST:
            read(typed, now, ZoneInfo("UTC"))
    archives.check_folder(request.archive, request.out)
    if request.out not in (None, "-"):
        check_place(Paths(output(request, now)))


def check_resources(resources: tuple[str, ...], mapping: Mapping) -> None:
    """Refuse resources that are none, or that these settings do not fit. Raises UsageError."""
    unknown = [name for name in resources if name not in RESOURCES]
    if unknown or not resources:
        raise UsageError(
            f"{', '.join(unknown) or 'An empty list'} is no resource that relay reads.",
            f"Choose from {', '.join(RESOURCES)}; refunds and fulfillments come with their orders.",
        )
    if "orders" in resources and mapping.checkout_id == "id":
        raise UsageError(
            "Shopify's history does not tell the number of an order's checkout, which the setting "
            "checkout_id asks for.",
            "Choose checkout_id = token, or read no orders: --resource customers,checkouts.",
        )


def paths(request: BackfillRequest, spool: Path, now: int) -> Paths:
    """Give the files of a request; ``spool`` holds what is only sent. Raises DiskError."""
    if request.out is None and request.post is not None:
        make_folder(spool)
        return Paths(spool / _own_name(request, now))
    return Paths(output(request, now))


def output(request: BackfillRequest, now: int) -> Path:
    """Give the file to write: where a folder is named, one in it with a name of its own."""
    path = Path(request.out or ".")
    return path / _own_name(request, now) if is_folder(request.out or ".") else path


def is_folder(out: str) -> bool:
    """Tell whether an output is the folder for it, by its slash or as it is."""
    return out.endswith("/") or Path(out).is_dir()


def _own_name(request: BackfillRequest, now: int) -> str:
    """Name a file: those of ``last`` by their end, and so that they come after the first run's."""
    if request.since != LAST:
        return "events.ndjson"
    stamp = iso(now - MARGIN).replace("-", "").replace(":", "")
    return f"{UNTIL}{stamp}.ndjson"


def meaning(request: BackfillRequest, mapping: Mapping, shop: Shop) -> Meaning:
    """Give everything that shapes the events of a run."""
    return Meaning(
        settings=mapping.choices,
        relay=__version__,
        api_version=API_VERSION,
        since=request.since,
        until=request.until or None,
        resources=tuple(name for name in RESOURCES if name in request.resources),
        missing_scopes=tuple(shop.missing_scopes()),
        archive=str(Path(request.archive).absolute()) if request.archive else None,
    )


def begun(paths: Paths, request: BackfillRequest, job: str, meant: Meaning) -> Checkpoint | None:
    """Give the checkpoint of the run that the same command began before, none for a new one.

    A sample (``--limit``) is never gone on with. Raises CheckpointMismatch for a run with other
    settings that has begun to read, UsageError where an output lies there that no checkpoint tells
    of.
    """
    found = told(paths)
    if found is None or found.limit is not None:
        return None
    if request.limit is not None:
        raise UsageError(
            f"{paths.output} belongs to a full run, and --limit makes a sample.",
            "Choose another --out for the sample.",
        )
    if found.job != job:
        raise UsageError(
            f"{paths.output} belongs to the job {found.job}, and this command is for {job}.",
            f"Give --job {found.job}, or another --out.",
        )
    if found.is_blank and differences(found.meaning, meant, OF_SHOP):
        return None
    checkpoint.check_same(paths.checkpoint, found.meaning, meant)
    if request.since == LAST and found.phase == "done":
        raise UsageError(
            f"{paths.output} holds an earlier run of --since last, up to {iso(found.until)}.",
            "Leave --out away: each run then gets a file of its own.",
        )
    return found


def told(paths: Paths) -> Checkpoint | None:
    """Give the checkpoint that tells of an output, none where nothing lies there.

    Raises UsageError where an output lies there that no checkpoint tells of.
    """
    found = checkpoint.load(paths.checkpoint)
    if found is None and paths.present():
        raise UsageError(
            f"{paths.present()[0]} exists, and no checkpoint tells of it.",
            "Choose another --out, or --restart: the old files are kept under other names.",
        )
    return found


def unfinished(history: History | None) -> tuple[Paths, Checkpoint] | None:
    """Give the run that a job began last, where it is not finished and the job remembers it."""
    if history is None:
        return None
    paths = Paths(Path(history.output))
    found = checkpoint.load(paths.checkpoint)
    if found is None or found.phase == "done" or not found.is_of_job:
        return None
    return paths, found


def old_files(request: BackfillRequest, history: History | None, paths: Paths) -> list[Path]:
    """Give the files that a new run moves away: those that tell of the output, or all of them.

    For ``last`` that is all of the run half done, too. The checkpoint comes after the archive
    that it alone tells of.
    """
    if not request.restart:
        return [*archives.told(paths), *deliveries.of_output(paths.output)]
    half_done = unfinished(history) if request.since == LAST else None
    every = {paths.output.absolute(): paths}
    if half_done is not None:
        every.setdefault(half_done[0].output, half_done[0])
    return [path for one in every.values() for path in (*archives.told(one), *one.present())]


def check_unfinished(history: History | None, paths: Paths) -> None:
    """Refuse to begin a second file while the first is half done: both would be sent.

    One of which nothing was read stands in nobody's way. Raises UsageError.
    """
    if history is None or Path(history.output) == paths.output.absolute():
        return  # it is that run itself which begins anew, whatever became of its files
    first = unfinished(history)
    if first is not None and not first[1].is_blank:
        raise UsageError(
            f"The job has a run that is not finished, in {first[0].output}.",
            "Finish it with the command that began it (or --since last), remove its files, or give "
            "this run a job of its own with --job.",
        )


def check_job(history: History | None, meant: Meaning) -> None:
    """Refuse to mix settings within one job that has finished a run. Raises UsageError."""
    if history is None or history.end is None:
        return
    changed = differences(history.meaning, meant, OF_JOB)
    if changed:
        raise UsageError(
            f"The job {history.job} gave events with other settings: {changed}.",
            "Give this run a job of its own with --job.",
        )


def new(
    request: BackfillRequest,
    shop: Shop,
    job: str,
    meant: Meaning,
    history: History | None,
) -> Checkpoint:
    """Begin a run: resolve its period by the shop's clock and freeze its end.

    Raises UsageError for a period that holds nothing, RefusedError for one out of reach.
    """
    frozen_end = shop.now - MARGIN
    since, read_from, until = bounds(request, shop, history)
    if "orders" in request.resources:
        shop.check_reach(read_from)
    updated_since = max(0, read_from - _OVERLAP)
    names = [name for name in RESOURCES if name in request.resources]
    counted = [name for name in names if name not in UNCOUNTED]
    totals = {name: shop.pages(name, updated_since, frozen_end).total() for name in counted}
    return Checkpoint(
        job=job,
        meaning=meant,
        since=since,
        until=until,
        frozen_end=frozen_end,
        updated_since=updated_since,
        new_since=read_from if request.since == LAST else None,
        limit=request.limit,
        left_out=shop.left_out(),
        markets=shop.markets(),
        resources={name: Position(total=totals.get(name, 0)) for name in names},
    )


def check_sample(paths: Paths) -> None:
    """Check that a sample's file is still the sample's, before a new run cuts it to nothing.

    Raises DiskError.
    """
    sample = checkpoint.load(paths.checkpoint)
    if sample is not None and paths.output.exists():
        open_output(paths.output, sample.output).close()
