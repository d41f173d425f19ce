"""Mean position, momentum, spread and energy of a state, compared with theory."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np

from ...._typing import DIMENSIONLESS, ENERGY, LENGTH, MOMENTUM, Dimension
from ....absorbers import Absorber
from ....observables import AbstractObservable, Energy, Momentum, Norm, Position, PositionSpread
from ....problem import Problem
from ....propagation import FrameSum, Plan, Result
from ...bars import AbstractRecordQuestion, CurvePredictions, Predictions, Reading, Report, end_of_series
from ...predictions import motion_at, motion_theories
from .._given import given_by_hand
from ._motion_of_levels import motion_of_levels

# name of the series in the record, and dimension, by name of the quantity
_NAMES: dict[str, tuple[str, Dimension]] = {
    "mean_position": ("position", LENGTH),
    "mean_momentum": ("momentum", MOMENTUM),
    "position_spread": ("spread", LENGTH),
    "mean_energy": ("energy", ENERGY),
    "norm": ("norm", DIMENSIONLESS),
}


@dataclasses.dataclass(frozen=True)
class Motion(AbstractRecordQuestion):
    """The mean motion of a state that is not absorbed."""

    def observables(self, problem: Problem) -> dict[str, AbstractObservable]:
        return {
            "norm": Norm(),
            "position": Position(),
            "spread": PositionSpread(),
            "momentum": Momentum(),
            "energy": Energy(),
        }

    def readings(self, result: Result) -> dict[str, Reading]:
        return {name: end_of_series(result, series, dimension) for name, (series, dimension) in _NAMES.items()}

    def numbers(self, result: Result, least: float) -> dict[str, FrameSum]:
        del least
        frames = result.numerics.frames
        return {name: FrameSum.at(frames, frames, {series: 1.0}) for name, (series, _) in _NAMES.items()}

    def curves(self, result: Result) -> dict[str, tuple[np.ndarray, Dimension]]:
        return {name: (result.series[series], dimension) for name, (series, dimension) in _NAMES.items()}

    def leak(self, problem: Problem, absorber: Absorber) -> float:
        # the moments are those of the part that was not absorbed
        del problem, absorber
        return 0.0

    def without_run(self, problem: Problem, tolerance: float, plan: Plan | None, **fixed: Any) -> Report | None:
        return motion_of_levels(problem, tolerance) if plan is None and not given_by_hand(fixed) else None

    def predictions(self, problem: Problem, duration: float | None) -> Predictions:
        if duration is None:
            return {}
        return motion_at(problem, duration)

    def curve_predictions(self, problem: Problem, times: np.ndarray) -> CurvePredictions:
        return motion_theories(problem, times)
