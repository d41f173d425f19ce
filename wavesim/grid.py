"""Periodic, equally spaced grids in one, two or three dimensions, with their momentum grids."""

from __future__ import annotations

import dataclasses
import math
from typing import Any

import numpy as np

from ._checks import at_least, concrete, finite, positive
from ._face import public
from ._pytree import register_dataclass
from ._unit import as_written
from .errors import ArgumentError

# largest number of points for which sizes that suit an FFT are searched one by one
_MOST_SEARCHED = 1 << 30


@register_dataclass
@dataclasses.dataclass(frozen=True)
class Grid:
    """A periodic box: x_j = lower + j spacing, j = 0 .. points-1, along each axis.

    ``Grid((-40.0,), (0.1,), (800,))`` or ``Grid.line(-40.0, 40.0, 800)``. The right end of the box, lower + points spacing,
    is the same point as the left end. The momentum grid is k_n = 2 pi n / (points spacing), n = -points/2 .. points/2 - 1,
    in FFT order. Its arrays are NumPy's; if JAX traces `lower` or `spacing`, they are traced too.

    Args:
        lower: first point of each axis (length).
        spacing: distance of neighboring points of each axis (length).
        points: number of points of each axis; products of 2, 3, 5 and 7 are fast (see `fast_size`).

    Raises:
        ArgumentError: if the three do not have one entry for each axis, or a spacing is not positive.
    """

    lower: tuple[float, ...]
    spacing: tuple[float, ...]
    points: tuple[int, ...] = dataclasses.field(metadata={"static": True})

    def __post_init__(self) -> None:
        if isinstance(self.points, int):
            raise ArgumentError(
                "points",
                f"must be a tuple with one entry for each axis, but is {self.points}; write Grid.line({self.lower}, {self.spacing}, {self.points}) for a line from end to end.",
            )
        if not 1 <= len(self.points) <= 3:
            raise ArgumentError(
                "points", f"must have one, two or three entries, one for each dimension, but has {len(self.points)}."
            )
        for name in ("lower", "spacing"):
            entries = getattr(self, name)
            if isinstance(entries, tuple) and len(entries) != len(self.points):
                raise ArgumentError(
                    name,
                    f"must have {len(self.points)} entries like `points`, but has {len(entries)}; give one for each axis.",
                )
        for count in self.points:
            at_least("points", count, 4)
        if isinstance(self.lower, tuple) and isinstance(self.spacing, tuple):
            for low, step in zip(self.lower, self.spacing, strict=True):
                finite("lower", low)
                positive("spacing", step)

    @classmethod
    def line(cls, lower: float, upper: float, points: int) -> Grid:
        """A one-dimensional grid on [lower, upper), periodic: `upper` is the image of `lower`."""
        finite("lower", lower)
        finite("upper", upper)
        at_least("points", points, 4)
        if concrete(lower) and concrete(upper) and upper <= lower:
            raise ArgumentError(
                "upper",
                f"must lie to the right of `lower`, but {as_written(upper)} <= {as_written(lower)}; exchange them.",
            )
        return cls((lower,), ((upper - lower) / points,), (points,))

    @classmethod
    def product(cls, *axes: Grid) -> Grid:
        """The product of one-dimensional grids: ``Grid.product(x_grid, y_grid)``."""
        return cls(
            tuple(axis.lower[0] for axis in axes),
            tuple(axis.spacing[0] for axis in axes),
            tuple(axis.points[0] for axis in axes),
        )

    @property
    def dimension(self) -> int:
        """Number of axes."""
        return len(self.points)

    @property
    def upper(self) -> tuple[float, ...]:
        """The right end of each axis, the periodic image of `lower`."""
        return tuple(low + n * step for low, n, step in zip(self.lower, self.points, self.spacing, strict=True))

    @property
    def cell(self) -> Any:
        """Volume of one cell: sums over points times `cell` are integrals."""
        return math.prod(self.spacing)

    def axis(self, index: int) -> Grid:
        """The one-dimensional grid of one axis."""
        return Grid((self.lower[index],), (self.spacing[index],), (self.points[index],))

    @property
    def x(self) -> np.ndarray:
        """Points of the first axis, shape (points[0],)."""
        return self._line(0)

    def _line(self, index: int) -> np.ndarray:
        return self.lower[index] + self.spacing[index] * np.arange(self.points[index], dtype=float)

    def _spread(self, values: np.ndarray, index: int) -> np.ndarray:
        return values.reshape([-1 if i == index else 1 for i in range(self.dimension)])

    @property
    def position(self) -> tuple[np.ndarray, ...]:
        """Coordinates of each axis, shaped to broadcast against each other (an open mesh)."""
        return tuple(self._spread(self._line(i), i) for i in range(self.dimension))

    @property
    def momentum(self) -> tuple[np.ndarray, ...]:
        """Wave numbers of each axis in FFT order, shaped to broadcast (an open mesh); with hbar = 1 also the momenta."""
        return tuple(
            self._spread(2 * np.pi * np.fft.fftfreq(n) / step, i)
            for i, (n, step) in enumerate(zip(self.points, self.spacing, strict=True))
        )

    @property
    def largest_momentum(self) -> tuple[float, ...]:
        """pi / spacing along each axis; larger momenta are aliased."""
        return tuple(math.pi / step for step in self.spacing)

    def kinetic(self, mass: float) -> tuple[np.ndarray, ...]:
        """k^2 / 2m of each axis, shaped to broadcast: their sum is the kinetic energy on the momentum grid."""
        return tuple(k**2 / (2 * mass) for k in self.momentum)

    def spread(self, values: tuple[np.ndarray, ...]) -> np.ndarray:
        """The sum of open-mesh arrays as one full array of shape `points`."""
        total = np.zeros(self.points)
        for part in values:
            total = total + part
        return total


def fast_size(points: float, multiple: int = 2) -> int:
    """The smallest even number of at least `points` that is a product of 2, 3, 5 and 7, for which FFTs are fast and accurate.

    `multiple`: a divisor of the result, itself such a product.
    """
    candidate = max(8, multiple * math.ceil(points / multiple))
    if candidate > _MOST_SEARCHED:
        # such products are sparse there; any size is refused for lack of memory, so a power of two will do
        return 1 << (candidate - 1).bit_length()
    while True:
        remainder = candidate
        for prime in (2, 3, 5, 7):
            while remainder % prime == 0:
                remainder //= prime
        if remainder == 1:
            return candidate
        candidate += multiple


def __dir__() -> list[str]:
    return public(globals())
