"""What a grid leaves wrong in a number: the residual of the true potential, weighted by the gradient of the number."""

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
from ._missed_waves import FinerGrid, finer_grid, padded
from ._weighed import Residual, Weighed

# how many times finer the residual is looked at, at first and at most, along one axis and along more
_FINER, _FINEST = (2, 2), (64, 4)
# of what need not be looked for: what times add up to that finer looks leave out
_UNFELT = 0.05
# times at which it is looked at how much energy the particle has
_ENERGIES = 16
# points of the finer grid, of all times that are looked at together: what stays in a core's cache
_TOGETHER = 1 << 16
# points of the finest grid where a number may have waves without end
_MOST_BESIDE = 1 << 15
# of what is corrected: what the outer octave may contribute
_OUTER = 0.2
# how many times finer the points are between which observables see interpolated psi: along one axis twice, the second one tells what the first left
_BETWEEN, _BETWEEN_ON_PLANES = (4, 8), (2,)
# of such a correction: what is uncertain of it where it was made once; a fourth-order error leaves a sixteenth
_MADE_ONCE = 0.1


def grid_residuals(result: Result, enough: float = 0.0) -> dict[str, Residual]:
    """The error of the grid in each number that an adjoint of the run is the gradient of, by name.

    A grid run solves i dpsi/dt = T psi + I(V psi) within its band, I the interpolation on the grid with the samples of V that the run had.
    It misses R = V psi - I(V psi), V the true potential on a finer grid, and

    dQ = 2 Im int dt <phi + phi'|R>,  phi' = G S + G V G S - G^2 (i d/dt - E) S,  G(k) = -1/(k^2/2m - E),

    with S = V phi - I(V phi) and E the mean energy. phi' is what the run backward misses of phi itself, to second
    order in the energies of the particle over the kinetic one: beyond the band, where I(V phi) is none, and within it where the kinetic energy
    is far above E, so that these waves follow at once. What the second order gives is the bar of both. (With G S beyond the band alone, edges
    that lie anywhere keep an error of third order in the spacing: 1.1e-4 left of 6.6e-5; tests/analysis/test_adjoint.py.) The true V is
    `exact_samples`, made of values of V alone. Where edges move there is the first order alone, and all of it is the bar. Fast waves
    that the steps of a splitting lead astray are put where they would follow: see `FinerGrid.settled`.

    To it comes what the number's own observables leave out between the points (a plane cuts abs(psi)^2 to fourth order only): they are
    measured once more on interpolated psi.

    Args:
        result: the run, with psi kept and its adjoints.
        enough: what waves beyond the finest grid may contribute, absolute.

    Returns:
        a `Residual` for each adjoint.

    Not for deltas alone: R falls as slowly as 1/k there, and the outer octave is added once more for what lies beyond the finest grid.

    Source: R. Becker and R. Rannacher, Acta Numerica 10, 1 (2001), eq. (2.15); phi' is perturbation theory, P.-O. Loewdin, J. Chem. Phys. 19, 1396 (1951).
    """
    grid = result.numerics.grid
    several = grid.dimension > 1
    finer, finest = _FINER[several], _FINEST[several]
    if isinstance(result.problem.potential, Unfolded):
        # a momentum beside a wall has waves without end: what is beyond the finest grid is in the bar
        finest = max(finer, min(finest, _MOST_BESIDE // grid.points[0]))
    waiting, done = dict(result.adjoints), {}
    looks: dict[str, list[float]] = {name: [] for name in waiting}
    unfelt, felt = 0.0, np.arange(max((len(adjoint.times) for adjoint in waiting.values()), default=0))
    there: FinerGrid | None = None
    points = interpolations(result) if waiting else ()
    follows = all(adjoint.follows for adjoint in itertools.islice(waiting.values(), 1))
    while waiting:
        there = _finer(result, waiting, finer, there)
        found, sizes = _looked_at(there, waiting, felt)
        if len(felt) == len(sizes):
            felt, unfelt = _felt(sizes, _UNFELT * enough)
        for name, (residual, outer) in found.items():
            looks[name].append(residual.correction)
            # in the plane a second look would cost four times the first
            changed = 0.0 if several else _still_to_come(looks[name])
            if len(looks[name]) > 1:
                changed += unfelt
            if outer + changed <= max(_OUTER * residual.first, enough) or finer >= finest:
                between, uncertain = _between_points(result, waiting.pop(name), points)
                extra = outer + changed + uncertain
                done[name] = dataclasses.replace(
                    residual,
                    correction=residual.correction + between,
                    first=residual.first + extra,
                    bound=residual.bound + extra,
                    follows=follows,
                )
        finer *= 2
    return {name: done[name] for name in result.adjoints}


def _felt(sizes: np.ndarray, least: float) -> tuple[np.ndarray, float]:
    """The places of all sizes but the smallest ones, which add up to no more than `least`, and what these do add up to."""
    order = np.argsort(sizes, kind="stable")
    sums = np.cumsum(sizes[order])
    left = min(int(np.searchsorted(sums, least, side="right")), len(sizes) - 1)
    return np.sort(order[left:]), float(sums[left - 1]) if left else 0.0


def _still_to_come(values: list[float]) -> float:
    """What ever finer looks may still change: as much as the last one did, or what a geometric series leaves if two have been seen."""
    if len(values) < 2:
        return math.inf
    last = abs(values[-1] - values[-2])
    before = abs(values[-2] - values[-3]) if len(values) > 2 else last
    share = last / before if before > 0 else 1.0
    return last * min(1.0, share / (1 - share) if share < 1 else 1.0)


class _Interpolated:
    """The record on interpolated psi.

    Args:
        result: with psi kept.
        finer: how many times the points.
    """

    def __init__(self, result: Result, finer: int) -> None:
        self.result, self.finer = result, finer
        self.grid = finer_grid(result.numerics.grid, finer)
        self.start = self._hamiltonian(0.0)

    def series(self, name: str, frames: Sequence[int] | np.ndarray) -> np.ndarray:
        """An observable at some frames."""
        problem, observable, now = self.result.problem, self.result.problem.measure[name], self.start
        # NumPy's, as all tables of a known run
        prepared = observable.prepare(self.grid, now, self._psi(0))  # type: ignore[arg-type]
        values = []
        for frame in frames:
            if not problem.potential.static:
                now = self._hamiltonian(float(self.result.times[frame]))
            values.append(float(observable.measure(prepared, Snapshot(self._psi(frame), now))))  # type: ignore[arg-type]
        return np.array(values)

    def _psi(self, frame: int) -> np.ndarray:
        return padded(self.result.psi[frame], self.finer)

    def _hamiltonian(self, time: float) -> Hamiltonian:
        return _SampledLate(self.result.problem, self.grid, time)


class _AtStart(_Interpolated):
    """The record at the start, with the packet itself on the finer points: the grid's psi holds the waves beyond its own as slower ones."""

    def _psi(self, frame: int) -> np.ndarray:
        del frame
        return np.asarray(self.result.problem.state.sample(self.grid, self.start))


class _SampledLate(Hamiltonian):
    """H at a time, its V sampled when an observable asks for it: few do."""

    def __init__(self, problem: Problem, grid: Grid, time: float) -> None:
        known = {"grid": grid, "mass": problem.mass, "closed": None, "held": None, "_problem": problem, "_time": time}
        self.__dict__.update(known)

    @functools.cached_property
    def potential(self) -> np.ndarray:  # type: ignore[override]
        problem: Problem = self.__dict__["_problem"]
        return problem.potential.sample(self.grid, mass=problem.mass, time=self.__dict__["_time"])  # type: ignore[return-value]


def interpolations(result: Result) -> tuple[_Interpolated, ...]:
    """The finer points that observables are measured on once more: see `between_points`."""
    return tuple(_Interpolated(result, finer) for finer in _times(result))


def finer_starts(result: Result) -> tuple[_Interpolated, ...]:
    """The same for the first frame alone, kept or not: a packet is known between the points, a state of the grid's own H is interpolated."""
    if not result.problem.state.bound:
        return tuple(_AtStart(result, finer) for finer in _times(result))
    if not len(result.psi):
        # rows of a sweep keep none
        grid = result.numerics.grid
        psi = result.problem.state.sample(grid, result.problem.hamiltonian(grid))
        result = dataclasses.replace(result, psi=np.asarray(psi)[None])
    return interpolations(result)


def _times(result: Result) -> tuple[int, ...]:
    return _BETWEEN_ON_PLANES if result.numerics.grid.dimension > 1 else _BETWEEN


def _between_points(result: Result, adjoint: Adjoint, finer: tuple[_Interpolated, ...]) -> tuple[float, float]:
    """By how much the number changes where its observables see interpolated psi, and what is uncertain of it."""
    change = uncertain = 0.0
    for name, weights in adjoint.number.series.items():
        frames = np.flatnonzero(weights)
        changes, unknown = between_points(result, name, frames, finer)
        change += float(weights[frames] @ changes)
        uncertain += float(np.abs(weights[frames]) @ unknown)
    return change, uncertain


def between_points(
    result: Result, name: str, frames: Sequence[int] | np.ndarray, finer: tuple[_Interpolated, ...]
) -> tuple[np.ndarray, np.ndarray]:
    """By how much a series changes at some frames if psi is interpolated first, and what is uncertain of that.

    Along one axis the points are four and eight times as dense, and what the second step changes is uncertain: sixteen times what
    it leaves, where the error is of fourth order. In the plane they are twice as dense, and a tenth is uncertain.

    Args:
        result: with psi kept.
        name: of one of its observables.
        frames: their numbers, shape (n,).
        finer: its `interpolations`, or `finer_starts`.

    Returns:
        both, shape (n,), in the units of the series.
    """
    values = [np.asarray(result.series[name], float)[frames], *(points.series(name, frames) for points in finer)]
    change = values[-1] - values[0]
    return change, np.abs(change) * _MADE_ONCE if len(finer) < 2 else np.abs(values[-1] - values[-2])


def _finer(result: Result, adjoints: dict[str, Adjoint], finer: int, coarser: FinerGrid | None) -> FinerGrid:
    one = next(iter(adjoints.values()))
    apart = float(one.times[1] - one.times[0])
    some = slice(None, None, max(1, (len(one.times) - 1) // _ENERGIES))
    return FinerGrid(result.problem, result.numerics, (one.times[some], one.psi[some]), finer, apart, coarser)


def _looked_at(
    there: FinerGrid, adjoints: dict[str, Adjoint], felt: np.ndarray
) -> tuple[dict[str, tuple[Residual, float]], np.ndarray]:
    """The residuals on a finer grid, with what the outer octave of each contributes, and what each time contributes at most.

    Args:
        there: the grid.
        adjoints: of the run.
        felt: places of the times that are looked at; the others count as 0.
    """
    one = next(iter(adjoints.values()))
    weights = np.full(len(one.times), float(one.times[1] - one.times[0]))
    weights[[0, -1]] /= 2
    weighed = {name: Weighed(there) for name in adjoints}
    # the measure of an integral over the finer grid, of spectra
    scale = math.prod(float(h) for h in there.fine.spacing) / there.outside.size
    if there.compiled:
        there.take(one.times[felt[:1]])
        phi = np.stack([adjoint.phi[felt] for adjoint in adjoints.values()])
        products = there.weighed(one.psi[felt], phi, weights[felt])
        for place, sums in enumerate(weighed.values()):
            sums.take(products, place, scale)
    else:
        _weigh(there, adjoints, felt, weights, scale, weighed)
    found = {name: sums.residual(weights, felt) for name, sums in weighed.items()}
    most = np.max([each for _, _, each in found.values()], axis=0)
    return {name: (residual, outer) for name, (residual, outer, _) in found.items()}, most


def _weigh(
    there: FinerGrid,
    adjoints: dict[str, Adjoint],
    felt: np.ndarray,
    weights: np.ndarray,
    scale: float,
    weighed: dict[str, Weighed],
) -> None:
    """Some times after the others, by NumPy."""
    one = next(iter(adjoints.values()))
    together = max(1, _TOGETHER // there.outside.size)
    for first in range(0, len(felt), together):
        times = felt[first : first + together]
        there.take(one.times[times])
        psi = there.settled(one.psi[times])
        residual = there.missed(psi, there.forward(psi)) * scale
        beyond = np.abs(residual[:, there.outside]) * weights[times, None]
        for name, adjoint in adjoints.items():
            weighed[name].add(there.settled(adjoint.phi[times]), residual, beyond)
