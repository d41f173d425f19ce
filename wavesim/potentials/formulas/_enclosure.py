"""Bounds of a formula over whole intervals, by interval arithmetic: unlike samples, they miss no structure.

The bounds hold for all values in the interval, and tighten as it narrows. Each interval is marked where V may jump or bend inside:
where a condition on which V depends, such as the sign of an argument of abs, is undecided.

Source: R. E. Moore, R. B. Kearfott, M. J. Cloud, Introduction to Interval Analysis (SIAM 2009), chapters 5 and 6.
"""

from __future__ import annotations

import ast
import dataclasses
import functools
from collections.abc import Callable
from typing import Any

import numpy as np

from ._formula import constant_power

_TURN = 2 * np.pi
_ROUNDING = 4 * np.finfo(float).eps


@dataclasses.dataclass(frozen=True)
class Enclosure:
    """Bounds of a number over intervals; for a condition, `low` is whether it certainly holds, and `high` whether it may hold.

    Attributes:
        low, high: shape (n,).
        open: whether V may jump or bend inside the interval, shape (n,).
    """

    low: np.ndarray
    high: np.ndarray
    open: np.ndarray


def enclosed(node: ast.expr, names: dict[str, tuple[Any, Any]]) -> Enclosure:
    """Bounds of a checked tree.

    Args:
        node: the tree.
        names: lower and upper bounds of each variable and parameter, arrays of one shape or numbers.
    """
    with np.errstate(all="ignore"):
        return _enclosed(node, names)


def _enclosed(node: ast.expr, names: dict[str, tuple[Any, Any]]) -> Enclosure:
    inner = functools.partial(_enclosed, names=names)
    match node:
        case ast.Constant(value=number):
            return _exact(float(number), float(number))  # type: ignore[arg-type]
        case ast.Name(id=name):
            return _exact(*names[name])
        case ast.UnaryOp(op=sign, operand=operand):
            u = inner(operand)
            if isinstance(sign, ast.Not):
                return Enclosure(~u.high, ~u.low, u.open)
            return Enclosure(-u.high, -u.low, u.open) if isinstance(sign, ast.USub) else u
        case ast.Compare(left=left, ops=ops, comparators=comparators):
            sides = [inner(side) for side in (left, *comparators)]
            return functools.reduce(_both, map(_compared, ops, sides, sides[1:]))
        case ast.BoolOp(op=join, values=parts):
            return functools.reduce(_both if isinstance(join, ast.And) else _either, map(inner, parts))
        case ast.BinOp(left=first, op=ast.BitAnd() | ast.BitOr() as join, right=second):
            return (_both if isinstance(join, ast.BitAnd) else _either)(inner(first), inner(second))
        case ast.BinOp(left=base, op=ast.Pow(), right=exponent):
            return _power(inner(base), inner(exponent), constant_power(exponent))
        case ast.BinOp(left=first, op=sign, right=second):
            return _OPERATIONS[type(sign)](inner(first), inner(second))
        case ast.Call(func=ast.Name(id=name), args=arguments):
            return _FUNCTIONS[name](*map(inner, arguments))
    raise AssertionError(f"{ast.dump(node)} was not checked")


def _exact(low: Any, high: Any) -> Enclosure:
    low, high = np.asarray(low, float), np.asarray(high, float)
    return Enclosure(low, high, np.zeros(low.shape, bool))


def _outward(low: np.ndarray, high: np.ndarray, undecided: np.ndarray) -> Enclosure:
    """Bounds widened by rounding; NaN, as inf - inf, becomes an infinite bound."""
    low, high = np.where(np.isnan(low), -np.inf, low), np.where(np.isnan(high), np.inf, high)
    return Enclosure(low - _ROUNDING * np.abs(low), high + _ROUNDING * np.abs(high), undecided)


def _hull(corners: list[np.ndarray], undecided: np.ndarray) -> Enclosure:
    # 0 times inf bounds a product whose other factor is unbounded: the limit of the corner is 0
    finite = np.stack(np.broadcast_arrays(*(np.where(np.isnan(corner), 0.0, corner) for corner in corners)))
    return _outward(finite.min(axis=0), finite.max(axis=0), undecided)


