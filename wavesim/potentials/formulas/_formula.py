"""Arithmetic formulas: text is parsed, checked against a short list of allowed elements, and evaluated node by node.

A formula is never executed as Python: only numbers, names, + - * / ^ **, comparisons, and the functions below are accepted.
"""

from __future__ import annotations

import ast
import difflib
import functools
import math
import operator
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from ..._arrays import numbers, whole_power, xp as jnp
from ...errors import ArgumentError

# smallest and largest number of arguments by name
FUNCTIONS: dict[str, tuple[int, int]] = {
    "sin": (1, 1), "cos": (1, 1), "tan": (1, 1), "exp": (1, 1), "log": (1, 1), "sqrt": (1, 1), "tanh": (1, 1), "cosh": (1, 1),
    "sinh": (1, 1), "sech": (1, 1), "abs": (1, 1), "sign": (1, 1), "heaviside": (1, 1), "floor": (1, 1), "min": (2, 9), "max": (2, 9),
    "where": (3, 3),
}  # fmt: skip
_OPERATORS = (ast.Add, ast.Sub, ast.Mult, ast.Div, ast.Pow)
_COMPARISONS: dict[type, Callable[[Any, Any], Any]] = {
    ast.Lt: operator.lt, ast.LtE: operator.le, ast.Gt: operator.gt, ast.GtE: operator.ge,
}  # fmt: skip
# largest number of characters
_LONGEST = 1000
# largest depth of nesting
_DEEPEST = 60
# characters of a formula that an error message quotes
_QUOTED = 20
_JOINED = (ast.And, ast.BitAnd)
# functions whose code for real numbers does not hold for complex ones
_CONTINUED = ("sqrt", "log", "sech")


