"""The error of the grid in a number: the residual with the exact potential, weighted by the gradient of the number."""

from __future__ import annotations

import dataclasses
import functools
import itertools
import math
from collections.abc import Sequence

import numpy as np

from ....grid import Grid
from ....hamiltonian import Hamiltonian
from ....observables import Snapshot
from ....potentials import Unfolded
from ....problem import Problem
from ....propagation import Adjoint, Result
from ._finer_grid import FinerGrid, finer_grid, interpolated
from ._weighted_residual import Residual, WeightedResidual

# first refinement factor of the residual, in one dimension and in more
_REFINEMENT = (2, 2)
# largest refinement factor, in one dimension and in more
_LARGEST_REFINEMENT = (64, 4)
# total contribution of the times left out on finer grids, relative to `enough`
_NEGLECTED = 0.05
# times at which the energy of the particle is computed
_ENERGIES = 16
# points of the finer grid times the samples in a block, which fit into a core's cache
_BLOCK = 1 << 16
# most points of the finest grid if a number depends on waves of any length
_MOST_BESIDE_WALLS = 1 << 15
# accepted contribution of the outer octave, relative to the uncertainty
_OUTER = 0.2
# refinement factors of interpolated psi for observables in one dimension: the second shows the error of the first
_INTERPOLATION = (4, 8)
# the same in more dimensions
_INTERPOLATION_IN_PLANES = (2,)
# uncertainty of a change by a single interpolation, relative to the change; an error of fourth order leaves a sixteenth
_SINGLE = 0.1


