"""Boundary conditions: hard walls, at which psi is 0, and periodic coordinates."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Sequence

from ._checks import concrete, finite, positive
from ._face import public
from ._pytree import register_dataclass
from ._typing import Length, Number
from ._unit import as_written
from .errors import ArgumentError


@register_dataclass
@dataclasses.dataclass(frozen=True)
class Walls:
    """Hard walls: psi = 0 at `left` and to the left of it, at `right` and to the right of it; a side without a wall is open.

    Args:
        left: position of the wall on the left, None for none (length).
        right: position of the wall on the right, None for none (length).

    Raises:
        ArgumentError: if neither is given, or they stand in the wrong order.
    """

    left: Length | None = None
    right: Length | None = None

    def __post_init__(self) -> None:
        if self.left is None and self.right is None:
            raise ArgumentError("left", "or `right` must be given, but neither is; give one wall, or both.")
        for name, place in (("left", self.left), ("right", self.right)):
            if place is not None:
                finite(name, place)
        if concrete(self.left) and concrete(self.right) and not self.left < self.right:  # type: ignore[operator]
            raise ArgumentError(
                "right",
                f"must lie to the right of `left`, but {as_written(self.right)} <= {as_written(self.left)}; exchange them.",  # type: ignore[arg-type]
            )

    @property
    def interval(self) -> tuple[float, float]:
        """The interval between the walls; infinite on a side without a wall (length)."""
        left, right = (None if end is None else float(end) for end in (self.left, self.right))
        return -math.inf if left is None else left, math.inf if right is None else right

    @property
    def both(self) -> bool:
        """Whether there are walls on both sides."""
        return self.left is not None and self.right is not None

    @property
    def nearest(self) -> tuple[float, float]:
        """The left wall, or the right one if it is the only one, and the sign of the particle's side of it (length, 1 or -1)."""
        return (self.right, -1.0) if self.left is None else (self.left, 1.0)  # type: ignore[return-value]

    def joined(self, other: Walls | None) -> Walls:
        """Walls of the intersection of both intervals."""
        if other is None:
            return self
        (a, b), (c, d) = self.interval, other.interval
        left, right = max(a, c), min(b, d)
        return Walls(None if math.isinf(left) else left, None if math.isinf(right) else right)


@register_dataclass
@dataclasses.dataclass(frozen=True)
class Axis:
    """A periodic coordinate: an angle, or the position along a ring. V is given within one period and repeats.

    psi(x + period) = exp(2 pi i flux) psi(x). A coordinate that is an angle has a moment of inertia for its mass.

    Args:
        period: length after which the coordinate repeats (length, or an angle).
        lower: start of the period in which V is given, and which pictures show; by default half a period left of 0 (length, or an angle).
        flux: magnetic flux through the ring in units of h/q; for levels only.

    Raises:
        ArgumentError: if `period` is not positive.
    """

    period: Length
    lower: Length | None = None
    flux: Number = 0.0

    def __post_init__(self) -> None:
        positive("period", self.period)
        finite("flux", self.flux)
        if self.lower is not None:
            finite("lower", self.lower)

    @property
    def interval(self) -> tuple[float, float]:
        """The period in which V is given (length)."""
        low = -float(self.period) / 2 if self.lower is None else float(self.lower)
        return low, low + float(self.period)

    def first_point(self, step: float, deltas: Sequence[float] = ()) -> float:
        """The first point of a grid around the ring: half a step from the lower end, unless a delta is to lie on a point (length).

        Args:
            step: spacing, a divisor of the period (length).
            deltas: positions of deltas, the first of which lies on a grid point (length).
        """
        low = self.interval[0]
        return low + step * ((deltas[0] - low) / step % 1 if len(deltas) else 0.5)


Ends = Walls | Axis


def __dir__() -> list[str]:
    return public(globals())
