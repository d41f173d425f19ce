"""Potentials made of others: sums, one for each axis, driven in time; and user-defined functions."""

from __future__ import annotations

import dataclasses
import functools
import math
from collections.abc import Callable, Sequence
from typing import Any, ClassVar

import numpy as np

from .._arrays import AnyArray, at_once, known_inside, xp as jnp
from .._checks import concrete, finite, named
from .._jax import jax, jit
from .._own_functions import traceable
from .._pytree import register_dataclass
from .._typing import Force, Frequency, Number
from ..edges import Places
from ..ends import Walls
from ..errors import ArgumentError
from ..grid import Grid
from ._base import AbstractPotential, AbstractSmoothPotential, Position, unknown_extent
from ._exact import values_at
from .formulas import sharp_at


@register_dataclass
@dataclasses.dataclass(frozen=True)
class Sum(AbstractPotential):
    """V = V_1 + V_2 + ...: a sum of static potentials. Coinciding edges of terms are one edge with one jump, and so are deltas."""

    terms: tuple[AbstractPotential, ...]

    def __post_init__(self) -> None:
        if not self.terms:
            raise ArgumentError("terms", "must hold at least one potential, but is empty.")
        if any(isinstance(term, AbstractPotential) and not term.static for term in self.terms):
            raise ArgumentError(
                "terms", "must be independent of time, but one is driven; drive the sum instead: Driven(Sum(...), ...)."
            )

    def value(self, position: Position, *, mass: float = 1.0, time: float = 0.0) -> jax.Array:
        return jnp.asarray(sum(term.value(position, mass=mass, time=time) for term in self.terms))

    def slopes(self, x: np.ndarray, mass: float) -> tuple[np.ndarray, np.ndarray] | None:
        parts = [term.slopes(x, mass) for term in self.terms]
        if any(part is None for part in parts):
            return None
        slope, bend = (np.sum(column, axis=0) for column in zip(*parts, strict=True))  # type: ignore[arg-type]
        return slope, bend

    def placed(self, grid: Grid, *, mass: float = 1.0, time: float = 0.0) -> jax.Array:
        return jnp.asarray(sum(term.placed(grid, mass=mass, time=time) for term in self.terms))

    @property
    def smooth(self) -> bool:
        return all(term.smooth for term in self.terms)

    def asymptotes(self) -> tuple[float, float]:
        ends = [term.asymptotes() for term in self.terms]
        return self._end([left for left, _ in ends], -1.0), self._end([right for _, right in ends], 1.0)

    def _end(self, ends: list[float], side: float) -> float:
        """V on one side: the sum of its terms; where one rises and another falls without bound, the limit of their sum far out."""
        if not {math.inf, -math.inf} <= set(ends):
            return sum(ends)
        values = values_at(self, side * np.array([1e8, 1e9]))
        return math.copysign(math.inf, values[1] - values[0])

    def support(self, tolerance: float) -> tuple[float, float]:
        spans = [term.support(tolerance) for term in self.terms]
        return min(left for left, _ in spans), max(right for _, right in spans)

    def landmarks(self, time: float) -> np.ndarray:
        samples = [np.linspace(*term.support(1e-3), 257) for term in self.terms]
        return np.concatenate([*samples, *(term.landmarks(time) for term in self.terms)])

    def extent(self, axis: int, tolerance: float) -> tuple[float, float] | None:
        spans = [span for term in self.terms if (span := term.extent(axis, tolerance)) is not None]
        return (min(left for left, _ in spans), max(right for _, right in spans)) if spans else None

    @property
    def walls(self) -> Walls | None:
        all_walls = [walls for term in self.terms if (walls := term.walls) is not None]
        return functools.reduce(Walls.joined, all_walls) if all_walls else None

    @property
    def dimension(self) -> int:
        return max(term.dimension for term in self.terms)

    @functools.cached_property
    def edges(self) -> tuple[float, ...]:  # type: ignore[override]
        """Edges of the terms, each once; none where touching pieces form one smooth V."""
        places = self.edges_at(0.0)
        if not all(concrete(place) for place in places):
            return places
        merged = _merged(places)
        if len(merged) == len(places):
            return merged
        unshared = np.array([sum(_same(edge, place, merged) for place in places) == 1 for edge in merged])
        sharp = sharp_at(
            lambda x: values_at(self, x), np.array(merged), -math.inf, math.inf, 1e-11 * max(map(abs, merged))
        )
        return tuple(edge for edge, keep in zip(merged, unshared | sharp, strict=True) if keep)

    @property
    def knots(self) -> tuple[float, ...]:
        return tuple(knot for term in self.terms for knot in term.knots)

    def edges_at(self, time: float) -> tuple[float, ...]:
        """Edges of all terms, in the order of the terms."""
        return tuple(edge for term in self.terms for edge in term.edges_at(time))

    def jumps_at(self, time: float) -> tuple[float, ...]:
        return tuple(jump for term in self.terms for jump in term.jumps_at(time))

    @property
    def spikes(self) -> tuple[float, ...]:
        places = [spike for term in self.terms for spike in term.spikes]
        return _merged(places) if all(concrete(place) for place in places) else tuple(places)

    @property
    def strengths(self) -> tuple[float, ...]:
        deltas = [pair for term in self.terms for pair in zip(term.spikes, term.strengths, strict=True)]
        spikes = self.spikes
        if len(spikes) == len(deltas):
            return tuple(strength for _, strength in (sorted(deltas) if all(concrete(at) for at in spikes) else deltas))
        return tuple(sum(strength for spike, strength in deltas if _same(at, spike, spikes)) for at in spikes)


