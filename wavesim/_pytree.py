"""Dataclasses that JAX takes apart and puts together, told apart by their class."""

from __future__ import annotations

import dataclasses
from typing import Any, TypeVar

import jax

from ._face import one_line

Class = TypeVar("Class", bound=type)


def register_dataclass(cls: Class) -> Class:
    """Register a dataclass as a pytree: fields are its children, those with ``metadata={"static": True}`` part of its structure. Its repr is one line.

    Not by ``jax.tree_util.register_dataclass``: up to JAX 0.11 at least, the structures of two classes with alike fields compare as equal
    there (their hashes differ), so that now and then a potential is evaluated by the compiled program of another one. The structures of
    nodes registered here hold their class.

    Args:
        cls: a dataclass whose constructor takes its fields by keyword.

    Returns:
        the same class.
    """
    names = [field.name for field in dataclasses.fields(cls) if not field.metadata.get("static")]
    fixed = [field.name for field in dataclasses.fields(cls) if field.metadata.get("static")]
    keys = [jax.tree_util.GetAttrKey(name) for name in names]

    def flattened(node: Any) -> tuple[tuple[Any, ...], tuple[Any, ...]]:
        return tuple([getattr(node, name) for name in names]), tuple([getattr(node, name) for name in fixed])

    def with_keys(node: Any) -> tuple[tuple[tuple[Any, Any], ...], tuple[Any, ...]]:
        children, structure = flattened(node)
        return tuple(zip(keys, children, strict=True)), structure

    def put_together(structure: tuple[Any, ...], children: Any) -> Any:
        return cls(**dict(zip(names, children, strict=True)), **dict(zip(fixed, structure, strict=True)))

    jax.tree_util.register_pytree_with_keys(cls, with_keys, put_together, flattened)
    cls.__repr__ = one_line  # type: ignore[method-assign]
    return cls
