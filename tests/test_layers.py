"""Imports point down, and each part keeps to what is its own.

The house is a list of levels, top first. A unit is a module or a package directly under
`littlerelay`, or the whole of `cli`. A unit imports from the levels below, and from its own level
too as long as no circle comes of it; the strangers do not even know their own level.
"""

import ast
import graphlib
from collections.abc import Iterator
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parent.parent

STRANGERS = {"shopify", "recharge", "segment", "files", "mappers"}
BOTTOM = set(
    """
    records events settings checkpoint http catalogue
    ages clock compact configuration credentials deliveries destination_names destinations durable
    environment history job_status ledger marks meaning patience progress routes sealed selection
    signing_secrets sockets times uncounted written
    """.split()
)
LEVELS = [
    {"cli"},
    set(
        """
        checks diffs estimates jobs posts proofs recorded remaps replays rewrites shopdiffs
        """.split()
    ),
    set(
        """
        archived archives compare estimating keeping periods pipeline places previews probing
        reading reconcile recordings report rules runs sampled samples sending sent_before sequence
        sources
        unsent writing
        """.split()
    ),
    STRANGERS,
    BOTTOM,
    {"errors"},
    {"__init__"},
]
DEPTH = {unit: depth for depth, units in enumerate(LEVELS) for unit in units}

DRAWING = {"click", "rich", "tqdm", "typer"}
# Progress is yielded and errors are raised; `cli` alone speaks.
SPEAKING = {"exit", "input", "print", "quit", "sys.exit", "sys.stderr", "sys.stdout"}
# The same record gives the same events, whenever and wherever it is mapped.
IMPURE = {"httpx", "io", "os", "pathlib", "random", "secrets", "socket", "subprocess", "time"}
THIS_MOMENT = {"now", "today", "utcnow"}


def violations(root: Path) -> list[str]:
    """Returns one line for every import or call under the root that is out of place."""
    files = [path for top in ("littlerelay", "cli") for path in sorted((root / top).rglob("*.py"))]
    found = [line for path in files for line in violations_of(root, path)]
    for top in ("tests", "fixtures"):
        for path in sorted((root / top).rglob("*.py")):
            found += foreign_names(path.relative_to(root), set(imports(root, path)))
    return found + circles(root, files)


def violations_of(root: Path, path: Path) -> Iterator[str]:
    """Yields what is out of place in one file of the product."""
    place, unit = path.relative_to(root), unit_of(path.relative_to(root).with_suffix("").parts)
    if unit not in DEPTH:
        yield f"{place}: {unit} is unknown to the table of levels"
        return
    names = set(imports(root, path))
    for name in sorted(names):
        if name.split(".")[0] in ("littlerelay", "cli"):
            yield from wrong_direction(place, unit, unit_of(name.split(".")))
    yield from foreign_names(place, names)
    if unit != "cli":
        yield from library_manners(place, names, spoken(path))


def unit_of(parts: tuple[str, ...] | list[str]) -> str:
    """Returns the unit of a dotted name or path: `littlerelay.files.plain` is of `files`."""
    if parts[0] == "cli":
        return "cli"
    return parts[1] if len(parts) > 1 else "__init__"


def wrong_direction(place: Path, unit: str, other: str) -> Iterator[str]:
    """Yields the fault of an import that points up, or sideways where it must not."""
    if other not in DEPTH or DEPTH[other] < DEPTH[unit]:
        yield f"{place}: imports {other}, which is not below {unit}"
    elif unit in STRANGERS and other in STRANGERS and unit != other:
        yield f"{place}: imports {other}, which is a stranger to {unit}"


def foreign_names(place: Path, names: set[str]) -> Iterator[str]:
    """Yields imports of what only one place may know."""
    tops = {name.split(".")[0] for name in names}
    if "littlerelay_cli" in tops:
        yield f"{place}: imports littlerelay_cli, which only the entry point names"
    if "shopify" in tops and place.as_posix() != "littlerelay/shopify/session.py":
        yield f"{place}: imports shopifyapi, which is session.py's alone"
    if "littlerelay" in tops and place.parts[:2] == ("fixtures", "standin"):
        yield f"{place}: imports littlerelay, whose judge the stand-in is"


def library_manners(place: Path, names: set[str], words: set[str]) -> Iterator[str]:
    """Yields what the library, and mappers above all, must not use."""
    tops = {name.split(".")[0] for name in names}
    for name in sorted(DRAWING & tops | SPEAKING & (words | names)):
        yield f"{place}: uses {name}; only cli speaks"
    if place.parts[1] == "mappers":
        clocks = {word for word in words if word.split(".")[-1] in THIS_MOMENT and "." in word}
        for name in sorted(IMPURE & tops | clocks | {"open"} & words):
            yield f"{place}: uses {name}; mappers are pure"


def imports(root: Path, path: Path) -> Iterator[str]:
    """Yields the full dotted name of everything that a file imports, wherever it does."""
    package = path.relative_to(root).parent.parts
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = package[: len(package) - node.level + 1] if node.level else ()
            base = ".".join([*above, *([node.module] if node.module else [])])
            wholes = [f"{base}.{alias.name}" for alias in node.names]
            yield from (base if is_part_of_module(root, whole) else whole for whole in wholes)


def is_part_of_module(root: Path, name: str) -> bool:
    """Tells whether a dotted name is of our own and means something inside a module."""
    path = root.joinpath(*name.split("."))
    is_own = name.partition(".")[0] in ("littlerelay", "cli")
    return is_own and not path.is_dir() and not path.with_suffix(".py").is_file()


