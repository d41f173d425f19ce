"""Where what switches a formula has its zeros: in time, if it knows no place, and along x, if it knows no time."""

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
    return _once(found, until)


def resting_edges(
    tree: ast.expr, names: tuple[tuple[str, float], ...], span: tuple[float, float] | None
) -> tuple[float, ...]:
    """Positions at which a formula of x and t may jump or bend at some time, where none of them moves.

    Args:
        tree: the checked formula; what switches it speaks of x or of t, never of both.
        names: numbers of its parameters.
        span: an interval that holds V's structure, or None.
    """
    found = set[float]()
    for kind, inner in switches(tree):
        if "x" in names_of(inner):
            found.update(map(float, reading(_bent(kind, inner), (*names, ("pi", math.pi)), span).edges))
    return _once(found, max(map(abs, found), default=0.0))


def _once(found: set[float], scale: float) -> tuple[float, ...]:
    """In order, those that rounding alone sets apart taken as one."""
    places = list[float]()
    for place in sorted(found):
        if not places or place - places[-1] > _ROUNDING * scale:
            places.append(place)
    return tuple(places)


def _of_time(tree: ast.expr) -> Iterator[tuple[str, ast.expr]]:
    """The kinds of switches of t alone, and functions that jump or bend where they do, their variable called x, which is what `reading` follows."""
    for kind, inner in switches(tree):
        speaks = names_of(inner)
        if "t" in speaks and not speaks & _PLACES:
            yield kind, _bent(kind, _renamed(inner))


def _bent(kind: str, inner: ast.expr) -> ast.expr:
    """A function that jumps or bends where a switch of this kind does."""
    name = {"cross": "abs", "floor": "floor", "touch": "sqrt"}[kind]
    return ast.Call(ast.Name(name, ast.Load()), [inner], [])


def _renamed(tree: ast.expr) -> ast.expr:
    class Renamed(ast.NodeTransformer):
        def visit_Name(self, node: ast.Name) -> ast.Name:
            return ast.Name("x", node.ctx) if node.id == "t" else node

    copied: ast.expr = Renamed().visit(ast.parse(ast.unparse(tree), mode="eval").body)
    return copied
