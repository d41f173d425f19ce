"""The resonances of a potential that is open on both sides: energies and widths of the states that leak out of it."""

from __future__ import annotations

import dataclasses
import time
from typing import final

import numpy as np

from ...._typing import ENERGY, EnergyValue
from ....errors import WavesimError
from ....problem import Problem
from ...bars import Predictions, Quantity, Report, above
from ...predictions import Line, by_cells, poles_of, scattering_problem, threshold
from ._energies import check_interval, energies_report, numbered
from ._plane_wave import AbstractPlaneWaveQuestion

# as many as have a name each
_MOST = 4
# of a picture: energies along the interval, and about each resonance in units of its width
_EVENLY, _FLANKS = 201, np.concatenate([-np.geomspace(30, 0.05, 24), [0.0], np.geomspace(0.05, 30, 24)])


@final
@dataclasses.dataclass(frozen=True)
class Resonances(AbstractPlaneWaveQuestion):
    """Energy and width of each resonance between two kinetic energies, E - i Gamma/2: the zeros of the wave that comes in; nothing is propagated.

    ``resonance_energy``, ``resonance_width``, ``resonance_energy_2`` and so on, by increasing energy, the first four. The tolerance is relative to the
    width. A width too small for double precision is left out.

    Args:
        low: where to begin.
        high: where to end.

    Raises:
        ArgumentError: if the interval is empty.
    """

    low: EnergyValue
    high: EnergyValue

    def __post_init__(self) -> None:
        check_interval(self.low, self.high)

    def alone(self, problem: Problem) -> dict[str, Quantity]:
        line = scattering_problem(problem)
        quantities: dict[str, Quantity] = {}
        for place, (energy, width) in enumerate(poles_of(line, float(self.low), float(self.high))[:_MOST]):
            for kind, value in (("energy", energy), ("width", width)):
                if value is not None:
                    name = numbered(f"resonance_{kind}", place)
                    quantities[name] = Quantity(name, float(value), value.error, ENERGY, {"cells": value.error})
        if not quantities:
            raise WavesimError(
                "there must be a resonance between the two energies, but there is none; widen the interval by low and high, or thicken the barriers."
            )
        return quantities

    def answer(self, problem: Problem, line: Problem, tolerance: float, begun: float) -> Report:
        quantities = self.alone(problem)
        energies = [np.linspace(float(self.low), float(self.high), _EVENLY)]
        for name, quantity in quantities.items():
            if name.startswith("resonance_width"):
                energies.append(quantities[name.replace("width", "energy")].value + quantity.value * _FLANKS)
        along = np.unique(np.concatenate(energies))
        along = along[(along > max(float(self.low), threshold(line))) & (along <= float(self.high))]
        report = energies_report({}, [Line(along, by_cells(line)(along), ())], tolerance, begun)
        wide = [
            f"the error bar of {name} is {above(quantity, tolerance * quantity.value)}."
            for name, quantity in quantities.items()
            if "width" in name and quantity.error > tolerance * quantity.value
        ]
        return dataclasses.replace(
            report, quantities=quantities, warnings=tuple(wide), wall_s=time.perf_counter() - begun
        )

    def predictions(self, problem: Problem, duration: float | None) -> Predictions:
        del problem, duration
        return {}
