"""The wheel, the sdist and the editable install each bring the whole `relay`, and nothing else.

Nothing is downloaded: dependencies come from the environment that runs the tests, the product
from what was just built.
"""

import importlib.metadata
import re
import shutil
import subprocess
import sys
import sysconfig
import tarfile
import tomllib
import venv
import zipfile
from dataclasses import dataclass
from pathlib import Path

import pytest

import littlerelay

REPOSITORY = Path(__file__).resolve().parent.parent
HOUSES = {"littlerelay": "littlerelay", "cli": "littlerelay_cli"}


@dataclass(frozen=True)
class Built:
    sdist: Path
    wheel: Path
    wheel_of_sdist: Path


def run(*command: str | Path) -> str:
    answer = subprocess.run(command, check=False, capture_output=True, text=True)
    assert answer.returncode == 0, answer.stdout + answer.stderr
    return answer.stdout


def build(source: Path, to: Path, *what: str) -> None:
    run(sys.executable, "-m", "build", "--no-isolation", "--outdir", to, *what, source)


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Built:
    """Builds from a copy, as builds leave folders beside their source."""
    folder = tmp_path_factory.mktemp("build")
    source = folder / "source"
    leave_out = shutil.ignore_patterns(".*", "__pycache__", "*.egg-info", "build", "dist")
    shutil.copytree(REPOSITORY, source, ignore=leave_out)
    build(source, folder / "direct", "--wheel")
    build(source, folder / "dist")
    (sdist,) = (folder / "dist").glob("*.tar.gz")
    (wheel,) = (folder / "direct").glob("*.whl")
    (wheel_of_sdist,) = (folder / "dist").glob("*.whl")
    return Built(sdist, wheel, wheel_of_sdist)


def product() -> set[str]:
    """Returns the files that an installation has, by the names that it gives them."""
    return {
        (Path(installed) / path.relative_to(REPOSITORY / folder)).as_posix()
        for folder, installed in HOUSES.items()
        for path in (REPOSITORY / folder).rglob("*")
        if path.suffix in (".py", ".pyi", ".graphql", ".json") or path.name == "py.typed"
    }


@pytest.mark.parametrize("kind", ["wheel", "wheel_of_sdist"])
def test_a_wheel_holds_the_product_and_nothing_else(built: Built, kind: str) -> None:
    with zipfile.ZipFile(getattr(built, kind)) as wheel:
        names = {name for name in wheel.namelist() if ".dist-info/" not in name}
    assert names == product(), "is every package in pyproject.toml's list?"
    assert "littlerelay/py.typed" in names


def test_the_sdist_holds_what_a_build_needs_and_no_tests(built: Built) -> None:
    with tarfile.open(built.sdist) as sdist:
        names = {name.partition("/")[2] for name in sdist.getnames()}
    assert {"CHANGELOG.md", "LICENSE", "README.md", "pyproject.toml"} <= names
    assert not [name for name in names if name.startswith(("tests", "fixtures"))]


@pytest.mark.parametrize("kind", ["wheel", "wheel_of_sdist"])
def test_the_relay_of_a_wheel_runs(built: Built, kind: str, tmp_path: Path) -> None:
    python = environment(tmp_path / "venv")
    pip: list[str | Path] = [
        sys.executable,
        "-m",
        "pip",
        "--disable-pip-version-check",
        "--python",
        python,
    ]
    run(*pip, "install", "--quiet", "--no-deps", "--no-index", getattr(built, kind))
    assert "Usage: relay" in run(python.with_name("relay"), "--help")
    for installed in HOUSES.values():
        place = run(python, "-c", f"import {installed}; print({installed}.__file__)")
        assert Path(place).is_relative_to(tmp_path / "venv")


def environment(folder: Path) -> Path:
    """Makes an environment that borrows the dependencies of this one; returns its Python.

    A folder named in a .pth file is searched, but its own .pth files are not read: so the editable
    install of this environment stays behind.
    """
    venv.create(folder, symlinks=True)
    (packages,) = folder.glob("lib/python*/site-packages")
    borrowed = {sysconfig.get_path("purelib"), sysconfig.get_path("platlib")}
    (packages / "borrowed.pth").write_text("\n".join(sorted(borrowed)))
    return folder / "bin" / "python"


def test_the_borrowed_environment_has_no_relay_of_its_own(tmp_path: Path) -> None:
    python = environment(tmp_path / "venv")
    missing = "import importlib.util as u; print(u.find_spec('littlerelay'), u.find_spec('httpx'))"
    assert run(python, "-c", missing).startswith("None ModuleSpec(")


def test_the_editable_relay_runs_from_the_checkout() -> None:
    assert Path(littlerelay.__file__).parent == REPOSITORY / "littlerelay"
    relay = Path(sys.executable).with_name("relay")
    assert "Usage: relay" in run(relay, "--help")
    where = "import littlerelay_cli; print(littlerelay_cli.__file__)"
    assert Path(run(sys.executable, "-c", where).strip()).parent == REPOSITORY / "cli"


def test_the_version_stands_in_one_place(built: Built) -> None:
    pyproject = tomllib.loads((REPOSITORY / "pyproject.toml").read_text())
    assert "version" not in pyproject["project"]
    assert built.wheel.name.startswith(f"littlerelay-{littlerelay.__version__}-")


def wanted() -> dict[str, str]:
    """Returns every distribution that is asked for, by its normal name, with what asks for it."""
    project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text())["project"]
    asked = {"dependencies": project["dependencies"], **project["optional-dependencies"]}
    return {normal(one): extra for extra, ones in asked.items() for one in ones}


def normal(requirement: str) -> str:
    (name,) = re.findall(r"^[\w.-]+", requirement)
    return re.sub(r"[-_.]+", "-", name).lower()


def test_everything_that_is_asked_for_is_imported() -> None:
    """An extra without code would bring megabytes for nothing."""
    named = {
        name.split(".")[0]
        for house in HOUSES
        for path in (REPOSITORY / house).rglob("*.py")
        for name in re.findall(r"^ *(?:import|from) ([\w.]+)", path.read_text(), re.MULTILINE)
    }
    used = {
        normal(one)
        for module, distributions in importlib.metadata.packages_distributions().items()
        for one in distributions
        if module in named
    }
    assert {one: extra for one, extra in wanted().items() if one not in used} == {}


def test_only_the_systems_are_named_on_which_relay_runs() -> None:
    project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text())["project"]
    systems = [one for one in project["classifiers"] if one.startswith("Operating System")]
    assert systems == ["Operating System :: POSIX"]  # files are locked, and opened as it knows them
    assert "Linux or macOS" in (REPOSITORY / "README.md").read_text()