@functools.lru_cache(maxsize=256)
def parsed(formula: str, names: tuple[str, ...]) -> tuple[ast.expr, frozenset[str]]:
    """The checked syntax tree of a formula, and the names that it uses.

    Raises:
        ArgumentError: if it is no formula, or contains a forbidden element.
    """
    if len(formula) > _LONGEST:
        raise ArgumentError("formula", f"must have at most {_LONGEST} characters, but has {len(formula)}; shorten it.")
    try:
        tree = ast.parse(formula.strip().replace("^", "**"), mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise ArgumentError(
            "formula",
            f"must be an arithmetic formula such as 'V0*exp(-(x/a)^2)', but is {formula[:60]!r}{_fault(formula.strip(), error)}; mend it.",
        ) from None
    used: set[str] = set()
    _check(tree, names, used, 0, False)
    return tree, frozenset(used)


def _fault(formula: str, error: Exception) -> str:
    """The place of a syntax error, in words; "" if unknown."""
    opened: list[int] = []
    for place, sign in enumerate(formula):
        if sign == "(":
            opened.append(place)
        elif sign == ")" and not opened:
            return f", where nothing opens the bracket that closes after {formula[:place][-_QUOTED:]!r}"
        elif sign == ")":
            opened.pop()
    if opened:
        return f", where the bracket that opens {formula[opened[-1] :][:_QUOTED]!r} is never closed"
    if not isinstance(error, SyntaxError) or error.offset is None:
        return ""
    # Python parsed ** for each ^
    read, place = 0, 0
    while place < len(formula) and read < error.offset - 1:
        read, place = read + (2 if formula[place] == "^" else 1), place + 1
    rest = formula[place:][:_QUOTED]
    return f", which cannot be read from {rest!r} on" if error.offset and rest.strip() else ", which ends too soon"


def worked_out(node: ast.expr, values: dict[str, Any], xp: Any = jnp) -> Any:
    """The value of a checked tree, with jax.numpy or, for `xp` = numpy, without JAX.

    Where a root, a logarithm or a quotient has no value or slope, its derivative is 0, so that a branch not taken by `where` spoils no gradient.
    """
    match node:
        case ast.Constant(value=number):
            return float(number)  # type: ignore[arg-type]
        case ast.Name(id=name):
            return values[name]
        case ast.UnaryOp(op=sign, operand=inner):
            value = worked_out(inner, values, xp)
            if isinstance(sign, ast.Not):
                return xp.logical_not(value)
            return -value if isinstance(sign, ast.USub) else value
        case ast.Compare() | ast.BoolOp() | ast.BinOp(op=ast.BitAnd() | ast.BitOr()):
            return _condition(node, values, xp)
        case ast.BinOp(left=base, op=ast.Pow(), right=exponent):
            return _power(worked_out(base, values, xp), exponent, values, xp)
        case ast.BinOp(left=first, op=sign, right=second):
            return _operated(sign, worked_out(first, values, xp), worked_out(second, values, xp), xp)
        case ast.Call(func=ast.Name(id=name), args=arguments):
            return _called(name, [worked_out(argument, values, xp) for argument in arguments], xp)
    raise AssertionError(f"{ast.dump(node)} was not checked")


def _operated(sign: ast.operator, first: Any, second: Any, xp: Any) -> Any:
    match sign:
        case ast.Add():
            return first + second
        case ast.Sub():
            return first - second
        case ast.Mult():
            return first * second
    return quotient(first, second, xp)


def quotient(first: Any, second: Any, xp: Any) -> Any:
    """first/second, +-inf or NaN where second is 0."""
    nonzero = second != 0
    return xp.where(
        nonzero, first / xp.where(nonzero, second, 1.0), xp.where(first == 0, xp.nan, xp.sign(first) * xp.inf)
    )


def _condition(node: ast.expr, values: dict[str, Any], xp: Any) -> Any:
    match node:
        case ast.Compare(left=left, ops=ops, comparators=comparators):
            sides = [worked_out(side, values, xp) for side in (left, *comparators)]
            parts = [_COMPARISONS[type(op)](a, b) for op, a, b in zip(ops, sides, sides[1:], strict=False)]
            return functools.reduce(xp.logical_and, parts)
        case ast.BoolOp(op=join, values=conditions):
            parts = [worked_out(condition, values, xp) for condition in conditions]
        case ast.BinOp(left=first, op=join, right=second):
            parts = [worked_out(first, values, xp), worked_out(second, values, xp)]
        case _:
            raise AssertionError(f"{ast.dump(node)} is no condition")
    return functools.reduce(xp.logical_and if isinstance(join, _JOINED) else xp.logical_or, parts)


def _called(name: str, arguments: list[Any], xp: Any) -> Any:
    u = arguments[0]
    if np.iscomplexobj(u) and name in _CONTINUED:
        return 1 / xp.cosh(u) if name == "sech" else getattr(xp, name)(u)
    match name:
        case "sqrt":
            return xp.where(u > 0, xp.sqrt(xp.where(u > 0, u, 1.0)), xp.where(u == 0, 0.0, xp.nan))
        case "log":
            return xp.where(u > 0, xp.log(xp.where(u > 0, u, 1.0)), xp.where(u == 0, -xp.inf, xp.nan))
        case "sech":
            return 2 * xp.exp(-xp.logaddexp(u, -u))
        case "heaviside":
            return xp.where(u > 0, 1.0, 0.0) + 0.5 * xp.where(u == 0, 1.0, 0.0)
        case "min":
            return functools.reduce(xp.minimum, arguments)
        case "max":
            return functools.reduce(xp.maximum, arguments)
        case "where":
            return xp.where(*arguments)
    return getattr(xp, name)(u)


def _power(base: Any, exponent: ast.expr, values: dict[str, Any], xp: Any) -> Any:
    power = worked_out(exponent, values, xp)
    if xp is np:
        return np.power(numbers(base), power)
    if _is_constant(exponent):
        power = float(power)
        # a constant whole number: derivatives at 0 exist, and negative bases are allowed
        if power.is_integer() and abs(power) < 100:
            return whole_power(numbers(base), int(power))
        nonzero = numbers(base) != 0
        return jnp.where(nonzero, jnp.power(jnp.where(nonzero, base, 1.0), power), 0.0 if power > 0 else jnp.inf)
    return jnp.power(numbers(base), power)


def names_of(node: ast.expr) -> frozenset[str]:
    """The variables and parameters below a node."""
    inner = ast.walk(node)
    return frozenset(part.id for part in inner if isinstance(part, ast.Name) and part.id not in FUNCTIONS)


def switches(tree: ast.expr) -> Iterator[tuple[str, ast.expr]]:
    """Subexpressions at which V may jump or bend: ("cross", g) at zeros of g, ("floor", g) at its integers, ("touch", g) where it reaches 0."""
    for node in ast.walk(tree):
        match node:
            case ast.Call(func=ast.Name(id="abs" | "sign" | "heaviside"), args=[inner]):
                yield "cross", inner
            case ast.Call(func=ast.Name(id="floor"), args=[inner]):
                yield "floor", inner
            case ast.Call(func=ast.Name(id="min" | "max"), args=arguments):
                for place, first in enumerate(arguments):
                    for second in arguments[place + 1 :]:
                        yield "cross", ast.BinOp(first, ast.Sub(), second)
            case ast.Compare(left=left, comparators=comparators):
                for first, second in zip((left, *comparators), comparators, strict=False):
                    yield "cross", ast.BinOp(first, ast.Sub(), second)
            case ast.Call(func=ast.Name(id="sqrt"), args=[inner]):
                yield "touch", inner
            case ast.BinOp(left=base, op=ast.Pow(), right=exponent):
                if not (_is_constant(exponent) and _constant(exponent).is_integer()):
                    yield "touch", base


def constant_power(exponent: ast.expr) -> float | None:
    """The value of an exponent that is written as a number, else None."""
    return _constant(exponent) if _is_constant(exponent) else None


def _is_constant(node: ast.expr) -> bool:
    return not names_of(node)


def _constant(node: ast.expr) -> float:
    with np.errstate(all="ignore"):
        return float(worked_out(node, {}, np))


def _check(node: ast.expr, names: tuple[str, ...], used: set[str], depth: int, condition: bool) -> None:
    if depth > _DEEPEST:
        raise ArgumentError("formula", f"must be nested at most {_DEEPEST} deep, but is nested deeper; simplify it.")
    for part, kind in _parts(node, names, used, condition):
        _check(part, names, used, depth + 1, kind)
    if not condition and not isinstance(node, ast.Name) and _is_constant(node) and not math.isfinite(_constant(node)):
        raise ArgumentError(
            "formula", f"must be made of finite numbers, but {ast.unparse(node)[:40]!r} is none; mend that."
        )


def _parts(node: ast.expr, names: tuple[str, ...], used: set[str], condition: bool) -> list[tuple[ast.expr, bool]]:
    """The children of an allowed node, each with whether it must be a condition."""
    match node:
        case ast.Compare(left=left, ops=ops, comparators=comparators) if all(type(op) in _COMPARISONS for op in ops):
            inner = [(side, False) for side in (left, *comparators)]
        case ast.BoolOp(values=conditions):
            inner = [(part, True) for part in conditions]
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            inner = [(operand, True)]
        case ast.BinOp(left=first, op=ast.BitAnd() | ast.BitOr(), right=second):
            inner = [(first, True), (second, True)]
        case _ if condition:
            raise ArgumentError(
                "formula",
                f"must compare numbers in a condition (put each comparison joined by & or | in brackets), but has {_shown(node)}; write, for example, x < 2.",
            )
        case _:
            return [(part, kind) for part, kind in _numbers(node, names, used)]
    if not condition:
        raise ArgumentError(
            "formula",
            f"must have conditions in where(...) only, each in brackets where & or | joins them, but has {_shown(node)}; write, for example, where(x < 2, 1, 0).",
        )
    return inner


def _numbers(node: ast.expr, names: tuple[str, ...], used: set[str]) -> list[tuple[ast.expr, bool]]:
    match node:
        case ast.Constant(value=number) if isinstance(number, int | float) and not isinstance(number, bool):
            if abs(number) > 1e300:
                raise ArgumentError(
                    "formula", "must be made of finite numbers, but has one beyond 1e300; take a smaller one."
                )
            return []
        case ast.Name(id=name) if name in names:
            used.add(name)
            return []
        case ast.Name(id=name):
            near = difflib.get_close_matches(name, names, 1)
            hint = f"; did you mean {near[0]!r}?" if near else "; give it a value in `parameters`."
            raise ArgumentError("formula", f"must be made of the names {', '.join(names)}, but has {name!r}{hint}")
        case ast.UnaryOp(op=ast.USub() | ast.UAdd(), operand=operand):
            return [(operand, False)]
        case ast.BinOp(left=first, op=sign, right=second) if isinstance(sign, _OPERATORS):
            return [(first, False), (second, False)]
        case ast.Call(func=ast.Name(id=name), args=arguments, keywords=[]) if name in FUNCTIONS:
            least, most = FUNCTIONS[name]
            if not least <= len(arguments) <= most or any(isinstance(part, ast.Starred) for part in arguments):
                wanted = (
                    f"{least} argument{'s' if least > 1 else ''}" if least == most else f"{least} or more arguments"
                )
                raise ArgumentError("formula", f"must give {name} {wanted}, but has {_shown(node)}; mend that.")
            return [(part, name == "where" and place == 0) for place, part in enumerate(arguments)]
        case ast.Call(func=ast.Name()):
            raise ArgumentError(
                "formula",
                f"must use the functions {', '.join(FUNCTIONS)}, without keywords, but has {_shown(node)}; leave that out.",
            )
    raise ArgumentError(
        "formula", f"must be made of numbers, names, + - * / ^ and functions, but has {_shown(node)}; leave that out."
    )


def _shown(node: ast.expr) -> str:
    return repr(ast.unparse(node)[:40])
