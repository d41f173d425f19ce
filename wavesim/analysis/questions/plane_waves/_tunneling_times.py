"""How long tunneling takes: the delay of the transmitted wave, the time it dwells in the barrier, and what a Larmor clock reads."""

from __future__ import annotations

import cmath
import dataclasses
import math
import time
from typing import final

import numpy as np

from .... import theory
from ...._amounts import amount
from ...._checks import at_least, positive
from ...._typing import ENERGY, TIME, EnergyValue
from ...._unit import as_written
from ....errors import ArgumentError, WavesimError
from ....potentials import RectangularBarrier
from ....problem import Problem
from ...bars import Curve, Estimate, Predictions, Quantity, Report
from ...predictions import cells_of, moves_right, scattering_problem, threshold, wave_room
from ._plane_wave import AbstractPlaneWaveQuestion

_EPS = float(np.finfo(float).eps)
# of the energy: a step over which a closed form's phase is differenced
_STEP = 1e-4
# of its height: where a smooth V begins and ends, for a clock
_FELT = 1e-3


@final
@dataclasses.dataclass(frozen=True)
class TunnelingTimes(AbstractPlaneWaveQuestion):
    """Times of a plane wave of one kinetic `energy` between the ends of V (of a smooth one, where it has fallen to a thousandth): ``phase_time``, ``dwell_time``, ``larmor_time``, ``buttiker_time``; nothing is propagated.

    The phase time is the delay of a packet's peak; as a barrier gets thick it stays (Hartman). The dwell time is that of all particles, the Larmor time the
    angle by which a weak field in the barrier turns the spins that pass, over its frequency, and Buttiker's the root of both turns squared, which
    grows with the thickness. Each is an integral over the scattering state.

    Args:
        energy: kinetic, on the incoming side.
        low, high: energies of the curves; by default a tenth and twice `energy`.
        count: points of the curves.

    Raises:
        ArgumentError: if an energy is not positive, the interval is empty, or no energy of it passes.

    Source: E. H. Hauge, J. A. Stovneng, Rev. Mod. Phys. 61, 917 (1989).
    """

    energy: EnergyValue
    low: EnergyValue | None = None
    high: EnergyValue | None = None
    count: int = 101

    def __post_init__(self) -> None:
        positive("energy", self.energy)
        at_least("count", self.count, 2)
        for name in ("low", "high"):
            if getattr(self, name) is not None:
                positive(name, getattr(self, name))
        low, high = self._ends
        if not low < high:
            raise ArgumentError(
                "low", f"must be below high, but they are {as_written(low)} and {as_written(high)}; exchange them."
            )

    @property
    def _ends(self) -> tuple[float, float]:
        return float(self.low or self.energy / 10), float(self.high or 2 * self.energy)

    def alone(self, problem: Problem) -> dict[str, Quantity]:
        line = scattering_problem(problem)
        here = np.array([float(self.energy)])
        coarse, fine = (_times(line, here, finer) for finer in (1, 2))
        known = {}
        for name, first, second in zip(_NAMES, _listed(coarse), _listed(fine), strict=True):
            value = float(second[0])
            error = abs(float(first[0]) - value) + 64 * _EPS * max(abs(float(part[0])) for part in _listed(fine))
            known[name] = Quantity(name, value, error, TIME, {"cells": error})
        return known

    def answer(self, problem: Problem, line: Problem, tolerance: float, begun: float) -> Report:
        theories = self.predictions(problem, None)
        quantities = {
            name: dataclasses.replace(quantity, theory=theories.get(name, {}))
            for name, quantity in self.alone(problem).items()
        }
        low, high = self._ends
        if high <= threshold(line):
            raise ArgumentError(
                "high",
                f"must be above the energy at which the far side opens, {amount(threshold(line), ENERGY, line.shown_in)}, but is {as_written(high)}; raise it.",
            )
        energies = np.linspace(max(low, threshold(line) * (1 + 1e-9) + 1e-12 * high), high, self.count)
        known = _listed(_times(line, energies, 1))
        curves = {
            name: Curve(name, energies, values, TIME, {}, 0.0, ("energy", ENERGY))
            for name, values in zip(_NAMES, known, strict=True)
        }
        return Report(None, tolerance, quantities, curves, (), 0, 0, time.perf_counter() - begun)

    def predictions(self, problem: Problem, duration: float | None) -> Predictions:
        del duration
        line, energy = scattering_problem(problem), float(self.energy)
        if not isinstance(line.potential, RectangularBarrier):
            return {}
        height, width, mass = (float(part) for part in (line.potential.height, line.potential.width, line.mass))
        known: Predictions = {"phase_time": {"closed_form": _rectangle_delay(energy, height, width, mass)}}
        if energy < height:
            known["phase_time"]["hartman"] = theory.hartman_time(energy, height, mass)
            known["buttiker_time"] = {"thick_barrier": mass * width / math.sqrt(2 * mass * (height - energy))}
        return known


_NAMES = ("phase_time", "dwell_time", "larmor_time", "buttiker_time")


def _listed(times: theory.TunnelingTimes) -> tuple[np.ndarray, ...]:
    return times.phase, times.dwell, times.larmor, times.buttiker


def _times(line: Problem, energies: np.ndarray, finer: int) -> theory.TunnelingTimes:
    to_right = moves_right(line)
    near = float(line.potential.asymptotes()[0 if to_right else 1])
    if float(np.min(energies)) <= threshold(line):
        raise WavesimError(
            f"a time of tunneling needs a wave that leaves on the far side, which opens at {amount(threshold(line), ENERGY, line.shown_in)}; raise the energy."
        )
    highest = float(np.max(energies))
    room = wave_room(line, highest).ends
    begin, end = line.potential.support(_FELT)
    marks = tuple(place for place in (begin, end) if room[0] < place < room[1])
    cells = cells_of(line, highest + near, room, to_right=to_right, finer=finer, marks=marks)
    if not line.potential.smooth:
        begin, end = (float(place) for place in (cells.ends[0], cells.ends[-1]))
    elif not to_right:
        begin, end = -end, -begin
    return theory.tunneling_times(cells, energies + near, (begin, end))


def _rectangle_delay(energy: float, height: float, width: float, mass: float) -> float:
    """d(arg(t exp(ika)))/dE of the rectangle in closed form, by a difference of fourth order."""
    step = _STEP * energy

    def phase(at: float) -> complex:
        t, _ = theory.rectangular_amplitudes(at, height, width, mass)
        return complex(t) * cmath.exp(1j * math.sqrt(2 * mass * at) * width)

    places = [phase(energy + n * step) for n in (-2, -1, 1, 2)]
    turns = [cmath.phase(place / phase(energy)) for place in places]
    value = (8 * (turns[2] - turns[1]) - (turns[3] - turns[0])) / (12 * step)
    return Estimate(value, abs(value - (turns[2] - turns[1]) / (2 * step)) ** 2 / abs(value) + 8 * _EPS / step)
