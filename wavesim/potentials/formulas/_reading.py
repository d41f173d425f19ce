"""Ends, structure and edges of a formula with given numbers, evaluated in numpy along the x axis."""

from __future__ import annotations

import ast
import dataclasses
import functools
import math
from typing import Any

import numpy as np

from ..._amounts import amount
from ..._arrays import constant
from ..._typing import LENGTH
from ...errors import ArgumentError
from ._enclosure import Enclosure, enclosed
from ._formula import switches, worked_out
from ._landscape import Landscape, breaks, resolved

CURE = "give `ends` and `span`"
# distances from 0 at which V is sampled
_RADII = np.geomspace(1e-3, 1e12, 15_001)

# cause of an edge: the kind of switch, its number in the tree, and the integer at which a floor jumps
Cause = tuple[str, int, int]


@dataclasses.dataclass(frozen=True)
class Reading:
    """One formula with its numbers, at one time.

    Attributes:
        tree: the checked formula.
        names: the value of every name but x.
        span: an interval that contains V's structure, or None.
    """

    tree: ast.expr
    names: tuple[tuple[str, float], ...]
    span: tuple[float, float] | None

    def value(self, x: np.ndarray) -> np.ndarray:
        """V at positions of any shape."""
        with np.errstate(all="ignore"):
            return worked_out(self.tree, {**dict(self.names), "x": x}, np) + np.zeros(np.shape(x))

    def bounds(self, left: np.ndarray, right: np.ndarray) -> Enclosure:
        """Bounds of V over intervals."""
        flat = np.zeros(np.shape(left))
        names = {name: (number + flat, number + flat) for name, number in self.names}
        bounds = enclosed(self.tree, {**names, "x": (left, right)})
        return Enclosure(bounds.low + flat, bounds.high + flat, bounds.open | np.zeros(np.shape(left), bool))

    @functools.cached_property
    def landscape(self) -> Landscape:
        """Samples of V that resolve its structure."""
        return resolved(self.value, self.bounds, *(self.span or (-math.inf, math.inf)))

    @property
    def edges(self) -> np.ndarray:
        """Positions of jumps and kinks, within the span and its length on either side.

        Raises:
            ArgumentError: if there are too many.
        """
        return self._located[0]

    @functools.cached_property
    def _approximate_edges(self) -> np.ndarray:
        if not any(True for _ in switches(self.tree)):
            return np.zeros(0)
        low, high = (-math.inf, math.inf)
        if self.span is not None:
            length = self.span[1] - self.span[0]
            low, high = self.span[0] - length, self.span[1] + length
        places = breaks(self.value, self.bounds, low, high, self.landscape)
        if places is None:
            raise ArgumentError(
                "formula",
                "must have a few hundred jumps and kinks at most, but has more; give `span`, an interval that holds all that matter.",
            )
        return places

    @functools.cached_property
    def causes(self) -> tuple[Cause | None, ...]:
        """The switch at which V jumps or bends, for each edge."""
        return self._located[1]

    @functools.cached_property
    def _located(self) -> tuple[np.ndarray, tuple[Cause | None, ...]]:
        """The edges to the last digit, by bisection of the switches at which V jumps or bends, and these switches."""
        edges = self._approximate_edges
        gaps = np.diff(edges, prepend=-math.inf, append=math.inf)
        room = np.minimum(gaps[:-1], gaps[1:])
        step = 1e-3 * np.where(np.isfinite(room), room, np.maximum(np.abs(edges), 1e-3))
        causes: list[Cause | None] = [None] * len(edges)
        for place, (kind, tree) in enumerate(switches(self.tree)):
            left, middle, right = (self._switch(tree, edges + side * step) for side in (-1, 0, 1))
            level = np.round(middle) if kind == "floor" else np.zeros(len(edges))
            hit = (left - level) * (right - level) < 0
            if kind == "touch":
                hit = np.abs(middle) < 1e-3 * np.minimum(np.abs(left), np.abs(right))
            matching = [edge for edge in np.flatnonzero(hit) if causes[edge] is None]
            for edge in matching:
                causes[edge] = (kind, place, int(level[edge]))
            if kind != "touch" and matching:
                edges[matching] = self._bisected(tree, edges[matching], step[matching], level[matching])
        return edges, tuple(causes)

    def _switch(self, tree: ast.expr, x: np.ndarray) -> np.ndarray:
        with np.errstate(all="ignore"):
            return worked_out(tree, {**dict(self.names), "x": x}, np) + np.zeros(len(x))

    def _bisected(self, tree: ast.expr, places: np.ndarray, step: np.ndarray, level: np.ndarray) -> np.ndarray:
        low, high = places - step, places + step
        sign = np.sign(self._switch(tree, high) - level)
        for _ in range(60):
            middle = (low + high) / 2
            above = (self._switch(tree, middle) - level) * sign > 0
            low, high = np.where(above, low, middle), np.where(above, middle, high)
        return (low + high) / 2

    @functools.cached_property
    def line(self) -> tuple[np.ndarray, np.ndarray]:
        """Positions and V from far left to far right, infinite at the ends only.

        Raises:
            ArgumentError: if V has no value somewhere.
        """
        x = np.unique(np.concatenate([-_RADII, [0.0], _RADII, self.landscape.x]))
        values = self.value(x)
        finite = np.flatnonzero(np.isfinite(values))
        first, last = (finite[0], finite[-1]) if len(finite) else (0, len(x) - 1)
        holes = np.zeros(len(x), bool)
        holes[first : last + 1] = ~np.isfinite(values[first : last + 1])
        # far from 0 V may overflow to inf, as cosh does, and be undefined beyond; nearer to 0 it must be a number
        for place in (first - 1, last + 1):
            if 0 <= place < len(x) and not math.isinf(values[place]):
                holes[place] = True
        if np.any(holes):
            hole = int(np.argmax(holes))
            raise ArgumentError("formula", _no_value(float(x[hole]), not first < hole < last))
        keep = slice(max(first - 1, 0), last + 2)
        return x[keep], values[keep]

    @functools.cached_property
    def ends(self) -> tuple[float, float]:
        """Limits of V far away; infinite where it rises or falls without bound."""
        x, values = self.line
        return _end(-x[::-1], values[::-1], "left"), _end(x, values, "right")