def spoken(path: Path) -> set[str]:
    """Returns every name and dotted name that a file's code uses."""
    nodes = ast.walk(ast.parse(path.read_text()))
    return {ast.unparse(node) for node in nodes if isinstance(node, ast.Name | ast.Attribute)}


def circles(root: Path, files: list[Path]) -> list[str]:
    """Returns a line for the first circle of modules that import each other, if there is one."""
    graph = {module_of(root, path): set(imports(root, path)) for path in files}
    try:
        graphlib.TopologicalSorter(graph).prepare()
    except graphlib.CycleError as error:
        return ["a circle of imports: " + " > ".join(error.args[1])]
    return []


def module_of(root: Path, path: Path) -> str:
    parts = path.relative_to(root).with_suffix("").parts
    return ".".join(part for part in parts if part != "__init__")


def test_imports_point_down_and_each_part_keeps_to_its_own() -> None:
    assert violations(REPOSITORY) == []


def plant(root: Path, place: str, code: str) -> None:
    path = root / place
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(code)


@pytest.fixture
def house(tmp_path: Path) -> Path:
    """Gives a house in order: every unit is there and empty."""
    for unit in DEPTH.keys() - STRANGERS:
        plant(tmp_path, "cli/__init__.py" if unit == "cli" else f"littlerelay/{unit}.py", "")
    for unit in STRANGERS:
        plant(tmp_path, f"littlerelay/{unit}/__init__.py", "")
    return tmp_path


ALLOWED = {
    "cli/main.py": "import sys, typer\nfrom littlerelay import jobs\nprint(sys.exit)",
    "cli/replay.py": "from .main import app",
    "littlerelay/http.py": "from littlerelay import __version__\nfrom littlerelay.errors import X",
    "littlerelay/jobs.py": "from littlerelay import files, pipeline\nfrom .mappers import orders",
    "littlerelay/mappers/orders.py": "from datetime import datetime\nfrom . import money",
    "littlerelay/mappers/money.py": "from littlerelay.events import track",
    "littlerelay/shopify/session.py": "import shopify\nfrom littlerelay.http import client",
    "littlerelay/reconcile.py": "from littlerelay import compare",
    "fixtures/demo.py": "import littlerelay",
}


def test_a_house_in_order_passes(house: Path) -> None:
    for place, code in ALLOWED.items():
        plant(house, place, code)
    assert violations(house) == []


FAULTS = [
    ("http.py", "from littlerelay import jobs", "imports jobs, which is not below http"),
    ("http.py", "from . import jobs", "imports jobs, which is not below http"),
    ("http.py", "import littlerelay.files.plain", "imports files, which is not below http"),
    ("http.py", "def f():\n    from .jobs import g", "imports jobs, which is not below http"),
    ("errors.py", "from .times import now", "imports times, which is not below errors"),
    ("jobs.py", "import cli", "imports cli, which is not below jobs"),
    ("jobs.py", "from .news import x", "imports news, which is not below jobs"),
    ("files/a.py", "from ..mappers import b", "imports mappers, which is a stranger to files"),
    ("news.py", "", "news is unknown to the table of levels"),
    ("news/a.py", "", "news is unknown to the table of levels"),
    ("pipeline.py", "print()", "uses print; only cli speaks"),
    ("pipeline.py", "import sys\nsys.exit(1)", "uses sys.exit; only cli speaks"),
    ("pipeline.py", "from sys import stdout", "uses sys.stdout; only cli speaks"),
    ("pipeline.py", "from rich.text import Text", "uses rich; only cli speaks"),
    ("files/a.py", "import tqdm", "uses tqdm; only cli speaks"),
    ("mappers/a.py", "import random", "uses random; mappers are pure"),
    ("mappers/a.py", "from os import path", "uses os; mappers are pure"),
    ("mappers/a.py", "import datetime as d\nd.date.today()", "uses d.date.today; mappers are pure"),
    ("mappers/a.py", "open('x')", "uses open; mappers are pure"),
    ("shopify/pages.py", "import shopify", "imports shopifyapi, which is session.py's alone"),
    (
        "http.py",
        "import littlerelay_cli",
        "imports littlerelay_cli, which only the entry point names",
    ),
]


@pytest.mark.parametrize(("place", "code", "fault"), FAULTS)
def test_a_planted_fault_is_found(house: Path, place: str, code: str, fault: str) -> None:
    plant(house, f"littlerelay/{place}", code)
    assert violations(house) == [f"littlerelay/{place}: {fault}"]


def test_a_circle_is_found(house: Path) -> None:
    plant(house, "littlerelay/compare.py", "from . import reconcile")
    plant(house, "littlerelay/reconcile.py", "from . import compare")
    (line,) = violations(house)
    assert line.startswith("a circle of imports: littlerelay.")


def test_a_test_that_names_the_installed_command_is_found(house: Path) -> None:
    plant(house, "tests/test_it.py", "from littlerelay_cli.main import app")
    assert violations(house) == [
        "tests/test_it.py: imports littlerelay_cli, which only the entry point names"
    ]


def test_a_stand_in_that_asks_the_product_is_found(house: Path) -> None:
    plant(house, "fixtures/standin/books.py", "from littlerelay import mappers")
    assert violations(house) == [
        "fixtures/standin/books.py: imports littlerelay, whose judge the stand-in is"
    ]
