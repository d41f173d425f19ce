"""The current through a gap as it is widened, and the work function that its slope tells: scanning tunneling microscopy."""

from __future__ import annotations

import dataclasses
import math
import time
from typing import final

import numpy as np

from .... import theory
from ...._checks import at_least, not_negative, positive
from ...._typing import CURRENT_DENSITY, ENERGY, LENGTH, EnergyValue, Length, Temperature
from ...._unit import as_written
from ....errors import ArgumentError, WavesimError
from ....potentials import Heterostructure
from ....problem import Problem
from ...bars import Curve, Predictions, Quantity, Report
from ...predictions import cells_of, scattering_problem
from ..plane_waves import AbstractPlaneWaveQuestion

_TOLERANCE = 1e-8


@final
@dataclasses.dataclass(frozen=True)
class GapCurrent(AbstractPlaneWaveQuestion):
    """The current density through one layer, a vacuum gap, of every width from `nearest` to `farthest`, and ``work_function`` = (d ln J/dz)^2/(8 m).

    The heterostructure's bias and Fermi energy are those of a tip before a sample, in one dimension. `fermi` counts from the metals' band edge, and the
    layer's height less that is the barrier's mean height.

    Args:
        fermi: Fermi energy of both metals.
        nearest, farthest: widths of the gap.
        temperature: kT.
        count: widths at which the curve is known.

    Raises:
        ArgumentError: if a width or `fermi` is not positive, `temperature` is negative, or the widths are the wrong way round.

    Source: G. Binnig, H. Rohrer, C. Gerber, E. Weibel, Appl. Phys. Lett. 40, 178 (1982).
    """

    fermi: EnergyValue
    nearest: Length
    farthest: Length
    temperature: Temperature = 0.0
    count: int = 21

    def __post_init__(self) -> None:
        for name in ("fermi", "nearest", "farthest"):
            positive(name, getattr(self, name))
        not_negative("temperature", self.temperature)
        at_least("count", self.count, 5)
        if not self.nearest < self.farthest:
            raise ArgumentError(
                "nearest",
                f"must be below farthest, but they are {as_written(self.nearest)} and {as_written(self.farthest)}; exchange them.",
            )

    def alone(self, problem: Problem) -> dict[str, Quantity]:
        return self._solved(problem)[0]

    def answer(self, problem: Problem, line: Problem, tolerance: float, begun: float) -> Report:
        del line
        quantities, curve = self._solved(problem)
        return Report(None, tolerance, quantities, {"current_density": curve}, (), 0, 0, time.perf_counter() - begun)

    def predictions(self, problem: Problem, duration: float | None) -> Predictions:
        del duration
        gap = _gap_of(problem)
        # of the barrier's middle: half the bias lower, and seen by electrons up to the Fermi energy
        mean = float(gap.layers[0][1]) - float(self.fermi) - float(gap.bias) / 2
        return {"work_function": {"mean_barrier": mean}}

    def _solved(self, problem: Problem) -> tuple[dict[str, Quantity], Curve]:
        gap = _gap_of(problem)
        widths = np.linspace(float(self.nearest), float(self.farthest), self.count)
        currents = [self._current(problem, gap, float(width)) for width in widths]
        values = np.array([current.value for current in currents])
        errors = np.array([current.error for current in currents])
        if not np.all(values > 0):
            raise WavesimError("a current must flow through the gap, but none does; give a positive bias.")
        curve = Curve("current_density", widths, values, CURRENT_DENSITY, {}, errors, ("gap", LENGTH))
        mass = float(gap.layers[0][2])
        slopes = np.gradient(np.log(values), widths)
        slope, straight = np.polyfit(widths, np.log(values), 1)[0], float(np.ptp(slopes[1:-1]))
        work = float(slope**2 / (8 * mass))
        # how much the line is bent, which makes the number depend on where it is read
        bent = work * straight / abs(float(slope))
        theories = self.predictions(problem, None)["work_function"]
        head = Quantity("work_function", work, bent, ENERGY, {"curvature": bent}, theories)
        last = float(values[0])
        near = Quantity("current_density", last, float(errors[0]), CURRENT_DENSITY, {"quadrature": float(errors[0])})
        return {"work_function": head, "current_density": near}, curve

    def _current(self, problem: Problem, gap: Heterostructure, width: float) -> theory.Current:
        changed = dataclasses.replace(gap, layers=((width, *gap.layers[0][1:]),))
        line = scattering_problem(dataclasses.replace(problem, potential=changed))
        near = float(changed.before)
        cells = cells_of(line, near + float(self.fermi) + 40 * float(self.temperature), changed.support(0.0))
        return theory.tsu_esaki_current(
            lambda energies: theory.mass_waves(cells, energies + near).log_transmission,
            float(self.fermi),
            float(self.temperature),
            float(gap.bias),
            float(problem.mass),
            np.zeros(0),
            _TOLERANCE,
        )


def _gap_of(problem: Problem) -> Heterostructure:
    potential = problem.potential
    if (
        not isinstance(potential, Heterostructure)
        or len(potential.layers) != 1
        or not math.isfinite(float(potential.bias))
    ):
        raise WavesimError("a gap needs a heterostructure of one layer, the vacuum, with a bias; write it so.")
    return potential
