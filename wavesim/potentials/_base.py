"""What every potential can do: samples on a grid, its value at a point, its edges, and what it becomes far away."""

from __future__ import annotations

import abc
import math
from typing import ClassVar

import numpy as np

from .._amounts import amount
from .._arrays import AnyArray, at_once, constant, known_inside, xp as jnp
from .._checks import named
from .._cures import cure, grid_cure
from .._jax import is_traced, jax, jit
from .._typing import LENGTH, STRENGTH
from ..edges import Places, bends, coincident
from ..ends import Walls
from ..errors import NumericsError
from ..grid import Grid

Position = tuple[AnyArray, ...]


class AbstractPotential(abc.ABC):
    """A potential V(x), or V(x, t).

    Its contract:

    * ``sample(grid)`` gives the samples that represent V on that grid. Sharp edges are moment-matched, never point-sampled.
    * ``value(position)`` is V itself at any point, for theory and pictures.
    * ``smooth`` says whether V has no edges; only then ``gradient_terms(grid)`` hold, which buy two orders in time.
    * ``static`` says whether V is independent of time.

    Potentials written for one dimension are planar on grids of more: they depend on the first axis alone.
    """

    static: ClassVar[bool] = True

    @property
    @abc.abstractmethod
    def smooth(self) -> bool:
        """Whether V has neither edges nor deltas."""

    @abc.abstractmethod
    def value(self, position: Position, *, mass: float = 1.0, time: float = 0.0) -> AnyArray:
        """V at `position`, one array for each axis, which broadcast against each other; units of energy."""

    def sample(self, grid: Grid, *, mass: float = 1.0, time: float = 0.0) -> jax.Array:
        """The samples that represent V on `grid`, shape ``grid.points``, at `time`.

        `mass` matters for oscillators, and for what the grid's waves cannot show at edges and deltas.
        """
        # what overflows far out confines, and is no warning
        with np.errstate(all="ignore"):
            samples = self.placed(grid, mass=mass, time=time)
        edges, spikes = self.edges_at(time), self.spikes
        if len(edges):
            jumps = self.jumps_at(time)
            samples = samples + planar(grid, bends(grid.x, grid.spacing[0], edges, jumps, mass))
        if spikes:
            samples = samples + planar(grid, spiked(grid, spikes, self.strengths, mass))
        return samples

    @abc.abstractmethod
    def placed(self, grid: Grid, *, mass: float = 1.0, time: float = 0.0) -> jax.Array:
        """V on `grid` with its edges in their places, but without its deltas, and without the bends of psi that the grid cannot show."""

    @abc.abstractmethod
    def asymptotes(self) -> tuple[float, float]:
        """V at x -> -inf and x -> +inf; ``inf`` where V confines, ``-inf`` where it falls without end. Both finite: the problem is open."""

    @abc.abstractmethod
    def support(self, tolerance: float) -> tuple[float, float]:
        """The interval outside of which V is within `tolerance` (relative to its height) of its asymptotes.

        For a confining V: an interval that holds its structure (the minima and what lies between).
        """

    def support_at(self, tolerance: float, time: float) -> tuple[float, float]:
        """The support at a time, for a V that moves; a uniform field counts as no structure."""
        return self.support(tolerance)

    def landmarks(self, time: float) -> np.ndarray:
        """Positions at which V must be looked at, or something is missed; empty where an even look at the support sees all."""
        return np.zeros(0)

    def held(self, grid: Grid, samples: jax.Array) -> jax.Array | None:
        """V of which bound starts are states, where a field pulls V itself below them far away; None where it is V.

        Args:
            grid: where V is sampled.
            samples: V there [energy], shape ``grid.points``, as the result has.
        """
        return None

    def extent(self, axis: int, tolerance: float) -> tuple[float, float] | None:
        """The interval of that axis that holds V's structure, as `support` gives it for the first; None where V does not depend on it.

        Raises:
            NumericsError: if it is not known.
        """
        return self.support(tolerance) if axis == 0 else None

    @property
    def walls(self) -> Walls | None:
        """Hard walls that belong to V itself; None for most."""
        return None

    @property
    def mirrored(self) -> bool:
        """Whether V is even about the middle of its grid, where psi is odd: a hard wall that is made by reflection."""
        return False

    @property
    def dimension(self) -> int:
        """How many axes V speaks of: 1 for a planar potential, which grids of more axes take as well."""
        return 1

    @property
    def edges(self) -> tuple[float, ...]:
        """Positions where V jumps, or where its slope does, in order and each once; empty for a smooth V."""
        return ()

    @property
    def knots(self) -> tuple[float, ...]:
        """Positions at which a higher derivative of V jumps, where they are known; V counts as smooth there."""
        return ()

    @property
    def edges_move(self) -> bool:
        """Whether edges may be elsewhere at another time."""
        return False

    def edges_at(self, time: float) -> Places:
        """The edges at a time, for those that move; under a JAX transformation some may coincide."""
        return self.edges

    def jumps_at(self, time: float) -> Places:
        """By how much V rises at each of `edges_at` of that time; 0 where its slope alone does."""
        return ()

    def instants(self, until: float) -> tuple[float, ...]:
        """Times from 0 to `until` at which V, or a derivative of it by time, may jump at all places at once; in order [time]."""
        return ()

    @property
    def spikes(self) -> tuple[float, ...]:
        """Positions of deltas, which must fall on grid points; empty for all others."""
        return ()

    @property
    def strengths(self) -> tuple[float, ...]:
        """Strengths of the deltas at `spikes`, energy times length; negative for wells."""
        return ()

    def gradient_terms(self, grid: Grid, *, mass: float = 1.0, time: float = 0.0) -> tuple[jax.Array, jax.Array]:
        """F = |grad V|^2 / m and G = grad F . grad V / m on `grid`, by `slopes` or by automatic differentiation.

        They are the multiplicative commutators [V,[T,V]] and its successor, which gradient-corrected schemes put into their kicks.
        Only for `smooth` potentials: at an edge V has no gradient.

        Returns:
            two real arrays of shape ``grid.points``; units energy^2/(mass length^2) and so on, in internal units.
        """
        if grid.dimension == 1 and known_inside(self, mass, time, grid.x):
            slopes = self.slopes(np.asarray(grid.x), float(mass))
            if slopes is not None:
                slope, bend = slopes
                return slope**2 / mass, 2 * slope**2 * bend / mass**2  # type: ignore[return-value]
        points = jnp.stack([jnp.broadcast_to(x, grid.points).ravel() for x in grid.position], axis=-1)
        if known_inside(self, mass, time, points):
            # one small program for each kind of potential serves grids of any size
            padded = np.concatenate([points, np.repeat(points[-1:], -len(points) % _BLOCK, axis=0)])
            parts = [
                at_once(_compiled_gradients, self, part, mass, time)
                for part in padded.reshape(-1, _BLOCK, len(grid.points))
            ]
            first, second = (np.concatenate(term)[: len(points)] for term in zip(*parts, strict=True))
            lost = np.isnan(first) | np.isnan(second)
            if lost.any() and not lost.all():
                first, second = self._regained(first, second, lost, np.asarray(points), mass, time)
        else:
            first, second = _gradients(self, points, mass, time)
        return first.reshape(grid.points), second.reshape(grid.points)  # type: ignore[return-value]

    def slopes(self, x: np.ndarray, mass: float) -> tuple[np.ndarray, np.ndarray] | None:
        """V' and V'' of a static V along one axis, where closed forms need no program; None leaves them to automatic differentiation.

        Args:
            x: positions, shape (n,) [length].
            mass: particle mass.

        Returns:
            two arrays of shape (n,) [energy/length, energy/length^2].
        """
        return None

    def _regained(
        self, first: np.ndarray, second: np.ndarray, lost: np.ndarray, points: np.ndarray, mass: float, time: float
    ) -> tuple[np.ndarray, np.ndarray]:
        """F and G where their derivatives are no numbers: far out, 1/cosh is next to 0 and its derivative infinity over infinity.

        F from differences of V; where it is next to nothing, so is G. Elsewhere they stay what they are, and the run says so.
        """
        axes, squares = points[lost].T, np.zeros(int(lost.sum()))
        for axis, x in enumerate(axes):
            step = 1e-4 * max(float(np.ptp(points[:, axis])) / len(points), 1e-300)
            sides = [
                np.asarray(
                    self.value(tuple(x + s if n == axis else y for n, y in enumerate(axes)), mass=mass, time=time)
                )  # type: ignore[arg-type]
                for s in (-step, step)
            ]
            squares += ((sides[1] - sides[0]) / (2 * step)) ** 2 / mass
        slight = squares <= _SLIGHT * float(np.max(first[~lost]))
        first, second = first.copy(), second.copy()
        first[lost] = np.where(slight, squares, first[lost])
        second[lost] = np.where(slight, 0.0, second[lost])
        return first, second