def grid_residuals(result: Result, enough: float = 0.0) -> dict[str, Residual]:
    """The error of the grid in each number whose gradient is an adjoint of the run, by name.

    A run solves i dpsi/dt = T psi + I(V psi) within the band of its grid; I is the interpolation on the grid, with the samples of V.
    The residual R = V psi - I(V psi), with the exact V on a finer grid, changes the number by

    dQ = 2 Im int dt <phi + phi'|R>,  phi' = G S + G V G S - G^2 (i d/dt - E) S,  G(k) = -1/(k^2/2m - E),

    with S = V phi - I(V phi) and E the mean energy. phi' is the residual of the gradient itself, to second order in the energies of
    the particle over the kinetic energy of the wave: beyond the band, where I(V phi) vanishes, and within it for waves whose kinetic energy is
    far above E, which follow the slower ones adiabatically. The second order is the uncertainty of both. (With G S beyond the band alone,
    edges between the points leave an error of third order in the spacing: 1.1e-4 of 6.6e-5; tests/analysis/test_adjoint.py.) The exact V is
    `exact_samples`, from values of V alone. With moving edges there is only the first order, which is wholly uncertain. Waves that
    the steps of a splitting drive by resonance are replaced: see `FinerGrid.without_resonances`.

    The error of the number's own observables between the points is added (a region's edge cuts abs(psi)^2 to fourth order only): they are
    measured again on interpolated psi.

    Args:
        result: the run, with psi kept and its adjoints.
        enough: contribution of waves beyond the finest grid that is accepted, absolute.

    Returns:
        a `Residual` for each adjoint.

    Not for deltas alone: R falls as slowly as 1/k fine, and the outer octave is added once more for what lies beyond the finest grid.

    Source: R. Becker and R. Rannacher, Acta Numerica 10, 1 (2001), eq. (2.15); phi' is perturbation theory, P.-O. Loewdin, J. Chem. Phys. 19, 1396 (1951).
    """
    grid = result.numerics.grid
    several = grid.dimension > 1
    refinement, largest = _REFINEMENT[several], _LARGEST_REFINEMENT[several]
    if isinstance(result.problem.potential, Unfolded):
        # a momentum beside a wall depends on waves of any length: the bar includes those beyond the finest grid
        largest = max(refinement, min(largest, _MOST_BESIDE_WALLS // grid.points[0]))
    pending, done = dict(result.adjoints), {}
    corrections: dict[str, list[float]] = {name: [] for name in pending}
    neglected = 0.0
    active = np.arange(max((len(adjoint.times) for adjoint in pending.values()), default=0))
    fine: FinerGrid | None = None
    records = interpolations(result) if pending else ()
    follows = all(adjoint.follows for adjoint in itertools.islice(pending.values(), 1))
    while pending:
        fine = _refined(result, pending, refinement, fine)
        residuals, sizes = _residuals_on(fine, pending, active)
        if len(active) == len(sizes):
            active, neglected = _largest(sizes, _NEGLECTED * enough)
        for name, (residual, outer) in residuals.items():
            corrections[name].append(residual.correction)
            # in two dimensions a second refinement would cost four times the first
            remaining = 0.0 if several else _remaining_change(corrections[name])
            if len(corrections[name]) > 1:
                remaining += neglected
            if outer + remaining <= max(_OUTER * residual.uncertainty, enough) or refinement >= largest:
                change, unsure = _interpolation_change(result, pending.pop(name), records)
                extra = outer + remaining + unsure
                done[name] = dataclasses.replace(
                    residual,
                    correction=residual.correction + change,
                    uncertainty=residual.uncertainty + extra,
                    bound=residual.bound + extra,
                    follows=follows,
                )
        refinement *= 2
    return {name: done[name] for name in result.adjoints}


def _largest(sizes: np.ndarray, least: float) -> tuple[np.ndarray, float]:
    """The indices of all sizes but the smallest ones, which add up to no more than `least`, and the sum of these."""
    order = np.argsort(sizes, kind="stable")
    sums = np.cumsum(sizes[order])
    left = min(int(np.searchsorted(sums, least, side="right")), len(sizes) - 1)
    return np.sort(order[left:]), float(sums[left - 1]) if left else 0.0


def _remaining_change(corrections: list[float]) -> float:
    """Bound on the change of a correction by further refinements: the last change, or after two the rest of a geometric series."""
    if len(corrections) < 2:
        return math.inf
    last = abs(corrections[-1] - corrections[-2])
    before = abs(corrections[-2] - corrections[-3]) if len(corrections) > 2 else last
    ratio = last / before if before > 0 else 1.0
    return last * min(1.0, ratio / (1 - ratio) if ratio < 1 else 1.0)


class _InterpolatedRecord:
    """The observables of a run, measured on interpolated psi.

    Args:
        result: with psi kept.
        refinement: refinement factor of the grid.
    """

    def __init__(self, result: Result, refinement: int) -> None:
        self.result, self.refinement = result, refinement
        self.grid = finer_grid(result.numerics.grid, refinement)
        self.start = self._hamiltonian(0.0)

    def series(self, name: str, frames: Sequence[int] | np.ndarray) -> np.ndarray:
        """An observable at some frames."""
        problem, observable, now = self.result.problem, self.result.problem.measure[name], self.start
        # NumPy arrays, as all tables of a run with concrete numbers
        prepared = observable.prepare(self.grid, now, self._psi(0))  # type: ignore[arg-type]
        values = []
        for frame in frames:
            if not problem.potential.static:
                now = self._hamiltonian(float(self.result.times[frame]))
            values.append(float(observable.measure(prepared, Snapshot(self._psi(frame), now))))  # type: ignore[arg-type]
        return np.array(values)

    def _psi(self, frame: int) -> np.ndarray:
        return interpolated(self.result.psi[frame], self.refinement)

    def _hamiltonian(self, time: float) -> Hamiltonian:
        return _LazyHamiltonian(self.result.problem, self.grid, time)


class _InitialRecord(_InterpolatedRecord):
    """The observables at the start, measured on the packet itself: on the run's grid waves beyond the band are aliased."""

    def _psi(self, frame: int) -> np.ndarray:
        del frame
        return np.asarray(self.result.problem.state.sample(self.grid, self.start))


class _LazyHamiltonian(Hamiltonian):
    """H at a time, whose V is sampled only if an observable needs it, as few do."""

    def __init__(self, problem: Problem, grid: Grid, time: float) -> None:
        fields = {"grid": grid, "mass": problem.mass, "closed": None, "held": None, "_problem": problem, "_time": time}
        self.__dict__.update(fields)

    @functools.cached_property
    def potential(self) -> np.ndarray:  # type: ignore[override]
        problem: Problem = self.__dict__["_problem"]
        return problem.potential.sample(self.grid, mass=problem.mass, time=self.__dict__["_time"])  # type: ignore[return-value]


def interpolations(result: Result) -> tuple[_InterpolatedRecord, ...]:
    """The run's observables on interpolated psi, once for each refinement of `interpolation_change`."""
    return tuple(_InterpolatedRecord(result, refinement) for refinement in _refinements(result))


def initial_interpolations(result: Result) -> tuple[_InterpolatedRecord, ...]:
    """`interpolations` for the first frame alone, kept or not: a packet is evaluated between the points; an eigenstate of the grid's H is interpolated,
    and so is a packet mirrored by walls, which lie midway between points only on the run's grid.
    """
    potential = result.problem.potential
    walled = isinstance(potential, Unfolded) and potential.wall is not None
    if not result.problem.state.bound and not walled:
        return tuple(_InitialRecord(result, refinement) for refinement in _refinements(result))
    if not len(result.psi):
        # rows of a sweep do not keep psi
        grid = result.numerics.grid
        psi = result.problem.state.sample(grid, result.problem.hamiltonian(grid))
        result = dataclasses.replace(result, psi=np.asarray(psi)[None])
    return interpolations(result)


def _refinements(result: Result) -> tuple[int, ...]:
    return _INTERPOLATION_IN_PLANES if result.numerics.grid.dimension > 1 else _INTERPOLATION


def _interpolation_change(
    result: Result, adjoint: Adjoint, records: tuple[_InterpolatedRecord, ...]
) -> tuple[float, float]:
    """The change of the number if its observables use interpolated psi, and the uncertainty of this change."""
    change = uncertainty = 0.0
    for name, weights in adjoint.number.series.items():
        frames = np.flatnonzero(weights)
        changes, uncertainties = interpolation_change(result, name, frames, records)
        change += float(weights[frames] @ changes)
        uncertainty += float(np.abs(weights[frames]) @ uncertainties)
    return change, uncertainty


def interpolation_change(
    result: Result, name: str, frames: Sequence[int] | np.ndarray, records: tuple[_InterpolatedRecord, ...]
) -> tuple[np.ndarray, np.ndarray]:
    """The change of a series at some frames if psi is interpolated first, and the uncertainty of this change.

    Along one axis the points are four and eight times as dense, and the difference of the two is the uncertainty: sixteen times the
    error of the second, where it is of fourth order. The energy of deltas is of first order, and extrapolated to spacing 0 from each two
    neighbors, whose difference is the uncertainty. In more dimensions the points are twice as dense, and a tenth is uncertain.

    Args:
        result: with psi kept.
        name: name of one of its observables.
        frames: indices of the frames, shape (n,).
        records: its `interpolations`, or `initial_interpolations`.

    Returns:
        both, shape (n,), in the units of the series.
    """
    values = [np.asarray(result.series[name], float)[frames], *(record.series(name, frames) for record in records)]
    if len(records) < 2:
        change = values[-1] - values[0]
        return change, np.abs(change) * _SINGLE
    if result.problem.potential.spikes:
        times = (1, *(record.refinement for record in records))
        pairs = zip(values[:-1], values[1:], times[:-1], times[1:], strict=True)
        first, second = (fine + (fine - coarse) / (after / before - 1) for coarse, fine, before, after in pairs)
        return second - values[0], np.abs(second - first)
    return values[-1] - values[0], np.abs(values[-1] - values[-2])


def _refined(result: Result, adjoints: dict[str, Adjoint], refinement: int, coarser: FinerGrid | None) -> FinerGrid:
    some_adjoint = next(iter(adjoints.values()))
    interval = float(some_adjoint.times[1] - some_adjoint.times[0])
    stride = slice(None, None, max(1, (len(some_adjoint.times) - 1) // _ENERGIES))
    return FinerGrid(
        result.problem,
        result.numerics,
        (some_adjoint.times[stride], some_adjoint.psi[stride]),
        refinement,
        interval,
        coarser,
    )


def _residuals_on(
    fine: FinerGrid, adjoints: dict[str, Adjoint], active: np.ndarray
) -> tuple[dict[str, tuple[Residual, float]], np.ndarray]:
    """The residuals on a finer grid, with the contribution of the outer octave of each, and the largest contribution of each time.

    Args:
        fine: the grid.
        adjoints: of the run.
        active: indices of the times that are summed; the others are left out.
    """
    some_adjoint = next(iter(adjoints.values()))
    weights = np.full(len(some_adjoint.times), float(some_adjoint.times[1] - some_adjoint.times[0]))
    weights[[0, -1]] /= 2
    sums = {name: WeightedResidual(fine) for name in adjoints}
    # the measure of an integral over the finer grid, of spectra
    scale = math.prod(float(h) for h in fine.grid.spacing) / fine.outside.size
    if fine.compiled:
        fine.sample(some_adjoint.times[active[:1]])
        phi = np.stack([adjoint.phi[active] for adjoint in adjoints.values()])
        products = fine.products(some_adjoint.psi[active], phi, weights[active])
        for place, weighted in enumerate(sums.values()):
            weighted.add_products(products, place, scale)
    else:
        _add_blocks(fine, adjoints, active, weights, scale, sums)
    results = {name: weighted.residual(weights, active) for name, weighted in sums.items()}
    largest = np.max([each for _, _, each in results.values()], axis=0)
    return {name: (residual, outer) for name, (residual, outer, _) in results.items()}, largest


def _add_blocks(
    fine: FinerGrid,
    adjoints: dict[str, Adjoint],
    active: np.ndarray,
    weights: np.ndarray,
    scale: float,
    sums: dict[str, WeightedResidual],
) -> None:
    """The sums over times by NumPy, block by block."""
    some_adjoint = next(iter(adjoints.values()))
    block = max(1, _BLOCK // fine.outside.size)
    for first in range(0, len(active), block):
        times = active[first : first + block]
        fine.sample(some_adjoint.times[times])
        psi = fine.without_resonances(some_adjoint.psi[times])
        residual = fine.residual(psi, fine.forward(psi)) * scale
        outside = np.abs(residual[:, fine.outside]) * weights[times, None]
        for name, adjoint in adjoints.items():
            sums[name].add(fine.without_resonances(adjoint.phi[times]), residual, outside)
