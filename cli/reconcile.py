"""Runs `relay reconcile`: proves that files of events hold what a shop holds."""

from __future__ import annotations

import os
from contextlib import closing

from littlerelay import environment
from littlerelay.configuration import Options
from littlerelay.errors import Bug, RecordError
from littlerelay.reconcile.values import HEEDED, Reconciled

from . import options, reconcile_options
from .setting_options import OF_SHOPIFY, takes

_SOME = "The first are named above, --full names all."


@takes((*OF_SHOPIFY, *sorted(HEEDED)))
def reconcile(
    *,
    files: reconcile_options.Files = None,
    since: reconcile_options.Since = None,
    until: reconcile_options.Until = None,
    resource: reconcile_options.Resource = None,
    job: reconcile_options.Job = None,
    full: reconcile_options.Full = False,
    chosen: Options,
    quiet: options.Quiet = False,
    json: options.Json = False,
) -> int:
    """Prove that files of events hold what the shop holds, to the cent. Sends nothing.

    Orders, refunds, fulfillments and customers are held to Shopify's own figures, which a second
    query asks for: each by its messageId, so that what is missing, in excess or altered is named.
    What a rule explains (test orders, rejected records, what was deleted or changed since ...) is
    named with the reason; all else is a fault.

    Ends with 3 where there is a fault, else with 0.
    """
    # These bring httpx and rich, for which --help need not wait.
    from littlerelay import proofs  # noqa: PLC0415

    from . import display  # noqa: PLC0415

    settings = environment.load(chosen, os.environ)
    resources = options.names(resource or "")
    typed = HEEDED & chosen.given.keys()
    request = proofs.ReconcileRequest(tuple(files or ()), since, until, resources, job, typed)
    result = None
    with (
        display.reconciling(quiet=quiet, is_json=json, is_full=full) as show,
        closing(proofs.reconcile(settings, request)) as told,
    ):
        for value in told:
            show(value)
            if isinstance(value, Reconciled):
                result = value
    if result is None:
        raise Bug("a proof ended without a result")
    if not result.faults:
        return 0
    _tell(result, is_whole=full or json)
    return RecordError.exit_code


def _tell(result: Reconciled, *, is_whole: bool) -> None:
    """Say how many faults there are, where each is named, and what mends them."""
    from . import display, reconcile_view  # noqa: PLC0415

    number = f"{result.faults:,} differences have" if result.faults > 1 else "1 difference has"
    each = "Each is named above." if is_whole or reconcile_view.is_named(result) else _SOME
    display.failure(
        f"{number} no explanation: the files do not hold what {result.shop} holds.",
        f"{each} `relay backfill --restart` writes the file anew; "
        "`relay diff --since DATE --against FILE --save PLAN` writes just what to send.",
    )
