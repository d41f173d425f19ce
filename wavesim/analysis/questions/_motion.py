"""Where the packet is and how fast: mean position, momentum, width and energy, against the closed forms of free and harmonic motion."""

from __future__ import annotations

import dataclasses

import numpy as np

from ... import theory
from ..._typing import DIMENSIONLESS, ENERGY, LENGTH, MOMENTUM, Dimension
from ...absorbers import Absorber
from ...observables import AbstractObservable, Energy, Momentum, Norm, Position, PositionSpread
from ...potentials import Free, Harmonic
from ...problem import Problem
from ...propagation import FrameSum, Result
from ...states import GaussianPacket
from ..bars import AbstractRecordQuestion, CurvePredictions, Predictions, Reading

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
        return {
            name: Reading(float(values[-1]), dimension, scale=float(np.max(np.abs(values))))
            for name, (values, dimension) in self.curves(result).items()
        }

    def numbers(self, result: Result, least: float) -> dict[str, FrameSum]:
        del least
        frames = result.numerics.frames
        return {name: FrameSum.at(frames, frames, {series: 1.0}) for name, (series, _) in _NAMES.items()}

    def curves(self, result: Result) -> dict[str, tuple[np.ndarray, Dimension]]:
        return {name: (result.series[series], dimension) for name, (series, dimension) in _NAMES.items()}

    def leak(self, problem: Problem, absorber: Absorber) -> float:
        # moments of what was absorbed are gone on purpose
        del problem, absorber
        return 0.0

    def predictions(self, problem: Problem, duration: float | None) -> Predictions:
        if duration is None:
            return {}
        curves = self.curve_predictions(problem, np.array([duration]))
        return {
            name: {kind: float(values[0]) for kind, values in theories.items()} for name, theories in curves.items()
        }

    def curve_predictions(self, problem: Problem, times: np.ndarray) -> CurvePredictions:
        packet, mass = problem.state, float(problem.mass)
        if not isinstance(packet, GaussianPacket):
            return {}
        momentum = float(packet.mean_momentum(mass))
        start = {"center": float(packet.center), "momentum": momentum}
        kinetic = momentum**2 / (2 * mass) + 1 / (8 * mass * float(packet.width) ** 2)
        if isinstance(problem.potential, Free):
            mean = theory.free_packet_mean(times, **start, mass=mass)
            width = theory.free_packet_width(times, width=packet.width, mass=mass)
            moving, energy, kind = np.full_like(times, momentum), kinetic, "free"
        elif isinstance(problem.potential, Harmonic):
            well = problem.potential
            frequency, offset = float(well.frequency), start["center"] - float(well.center)
            mean, moving = theory.harmonic_mean(times, center=offset, momentum=momentum, frequency=frequency, mass=mass)
            mean = np.asarray(mean) + float(well.center)
            width = theory.harmonic_width(times, width=packet.width, frequency=frequency, mass=mass)
            energy, kind = kinetic + mass * frequency**2 * (offset**2 + float(packet.width) ** 2) / 2, "harmonic"
        else:
            return {}
        ones = np.ones_like(times)
        values = {
            "mean_position": mean,
            "mean_momentum": moving,
            "position_spread": width,
            "mean_energy": energy * ones,
            "norm": ones,
        }
        return {name: {kind: np.asarray(curve)} for name, curve in values.items()}
