"""Derivatives of the numbers of a run by one run back: dQ/dp = 2 Im int dt <phi| dH/dp |psi> + 2 Re <phi(0)| d psi(0)/dp>."""

from __future__ import annotations

import dataclasses
import functools
import math
from typing import Any

import numpy as np
import scipy

from ..errors import WavesimError
from ..grid import Grid
from ..problem import Problem
from ..propagation import Adjoint, FrameSum, Numerics, Result, checked, has_adjoint, propagate, propagate_with_adjoint
from ..unfolding import unfolded
from ._parameters import Parameter, with_value
from .bars import AbstractQuestion, AbstractRecordQuestion, measured_numbers, measured_readings

# steps of the differences of V and of psi(0), as shares of a parameter's scale, offsets in steps and weights: central, of fourth order, and from
# one side, of third
_STEP, _SHORT_STEP = 1e-3, 1e-4
_CENTRAL = ((-2, 1 / 12), (-1, -2 / 3), (1, 2 / 3), (2, -1 / 12))
_ONE_SIDED = ((1, -13 / 3), (2, 19 / 2), (3, -7.0), (4, 11 / 6))
_LESS_SURE = 10.0
# step of a difference of runs, and what rounding leaves in their numbers
_STEP_OF_RUNS, _ROUNDING = 1e-4, 1e-13
# steps where V depends on time, in those of a plan for the number itself
_FINER = 4.0
# steps of which psi is kept where something absorbs; of a longer run, what lies between is run again on the way back
_KEPT = 1024
# of the spline through the samples of an integrand
_DEGREE = 7
# samples of psi and phi over the run, at first and where these are too few, along one axis and along more
SAMPLES, PLANAR_SAMPLES = (64, 512, 2048), (64, 256)
# one minus what is transmitted and what remains
_REST = "reflected_probability"


