"""The particle in two wells that a force shakes: tunneling slowed down, or destroyed."""

from __future__ import annotations

import dataclasses
import functools
from typing import ClassVar

import numpy as np

from ... import theory
from ..._typing import DIMENSIONLESS, Dimension
from ...absorbers import Absorber
from ...errors import WavesimError
from ...observables import AbstractObservable
from ...potentials import AbstractDoubleWell, Driven
from ...problem import Problem
from ...propagation import FrameSum, Result
from ...states import LeftLocalized
from ..bars import AbstractRecordQuestion, CurvePredictions, Predictions, Reading
from ..predictions import beats, dipole_of, few_levels_of, tunnels
from ._populations import both_sides, population_curves, population_observables

# levels that a drive can reach, to eight digits (measured; tests/physics)
_LEVELS = 12


@dataclasses.dataclass(frozen=True)
class DrivenPopulations(AbstractRecordQuestion):
    """A particle that starts in one of two wells, shaken by a force; the tolerance is absolute.

    Headline: the population of the other well at the end; so the duration should be the transfer time without drive. Theories:
    ``few_levels``, the equations of the lowest twelve levels in the drive, integrated; ``two_level``, the same with the doublet alone;
    ``bessel``, undriven wells whose gap the drive has multiplied by J0(A/omega).
    """

    cuts: ClassVar[bool] = True

    def observables(self, problem: Problem) -> dict[str, AbstractObservable]:
        if not tunnels(problem) or not isinstance(problem.potential, Driven):
            raise WavesimError(
                f"driven populations need a localized state in a driven double well, but here is a {type(problem.state).__name__} in a "
                f"{type(problem.potential).__name__}; take left_localized, and a potential of kind driven."
            )
        return population_observables(problem)

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
        final = self.curve_predictions(problem, np.array([0.0, duration]))
        return {
            name: {kind: float(values[-1]) for kind, values in final[name].items()} for name in _other_first(problem)
        }

    def curve_predictions(self, problem: Problem, times: np.ndarray) -> CurvePredictions:
        return both_sides(_left_curves(problem.potential, problem.state, float(problem.mass), tuple(times.tolist())))


def _other_first(problem: Problem) -> tuple[str, str]:
    names = ("right_population", "left_population")
    return names if isinstance(problem.state, LeftLocalized) else (names[1], names[0])


@functools.lru_cache(maxsize=16)
def _left_curves(potential: Driven, state: object, mass: float, times: tuple[float, ...]) -> dict[str, np.ndarray]:
    problem = Problem(potential, state, mass=mass)  # type: ignore[arg-type]
    assert isinstance(potential.potential, AbstractDoubleWell)
    side = "left" if isinstance(state, LeftLocalized) else "right"
    force, frequency, phase = (float(v) for v in (potential.force, potential.frequency, potential.phase))
    moments = np.array(times)
    curves = {}
    for name, count in (("few_levels", _LEVELS), ("two_level", 2)):
        levels = few_levels_of(problem, count)
        start = theory.localized_start(levels, side, force * np.cos(phase))
        curves[name] = theory.driven_left_probability(
            moments, levels, start, force=force, frequency=frequency, phase=phase
        )
    free = beats(problem).get("overlap_corrected")
    if free is not None and getattr(potential.potential, "tilt", 0.0) == 0:
        slowed = theory.driven_gap(free.gap, 2 * force * dipole_of(problem), frequency)
        curves["bessel"] = dataclasses.replace(free, gap=float(slowed)).at(moments)
    return curves
