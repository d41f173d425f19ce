"""Base classes of potentials: samples on a grid, values at points, edges, and limits far away."""

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
    * ``smooth`` says whether V has no edges; only then are ``gradient_terms(grid)`` valid, which gain two orders in time.
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

        `mass` matters for oscillators, and for the corrections at edges and deltas.
        """
        # V that overflows far away is confining, and needs no warning
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
        """V on `grid` with moment-matched edges, but without deltas and without corrections for bends of psi at edges."""

    @abc.abstractmethod
    def asymptotes(self) -> tuple[float, float]:
        """V at x -> -inf and x -> +inf; ``inf`` where V confines, ``-inf`` where it falls without bound. Both finite: the problem is open."""

    @abc.abstractmethod
    def support(self, tolerance: float) -> tuple[float, float]:
        """The interval outside of which V is within `tolerance` (relative to its height) of its asymptotes.

        For a confining V: an interval that contains its structure (the minima and all between them).
        """

    def support_at(self, tolerance: float, time: float) -> tuple[float, float]:
        """The support of a moving V at a time; a uniform field does not count as structure."""
        return self.support(tolerance)

    def landmarks(self, time: float) -> np.ndarray:
        """Positions at which V must be sampled to resolve its structure; empty where even spacing over the support suffices."""
        return np.zeros(0)

    def held(self, grid: Grid, samples: jax.Array) -> jax.Array | None:
        """The confining V that defines bound initial states where a field lowers V below them far away; None where it is V itself.

        Args:
            grid: where V is sampled.
            samples: V there [energy], shape ``grid.points``, like the result.
        """
        return None

    def extent(self, axis: int, tolerance: float) -> tuple[float, float] | None:
        """The interval of an axis that contains V's structure, as `support` for the first; None where V does not depend on it.

        Raises:
            NumericsError: if it is unknown.
        """
        return self.support(tolerance) if axis == 0 else None

    @property
    def walls(self) -> Walls | None:
        """Hard walls that are part of V; None for most potentials."""
        return None

    @property
    def mirrored(self) -> bool:
        """Whether V is even and psi odd about the middle of the grid, as for a hard wall made by reflection."""
        return False

    @property
    def dimension(self) -> int:
        """Number of axes that V depends on: 1 for a planar potential, which also works on grids of more axes."""
        return 1

    @property
    def edges(self) -> tuple[float, ...]:
        """Positions where V or its slope jumps, in order and each once; empty for a smooth V."""
        return ()

    @property
    def knots(self) -> tuple[float, ...]:
        """Known positions where a higher derivative of V jumps; V counts as smooth there."""
        return ()

    @property
    def edges_move(self) -> bool:
        """Whether edges move in time."""
        return False

    def edges_at(self, time: float) -> Places:
        """The edges at a time; under a JAX transformation some may coincide."""
        return self.edges

    def jumps_at(self, time: float) -> Places:
        """Rise of V at each of `edges_at` of that time; 0 where only its slope jumps."""
        return ()

    def instants(self, until: float) -> tuple[float, ...]:
        """Times from 0 to `until` at which V or a time derivative of it may jump everywhere at once; in order [time]."""
        return ()

    @property
    def spikes(self) -> tuple[float, ...]:
        """Positions of deltas, which must lie on grid points; empty without deltas."""
        return ()

    @property
    def strengths(self) -> tuple[float, ...]:
        """Strengths of the deltas at `spikes`, energy times length; negative for wells."""
        return ()

    def gradient_terms(self, grid: Grid, *, mass: float = 1.0, time: float = 0.0) -> tuple[jax.Array, jax.Array]:
        """F = |grad V|^2 / m and G = grad F . grad V / m on `grid`, by `slopes` or by automatic differentiation.

        They are the multiplicative commutators [V,[T,V]] and its successor, which gradient-corrected schemes add to their kicks.
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
            undefined = np.isnan(first) | np.isnan(second)
            if undefined.any() and not undefined.all():
                first, second = self._repaired(first, second, undefined, np.asarray(points), mass, time)
        else:
            first, second = _gradients(self, points, mass, time)
        return first.reshape(grid.points), second.reshape(grid.points)  # type: ignore[return-value]

    def slopes(self, x: np.ndarray, mass: float) -> tuple[np.ndarray, np.ndarray] | None:
        """V' and V'' of a static V along one axis in closed form; None leaves them to automatic differentiation.

        Args:
            x: positions, shape (n,) [length].
            mass: particle mass.

        Returns:
            two arrays of shape (n,) [energy/length, energy/length^2].
        """
        return None

    def _repaired(
        self, first: np.ndarray, second: np.ndarray, undefined: np.ndarray, points: np.ndarray, mass: float, time: float
    ) -> tuple[np.ndarray, np.ndarray]:
        """F and G where automatic differentiation gives nan: far out 1/cosh vanishes, and its derivative is infinity over infinity.

        F is computed from differences of V; where it is negligible, so is G. Elsewhere both stay nan, and the run reports it.
        """
        axes, squares = points[undefined].T, np.zeros(int(undefined.sum()))
        for axis, x in enumerate(axes):
            step = 1e-4 * max(float(np.ptp(points[:, axis])) / len(points), 1e-300)
            sides = [
                np.asarray(
                    self.value(tuple(x + s if n == axis else y for n, y in enumerate(axes)), mass=mass, time=time)
                )  # type: ignore[arg-type]
                for s in (-step, step)
            ]
            squares += ((sides[1] - sides[0]) / (2 * step)) ** 2 / mass
        negligible = squares <= _NEGLIGIBLE * float(np.max(first[~undefined]))
        first, second = first.copy(), second.copy()
        first[undefined] = np.where(negligible, squares, first[undefined])
        second[undefined] = np.where(negligible, 0.0, second[undefined])
        return first, second


