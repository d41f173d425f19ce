"""A potential of two coordinates given on a mesh of points, such as an energy surface from another program."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
import scipy

from ..._arrays import AnyArray, constant, known, xp as jnp
from ..._checks import concrete, finite
from ..._jax import jax
from ..._pytree import register_dataclass
from ..._tables import ColumnSpec, array_of, columns_of
from ..._typing import ENERGY, LENGTH, EnergyValue, Length
from ..._unit import as_written
from ...errors import ArgumentError, WavesimError
from ...units import value_in
from .._base import AbstractSmoothPotential, Position

# columns of a text file of a plane
PLANE = (
    ColumnSpec("first coordinate", LENGTH, ("x", "x1", "q1")),
    ColumnSpec("second coordinate", LENGTH, ("y", "x2", "q2")),
    ColumnSpec("potential", ENERGY, ("v", "potential", "energy", "u", "e", "v(x,y)", "value")),
)
# largest deviation of a point of a text file from an equally spaced mesh, relative to its extent
_DEVIATION = 1e-6


@register_dataclass
@dataclasses.dataclass(frozen=True, eq=False)
class SampledPlane(AbstractSmoothPotential):
    """V(x, y) through `values` on a mesh of equally spaced points from `lower` to `upper`; outside V keeps its border values.

    Between the points V is a cubic spline in x and y, with two continuous derivatives and slope 0 across the borders: V should be constant
    there, or too high to be reached, and its features should be several points wide. For grids of two axes.

    Args:
        values: V, the first index along x, shape (points along x, points along y); four or more along each.
        lower: position of the first point, x and y.
        upper: position of the last point.
        file: instead of `values`, the path of an array saved by numpy (``.npy``, together with `lower` and `upper`), or of a CSV with
            columns x, y, V and their units in the header, one row for each point of the mesh in any order (which gives `lower` and `upper` too).
        unit: unit of the numbers in an array file, such as "meV"; none in natural units.

    Raises:
        ArgumentError: if there are too few values, one is not finite, the points form no mesh, or the file cannot be read.
    """

    # None until a file has been read
    values: tuple[tuple[EnergyValue, ...], ...] = None  # type: ignore[assignment]
    lower: tuple[Length, Length] = None  # type: ignore[assignment]
    upper: tuple[Length, Length] = None  # type: ignore[assignment]
    file: str | None = dataclasses.field(default=None, metadata={"static": True})
    unit: str | None = dataclasses.field(default=None, metadata={"static": True})

    def __post_init__(self) -> None:
        if self.file is not None:
            self._read(self.file)
        elif self.unit is not None:
            raise ArgumentError(
                "unit", "must stand beside `file`, whose numbers have it, but there is none; leave it out."
            )
        for name in ("values", "lower", "upper"):
            if getattr(self, name) is None:
                raise ArgumentError(name, "must be given, but is missing; give `values`, `lower` and `upper`.")
        if isinstance(self.values, list | tuple | np.ndarray):
            self._check_values()
            object.__setattr__(self, "values", jnp.asarray(self.values, float))
        self._check_corners()

    def _read(self, file: str) -> None:
        """Read values, and corners if present, from a file; its path is not kept."""
        if self.values is not None:
            raise ArgumentError("file", "must stand alone, but stands beside `values`; leave out either.")
        if file.startswith("data:") or file.endswith(".npy"):
            values: np.ndarray = array_of(file) * self._scale()
        else:
            if self.unit is not None or self.lower is not None or self.upper is not None:
                raise ArgumentError(
                    "file",
                    "must stand alone if it is a CSV, which has units and positions of its own; leave out the rest.",
                )
            columns = [
                column.internal(spec.dimension) for column, spec in zip(columns_of(file, PLANE), PLANE, strict=True)
            ]
            values, lower, upper = mesh_of(*columns)
            object.__setattr__(self, "lower", lower)
            object.__setattr__(self, "upper", upper)
        object.__setattr__(self, "values", values)
        object.__setattr__(self, "file", None)
        object.__setattr__(self, "unit", None)

    def _scale(self) -> float:
        try:
            scale = 1.0 if self.unit is None else value_in(self.unit, ENERGY)
        except WavesimError:
            scale = None
        if scale is None:
            raise ArgumentError("unit", f"must be one of energy, such as 'meV', but is {self.unit!r}; correct it.")
        return scale

    def _check_values(self) -> None:
        try:
            values = np.asarray(self.values, float)
        except (TypeError, ValueError):
            raise ArgumentError(
                "values", "must be rows of numbers, all equally long, but are not; give one row for each x."
            ) from None
        if values.ndim != 2 or min(values.shape) < 4:
            raise ArgumentError(
                "values", f"must be four or more along each of two axes, but have shape {values.shape}; give more."
            )
        if not np.isfinite(values).all():
            raise ArgumentError("values", "must be finite, but one is not; replace it.")

    def _check_corners(self) -> None:
        for name in ("lower", "upper"):
            corner = getattr(self, name)
            if isinstance(corner, list | tuple | np.ndarray):
                if len(corner) != 2:
                    raise ArgumentError(name, f"must be two lengths, x and y, but are {len(corner)}; give both.")
                for length in corner:
                    finite(name, length)
                object.__setattr__(self, name, tuple(corner))
        if isinstance(self.lower, tuple) and isinstance(self.upper, tuple):
            for low, high in zip(self.lower, self.upper, strict=True):
                if concrete(low) and concrete(high) and high <= low:
                    raise ArgumentError(
                        "upper", f"must lie beyond `lower`, but {as_written(high)} <= {as_written(low)}; exchange them."
                    )

    @property
    def dimension(self) -> int:
        return 2

    def value(self, position: Position, *, mass: float = 1.0, time: float = 0.0) -> jax.Array:
        if len(position) != 2:
            raise ArgumentError(
                "values", f"must stand on a grid of two axes, but it has {len(position)}; give [grid] two."
            )
        coefficients: Any = jnp.asarray(self.values, float)
        coefficients = _coefficients(_coefficients(coefficients).T).T
        (rows, along_x), (columns, along_y) = (
            _weights(x, low, high, count)
            for x, low, high, count in zip(position, self.lower, self.upper, coefficients.shape, strict=True)
        )
        total: Any = 0.0
        for row, first in zip(rows, along_x, strict=True):
            for column, second in zip(columns, along_y, strict=True):
                total = total + first * second * coefficients[row, column]
        return total

    def asymptotes(self) -> tuple[float, float]:
        """The lowest V of the left border and of the right one."""
        values = np.asarray(self.values)
        return float(values[0].min()), float(values[-1].min())

    def support(self, tolerance: float) -> tuple[float, float]:
        return float(self.lower[0]), float(self.upper[0])

    def extent(self, axis: int, tolerance: float) -> tuple[float, float] | None:
        return (float(self.lower[axis]), float(self.upper[axis])) if axis < 2 else None

    def landmarks(self, time: float) -> np.ndarray:
        low, high = self.support(1e-3)
        return np.linspace(low, high, 4 * len(np.asarray(self.values)))


def mesh_of(
    x: np.ndarray, y: np.ndarray, values: np.ndarray
) -> tuple[np.ndarray, tuple[float, float], tuple[float, float]]:
    """Values by rows and columns, and the corners, of points of an equally spaced mesh in any order.

    Raises:
        ArgumentError: of `file`, if they do not form such a mesh.
    """
    places = []
    for name, positions in (("x", x), ("y", y)):
        low, high = float(positions.min()), float(positions.max())
        sizes = np.diff(np.sort(positions))
        sizes = sizes[sizes > _DEVIATION * (high - low)]
        count = 1 + round((high - low) / float(sizes.min())) if len(sizes) else 1
        cells = (positions - low) / max(high - low, 1e-300) * (count - 1)
        if count > len(positions) or np.abs(cells - np.round(cells)).max() > _DEVIATION * count:
            raise ArgumentError("file", f"must hold the points of an equally spaced mesh, but their {name} are none.")
        places.append((np.round(cells).astype(int), count, low, high))
    (row, rows, left, right), (column, columns, bottom, top) = places
    if rows * columns != len(values) or len(np.unique(row * columns + column)) != len(values):
        raise ArgumentError(
            "file",
            f"must hold each point of its mesh of {rows} x {columns} once, but holds {len(values)} rows; give all of them.",
        )
    table = np.empty((rows, columns))
    table[row, column] = values
    return table, (left, bottom), (right, top)


def _coefficients(values: jax.Array) -> Any:
    """Coefficients of cubic B-splines along the first axis through the values, with slope 0 at both ends.

    (c_(i-1) + 4 c_i + c_(i+1))/6 = v_i, mirrored at the ends. Source: de Boor, A Practical Guide to Splines, chapter IX.
    """
    n = values.shape[0]
    middle, neighbor = np.full(n, 2 / 3), np.full(n - 2, 1 / 6)
    lower, upper = np.array([0.0, *neighbor, 1 / 3]), np.array([1 / 3, *neighbor, 0.0])
    if known(values):
        return scipy.linalg.solve_banded((1, 1), np.stack([np.roll(upper, 1), middle, np.roll(lower, -1)]), values)
    lower, middle, upper = (jax.numpy.asarray(band, values.dtype) for band in (lower, middle, upper))
    return jax.lax.linalg.tridiagonal_solve(lower, middle, upper, values)


def _weights(x: AnyArray, low: Any, high: Any, count: int) -> tuple[list[jax.Array], list[jax.Array]]:
    """Indices and weights of the four B-splines that are nonzero at positions x."""
    place = (jnp.clip(jnp.asarray(x, float), low, high) - low) / (high - low) * (count - 1)
    cell = jnp.clip(jnp.floor(constant(place)).astype(int), 0, count - 2)
    u = place - cell
    weights = [(1 - u) ** 3 / 6, 2 / 3 - u**2 + u**3 / 2, 2 / 3 - (1 - u) ** 2 + (1 - u) ** 3 / 2, u**3 / 6]
    indices = [cell - 1, cell, cell + 1, cell + 2]
    # beyond an end the coefficients are mirrored
    return [jnp.where(i < 0, -i, jnp.where(i > count - 1, 2 * (count - 1) - i, i)) for i in indices], weights
