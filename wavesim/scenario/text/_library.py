"""Location of scenarios and sweeps: shipped ones by name, others by the path of their file; examples of kinds."""

from __future__ import annotations

import difflib
import functools
import hashlib
import json
import tomllib
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

from ..._text import brief, brief_text, clean, nearest
from ...errors import ScenarioError
from ._toml import LARGEST


def _scenario_folder() -> Traversable:
    inside = files("wavesim") / "_scenarios"
    # a checkout, or an editable install of it, has them beside the package
    return inside if inside.is_dir() else Path(__file__).parents[3] / "scenarios"


def shipped() -> dict[str, Traversable]:
    """The scenarios that come with wavesim, by name."""
    return _files_in(_scenario_folder())


def shipped_sweeps() -> dict[str, Traversable]:
    """The sweeps that come with wavesim, by name."""
    return _files_in(_scenario_folder() / "sweeps")


def shipped_designs() -> dict[str, Traversable]:
    """The designs that come with wavesim, by name."""
    return _files_in(_scenario_folder() / "designs")


def _files_in(folder: Traversable) -> dict[str, Traversable]:
    items = sorted(folder.iterdir(), key=lambda item: item.name) if folder.is_dir() else []
    return {item.name[:-5]: item for item in items if item.name.endswith(".toml")}


def find_scenario(name_or_path: str) -> tuple[str, str]:
    """Name and text of a scenario: shipped, or in a file.

    Raises:
        ScenarioError: if there is none; names that are close are suggested.
    """
    if name_or_path in shipped_designs():
        raise ScenarioError(f"{name_or_path} is a design; `wavesim design {name_or_path}` runs it.")
    return _found(
        name_or_path, shipped(), "scenario", shipped_sweeps(), f"is a sweep; `wavesim sweep {name_or_path}` runs it."
    )


def find_sweep(name_or_path: str) -> tuple[str, str]:
    """Name and text of a sweep: shipped, or in a file.

    Raises:
        ScenarioError: if there is none; names that are close are suggested.
    """
    return _found(
        name_or_path,
        shipped_sweeps(),
        "sweep",
        shipped(),
        f'is a scenario; `wavesim run {name_or_path}` runs it; to sweep it, write a file with scenario = "{name_or_path}" and [axes].',
    )


def find_design(name_or_path: str) -> tuple[str, str]:
    """Name and text of a design: shipped, or in a file.

    Raises:
        ScenarioError: if there is none; names that are close are suggested.
    """
    return _found(
        name_or_path, shipped_designs(), "design", shipped(), f"is a scenario; `wavesim run {name_or_path}` runs it."
    )


def _found(
    name_or_path: str, known: dict[str, Traversable], kind: str, others: dict[str, Traversable], elsewhere: str
) -> tuple[str, str]:
    if name_or_path in known:
        return name_or_path, known[name_or_path].read_text(encoding="utf-8")
    path = Path(name_or_path)
    shown = brief_text(clean(str(path)), 300)
    looks_like_path = path.suffix == ".toml" or len(path.parts) > 1
    try:
        if looks_like_path or path.is_file():
            return clean(path.stem), text_of(path)
    except UnicodeDecodeError:
        raise ScenarioError(f"{shown} must be a text file in UTF-8, but is not; is it a {kind}?") from None
    except (OSError, ValueError) as error:
        # ValueError: a name with a null character
        raise ScenarioError(
            f"{shown} cannot be read: {getattr(error, 'strerror', None) or error}; check the path."
        ) from None
    if name_or_path in others:
        raise ScenarioError(f"{name_or_path} {elsewhere}")
    here = [file.name for file in Path().glob("*.toml")] if path.suffix else []
    near = difflib.get_close_matches(name_or_path, here, 1, cutoff=0.8)
    near = near or nearest(name_or_path, known, 3, cutoff=0.5)
    hint = f"did you mean {' or '.join(near)}?" if near else f"the shipped ones are {', '.join(known)}."
    raise ScenarioError(f"there is no {kind} and no file called {brief(name_or_path)}; {hint}")


def text_of(path: Path) -> str:
    """The text of a file, read up to the size limit of scenarios, since a device file may have no end.

    Raises:
        OSError: if it cannot be read.
        ValueError: if it is not text.
    """
    with path.open("rb") as file:
        content = file.read(4 * LARGEST + 1)
    return content.decode("utf-8").replace("\r\n", "\n")


def canonical(data: dict[str, Any]) -> str:
    """A file's content as text in which neither comments nor the order of keys matter."""
    return json.dumps(data, sort_keys=True, ensure_ascii=False)


def fingerprint(data: dict[str, Any]) -> str:
    """SHA-256 of a file's content."""
    return hashlib.sha256(canonical(data).encode()).hexdigest()


@functools.cache
def examples() -> dict[str, dict[str, dict[str, Any]]]:
    """One example of each kind, by its table: ``examples()["potential"]["step"]``."""
    return tomllib.loads((files("wavesim.scenario") / "_examples.toml").read_text(encoding="utf-8"))
