"""The rules of the house that no linter holds: layers, file sizes, exports, light imports, one version."""

from __future__ import annotations

import ast
import importlib
import shutil
import subprocess
import sys
import tomllib
from collections import Counter
from pathlib import Path

import pytest
from importlinter import cli as import_linter

ROOT = Path(__file__).parents[2]
PYPROJECT = ROOT / "pyproject.toml"
CEILING, ROOM = 400, 12
PACKAGE = sorted((ROOT / "wavesim").rglob("*.py"))
SOURCES = PACKAGE + sorted((ROOT / "tests").rglob("*.py")) + sorted((ROOT / "benchmarks").rglob("*.py"))
OTHER_KINDS = {".js", ".css", ".html", ".c", ".h"}
OTHERS = sorted(path for path in (ROOT / "wavesim").rglob("*") if path.suffix in OTHER_KINDS)
PACKAGES = [path.parent for path in PACKAGE if path.name == "__init__.py"]


def relative(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def dotted(package: Path) -> str:
    return relative(package).replace("/", ".")


def too_long(sources: list[Path]) -> dict[str, int]:
    lengths = {str(path): len(path.read_text().splitlines()) for path in sources}
    return {name: length for name, length in lengths.items() if length > CEILING}


def hidden_exports(source: str) -> list[str]:
    """Public names that an ``__init__`` imports from its own package without saying that it exports them."""
    tree = ast.parse(source)
    listed = {
        name
        for node in tree.body
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "__all__"
        for name in ast.literal_eval(node.value)
    }
    return [
        alias.name
        for node in tree.body
        if isinstance(node, ast.ImportFrom) and node.level > 0
        for alias in node.names
        if alias.asname != alias.name and alias.name not in listed and not alias.name.startswith("_")
    ]


def test_the_tree_is_found() -> None:
    # The tests below look at what these globs find; an empty glob would let them all pass.
    assert ROOT / "wavesim" in PACKAGES
    assert Path(__file__) in SOURCES
    assert {path.suffix for path in OTHERS} == OTHER_KINDS


def test_no_module_is_above_the_ceiling() -> None:
    assert too_long(SOURCES + OTHERS) == {}


def crowded(files: list[Path]) -> dict[str, int]:
    """Folders with more than a dozen modules of their own."""
    rooms = Counter(str(path.parent) for path in files if path.name != "__init__.py")
    return {room: count for room, count in rooms.items() if count > ROOM}


def test_no_room_is_crowded() -> None:
    """The top level is the map of all rooms, and no room itself: a module there stands beside every other one."""
    assert crowded([path for path in (*PACKAGE, *OTHERS) if path.parent != ROOT / "wavesim"]) == {}


def test_a_crowded_room_is_seen() -> None:
    files = [Path(f"room/_{n}.py") for n in range(ROOM)] + [Path("room/__init__.py")]
    assert crowded(files) == {}
    assert crowded([*files, Path("room/_more.py")]) == {"room": ROOM + 1}


def test_the_ceiling_is_exactly_400_lines(tmp_path: Path) -> None:
    at, above = tmp_path / "at.py", tmp_path / "above.py"
    at.write_text("x = 1\n" * 400)
    above.write_text("x = 1\n" * 401)
    assert too_long([at, above]) == {str(above): 401}


@pytest.mark.parametrize("package", PACKAGES, ids=dotted)
def test_public_names_resolve(package: Path) -> None:
    module = importlib.import_module(dotted(package))
    public = getattr(module, "__all__", None) or [name for name in dir(module) if not name.startswith("_")]
    assert [name for name in public if not hasattr(module, name)] == []


@pytest.mark.parametrize("package", PACKAGES, ids=dotted)
def test_public_names_are_exported_explicitly(package: Path) -> None:
    assert hidden_exports((package / "__init__.py").read_text()) == []


def test_a_hidden_export_is_seen() -> None:
    assert hidden_exports("from ._x import a as a, b\nfrom ._y import _c\nimport numpy") == ["b"]
    assert hidden_exports("__all__ = ['b']\nfrom ._x import b") == []


def test_the_face_is_said_once() -> None:
    """`__all__`, what type checkers see, and the homes of lazy names are one list; `dir` shows nothing else."""
    module = importlib.import_module("wavesim")
    body = ast.parse((ROOT / "wavesim" / "__init__.py").read_text()).body
    block = next(node for node in body if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING")
    typed = {alias.asname for node in block.body if isinstance(node, ast.ImportFrom) for alias in node.names}
    assert typed == set(module.__all__) == {*module._ROOMS, *module._HOMES}
    assert dir(module) == sorted([*module.__all__, "__version__"])


def test_types_are_shipped() -> None:
    """Without this file a user's type checker sees `Any` for every name (PEP 561)."""
    assert (ROOT / "wavesim" / "py.typed").is_file()


def test_importing_wavesim_is_light() -> None:
    heavy = "jax matplotlib pydantic typer xarray h5netcdf imageio".split()
    code = f"import sys, wavesim; print([name for name in {heavy} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_one_version_everywhere() -> None:
    version = tomllib.loads(PYPROJECT.read_text())["project"]["version"]
    assert importlib.import_module("wavesim").__version__ == version
    assert f"\nversion: {version}\n" in (ROOT / "CITATION.cff").read_text()


def test_the_changelog_has_a_numerics_heading_under_unreleased() -> None:
    unreleased = (ROOT / "CHANGELOG.md").read_text().split("\n## ")[1]
    assert unreleased.startswith("[Unreleased]")
    assert "\n### Numerics\n" in unreleased


def test_the_layers_hold(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    assert import_linter.lint_imports(config_filename=str(PYPROJECT), no_cache=True, no_logo=True) == 0


VIOLATIONS = {
    "upward": ("grid.py", "from wavesim import problem"),
    "upward, inside a function": ("grid.py", "def f():\n    from . import problem"),
    "oracle sees the loop": ("theory/_x.py", "from ..propagation import _loop"),
    "oracle sees the schemes": ("theory/_x.py", "from .. import schemes"),
    "oracle sees the schemes through a third": ("problem.py", "from . import schemes, theory"),
    "loop sees the oracle": ("propagation/_x.py", "from .. import theory"),
    "drawing below": ("propagation/_x.py", "def f():\n    from matplotlib.figure import Figure"),
    "validation below": ("analysis/_certify.py", "import pydantic"),
    "command line below": ("units.py", "import typer"),
    "a room without a floor": ("attic.py", ""),
    "an inner room without a floor": ("analysis/attic.py", ""),
    "a page sees a movie": ("viz/pages/_x.py", "from ..movie import _y"),
}
ALLOWED = {
    "same floor": ("problem.py", "from . import potentials, schemes"),
    "downward": ("analysis/_certify.py", "from .. import propagation, theory, grid"),
    "drawing where it belongs": ("viz/_colors.py", "import matplotlib"),
    "validation where it belongs": ("scenario/_x.py", "import pydantic"),
}


def lint_stub(house: Path, file: str, text: str) -> int:
    """Judge a stub of the house with one interesting file, in a process that imports no other wavesim."""
    shutil.copy(PYPROJECT, house)
    for room in ("theory", "propagation", "analysis", "viz", "viz/pages", "viz/movie", "scenario", "potentials"):
        (house / "wavesim" / room).mkdir(parents=True)
        (house / "wavesim" / room / "__init__.py").touch()
    for name in (
        "__init__",
        "units",
        "grid",
        "schemes",
        "problem",
        "propagation/_loop",
        "theory/_free",
        "viz/movie/_y",
    ):
        (house / "wavesim" / f"{name}.py").touch()
    (house / "wavesim" / file).write_text(text)
    code = "from importlinter import cli; raise SystemExit(cli.lint_imports(no_cache=True))"
    done = subprocess.run([sys.executable, "-c", code], cwd=house, capture_output=True, text=True)
    assert "Contracts: " in done.stdout, done.stdout + done.stderr
    return done.returncode


@pytest.mark.parametrize("case", VIOLATIONS)
def test_the_contract_finds(case: str, tmp_path: Path) -> None:
    assert lint_stub(tmp_path, *VIOLATIONS[case]) == 1


@pytest.mark.parametrize("case", ALLOWED)
def test_the_contract_allows(case: str, tmp_path: Path) -> None:
    assert lint_stub(tmp_path, *ALLOWED[case]) == 0
