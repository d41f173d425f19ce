"""Derivatives of the numbers of a run by one run back: dQ/dp = 2 Im int dt <phi| dH/dp |psi> + 2 Re <phi(0)| d psi(0)/dp>."""

from __future__ import annotations

import dataclasses
import math
from typing import Any

import numpy as np
import scipy
import scipy.fft

from ..errors import WavesimError
from ..problem import Problem
from ..propagation import Adjoint, FrameSum, Numerics, Result, checked, has_adjoint, propagate, propagate_with_adjoint
from ._parameters import Parameter, with_value
from .bars import AbstractQuestion, AbstractRecordQuestion

# step of the differences of V and of psi(0), as a share of a parameter's scale
_STEP = 1e-4
_LESS_SURE = 10.0
# step of a difference of runs, and what rounding leaves in their numbers
_STEP_OF_RUNS, _ROUNDING = 1e-4, 1e-13
# offsets and weights of a difference from one side, of second order
_ONE_SIDED = ((1, -2.5), (2, 4.0), (3, -1.5))
# steps where V depends on time, in those of a plan for the number itself
_FINER = 4.0
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
        problem: that was propagated.
        numerics: how.
        question: whose numbers they are.
        values: of the numbers, by name.
        adjoints: psi and phi of each.
        tolerance: that the run was planned for.
    """

    problem: Problem
    numerics: Numerics
    question: AbstractRecordQuestion
    values: dict[str, float]
    adjoints: dict[str, Adjoint]
    tolerance: float

    @classmethod
    def of(
        cls,
        problem: Problem,
        question: AbstractQuestion,
        tolerance: float,
        samples: int,
        numerics: Numerics | None = None,
    ) -> RunGradients:
        """Propagate there and back.

        Args:
            problem: the physics.
            question: whose numbers are wanted.
            tolerance: to plan the run for.
            samples: of psi and phi over the run, at most.
            numerics: of the run; by default planned.

        Raises:
            WavesimError: if the question's numbers are no sums over a record, or the method cannot run backward.
        """
        cure = "compare two runs, or two rows of a sweep"
        given = numerics
        if not isinstance(question, AbstractRecordQuestion) or problem.ends is not None:
            raise WavesimError(
                f"sensitivities need a number that is read off a record, or known without one, but this is neither; {cure}."
            )
        measured = dataclasses.replace(problem, measure=problem.measure | question.observables(problem))
        if given is not None:
            return cls._there_and_back(measured, checked(measured, given), question, tolerance, samples)
        # no error of the steps: a derivative may be off by more than its number
        exact: dict[str, Any] = {"scheme": "chebyshev"}
        if not problem.potential.static:
            first = question.planned(measured, tolerance, frames=samples)
            exact = {} if first is None else {"dt": float(first.numerics.dt) / _FINER}
        chosen = question.planned(measured, tolerance, frames=samples, **exact)
        if chosen is None or not has_adjoint(chosen.numerics):
            raise WavesimError(f"sensitivities need a run that can go backward, but this method cannot; {cure}.")
        return cls._there_and_back(measured, checked(measured, chosen.numerics), question, tolerance, samples)

    @classmethod
    def _there_and_back(
        cls,
        measured: Problem,
        numerics: Numerics,
        question: AbstractRecordQuestion,
        tolerance: float,
        samples: int,
    ) -> RunGradients:
        cure = "compare two runs, or two rows of a sweep"
        result = propagate_with_adjoint(
            measured, numerics, lambda record: sums_of(question, record, tolerance / 10), samples=samples
        )
        if not result.adjoints:
            raise WavesimError(f"sensitivities need a number that is a sum over the record, but this is none; {cure}.")
        values = {name: reading.value for name, reading in question.readings(result).items()}
        known = {name: value for name, value in values.items() if _parts(question, name, result.adjoints)}
        return cls(measured, numerics, question, known, result.adjoints, tolerance)

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
        step = _STEP * scale
        if parameter.path == "particle.mass" and self.numerics.absorber is not None:
            return self._by_runs(parameter, scale)

        def at(offset: float) -> Problem:
            return with_value(self.problem, self.question, parameter.path, parameter.value + offset * step)[0]

        below, above = at(-1), at(1)
        stencil = [(-0.5 / step, below), (0.5 / step, above)]
        if self._crossing(below, above):
            # the samples of an edge bend where it passes a point of the grid; from one side they do not
            stencil = [(weight / step, at(offset)) for offset, weight in _ONE_SIDED]
        start = sum(weight * _started(problem, self.numerics) for weight, problem in stencil)
        moved = {}
        for name, adjoint in self.adjoints.items():
            change = self._changes(adjoint, stencil)
            integral, coarse = _integral(adjoint, change), np.nan
            if len(change) % 2:
                coarse = _integral(adjoint, change, 2)
            first = 2 * float(np.real(np.vdot(adjoint.phi[0], start))) * float(self.numerics.grid.cell)
            moved[name] = (integral + first, abs(integral - coarse) if np.isfinite(coarse) else abs(integral))
        edges = edge_error(below, above, 2 * step, float(self.numerics.grid.spacing[0]), self.tolerance)
        return {name: self._sum(name, moved, scale, edges) for name in self.values}

    def _sum(self, name: str, moved: dict[str, tuple[float, float]], scale: float, edges: float) -> tuple[float, float]:
        parts = _parts(self.question, name, self.adjoints)
        derivative = sum(weight * moved[part][0] for part, weight in parts.items())
        error = sum(abs(weight) * moved[part][1] for part, weight in parts.items())
        # a derivative is off by a larger share than its number, which errs alike on both sides
        size = max(abs(derivative), abs(self.values[name]) / scale)
        return derivative, edges + error + _LESS_SURE * self.tolerance / max(
            abs(self.values[name]), self.tolerance
        ) * size

    def _by_duration(self, scale: float) -> dict[str, tuple[float, float]]:
        """The same of what is read at the end: 2 Im <phi|H|psi> there."""
        grid, problem, mass = self.numerics.grid, self.problem, float(self.problem.mass)
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
            record = propagate(problem, self.numerics)
            values.append({name: _summed(adjoint.number, record) for name, adjoint in self.adjoints.items()})
        moved = {}
        for name in self.adjoints:
            here, near, far = (value[name] for value in values)
            derivative, first = (4 * near - 3 * here - far) / (2 * step), (near - here) / step
            moved[name] = (derivative, abs(derivative - first) * _STEP_OF_RUNS + _ROUNDING / step)
        return {name: self._sum(name, moved, scale, 0.0) for name in self.values}

    def _crossing(self, below: Problem, above: Problem) -> bool:
        """Whether an edge passes a point of the grid between the two."""
        grid = self.numerics.grid
        cells = [
            np.floor(
                (np.asarray(problem.potential.edges_at(0.0), float).ravel() - float(grid.lower[0]))
                / float(grid.spacing[0])
            )
            for problem in (below, above)
        ]
        return cells[0].shape != cells[1].shape or bool(np.any(cells[0] != cells[1]))

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


def _integral(adjoint: Adjoint, values: np.ndarray, every: int = 1) -> float:
    """int f dt of every so many samples.

    Of what is read at the end f is smooth, and a spline of high degree goes through the samples; of other numbers phi jumps at the frames
    that count, where the trapezoidal rule takes both sides.
    """
    times, values = adjoint.times[::every], values[::every]
    if len(times) <= _DEGREE or not _read_at_end(adjoint):
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


def edge_error(below: Problem, above: Problem, step: float, spacing: float, tolerance: float) -> float:
    """What a derivative may be off by because an edge moves through its cell: an error e of the number that repeats itself from cell to cell changes by up to 2 pi e in one.

    Args:
        below, above: the problem with two values of the parameter.
        step: their distance.
        spacing: of the grid.
        tolerance: e.
    """
    places = [np.asarray(problem.potential.edges_at(0.0), float).ravel() for problem in (below, above)]
    if not places[0].size or places[0].shape != places[1].shape:
        return 0.0
    return 2 * math.pi * tolerance / spacing * float(np.max(np.abs(places[1] - places[0]))) / step


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
