"""Potentials made of others: sums, one for each axis, driven in time, and any function of your own."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any, ClassVar

import jax
import jax.numpy as jnp

from .._checks import finite
from .._typing import Force, Frequency, Number
from ..errors import ArgumentError
from ..grid import Grid
from ._base import AbstractPotential, AbstractSharpPotential, AbstractSmoothPotential, Position, unknown_extent


@jax.tree_util.register_dataclass
@dataclasses.dataclass(frozen=True)
class Sum(AbstractSharpPotential):
    """V = V_1 + V_2 + ...: any static potentials, added; treated as sharp, since one of its terms may be."""

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

    def sample(self, grid: Grid, *, mass: float = 1.0, time: float = 0.0) -> jax.Array:
        return jnp.asarray(sum(term.sample(grid, mass=mass, time=time) for term in self.terms))

    def asymptotes(self) -> tuple[float, float]:
        ends = [term.asymptotes() for term in self.terms]
        return sum(left for left, _ in ends), sum(right for _, right in ends)

    def support(self, tolerance: float) -> tuple[float, float]:
        spans = [term.support(tolerance) for term in self.terms]
        return min(left for left, _ in spans), max(right for _, right in spans)

    def extent(self, axis: int, tolerance: float) -> tuple[float, float] | None:
        spans = [span for term in self.terms if (span := term.extent(axis, tolerance)) is not None]
        return (min(left for left, _ in spans), max(right for _, right in spans)) if spans else None

    @property
    def dimension(self) -> int:
        return max(term.dimension for term in self.terms)

    @property
    def edges(self) -> tuple[float, ...]:
        return tuple(sorted(edge for term in self.terms for edge in term.edges))

    @property
    def spikes(self) -> tuple[float, ...]:
        return tuple(sorted({spike for term in self.terms for spike in term.spikes}))

    @property
    def strengths(self) -> tuple[float, ...]:
        deltas = [pair for term in self.terms for pair in zip(term.spikes, term.strengths, strict=True)]
        return tuple(sum(strength for spike, strength in deltas if spike == at) for at in self.spikes)


@jax.tree_util.register_dataclass
@dataclasses.dataclass(frozen=True)
class Separable(AbstractSmoothPotential):
    """V(x, y, ...) = V_1(x) + V_2(y) + ...: one smooth one-dimensional potential for each axis."""

    terms: tuple[AbstractSmoothPotential, ...]

    def __post_init__(self) -> None:
        if not 1 <= len(self.terms) <= 3:
            raise ArgumentError("terms", f"must be one, two or three potentials, but are {len(self.terms)}.")
        for term in self.terms:
            if isinstance(term, AbstractSharpPotential):
                raise ArgumentError(
                    "terms", f"must be smooth potentials, but one is a {type(term).__name__}; use a smooth barrier."
                )
            if isinstance(term, AbstractPotential) and (term.dimension > 1 or not term.static):
                raise ArgumentError(
                    "terms",
                    f"must be static and of one axis each, but a {type(term).__name__} is not; take an expression.",
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


@jax.tree_util.register_dataclass
@dataclasses.dataclass(frozen=True)
class Driven(AbstractSmoothPotential):
    """V(x, t) = V_0(x) + `force` x cos(`frequency` t + `phase`): a smooth potential in an oscillating uniform field."""

    static: ClassVar[bool] = False

    potential: AbstractSmoothPotential
    force: Force
    frequency: Frequency
    phase: Number = 0.0

    def __post_init__(self) -> None:
        finite("force", self.force)
        finite("frequency", self.frequency)
        finite("phase", self.phase)
        if isinstance(self.potential, AbstractSharpPotential):
            raise ArgumentError(
                "potential",
                f"must be smooth to be driven, but is a {type(self.potential).__name__}; use a smooth barrier.",
            )

    def value(self, position: Position, *, mass: float = 1.0, time: float = 0.0) -> jax.Array:
        field = self.force * jnp.cos(self.frequency * time + self.phase)
        return self.potential.value(position, mass=mass, time=time) + field * position[0]

    @property
    def dimension(self) -> int:
        return self.potential.dimension

    def asymptotes(self) -> tuple[float, float]:
        return self.potential.asymptotes()

    def support(self, tolerance: float) -> tuple[float, float]:
        return self.potential.support(tolerance)


@jax.tree_util.register_dataclass
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
        return self.function(*position, self.parameters)

    def asymptotes(self) -> tuple[float, float]:
        return self.ends

    def support(self, tolerance: float) -> tuple[float, float]:
        return self.span

    def extent(self, axis: int, tolerance: float) -> tuple[float, float] | None:
        if axis == 0:
            return self.span
        raise unknown_extent(self)
