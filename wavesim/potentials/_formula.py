"""Arithmetic formulas: text is parsed, checked against a short list of what is allowed, and worked out node by node.

A formula is never executed as Python: nothing but numbers, names, + - * / **, and the functions below gets through.
"""

from __future__ import annotations

import ast
import difflib
import functools
import operator
from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp

from ..errors import ArgumentError

FUNCTIONS: dict[str, Callable[[Any], Any]] = {
    "sin": jnp.sin, "cos": jnp.cos, "tan": jnp.tan, "exp": jnp.exp, "log": jnp.log, "sqrt": jnp.sqrt,
    "tanh": jnp.tanh, "cosh": jnp.cosh, "sinh": jnp.sinh, "sech": lambda u: 2 * jnp.exp(-jnp.logaddexp(u, -u)),
}  # fmt: skip
_OPERATORS: dict[type, Callable[[Any, Any], Any]] = {
    ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul, ast.Div: jnp.divide,
}  # fmt: skip
_LONGEST, _DEEPEST = 1000, 60
_ROOTS = "abs(u) has a kink; write sqrt(u**2 + w**2) with a small width w"


@functools.lru_cache(maxsize=256)
def parsed(formula: str, names: tuple[str, ...]) -> tuple[ast.expr, frozenset[str]]:
    """The checked syntax tree of a formula, and the names that it uses.

    Raises:
        ArgumentError: if it is no formula, or holds anything that is not on the list.
    """
    if len(formula) > _LONGEST:
        raise ArgumentError("formula", f"must have at most {_LONGEST} characters, but has {len(formula)}; shorten it.")
    try:
        tree = ast.parse(formula.strip(), mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        raise ArgumentError(
            "formula", f"must be an arithmetic formula such as 'V0*exp(-(x/a)**2)', but is {formula[:60]!r}; mend it."
        ) from None
    used: set[str] = set()
    _check(tree, names, used, 0)
    return tree, frozenset(used)


def worked_out(node: ast.expr, values: dict[str, Any]) -> Any:
    """The value of a checked tree, with jax.numpy."""
    match node:
        case ast.Constant(value=number):
            return float(number)  # type: ignore[arg-type]
        case ast.Name(id=name):
            return values[name]
        case ast.UnaryOp(op=sign, operand=inner):
            value = worked_out(inner, values)
            return -value if isinstance(sign, ast.USub) else value
        case ast.BinOp(left=base, op=ast.Pow(), right=exponent):
            return _power(worked_out(base, values), exponent, values)
        case ast.BinOp(left=first, op=sign, right=second):
            return _OPERATORS[type(sign)](worked_out(first, values), worked_out(second, values))
        case ast.Call(func=ast.Name(id=name), args=[inner]):
            return FUNCTIONS[name](worked_out(inner, values))
    raise AssertionError(f"{ast.dump(node)} was not checked")


def _power(base: Any, exponent: ast.expr, values: dict[str, Any]) -> jax.Array:
    power = worked_out(exponent, values)
    # a whole number that stands there as one: derivatives at 0 exist, and negative bases are no trouble
    if isinstance(power, float) and power.is_integer() and abs(power) < 100:
        return jax.lax.integer_pow(jnp.asarray(base, float), int(power))
    return jnp.power(jnp.asarray(base, float), power)


def _check(node: ast.expr, names: tuple[str, ...], used: set[str], depth: int) -> None:
    if depth > _DEEPEST:
        raise ArgumentError("formula", f"must be nested at most {_DEEPEST} deep, but is nested deeper; simplify it.")
    inner: list[ast.expr] = []
    match node:
        case ast.Constant(value=number) if isinstance(number, int | float) and not isinstance(number, bool):
            pass
        case ast.Name(id=name) if name in names:
            used.add(name)
        case ast.Name(id=name):
            near = difflib.get_close_matches(name, names, 1)
            hint = f"; did you mean {near[0]!r}?" if near else "; give it a value in `parameters`."
            raise ArgumentError("formula", f"must be made of the names {', '.join(names)}, but has {name!r}{hint}")
        case ast.UnaryOp(op=ast.USub() | ast.UAdd(), operand=operand):
            inner = [operand]
        case ast.BinOp(left=first, op=sign, right=second) if isinstance(sign, (ast.Pow, *_OPERATORS)):
            inner = [first, second]
        case ast.Call(func=ast.Name(id="abs")):
            raise ArgumentError("formula", f"must be smooth, but {_ROOTS}.")
        case ast.Call(func=ast.Name(id=name), args=[argument], keywords=[]) if name in FUNCTIONS:
            inner = [argument]
        case ast.Call(func=ast.Name(id=name)):
            known = ", ".join(FUNCTIONS)
            raise ArgumentError(
                "formula", f"must use the functions {known}, of one argument each, but has {name}(...)."
            )
        case _:
            raise ArgumentError(
                "formula",
                f"must be made of numbers, names, + - * / ** and functions, but has {ast.unparse(node)[:40]!r}; leave that out.",
            )
    for part in inner:
        _check(part, names, used, depth + 1)