@dataclasses.dataclass(frozen=True)
class RunGradients:
    """psi and the gradient phi of each number of one run.

    Attributes:
        problem: as it was asked; what is propagated is on the endless line.
        numerics: how.
        question: whose numbers they are.
        values: of the numbers, by name.
        adjoints: psi and phi of each.
        tolerance: that the run was planned for.
        measured: names of the problem's own observables that are the numbers, in place of the question's.
    """

    problem: Problem
    numerics: Numerics
    question: AbstractRecordQuestion
    values: dict[str, float]
    adjoints: dict[str, Adjoint]
    tolerance: float
    measured: tuple[str, ...] = ()

    @classmethod
    def of(
        cls,
        problem: Problem,
        question: AbstractQuestion,
        tolerance: float,
        samples: int,
        numerics: Numerics | None = None,
        only: str | None = None,
        measured: tuple[str, ...] = (),
    ) -> RunGradients:
        """Propagate there and back.

        Args:
            problem: the physics.
            question: whose numbers are wanted.
            tolerance: to plan the run for.
            samples: of psi and phi over the run, at most.
            numerics: of the run; by default planned.
            only: a number that alone is wanted; the way back takes as long for each of them as for one.
            measured: observables of the problem whose last values are wanted in place of the question's numbers, in a box that nothing leaves.

        Raises:
            WavesimError: if the question's numbers are no sums over a record, or the method cannot run backward.
        """
        cure = "compare two runs, or two rows of a sweep"
        given = numerics
        if not isinstance(question, AbstractRecordQuestion):
            raise WavesimError(
                f"sensitivities need a number that is read off a record, or known without one, but this is neither; {cure}."
            )
        watched = dataclasses.replace(problem, measure=problem.measure | question.observables(problem))
        line = unfolded(watched)
        there_and_back = functools.partial(
            cls._there_and_back,
            watched,
            question=question,
            tolerance=tolerance,
            samples=samples,
            only=only,
            own=measured,
        )
        if given is not None:
            return there_and_back(checked(line, given))
        # no error of the steps: a derivative may be off by more than its number
        exact: dict[str, Any] = {"scheme": "chebyshev"}
        if not problem.potential.static:
            first = question.planned(line, tolerance, frames=samples)
            exact = {} if first is None else {"dt": float(first.numerics.dt) / _FINER}
        chosen = question.planned(line, tolerance, frames=samples, **exact)
        if chosen is None or not has_adjoint(chosen.numerics):
            raise WavesimError(f"sensitivities need a run that can go backward, but this method cannot; {cure}.")
        return there_and_back(checked(line, chosen.numerics))

    @classmethod
    def _there_and_back(
        cls,
        watched: Problem,
        numerics: Numerics,
        *,
        question: AbstractRecordQuestion,
        tolerance: float,
        samples: int,
        only: str | None,
        own: tuple[str, ...],
    ) -> RunGradients:
        cure = "compare two runs, or two rows of a sweep"

        def wanted(record: Result) -> dict[str, FrameSum]:
            if own:
                return measured_numbers(own, record)
            sums = sums_of(question, record, tolerance / 10)
            parts = {} if only is None else question.made_of(only)
            return {part: sums[part] for part in parts if part in sums} or sums

        result = propagate_with_adjoint(
            unfolded(watched),
            numerics,
            wanted,
            samples=samples,
            kept=_KEPT,
        )
        if not result.adjoints:
            raise WavesimError(f"sensitivities need a number that is a sum over the record, but this is none; {cure}.")
        read = measured_readings(watched, own, result) if own else question.readings(result)
        known = {
            name: reading.value
            for name, reading in read.items()
            if name in own or _parts(question, name, result.adjoints)
        }
        return cls(watched, numerics, question, known, result.adjoints, tolerance, own)

    def by(self, parameter: Parameter, scale: float) -> dict[str, tuple[float, float]]:
        """The derivative of each number, and its error: what every other sample in time changes, and the share that the number itself may be off by.

        Raises:
            WavesimError: if the parameter cannot be moved, or is no part of H or of the start.
        """
        if (
            parameter.path == "duration"
            and self.numerics.absorber is None
            and all(map(_read_at_end, self.adjoints.values()))
        ):
            return self._by_duration(scale)
        if parameter.path == "duration" or parameter.path.startswith("find"):
            raise WavesimError("it is no part of H or of the start, and two runs tell its effect.")
        if parameter.path == "particle.mass" and self.numerics.absorber is not None:
            return self._by_runs(parameter, scale)
        near = neighbors(self.problem, self.question, parameter, scale, self.numerics.grid)
        start = sum(weight * _started(problem, self.numerics) for weight, problem in near.stencil)
        moved = {}
        for name, adjoint in self.adjoints.items():
            change = self._changes(adjoint, near.stencil)
            integral = _integral(adjoint, change)
            first = 2 * float(np.real(np.vdot(adjoint.phi[0], start))) * float(self.numerics.grid.cell)
            moved[name] = (integral + first, _integral_error(adjoint, change, integral))
        edges = near.edge_error(float(self.numerics.grid.spacing[0]), self.tolerance)
        return {name: self._sum(name, moved, scale, edges) for name in self.values}

    def _sum(self, name: str, moved: dict[str, tuple[float, float]], scale: float, edges: float) -> tuple[float, float]:
        parts = {name: 1.0} if name in self.measured else _parts(self.question, name, self.adjoints)
        derivative = sum(weight * moved[part][0] for part, weight in parts.items())
        error = sum(abs(weight) * moved[part][1] for part, weight in parts.items())
        # a derivative is off by a larger share than its number, which errs alike on both sides
        size = max(abs(derivative), abs(self.values[name]) / scale)
        return derivative, edges + error + _LESS_SURE * self.tolerance / max(
            abs(self.values[name]), self.tolerance
        ) * size

    def _by_duration(self, scale: float) -> dict[str, tuple[float, float]]:
        """The same of what is read at the end: 2 Im <phi|H|psi> there."""
        grid, problem, mass = self.numerics.grid, unfolded(self.problem), float(self.problem.mass)
        kinetic = np.asarray(grid.spread(grid.kinetic(mass)))
        moved = {}
        for name, adjoint in self.adjoints.items():
            psi = adjoint.psi[-1]
            v = np.asarray(problem.potential.sample(grid, mass=mass, time=float(adjoint.times[-1])))
            applied = v * psi + np.asarray(scipy.fft.ifftn(kinetic * np.asarray(scipy.fft.fftn(psi))))
            moved[name] = (2 * float(np.imag(np.vdot(adjoint.phi[-1], applied))) * float(grid.cell), 0.0)
        return {name: self._sum(name, moved, scale, 0.0) for name in self.values}

    def _by_runs(self, parameter: Parameter, scale: float) -> dict[str, tuple[float, float]]:
        """The same by two more runs: the kinetic energy does not commute with what absorbs between the steps, and the integral would see it.

        Towards heavier particles, whose energies lie within the bounds of the run's method.
        """
        step = _STEP_OF_RUNS * scale
        values = []
        for offset in (0, 1, 2):
            problem, _ = with_value(self.problem, self.question, parameter.path, parameter.value + offset * step)
            record = propagate(unfolded(problem), self.numerics)
            values.append({name: _summed(adjoint.number, record) for name, adjoint in self.adjoints.items()})
        moved = {}
        for name in self.adjoints:
            here, near, far = (value[name] for value in values)
            derivative, first = (4 * near - 3 * here - far) / (2 * step), (near - here) / step
            moved[name] = (derivative, abs(derivative - first) * _STEP_OF_RUNS + _ROUNDING / step)
        return {name: self._sum(name, moved, scale, 0.0) for name in self.values}

    def _changes(self, adjoint: Adjoint, stencil: list[tuple[float, Problem]]) -> np.ndarray:
        """2 Im <phi| dH/dp |psi> at every sample."""
        grid, static = self.numerics.grid, self.problem.potential.static
        kinetic = sum(
            weight * np.asarray(grid.spread(grid.kinetic(float(problem.mass)))) for weight, problem in stencil
        )
        moves = len({float(problem.mass) for _, problem in stencil}) > 1
        changes, slope = [], None
        for time, psi, phi in zip(adjoint.times, adjoint.psi, adjoint.phi, strict=True):
            if slope is None or not static:
                slope = sum(
                    weight * np.asarray(other.potential.sample(grid, mass=float(other.mass), time=float(time)))
                    for weight, other in stencil
                )
            applied = slope * psi
            if moves:
                applied = applied + np.asarray(scipy.fft.ifftn(kinetic * np.asarray(scipy.fft.fftn(psi))))
            changes.append(2 * float(np.imag(np.vdot(phi, applied))) * float(grid.cell))
        return np.array(changes)


