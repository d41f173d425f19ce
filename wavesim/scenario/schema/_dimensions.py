"""The dimension of the number at a path of a scenario, from the types of the classes that are built from it."""

from __future__ import annotations

import types
import typing
from typing import Any

from ..._typing import DIMENSIONLESS, Dimension


def dimension_of_path(problem: Any, question: Any, path: str) -> Dimension:
    """The dimension of ``potential.height``, ``potential.layers.0.1``, ``particle.mass``; dimensionless for other than physical numbers.

    Args:
        problem: the problem of the scenario.
        question: its question, for paths that begin with ``find``.
        path: path, as for ``--set``.
    """
    head, *rest = path.split(".")
    keys = rest if head in ("particle", "find") else [head, *rest]
    node: Any = question if head == "find" else problem
    hint: Any = type(node)
    for key in keys:
        origin, parts = typing.get_origin(hint), typing.get_args(hint)
        if origin is tuple:
            hint = parts[int(key)] if Ellipsis not in parts else parts[0]
        elif origin is dict:
            hint = parts[1]
        else:
            hint = typing.get_type_hints(type(node), include_extras=True).get(key)
        if hint is None:
            return DIMENSIONLESS
        node = getattr(node, key) if origin not in (tuple, dict) else node[int(key) if key.isdigit() else key]
        hint = _without_none(hint)
    return _dimension(hint) or DIMENSIONLESS


def _without_none(hint: Any) -> Any:
    """The type hint of a value that is not None."""
    if typing.get_origin(hint) in (types.UnionType, typing.Union):
        return next(part for part in typing.get_args(hint) if part is not type(None))
    return hint


def _dimension(hint: Any) -> Dimension | None:
    if isinstance(hint, Dimension):
        return hint
    return next(filter(None, (_dimension(part) for part in typing.get_args(hint))), None)
