"""I(V) of a layered structure between two reservoirs: its peak, its valley, and their ratio."""

from __future__ import annotations

import dataclasses
import math
import time
from collections.abc import Callable
from typing import final

import numpy as np
import scipy

from .... import theory
from ...._checks import at_least, finite, named, not_negative, positive
from ...._typing import CURRENT_DENSITY, DIMENSIONLESS, ENERGY, EnergyValue, Temperature
from ...._unit import as_written
from ....errors import ArgumentError, WavesimError
from ....potentials import Heterostructure
from ....problem import Problem
from ...bars import Curve, Estimate, Parts, Predictions, Quantity, Report
from ...predictions import by_scattering_matrices, cells_of, poles_of, scattering_problem
from ..plane_waves import AbstractPlaneWaveQuestion

# about a resonance, in units of its width
_FLANKS = np.array([-30.0, -8.0, -2.0, -0.6, 0.0, 0.6, 2.0, 8.0, 30.0])
# Fermi's tail is followed to so many kT
_TAIL = 40.0
_TOLERANCE, _CLOSE = 1e-7, 1e-5
# biases that the search for a peak and a valley looks at
_SEARCHED = 22
# of a problem and the largest energy, to log T of energies
_Route = Callable[[Problem, float], Callable[[np.ndarray], np.ndarray]]