def _same(first: float, second: float, all_places: Sequence[float]) -> bool:
    return abs(first - second) <= 1e-12 * max(abs(all_places[0]), abs(all_places[-1]))


def _merged(places: Sequence[float]) -> tuple[float, ...]:
    """Places in order; those within 1e-12 of the largest count once."""
    ordered = sorted(float(place) for place in places)
    return tuple(place for n, place in enumerate(ordered) if n == 0 or not _same(place, ordered[n - 1], ordered))


@register_dataclass
@dataclasses.dataclass(frozen=True)
class Separable(AbstractSmoothPotential):
    """V(x, y, ...) = V_1(x) + V_2(y) + ...: one smooth one-dimensional potential for each axis."""

    terms: tuple[AbstractPotential, ...]

    def __post_init__(self) -> None:
        if not 1 <= len(self.terms) <= 3:
            raise ArgumentError("terms", f"must be one, two or three potentials, but are {len(self.terms)}.")
        for term in self.terms:
            if isinstance(term, AbstractPotential) and not term.smooth:
                raise ArgumentError(
                    "terms", f"must be smooth potentials, but one is {named(term)}; use a smooth barrier."
                )
            if isinstance(term, AbstractPotential) and (term.dimension > 1 or not term.static):
                raise ArgumentError(
                    "terms",
                    f"must be static and of one axis each, but {named(term)} is not; take an expression.",
                )

    def value(self, position: Position, *, mass: float = 1.0, time: float = 0.0) -> jax.Array:
        if len(position) != len(self.terms):
            raise ArgumentError(
                "terms",
                f"must be one for each of the {len(position)} axes of the grid, but there are {len(self.terms)}.",
            )
        parts = [term.value((x,), mass=mass, time=time) for term, x in zip(self.terms, position, strict=True)]
        return jnp.asarray(sum(parts))

    def extent(self, axis: int, tolerance: float) -> tuple[float, float] | None:
        return self.terms[axis].support(tolerance) if axis < len(self.terms) else None

    @property
    def dimension(self) -> int:
        return len(self.terms)

    def asymptotes(self) -> tuple[float, float]:
        return self.terms[0].asymptotes()

    def support(self, tolerance: float) -> tuple[float, float]:
        return self.terms[0].support(tolerance)


# share of the depth of a well that marks its outer flank, below the rim
_FLANK = 0.3