# share of the largest F below which G is negligible
_NEGLIGIBLE = 1e-8
# points for which one compiled program computes gradients
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
    """A potential with edges (jumps) or deltas, which samples its edges by moment-matched steps."""

    @property
    def smooth(self) -> bool:
        return False


def unknown_extent(potential: AbstractPotential) -> NumericsError:
    """The error for a potential of several axes whose extent is known along the first only."""
    more = cure('a duration, and absorber = "none" or a table [absorber]', "a duration of the problem, and absorber=")
    return NumericsError(
        f"wavesim cannot choose a box for {named(potential)} in more than one dimension; {grid_cure()}, {more}."
    )


def planar(grid: Grid, line: AnyArray) -> jax.Array:
    """Samples along the first axis, broadcast to a grid of any dimension."""
    return jnp.broadcast_to(line.reshape((-1,) + (1,) * (grid.dimension - 1)), grid.points)


# (2/pi) int_0^pi (1 - cos u)/u^2 du, with the sine integral Si(pi): decrease of the grid's Green function from one point to the next, in units of m spacing
_BEND = 2 / math.pi * (1.8519370519824662 - 2 / math.pi)


def spiked(grid: Grid, places: Places, strengths: Places, mass: float) -> jax.Array:
    """Samples along the first axis of deltas on grid points, each of g/spacing, with g = strength/(1 + 2 m strength spacing/pi^2).

    The grid has no waves beyond pi/spacing; the renormalized strength compensates, at every energy, for those of a kink, and leaves an
    error of third order. The strengths of coinciding deltas are added first. A shift from the point by u cells, which occurs only in
    derivatives, enters as the dipole (-u, 0, u)/2 over 1 + 0.774 m g spacing, the factor by which abs(psi)^2, bent at the delta,
    differs two points apart. It makes first derivatives with respect to the place correct; without it they would be zero.

    Raises:
        NumericsError: if the spacing is too coarse for the renormalized strength of a well.
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
    """Interval in which samples change from the left end value to the right one, within `tolerance` of the largest departure.

    Args:
        x: increasing positions, shape (n,).
        values: V there, finite, shape (n,).
        ends: V far to the left and to the right.
        tolerance: relative to the largest departure from either end; above 1/4 it counts as 1/4, so that a step has a width.

    Returns:
        the interval, extended to the next positions; of zero length where V is constant.
    """
    left, right = (np.abs(values - end) for end in ends)
    largest = min(tolerance, 0.25) * max(float(left.max()), float(right.max()))
    first, last = np.flatnonzero(left > largest), np.flatnonzero(right > largest)
    if not len(first) or not len(last):
        return float(x[len(x) // 2]), float(x[len(x) // 2])
    a, b = max(first[0] - 1, 0), min(last[-1] + 1, len(x) - 1)
    return float(x[min(a, b)]), float(x[max(a, b)])


def reach(tolerance: float) -> float:
    """sqrt(2 ln(1/tolerance)): distance at which a Gaussian of unit width has fallen to `tolerance`."""
    return math.sqrt(2 * math.log(1 / tolerance))
