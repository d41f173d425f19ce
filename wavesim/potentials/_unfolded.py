"""V between walls or on a ring, continued over the infinite line: mirrored at each wall, repeated after each period."""

from __future__ import annotations

import dataclasses
import math
import re
from collections.abc import Callable
from typing import Any

import numpy as np

from .._arrays import AnyArray, xp as jnp
from .._checks import finite, named, positive
from .._jax import jax
from .._pytree import register_dataclass
from .._typing import Length
from ..edges import mended
from ..ends import Axis, Ends, Walls
from ..errors import NumericsError
from ..grid import Grid
from ._base import AbstractPotential, AbstractSmoothPotential, Position, planar
from ._combined import Driven, Sum
from ._exact import values_at
from .formulas import Expression, sharp_at

# distance from an edge at which V is evaluated on either side, as a share of the distance to the next edge
_OFFSET = 1e-9


@register_dataclass
@dataclasses.dataclass(frozen=True)
class InfiniteSquareWell(AbstractSmoothPotential):
    """V = 0 between two hard walls, `width` apart, `center` in the middle; psi is 0 at the walls and beyond."""

    width: Length
    center: Length = 0.0

    def __post_init__(self) -> None:
        positive("width", self.width)
        finite("center", self.center)

    def value(self, position: Position, *, mass: float = 1.0, time: float = 0.0) -> jax.Array:
        return jnp.zeros_like(position[0])

    def slopes(self, x: np.ndarray, mass: float) -> tuple[np.ndarray, np.ndarray]:
        return np.zeros(x.shape), np.zeros(x.shape)

    def asymptotes(self) -> tuple[float, float]:
        return math.inf, math.inf

    def support(self, tolerance: float) -> tuple[float, float]:
        return self.center - self.width / 2, self.center + self.width / 2

    @property
    def walls(self) -> Walls | None:
        return Walls(*self.support(0.0))


def restricted(potential: AbstractPotential, ends: Ends | None) -> AbstractPotential:
    """V with formulas evaluated within the ends only: beyond, a formula is mirrored at a single wall, and else keeps its end value.

    Potentials that are not made of formulas are returned unchanged.
    """
    if ends is None:
        return potential
    if isinstance(potential, Sum):
        return Sum(tuple(restricted(term, ends) for term in potential.terms))
    if isinstance(potential, Driven):
        return dataclasses.replace(potential, potential=restricted(potential.potential, ends))
    if not isinstance(potential, Expression) or potential.dimension > 1 or potential.ends is not None:
        return potential
    low, high = ends.interval
    given = dict(potential.parameters or {})
    if math.isfinite(high - low):
        inner = f"min(max(x, {_named('left_end', low, given)}), {_named('right_end', high, given)})"
    elif math.isfinite(low):
        name = _named("left_end", low, given)
        inner = f"({name} + abs(x - {name}))"
    else:
        name = _named("right_end", high, given)
        inner = f"({name} - abs(x - {name}))"
    if inner in potential.formula:
        # already restricted to the same ends
        return potential
    return Expression(re.sub(r"\bx\b", inner, potential.formula), given, span=potential.span)


def beside_wall(grid: Grid, wall: float) -> jax.Array:
    """Weights w of the points next to a wall, on both sides: samples V + w h F, with the slope F at the wall, are correct to h^6.

    The mirrored V has a corner F abs(u), and psi is odd, so int V psi^2 du has a term abs(u)^3, for which a sum over points is wrong by
    2 zeta(-3, d) h^4, with d the distance of the first point from the wall in cells: 1/2, or 1 where a point lies on the wall.

    Args:
        grid: periodic, of one dimension.
        wall: midway between two points, or on one (length).

    Source: Euler-Maclaurin summation, M. Abramowitz, I. Stegun, Handbook of Mathematical Functions (1964), 23.1.30; zeta(-3, d) = -B_4(d)/4.
    """
    length = grid.spacing[0] * grid.points[0]
    cells = jnp.abs((grid.x - wall + length / 2) % length - length / 2) / grid.spacing[0]
    return jnp.where(jnp.abs(cells - 0.5) < 0.25, 7 / 240, 0.0) + jnp.where(
        (jnp.abs(cells - 1.0) < 0.25) & (jnp.min(cells) < 0.25), -1 / 120, 0.0
    )


def _named(name: str, value: float, parameters: dict[str, float]) -> str:
    """Name of the parameter with that value, similar to `name`; it is added to `parameters` unless present."""
    while name in parameters and not (isinstance(parameters[name], float) and parameters[name] == value):
        name += "_"
    parameters[name] = value
    return name


