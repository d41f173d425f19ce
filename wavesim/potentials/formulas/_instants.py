"""Jumps and kinks of a formula of x and t: in time for arguments without x, and along x for arguments without t."""

from __future__ import annotations

import ast
import functools
import math
from collections.abc import Iterator

from ...errors import ArgumentError
from ._formula import names_of, switches
from ._reading import reading

_PLACES = frozenset("xyz")
# relative difference below which two instants or places are equal
_ROUNDING = 1e-12


@functools.lru_cache(maxsize=256)
def instants(tree: ast.expr, names: tuple[tuple[str, float], ...], until: float) -> tuple[float, ...]:
    """Times of jumps and kinks from 0 to `until`, both included, in order; located by bisection under interval bounds.

    Args:
        tree: the checked formula.
        names: numbers of its parameters.
        until: the last time [time].

    Raises:
        ArgumentError: if there are too many.
    """
    values = (*names, ("pi", math.pi))
    times = set[float]()
    for kind, switch in _of_time(tree):
        try:
            edges = reading(switch, values, (0.0, until)).edges
        except ArgumentError:
            raise ArgumentError(
                "formula",
                "must jump or bend in time a few hundred times at most, but does so more often; make the duration shorter, or the formula smooth in t.",
            ) from None
        # times within rounding of an end are at the end
        near = [0.0 if abs(edge) < _ROUNDING * until else float(edge) for edge in edges]
        near = [until if abs(edge - until) < _ROUNDING * until else edge for edge in near]
        # a root does not jump where its argument reaches 0, so an end is not counted
        times.update(edge for edge in near if 0 < edge < until or (kind != "touch" and edge in (0.0, until)))
    return _distinct(times, until)


def resting_edges(
    tree: ast.expr, names: tuple[tuple[str, float], ...], span: tuple[float, float] | None
) -> tuple[float, ...]:
    """Positions at which a formula of x and t may jump or bend at some time, for edges that do not move.

    Args:
        tree: the checked formula; each of its switches contains x or t, never both.
        names: numbers of its parameters.
        span: an interval that contains V's structure, or None.
    """
    places = set[float]()
    for kind, inner in switches(tree):
        if "x" in names_of(inner):
            places.update(map(float, reading(_bent(kind, inner), (*names, ("pi", math.pi)), span).edges))
    return _distinct(places, max(map(abs, places), default=0.0))


def _distinct(numbers: set[float], scale: float) -> tuple[float, ...]:
    """Numbers in order; those within rounding of each other count once."""
    distinct = list[float]()
    for number in sorted(numbers):
        if not distinct or number - distinct[-1] > _ROUNDING * scale:
            distinct.append(number)
    return tuple(distinct)


def _of_time(tree: ast.expr) -> Iterator[tuple[str, ast.expr]]:
    """Switches of t alone: their kinds, and functions of x in place of t, for `reading`, that jump or bend with them."""
    for kind, inner in switches(tree):
        names = names_of(inner)
        if "t" in names and not names & _PLACES:
            yield kind, _bent(kind, _renamed(inner))


def _bent(kind: str, inner: ast.expr) -> ast.expr:
    """A function that jumps or bends at a switch of this kind."""
    name = {"cross": "abs", "floor": "floor", "touch": "sqrt"}[kind]
    return ast.Call(ast.Name(name, ast.Load()), [inner], [])


def _renamed(tree: ast.expr) -> ast.expr:
    class Renamed(ast.NodeTransformer):
        def visit_Name(self, node: ast.Name) -> ast.Name:
            return ast.Name("x", node.ctx) if node.id == "t" else node

    copied: ast.expr = Renamed().visit(ast.parse(ast.unparse(tree), mode="eval").body)
    return copied
