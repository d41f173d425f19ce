"""Observables: numbers that the compiled loop computes from psi at every frame."""

from __future__ import annotations

import abc
import dataclasses
import functools
from typing import Any, ClassVar

import numpy as np

from ._arrays import AnyArray, xp as jnp
from ._checks import at_least, finite
from ._face import public
from ._jax import jax, jit
from ._pytree import register_dataclass
from ._typing import DIMENSIONLESS, ENERGY, FREQUENCY, LENGTH, MOMENTUM, Dimension, Length, Parameter
from .errors import ArgumentError
from .fourier import at_point, derivative, forward, inverse
from .grid import Grid
from .hamiltonian import Hamiltonian
from .potentials import phase_space_axes, phase_space_terms, phase_space_values
from .regions import AbstractRegion
from .states import AbstractState
from .units import unit


@dataclasses.dataclass(frozen=True)
class Snapshot:
    """psi at one frame, with transforms that observables share."""

    psi: jax.Array
    hamiltonian: Hamiltonian

    @functools.cached_property
    def phi(self) -> jax.Array:
        """Bare momentum amplitudes (FFT order, unnormalized)."""
        return forward(self.psi, self.grid.dimension)

    @functools.cached_property
    def density(self) -> jax.Array:
        """abs(psi)^2."""
        return jnp.abs(self.psi) ** 2

    @property
    def grid(self) -> Grid:
        """The grid of psi."""
        return self.hamiltonian.grid

    def mean(self, values: AnyArray) -> jax.Array:
        """int values |psi|^2 dx."""
        return jnp.sum(values * self.density) * self.grid.cell

    def momentum_mean(self, values: AnyArray) -> jax.Array:
        """int values |phi|^2 dk."""
        return jnp.sum(values * jnp.abs(self.phi) ** 2) * self.grid.cell / self.phi.size

    def joint_mean(self, values: AnyArray, factors: AnyArray) -> jax.Array:
        """Re int psi* values(x) factors(p) psi dx: the mean of the symmetrized product."""
        return jnp.sum(values * jnp.real(jnp.conj(self.psi) * self.moved(factors))) * self.grid.cell

    def moved(self, values: AnyArray) -> jax.Array:
        """values(p) psi, in position space."""
        return inverse(values * self.phi, self.grid.dimension)


class AbstractObservable(abc.ABC):
    """A number per frame. `prepare` makes the weights once; `measure` reduces psi with them inside the loop."""

    dimension: ClassVar[Dimension]
    # whether it is conserved without absorption: in any potential, and in a static one
    conserved: ClassVar[bool] = False
    conserved_at_rest: ClassVar[bool] = False

    def prepare(self, grid: Grid, hamiltonian: Hamiltonian, initial: jax.Array) -> Any:
        """Arrays used at every frame, made once before the loop; `initial` is psi at the start."""
        del grid, hamiltonian, initial
        return ()

    @abc.abstractmethod
    def measure(self, prepared: Any, snapshot: Snapshot) -> jax.Array:
        """The number at this frame, shape ()."""

    def gradient(self, prepared: Any, snapshot: Snapshot) -> jax.Array:
        """O psi: half the derivative of the number with respect to psi*, per cell, shape ``grid.points``; for a real number only."""
        return _derivative(self, prepared, snapshot.psi, snapshot.hamiltonian)


@jit
def _derivative(observable: AbstractObservable, prepared: Any, psi: jax.Array, hamiltonian: Hamiltonian) -> jax.Array:
    slope = jax.grad(lambda psi: observable.measure(prepared, Snapshot(psi, hamiltonian)))(psi)
    return jnp.conj(slope) / (2 * hamiltonian.grid.cell)


def _check_axis(axis: int, grid: Grid) -> None:
    if axis >= grid.dimension:
        raise ArgumentError("axis", f"must be one of the grid's {grid.dimension} axes, counted from 0, but is {axis}.")


@register_dataclass
@dataclasses.dataclass(frozen=True)
class Norm(AbstractObservable):
    """int |psi|^2 dx: 1 for a closed problem, decreasing with an absorber."""

    dimension: ClassVar[Dimension] = DIMENSIONLESS
    conserved: ClassVar[bool] = True

    def measure(self, prepared: Any, snapshot: Snapshot) -> jax.Array:
        return snapshot.mean(jnp.ones(()))

    def gradient(self, prepared: Any, snapshot: Snapshot) -> jax.Array:
        return snapshot.psi


