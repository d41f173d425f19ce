"""T and R of a plane wave at one energy, at any depth of tunneling."""

from __future__ import annotations

import dataclasses
import math
import time

import numpy as np

from ...._checks import named, positive
from ...._typing import DIMENSIONLESS, EnergyValue
from ....errors import WavesimError
from ....problem import Problem
from ....states import GaussianPacket, Product
from ...bars import Estimate, Predictions, Quantity, Report, disagreement
from ...predictions import (
    BELOW_TOP,
    PlaneWaves,
    approximate_transmissions,
    by_cells,
    independent_routes,
    scattering_problem,
    single_top,
    threshold,
)
from ._plane_wave import AbstractPlaneWaveQuestion

# below it a double holds fewer digits, and then none
_SMALLEST = float(np.finfo(float).tiny)
# rounding of a logarithm of T, as a share of it
_ROUNDING = 4 * float(np.finfo(float).eps)


@dataclasses.dataclass(frozen=True)
class TransmissionAt(AbstractPlaneWaveQuestion):
    """T and R of a plane wave at one kinetic `energy` on the incoming side, by default that of the packet's mean momentum; nothing is propagated.

    The wave is solved across cells of V, and across cells half as wide, from the far side to the source, so that T keeps its digits at any
    depth: where T itself underflows, `log10_transmission` stands. The tolerance is relative to T. Of the state only the side counts that it comes from.

    Args:
        energy: kinetic, on the incoming side.

    Raises:
        ArgumentError: if `energy` is not positive.

    Not for what a packet transmits, which is an average over its energies: ask for `Transmission`.
    """

    energy: EnergyValue | None = None

    def __post_init__(self) -> None:
        if self.energy is not None:
            positive("energy", self.energy)

    def alone(self, problem: Problem) -> dict[str, Quantity]:
        return _quantities(by_cells(scattering_problem(problem))(np.array([self.energy_of(problem)])))

    def answer(self, problem: Problem, line: Problem, tolerance: float, begun: float) -> Report:
        energy, known = self.energy_of(problem), self.alone(problem)
        theories = self.predictions(problem, None)
        quantities = {
            name: dataclasses.replace(quantity, theory=theories.get(name, {})) for name, quantity in known.items()
        }
        notes: tuple[str, ...] = ()
        head = quantities["transmission"]
        aim = tolerance * head.value + _SMALLEST
        warnings = [disagreement(quantity) for quantity in quantities.values() if quantity.disputed]
        if energy <= threshold(line):
            notes = ("at this energy the wave cannot leave on the far side, where V is higher: all of it comes back.",)
        if head.error > aim:
            warnings.append(f"the error bar of transmission is {head.error:.2g}, above the {aim:.2g} asked for.")
        return Report(None, tolerance, quantities, {}, tuple(warnings), 0, 0, time.perf_counter() - begun, notes=notes)

    def predictions(self, problem: Problem, duration: float | None) -> Predictions:
        del duration
        line, energy = scattering_problem(problem), self.energy_of(problem)
        if energy <= threshold(line):
            return {}
        known: Predictions = {"transmission": {}, "reflection": {}, "log10_transmission": {}}
        for kind, route in independent_routes(line).items():
            waves = route(np.array([energy]))
            if np.isfinite(waves.log_transmission[0]):
                for name, quantity in _quantities(waves).items():
                    known[name][kind] = Estimate(quantity.value, quantity.error)
        if not known["transmission"]:
            return {}
        known["transmission"] |= _approximate(line, energy)
        return known

    def energy_of(self, problem: Problem) -> float:
        """The kinetic energy that is asked about, or that of the packet's mean momentum [energy].

        Raises:
            WavesimError: if neither is given.
        """
        if self.energy is not None:
            return float(self.energy)
        state = problem.state.factors[0] if isinstance(problem.state, Product) else problem.state
        if not isinstance(state, GaussianPacket) or not (momentum := float(state.mean_momentum(problem.mass))):
            raise WavesimError(
                f'the energy of the plane wave must be given, for {named(state)} has no mean momentum; write energy = "0.2 eV" under [find].'
            )
        return momentum**2 / (2 * float(problem.mass))


def _quantities(waves: PlaneWaves) -> dict[str, Quantity]:
    """T, R and log10 T at the first energy."""
    log, reflection, error = (float(part[0]) for part in waves)
    value = math.exp(log)
    # what is left of the digits where T is so small that a double loses them
    budget = {"cells": value * math.expm1(min(error, 1.0)), "rounding": value * abs(log) * _ROUNDING if value else 0.0}
    if value < _SMALLEST and math.isfinite(log):
        budget["underflow"] = _SMALLEST
    quantities = {
        "transmission": Quantity("transmission", value, math.fsum(budget.values()), DIMENSIONLESS, budget),
        "reflection": Quantity("reflection", reflection, error, DIMENSIONLESS, {"cells": error}),
    }
    if math.isfinite(log):
        parts = {"cells": error / math.log(10), "rounding": abs(log) * _ROUNDING / math.log(10)}
        quantities["log10_transmission"] = Quantity(
            "log10_transmission", log / math.log(10), math.fsum(parts.values()), DIMENSIONLESS, parts
        )
    return quantities


def _approximate(problem: Problem, energy: float) -> dict[str, float]:
    """What textbooks give beside the exact T."""
    top = single_top(problem.potential, float(problem.mass))
    return {
        kind: float(np.asarray(form(np.array([energy])))[0])
        for kind, form in approximate_transmissions(problem).items()
        if kind not in BELOW_TOP or (top is not None and energy < top)
    }
