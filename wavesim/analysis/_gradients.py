"""Derivatives of the numbers of a run by one run back: dQ/dp = 2 Im int dt <phi| dH/dp |psi> + 2 Re <phi(0)| d psi(0)/dp>."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
import scipy.fft

from ..errors import WavesimError
from ..problem import Problem
from ..propagation import Adjoint, Numerics, checked, has_adjoint, propagate_with_adjoint
from ._parameters import Parameter, with_value
from .bars import AbstractQuestion, AbstractRecordQuestion

# step of the differences of V and of psi(0), as a share of a parameter's scale
_STEP = 1e-4
_LESS_SURE = 10.0
# steps where V depends on time, in those of a plan for the number itself
_FINER = 4.0
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
    def of(cls, problem: Problem, question: AbstractQuestion, tolerance: float, samples: int) -> RunGradients:
        """Propagate there and back.

        Raises:
            WavesimError: if the question's numbers are no sums over a record, or the method cannot run backward.
        """
        cure = "compare two runs, or two rows of a sweep"
        if not isinstance(question, AbstractRecordQuestion) or problem.ends is not None:
            raise WavesimError(
                f"sensitivities need a number that is read off a record, or known without one, but this is neither; {cure}."
            )
        measured = dataclasses.replace(problem, measure=problem.measure | question.observables(problem))
        # a step that leaves 1e-5 of a number may leave 1e-2 of its derivative by a momentum
        exact: dict[str, Any] = {"scheme": "chebyshev"}
        if not problem.potential.static:
            first = question.planned(measured, tolerance, frames=samples)
            exact = {} if first is None else {"dt": float(first.numerics.dt) / _FINER}
        chosen = question.planned(measured, tolerance, frames=samples, **exact)
        if chosen is None or not has_adjoint(chosen.numerics):
            raise WavesimError(f"sensitivities need a run that can go backward, but this method cannot; {cure}.")
        numerics = checked(measured, chosen.numerics)
        result = propagate_with_adjoint(
            measured, numerics, lambda record: question.numbers(record, tolerance / 10), samples=samples
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
        if parameter.path == "duration" or parameter.path.startswith("find"):
            raise WavesimError("it is no part of H or of the start, and two runs tell its effect.")
        step = _STEP * scale
        below, above = (
            with_value(self.problem, self.question, parameter.path, parameter.value + side * step)[0]
            for side in (-1, 1)
        )
        start = (_started(above, self.numerics) - _started(below, self.numerics)) / (2 * step)
        moved = {}
        for name, adjoint in self.adjoints.items():
            change = self._changes(adjoint, below, above, step)
            weights = np.full(len(adjoint.times), adjoint.times[1] - adjoint.times[0])
            weights[[0, -1]] /= 2
            integral, coarse = float(weights @ change), np.nan
            if len(change) % 2:
                twice = 2 * weights[::2]
                twice[[0, -1]] = 2 * weights[0]
                coarse = float(twice @ change[::2])
            first = 2 * float(np.real(np.vdot(adjoint.phi[0], start))) * float(self.numerics.grid.cell)
            moved[name] = (integral + first, abs(integral - coarse) if np.isfinite(coarse) else abs(integral))
        return {name: self._sum(name, moved, scale) for name in self.values}

    def _sum(self, name: str, moved: dict[str, tuple[float, float]], scale: float) -> tuple[float, float]:
        parts = _parts(self.question, name, self.adjoints)
        derivative = sum(weight * moved[part][0] for part, weight in parts.items())
        error = sum(abs(weight) * moved[part][1] for part, weight in parts.items())
        # a derivative is off by a larger share than its number, which errs alike on both sides
        size = max(abs(derivative), abs(self.values[name]) / scale)
        return derivative, error + _LESS_SURE * self.tolerance / max(abs(self.values[name]), self.tolerance) * size

    def _changes(self, adjoint: Adjoint, below: Problem, above: Problem, step: float) -> np.ndarray:
        """2 Im <phi| dH/dp |psi> at every sample."""
        grid, static = self.numerics.grid, self.problem.potential.static
        kinetic = np.asarray(grid.spread(grid.kinetic(float(above.mass)))) - np.asarray(
            grid.spread(grid.kinetic(float(below.mass)))
        )
        moves = bool(np.any(kinetic))
        changes, slope = [], None
        for time, psi, phi in zip(adjoint.times, adjoint.psi, adjoint.phi, strict=True):
            if slope is None or not static:
                high, low = (
                    np.asarray(other.potential.sample(grid, mass=float(other.mass), time=float(time)))
                    for other in (above, below)
                )
                slope = (high - low) / (2 * step)
            applied = slope * psi
            if moves:
                applied = applied + np.asarray(scipy.fft.ifftn(kinetic * scipy.fft.fftn(psi))) / (2 * step)
            changes.append(2 * float(np.imag(np.vdot(phi, applied))) * float(grid.cell))
        return np.array(changes)


def _parts(question: AbstractRecordQuestion, name: str, adjoints: Any) -> dict[str, float]:
    """A reading as a sum of numbers with a gradient, by their weights; parts so small that none was made do not matter."""
    # the parts of other readings stand for their bars alone
    parts = question.made_of(name) if name in (*adjoints, _REST) else {}
    known = {part: weight for part, weight in parts.items() if part in adjoints}
    return known if known and set(parts) - set(known) <= {"remaining_probability"} else {}


def _started(problem: Problem, numerics: Numerics) -> np.ndarray:
    return np.asarray(problem.state.sample(numerics.grid, problem.hamiltonian(numerics.grid)))
