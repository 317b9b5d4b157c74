"""Files and functions stay small, and nothing in the repository is anybody else's business."""

import ast
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parent.parent

FILE_LINES = 300
FUNCTION_LINES = 40
PARAMETERS = 5

# Property tables read as the tables of the mapping do; nowhere else is the formatter off.
TABLES = ("littlerelay/mappers/", "littlerelay/catalogue", "littlerelay/errors.py")
# The one place where any error becomes a message and an exit code.
LAST_RESORT = "cli/main.py"

# Each is written so that it does not match itself.
PRIVATE = {
    "a path of one machine": r"(?<![\w.])/(?:work|root|home|Users)/\w",
    "a folder outside of the repository": r"\.\./share[d]",
    "the address of a registry": (
        r"pypi\.(?:org|python)|pythonhosted\.org|registry\.npmjs|index[-_]url|find[-_]links"
    ),
    "what looks like a token": (
        r"shp(?:at|ca|pa|ss|ua)_[0-9a-fA-F]{32}|gh[opsu]_[0-9A-Za-z]{36}|AKIA[0-9A-Z]{16}"
        r"|eyJ[\w-]{8,}\.eyJ[\w-]{8,}|BEGIN (?:[A-Z]+ )?PRIVATE KEY"
    ),
    "an e-mail address of somebody": (
        r"[\w.+-]+@(?!(?:[\w-]+\.)*(?i:example\.com)(?!\.?[\w-]))[\w-]+(?:\.[\w-]+)*\.[a-zA-Z]{2,}\b"
    ),
}


def tracked(root: Path) -> list[Path]:
    """Returns the files that git has or would take; without git, all but the caches'."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    answer = subprocess.run(command, cwd=root, check=False, capture_output=True, text=True)
    if answer.returncode == 0:
        paths = [root / name for name in answer.stdout.split("\0") if name]
        return [path for path in paths if path.is_file()]
    hidden = re.compile(r"/(?:\.(?!ci/|gitignore)[^/]+|__pycache__|build|[^/]+\.egg-info)(?:/|$)")
    paths = [path for path in root.rglob("*") if path.is_file()]
    return [path for path in paths if not hidden.search(f"/{path.relative_to(root).as_posix()}")]


def violations(root: Path) -> list[str]:
    """Returns one line for every rule that a file under the root breaks."""
    found = []
    for path in sorted(tracked(root)):
        place, text = path.relative_to(root).as_posix(), readable(path)
        found += private(place, text)
        if path.suffix == ".py":
            found += too_long(place, text) + out_of_place(place, text)
    return found


def readable(path: Path) -> str:
    return path.read_bytes().decode(errors="replace")


def private(place: str, text: str) -> list[str]:
    """Names what does not belong into a public repository."""
    return [
        f"{place}:{text.count(chr(10), 0, match.start()) + 1}: {what}"
        for what, pattern in PRIVATE.items()
        for match in re.finditer(pattern, text)
    ]


def too_long(place: str, text: str) -> list[str]:
    """Names a file, and functions of it, that hold more than one thing."""
    found, lines = [], text.splitlines()
    if len(lines) > FILE_LINES:
        found.append(f"{place}: {len(lines)} lines")
    for function in functions(ast.parse(text)):
        length = code_lines(function, lines)
        if length > FUNCTION_LINES:
            found.append(f"{place}: {function.name} has {length} lines")
        count = parameters(function)
        if count > PARAMETERS and not place.startswith(("tests/", "cli/")):
            found.append(f"{place}: {function.name} has {count} parameters")
    return found


Function = ast.FunctionDef | ast.AsyncFunctionDef


def functions(tree: ast.Module) -> Iterator[Function]:
    return (node for node in ast.walk(tree) if isinstance(node, Function))


def code_lines(function: Function, lines: list[str]) -> int:
    """Counts a function's lines without its docstring and its tables."""
    first = function.body[0]
    docstring = 0
    if ast.get_docstring(function) is not None:
        docstring = (first.end_lineno or first.lineno) - first.lineno + 1
    count, is_table = 0, False
    for line in lines[function.lineno - 1 : function.end_lineno]:
        is_table = line.strip() == "# fmt: off" or (is_table and line.strip() != "# fmt: on")
        count += not is_table
    return count - docstring


def parameters(function: Function) -> int:
    """Counts what a caller passes: `self` and `cls` are not."""
    every = function.args
    names = [arg.arg for arg in every.posonlyargs + every.args + every.kwonlyargs]
    return len([name for name in names if name not in ("self", "cls")])


def out_of_place(place: str, text: str) -> list[str]:
    """Names hand-made tables and nets for every error where none may be."""
    found = []
    if "# fmt: off" in (line.strip() for line in text.splitlines()):
        found += [] if place.startswith(TABLES) else [f"{place}: the formatter is off"]
    if place != LAST_RESORT:
        found += [f"{place}:{line}: catches every error" for line in nets(ast.parse(text))]
    return found


