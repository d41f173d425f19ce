"""The energies at which most is transmitted, or reflected: resonances, Ramsauer's minima, and the bands between them."""

from __future__ import annotations

import dataclasses
import math
from typing import ClassVar, final

import numpy as np

from ...._amounts import amount
from ...._typing import DIMENSIONLESS, ENERGY, EnergyValue
from ....errors import WavesimError
from ....problem import Problem
from ...bars import Estimate, Predictions, Quantity, Report
from ...predictions import (
    Line,
    Route,
    extremes,
    extremum,
    independent_routes,
    sampled,
    scattering_problem,
    threshold,
)
from ._energies import check_interval, energies_report, numbered, refuse_too_many
from ._plane_wave import AbstractPlaneWaveQuestion

_EPS = float(np.finfo(float).eps)


@dataclasses.dataclass(frozen=True)
class AbstractMaxima(AbstractPlaneWaveQuestion):
    """The maxima of T or of R of a plane wave between two kinetic energies; ``maximum_energy``, ``maximum_energy_2``, and what T or R is there."""

    of_reflection: ClassVar[bool]

    low: EnergyValue
    high: EnergyValue

    def __post_init__(self) -> None:
        check_interval(self.low, self.high)

    def alone(self, problem: Problem) -> dict[str, Quantity]:
        return self._solved(scattering_problem(problem), {})[0]

    def answer(self, problem: Problem, line: Problem, tolerance: float, begun: float) -> Report:
        del problem
        quantities, seen = self._solved(line, independent_routes(line))
        return energies_report(quantities, [seen], tolerance, begun)

    def predictions(self, problem: Problem, duration: float | None) -> Predictions:
        del duration
        line = scattering_problem(problem)
        quantities, _ = self._solved(line, independent_routes(line))
        return {name: quantity.theory for name, quantity in quantities.items()}

    def _solved(self, problem: Problem, routes: dict[str, Route]) -> tuple[dict[str, Quantity], Line]:
        low, high = max(float(self.low), threshold(problem)), float(self.high)
        wave = "reflection" if self.of_reflection else "transmission"
        if not low < high:
            raise WavesimError(
                f"high must be above {amount(low, ENERGY, problem.shown_in)}, where the far side opens, but is {amount(high, ENERGY, problem.shown_in)}; raise it."
            )
        line = sampled(problem, low, high)
        tops = extremes(problem, line, of_reflection=self.of_reflection)
        if not tops:
            raise WavesimError(
                f"the {wave} must have a maximum inside of the interval, but only rises or falls there; widen it by low and high."
            )
        refuse_too_many(len(tops))
        quantities: dict[str, Quantity] = {}
        for place, top in enumerate(tops):
            others = {kind: extremum(route, top.low, top.high) for kind, route in routes.items()}
            known = {kind: other for kind, other in others.items() if other is not None}
            name = numbered("maximum_energy", place)
            budget = {"cells": top.energy.error - top.fit, "fit": top.fit}
            quantities[name] = Quantity(
                name,
                float(top.energy),
                top.energy.error,
                ENERGY,
                budget,
                {kind: other.energy for kind, other in known.items()},
            )
            name = numbered(f"maximum_{wave}", place)
            value = self._height(top.log_transmission)
            quantities[name] = Quantity(
                name,
                float(value),
                value.error,
                DIMENSIONLESS,
                {"cells": value.error},
                {kind: self._height(other.log_transmission) for kind, other in known.items()},
            )
        return quantities, line

    def _height(self, log: Estimate) -> Estimate:
        """T or R from log T."""
        transmission = math.exp(log)
        error = transmission * math.expm1(min(log.error, 1.0)) + _EPS
        return Estimate(-math.expm1(log) if self.of_reflection else transmission, error)


@final
@dataclasses.dataclass(frozen=True)
class TransmissionMaxima(AbstractMaxima):
    """The kinetic energies between `low` and `high` at which most of a plane wave passes: resonances, Ramsauer's minima; nothing is propagated.

    T is sampled several times for each half wave that fits into V and about every resonance that `wavesim.theory.resonance_poles` knows; a
    maximum is where the slope of 1/T, an analytic function, vanishes. The tolerance is relative to the energy. What is highest at an end is no maximum.

    Args:
        low, high: kinetic energies on the incoming side.

    Raises:
        ArgumentError: if they are not positive and in order.
    """

    of_reflection: ClassVar[bool] = False


@final
@dataclasses.dataclass(frozen=True)
class ReflectionMaxima(AbstractMaxima):
    """The kinetic energies between `low` and `high` at which most of a plane wave comes back; nothing is propagated.

    As `TransmissionMaxima`, for R.

    Args:
        low, high: kinetic energies on the incoming side.

    Raises:
        ArgumentError: if they are not positive and in order.
    """

    of_reflection: ClassVar[bool] = True