# of the largest F, below which G does not matter
_SLIGHT = 1e-8
# points at which one program works out gradients
_BLOCK = 512


def _gradients(
    potential: AbstractPotential, points: jax.Array, mass: float, time: float
) -> tuple[jax.Array, jax.Array]:
    """F and G of `AbstractPotential.gradient_terms` at points of shape (n, dimension), each of shape (n,)."""

    def value(r: jax.Array) -> jax.Array:
        return jnp.reshape(potential.value(tuple(r), mass=mass, time=time), ())

    slope = jax.grad(value)

    def squared(r: jax.Array) -> jax.Array:
        gradient = slope(r)
        return jnp.dot(gradient, gradient) / mass

    def both(r: jax.Array) -> tuple[jax.Array, jax.Array]:
        return jax.jvp(squared, (r,), (slope(r) / mass,))

    return jax.vmap(both)(points)


_compiled_gradients = jit(_gradients)


class AbstractSmoothPotential(AbstractPotential):
    """A potential without edges: samples are its values."""

    @property
    def smooth(self) -> bool:
        return True

    def placed(self, grid: Grid, *, mass: float = 1.0, time: float = 0.0) -> jax.Array:
        return jnp.broadcast_to(self.value(grid.position, mass=mass, time=time), grid.points)


class AbstractSharpPotential(AbstractPotential):
    """A potential with edges (jumps) or deltas. It places its own edges, by moment-matched steps."""

    @property
    def smooth(self) -> bool:
        return False