@register_dataclass
@dataclasses.dataclass(frozen=True)
class Unfolded(AbstractPotential):
    """V of a particle between walls or on a ring, on the infinite line: V(2 wall - x) = V(x) about each wall, V(x + period) = V(x).

    psi that is odd about each wall vanishes there at all times: hard walls are exact on a periodic grid with the wall midway between two points.

    Create it by `of`, which locates the places where the continued V jumps or bends.

    Args:
        potential: V within its ends.
        ends: walls, or a periodic axis.
        places: where V jumps or bends, increasing, over the box and half its length on either side (length).
        rises: rise of V there (energy).
        deltas: positions of deltas (length).
        amounts: their strengths (energy x length).
        bent: whether V has a slope at a wall, where the continued V bends.
    """

    potential: AbstractPotential
    ends: Ends
    places: tuple[float, ...] = ()
    rises: tuple[float, ...] = ()
    deltas: tuple[float, ...] = ()
    amounts: tuple[float, ...] = ()
    bent: bool = dataclasses.field(default=False, metadata={"static": True})

    @classmethod
    def of(cls, potential: AbstractPotential, ends: Ends, mass: float) -> Unfolded:
        """Continue V beyond its ends.

        Raises:
            NumericsError: if V has edges that move, or its force does not repeat on a ring.
        """
        potential = restricted(potential, ends)
        if potential.dimension > 1:
            raise NumericsError(
                f"walls and rings end a line, but {named(potential)} speaks of {potential.dimension} axes; leave out [walls] and [axis]."
            )
        if isinstance(potential, Driven) and isinstance(ends, Axis):
            raise NumericsError(
                "a uniform field does not come back after a period, but this ring is driven by one; take an expression of x and t that repeats."
            )
        low, high = ends.interval
        plain = cls(potential, ends)
        span = potential.support(1e-3)
        # an edge at an end, within rounding, is only the bend of a formula that is constant beyond it
        offset = 1e-9 * max(high - low if math.isfinite(high - low) else span[1] - span[0], 1e-100)
        inside = [float(edge) for edge in potential.edges if low + offset < edge < high - offset]
        if potential.edges_move or (inside and not potential.static and not isinstance(potential, Driven)):
            raise NumericsError(
                f"between walls or on a ring the edges of V must rest, with jumps of one size, but those of {named(potential)} may change; take a smooth one."
            )
        corners = [end for end in (low, high) if math.isfinite(end)]
        if isinstance(ends, Axis):
            corners = corners[:1]
        times = (0.0,) if potential.static else (0.0, 0.3, 0.7)
        bent: np.ndarray = np.zeros(len(corners), bool)
        margin = (high - low) / 2 if math.isfinite(high - low) else math.inf
        for time in times:

            def continued(x: np.ndarray, time: float = time) -> np.ndarray:
                return values_at(plain, x, mass, time)

            for n, corner in enumerate(corners):
                bent[n] |= sharp_at(continued, np.array([corner]), corner - margin, corner + margin)[0]
        if isinstance(ends, Axis) and bent.any():
            inside += corners
        places = plain._images(np.array(sorted(inside)))
        if len(places):
            near = np.diff(places).min() if len(places) > 1 else max(np.abs(places).max(), span[1] - span[0])
            offset = _OFFSET * float(near)
            rises = values_at(plain, places + offset, mass) - values_at(plain, places - offset, mass)
        else:
            rises = places
        pairs = [
            (float(at), float(size))
            for at, size in zip(potential.spikes, potential.strengths, strict=True)
            if low < at < high
        ]
        spikes = plain._images(np.array([at for at, _ in pairs]))
        sizes = dict(pairs)
        amounts = [
            sizes[min(sizes, key=lambda own, at=at: abs(own - float(plain.folded(np.array([at]))[0])))] for at in spikes
        ]
        return cls(
            potential,
            ends,
            tuple(map(float, places)),
            tuple(map(float, rises)),
            tuple(map(float, spikes)),
            tuple(amounts),
            bool(bent.any()) and isinstance(ends, Walls),
        )

    def _images(self, inside: np.ndarray) -> np.ndarray:
        """Places within the ends and their images, over the box and half its length on either side."""
        low, high = self.ends.interval
        if isinstance(self.ends, Axis):
            images = np.concatenate([inside + n * (high - low) for n in (-1, 0, 1)])
        elif self.ends.both:
            length = 2 * (high - low)
            both = np.concatenate([inside, 2 * low - inside])
            images = np.concatenate([both + n * length for n in (-1, 0, 1)])
        else:
            images = np.concatenate([inside, 2 * float(self.ends.nearest[0]) - inside])
        images = np.sort(images)
        near = 1e-12 * float(np.abs(images).max(initial=1e-300))
        images = images[np.diff(images, prepend=-math.inf) > near]
        box, length = self.box, self.box[1] - self.box[0]
        return images[(images >= box[0] - length / 2) & (images <= box[1] + length / 2)]

    @property
    def closed(self) -> bool:
        """Whether the ends define the box: two walls, or a ring."""
        return isinstance(self.ends, Axis) or self.ends.both

    @property
    def mirrored(self) -> bool:
        return True

    @property
    def wall(self) -> float | None:
        """The wall about which psi is odd, the left one of two (length); None on a ring."""
        if isinstance(self.ends, Axis):
            return None
        return float(self.ends.nearest[0])

    @property
    def box(self) -> tuple[float, float]:
        """One period of the infinite line; infinite where there is only one wall (length)."""
        low, high = self.ends.interval
        if isinstance(self.ends, Axis):
            return low, high
        return (2 * low - high, high) if self.ends.both else (-math.inf, math.inf)

    def folded(self, x: Any) -> Any:
        """The place within the ends that corresponds to a place on the infinite line."""
        if isinstance(self.ends, Axis):
            low = -self.ends.period / 2 if self.ends.lower is None else self.ends.lower
            return low + (x - low) % self.ends.period
        left, right = self.ends.left, self.ends.right
        if left is not None and right is not None:
            length = right - left
            return right - abs(length - (x - left) % (2 * length))
        return left + abs(x - left) if left is not None else right - abs(x - right)  # type: ignore[operator]

    @property
    def static(self) -> bool:  # type: ignore[override]
        return self.potential.static

    @property
    def smooth(self) -> bool:
        return not self.places and not self.deltas and not self.bent

    def value(self, position: Position, *, mass: float = 1.0, time: float = 0.0) -> AnyArray:
        return self.potential.value((self.folded(position[0]),), mass=mass, time=time)

    def slopes(self, x: np.ndarray, mass: float) -> tuple[np.ndarray, np.ndarray] | None:
        parts = self.potential.slopes(self.folded(x), mass) if self.potential.static else None
        return None if parts is None else (parts[0] * self._direction(x), parts[1])

    def _direction(self, x: np.ndarray) -> np.ndarray:
        """1 where the place within the ends increases with x, -1 in a mirror image."""
        if isinstance(self.ends, Axis):
            return np.ones(x.shape)
        left, right = self.ends.left, self.ends.right
        if left is not None and right is not None:
            return np.where((x - left) % (2 * (right - left)) < right - left, 1.0, -1.0)
        return np.where(x < left if left is not None else x > right, -1.0, 1.0)

    def placed(self, grid: Grid, *, mass: float = 1.0, time: float = 0.0) -> jax.Array:
        def values(x: AnyArray) -> AnyArray:
            return self.value((x,), mass=mass, time=time)

        if self.places:
            line = mended(values, grid.x, grid.spacing[0], self.places)
        else:
            line = jnp.broadcast_to(values(grid.x), grid.points[:1])
        return planar(grid, line + self._corners(grid, values) if self.bent else line)

    def _corners(self, grid: Grid, values: Callable[[AnyArray], AnyArray]) -> jax.Array:
        """Correction of the samples beside a wall where V has a slope F, see `beside_wall`."""
        assert isinstance(self.ends, Walls)
        step, lift = grid.spacing[0], jnp.zeros(grid.points[0])
        for wall, side in ((self.ends.left, 1.0), (self.ends.right, -1.0)):
            if wall is None:
                continue
            near = values(wall + side * step * jnp.array([0.0, 0.5, 1.0]))
            rise = -3 * near[0] + 4 * near[1] - near[2]
            lift = lift + beside_wall(grid, wall) * rise
        return lift

    def asymptotes(self) -> tuple[float, float]:
        if self.closed:
            return math.inf, math.inf
        assert isinstance(self.ends, Walls)
        far = self.potential.asymptotes()[self.ends.left is not None]
        return far, far

    def support(self, tolerance: float) -> tuple[float, float]:
        return self._mirrored(self.potential.support(tolerance))

    def support_at(self, tolerance: float, time: float) -> tuple[float, float]:
        return self._mirrored(self.potential.support_at(tolerance, time))

    def _mirrored(self, span: tuple[float, float]) -> tuple[float, float]:
        if self.closed:
            return self.box
        reach = max(abs(end - self.wall) for end in np.clip(span, *self.ends.interval))
        return self.wall - reach, self.wall + reach

    def landmarks(self, time: float) -> np.ndarray:
        marks = self.potential.landmarks(time)
        low, high = self.ends.interval
        return self._images(marks[(marks > low) & (marks < high)])

    @property
    def knots(self) -> tuple[float, ...]:
        low, high = self.ends.interval
        inside = [float(place) for place in self.potential.knots if low < place < high]
        return tuple(map(float, self._images(np.array(inside)))) if inside else ()

    @property
    def edges(self) -> tuple[float, ...]:
        return self.places

    def jumps_at(self, time: float) -> tuple[float, ...]:
        return self.rises

    def instants(self, until: float) -> tuple[float, ...]:
        return self.potential.instants(until)

    @property
    def spikes(self) -> tuple[float, ...]:
        return self.deltas

    @property
    def strengths(self) -> tuple[float, ...]:
        return self.amounts
