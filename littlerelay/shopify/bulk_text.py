"""Writes the text of a bulk operation: one document with everything filled in.

A bulk operation takes no variables, and what Shopify checks in its text is counted by its rules for
connections, so that fragments and directives are written out, too: what is sent is what is read.
"""

from __future__ import annotations

import re

import orjson

from littlerelay.shopify.graphql import Variables
from littlerelay.shopify.queries import document

_SPREAD = re.compile(r"\.\.\.\s*(?!on\b)(\w+)")
_FRAGMENT = re.compile(r"^fragment (\w+) on \w+ \{(.*?)\}\s*(?=^fragment |\Z)", re.M | re.S)
# A field that a switch leaves out; what it selects has no selection within.
_SWITCHED = re.compile(r"((?:\w+: )?\w+(?:\([^)]*\))?) @include\(if: \$(\w+)\)( \{[^{}]*\})?")
_VARIABLE = re.compile(r"\$(\w+)")


def bulk_text(name: str, variables: Variables) -> str:
    """Write out the document ``name`` for these variables: a text of one line.

    >>> bulk_text("bulk_customers", {"query": "x", "metafield": False})[:57]
    '{ customers(query: "x", sortKey: CREATED_AT) { edges { no'
    """
    operation, _, _ = document(name).partition("\nfragment ")
    fragments = {found[1]: found[2] for found in _FRAGMENT.finditer(document(name))}
    text = operation[operation.index("{") :]
    while _SPREAD.search(text):
        text = _SPREAD.sub(lambda found: fragments[found[1]], text)
    text = " ".join(text.split())
    text = " ".join(_SWITCHED.sub(lambda found: _switched(found, variables), text).split())
    return _VARIABLE.sub(lambda found: orjson.dumps(variables[found[1]]).decode(), text)


def _switched(field: re.Match[str], variables: Variables) -> str:
    return f"{field[1]}{field[3] or ''}" if variables[field[2]] else ""