@final
@dataclasses.dataclass(frozen=True)
class CurrentVoltage(AbstractPlaneWaveQuestion):
    """The current density of a heterostructure as its bias grows, by Tsu and Esaki: T(E) at every bias, the electrons that both leads offer; nothing is propagated.

    ``peak_current`` at ``peak_voltage``, ``valley_current`` at ``valley_voltage`` and ``peak_to_valley``, the first of each; voltages are energies of an
    electron, "0.2 eV". V falls linearly across the stack: no charge is counted that piles up in it. The leads have the particle's mass.

    Args:
        fermi: Fermi energy of the emitter from its band edge; `wavesim.theory.fermi_energy` of a doping.
        temperature: kT, as in "77 K"; 0 for the limit.
        highest: largest bias.
        lowest: smallest bias.
        count: biases at which the curve is known.

    Raises:
        ArgumentError: if an energy is not finite, the biases are the wrong way round, or `temperature` is negative.

    Source: R. Tsu, L. Esaki, Appl. Phys. Lett. 22, 562 (1973).
    """

    fermi: EnergyValue
    highest: EnergyValue
    temperature: Temperature = 0.0
    lowest: EnergyValue = 0.0
    count: int = 61

    def __post_init__(self) -> None:
        for name in ("fermi", "highest", "lowest"):
            finite(name, getattr(self, name))
        not_negative("temperature", self.temperature)
        at_least("count", self.count, 5)
        if self.temperature == 0:
            positive("fermi", self.fermi)
        if not self.lowest < self.highest:
            raise ArgumentError(
                "lowest",
                f"must be below highest, but they are {as_written(self.lowest)} and {as_written(self.highest)}; exchange them.",
            )

    def parts(self, problem: Problem) -> Parts:
        bias = (float(self.lowest) + float(self.highest)) / 2
        return Parts(self.count + _SEARCHED, lambda: self._current(problem, bias, _by_cells))

    def alone(self, problem: Problem) -> dict[str, Quantity]:
        return self._solved(problem)[0]

    def answer(self, problem: Problem, line: Problem, tolerance: float, begun: float) -> Report:
        del line
        quantities, curve = self._solved(problem)
        head = next(iter(quantities.values()))
        peak = quantities.get("peak_voltage")
        if peak is not None:
            other = self._current(problem, peak.value, _by_matrices)
            known = {"scattering_matrices": Estimate(other.value, other.error)}
            quantities[head.name] = dataclasses.replace(head, theory=known)
        warnings = (
            []
            if "peak_to_valley" in quantities
            else ["between these biases the current has no peak that is followed by a valley; raise highest."]
        )
        return Report(
            None, tolerance, quantities, {"current_density": curve}, tuple(warnings), 0, 0, time.perf_counter() - begun,
            notes=("V falls linearly across the structure: charge that piles up in it is not counted.",),
        )  # fmt: skip

    def predictions(self, problem: Problem, duration: float | None) -> Predictions:
        del problem, duration
        return {}

    def _solved(self, problem: Problem) -> tuple[dict[str, Quantity], Curve]:
        biases = np.linspace(float(self.lowest), float(self.highest), self.count)
        currents = [self._current(problem, float(bias), _by_cells) for bias in biases]
        values = np.array([current.value for current in currents])
        errors = np.array([current.error for current in currents])
        curve = Curve("current_density", biases, values, CURRENT_DENSITY, {}, errors, ("bias", ENERGY))
        peaks = [n for n in range(1, len(values) - 1) if values[n - 1] < values[n] >= values[n + 1]]
        if not peaks:
            last = Quantity(
                "current_density",
                float(values[-1]),
                float(errors[-1]),
                CURRENT_DENSITY,
                {"quadrature": float(errors[-1])},
            )
            return {"current_density": last}, curve
        peak = self._extreme(problem, biases, peaks[0], sign=-1.0)
        valleys = [n for n in range(peaks[0] + 1, len(values) - 1) if values[n - 1] > values[n] <= values[n + 1]]
        known = self._named(peak, "peak")
        if valleys:
            valley = self._extreme(problem, biases, valleys[0], sign=1.0)
            known |= self._named(valley, "valley")
            ratio = peak[1].value / valley[1].value
            error = ratio * (peak[1].error / peak[1].value + valley[1].error / valley[1].value)
            known["peak_to_valley"] = Quantity("peak_to_valley", ratio, error, DIMENSIONLESS, {"quadrature": error})
        return known, curve

    def _named(self, found: tuple[float, theory.Current, float], kind: str) -> dict[str, Quantity]:
        bias, current, moved = found
        return {
            f"{kind}_current": Quantity(
                f"{kind}_current", current.value, current.error, CURRENT_DENSITY, {"quadrature": current.error}
            ),
            f"{kind}_voltage": Quantity(f"{kind}_voltage", bias, moved, ENERGY, {"search": moved}),
        }

    def _extreme(
        self, problem: Problem, biases: np.ndarray, place: int, sign: float
    ) -> tuple[float, theory.Current, float]:
        """Bias, current and the error of the bias of a peak or valley between two samples."""
        found = scipy.optimize.minimize_scalar(
            lambda bias: sign * self._current(problem, float(bias), _by_cells).value,
            bounds=(biases[place - 1], biases[place + 1]),
            method="bounded",
            options={"xatol": _CLOSE * float(self.highest - self.lowest)},
        )
        bias = float(found.x)  # type: ignore[attr-defined]
        current = self._current(problem, bias, _by_cells)
        # near an extreme a value that is off by its error is off by the root of it in place
        step = biases[1] - biases[0]
        around = [self._current(problem, bias + side * step / 8, _by_cells).value for side in (-1, 1)]
        bend = abs(sum(around) - 2 * current.value) / (step / 8) ** 2
        unseen = math.sqrt(2 * max(current.error, 1e-14 * abs(current.value)) / bend) if bend else step
        return bias, current, unseen + 2 * _CLOSE * float(self.highest - self.lowest)

    def _current(self, problem: Problem, bias: float, by: _Route) -> theory.Current:
        line = scattering_problem(biased(problem, bias))
        high = max(float(self.fermi), float(self.fermi) - bias, 0.0) + _TAIL * float(self.temperature)
        marks = [
            energy + (width or 0.0) * _FLANKS
            for energy, width in poles_of(line, 1e-6 * high, high)
            if width is not None
        ]
        return theory.tsu_esaki_current(
            by(line, high),
            float(self.fermi),
            float(self.temperature),
            bias,
            float(problem.mass),
            np.concatenate([np.zeros(0), *marks]),
            _TOLERANCE,
        )


def biased(problem: Problem, bias: float) -> Problem:
    """The heterostructure of a problem with a bias, met from the left, where the emitter is.

    Raises:
        WavesimError: if the potential is none.
    """
    if not isinstance(problem.potential, Heterostructure):
        raise WavesimError(
            f"a current needs a heterostructure, whose bias can be raised, but the potential is {named(problem.potential)}; write its layers as one."
        )
    return dataclasses.replace(problem, potential=dataclasses.replace(problem.potential, bias=bias))


def _by_cells(line: Problem, high: float) -> Callable[[np.ndarray], np.ndarray]:
    near = float(line.potential.asymptotes()[0])
    cells = cells_of(line, high + near, line.potential.support(0.0))
    return lambda energies: theory.mass_waves(cells, energies + near).log_transmission


def _by_matrices(line: Problem, high: float) -> Callable[[np.ndarray], np.ndarray]:
    del high
    return lambda energies: by_scattering_matrices(line, energies, True)[0]
