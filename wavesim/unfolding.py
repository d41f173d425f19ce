"""Problems with walls or on a ring, mapped to an endless line together with their observables.

Hard walls are mirrors: V is continued as even, psi as odd about each wall, where psi stays 0. So a plane-wave grid,
an absorber and every scheme apply unchanged, and a wall costs no accuracy. Both sides of a mirror are the same particle; the norm over both is 1.
"""

from __future__ import annotations

import dataclasses
import math
from typing import Any, ClassVar

import numpy as np

from ._amounts import amount
from ._arrays import AnyArray, xp as jnp
from ._checks import named
from ._jax import jax
from ._pytree import register_dataclass
from ._typing import LENGTH, Dimension
from .edges import window
from .ends import Axis, Ends, Walls
from .errors import NumericsError
from .fourier import forward, inverse
from .grid import Grid
from .hamiltonian import Hamiltonian
from .observables import (
    AbstractObservable,
    Autocorrelation,
    Energy,
    Expectation,
    Momentum,
    MomentumSpread,
    MovingIn,
    Overlap,
    Position,
    PositionSpread,
    ProbabilityCurrent,
    ProbabilityIn,
    Snapshot,
)
from .potentials import AbstractMassStructure, BandEdge, Unfolded, phase_space_values, require_mass
from .problem import Problem
from .regions import AbstractRegion, Before, Between, Beyond
from .states import as_packet, continued


def unfolded(problem: Problem) -> Problem:
    """The equivalent problem on an endless line; the problem itself if it has no ends.

    Raises:
        NumericsError: if V or an observable cannot be continued, or a flux goes through the ring.
    """
    ends = problem.ends
    if ends is None:
        return _along_band_edge(problem) if isinstance(problem.potential, AbstractMassStructure) else problem
    if isinstance(ends, Axis) and float(ends.flux):
        raise NumericsError(
            "only levels know of a flux through the ring, but something is to be propagated; leave out `flux`, or ask for levels."
        )
    return dataclasses.replace(
        problem,
        potential=Unfolded.of(problem.potential, ends, float(problem.mass)),
        state=continued(problem.state, ends, float(problem.mass)),
        measure={
            name: _continued(observable, ends, float(problem.mass)) for name, observable in problem.measure.items()
        },
        walls=None,
        axis=None,
    )


def _along_band_edge(problem: Problem) -> Problem:
    """The problem of a packet in a structure with its own masses, its potential the band edge of spectral elements."""
    structure = problem.potential
    assert isinstance(structure, AbstractMassStructure)
    packet = as_packet(problem.state, float(problem.mass))
    if packet is None:
        raise NumericsError(
            f"in a structure with masses of its own packets can be propagated, but the state is {named(problem.state)}; take a packet, or ask for levels."
        )
    for name, observable in problem.measure.items():
        if isinstance(observable, Energy | ProbabilityCurrent | Expectation):
            raise NumericsError(
                f"measure.{name} knows one mass alone, but the structure has masses of its own; measure probabilities, positions or momenta."
            )
    center = np.array([sum(packet.position_range(0.5 - 1e-9)) / 2])
    require_mass(float(np.asarray(structure.mass_at(center, problem.mass)).ravel()[0]), float(problem.mass))
    return dataclasses.replace(problem, potential=BandEdge(structure))


def unfolded_grid(grid: Grid | None, problem: Problem) -> Grid | None:
    """The grid on the endless line of one given between walls or around a ring, with as many points between the ends.

    Raises:
        NumericsError: if the grid does not end at the walls, or does not reach once around the ring.
    """
    ends = problem.ends
    if grid is None or ends is None:
        return grid
    low, high = ends.interval
    first, last, points = float(grid.lower[0]), float(grid.upper[0]), grid.points[0]
    near = 1e-9 * (last - first)
    if grid.dimension > 1 or any(
        math.isfinite(end) and abs(end - own) > near for end, own in ((low, first), (high, last))
    ):
        raise NumericsError(
            f"the grid must end at the walls, or reach once around the ring, {amount(low, LENGTH)} to {amount(high, LENGTH)}, "
            f"but reaches from {amount(first, LENGTH)} to {amount(last, LENGTH)}; leave it out, or give it these ends."
        )
    step = (last - first) / points
    if isinstance(ends, Axis):
        deltas = [place for place in problem.potential.spikes if low <= place < high]
        return Grid((ends.first_point(step, deltas),), (step,), (points,))
    start = 2 * first - last if ends.left is not None else first
    return Grid((start + step / 2,), (step,), (2 * points,))


def start_on(problem: Problem, grid: Grid) -> tuple[Hamiltonian, jax.Array]:
    """H at t = 0 and psi at the start, on the endless line.

    Args:
        problem: the problem before unfolding.
        grid: grid of its record, from wall to wall.
    """
    ends = problem.ends
    if ends is None or isinstance(ends, Axis):
        line, place = unfolded(problem), grid
    else:
        step, points = float(grid.spacing[0]), grid.points[0]
        line, low = unfolded(problem), float(grid.lower[0])
        place = Grid((low - points * step if ends.left is not None else low,), (step,), (2 * points,))
    hamiltonian = line.hamiltonian(place)
    return hamiltonian, line.state.sample(place, hamiltonian)


