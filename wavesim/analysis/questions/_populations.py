"""The particle in two wells: left and right populations, and the tunneling period read off them."""

from __future__ import annotations

import dataclasses
import math
from typing import ClassVar

import numpy as np

from ..._checks import named
from ..._typing import DIMENSIONLESS, ENERGY, TIME, Dimension
from ...absorbers import Absorber
from ...errors import WavesimError
from ...observables import AbstractObservable, Norm, ProbabilityIn
from ...problem import Problem
from ...propagation import Result
from ...regions import Before, Beyond
from ..bars import AbstractRecordQuestion, CurvePredictions, Predictions, Reading
from ..fits import fit_oscillation
from ..predictions import beats, double_well, tunnels, wkb_gap_of


@dataclasses.dataclass(frozen=True)
class Populations(AbstractRecordQuestion):
    """A particle that starts in one of two wells, symmetric or tilted, and tunnels to and fro.

    Headline: the tunneling period. `largest_transfer` is the share of the particle that swings over: all of it but for its tails in
    symmetric wells, gap^2/(gap^2 + detuning^2) by the generalised Rabi formula in tilted ones. For driven wells see `DrivenPopulations`.
    """

    relative: ClassVar[bool] = True
    cuts: ClassVar[bool] = True

    def observables(self, problem: Problem) -> dict[str, AbstractObservable]:
        if not tunnels(problem) or not problem.potential.static:
            raise WavesimError(
                f"populations swing between two wells that nothing drives, from a localized state, but here is {named(problem.state)} in "
                f"{named(problem.potential)}; take left_localized in a double well, or ask for driven populations."
            )
        return population_observables(problem)

    def readings(self, result: Result) -> dict[str, Reading]:
        fit = fit_oscillation(result.times, result.series["left_population"])
        relative = fit.frequency_error / fit.frequency
        amplitude_error = 3 * fit.residual
        return {
            "tunneling_period": Reading(fit.period, TIME, {"fit": 3 * fit.period_error}, scale=fit.period),
            "transfer_time": Reading(fit.period / 2, TIME, {"fit": 1.5 * fit.period_error}, scale=fit.period),
            "gap": Reading(fit.frequency, ENERGY, {"fit": 3 * fit.frequency * relative}, scale=fit.frequency),
            "contrast": Reading(fit.contrast, DIMENSIONLESS, {"fit": 2 * amplitude_error / min(1.0, fit.mean)}),
            "largest_transfer": Reading(2 * fit.amplitude, DIMENSIONLESS, {"fit": 2 * amplitude_error}),
            "left_population": Reading(float(result.series["left_population"][-1]), DIMENSIONLESS),
            "right_population": Reading(float(result.series["right_population"][-1]), DIMENSIONLESS),
        }

    def curves(self, result: Result) -> dict[str, tuple[np.ndarray, Dimension]]:
        return population_curves(result)

    def leak(self, problem: Problem, absorber: Absorber) -> float:
        # nothing reaches the ends of a double well
        del problem, absorber
        return 0.0

    def predictions(self, problem: Problem, duration: float | None) -> Predictions:
        theories = beats(problem)
        if not theories:
            return {}
        exact, textbook = theories["overlap_corrected"], theories["textbook"]
        gaps = {"levels": exact.gap} | ({"textbook": textbook.gap} if textbook.gap != exact.gap else {})
        wkb = wkb_gap_of(problem)
        gaps |= {} if wkb is None else {"wkb": wkb}
        chosen: Predictions = {
            "tunneling_period": {name: 2 * math.pi / gap for name, gap in gaps.items()},
            "transfer_time": {name: math.pi / gap for name, gap in gaps.items()},
            "gap": gaps,
            "contrast": {name: abs(beat.swing) / beat.mean for name, beat in theories.items()},
            "largest_transfer": {name: 2 * abs(beat.swing) for name, beat in theories.items()},
        }
        final = {} if duration is None else self.curve_predictions(problem, np.array([duration]))
        for name, kinds in final.items():
            chosen[name] = {kind: float(values[0]) for kind, values in kinds.items()}
        return chosen

    def curve_predictions(self, problem: Problem, times: np.ndarray) -> CurvePredictions:
        return both_sides({name: beat.at(times) for name, beat in beats(problem).items()})


def population_observables(problem: Problem) -> dict[str, AbstractObservable]:
    """The norm, and the probability on either side of the plane between the wells."""
    well = double_well(problem.potential)
    assert well is not None
    return {
        "norm": Norm(),
        "left_population": ProbabilityIn(Before(well.divide)),
        "right_population": ProbabilityIn(Beyond(well.divide)),
    }


def population_curves(result: Result) -> dict[str, tuple[np.ndarray, Dimension]]:
    """Left and right population at every frame."""
    return {name: (result.series[name], DIMENSIONLESS) for name in ("left_population", "right_population")}


def both_sides(left: dict[str, np.ndarray]) -> CurvePredictions:
    """Theory's curves for both populations from those for the left one."""
    if not left:
        return {}
    return {"left_population": left, "right_population": {name: 1.0 - values for name, values in left.items()}}
