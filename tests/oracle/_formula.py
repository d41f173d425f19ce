"""Formulas of scenario files by numpy, and the places where they jump or bend."""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import Any

import numpy as np

_FUNCTIONS: dict[str, Callable[..., Any]] = {
    "sin": np.sin, "cos": np.cos, "tan": np.tan, "exp": np.exp, "log": np.log, "sqrt": np.sqrt, "tanh": np.tanh,
    "cosh": np.cosh, "sinh": np.sinh, "sech": lambda u: 2 * np.exp(-np.logaddexp(u, -u)), "abs": np.abs, "sign": np.sign,
    "floor": np.floor, "min": lambda *a: np.minimum.reduce(np.broadcast_arrays(*a)),
    "max": lambda *a: np.maximum.reduce(np.broadcast_arrays(*a)), "where": np.where,
    "heaviside": lambda u: np.heaviside(u, 0.5),
}  # fmt: skip


class Formula:
    """A formula of x and t, or of x and y."""

    def __init__(self, text: str, parameters: dict[str, float]):
        self.text, self.parameters = text, parameters
        self.tree = ast.parse(text.replace("^", "**").strip(), mode="eval")
        self.names = {**_FUNCTIONS, "pi": np.pi, **parameters}
        self.code = compile(self.tree, "formula", "eval")

    def __call__(self, x: np.ndarray, t: float) -> np.ndarray:
        with np.errstate(all="ignore"):
            return np.broadcast_to(self._of(self.code, x, t), np.shape(x)).astype(float)

    def complex_at(self, x: np.ndarray) -> np.ndarray:
        """The formula, if it is analytic, at complex places."""
        return np.broadcast_to(self._of(self.code, x, 0.0), np.shape(x)).astype(complex)

    def _of(self, code: Any, x: np.ndarray, t: float) -> Any:
        return eval(code, {"__builtins__": {}}, {**self.names, "x": x, "t": t})

    def in_plane(self, x: np.ndarray, y: np.ndarray) -> np.ndarray:
        """The formula at places of a plane."""
        with np.errstate(all="ignore"):
            return np.broadcast_to(eval(self.code, {"__builtins__": {}}, {**self.names, "x": x, "y": y}), np.broadcast_shapes(x.shape, y.shape)).astype(float)  # fmt: skip

    @property
    def of_plane(self) -> bool:
        """Whether it holds y."""
        return any(isinstance(node, ast.Name) and node.id == "y" for node in ast.walk(self.tree))

    @property
    def moves(self) -> bool:
        """Whether it holds t."""
        return any(isinstance(node, ast.Name) and node.id == "t" for node in ast.walk(self.tree))

    def cuts(self, x: np.ndarray) -> list[float]:
        """Where the argument of an abs, sign or heaviside changes sign, two branches of min or max cross, a condition flips or floor climbs.

        Between two neighbors of `x` at most one change is seen, and found by bisection.
        """
        found: set[float] = set()
        for switch in self._switches():
            code = compile(ast.fix_missing_locations(ast.Expression(switch)), "switch", "eval")

            def at(places: np.ndarray, code: Any = code) -> np.ndarray:
                with np.errstate(all="ignore"):
                    return np.broadcast_to(self._of(code, places, 0.0), np.shape(places)).astype(float)

            values = at(x)
            side = np.where(np.isfinite(values), values, 0.0) > 0
            for n in np.flatnonzero(side[1:] != side[:-1]):
                low, high, first = x[n], x[n + 1], side[n]
                for _ in range(80):
                    middle = (low + high) / 2
                    low, high = (middle, high) if (at(np.array([middle]))[0] > 0) == first else (low, middle)
                found.add(float(high) if abs(high) > 1e-300 else 0.0)
        return sorted(found)

    def _switches(self) -> list[ast.expr]:
        switches: list[ast.expr] = []
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Compare):
                switches.append(ast.BinOp(node.left, ast.Sub(), node.comparators[0]))
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                name, given = node.func.id, node.args
                square = isinstance(given[0], ast.BinOp) and isinstance(given[0].op, ast.Pow)
                if name == "sqrt" and square:
                    # sqrt(u**2) is abs(u)
                    switches.append(given[0].left)  # type: ignore[attr-defined]
                elif name in ("abs", "sign", "heaviside"):
                    switches.append(given[0])
                elif name in ("min", "max"):
                    switches += [ast.BinOp(a, ast.Sub(), b) for n, a in enumerate(given) for b in given[:n]]
                elif name == "floor":
                    switches.append(ast.Call(ast.Name("sin", ast.Load()), [ast.BinOp(ast.Name("pi", ast.Load()), ast.Mult(), given[0])], []))  # fmt: skip
        return switches