@register_dataclass
@dataclasses.dataclass(frozen=True)
class ProbabilityIn(AbstractObservable):
    """The probability inside a region, ``ProbabilityIn(Beyond(2 * nm))``; moving the region's planes does not recompile."""

    dimension: ClassVar[Dimension] = DIMENSIONLESS

    region: AbstractRegion

    def prepare(self, grid: Grid, hamiltonian: Hamiltonian, initial: jax.Array) -> Any:
        return self.region.fraction(grid)

    def measure(self, prepared: Any, snapshot: Snapshot) -> jax.Array:
        return snapshot.mean(prepared)

    def gradient(self, prepared: Any, snapshot: Snapshot) -> jax.Array:
        return prepared * snapshot.psi


@dataclasses.dataclass(frozen=True)
class _AlongAxis(AbstractObservable):
    axis: int = dataclasses.field(default=0, metadata={"static": True})

    def __post_init__(self) -> None:
        at_least("axis", self.axis, 0)


@register_dataclass
@dataclasses.dataclass(frozen=True)
class Position(_AlongAxis):
    """<x> along an axis, of the probability left in the box."""

    dimension: ClassVar[Dimension] = LENGTH

    def measure(self, prepared: Any, snapshot: Snapshot) -> jax.Array:
        _check_axis(self.axis, snapshot.grid)
        return snapshot.mean(snapshot.grid.position[self.axis]) / snapshot.mean(jnp.ones(()))

    def gradient(self, prepared: Any, snapshot: Snapshot) -> jax.Array:
        away = snapshot.grid.position[self.axis] - self.measure(prepared, snapshot)
        return snapshot.psi * away / snapshot.mean(jnp.ones(()))


@register_dataclass
@dataclasses.dataclass(frozen=True)
class PositionSpread(_AlongAxis):
    """sqrt(<x^2> - <x>^2) along an axis: the `width` of |psi|^2."""

    dimension: ClassVar[Dimension] = LENGTH

    def measure(self, prepared: Any, snapshot: Snapshot) -> jax.Array:
        _check_axis(self.axis, snapshot.grid)
        return _spread(snapshot.mean, snapshot.grid.position[self.axis])

    def gradient(self, prepared: Any, snapshot: Snapshot) -> jax.Array:
        return _spread_slope(snapshot.mean, snapshot.grid.position[self.axis]) * snapshot.psi


@register_dataclass
@dataclasses.dataclass(frozen=True)
class Momentum(_AlongAxis):
    """<p> along an axis, of the probability left in the box."""

    dimension: ClassVar[Dimension] = MOMENTUM

    def measure(self, prepared: Any, snapshot: Snapshot) -> jax.Array:
        _check_axis(self.axis, snapshot.grid)
        return snapshot.momentum_mean(snapshot.grid.momentum[self.axis]) / snapshot.momentum_mean(jnp.ones(()))

    def gradient(self, prepared: Any, snapshot: Snapshot) -> jax.Array:
        away = snapshot.grid.momentum[self.axis] - self.measure(prepared, snapshot)
        return snapshot.moved(away) / snapshot.momentum_mean(jnp.ones(()))


@register_dataclass
@dataclasses.dataclass(frozen=True)
class MomentumSpread(_AlongAxis):
    """sqrt(<p^2> - <p>^2) along an axis."""

    dimension: ClassVar[Dimension] = MOMENTUM

    def measure(self, prepared: Any, snapshot: Snapshot) -> jax.Array:
        _check_axis(self.axis, snapshot.grid)
        return _spread(snapshot.momentum_mean, snapshot.grid.momentum[self.axis])

    def gradient(self, prepared: Any, snapshot: Snapshot) -> jax.Array:
        return snapshot.moved(_spread_slope(snapshot.momentum_mean, snapshot.grid.momentum[self.axis]))


def _spread(mean: Any, values: AnyArray) -> jax.Array:
    norm = mean(jnp.ones(()))
    center = mean(values) / norm
    return jnp.sqrt(mean((values - center) ** 2) / norm)


