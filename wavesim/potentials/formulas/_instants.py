"""When a formula jumps or bends in time: zeros of what switches it, where that knows no place."""

from __future__ import annotations

import ast
import functools
import math
from collections.abc import Iterator

from ...errors import ArgumentError
from ._formula import names_of, switches
from ._reading import reading

_PLACES, _ROUNDING = frozenset("xyz"), 1e-12


@functools.lru_cache(maxsize=256)
def instants(tree: ast.expr, names: tuple[tuple[str, float], ...], until: float) -> tuple[float, ...]:
    """Times from 0 to `until`, both included, in order, by bisection under interval bounds, as edges are found along x.

    Args:
        tree: the checked formula.
        names: numbers of its parameters.
        until: the last time [time].

    Raises:
        ArgumentError: if there are too many to be followed.
    """
    known = (*names, ("pi", math.pi))
    found = set[float]()
    for kind, switch in _of_time(tree):
        try:
            edges = reading(switch, known, (0.0, until)).edges
        except ArgumentError:
            raise ArgumentError(
                "formula",
                "must jump or bend in time a few hundred times at most, but does so more often; make the duration shorter, or the formula smooth in t.",
            ) from None
        # what rounding alone keeps off the ends lies there
        near = [0.0 if abs(edge) < _ROUNDING * until else float(edge) for edge in edges]
        near = [until if abs(edge - until) < _ROUNDING * until else edge for edge in near]
        # a root that begins at an end does not jump there
        found.update(edge for edge in near if 0 < edge < until or (kind != "touch" and edge in (0.0, until)))
    return tuple(sorted(found))


def _of_time(tree: ast.expr) -> Iterator[tuple[str, ast.expr]]:
    """The kinds of switches, and functions that jump or bend where switches of t alone do, their variable called x, which is what `reading` follows."""
    for kind, inner in switches(tree):
        speaks = names_of(inner)
        if "t" in speaks and not speaks & _PLACES:
            name = {"cross": "abs", "floor": "floor", "touch": "sqrt"}[kind]
            yield kind, ast.Call(ast.Name(name, ast.Load()), [_renamed(inner)], [])


def _renamed(tree: ast.expr) -> ast.expr:
    class Renamed(ast.NodeTransformer):
        def visit_Name(self, node: ast.Name) -> ast.Name:
            return ast.Name("x", node.ctx) if node.id == "t" else node

    copied: ast.expr = Renamed().visit(ast.parse(ast.unparse(tree), mode="eval").body)
    return copied
