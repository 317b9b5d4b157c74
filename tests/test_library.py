"""What the commands do can be called from Python, by the names of the public API."""

from __future__ import annotations

import ast
import inspect
import re
import subprocess
import sys
from pathlib import Path

import pytest

import littlerelay
from shops import SCALE, environment, events
from standin.server import StandIn

REPOSITORY = Path(__file__).resolve().parent.parent
STUB = REPOSITORY / "littlerelay" / "__init__.pyi"


@pytest.mark.parametrize("name", littlerelay.__all__)
def test_every_name_of_the_api_is_there_and_says_what_it_is(name: str) -> None:
    found = getattr(littlerelay, name)
    assert inspect.isfunction(found) or inspect.isclass(found)
    assert found.__module__.startswith("littlerelay.")
    assert found.__doc__


def test_type_checkers_are_told_the_same_names_from_the_same_places() -> None:
    told = {
        alias.asname or alias.name: f"{node.module}.{alias.name}"
        for node in ast.parse(STUB.read_text()).body
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }
    homes = {}
    for name, home in vars(littlerelay)["_HOMES"].items():
        module, _, own_name = home.partition(".")
        homes[name] = f"littlerelay.{module}.{own_name or name}"
    assert told == homes
    (listed,) = re.findall(r"__all__ = (\[.*?\])", STUB.read_text(), re.DOTALL)
    assert set(ast.literal_eval(listed)) == set(littlerelay.__all__) <= set(dir(littlerelay))


def test_a_name_that_is_none_is_told_as_python_does() -> None:
    with pytest.raises(AttributeError, match="module 'littlerelay' has no attribute 'restore'"):
        littlerelay.restore  # type: ignore[attr-defined]  # noqa: B018


def test_the_library_comes_without_anything_heavy() -> None:
    script = (
        "import sys; before = set(sys.modules); import littlerelay; "
        "print(*sorted(one for one in set(sys.modules) - before if one.startswith(NAMES)))"
    ).replace("NAMES", "('httpx', 'orjson', 'pydantic', 'littlerelay.')")
    done = subprocess.run([sys.executable, "-c", script], check=True, capture_output=True)
    assert done.stdout.split() == []


def test_the_example_of_the_readme_runs() -> None:
    (example,) = re.findall(
        r"<!-- example: library -->\n\n```python\n(.*?)```",
        (REPOSITORY / "README.md").read_text(),
        re.DOTALL,
    )
    with StandIn(orders=30, plan="enterprise", time_scale=SCALE) as shop:
        done = subprocess.run(
            [sys.executable, "-c", example],
            env=environment(shop, Path("state").absolute()),
            check=True,
            capture_output=True,
            text=True,
        )
    assert done.stdout == f"{len(list(events(Path('events.ndjson'))))} events in events.ndjson\n"


def test_the_functions_that_the_readme_lists_are_all_that_there_are() -> None:
    (table,) = re.findall(
        r"\| function \| is \| given \|\n(.*?)\n\n",
        (REPOSITORY / "README.md").read_text(),
        re.DOTALL,
    )
    listed = set(re.findall(r"^\| `(\w+)`", table, re.MULTILINE))
    every = {name for name in littlerelay.__all__ if inspect.isfunction(getattr(littlerelay, name))}
    assert listed == every - {"load", "status"}