@functools.lru_cache(maxsize=512)
def reading(tree: ast.expr, names: tuple[tuple[str, float], ...], span: tuple[float, float] | None) -> Reading:
    """The reading of a formula; the same object for the same formula with the same numbers."""
    return Reading(tree, names, span)


def _no_value(place: float, beyond: bool) -> str:
    """Error message for a formula without a value at a place, between places with values or `beyond` them all."""
    at = f"must have a value at every x, beyond walls too, but has none at x = {amount(place, LENGTH, digits=4)}"
    if not beyond:
        return f"{at}; write where(x > 0, ..., 0), or max(x, d) with a tiny d in place of x, or {CURE}."
    if abs(place) > 1:
        return f"{at}, where inf/inf is none; write 1/(1 + exp(-x)) for exp(x)/(1 + exp(x)), or {CURE}."
    return f"{at}; mend it, or {CURE}."


def _end(x: np.ndarray, values: np.ndarray, side: str) -> float:
    """Limit of V on one side, from its values in outward order."""
    last = float(values[-1])
    if math.isinf(last):
        return last
    tail = values[x >= 0.1 * x[-1]]
    finite = values[np.isfinite(values)]
    if np.ptp(tail) <= 1e-4 * np.ptp(finite):
        return last
    for sign in (1.0, -1.0):
        if np.all(sign * np.diff(tail) > 0):
            return sign * math.inf
    raise ArgumentError(
        "formula", f"must become constant, or rise or fall without end, on the {side}, but does neither; {CURE}."
    )


def turns(x: np.ndarray, values: np.ndarray) -> tuple[float, float]:
    """The outermost extrema of a V that falls without bound; 0 and 0 without any."""
    finite = np.isfinite(values)
    x, values = x[finite], values[finite]
    rises = np.diff(values)
    # rounding of a large V far out makes no extremum
    rises[np.abs(rises) <= 1e-11 * np.maximum(np.abs(values[1:]), np.abs(values[:-1]))] = 0.0
    moves = np.flatnonzero(rises)
    change = np.flatnonzero(np.sign(rises[moves[1:]]) != np.sign(rises[moves[:-1]]))
    if not len(change):
        return 0.0, 0.0
    return float(x[moves[change[0]] + 1]), float(x[moves[change[-1] + 1]])


def valley(x: np.ndarray, values: np.ndarray, rim: float, mass: float = 1.0) -> tuple[float, float]:
    """Interval of a particle at the zero-point energy (int p dx = pi/2), or at the height of the bumps between minima."""
    floor = float(values.min())
    inner = (values[1:-1] < values[:-2]) & (values[1:-1] <= values[2:])
    lows = 1 + np.flatnonzero(inner & np.isfinite(values[1:-1]))
    bump = float(values[lows[0] : lows[-1] + 1].max()) if len(lows) else floor
    low, high = math.log(1e-12 / mass), math.log(1e12)
    bounded = np.minimum(values, floor + 1e13)
    for _ in range(60):
        middle = (low + high) / 2
        action = np.trapezoid(np.sqrt(2 * mass * np.maximum(floor + math.exp(middle) - bounded, 0.0)), x)
        low, high = (low, middle) if action > math.pi / 2 else (middle, high)
    level = max(floor + math.exp(high), bump)
    if math.isfinite(rim):
        level = min(level, floor + 0.9 * (rim - floor))
    inside = np.flatnonzero(values <= level)
    return float(x[max(inside[0] - 1, 0)]), float(x[min(inside[-1] + 1, len(x) - 1)])


def concrete_names(parameters: dict[str, Any]) -> tuple[tuple[str, float], ...] | None:
    """Names and numbers of parameters; None if any is traced."""
    try:
        return tuple((name, float(constant(value))) for name, value in parameters.items())
    except TypeError:
        return None
