"""The particle in two wells: left and right populations, and the tunneling period read off them."""

from __future__ import annotations

import dataclasses
import functools
import math
from typing import ClassVar

import numpy as np

from .. import theory
from .._typing import DIMENSIONLESS, ENERGY, TIME, Dimension
from ..absorbers import Absorber
from ..observables import AbstractObservable, Norm, ProbabilityIn
from ..potentials import AbstractDoubleWell, DoubleDeltaWell, QuarticDoubleWell
from ..problem import Problem
from ..propagation import Result
from ..regions import Before, Beyond
from ..states import LeftLocalized, RightLocalized
from ._oscillation import fit_oscillation
from ._question import CurvePredictions, Predictions, Reading
from ._record import AbstractRecordQuestion


@dataclasses.dataclass(frozen=True)
class Populations(AbstractRecordQuestion):
    """A particle that starts in one of two wells and tunnels to and fro."""

    relative: ClassVar[bool] = True
    cuts: ClassVar[bool] = True

    def observables(self, problem: Problem) -> dict[str, AbstractObservable]:
        divide = _well(problem).divide
        return {
            "norm": Norm(),
            "left_population": ProbabilityIn(Before(divide)),
            "right_population": ProbabilityIn(Beyond(divide)),
        }

    def readings(self, result: Result) -> dict[str, Reading]:
        fit = fit_oscillation(result.times, result.series["left_population"])
        relative = fit.frequency_error / fit.frequency
        amplitude_error = 3 * fit.residual
        return {
            "tunneling_period": Reading(fit.period, TIME, {"fit": 3 * fit.period_error}, scale=fit.period),
            "transfer_time": Reading(fit.period / 2, TIME, {"fit": 1.5 * fit.period_error}, scale=fit.period),
            "gap": Reading(fit.frequency, ENERGY, {"fit": 3 * fit.frequency * relative}, scale=fit.frequency),
            "contrast": Reading(fit.contrast, DIMENSIONLESS, {"fit": 2 * amplitude_error}),
            "left_population": Reading(float(result.series["left_population"][-1]), DIMENSIONLESS),
            "right_population": Reading(float(result.series["right_population"][-1]), DIMENSIONLESS),
        }

    def curves(self, result: Result) -> dict[str, tuple[np.ndarray, Dimension]]:
        return {name: (result.series[name], DIMENSIONLESS) for name in ("left_population", "right_population")}

    def leak(self, problem: Problem, absorber: Absorber) -> float:
        # nothing reaches the ends of a double well
        del problem, absorber
        return 0.0

    def predictions(self, problem: Problem, duration: float | None) -> Predictions:
        doublet = lowest_doublet(problem)
        if doublet is None:
            return {}
        chosen: Predictions = {
            "tunneling_period": {"levels": 2 * math.pi / doublet.gap},
            "transfer_time": {"levels": math.pi / doublet.gap},
            "gap": {"levels": doublet.gap},
            "contrast": {"overlap_corrected": doublet.overlap, "textbook": 1.0},
        }
        final = {} if duration is None else self.curve_predictions(problem, np.array([duration]))
        for name, theories in final.items():
            chosen[name] = {kind: float(values[0]) for kind, values in theories.items()}
        return chosen

    def curve_predictions(self, problem: Problem, times: np.ndarray) -> CurvePredictions:
        doublet = lowest_doublet(problem)
        if doublet is None:
            return {}
        stays = {
            "overlap_corrected": np.asarray(theory.right_population(times, doublet.gap, doublet.overlap)),
            "textbook": np.asarray(theory.textbook_population(times, doublet.gap)),
        }
        leaves = {name: 1.0 - values for name, values in stays.items()}
        first, second = (stays, leaves) if isinstance(problem.state, LeftLocalized) else (leaves, stays)
        return {"left_population": first, "right_population": second}


def _well(problem: Problem) -> AbstractDoubleWell:
    assert isinstance(problem.potential, AbstractDoubleWell)
    return problem.potential


def tunnels(problem: Problem) -> bool:
    """Whether the problem is a localized start in a double well."""
    return isinstance(problem.potential, AbstractDoubleWell) and isinstance(
        problem.state, LeftLocalized | RightLocalized
    )


@functools.lru_cache(maxsize=16)
def _doublet(well: AbstractDoubleWell, mass: float) -> theory.Doublet:
    half = _half_length(well, mass)
    if well.smooth:
        return theory.doublet(lambda x: well.value((x + well.divide,), mass=mass), half, points=192, mass=mass)
    edges = tuple(edge - well.divide for edge in well.edges if edge > well.divide)
    return theory.doublet_by_shooting(lambda x: well.value((x + well.divide,), mass=mass), half, edges=edges, mass=mass)


def lowest_doublet(problem: Problem) -> theory.Doublet | None:
    """The two lowest levels of a symmetric double well by a method of their own; None for a tilted one."""
    well = _well(problem)
    if isinstance(well, QuarticDoubleWell) and float(well.tilt) != 0:
        return None
    if isinstance(well, DoubleDeltaWell):
        return _delta_doublet(well, float(problem.mass))
    return _doublet(well, float(problem.mass))


def _delta_doublet(well: DoubleDeltaWell, mass: float) -> theory.Doublet | None:
    """In closed form; None where the wells are too close to hold an antisymmetric state."""
    levels = theory.delta_doublet(well.strength, well.separation, mass)
    if not math.isfinite(float(levels.gap)):
        return None
    x = np.linspace(-2.0, 2.0, 401) * float(well.separation)
    symmetric, antisymmetric = theory.delta_doublet_states(x, well.strength, well.separation, mass)
    return theory.Doublet(
        energy_symmetric=float(levels.energy_symmetric),
        energy_antisymmetric=float(levels.energy_antisymmetric),
        gap=float(levels.gap),
        gap_error=0.0,
        overlap=float(levels.overlap),
        x=x,
        psi_symmetric=np.asarray(symmetric),
        psi_antisymmetric=np.asarray(antisymmetric),
    )


def _half_length(well: AbstractDoubleWell, mass: float) -> float:
    """Where the lowest states have fallen below rounding: int kappa dx = 40 beyond the outermost well."""
    _, right = well.support(1e-3)
    right -= well.divide
    lowest = float(np.min(np.asarray(well.value((np.linspace(0, right, 513) + well.divide,), mass=mass))))  # type: ignore[arg-type]
    highest = float(np.asarray(well.value((np.array([well.divide]),), mass=mass))[0])  # type: ignore[arg-type]
    level = lowest + 0.9 * (highest - lowest)
    exponent, x, step = 0.0, right, right / 200
    while exponent < 40 and x < 100 * right:
        x += step
        value = float(np.asarray(well.value((np.array([x + well.divide]),), mass=mass))[0])  # type: ignore[arg-type]
        exponent += step * math.sqrt(2 * mass * max(value - level, 1e-3 * (highest - lowest)))
    return x
