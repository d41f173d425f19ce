"""Left and right populations of two wells, and the tunneling period from them."""

from __future__ import annotations

import dataclasses
import math
from typing import Any, ClassVar

import numpy as np

from ...._checks import named
from ...._typing import DIMENSIONLESS, ENERGY, TIME, Dimension
from ....absorbers import Absorber
from ....errors import WavesimError
from ....observables import AbstractObservable, Norm, ProbabilityIn
from ....potentials import AbstractDoubleWell
from ....problem import Problem
from ....propagation import Plan, Result
from ....regions import Before, Beyond
from ....states import Thermal
from ...bars import AbstractRecordQuestion, CurvePredictions, Estimate, Predictions, Reading, Report, rounding
from ...fits import fit_oscillation
from ...predictions import Beat, wkb_gap_of
from .._given import given_by_hand, refuse_ends
from ..levels import beating_report, beats_of, counted_gap, level_sum, localized, lowest_two, two_wells
from ._planar_populations import planar_populations_report
from ._thermal_populations import thermal_populations

# rounding of a record's phase per unit of energy x time; the energies of a grid reach at least the barrier's top (see `rounding`)
_PHASE_ROUNDING = 2e-16


@dataclasses.dataclass(frozen=True)
class Populations(AbstractRecordQuestion):
    """A particle that starts in one of two wells, symmetric or not, and tunnels between them.

    The wells are found in any V. From a localized state of the two lowest levels the headline is the tunneling period; `largest_transfer` is the
    largest probability of crossing: 1 but for the tails in symmetric wells, gap^2/(gap^2 + detuning^2) by the generalized Rabi formula in tilted
    ones. From any other state, such as a packet, several levels beat: the headline is then the larger population at the end, and the period that
    of the two lowest levels, if they lie in two wells. For driven wells see `DrivenPopulations`. In two and three dimensions everything follows
    from levels on grids, and the wells are divided by the plane through the pass, normal to the direction in which V falls from it. From a thermal
    state, in equilibrium or projected on one side, levels are summed without propagation.
    """

    relative: ClassVar[bool] = True
    cuts: ClassVar[bool] = True

    def observables(self, problem: Problem) -> dict[str, AbstractObservable]:
        if problem.potential.dimension > 1:
            return {}
        refuse_ends(problem, "populations of two wells are")
        if not problem.potential.static:
            raise WavesimError(
                f"populations are those of wells at rest, but {named(problem.potential)} moves; ask for driven_populations."
            )
        if localized(problem):
            lowest_two(problem)
        return population_observables(problem)

    def direct(self, problem: Problem, tolerance: float, **fixed: Any) -> Report | None:
        if isinstance(problem.state, Thermal):
            self.observables(problem)
            return thermal_populations(problem, tolerance)
        if problem.potential.dimension > 1:
            return planar_populations_report(problem, tolerance, fixed.get("grid"))
        if not localized(problem) or not problem.potential.static or given_by_hand(fixed):
            return None
        wells, levels = two_wells(problem), lowest_two(problem)
        gap, height = float(np.ptp(levels.energies)), min(wells.top, *wells.potential.asymptotes()) - min(wells.depths)
        below_rounding = math.isfinite(height) and _PHASE_ROUNDING * height * 2 * math.pi / gap > tolerance
        # the phases of such a record are lost to rounding, and grids represent deltas among other terms poorly
        if (below_rounding and problem.duration is None) or (problem.potential.spikes and not _built_in(problem)):
            return beating_report(problem, tolerance, self.predictions(problem, problem.duration))
        return None

    def without_run(self, problem: Problem, tolerance: float, plan: Plan | None, **fixed: Any) -> Report | None:
        # by levels where a period is too long for the rounding of phases, or a well too narrow for a grid
        if not localized(problem) or problem.duration is not None or given_by_hand(fixed):
            return None
        if plan is not None and rounding(plan.numerics, float(problem.mass)) <= tolerance:
            return None
        return beating_report(problem, tolerance, self.predictions(problem, None))

    def readings(self, result: Result) -> dict[str, Reading]:
        ends = {
            name: Reading(float(result.series[name][-1]), DIMENSIONLESS)
            for name in ("left_population", "right_population")
        }
        if not localized(result.problem):
            largest_first = dict(sorted(ends.items(), key=lambda end: -end[1].value))
            return largest_first | _doublet_readings(result.problem)
        fit = fit_oscillation(result.times, result.series["left_population"])
        relative = fit.frequency_error / fit.frequency
        amplitude_error = 3 * fit.residual
        return {
            "tunneling_period": Reading(fit.period, TIME, {"fit": 3 * fit.period_error}, scale=fit.period),
            "transfer_time": Reading(fit.period / 2, TIME, {"fit": 1.5 * fit.period_error}, scale=fit.period),
            "gap": Reading(fit.frequency, ENERGY, {"fit": 3 * fit.frequency * relative}, scale=fit.frequency),
            "contrast": Reading(fit.contrast, DIMENSIONLESS, {"fit": 2 * amplitude_error / min(1.0, fit.mean)}),
            "largest_transfer": Reading(2 * fit.amplitude, DIMENSIONLESS, {"fit": 2 * amplitude_error}),
        } | ends

    def curves(self, result: Result) -> dict[str, tuple[np.ndarray, Dimension]]:
        return population_curves(result)

    def leak(self, problem: Problem, absorber: Absorber) -> float:
        # nothing reaches the ends of a double well
        del problem, absorber
        return 0.0

    def predictions(self, problem: Problem, duration: float | None) -> Predictions:
        if not localized(problem):
            return self._from_levels(problem, duration)
        theories = beats_of(problem)
        if not theories:
            return {}
        exact, textbook = theories["overlap_corrected"], theories.get("textbook")
        gaps = {"levels": exact.gap}
        if textbook is not None and textbook.gap != exact.gap:
            gaps["textbook"] = textbook.gap
        wkb = wkb_gap_of(problem)
        gaps |= {} if wkb is None else {"wkb": wkb}
        predictions: Predictions = {
            "tunneling_period": {name: 2 * math.pi / gap for name, gap in gaps.items()},
            "transfer_time": {name: math.pi / gap for name, gap in gaps.items()},
            "gap": gaps,
            "contrast": {name: _with_swing_error(beat, abs(beat.swing) / beat.mean) for name, beat in theories.items()},
            "largest_transfer": {name: _with_swing_error(beat, 2 * abs(beat.swing)) for name, beat in theories.items()},
        }
        final = {} if duration is None else self.curve_predictions(problem, np.array([duration]))
        for name, kinds in final.items():
            predictions[name] = {
                kind: _with_phase_error(theories[kind], duration or 0.0, float(values[0]))
                for kind, values in kinds.items()
            }
        return predictions

    def curve_predictions(self, problem: Problem, times: np.ndarray) -> CurvePredictions:
        if localized(problem):
            return both_sides({name: beat.at(times) for name, beat in beats_of(problem).items()})
        expansion = level_sum(problem, two_wells(problem))
        return {} if expansion is None else both_sides({"levels": expansion.left_at(times)})

    def _from_levels(self, problem: Problem, duration: float | None) -> Predictions:
        """Populations by the sum over all excited levels, and the period of the two lowest."""
        predictions: Predictions = {}
        expansion = None if duration is None else level_sum(problem, two_wells(problem))
        if expansion is not None and duration is not None:
            left = expansion.estimate(duration)
            predictions["left_population"] = {"levels": left}
            predictions["right_population"] = {"levels": Estimate(1 - left, left.error)}
        gap = counted_gap(problem)
        if gap is not None:
            period = 2 * math.pi / gap
            predictions["tunneling_period"] = {"levels": Estimate(period, period * gap.error / gap)}
            predictions["gap"] = {"levels": gap}
        return predictions


