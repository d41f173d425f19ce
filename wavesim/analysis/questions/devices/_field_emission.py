"""Emission from a metal in a strong field: the current density, and Fowler and Nordheim's straight line."""

from __future__ import annotations

import dataclasses
import math
import time
from typing import final

import numpy as np

from .... import theory
from ...._checks import at_least, named, not_negative, positive
from ...._typing import CURRENT_DENSITY, DIMENSIONLESS, ENERGY, INVERSE_FIELD, EnergyValue, Force, Temperature
from ...._unit import as_written
from ....errors import ArgumentError, WavesimError
from ....potentials import TriangularBarrier
from ....problem import Problem
from ...bars import Curve, Predictions, Quantity, Report
from ...predictions import cells_of, scattering_problem
from ..plane_waves import AbstractPlaneWaveQuestion

_TOLERANCE = 1e-9


@final
@dataclasses.dataclass(frozen=True)
class FieldEmission(AbstractPlaneWaveQuestion):
    """The current density that a field draws through a triangular barrier, whose height is the Fermi energy and the work function together.

    ``current_density`` at the strongest field, and ``work_function`` from the slope of ln(J/F^2) against 1/F, -(4/3) sqrt(2 m) W^(3/2): the
    Fowler-Nordheim plot, which is the picture. Theory stands beside it with the height less the Fermi energy.

    Args:
        fermi: Fermi energy of the metal from its band edge.
        weakest, strongest: fields, as the force on an electron, "5 eV/nm".
        temperature: kT.
        count: fields, evenly in 1/F.

    Raises:
        ArgumentError: if a field or `fermi` is not positive, `temperature` is negative, or the fields are the wrong way round.

    Source: R. H. Fowler, L. Nordheim, Proc. R. Soc. A 119, 173 (1928).
    """

    fermi: EnergyValue
    weakest: Force
    strongest: Force
    temperature: Temperature = 0.0
    count: int = 21

    def __post_init__(self) -> None:
        for name in ("fermi", "weakest", "strongest"):
            positive(name, getattr(self, name))
        not_negative("temperature", self.temperature)
        at_least("count", self.count, 5)
        if not self.weakest < self.strongest:
            raise ArgumentError(
                "weakest",
                f"must be below strongest, but they are {as_written(self.weakest)} and {as_written(self.strongest)}; exchange them.",
            )

    def alone(self, problem: Problem) -> dict[str, Quantity]:
        return self._solved(problem)[0]

    def answer(self, problem: Problem, line: Problem, tolerance: float, begun: float) -> Report:
        del line
        quantities, curve = self._solved(problem)
        return Report(None, tolerance, quantities, {curve.name: curve}, (), 0, 0, time.perf_counter() - begun)

    def predictions(self, problem: Problem, duration: float | None) -> Predictions:
        del duration
        work = self._work_function(problem)
        formula = theory.fowler_nordheim_current(float(self.strongest), work, float(problem.mass))
        return {"work_function": {"barrier": work}, "current_density": {"fowler_nordheim": formula}}

    def _work_function(self, problem: Problem) -> float:
        if not isinstance(problem.potential, TriangularBarrier):
            raise WavesimError(
                f"field emission needs a triangular barrier, but the potential is {named(problem.potential)}; take one as high as Fermi energy and work function together."
            )
        work = float(problem.potential.height) - float(self.fermi)
        if work <= 0:
            raise WavesimError(
                "the barrier must be higher than the Fermi energy, but is not; raise its height, or lower fermi."
            )
        return work

    def _solved(self, problem: Problem) -> tuple[dict[str, Quantity], Curve]:
        work = self._work_function(problem)
        fields = 1 / np.linspace(1 / float(self.strongest), 1 / float(self.weakest), self.count)
        currents = [self._current(problem, float(field)) for field in fields]
        values = np.array([current.value for current in currents])
        errors = np.array([current.error for current in currents])
        mass = float(problem.mass)
        formula = np.array([theory.fowler_nordheim_current(float(field), work, mass) for field in fields])
        # in Fowler and Nordheim's plot both are straight lines
        curve = Curve(
            "log10_current_over_field_squared",
            1 / fields,
            np.log10(values / fields**2),
            DIMENSIONLESS,
            {"fowler_nordheim": np.log10(formula / fields**2)},
            errors / values / math.log(10),
            ("inverse field", INVERSE_FIELD),
        )
        slope = float(np.polyfit(1 / fields, np.log(values / fields**2), 1)[0])
        slopes = np.gradient(np.log(values / fields**2), 1 / fields)
        found = (-3 * slope / (4 * math.sqrt(2 * mass))) ** (2 / 3)
        bent = 2 / 3 * found * float(np.ptp(slopes[1:-1])) / abs(slope)
        known = self.predictions(problem, None)
        current, error = float(values[0]), float(errors[0])
        return {
            "work_function": Quantity(
                "work_function", found, bent, ENERGY, {"curvature": bent}, known["work_function"]
            ),
            "current_density": Quantity(
                "current_density", current, error, CURRENT_DENSITY, {"quadrature": error}, known["current_density"]
            ),
        }, curve

    def _current(self, problem: Problem, field: float) -> theory.Current:
        barrier = problem.potential
        assert isinstance(barrier, TriangularBarrier)
        changed = dataclasses.replace(barrier, width=float(barrier.height) / field)
        line = scattering_problem(dataclasses.replace(problem, potential=changed))
        cells = cells_of(line, float(self.fermi) + 40 * float(self.temperature), changed.support(1e-12))
        # the far side has room for every electron
        return theory.tsu_esaki_current(
            lambda energies: theory.mass_waves(cells, energies).log_transmission,
            float(self.fermi),
            float(self.temperature),
            float(self.fermi) + 40 * float(self.temperature),
            float(problem.mass),
            np.zeros(0),
            _TOLERANCE,
        )