def _continued(observable: AbstractObservable, ends: Ends, mass: float) -> AbstractObservable:
    if isinstance(observable, Overlap):
        return Overlap(continued(observable.reference, ends, mass))
    if isinstance(observable, Autocorrelation):
        return observable
    if isinstance(ends, Walls) and isinstance(observable, Position | PositionSpread | Momentum | MomentumSpread):
        return FromWall(observable, ends)
    if isinstance(ends, Walls):
        return Beside(observable, ends)
    if isinstance(observable, Expectation):
        _refuse_seam(observable, ends)
    if isinstance(observable, Position | PositionSpread):
        return AroundRing(ends, isinstance(observable, PositionSpread))
    if isinstance(observable, ProbabilityIn | MovingIn):
        return dataclasses.replace(observable, region=OnRing(observable.region, ends))
    return observable


def _refuse_seam(observable: Expectation, axis: Axis) -> None:
    """Check that a formula continues smoothly from one period of a ring to the next.

    Raises:
        NumericsError: if its value or its slope differs between the ends of a period.
    """
    low, high = axis.interval
    step = (high - low) / 1024
    around = Grid((low - step,), (step,), (4,)), Grid((high - step,), (step,), (4,))
    values = [phase_space_values(observable.formula, observable.parameters or {}, line) for line in around]
    for first, second in zip(*([v.place, *(place for place, _ in v.products)] for v in values), strict=True):
        if not np.allclose(first, second, rtol=1e-9, atol=1e-9 * float(np.max(np.abs(first)))):
            raise NumericsError(
                f"what is measured on a ring must come back after a period, but {observable.formula[:40]!r} does not; write it with sin and cos of the coordinate."
            )


@dataclasses.dataclass(frozen=True)
class _Half(Snapshot):
    """A snapshot of the endless line, measured on the particle's own side; the mirror image counts as its original.

    Gradients of observables with respect to an odd psi are therefore odd, and as smooth as the observable allows.
    """

    inside: jax.Array
    image: jax.Array

    def mean(self, values: AnyArray) -> jax.Array:
        own = self.inside * values
        return jnp.sum((own + own[self.image]) * jnp.abs(self.psi) ** 2) * self.grid.cell

    def momentum_mean(self, values: AnyArray) -> jax.Array:
        # Re <psi|v(p)|psi> of one side, where psi is 0 at the wall, so that no edge adds to it: the part of v that is odd in p has the
        # other sign in the mirror
        values = jnp.broadcast_to(values, self.phi.shape)
        turned = jnp.roll(values[::-1], 1)
        even = jnp.sum((values + turned) / 2 * jnp.abs(self.phi) ** 2) * self.grid.cell / self.phi.size
        moved = inverse((values - turned) / 2 * self.phi, self.grid.dimension)
        side = self.inside - self.inside[self.image]
        return even + jnp.sum(side * jnp.real(jnp.conj(self.psi) * moved)) * self.grid.cell

    def joint_mean(self, values: AnyArray, factors: AnyArray) -> jax.Array:
        return 2 * super().joint_mean(self.inside * values, factors)


@register_dataclass
@dataclasses.dataclass(frozen=True)
class Beside(AbstractObservable):
    """An observable of the particle on its own side of the walls."""

    dimension: ClassVar[Dimension]

    observable: AbstractObservable
    walls: Walls

    def prepare(self, grid: Grid, hamiltonian: Hamiltonian, initial: jax.Array) -> Any:
        left, right = self.walls.left, self.walls.right
        low, high = (-math.inf if left is None else left), (math.inf if right is None else right)
        inside = jnp.where((grid.x > low) & (grid.x < high), 1.0, 0.0)
        wall, _ = self.walls.nearest
        # on a finer grid of the same box a wall may lie on a point
        image = jnp.round((2 * wall - grid.x - grid.lower[0]) / grid.spacing[0]).astype(int) % grid.points[0]
        return (inside, image), self.observable.prepare(grid, hamiltonian, initial)

    def measure(self, prepared: Any, snapshot: Snapshot) -> jax.Array:
        (inside, image), inner = prepared
        if isinstance(self.observable, Energy):
            return self.observable.measure(inner, snapshot)
        if isinstance(self.observable, ProbabilityCurrent):
            return 2 * self.observable.measure(inner, snapshot)
        if isinstance(self.observable, MovingIn):
            fraction, forward_momenta = inner
            return 2 * self.observable.measure((inside * fraction, forward_momenta), snapshot)
        return self.observable.measure(inner, _Half(snapshot.psi, snapshot.hamiltonian, inside, image))


def without_walls(observable: AbstractObservable) -> AbstractObservable:
    """The observable inside `Beside`; any other unchanged."""
    return observable.observable if isinstance(observable, Beside) else observable


