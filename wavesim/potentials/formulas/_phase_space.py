"""Formulas of position and momentum, separated into functions of one of them."""

from __future__ import annotations

import ast
import dataclasses
import functools
import math
from collections.abc import Iterator
from typing import Any

import numpy as np

from ..._arrays import numbers, xp as jnp
from ...errors import ArgumentError
from ...grid import Grid
from ._expression import Expression
from ._formula import names_of, parsed, worked_out

_PLACES = ("x", "y", "z")
# p is the momentum along x, for formulas of one axis
_MOMENTA = {"p": 0, "px": 0, "py": 1, "pz": 2}
_NAMES = (*_PLACES, *_MOMENTA, "pi")


@dataclasses.dataclass(frozen=True)
class PhaseSpaceTerms:
    """f(x) + g(p) + the sum of F(x) G(p), each a checked tree; None for a missing part.

    Attributes:
        place: f.
        momentum: g.
        products: pairs of F and G.
    """

    place: ast.expr | None
    momentum: ast.expr | None
    products: tuple[tuple[ast.expr, ast.expr], ...]


@dataclasses.dataclass(frozen=True)
class PhaseSpaceValues:
    """The parts of a formula on a grid.

    Attributes:
        place: f at the points, edges sampled like those of potentials.
        momentum: g at the momenta, in FFT order.
        products: pairs of F and G.
    """

    place: Any
    momentum: Any
    products: tuple[tuple[Any, Any], ...]


@functools.lru_cache(maxsize=256)
def phase_space_terms(formula: str, parameters: tuple[str, ...]) -> PhaseSpaceTerms:
    """Separate a formula into functions of position or momentum.

    Args:
        formula: of x, y, z, p or px, py, pz, pi and parameters.
        parameters: their names.

    Raises:
        ArgumentError: if it is no formula, or a term is not a function of position times a function of momentum.
    """
    tree, used = parsed(formula, (*_NAMES, *parameters))
    if idle := sorted(set(parameters) - used):
        raise ArgumentError("parameters", f"must all stand in the formula, but {idle[0]!r} does not; leave it out.")
    places: list[ast.expr] = []
    momenta: list[ast.expr] = []
    products: list[tuple[ast.expr, ast.expr]] = []
    for term in _terms(tree):
        if not _contains(term, _MOMENTA):
            places.append(term)
        elif not _contains(term, _PLACES):
            momenta.append(term)
        else:
            products.append(_separated(term))
    return PhaseSpaceTerms(_joined(places, ast.Add()), _joined(momenta, ast.Add()), tuple(products))


def phase_space_axes(formula: str, parameters: tuple[str, ...]) -> int:
    """Number of axes of a formula: one more than the index of the last one in it."""
    _, used = parsed(formula, (*_NAMES, *parameters))
    axes = {**{name: axis for axis, name in enumerate(_PLACES)}, **_MOMENTA}
    return max((1 + axes[name] for name in used if name in axes), default=1)


def phase_space_values(formula: str, parameters: dict[str, Any], grid: Grid) -> PhaseSpaceValues:
    """The parts of a formula at the points and momenta of a grid with enough axes."""
    terms = phase_space_terms(formula, tuple(parameters))

    def at_places(tree: ast.expr) -> Any:
        given = {name: value for name, value in parameters.items() if name in names_of(tree)}
        return Expression(ast.unparse(tree), given).placed(grid)

    def at_momenta(tree: ast.expr) -> Any:
        given = {name: grid.momentum[axis] for name, axis in _MOMENTA.items() if axis < grid.dimension}
        # an undefined branch of a formula needs no warning
        with np.errstate(all="ignore"):
            return numbers(worked_out(tree, {**given, **parameters, "pi": math.pi}))

    return PhaseSpaceValues(
        jnp.zeros(()) if terms.place is None else at_places(terms.place),
        jnp.zeros(()) if terms.momentum is None else at_momenta(terms.momentum),
        tuple((at_places(place), at_momenta(momentum)) for place, momentum in terms.products),
    )


def _contains(tree: ast.expr, names: Any) -> bool:
    return not names_of(tree).isdisjoint(names)


def _terms(tree: ast.expr) -> Iterator[ast.expr]:
    """The terms of a sum, with constant factors and divisors of a sum distributed over them."""
    match tree:
        case ast.BinOp(left=first, op=ast.Add(), right=second):
            yield from _terms(first)
            yield from _terms(second)
        case ast.BinOp(left=first, op=ast.Sub(), right=second):
            yield from _terms(first)
            yield from (ast.UnaryOp(ast.USub(), term) for term in _terms(second))
        case ast.UnaryOp(op=sign, operand=inner):
            yield from (ast.UnaryOp(sign, term) for term in _terms(inner))
        case ast.BinOp(left=first, op=ast.Mult(), right=second) if not _contains(first, (*_PLACES, *_MOMENTA)):
            yield from (ast.BinOp(first, ast.Mult(), term) for term in _terms(second))
        case ast.BinOp(left=first, op=ast.Mult() | ast.Div() as sign, right=second) if not _contains(
            second, (*_PLACES, *_MOMENTA)
        ):
            yield from (ast.BinOp(term, sign, second) for term in _terms(first))
        case _:
            yield tree


def _separated(term: ast.expr) -> tuple[ast.expr, ast.expr]:
    """The factors of a product that depend on position, and those that depend on momentum."""
    places: list[ast.expr] = []
    momenta: list[ast.expr] = []
    for factor in _factors(term, False):
        mixed = _contains(factor, _PLACES) and _contains(factor, _MOMENTA)
        if mixed:
            raise ArgumentError(
                "formula",
                f"must be a sum of terms, each a function of the place times one of the momentum, but has {ast.unparse(factor)[:40]!r}; write it out as such a sum.",
            )
        (momenta if _contains(factor, _MOMENTA) else places).append(factor)
    place, momentum = _joined(places, ast.Mult()), _joined(momenta, ast.Mult())
    assert place is not None and momentum is not None
    return place, momentum


def _factors(tree: ast.expr, below: bool) -> Iterator[ast.expr]:
    match tree:
        case ast.BinOp(left=first, op=ast.Mult(), right=second):
            yield from _factors(first, below)
            yield from _factors(second, below)
        case ast.BinOp(left=first, op=ast.Div(), right=second):
            yield from _factors(first, below)
            yield from _factors(second, not below)
        case ast.UnaryOp(op=ast.USub(), operand=inner):
            yield ast.UnaryOp(ast.USub(), ast.Constant(1.0))
            yield from _factors(inner, below)
        case ast.UnaryOp(op=ast.UAdd(), operand=inner):
            yield from _factors(inner, below)
        case _:
            yield ast.BinOp(ast.Constant(1.0), ast.Div(), tree) if below else tree


def _joined(parts: list[ast.expr], sign: ast.operator) -> ast.expr | None:
    if not parts:
        return None
    return functools.reduce(lambda first, second: ast.BinOp(first, sign, second), parts)
