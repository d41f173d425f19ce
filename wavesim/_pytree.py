"""Dataclasses registered as pytrees of JAX, distinguished by their class."""

from __future__ import annotations

import dataclasses
from typing import Any, TypeVar

import numpy as np

from ._face import one_line
from ._jax import jax, when_loaded

Class = TypeVar("Class", bound=type)


class _Aside:
    """Values carried by a tree structure but ignored in its comparison: problems that differ only in display share programs."""

    def __init__(self, values: tuple[Any, ...]) -> None:
        self.values = values

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Aside)

    def __hash__(self) -> int:
        return 0


def register_dataclass(cls: Class) -> Class:
    """Register a dataclass as a pytree: fields are its children, those with ``metadata={"static": True}`` part of its structure, those with
    ``{"aside": True}`` neither. Its repr is one line.

    ``jax.tree_util.register_dataclass`` is not used: up to JAX 0.11 at least, the structures of two classes with the same fields compare as
    equal there (their hashes differ), so that a potential is sometimes evaluated by the compiled program of another one. The structures of
    nodes registered here hold their class.

    Args:
        cls: a dataclass whose constructor takes its fields by keyword.

    Returns:
        the same class.
    """
    aside = [field.name for field in dataclasses.fields(cls) if field.metadata.get("aside")]
    names = [
        field.name for field in dataclasses.fields(cls) if not field.metadata.get("static") and field.name not in aside
    ]
    fixed = [field.name for field in dataclasses.fields(cls) if field.metadata.get("static")]

    def flattened(node: Any) -> tuple[tuple[Any, ...], tuple[Any, ...]]:
        children, structure = [getattr(node, name) for name in names], [getattr(node, name) for name in fixed]
        if aside:
            structure.append(_Aside(tuple(getattr(node, name) for name in aside)))
        return tuple(children), tuple(structure)

    def with_keys(node: Any) -> tuple[tuple[tuple[Any, Any], ...], tuple[Any, ...]]:
        children, structure = flattened(node)
        return tuple(
            (jax.tree_util.GetAttrKey(name), child) for name, child in zip(names, children, strict=True)
        ), structure

    def unflattened(structure: tuple[Any, ...], children: Any) -> Any:
        values = dict(zip(names, children, strict=True)) | dict(zip(fixed, structure, strict=False))
        return cls(**values, **(dict(zip(aside, structure[-1].values, strict=True)) if aside else {}))

    when_loaded(lambda: jax.tree_util.register_pytree_with_keys(cls, with_keys, unflattened, flattened))
    cls.__repr__ = one_line  # type: ignore[method-assign]
    return cls


def register_static(cls: Class) -> Class:
    """Register a class whose objects are part of a structure, and hold no numbers that JAX may trace."""
    when_loaded(lambda: jax.tree_util.register_static(cls))
    return cls


def in_numpy(tree: Any) -> Any:
    """The same nested tuples and dictionaries with arrays of NumPy; keys in order, as JAX has them."""
    if tree is None:
        return None
    if isinstance(tree, dict):
        return {key: in_numpy(tree[key]) for key in sorted(tree)}
    if isinstance(tree, tuple):
        parts = map(in_numpy, tree)
        return type(tree)(*parts) if hasattr(tree, "_fields") else tuple(parts)
    return np.asarray(tree)