def _read_at_end(adjoint: Adjoint) -> bool:
    """Whether a number is made of the last frame alone."""
    return not np.any(adjoint.number.absorbed) and not any(
        np.any(weights[:-1]) for weights in adjoint.number.series.values()
    )


def _integral_error(adjoint: Adjoint, values: np.ndarray, integral: float) -> float:
    """What the samples between every other one change in the integral, by their sum or, where their signs may cancel by chance, by their squares."""
    if not len(values) % 2:
        return abs(integral)
    error = abs(integral - _integral(adjoint, values, 2))
    if not _splined(adjoint, len(values[::2])):
        return error
    times = adjoint.times
    between = values[1::2] - scipy.interpolate.make_interp_spline(times[::2], values[::2], k=_DEGREE)(times[1::2])
    return max(error, 2 * float(times[1] - times[0]) * float(np.linalg.norm(between)))


def _splined(adjoint: Adjoint, samples: int) -> bool:
    return samples > _DEGREE and _read_at_end(adjoint)


def _integral(adjoint: Adjoint, values: np.ndarray, every: int = 1) -> float:
    """int f dt of every so many samples.

    Of what is read at the end f is smooth, and a spline of high degree goes through the samples; of other numbers phi jumps at the frames
    that count, where the trapezoidal rule takes both sides.
    """
    times, values = adjoint.times[::every], values[::every]
    if not _splined(adjoint, len(times)):
        return float(np.trapezoid(values, times))
    return float(scipy.interpolate.make_interp_spline(times, values, k=_DEGREE).integrate(times[0], times[-1]))


