"""A potential written as a formula, ``"V0/cosh(x/a)**2"``, for scenario files and scripts alike."""

from __future__ import annotations

import dataclasses
import math

import jax
import jax.numpy as jnp
import numpy as np

from .._checks import finite
from .._typing import EnergyValue, Length, Parameter
from ..errors import ArgumentError
from ._base import AbstractSmoothPotential, Position, departures, unknown_extent
from ._formula import FUNCTIONS, parsed, worked_out

_AXES = ("x", "y", "z")
_NAMES = (*_AXES, "t", "pi")
_RADII = np.geomspace(1e-3, 1e6, 18001)
_DECADE = 2000
_CURE = "give `ends` and `span`"


@jax.tree_util.register_dataclass
@dataclasses.dataclass(frozen=True)
class Expression(AbstractSmoothPotential):
    """V(x), V(x, t), V(x, y) by a formula of x, y, z, t, pi and named parameters: numbers, + - * / **, sin cos tan exp log sqrt tanh cosh sinh sech.

    ``Expression("V0/cosh(x/a)**2", {"V0": 1.0, "a": 2.0})``. The formula is checked, and worked out by jax.numpy; it is never
    executed as Python. It must be smooth: sqrt(x**2) and its like are not seen through. Its numbers are in internal units (hartree,
    bohr, unless natural): what has a dimension is better a parameter, which a file gives with its unit. With y or z it needs a grid of
    two or three axes; what is read off it is then read along the x axis.

    Args:
        formula: V in x, y, z and t.
        parameters: values of the other names; differentiable.
        ends: V far to the left and right (``inf`` where it confines); by default read off the formula at t = 0.
        span: an interval that holds V's structure; by default read off the formula at t = 0, at distances of 1e-3 to 1e6 from 0.
            Give it where V falls off slowly, as 1/x does.

    Raises:
        ArgumentError: if the formula holds anything else, or what is read off it is no number.
    """

    formula: str = dataclasses.field(metadata={"static": True})
    parameters: dict[str, Parameter] | None = None
    ends: tuple[EnergyValue, ...] | None = dataclasses.field(default=None, metadata={"static": True})
    span: tuple[Length, ...] | None = dataclasses.field(default=None, metadata={"static": True})

    def __post_init__(self) -> None:
        if not isinstance(self.formula, str):
            raise ArgumentError("formula", f"must be text, but is {self.formula!r}; put it in quotation marks.")
        if not isinstance(self.parameters, dict | None):
            raise ArgumentError(
                "parameters", f"must be a table of names and numbers, but is {self.parameters!r}; write one."
            )
        given = self.parameters or {}
        for name, value in given.items():
            if name in (*_NAMES, *FUNCTIONS) or not name.isidentifier():
                raise ArgumentError("parameters", f"must have other names than {name!r}; choose a word of its own.")
            finite(f"parameters.{name}", value)
        _, used = parsed(self.formula, (*_NAMES, *given))
        if idle := sorted(set(given) - used):
            raise ArgumentError("parameters", f"must all stand in the formula, but {idle[0]!r} does not; leave it out.")
        for field, pair in (("ends", self.ends), ("span", self.span)):
            if pair is not None and (len(pair) != 2 or (field == "span" and not pair[0] < pair[1])):
                raise ArgumentError(field, f"must be two numbers, left and right, but is {pair}; give both in order.")

    @property
    def static(self) -> bool:  # type: ignore[override]
        """Whether the formula leaves out t."""
        return "t" not in self._used

    @property
    def dimension(self) -> int:
        """One more than the number of the last axis in the formula."""
        return max((1 + axis for axis, name in enumerate(_AXES) if name in self._used), default=1)

    @property
    def _used(self) -> frozenset[str]:
        return parsed(self.formula, (*_NAMES, *(self.parameters or {})))[1]

    def value(self, position: Position, *, mass: float = 1.0, time: float = 0.0) -> jax.Array:
        given = self.parameters or {}
        tree, _ = parsed(self.formula, (*_NAMES, *given))
        if len(position) < self.dimension:
            raise ArgumentError(
                "formula",
                f"must speak of the grid's axes, but has {_AXES[self.dimension - 1]!r} and the grid {len(position)} of them; give [grid] more axes.",
            )
        axes = {name: jnp.asarray(x, float) for name, x in zip(_AXES, position, strict=False)}
        flat = jnp.zeros(jnp.broadcast_shapes(*(x.shape for x in axes.values())))
        return worked_out(tree, {**axes, "t": time, "pi": math.pi, **given}) + flat

    def asymptotes(self) -> tuple[float, float]:
        if self.ends is not None:
            return self.ends[0], self.ends[1]
        _, values = self._seen()
        return _end(values[: len(_RADII)][::-1], "left"), _end(values[-len(_RADII) :], "right")

    def support(self, tolerance: float) -> tuple[float, float]:
        if self.span is not None:
            return self.span[0], self.span[1]
        x, values = self._seen()
        ends = self.asymptotes()
        if all(math.isfinite(end) for end in ends):
            # rounding must not count as structure, nor the far reaches of a tail that falls slowly
            return departures(x, values, ends, max(tolerance, 1e-10))
        return _valley(x, values, min(ends))

    def extent(self, axis: int, tolerance: float) -> tuple[float, float] | None:
        if axis == 0 or self.dimension == 1:
            return self.support(tolerance) if axis == 0 else None
        raise unknown_extent(self)

    def _seen(self) -> tuple[np.ndarray, np.ndarray]:
        x = np.concatenate([-_RADII[::-1], [0.0], _RADII])
        along = jnp.asarray(x)
        values = np.asarray(self.value((along, *(jnp.zeros_like(along),) * (self.dimension - 1))))
        # far out it may overflow to inf, as cosh does; anywhere else there must be a number
        known = np.flatnonzero(np.isfinite(values))
        between = slice(known[0], known[-1] + 1) if len(known) else slice(None)
        holes = np.isnan(values) | (values == -math.inf)
        holes[between] |= ~np.isfinite(values[between])
        if np.any(holes):
            raise ArgumentError(
                "formula", f"must have a value at every x, but has none at x = {x[holes][0]:.4g}; mend it, or {_CURE}."
            )
        return x, values


