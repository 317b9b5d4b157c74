"""Finds out which protected customer data Shopify shows the app: it is approved field by field."""

from __future__ import annotations

from littlerelay.errors import RefusedError
from littlerelay.shopify.graphql import DeniedError, GraphQL, expected

_FIRST = 5  # records: one alone may have no address, and a field that is not there is not refused


def check_protected(api: GraphQL) -> int:
    """Ask for protected fields of the newest records, and give how many records there were.

    Raises RefusedError that names the fields which Shopify withholds, and what GraphQL.execute
    raises.
    """
    try:
        answer = api.execute("protected", {"first": _FIRST})
    except DeniedError as error:
        raise RefusedError(
            f"Shopify withholds protected customer data from this app: {_fields(error.paths)}.",
            "Request access to protected customer data for the app (Partner or Dev Dashboard: API "
            "access), with the fields name, email, phone and address.",
        ) from error
    with expected("protected"):
        return len(answer["customers"]["nodes"]) + len(answer["orders"]["nodes"])


def _fields(paths: list[list[str]]) -> str:
    """Name fields by their paths: ``customers.nodes.0.email.emailAddress`` is customers' email."""
    found: dict[str, set[str]] = {}
    for path in paths:
        resource = path[0] if path else "all of it"
        found.setdefault(resource, set()).update(path[3:4])
    return "; ".join(
        f"{name} ({', '.join(sorted(fields)).replace('_', ' ')})" if fields else name
        for name, fields in found.items()
    )
