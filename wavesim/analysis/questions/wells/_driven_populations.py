"""Populations of two driven wells, in which tunneling may be slowed down or suppressed."""

from __future__ import annotations

import dataclasses
import functools
from typing import ClassVar

import numpy as np

from .... import theory
from ...._checks import named
from ...._typing import DIMENSIONLESS, Dimension
from ....absorbers import Absorber
from ....errors import WavesimError
from ....observables import AbstractObservable, Norm
from ....potentials import Driven
from ....problem import Problem
from ....propagation import FrameSum, Result
from ....regions import Before, Beyond
from ....states import LeftLocalized
from ...bars import AbstractRecordQuestion, CurvePredictions, Estimate, Predictions, Reading
from ...predictions import beats, dipole_of, driven_wells_of, few_levels_of, lowest_doublet
from .._given import refuse_ends
from ..levels import lowest_two, two_wells
from ._beside_plane import ProbabilityBeside
from ._populations import both_sides, population_curves
from ._swept import landau_zener, side_of, swept_left


@dataclasses.dataclass(frozen=True)
class DrivenPopulations(AbstractRecordQuestion):
    """A particle that starts in one of two wells, driven by a force or swept by a tilt; the tolerance is absolute.

    It starts localized, or, where a formula tilts the wells at the start, in one of their two lowest levels. Headline: the population of the
    other well at the end; the natural duration is the transfer time without drive. Theories: ``few_levels``, the driven equations of enough
    levels, integrated; ``two_level``, those of the doublet alone; ``bessel``, undriven wells with the gap times J0(A/omega). For a formula of t
    ``few_levels`` applies where V moves by a tilt, and ``landau_zener`` where that tilt is steady and passes the resonance: the probability of
    staying is exp(-pi gap^2/(2 v)), v the rate of the detuning.
    """

    compares_grids: ClassVar[bool] = True

    def observables(self, problem: Problem) -> dict[str, AbstractObservable]:
        refuse_ends(problem, "driven populations are")
        if problem.potential.static:
            raise WavesimError(
                f"driven populations need wells that move, but {named(problem.potential)} is at rest; take a potential of kind driven or a formula "
                "with t, or ask for populations."
            )
        lowest_two(problem)
        if side_of(problem) is None:
            raise WavesimError(
                f"driven populations need a start in one of the wells, but {named(problem.state)} lies in both, or is none of their states; "
                "take left_localized or right_localized, or in wells that a formula tilts at the start one of the two lowest levels."
            )
        divide = two_wells(problem).divide
        return {
            "norm": Norm(),
            "left_population": ProbabilityBeside(Before(divide)),
            "right_population": ProbabilityBeside(Beyond(divide)),
        }

    def readings(self, result: Result) -> dict[str, Reading]:
        return {name: Reading(float(result.series[name][-1]), DIMENSIONLESS) for name in _other_first(result.problem)}

    def numbers(self, result: Result, least: float) -> dict[str, FrameSum]:
        del least
        frames = result.numerics.frames
        return {name: FrameSum.at(frames, frames, {name: 1.0}) for name in _other_first(result.problem)}

    def curves(self, result: Result) -> dict[str, tuple[np.ndarray, Dimension]]:
        return population_curves(result)

    def leak(self, problem: Problem, absorber: Absorber) -> float:
        # nothing reaches the ends of a double well
        del problem, absorber
        return 0.0

    def predictions(self, problem: Problem, duration: float | None) -> Predictions:
        if duration is None:
            return {}
        if not isinstance(problem.potential, Driven):
            return self._swept(problem, duration)
        curves, error = _left_curves(problem.potential, problem.state, float(problem.mass), (0.0, duration))
        final = both_sides(curves)
        errors = {"few_levels": error}
        return {
            name: {kind: Estimate(float(values[-1]), errors.get(kind, 0.0)) for kind, values in final[name].items()}
            for name in _other_first(problem)
        }

    def _swept(self, problem: Problem, duration: float) -> Predictions:
        """Populations that stay and cross in wells moved by a tilt, by levels and by Landau and Zener."""
        crosses, stays = _other_first(problem)
        predictions: Predictions = {}
        swept = swept_left(problem, np.array([0.0, duration]))
        if swept is not None:
            left, error = float(swept[0][-1]), swept[1]
            predictions["left_population"] = {"few_levels": Estimate(left, error)}
            predictions["right_population"] = {"few_levels": Estimate(1 - left, error)}
        zener = landau_zener(problem, duration)
        if zener is not None:
            predictions.setdefault(crosses, {})["landau_zener"] = 1 - zener
            predictions.setdefault(stays, {})["landau_zener"] = float(zener)
        return predictions

    def curve_predictions(self, problem: Problem, times: np.ndarray) -> CurvePredictions:
        if not isinstance(problem.potential, Driven):
            swept = swept_left(problem, times)
            return {} if swept is None else both_sides({"few_levels": swept[0]})
        curves, _ = _left_curves(problem.potential, problem.state, float(problem.mass), tuple(times.tolist()))
        return both_sides(curves)


def _other_first(problem: Problem) -> tuple[str, str]:
    """Names of the populations, that of the other well first."""
    names = ("right_population", "left_population")
    return names if side_of(problem) == "left" else (names[1], names[0])


@functools.lru_cache(maxsize=16)
def _left_curves(
    potential: Driven, state: object, mass: float, times: tuple[float, ...]
) -> tuple[dict[str, np.ndarray], float]:
    """Left population by each theory, and the error of the first."""
    problem = Problem(potential, state, mass=mass)  # type: ignore[arg-type]
    side = "left" if isinstance(state, LeftLocalized) else "right"
    force, frequency, phase = (float(v) for v in (potential.force, potential.frequency, potential.phase))
    frame_times = np.array(times)
    driven = driven_wells_of(problem, frame_times)
    doublet = few_levels_of(problem, 2)
    start = theory.localized_start(doublet, side, force * np.cos(phase))
    drive = {"force": force, "frequency": frequency, "phase": phase}
    curves = {
        "few_levels": driven.left,
        "two_level": theory.driven_left_probability(frame_times, doublet, start, **drive),
    }
    undriven = beats(problem).get("overlap_corrected")
    if undriven is not None and lowest_doublet(problem) is not None:
        gap = theory.driven_gap(undriven.gap, 2 * force * dipole_of(problem), frequency)
        curves["bessel"] = dataclasses.replace(undriven, gap=float(gap)).at(frame_times)
    return curves, driven.error