def _spread_slope(mean: Any, values: AnyArray) -> jax.Array:
    """The operator ((v - <v>)^2 - s^2)/(2 s norm); applied to psi it gives the gradient of the spread s."""
    norm, spread = mean(jnp.ones(())), _spread(mean, values)
    center = mean(values) / norm
    return ((values - center) ** 2 - spread**2) / (2 * spread * norm)


@register_dataclass
@dataclasses.dataclass(frozen=True)
class Energy(AbstractObservable):
    """<H> of the probability left in the box, with V at that frame's time; conserved if H is static and nothing is absorbed."""

    dimension: ClassVar[Dimension] = ENERGY
    conserved_at_rest: ClassVar[bool] = True

    def measure(self, prepared: Any, snapshot: Snapshot) -> jax.Array:
        h = snapshot.hamiltonian
        kinetic = sum((snapshot.momentum_mean(t) for t in h.grid.kinetic(h.mass)), jnp.zeros(()))
        return (kinetic + snapshot.mean(h.potential)) / snapshot.mean(jnp.ones(()))

    def gradient(self, prepared: Any, snapshot: Snapshot) -> jax.Array:
        away = snapshot.hamiltonian.apply(snapshot.psi) - self.measure(prepared, snapshot) * snapshot.psi
        return away / snapshot.mean(jnp.ones(()))


@register_dataclass
@dataclasses.dataclass(frozen=True)
class Expectation(AbstractObservable):
    """The mean of a formula of x and p: <f(x) + g(p) + F(x) G(p)>, products as (F G + G F)/2, of the probability left in the box.

    ``Expectation("x^2", unit="nm^2")``, ``Expectation("p^2/(2*m) + k*x^2/2", {"m": 1.0, "k": 0.3}, "eV")``, ``Expectation("x*p")``. The
    formula is written as for `Expression`, in x, y, z and the momenta p (along x) or px, py, pz, with hbar = 1; no t. Numbers with a dimension are
    parameters, which a file gives with their units, so that the formula holds in any units; jumps and kinks in x are sampled as those of potentials.

    It must be a sum of terms, each a function of position times one of momentum. Not for functions with a singularity such as that of an atom's V
    at 0, or infinite at a point of the grid.

    Args:
        formula: formula of the averaged quantity.
        parameters: values of its other names.
        unit: unit in which the mean is shown, "nm^2" or "eV"; "1" for a plain number, and in natural units.

    Raises:
        ArgumentError: if the formula is invalid or no such sum, or the unit is unknown.
    """

    formula: str = dataclasses.field(metadata={"static": True})
    parameters: dict[str, Parameter] | None = None
    unit: str = dataclasses.field(default="1", metadata={"static": True})

    def __post_init__(self) -> None:
        if not isinstance(self.formula, str):
            raise ArgumentError("formula", f"must be text, but is {self.formula!r}; put it in quotation marks.")
        phase_space_terms(self.formula, tuple(self.parameters or {}))
        for name, value in (self.parameters or {}).items():
            finite(f"parameters.{name}", value)
        if self.unit != "1":
            unit(self.unit)

    def __hash__(self) -> int:
        return hash((self.formula, tuple(sorted((self.parameters or {}).items())), self.unit))

    @property
    def dimension(self) -> Dimension:  # type: ignore[override]
        """The dimension of its unit; a plain number here is no probability."""
        if self.unit == "1":
            return Dimension("plain number", (0, 0, 0))
        return Dimension(self.unit, unit(self.unit)[1], examples=(self.unit,))

    def prepare(self, grid: Grid, hamiltonian: Hamiltonian, initial: jax.Array) -> Any:
        axes = phase_space_axes(self.formula, tuple(self.parameters or {}))
        if axes > grid.dimension:
            raise ArgumentError(
                "formula",
                f"must speak of the axes of the grid, but speaks of {axes} and the grid has {grid.dimension}; take them out.",
            )
        values = phase_space_values(self.formula, self.parameters or {}, grid)
        parts = (values.place, values.momentum, *(part for pair in values.products for part in pair))
        if any(isinstance(part, np.ndarray) and not np.all(np.isfinite(part)) for part in parts):
            raise ArgumentError(
                "formula",
                f"must have a value at every point and every momentum of the grid, but {self.formula[:40]!r} has none at some; mend it, as by where(...).",
            )
        return values.place, values.momentum, values.products

    def measure(self, prepared: Any, snapshot: Snapshot) -> jax.Array:
        place, momentum, products = prepared
        total = snapshot.mean(place) + snapshot.momentum_mean(momentum)
        for values, factors in products:
            total = total + snapshot.joint_mean(values, factors)
        return total / snapshot.mean(jnp.ones(()))