@register_dataclass
@dataclasses.dataclass(frozen=True)
class FromWall(AbstractObservable):
    """Mean and standard deviation of position and momentum beside a wall or between two; exact for band-limited psi, odd about the wall.

    On the endless line the distance u from the wall is a triangle wave, and Im psi* psi' of one side is weighted with a square wave. Their Fourier
    series are combined with products of psi on twice as many points, which avoids aliasing:
    int u |psi|^2 = L/2 - (4 L/pi^2) sum over odd n of rho_n/n^2, with rho_n = int |psi|^2 cos(n pi u/L) du, and so on.
    """

    dimension: ClassVar[Dimension]

    observable: AbstractObservable
    walls: Walls

    def measure(self, prepared: Any, snapshot: Snapshot) -> jax.Array:
        grid, count = snapshot.grid, snapshot.grid.points[0]
        wall, sign = self.walls.nearest
        half, length = count // 2, grid.spacing[0] * count / 2
        n = jnp.arange(1, count)
        turned = jnp.exp(-1j * jnp.pi * n * (grid.lower[0] - wall) / length)

        def on_double_grid(phi: jax.Array) -> jax.Array:
            # the unpaired highest component is divided between both signs
            top = phi[half : half + 1] / 2
            return 2 * inverse(jnp.concatenate([phi[:half], top, jnp.zeros(count - 1), top, phi[half + 1 :]]), 1)

        def series(product: jax.Array) -> jax.Array:
            return forward(product.astype(complex), 1)[1:count] * turned * grid.spacing[0] / 2

        psi = on_double_grid(snapshot.phi)
        density = jnp.abs(psi) ** 2
        norm = jnp.sum(density) * grid.spacing[0] / 2
        odd = jnp.where(n % 2 == 1, 1.0, 0.0)
        if isinstance(self.observable, Momentum | MomentumSpread):
            # the unpaired highest component has no direction
            k = jnp.where(jnp.arange(count) == half, 0.0, grid.momentum[0])
            flow = jnp.imag(jnp.conj(psi) * on_double_grid(1j * k * snapshot.phi))
            mean = -4 * sign / jnp.pi * jnp.sum(odd * jnp.imag(series(flow)) / n) / norm
            if isinstance(self.observable, Momentum):
                return mean
            square = snapshot.momentum_mean(grid.momentum[0] ** 2) / snapshot.momentum_mean(jnp.ones(()))
            return jnp.sqrt(square - mean**2)
        rho = jnp.real(series(density)) / n**2
        mean = length / 2 - 4 * length / jnp.pi**2 * jnp.sum(odd * rho) / norm
        if isinstance(self.observable, Position):
            return wall + sign * mean
        square = length**2 / 3 + 4 * length**2 / jnp.pi**2 * jnp.sum((1 - 2 * odd) * rho) / norm
        return jnp.sqrt(square - mean**2)


@register_dataclass
@dataclasses.dataclass(frozen=True)
class AroundRing(AbstractObservable):
    """Mean position on a ring, the argument of R = <exp(2 pi i x/period)>, or the spread, sqrt(-2 ln abs(R)); as lengths.

    For a packet much narrower than the ring they are mean and standard deviation. Unlike <x> they are independent of the cut of the ring.

    Source: K. V. Mardia, P. E. Jupp, Directional Statistics (2000), section 2.2.
    """

    dimension: ClassVar[Dimension] = Position.dimension

    axis: Axis
    spread: bool = dataclasses.field(default=False, metadata={"static": True})

    def measure(self, prepared: Any, snapshot: Snapshot) -> jax.Array:
        period = self.axis.period
        low = -period / 2 if self.axis.lower is None else self.axis.lower
        turn = 2 * jnp.pi * (snapshot.grid.x - low - period / 2) / period
        norm = snapshot.mean(jnp.ones(()))
        across, along = snapshot.mean(jnp.sin(turn)) / norm, snapshot.mean(jnp.cos(turn)) / norm
        if self.spread:
            return jnp.sqrt(-jnp.log(across**2 + along**2)) * period / (2 * jnp.pi)
        return low + period / 2 + jnp.arctan2(across, along) * period / (2 * jnp.pi)


@register_dataclass
@dataclasses.dataclass(frozen=True)
class OnRing(AbstractRegion):
    """A region within one period of a ring."""

    region: AbstractRegion
    axis: Axis

    def fraction(self, grid: Grid) -> jax.Array:
        period = self.axis.period
        low = -period / 2 if self.axis.lower is None else self.axis.lower
        left, right = low, low + period
        if isinstance(self.region, Beyond):
            left = self.region.position
        elif isinstance(self.region, Before):
            right = self.region.position
        elif isinstance(self.region, Between):
            left, right = self.region.left, self.region.right
        total = jnp.zeros(grid.points)
        for turns in (-1, 0, 1):
            total = total + window(grid.x + turns * period, grid.spacing[0], left, right)
        return total
