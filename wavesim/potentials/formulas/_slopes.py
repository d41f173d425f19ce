"""First and second derivative of a formula along x in closed form, node by node, in NumPy."""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from ._formula import names_of, worked_out


class Jet(NamedTuple):
    """A function of x and its derivatives: f, f' and f''."""

    value: Any
    slope: Any
    bend: Any


def _sech(u: Any) -> tuple[Any, Any, Any]:
    value, tanh = 2 * np.exp(-np.logaddexp(u, -u)), np.tanh(u)
    return value, -value * tanh, value * (1 - 2 * value**2)


def _tan(u: Any) -> tuple[Any, Any, Any]:
    value = np.tan(u)
    return value, 1 + value**2, 2 * value * (1 + value**2)


def _tanh(u: Any) -> tuple[Any, Any, Any]:
    value, slope = np.tanh(u), (2 * np.exp(-np.logaddexp(u, -u))) ** 2
    return value, slope, -2 * value * slope


# f, f' and f'' of u
_DERIVATIVES: dict[str, Callable[[Any], tuple[Any, Any, Any]]] = {
    "sin": lambda u: (np.sin(u), np.cos(u), -np.sin(u)),
    "cos": lambda u: (np.cos(u), -np.sin(u), -np.cos(u)),
    "tan": _tan,
    "exp": lambda u: (np.exp(u), np.exp(u), np.exp(u)),
    "log": lambda u: (np.log(u), 1 / u, -1 / u**2),
    "sqrt": lambda u: (np.sqrt(u), 0.5 / np.sqrt(u), -0.25 / u**1.5),
    "tanh": _tanh,
    "cosh": lambda u: (np.cosh(u), np.sinh(u), np.cosh(u)),
    "sinh": lambda u: (np.sinh(u), np.cosh(u), np.sinh(u)),
    "sech": _sech,
}


def slopes(tree: ast.expr, values: dict[str, Any]) -> tuple[np.ndarray, np.ndarray] | None:
    """f' and f'' along x of a checked formula.

    Args:
        tree: the formula.
        values: numbers by name, and the positions "x", shape (n,).

    Returns:
        two arrays of shape (n,); None if the formula contains a function without a derivative everywhere, or a derivative is not finite somewhere.
    """
    with np.errstate(all="ignore"):
        jet = _jet(tree, values)
    if jet is None:
        return None
    slope, bend = (np.broadcast_to(part, values["x"].shape) for part in jet[1:])
    return (slope, bend) if np.isfinite(slope).all() and np.isfinite(bend).all() else None


def _jet(node: ast.expr, values: dict[str, Any]) -> Jet | None:
    if "x" not in names_of(node):
        return Jet(worked_out(node, values, np), 0.0, 0.0)
    match node:
        case ast.Name():
            return Jet(values["x"], 1.0, 0.0)
        case ast.UnaryOp(op=ast.USub(), operand=inner):
            jet = _jet(inner, values)
            return None if jet is None else Jet(-jet.value, -jet.slope, -jet.bend)
        case ast.UnaryOp(op=ast.UAdd(), operand=inner):
            return _jet(inner, values)
        case ast.BinOp(left=base, op=ast.Pow(), right=exponent):
            return _power(_jet(base, values), exponent, values)
        case ast.BinOp(left=left, op=sign, right=right):
            first, second = _jet(left, values), _jet(right, values)
            return None if first is None or second is None else _joined(sign, first, second)
        case ast.Call(func=ast.Name(id=name), args=[inner]) if name in _DERIVATIVES:
            jet = _jet(inner, values)
            return None if jet is None else _chained(_DERIVATIVES[name](jet.value), jet)
    return None


def _joined(sign: ast.operator, first: Jet, second: Jet) -> Jet | None:
    match sign:
        case ast.Add():
            return Jet(*(a + b for a, b in zip(first, second, strict=True)))
        case ast.Sub():
            return Jet(*(a - b for a, b in zip(first, second, strict=True)))
        case ast.Mult():
            return _product(first, second)
        case ast.Div():
            u = second.value
            return _product(first, _chained((1 / u, -1 / u**2, 2 / u**3), second))
    return None


def _product(first: Jet, second: Jet) -> Jet:
    return Jet(
        first.value * second.value,
        first.slope * second.value + first.value * second.slope,
        first.bend * second.value + 2 * first.slope * second.slope + first.value * second.bend,
    )


def _chained(outer: tuple[Any, Any, Any], inner: Jet) -> Jet:
    """f(u(x)) and its derivatives, from f, f' and f'' at u and from the derivatives of u."""
    value, slope, bend = outer
    return Jet(value, slope * inner.slope, bend * inner.slope**2 + slope * inner.bend)


def _power(base: Jet | None, exponent: ast.expr, values: dict[str, Any]) -> Jet | None:
    """u^p of a constant p."""
    if base is None or "x" in names_of(exponent):
        return None
    u, p = base.value, float(worked_out(exponent, values, np))
    factors = (1.0, p, p * (p - 1))
    # u^0 and u^1 have no further derivatives, not even at u = 0
    parts = [factor * np.power(u, p - order) if factor else 0.0 for order, factor in enumerate(factors)]
    return _chained((parts[0], parts[1], parts[2]), base)
