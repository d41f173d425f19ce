"""The path grammar of ``--set``, ``[vary]`` and the axes of sweeps: ``potential.height``, ``potential.terms.0.width``."""

from __future__ import annotations

import copy
from collections.abc import Iterable
from typing import Any

from ..._text import brief, printable
from ...errors import ScenarioError
from ._toml import NoToml, toml

_MOST_DOTS = 20
# alternative keys for the motion of a packet
_MOTIONS = ("momentum", "energy", "velocity")


def assign(data: dict[str, Any], assignments: Iterable[str]) -> dict[str, Any]:
    """A copy of a file's content with ``path=value`` applied; a value is read as TOML, or as text if it is not TOML (``0.5 eV``).

    The schema checks that the path exists, since it knows the keys that a file may leave out.

    Raises:
        ScenarioError: if an assignment has no ``=`` or its path leads through something that is no table.
    """
    changed = data
    pairs = [assignment_of(assignment) for assignment in assignments]
    paths = {path for path, _ in pairs}
    for path, value in pairs:
        changed = _without_alternatives(assign_value(changed, path, value), path, paths)
    return changed


def _without_alternatives(data: dict[str, Any], path: str, paths: set[str]) -> dict[str, Any]:
    """The content without the alternatives to a key that was set, unless they were set too: an energy replaces a momentum.

    An energy keeps the direction of the momentum that it replaces.
    """
    *above, last = path.split(".")
    if last not in _MOTIONS or path.split(".")[0] != "state":
        return data
    node: Any = data
    for key in above:
        node = node[int(key)] if isinstance(node, list) else node[key]
    for key in _MOTIONS:
        if key == last or key not in node or ".".join((*above, key)) in paths:
            continue
        replaced = node.pop(key)
        if last == "energy" and str(replaced).strip().startswith("-"):
            node.setdefault("direction", "left")
        if key == "energy":
            # the sign of a momentum or velocity is its direction
            node.pop("direction", None)
    return data


def assignment_of(text: str) -> tuple[str, Any]:
    """Path and value of ``path=value``.

    Raises:
        ScenarioError: if it has another form.
    """
    path, equals, value = text.partition("=")
    if not equals or not all(path.strip().split(".")):
        raise ScenarioError(f'{brief(text)} must read path=value, for example potential.height="0.5 eV".')
    if not printable(path) or path.count(".") > _MOST_DOTS:
        raise ScenarioError(
            f"{brief(path)} must be a path of at most {_MOST_DOTS} dots that can be printed; correct it."
        )
    return path.strip(), _value(value.strip())


def assign_value(data: dict[str, Any], path: str, value: Any) -> dict[str, Any]:
    """A copy of a file's content with `value` at `path`.

    Raises:
        ScenarioError: if the path leads through something that is no table.
    """
    changed = copy.deepcopy(data)
    keys = path.split(".")
    node: Any = changed
    for depth, key in enumerate(keys[:-1]):
        node = _enter(node, key, path, keys[:depth])
    _put(node, keys, path, value)
    return changed


def found_at(data: Any, path: str) -> Any:
    """The value of a file's content at a path; None if it is missing."""
    node = data
    for key in path.split("."):
        if isinstance(node, dict):
            node = node.get(key)
        elif isinstance(node, list) and key.isdigit() and int(key) < len(node):
            node = node[int(key)]
        else:
            return None
    return node


def _value(text: str) -> Any:
    try:
        return toml(f"value = {text}", "the value")["value"]
    except NoToml:
        return text


def _enter(node: Any, key: str, path: str, above: list[str]) -> Any:
    if isinstance(node, dict):
        return node.setdefault(key, {})
    if isinstance(node, list):
        return node[_index(node, key, path)]
    raise ScenarioError(f"{path}: {'.'.join(above)} is {brief(node)}, in which there is no {key!r}; shorten the path.")


def _put(node: Any, keys: list[str], path: str, value: Any) -> None:
    if isinstance(node, dict):
        node[keys[-1]] = value
    elif isinstance(node, list):
        node[_index(node, keys[-1], path)] = value
    else:
        raise ScenarioError(
            f"{path}: {'.'.join(keys[:-1])} is {brief(node)}, in which there is no {keys[-1]!r}; shorten the path."
        )


def _index(node: list[Any], key: str, path: str) -> int:
    if key.isdigit() and int(key) < len(node):
        return int(key)
    raise ScenarioError(f"{path}: {key!r} must be a number from 0 to {len(node) - 1}, the place in a list.")