@register_dataclass
@dataclasses.dataclass(frozen=True)
class Driven(AbstractPotential):
    """V(x, t) = V_0(x) + `force` x cos(`frequency` t + `phase`): a potential in an oscillating uniform field."""

    static: ClassVar[bool] = False

    potential: AbstractPotential
    force: Force
    frequency: Frequency
    phase: Number = 0.0

    def __post_init__(self) -> None:
        finite("force", self.force)
        finite("frequency", self.frequency)
        finite("phase", self.phase)

    def value(self, position: Position, *, mass: float = 1.0, time: float = 0.0) -> AnyArray:
        return self.potential.value(position, mass=mass, time=time) + self._field(time) * position[0]

    def placed(self, grid: Grid, *, mass: float = 1.0, time: float = 0.0) -> jax.Array:
        return self.potential.placed(grid, mass=mass, time=time) + self._field(time) * grid.position[0]

    def _field(self, time: float) -> jax.Array:
        return self.force * jnp.cos(self.frequency * time + self.phase)

    @property
    def smooth(self) -> bool:
        return self.potential.smooth

    @property
    def edges(self) -> tuple[float, ...]:
        return self.potential.edges

    def edges_at(self, time: float) -> Places:
        return self.potential.edges_at(time)

    def jumps_at(self, time: float) -> Places:
        return self.potential.jumps_at(time)

    def instants(self, until: float) -> tuple[float, ...]:
        return self.potential.instants(until)

    @property
    def spikes(self) -> tuple[float, ...]:
        return self.potential.spikes

    @property
    def strengths(self) -> tuple[float, ...]:
        return self.potential.strengths

    @property
    def walls(self) -> Walls | None:
        return self.potential.walls

    @property
    def dimension(self) -> int:
        return self.potential.dimension

    def asymptotes(self) -> tuple[float, float]:
        return self.potential.asymptotes()

    def support(self, tolerance: float) -> tuple[float, float]:
        return self.potential.support(tolerance)

    def support_at(self, tolerance: float, time: float) -> tuple[float, float]:
        return self.potential.support_at(tolerance, time)

    def landmarks(self, time: float) -> np.ndarray:
        return self.potential.landmarks(time)

    def held(self, grid: Grid, samples: jax.Array) -> jax.Array | None:
        # beyond the highest point on either side V is constant
        if grid.dimension > 1 or not all(map(math.isfinite, self.asymptotes())):
            return None
        left, right = self.support(_FLANK)
        x, index = grid.x, np.arange(grid.points[0])
        first = jnp.argmax(jnp.where(x < left, samples, -math.inf))
        last = jnp.argmax(jnp.where(x > right, samples, -math.inf))
        rimmed = jnp.where((x < left) & (index < first), samples[first], samples)
        return jnp.where((x > right) & (index > last), samples[last], rimmed)


# least number of positions for which a function is compiled
_FEWEST = 1024


@functools.partial(jit, static_argnums=0)
def _compiled(function: Callable[..., jax.Array], x: jax.Array, parameters: Any) -> jax.Array:
    return function(x, parameters) + jnp.zeros(x.shape)


@register_dataclass
@dataclasses.dataclass(frozen=True)
class SmoothFunction(AbstractSmoothPotential):
    """Any smooth V written with jax.numpy: ``SmoothFunction(lambda x, parameters: ..., parameters, ends=(0, 0), span=(-5, 5))``.

    For Python only; scenario files use named kinds.

    Args:
        function: V(x, y, ..., parameters) -> energy, of broadcasting position arrays; static (a new function recompiles).
        parameters: any pytree of numbers; its leaves are traced and differentiable.
        ends: V at -inf and +inf along the first axis (``inf`` where it confines).
        span: interval of the first axis that holds V's structure.
    """

    function: Callable[..., jax.Array] = dataclasses.field(metadata={"static": True})
    parameters: Any = None
    ends: tuple[float, float] = dataclasses.field(default=(0.0, 0.0), metadata={"static": True})
    span: tuple[float, float] = dataclasses.field(default=(-1.0, 1.0), metadata={"static": True})

    def value(self, position: Position, *, mass: float = 1.0, time: float = 0.0) -> jax.Array:
        with traceable("function"):
            return self._value(position)

    def _value(self, position: Position) -> jax.Array:
        if len(position) > 1 or not known_inside(self.parameters, position):
            return self.function(*position, self.parameters)
        # positions padded to a few lengths, so that the function is compiled only a few times
        x = np.asarray(next(iter(position)), float)
        padded = np.resize(x, max(_FEWEST, 1 << (x.size - 1).bit_length()) if x.size else _FEWEST)
        values = at_once(_compiled, self.function, padded, self.parameters)
        return values[: x.size].reshape(x.shape)  # type: ignore[return-value]

    def asymptotes(self) -> tuple[float, float]:
        return self.ends

    def support(self, tolerance: float) -> tuple[float, float]:
        return self.span

    def landmarks(self, time: float) -> np.ndarray:
        return np.linspace(*self.span, 8193)

    def extent(self, axis: int, tolerance: float) -> tuple[float, float] | None:
        if axis == 0:
            return self.span
        raise unknown_extent(self)
