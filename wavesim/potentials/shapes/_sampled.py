"""A potential given at points, such as one from a table or from another program."""

from __future__ import annotations

import dataclasses
import functools
from typing import Any

import numpy as np

from ..._arrays import constant, tridiagonal_solution, xp as jnp
from ..._checks import concrete, finite, one_of
from ..._jax import jax
from ..._pytree import register_dataclass
from ..._tables import ColumnSpec, columns_of
from ..._typing import ENERGY, LENGTH, EnergyValue, Length
from ..._unit import as_written
from ...edges import Places, mended
from ...errors import ArgumentError
from ...grid import Grid
from .._base import AbstractPotential, Position, departures, planar

_KINDS = ("spline", "linear", "layers")
# columns of a file of samples
SAMPLES = (
    ColumnSpec("positions", LENGTH, ("x", "position", "r", "q", "z", "distance")),
    ColumnSpec("potential", ENERGY, ("v", "potential", "energy", "u", "e", "v(x)", "value")),
)


@register_dataclass
@dataclasses.dataclass(frozen=True, eq=False)
class Sampled(AbstractPotential):
    """V through `values` at points equally spaced from `left` to `right`, or at `positions`; outside V keeps its end values.

    interpolation = "spline": a cubic spline with two continuous derivatives, which starts and ends with slope 0; V should be
    constant at both ends, and its features should be several points wide. "linear": straight lines with kinks at the points. "layers": each
    value is that of one layer, of equal layers from `left` to `right` or of those between n + 1 `positions`, and V jumps from one to the next.
    Kinks and jumps are sampled like those of built-in kinds. Differentiable in values and positions.

    Args:
        values: V, the first at `left` and the last at `right`; four or more for a spline, else two or more.
        left: position of the first point, or of the left side of the first layer.
        right: position of the last point, or of the right side of the last layer.
        interpolation: of V between the points: spline, linear or layers.
        positions: positions of the points, or of the layers' sides, increasing; instead of `left` and `right`.
        file: a CSV with columns x and V and their units in the header, ``x (nm),V (eV)``, instead of all these; as layers, V of a row extends
            to the next row's x, and that of the last row to infinity.

    Raises:
        ArgumentError: if there are too few values, one is not finite, or positions do not increase or are of the wrong number.
    """

    # None until a file has been read
    values: tuple[EnergyValue, ...] = None  # type: ignore[assignment]
    left: Length | None = None
    right: Length | None = None
    interpolation: str = dataclasses.field(default="spline", metadata={"static": True})
    positions: tuple[Length, ...] | None = None
    file: str | None = dataclasses.field(default=None, metadata={"static": True})

    def __post_init__(self) -> None:
        one_of("interpolation", self.interpolation, _KINDS)
        if self.file is not None:
            self._read(self.file)
        if self.values is None:
            raise ArgumentError("values", "must be given, but are missing; give `values`, or `file`.")
        if isinstance(self.values, list | tuple | np.ndarray):
            self._check_values()
            # one array instead of a thousand numbers, which a compiled program would take one by one
            object.__setattr__(self, "values", jnp.asarray(self.values, float))
        if isinstance(self.positions, list | tuple | np.ndarray):
            if all(concrete(place) for place in self.positions):
                self._check_positions()
            object.__setattr__(self, "positions", jnp.asarray(self.positions, float))
        if self.positions is None:
            for name in ("left", "right"):
                if getattr(self, name) is None:
                    raise ArgumentError(name, "must be given, but is missing; give `left` and `right`, or `positions`.")
                finite(name, getattr(self, name))
            if concrete(self.left) and concrete(self.right) and self.right <= self.left:  # type: ignore[operator]
                raise ArgumentError(
                    "right",
                    f"must lie to the right of `left`, but {as_written(self.right)} <= {as_written(self.left)}; exchange them.",
                )
        elif self.left is not None or self.right is not None:
            raise ArgumentError(
                "positions", "must stand instead of `left` and `right`, but stand beside them; leave out either."
            )

    def _read(self, file: str) -> None:
        """Read positions and values from a file; its path is not kept."""
        for name in ("values", "positions", "left", "right"):
            if getattr(self, name) is not None:
                raise ArgumentError("file", f"must stand alone, but stands beside `{name}`; leave out either.")
        x, v = columns_of(file, SAMPLES)
        x.refuse_unordered()
        positions, values = in_order(x.internal(LENGTH), v.internal(ENERGY), self.interpolation)
        object.__setattr__(self, "positions", positions)
        object.__setattr__(self, "values", values)
        object.__setattr__(self, "file", None)

    def _check_values(self) -> None:
        least, words = (4, "four") if self.interpolation == "spline" else (2, "two")
        if np.ndim(self.values) != 1 or len(self.values) < least:
            raise ArgumentError(
                "values", f"must be {words} or more, but have shape {np.shape(self.values)}; give more."
            )
        if all(concrete(value) for value in self.values):
            for value in (min(self.values), max(self.values), sum(self.values)):
                finite("values", value)

    def _check_positions(self) -> None:
        places, count = np.asarray(self.positions, float), len(np.asarray(self.values))
        count += self.interpolation == "layers"
        if places.shape != (count,):
            raise ArgumentError(
                "positions",
                f"must be {count} for so many values, but are {len(places)}; give one for each point, or for each side of a layer.",
            )
        if not (np.isfinite(places).all() and (np.diff(places) > 0).all()):
            raise ArgumentError("positions", "must be finite and increase, but do not; put them in order.")

    @property
    def _places(self) -> jax.Array:
        """The points, or the sides of the layers."""
        if self.positions is not None:
            return jnp.asarray(self.positions, float)
        count = jnp.asarray(self.values).shape[0] + (self.interpolation == "layers")
        return self.left + (self.right - self.left) * jnp.arange(count) / (count - 1)  # type: ignore[operator]

    def value(self, position: Position, *, mass: float = 1.0, time: float = 0.0) -> jax.Array:
        values, places = jnp.asarray(self.values, float), self._places
        # outside, the value of the nearest end
        x = jnp.clip(jnp.asarray(position[0], float), places[0], places[-1])
        cell = jnp.searchsorted(places, constant(x), side="right") - 1
        cell = jnp.clip(cell, 0, places.shape[0] - 2)
        if self.interpolation == "layers":
            return values[cell]
        length = jnp.diff(places)[cell]
        u = (x - places[cell]) / length
        first, second = values[cell], values[cell + 1]
        if self.interpolation == "linear":
            return first + u * (second - first)
        plain = isinstance(values, np.ndarray) and isinstance(places, np.ndarray)
        slopes = self._plain_slopes if plain else _slopes(values, places)
        rise, fall = slopes[cell] * length, slopes[cell + 1] * length
        bend = 3 * (second - first) - 2 * rise - fall
        return first + u * (rise + u * (bend + u * (second - first - rise - bend)))

    @functools.cached_property
    def _plain_slopes(self) -> jax.Array:
        return _slopes(jnp.asarray(self.values, float), self._places)

    def sample(self, grid: Grid, *, mass: float = 1.0, time: float = 0.0) -> jax.Array:
        if self.interpolation == "linear":
            # V has no jumps, and the corrections for jumps would be a matrix over all pairs of points
            return self.placed(grid, mass=mass, time=time)
        return super().sample(grid, mass=mass, time=time)

    def placed(self, grid: Grid, *, mass: float = 1.0, time: float = 0.0) -> jax.Array:
        if self.smooth:
            return jnp.broadcast_to(self.value(grid.position), grid.points)
        return planar(grid, mended(lambda x: self.value((x,)), grid.x, grid.spacing[0], self.edges_at(time)))

    @property
    def smooth(self) -> bool:
        """Whether V is a spline, in which only the third derivative jumps."""
        return self.interpolation == "spline"

    @functools.cached_property
    def edges(self) -> tuple[float, ...]:  # type: ignore[override]
        """Points where a line bends, or sides where V jumps."""
        if self.smooth:
            return ()
        places, values = np.asarray(self._places), np.asarray(self.values)
        change = (
            np.diff(values)
            if self.interpolation == "layers"
            else np.diff(np.diff(values) / np.diff(places), prepend=0.0, append=0.0)
        )
        return tuple(places[_inner(self.interpolation)][change != 0].tolist())

    @property
    def knots(self) -> tuple[float, ...]:
        """The points of a spline, including its ends, beyond which V is constant."""
        return tuple(np.asarray(self._places, float).tolist()) if self.smooth else ()

    def edges_at(self, time: float) -> Places:
        """All points, or all sides between layers."""
        return () if self.smooth else self._places[_inner(self.interpolation)]

    def jumps_at(self, time: float) -> Places:
        if self.interpolation == "layers":
            return jnp.diff(jnp.asarray(self.values, float))
        return () if self.smooth else jnp.zeros(self._places.shape)

    def asymptotes(self) -> tuple[float, float]:
        return float(self.values[0]), float(self.values[-1])

    def support(self, tolerance: float) -> tuple[float, float]:
        x, values = np.asarray(self._places), np.asarray(self.values)
        if self.interpolation == "layers":
            x, values = np.repeat(x, 2)[1:-1], np.repeat(values, 2)
        elif self.interpolation == "spline":
            # next to a steep slope a spline oscillates between points of equal value
            x = np.interp(np.linspace(0, len(x) - 1, 8 * len(x) - 7), np.arange(len(x)), x)
            values = np.asarray(self.value((jnp.asarray(x),)))
        return departures(x, values, self.asymptotes(), tolerance)

    def landmarks(self, time: float) -> np.ndarray:
        x = np.asarray(self._places)
        return np.interp(np.linspace(0, len(x) - 1, 4 * len(x) - 3), np.arange(len(x)), x)