def nets(tree: ast.Module) -> Iterator[int]:
    """Yields the lines where code catches whatever is raised, and keeps it."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ExceptHandler) and ast.unparse(node.body[-1]) != "raise":
            caught = ast.walk(node.type) if node.type else [ast.Name("Exception")]
            names = {name.id for name in caught if isinstance(name, ast.Name)}
            if names & {"Exception", "BaseException"}:
                yield node.lineno


def test_the_repository_keeps_its_rules() -> None:
    assert violations(REPOSITORY) == []


def body(lines: int) -> str:
    return "    x = 1\n" * lines


LONG_DOCSTRING = '    """Says.\n' + "\n    Much.\n" * 30 + '    """\n'
TABLE = "    # fmt: off\n" + body(60) + "    # fmt: on\n"

ALLOWED = {
    "littlerelay/full.py": "x = 1\n" * 300,
    "littlerelay/told.py": "def told():\n" + LONG_DOCSTRING + body(39),
    "littlerelay/mappers/orders.py": "def table():\n" + TABLE,
    "littlerelay/catalogue.py": "# fmt: off\nx  =  1\n# fmt: on\n",
    "littlerelay/shape.py": "class Shape:\n    def five(self, a, b, c, d, *, e): ...\n",
    "cli/backfill.py": "def backfill(a, b, c, d, e, f, g): ...\n",
    "cli/main.py": "try:\n    pass\nexcept Exception:\n    raise\n",
    "littlerelay/tidy.py": "try: ...\nexcept BaseException:\n    close()\n    raise\n",
    "tests/test_it.py": "def test_it(a, b, c, d, e, f, g): ...\n",
    "README.md": "Ada@Example.COM, ada@mail.example.com, @shopify/dev-mcp@1.16.0\n",
}

FAULTS = [
    ("littlerelay/a.py", "x = 1\n" * 301, "littlerelay/a.py: 301 lines"),
    ("littlerelay/a.py", "def f():\n" + body(40), "littlerelay/a.py: f has 41 lines"),
    (
        "littlerelay/a.py",
        "def f(a, b, c, d, *, e, f): ...\n",
        "littlerelay/a.py: f has 6 parameters",
    ),
    ("littlerelay/a.py", "# fmt: off\n", "littlerelay/a.py: the formatter is off"),
    ("cli/a.py", "try: ...\nexcept:\n    ...\n", "cli/a.py:2: catches every error"),
    ("a.py", "try: ...\nexcept (OSError, Exception): ...\n", "a.py:2: catches every error"),
    ("a.md", "\n\nsee /" + "work/main\n", "a.md:3: a path of one machine"),
    ("a.toml", "x = '../share" + "d/design.md'", "a.toml:1: a folder outside of the repository"),
    ("a.txt", "--index" + "-url https://example.com", "a.txt:1: the address of a registry"),
    ("a.yaml", "https://pypi" + ".org/simple", "a.yaml:1: the address of a registry"),
    ("a.json", "shpat" + "_" + "0123456789abcdef" * 2, "a.json:1: what looks like a token"),
    ("a.pem", "-----BEGIN" + " RSA PRIVATE KEY-----", "a.pem:1: what looks like a token"),
    ("a.md", "Ada <ada@" + "example.org>", "a.md:1: an e-mail address of somebody"),
    ("a.md", "ada@" + "example.com.au", "a.md:1: an e-mail address of somebody"),
    ("a.md", "ada@notexample" + ".com", "a.md:1: an e-mail address of somebody"),
]


def plant(root: Path, place: str, text: str) -> None:
    path = root / place
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


@pytest.fixture(params=["a checkout", "a plain folder"])
def repository(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    if request.param == "a checkout":
        subprocess.run(["git", "init", "--quiet", tmp_path], check=True)
    return tmp_path


def test_what_keeps_the_rules_passes(repository: Path) -> None:
    for place, text in ALLOWED.items():
        plant(repository, place, text)
    assert violations(repository) == []


@pytest.mark.parametrize(("place", "text", "fault"), FAULTS)
def test_a_planted_fault_is_found(repository: Path, place: str, text: str, fault: str) -> None:
    plant(repository, place, text)
    assert violations(repository) == [fault]


def test_what_git_ignores_is_not_judged(tmp_path: Path) -> None:
    subprocess.run(["git", "init", "--quiet", tmp_path], check=True)
    plant(tmp_path, ".gitignore", ".venv/\n")
    plant(tmp_path, ".venv/a.py", "try: ...\nexcept: ...\n")
    assert violations(tmp_path) == []
