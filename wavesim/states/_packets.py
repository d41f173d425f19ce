"""Packets: Gaussian, products of them over the axes, and superpositions."""

from __future__ import annotations

import dataclasses
import math
from typing import Any

from .._amounts import amount
from .._arrays import xp as jnp
from .._checks import concrete, finite, named, one_of, positive
from .._cures import cure, product_cure
from .._jax import jax
from .._pytree import register_dataclass
from .._typing import LENGTH, MOMENTUM, EnergyValue, Length, Momentum, Number, Velocity
from ..errors import ArgumentError, NumericsError
from ..grid import Grid
from ..hamiltonian import Hamiltonian
from ._base import AbstractPacket, AbstractState, deviations, normalized
from ._motion import check_motion, momentum_of

# largest probability beyond the box, and beyond the grid's momenta
_OUTSIDE = 1e-3
_SIGNS = {"bosons": 1.0, "fermions": -1.0}


@register_dataclass
@dataclasses.dataclass(frozen=True)
class GaussianPacket(AbstractPacket):
    """psi = (2 pi width^2)^(-1/4) exp(-(x - center)^2 / (4 width^2) + i momentum (x - center)).

    `width` is the standard deviation of |psi|^2 (not of psi, not a FWHM), so the momentum spread is 1/(2 width).
    Give exactly one of `momentum`, `energy` and `velocity`; `energy` = momentum^2 / 2m is the kinetic energy of the mean momentum, and
    `direction` is that of its motion. A packet of momentum 0 is at rest. One-dimensional; see `Product` for more axes.

    Args:
        center: mean position (length).
        width: standard deviation of |psi|^2 (length).
        momentum: mean momentum (1/length, with hbar = 1); its sign is the direction.
        energy: kinetic energy of the mean momentum (energy), instead of `momentum`.
        direction: "right" or "left", for `energy`.
        velocity: mean velocity, momentum over mass (length/time); its sign is the direction.

    Raises:
        ArgumentError: if `width` is not positive, or not exactly one of `momentum`, `energy` and `velocity` is given.
    """

    center: Length
    width: Length
    momentum: Momentum | None = None
    energy: EnergyValue | None = None
    direction: str = dataclasses.field(default="right", metadata={"static": True})
    velocity: Velocity | None = None

    def __post_init__(self) -> None:
        finite("center", self.center)
        positive("width", self.width)
        check_motion(self, needed=True)

    @classmethod
    def with_energy(cls, energy: float, *, center: float, width: float, direction: str = "right") -> GaussianPacket:
        """A packet whose mean momentum has the kinetic energy `energy`."""
        return cls(center=center, width=width, energy=energy, direction=direction)

    def mean_momentum(self, mass: float) -> jax.Array | float:
        """The mean momentum, with its sign: as given, mass velocity, or sqrt(2 mass energy); internal units. A float unless an argument is traced."""
        return momentum_of(self, mass)

    def sample(self, grid: Grid, hamiltonian: Hamiltonian) -> jax.Array:
        _one_dimension(grid)
        momentum = self.mean_momentum(hamiltonian.mass)
        x = grid.x - self.center
        return normalized(jnp.exp(-((x / self.width) ** 2) / 4 + 1j * momentum * x), grid)

    def position_range(self, tail: float) -> tuple[float, float]:
        reach = deviations(tail) * self.width
        return self.center - reach, self.center + reach

    def momentum_range(self, tail: float, mass: float) -> tuple[float, float]:
        reach = deviations(tail) / (2 * self.width)
        mean = float(self.mean_momentum(mass))
        return mean - reach, mean + reach

    def check_fit(self, grid: Grid, mass: float) -> None:
        _one_dimension(grid)
        left, right = self.position_range(_OUTSIDE)
        if left < grid.lower[0] or right > grid.upper[0]:
            raise NumericsError(
                f"the packet must lie inside the box, but it reaches from {amount(left, LENGTH)} to {amount(right, LENGTH)} and the box from {amount(grid.lower[0], LENGTH)} "
                f"to {amount(grid.upper[0], LENGTH)}; move `center`, or make the box larger."
            )
        slow, fast = self.momentum_range(_OUTSIDE, mass)
        largest = grid.largest_momentum[0]
        if max(abs(slow), abs(fast)) > largest:
            raise NumericsError(
                f"the packet's momenta must be below pi/spacing = {amount(largest, MOMENTUM)}, but reach {amount(max(abs(slow), abs(fast)), MOMENTUM)}; "
                f"take more points, a spacing below {amount(math.pi / max(abs(slow), abs(fast)), LENGTH, digits=3)}."
            )


def _one_dimension(grid: Grid) -> None:
    if grid.dimension != 1:
        raise NumericsError(f"a Gaussian packet must be of one axis, but there are {grid.dimension}; {product_cure()}.")


def _known(value: Any) -> bool:
    """Whether a packet holds only plain numbers and words, and no tracer or placeholder of a JAX transformation."""
    if isinstance(value, tuple):
        return all(map(_known, value))
    if dataclasses.is_dataclass(value):
        return all(_known(getattr(value, field.name)) for field in dataclasses.fields(value))
    return value is None or isinstance(value, str) or concrete(value)