def unknown_extent(potential: AbstractPotential) -> NumericsError:
    """The error for a potential of several axes that is known along the first alone."""
    more = cure('a duration, and absorber = "none" or a table [absorber]', "a duration of the problem, and absorber=")
    return NumericsError(
        f"wavesim cannot choose a box for {named(potential)} in more than one dimension; {grid_cure()}, {more}."
    )


def planar(grid: Grid, line: AnyArray) -> jax.Array:
    """Samples along the first axis, spread over a grid of any dimension."""
    return jnp.broadcast_to(line.reshape((-1,) + (1,) * (grid.dimension - 1)), grid.points)


# (2/pi) int_0^pi (1 - cos u)/u^2 du, with the sine integral Si(pi): how much the grid's Green function falls from a point to the next, in units of m spacing
_BEND = 2 / math.pi * (1.8519370519824662 - 2 / math.pi)


def spiked(grid: Grid, places: Places, strengths: Places, mass: float) -> jax.Array:
    """Samples along the first axis of deltas on grid points, each of g/spacing, with g = strength/(1 + 2 m strength spacing/pi^2).

    The grid's waves end at pi/spacing; the renormalized strength makes up, at every energy, for those that a kink would need
    beyond, and leaves an error of third order. The strengths of deltas that coincide add before. A shift off the point by u cells, which only
    a derivative makes, enters as the dipole (-u, 0, u)/2 over 1 + 0.774 m g spacing: by that factor abs(psi)^2, where it bends at the
    delta, differs two points apart. First derivatives with respect to the place are right by it; without it they would be zero.

    Raises:
        NumericsError: if the spacing is so coarse that a well has no renormalized strength.
    """
    step, at, amounts = grid.spacing[0], jnp.asarray(places, float), jnp.asarray(strengths, float)
    screening = 1 + 2 * mass * (coincident(at) @ amounts) * step / math.pi**2
    if not is_traced(screening) and float(jnp.min(screening)) <= 0:
        deepest = float(jnp.min(coincident(at) @ amounts))
        raise NumericsError(
            f"a delta well of strength {amount(-deepest, STRENGTH, digits=4)} needs a spacing below {amount(-(math.pi**2) / 2 / float(mass * deepest), LENGTH, digits=4)}, "
            f"but the grid has {amount(step, LENGTH, digits=4)}; take a finer grid."
        )
    cells = (at - grid.lower[0]) / step
    nearest = constant(jnp.round(cells))
    shift = (cells - nearest)[:, None]
    offset = jnp.arange(grid.points[0]) - nearest[:, None]
    renormalized = (amounts / screening)[:, None]
    dipole = offset * shift / 2 / (1 + _BEND * mass * renormalized * step)
    shape = jnp.where(offset == 0, 1.0, jnp.where(jnp.abs(offset) == 1, dipole, 0.0))
    return jnp.sum(renormalized / step * shape, axis=0)


def departures(x: np.ndarray, values: np.ndarray, ends: tuple[float, float], tolerance: float) -> tuple[float, float]:
    """Where samples in order leave the left end value and reach the right one, within `tolerance` of the largest departure.

    Args:
        x: increasing positions, shape (n,).
        values: V there, finite, shape (n,).
        ends: V far to the left and to the right.
        tolerance: relative to the largest departure from either end; above 1/4 it counts as 1/4, so that a step has a width.

    Returns:
        the interval, outwards to the next position; of no length where V is constant.
    """
    left, right = (np.abs(values - end) for end in ends)
    largest = min(tolerance, 0.25) * max(float(left.max()), float(right.max()))
    first, last = np.flatnonzero(left > largest), np.flatnonzero(right > largest)
    if not len(first) or not len(last):
        return float(x[len(x) // 2]), float(x[len(x) // 2])
    a, b = max(first[0] - 1, 0), min(last[-1] + 1, len(x) - 1)
    return float(x[min(a, b)]), float(x[max(a, b)])


def reach(tolerance: float) -> float:
    """sqrt(2 ln(1/tolerance)): where a Gaussian of unit width has fallen to `tolerance`."""
    return math.sqrt(2 * math.log(1 / tolerance))