def _with_swing_error(beat: Beat, share: float) -> float:
    """A probability proportional to the swing, with its error if that of the swing is available."""
    error = beat.swing_error
    return share if error is None else Estimate(share, error * share / abs(beat.swing))


def _with_phase_error(beat: Beat, time: float, population: float) -> float:
    """A population at a time, with the error of the swing, if available, plus rounding of the phase."""
    error = beat.swing_error
    return population if error is None else Estimate(population, error + _PHASE_ROUNDING * beat.gap * time)


def _built_in(problem: Problem) -> bool:
    """Whether the potential is a built-in double well, for which grids are planned specially."""
    return isinstance(problem.potential, AbstractDoubleWell)


def _doublet_readings(problem: Problem) -> dict[str, Reading]:
    """Gap and period of the two lowest levels, which need no repeated run; empty without two wells."""
    try:
        levels = lowest_two(problem)
    except WavesimError:
        return {}
    gap, error = float(levels.energies[1] - levels.energies[0]), float(levels.errors[:2].sum())
    period = 2 * math.pi / gap
    return {
        "tunneling_period": Reading(period, TIME, {"levels": period * error / gap}, compared=0.0, scale=period),
        "gap": Reading(gap, ENERGY, {"levels": error}, compared=0.0, scale=gap),
    }


def population_observables(problem: Problem) -> dict[str, AbstractObservable]:
    """Norm, and probability on either side of the plane between the wells."""
    divide = two_wells(problem).divide
    return {
        "norm": Norm(),
        "left_population": ProbabilityIn(Before(divide)),
        "right_population": ProbabilityIn(Beyond(divide)),
    }


def population_curves(result: Result) -> dict[str, tuple[np.ndarray, Dimension]]:
    """Left and right population at every frame."""
    return {name: (result.series[name], DIMENSIONLESS) for name in ("left_population", "right_population")}


def both_sides(left: dict[str, np.ndarray]) -> CurvePredictions:
    """Curves of both populations by theory, from those of the left one."""
    if not left:
        return {}
    return {"left_population": left, "right_population": {name: 1.0 - values for name, values in left.items()}}