def in_order(x: np.ndarray, values: np.ndarray, interpolation: str) -> tuple[np.ndarray, np.ndarray]:
    """Rows of a table as positions and values, from left to right; for layers, with one more side after the last row."""
    if len(x) > 1 and np.all(np.diff(x) < 0):
        x, values = x[::-1], values[::-1]
    if interpolation == "layers" and len(x) > 1:
        # V keeps the last value beyond it, so that its place is arbitrary
        x = np.append(x, x[-1] + (x[-1] - x[0]) / (len(x) - 1))
    return x, values


def _inner(interpolation: str) -> Any:
    return slice(1, -1) if interpolation == "layers" else slice(None)


def _slopes(values: jax.Array, places: jax.Array) -> jax.Array:
    """Slopes at the points of the cubic spline with two continuous derivatives and slope 0 at both ends.

    h_i s_(i-1) + 2 (h_(i-1) + h_i) s_i + h_(i-1) s_(i+1) = 3 (h_i d_(i-1) + h_(i-1) d_i) inside, h the lengths of the cells and d
    the slopes of straight lines. Source: de Boor, A Practical Guide to Splines, chapter IV.
    """
    length = jnp.diff(places)
    line = jnp.diff(values) / length
    zero, unit = jnp.zeros(1), jnp.ones(1)
    lower = jnp.concatenate([zero, length[1:], zero])
    upper = jnp.concatenate([zero, length[:-1], zero])
    right_side = jnp.concatenate([zero, 3 * (length[1:] * line[:-1] + length[:-1] * line[1:]), zero])
    middle = jnp.concatenate([unit, 2 * (length[1:] + length[:-1]), unit])
    return tridiagonal_solution(lower, middle, upper, right_side)