def sums_of(question: AbstractRecordQuestion, record: Result, least: float) -> dict[str, FrameSum]:
    """The question's numbers that are sums over the record; else its readings that are an observable at the end.

    Args:
        question: what is asked.
        record: of the run.
        least: parts below it do not matter.
    """
    known = question.numbers(record, least)
    if known:
        return known
    frames = record.numerics.frames
    return {
        name: FrameSum.at(frames, frames, {name: 1.0}) for name in question.readings(record) if name in record.series
    }


@dataclasses.dataclass(frozen=True)
class Neighbors:
    """A problem with a parameter a little off: its derivative is the sum of weight x number.

    Attributes:
        stencil: pairs of a weight and a problem.
        span: by how much the parameter differs between the first and the last.
    """

    stencil: list[tuple[float, Problem]]
    span: float

    def edge_error(self, spacing: float, tolerance: float) -> float:
        """What a derivative may be off by because an edge moves through its cell: an error e of the number that repeats itself from cell to cell changes by up to 2 pi e in one.

        Args:
            spacing: of the grid.
            tolerance: e.
        """
        places = [_edges(problem) for _, problem in (self.stencil[0], self.stencil[-1])]
        if not places[0].size or places[0].shape != places[1].shape:
            return 0.0
        return 2 * math.pi * tolerance / spacing * float(np.max(np.abs(places[1] - places[0]))) / self.span


def neighbors(
    problem: Problem, question: AbstractQuestion, parameter: Parameter, scale: float, grid: Grid
) -> Neighbors:
    """The problems whose samples tell the derivative of V and of psi(0) on a grid.

    Args:
        problem: as it was asked; its neighbors are on the endless line.
        question: whose parameters count.
        parameter: that is moved.
        scale: its size.
        grid: of the samples.

    Raises:
        WavesimError: if the parameter cannot be moved.
    """

    ends = problem.ends

    def at(value: float) -> Problem:
        changed, _ = with_value(problem, question, parameter.path, value)
        if changed.ends != ends:
            raise WavesimError("it moves a wall, or the period of the ring, and the grid with it; compare two runs.")
        return unfolded(changed)

    def stencil(pairs: tuple[tuple[int, float], ...], step: float) -> Neighbors:
        moved = [(weight / step, at(parameter.value + offset * step)) for offset, weight in pairs]
        return Neighbors(moved, (pairs[-1][0] - pairs[0][0]) * step)

    both = stencil(_CENTRAL, _STEP * scale)
    cells = [np.floor((_edges(other) - float(grid.lower[0])) / float(grid.spacing[0])) for _, other in both.stencil]
    if all(np.array_equal(one, cells[0]) for one in cells):
        return both
    # the samples of an edge bend where it passes a point of the grid; from one side they do not
    return stencil(_ONE_SIDED, _SHORT_STEP * scale)


def _edges(problem: Problem) -> np.ndarray:
    return np.asarray(problem.potential.edges_at(0.0), float).ravel()


def _parts(question: AbstractRecordQuestion, name: str, adjoints: Any) -> dict[str, float]:
    """A reading as a sum of numbers with a gradient, by their weights; parts so small that none was made do not matter."""
    # the parts of other readings stand for their bars alone
    parts = question.made_of(name) if name in (*adjoints, _REST) else {}
    known = {part: weight for part, weight in parts.items() if part in adjoints}
    return known if known and set(parts) - set(known) <= {"remaining_probability"} else {}


def _summed(number: FrameSum, record: Result) -> float:
    parts = [float(np.sum(weights * np.real(record.series[name]))) for name, weights in number.series.items()]
    return math.fsum([*parts, float(np.sum(number.absorbed * record.absorbed))])


def _started(problem: Problem, numerics: Numerics) -> np.ndarray:
    return np.asarray(problem.state.sample(numerics.grid, problem.hamiltonian(numerics.grid)))