def _plus(u: Enclosure, v: Enclosure) -> Enclosure:
    return _outward(u.low + v.low, u.high + v.high, u.open | v.open)


def _minus(u: Enclosure, v: Enclosure) -> Enclosure:
    return _outward(u.low - v.high, u.high - v.low, u.open | v.open)


def _zero(u: Enclosure) -> np.ndarray:
    return (u.low == 0) & (u.high == 0)


def _times(u: Enclosure, v: Enclosure) -> Enclosure:
    # a jump of a factor does not matter where the other factor is 0
    undecided = (u.open & ~_zero(v)) | (v.open & ~_zero(u))
    return _hull([u.low * v.low, u.low * v.high, u.high * v.low, u.high * v.high], undecided)


def _over(u: Enclosure, v: Enclosure) -> Enclosure:
    inside = (v.low <= 0) & (v.high >= 0)
    low, high = np.where(inside, 1.0, v.low), np.where(inside, 1.0, v.high)
    ratio = _times(u, _outward(1 / high, 1 / low, v.open))
    return Enclosure(np.where(inside, -np.inf, ratio.low), np.where(inside, np.inf, ratio.high), ratio.open)


def _power(u: Enclosure, p: Enclosure, written: float | None) -> Enclosure:
    """Bounds of u^p; `written` is p if the formula states it as a number, else None."""
    whole = np.all((p.low == p.high) & (np.round(p.low) == p.low) & (np.abs(p.low) < 1e6))
    corners = [base**exponent for base in (u.low, u.high) for exponent in (p.low, p.high)]
    if not whole:
        # V may bend where the base reaches 0, and has no value where it is negative
        edge = u.open | p.open | ((u.low <= 0) & (u.high >= 0))
        safe = [np.maximum(base, 0.0) ** exponent for base in (u.low, u.high) for exponent in (p.low, p.high)]
        return _hull([*safe, np.where(u.low <= 0, 0.0, safe[0])], edge)
    inside = (u.low < 0) & (u.high > 0)
    undecided = u.open | p.open
    ends = _hull([*corners, np.where(inside & (p.low > 0), 0.0, corners[0])], undecided)
    pole = (u.low <= 0) & (u.high >= 0) & (p.low < 0)
    even = np.round(p.low) % 2 == 0
    low = np.where(pole, np.where(even, np.minimum(ends.low, ends.high), -np.inf), ends.low)
    return Enclosure(low, np.where(pole, np.inf, ends.high), undecided)


def _rising(function: Callable[[np.ndarray], np.ndarray]) -> Callable[[Enclosure], Enclosure]:
    return lambda u: _outward(function(u.low), function(u.high), u.open)


def _root(u: Enclosure) -> Enclosure:
    edge = u.open | ((u.low <= 0) & (u.high >= 0))
    return _outward(np.sqrt(np.maximum(u.low, 0.0)), np.sqrt(np.maximum(u.high, 0.0)), edge)


def _logarithm(u: Enclosure) -> Enclosure:
    return _outward(np.log(np.maximum(u.low, 0.0)), np.log(np.maximum(u.high, 0.0)), u.open)


def _absolute(u: Enclosure) -> Enclosure:
    inside = (u.low < 0) & (u.high > 0)
    low = np.where(inside, 0.0, np.minimum(np.abs(u.low), np.abs(u.high)))
    kink = (u.low <= 0) & (u.high >= 0) & ~_zero(u)
    return Enclosure(low, np.maximum(np.abs(u.low), np.abs(u.high)), u.open | kink)


def _even(function: Callable[[np.ndarray], np.ndarray]) -> Callable[[Enclosure], Enclosure]:
    """Bounds of an even function that is monotonic in abs(u)."""

    def bounds(u: Enclosure) -> Enclosure:
        distance = _absolute(u)
        return _hull([function(distance.low), function(distance.high)], u.open)

    return bounds


def _stepped(function: Callable[[np.ndarray], np.ndarray]) -> Callable[[Enclosure], Enclosure]:
    """Bounds of a step function; V may jump where they differ."""

    def bounds(u: Enclosure) -> Enclosure:
        low, high = function(u.low), function(u.high)
        decided = low == high
        return Enclosure(low, high, ~decided)

    return bounds


