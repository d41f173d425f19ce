"""The energies at which T takes a value."""

from __future__ import annotations

import dataclasses
import math

import numpy as np

from ...._amounts import amount
from ...._checks import finite
from ...._typing import ENERGY, EnergyValue
from ....errors import ArgumentError, WavesimError
from ....potentials import values_at
from ....problem import Problem
from ...bars import Predictions, Quantity, Report
from ...predictions import (
    Line,
    Route,
    crossing,
    crossings,
    independent_routes,
    sampled,
    scattering_problem,
    threshold,
)
from ._energies import check_interval, energies_report, numbered, refuse_too_many
from ._plane_wave import AbstractPlaneWaveQuestion

# the lowest energy is looked for up to so many heights of V
_OCTAVES = 7


@dataclasses.dataclass(frozen=True)
class EnergyForTransmission(AbstractPlaneWaveQuestion):
    """The kinetic energy on the incoming side at which a plane wave's T is `transmission`: the lowest, or with `high` all up to it; nothing is propagated.

    T is sampled several times for each half wave that fits into V and about every resonance, its maxima and minima are made out, and each
    crossing between them is solved for. The tolerance is relative to the energy.

    Args:
        transmission: T, above 0 and below 1.
        low: where to begin; by default where the far side opens.
        high: where to end; by default the lowest crossing is looked for alone.

    Raises:
        ArgumentError: if `transmission` is not between 0 and 1, or the interval is empty.
    """

    transmission: float
    low: EnergyValue | None = None
    high: EnergyValue | None = None

    def __post_init__(self) -> None:
        finite("transmission", self.transmission)
        if not 0 < self.transmission < 1:
            raise ArgumentError(
                "transmission",
                f"must be above 0 and below 1, but is {self.transmission:.6g}; of 1 ask for transmission_maxima.",
            )
        check_interval(self.low, self.high)

    def alone(self, problem: Problem) -> dict[str, Quantity]:
        return self._solved(scattering_problem(problem), {})[0]

    def answer(self, problem: Problem, line: Problem, tolerance: float, begun: float) -> Report:
        del problem
        quantities, lines = self._solved(line, independent_routes(line))
        return energies_report(quantities, lines, tolerance, begun)

    def predictions(self, problem: Problem, duration: float | None) -> Predictions:
        del duration
        line = scattering_problem(problem)
        quantities, _ = self._solved(line, independent_routes(line))
        return {name: quantity.theory for name, quantity in quantities.items()}

    def _solved(self, problem: Problem, routes: dict[str, Route]) -> tuple[dict[str, Quantity], list[Line]]:
        log, lines = math.log(self.transmission), []
        for low, high in self._intervals(problem):
            lines.append(sampled(problem, low, high))
            places = list(crossings(problem, lines[-1], log))
            if places:
                break
        else:
            raise WavesimError(
                f"T must take the value {self.transmission:.6g} in the interval, but stays {self._side(lines, log)} it there; take another value, or another interval by low and high."
            )
        places = places if self.high is not None else places[:1]
        refuse_too_many(len(places))
        quantities: dict[str, Quantity] = {}
        for place, found in enumerate(places):
            theories: dict[str, float] = {
                kind: energy
                for kind, route in routes.items()
                if (energy := crossing(route, found.low, found.high, log, float(found.energy))) is not None
            }
            name = numbered("energy_for_transmission", place)
            budget = {"cells": found.energy.error}
            quantities[name] = Quantity(name, float(found.energy), found.energy.error, ENERGY, budget, theories)
        return quantities, lines

    def _intervals(self, problem: Problem) -> list[tuple[float, float]]:
        """Where to look, one after the other."""
        low = max(float(self.low or 0.0), threshold(problem))
        if self.high is not None:
            if not low < self.high:
                raise WavesimError(
                    f"high must be above {amount(low, ENERGY, problem.shown_in)}, where the far side opens, but is {amount(self.high, ENERGY, problem.shown_in)}; raise it."
                )
            return [(low, float(self.high))]
        ends = low + _scale(problem) * 4.0 ** np.arange(_OCTAVES)
        return list(zip([low, *ends[:-1].tolist()], ends.tolist(), strict=True))

    def _side(self, lines: list[Line], log: float) -> str:
        return "above" if float(np.min([line.waves.log_transmission.min() for line in lines])) > log else "below"


def _scale(problem: Problem) -> float:
    """The height of V, or of a delta what a wave feels of it [energy]."""
    potential, mass = problem.potential, float(problem.mass)
    left, right = potential.support(1e-3)
    x = np.linspace(left, right, 257)[1:-1] if left < right else np.zeros(1)
    near, far = (float(end) for end in potential.asymptotes())
    height = float(np.max(np.abs(values_at(potential, x, mass) - near)))
    felt = max((mass * float(strength) ** 2 for strength in potential.strengths), default=0.0)
    return max(height, felt, abs(far - near)) or 1.0
