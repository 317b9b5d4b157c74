"""Fits the text of a bar to its terminal: what is least goes first, and nothing is cut."""

from __future__ import annotations

from typing import NoReturn

from tqdm import tqdm

# What follows the bar's name, each shorter than the one before; the first is tqdm's own.
_FORMS = (
    "{percentage:3.0f}%|{bar}| {n_fmt}/{total_fmt} [{elapsed}<{remaining}, {rate_fmt}{postfix}]",
    "{percentage:3.0f}% {n_fmt}/{total_fmt} [{elapsed}<{remaining}, {rate_fmt}{postfix}]",
    "{percentage:3.0f}% {n_fmt}/{total_fmt} [{remaining}{postfix}]",
    "{percentage:3.0f}%{postfix}",
    "{percentage:3.0f}%",
)


def fit(bar: tqdm[NoReturn], position: int, width: int) -> None:
    """Give a bar that is about to reach this position the fullest form that fits."""
    if not bar.total:
        return
    name = "{desc}: " if bar.desc else ""
    told = {**bar.format_dict, "n": position, "ncols": None}
    forms = [name + form for form in _FORMS]
    fitting = (one for one in forms if len(bar.format_meter(**told | {"bar_format": one})) < width)
    bar.bar_format = next(fitting, forms[-1])