def _end(values: np.ndarray, side: str) -> float:
    """What V becomes on one side, from its values in order outwards."""
    last, tail = float(values[-1]), values[-_DECADE:]
    if last == math.inf:
        return math.inf
    known = values[np.isfinite(values)]
    if math.isfinite(last) and np.ptp(tail) <= 1e-4 * np.ptp(known):
        return last
    if math.isfinite(last) and np.all(np.diff(tail) > 0):
        return math.inf
    raise ArgumentError("formula", f"must settle or rise without end on the {side}, but does neither; {_CURE}.")


def _valley(x: np.ndarray, values: np.ndarray, rim: float) -> tuple[float, float]:
    """Where a particle of mass 1 would be with the zero-point energy (int p dx = pi/2) or at the height of the bumps between minima."""
    floor = float(values.min())
    inner = (values[1:-1] < values[:-2]) & (values[1:-1] <= values[2:])
    lows = 1 + np.flatnonzero(inner & np.isfinite(values[1:-1]))
    bump = float(values[lows[0] : lows[-1] + 1].max()) if len(lows) else floor
    low, high = math.log(1e-12), math.log(1e12)
    known = np.minimum(values, floor + 1e13)
    for _ in range(60):
        middle = (low + high) / 2
        action = np.trapezoid(np.sqrt(2 * np.maximum(floor + math.exp(middle) - known, 0.0)), x)
        low, high = (low, middle) if action > math.pi / 2 else (middle, high)
    level = max(floor + math.exp(high), bump)
    if math.isfinite(rim):
        level = min(level, floor + 0.9 * (rim - floor))
    inside = np.flatnonzero(values <= level)
    return float(x[max(inside[0] - 1, 0)]), float(x[min(inside[-1] + 1, len(x) - 1)])
