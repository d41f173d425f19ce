"""A potential known at equally spaced points only, such as one from a table or from another program."""

from __future__ import annotations

import dataclasses

import jax
import jax.numpy as jnp
import numpy as np
from jax.lax.linalg import tridiagonal_solve

from .._checks import concrete, finite
from .._typing import EnergyValue, Length
from ..errors import ArgumentError
from ._base import AbstractSmoothPotential, Position, departures


@jax.tree_util.register_dataclass
@dataclasses.dataclass(frozen=True, eq=False)
class Sampled(AbstractSmoothPotential):
    """V through `values` at equally spaced points from `left` to `right`, by a cubic spline; outside V stays at its end values.

    The spline starts and ends with slope 0, so that V and its slope are continuous everywhere: the values should have settled at
    both ends, and the features should be several points wide. Differentiable in the values. Not for jumps: use a sharp kind for them.

    Args:
        values: V at the points, the first at `left` and the last at `right`; four or more.
        left: position of the first point.
        right: position of the last point.

    Raises:
        ArgumentError: if there are fewer than four values, one is not finite, or `left` < `right` does not hold.
    """

    values: tuple[EnergyValue, ...]
    left: Length
    right: Length

    def __post_init__(self) -> None:
        if isinstance(self.values, list | tuple | np.ndarray):
            if np.ndim(self.values) != 1 or len(self.values) < 4:
                raise ArgumentError(
                    "values", f"must be four or more, but have shape {np.shape(self.values)}; give more."
                )
            if all(concrete(value) for value in self.values):
                for value in (min(self.values), max(self.values), sum(self.values)):
                    finite("values", value)
            # one array instead of a thousand numbers: that is what a compiled program takes in one piece
            object.__setattr__(self, "values", jnp.asarray(self.values, float))
        finite("left", self.left)
        finite("right", self.right)
        if concrete(self.left) and concrete(self.right) and self.right <= self.left:
            raise ArgumentError(
                "right", f"must lie to the right of `left`, but {self.right:.6g} <= {self.left:.6g}; exchange them."
            )

    def value(self, position: Position, *, mass: float = 1.0, time: float = 0.0) -> jax.Array:
        values = jnp.asarray(self.values, float)
        last = values.shape[0] - 1
        # in cells; outside, the nearest end
        u = jnp.clip((position[0] - self.left) / (self.right - self.left) * last, 0.0, last)
        cell = jnp.clip(jnp.floor(jax.lax.stop_gradient(u)), 0, last - 1).astype(int)
        u = u - cell
        slopes = _slopes(values)
        first, second = values[cell], values[cell + 1]
        rise, fall = slopes[cell], slopes[cell + 1]
        bend = 3 * (second - first) - 2 * rise - fall
        return first + u * (rise + u * (bend + u * (second - first - rise - bend)))

    def asymptotes(self) -> tuple[float, float]:
        return float(self.values[0]), float(self.values[-1])

    def support(self, tolerance: float) -> tuple[float, float]:
        values = np.asarray(self.values)
        x = np.linspace(float(self.left), float(self.right), len(values))
        return departures(x, values, self.asymptotes(), tolerance)

    def landmarks(self, time: float) -> np.ndarray:
        return np.linspace(float(self.left), float(self.right), 4 * len(np.asarray(self.values)) - 3)


def _slopes(values: jax.Array) -> jax.Array:
    """Slopes per cell of the cubic spline with two continuous derivatives and slope 0 at both ends.

    s_(i-1) + 4 s_i + s_(i+1) = 3 (v_(i+1) - v_(i-1)) inside. Source: de Boor, A Practical Guide to Splines, chapter IV.
    """
    n = values.shape[0]
    inside = jnp.ones(n).at[jnp.array([0, n - 1])].set(0.0)
    right_side = jnp.zeros(n).at[1:-1].set(3 * (values[2:] - values[:-2]))
    return tridiagonal_solve(inside, 1 + 3 * inside, inside, right_side[:, None])[:, 0]
