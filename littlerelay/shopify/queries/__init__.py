"""Reads the GraphQL documents that lie beside this file.

A document names the fragments it needs (``...Order``); what they are is in ``fragments.graphql``.
"""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files

_SPREAD = re.compile(r"\.\.\.\s*(?!on\b)(\w+)")
_FRAGMENT = re.compile(r"^fragment (\w+) on .*?(?=^fragment |\Z)", re.MULTILINE | re.DOTALL)


@cache
def document(name: str) -> str:
    """Give the document ``name`` with every fragment it reaches, comments left out.

    >>> document("orders_count").startswith("query RelayOrdersCount")
    True
    """
    text = _read(name)
    needed: dict[str, str] = {}
    _collect(text, _fragments(), needed)
    return text + "".join(needed[key] for key in sorted(needed))


def _collect(text: str, fragments: dict[str, str], needed: dict[str, str]) -> None:
    for name in _SPREAD.findall(text):
        if name not in needed:
            needed[name] = fragments[name]
            _collect(fragments[name], fragments, needed)


@cache
def _fragments() -> dict[str, str]:
    return {match[1]: match[0] for match in _FRAGMENT.finditer(_read("fragments"))}


def _read(name: str) -> str:
    text = (files(__name__) / f"{name}.graphql").read_text("utf-8")
    return re.sub(r"^#.*\n", "", text, flags=re.MULTILINE).lstrip("\n")
