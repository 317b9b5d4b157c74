"""Writes a proof as one JSON document, as it comes: what differs first, the sums last."""

from __future__ import annotations

import json
from dataclasses import asdict
from decimal import Decimal
from typing import IO, Any

from littlerelay.mappers.money import amount_text
from littlerelay.reconcile.values import (
    AMOUNTS,
    Finding,
    Reconciled,
    Reported,
    Row,
    currency_of,
    summed,
)


class Document:
    """Writes findings and then the result; amounts are texts, counts numbers."""

    def __init__(self, stream: IO[str]) -> None:
        self._stream = stream
        self._separator = '{\n"findings": ['

    def write(self, value: Finding | Reconciled) -> None:
        """Write one finding, or what came of it all."""
        if isinstance(value, Reconciled):
            opening = "" if self._separator == "," else self._separator
            self._stream.write(f"{opening}\n],\n{json.dumps(_result(value), indent=2)[2:]}\n")
        else:
            self._stream.write(f"{self._separator}\n{json.dumps(_finding(value))}")
            self._separator = ","


def _finding(found: Finding) -> dict[str, Any]:
    values = [
        {
            "name": value.name,
            "file": _plain(value.file, found.currency),
            "shop": _plain(value.shop, found.currency),
        }
        for value in found.values
    ]
    return {
        "kind": found.kind,
        "outcome": found.outcome,
        "name": found.name,
        "id": found.id,
        "messageId": found.message_id,
        "timestamp": found.at,
        "currency": found.currency or None,
        "values": values,
        "reason": found.reason,
        "detail": found.detail or None,
    }


def _result(result: Reconciled) -> dict[str, Any]:
    told = asdict(result)
    return told | {
        "rows": [_row(row) for row in result.rows],
        "sums": [{**_row(row), "month": None} for row in summed(result.rows)],
        "report": [_reported(month, currency_of(result)) for month in result.report],
    }


def _row(row: Row) -> dict[str, Any]:
    names = ("file", "shop", "difference", "explained", "unexplained")
    figures = {
        name: _plain(getattr(row, name), row.currency)
        if row.name in AMOUNTS
        else int(getattr(row, name))
        for name in names
    }
    return {"month": row.month, "currency": row.currency or None, "name": row.name, **figures}


def _reported(month: Reported, currency: str) -> dict[str, Any]:
    return {
        name: _plain(value, currency) if isinstance(value, Decimal) else value
        for name, value in asdict(month).items()
    }


def _plain(value: Decimal | str | None, currency: str) -> str | None:
    if not isinstance(value, Decimal):
        return value
    text = amount_text(value, currency)
    return text if Decimal(text) == value else f"{value:f}"