@register_dataclass
@dataclasses.dataclass(frozen=True)
class Product(AbstractPacket):
    """psi(x, y, ...) = psi_1(x) psi_2(y) ...: one packet for each axis of the grid; or a state of two identical particles on a line.

    Two identical particles at x and y start in psi_1(x) psi_2(y) + psi_1(y) psi_2(x) as bosons of the same spin, and in the difference
    as fermions.

    Args:
        factors: one packet for each axis.
        statistics: "distinguishable", "bosons" or "fermions"; the last two only for two factors.

    Raises:
        ArgumentError: if there are not one to three packets of one axis each, or not two for identical particles.
    """

    factors: tuple[AbstractPacket, ...]
    statistics: str = dataclasses.field(default="distinguishable", metadata={"static": True})

    def __post_init__(self) -> None:
        one_of("statistics", self.statistics, ("distinguishable", *_SIGNS))
        if not 1 <= len(self.factors) <= 3:
            raise ArgumentError("factors", f"must be one, two or three packets, but are {len(self.factors)}.")
        for factor in self.factors:
            if isinstance(factor, AbstractState) and (factor.bound or isinstance(factor, Product)):
                raise ArgumentError(
                    "factors",
                    f"must be packets of one axis, but one is {named(factor)}; {cure('take the kind gaussian_packet', 'use GaussianPacket')}.",
                )
        if not self.identical:
            return
        if len(self.factors) != 2:
            raise ArgumentError(
                "statistics",
                f"{self.statistics} are two particles on a line, but there are {len(self.factors)} factors; give two.",
            )
        if self.statistics == "fermions" and _known(self.factors) and self.factors[0] == self.factors[1]:
            raise ArgumentError(
                "factors",
                "of two fermions must differ, but are the same packet: nothing would be left; move one of them.",
            )

    @property
    def identical(self) -> bool:
        """Whether the axes are the positions of two identical particles."""
        return self.statistics in _SIGNS

    def sample(self, grid: Grid, hamiltonian: Hamiltonian) -> jax.Array:
        if grid.dimension != len(self.factors):
            raise NumericsError(
                f"a product must have one factor for each axis, but has {len(self.factors)} for {grid.dimension} axes; {product_cure()}."
            )
        psi = jnp.ones((), dtype=complex)
        for index, factor in enumerate(self.factors):
            line = grid.axis(index)
            flat = Hamiltonian(line, jnp.zeros(line.points), hamiltonian.mass)
            psi = psi[..., None] * factor.sample(line, flat)
        if self.identical:
            if grid.axis(0) != grid.axis(1):
                raise NumericsError(
                    f"{self.statistics} need two axes that are alike, but those of the grid differ; give both the same ends and points."
                )
            psi = psi + _SIGNS[self.statistics] * psi.T
        return normalized(psi, grid)

    def check_fit(self, grid: Grid, mass: float) -> None:
        for index, factor in enumerate(self.factors[: grid.dimension]):
            factor.check_fit(grid.axis(index), mass)

    def position_range(self, tail: float) -> tuple[float, float]:
        return self.factors[0].position_range(tail)

    def momentum_range(self, tail: float, mass: float) -> tuple[float, float]:
        return self.factors[0].momentum_range(tail, mass)


@register_dataclass
@dataclasses.dataclass(frozen=True)
class Superposition(AbstractState):
    """psi = sum of coefficients times states, each with a phase, normalized: psi = sum c e^(i phase) psi_term.

    Args:
        terms: the states; all packets or all bound states.
        coefficients: one real number for each; all 1 if not given.
        phases: one for each, all 0 if not given.

    Raises:
        ArgumentError: if they differ in number, packets are mixed with bound states, or all coefficients are 0.
    """

    terms: tuple[AbstractState, ...]
    coefficients: tuple[float, ...] | None = None
    phases: tuple[Number, ...] | None = None

    def __post_init__(self) -> None:
        if isinstance(self.terms, tuple) and not self.terms:
            raise ArgumentError("terms", "must hold at least one state, but is empty; add one.")
        for name in ("coefficients", "phases"):
            numbers = getattr(self, name)
            if isinstance(numbers, tuple):
                if len(self.terms) != len(numbers):
                    raise ArgumentError(
                        name,
                        f"must be one for each term, but there are {len(numbers)} for {len(self.terms)} terms; give as many.",
                    )
                for value in numbers:
                    finite(name, value)
        numbers = self.coefficients
        if isinstance(numbers, tuple) and all(concrete(value) and value == 0 for value in numbers):
            raise ArgumentError("coefficients", "must not all be 0, but are; nothing would be left.")
        kinds = {term.bound for term in self.terms if isinstance(term, AbstractState)}
        if len(kinds) > 1:
            raise ArgumentError("terms", "must be all packets or all bound states, but are mixed; take one sort.")

    @property
    def bound(self) -> bool:  # type: ignore[override]
        return self.terms[0].bound

    @property
    def amplitudes(self) -> tuple[Any, ...]:
        """Complex coefficients of the terms, with their phases."""
        coefficients = (1.0,) * len(self.terms) if self.coefficients is None else self.coefficients
        if self.phases is None:
            return coefficients
        return tuple(c * jnp.exp(1j * jnp.asarray(phase)) for c, phase in zip(coefficients, self.phases, strict=True))

    def sample(self, grid: Grid, hamiltonian: Hamiltonian) -> jax.Array:
        parts = [c * term.sample(grid, hamiltonian) for c, term in zip(self.amplitudes, self.terms, strict=True)]
        return normalized(jnp.asarray(sum(parts)), grid)