@register_dataclass
@dataclasses.dataclass(frozen=True)
class ProbabilityCurrent(AbstractObservable):
    """Probability per unit time through the plane x = `position` to the right, j = Im(psi* dpsi/dx) / m, summed over other axes.

    In one dimension psi is interpolated exactly to `position`; in more, the grid plane nearest to it is taken.
    """

    dimension: ClassVar[Dimension] = FREQUENCY

    position: Length

    def __post_init__(self) -> None:
        finite("position", self.position)

    def measure(self, prepared: Any, snapshot: Snapshot) -> jax.Array:
        grid, mass = snapshot.grid, snapshot.hamiltonian.mass
        slope = derivative(snapshot.psi, grid, 0)
        if grid.dimension == 1:
            return (
                jnp.imag(jnp.conj(at_point(snapshot.psi, grid, self.position)) * at_point(slope, grid, self.position))
                / mass
            )
        plane = jnp.round((self.position - grid.lower[0]) / grid.spacing[0]).astype(int)
        density = jnp.imag(jnp.conj(snapshot.psi) * slope).reshape(grid.points[0], -1).sum(axis=1)
        return density[plane] * (grid.cell / grid.spacing[0]) / mass


@register_dataclass
@dataclasses.dataclass(frozen=True)
class Overlap(AbstractObservable):
    """<reference|psi(t)>, complex, with a reference state made on the same grid."""

    dimension: ClassVar[Dimension] = DIMENSIONLESS

    reference: AbstractState

    def prepare(self, grid: Grid, hamiltonian: Hamiltonian, initial: jax.Array) -> Any:
        return jnp.conj(self.reference.sample(grid, hamiltonian)) * grid.cell

    def measure(self, prepared: Any, snapshot: Snapshot) -> jax.Array:
        return jnp.sum(prepared * snapshot.psi)


@register_dataclass
@dataclasses.dataclass(frozen=True)
class Autocorrelation(AbstractObservable):
    """<psi(0)|psi(t)>, complex; its square modulus is the survival probability."""

    dimension: ClassVar[Dimension] = DIMENSIONLESS

    def prepare(self, grid: Grid, hamiltonian: Hamiltonian, initial: jax.Array) -> Any:
        return jnp.conj(initial) * grid.cell

    def measure(self, prepared: Any, snapshot: Snapshot) -> jax.Array:
        return jnp.sum(prepared * snapshot.psi)


@register_dataclass
@dataclasses.dataclass(frozen=True)
class MovingIn(AbstractObservable):
    """The probability inside a region with momentum to the right (or left): what may still leave it that way.

    psi is cut to the region and the momenta of one sign are summed; the cut broadens momenta slightly, so this is an estimate from above.
    """

    dimension: ClassVar[Dimension] = DIMENSIONLESS

    region: AbstractRegion
    direction: str = dataclasses.field(default="right", metadata={"static": True})

    def prepare(self, grid: Grid, hamiltonian: Hamiltonian, initial: jax.Array) -> Any:
        sign = 1.0 if self.direction == "right" else -1.0
        return self.region.fraction(grid), jnp.where(sign * grid.momentum[0] > 0, 1.0, 0.0)

    def measure(self, prepared: Any, snapshot: Snapshot) -> jax.Array:
        fraction, forward_momenta = prepared
        grid = snapshot.grid
        moving = inverse(forward_momenta * forward(fraction * snapshot.psi, grid.dimension), grid.dimension)
        return jnp.sum(jnp.abs(moving) ** 2) * grid.cell

    def gradient(self, prepared: Any, snapshot: Snapshot) -> jax.Array:
        fraction, forward_momenta = prepared
        dimension = snapshot.grid.dimension
        return fraction * inverse(forward_momenta * forward(fraction * snapshot.psi, dimension), dimension)


def __dir__() -> list[str]:
    return public(globals())