def _cosine(u: Enclosure) -> Enclosure:
    low, high = np.minimum(np.cos(u.low), np.cos(u.high)), np.maximum(np.cos(u.low), np.cos(u.high))
    bounded = np.isfinite(u.low) & np.isfinite(u.high) & (np.maximum(np.abs(u.low), np.abs(u.high)) < 1e15)
    top = ~bounded | (np.floor(u.high / _TURN) >= np.ceil(u.low / _TURN))
    bottom = ~bounded | (np.floor(u.high / _TURN - 0.5) >= np.ceil(u.low / _TURN - 0.5))
    return _outward(np.where(bottom, -1.0, low), np.where(top, 1.0, high), u.open)


def _sine(u: Enclosure) -> Enclosure:
    return _cosine(Enclosure(u.low - np.pi / 2, u.high - np.pi / 2, u.open))


def _tangent(u: Enclosure) -> Enclosure:
    pole = ~(np.floor(u.low / np.pi - 0.5) == np.floor(u.high / np.pi - 0.5))
    return _outward(np.where(pole, -np.inf, np.tan(u.low)), np.where(pole, np.inf, np.tan(u.high)), u.open)


def _smaller(u: Enclosure, v: Enclosure) -> Enclosure:
    # of two equal numbers, as in max(max(x, 0), 0), either may be taken
    same = (u.low == u.high) & (v.low == v.high) & (u.low == v.low)
    crossing = ~((u.high < v.low) | (v.high < u.low) | same)
    undecided = crossing | (~same & np.where(u.high < v.low, u.open, v.open))
    return Enclosure(np.minimum(u.low, v.low), np.minimum(u.high, v.high), undecided)


def _negative(u: Enclosure) -> Enclosure:
    return Enclosure(-u.high, -u.low, u.open)


def _larger(u: Enclosure, v: Enclosure) -> Enclosure:
    return _negative(_smaller(_negative(u), _negative(v)))


def _where(condition: Enclosure, u: Enclosure, v: Enclosure) -> Enclosure:
    undecided = condition.high & ~condition.low
    low = np.where(condition.low, u.low, np.where(condition.high, np.minimum(u.low, v.low), v.low))
    high = np.where(condition.low, u.high, np.where(condition.high, np.maximum(u.high, v.high), v.high))
    return Enclosure(low, high, undecided | (u.open & condition.high) | (v.open & ~condition.low))


def _compared(op: ast.cmpop, u: Enclosure, v: Enclosure) -> Enclosure:
    if isinstance(op, ast.Gt | ast.GtE):
        u, v = v, u
    return Enclosure(u.high < v.low, u.low < v.high, u.open | v.open)


def _both(u: Enclosure, v: Enclosure) -> Enclosure:
    return Enclosure(u.low & v.low, u.high & v.high, u.open | v.open)


def _either(u: Enclosure, v: Enclosure) -> Enclosure:
    return Enclosure(u.low | v.low, u.high | v.high, u.open | v.open)


_OPERATIONS: dict[type, Callable[[Enclosure, Enclosure], Enclosure]] = {
    ast.Add: _plus, ast.Sub: _minus, ast.Mult: _times, ast.Div: _over,
}  # fmt: skip
_FUNCTIONS: dict[str, Callable[..., Enclosure]] = {
    "sin": _sine, "cos": _cosine, "tan": _tangent, "exp": _rising(np.exp), "log": _logarithm, "sqrt": _root,
    "tanh": _rising(np.tanh), "sinh": _rising(np.sinh), "cosh": _even(np.cosh),
    "sech": _even(lambda u: 2 * np.exp(-np.logaddexp(u, -u))), "abs": _absolute, "floor": _stepped(np.floor),
    "sign": _stepped(np.sign), "heaviside": _stepped(lambda u: np.where(u > 0, 1.0, 0.0)),
    "min": lambda *parts: functools.reduce(_smaller, parts), "max": lambda *parts: functools.reduce(_larger, parts), "where": _where,
}  # fmt: skip
