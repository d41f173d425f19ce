"""The rate at which a thermal reaction crosses its barrier: Boltzmann's average of T(E), Arrhenius's plot and its bend, isotopes."""

from __future__ import annotations

import dataclasses
import math
import time
from typing import Any, NamedTuple, final

import numpy as np
from numpy.polynomial import Chebyshev

from .... import theory
from ...._checks import at_least, named, positive
from ...._typing import DIMENSIONLESS, FREQUENCY, INVERSE_TEMPERATURE, TEMPERATURE, Frequency, Mass, Temperature
from ...._unit import as_written
from ....errors import ArgumentError, WavesimError
from ....potentials import AbstractMassStructure, EckartBarrier, values_at
from ....problem import Problem
from ....units import s
from ...bars import Curve, Estimate, Predictions, Quantity, Report
from ...predictions import barrier_top, by_cells, moves_right, scattering_problem
from ..plane_waves import AbstractPlaneWaveQuestion

# of the barrier's width: to either side of its top a polynomial of so high a degree gives its curvature
_NEAR, _DEGREE = 0.05, 12
_LOOKS = 4097


@final
@dataclasses.dataclass(frozen=True)
class ThermalRate(AbstractPlaneWaveQuestion):
    """k(T) of a reaction over one barrier: ``tunneling_correction``, the average of T(E) over Boltzmann's energies against exp(-V0/kT); nothing is propagated.

    With an `attempt` frequency, that of the reactant in its well, ``rate`` = attempt/(2 pi) kappa exp(-V0/kT). With `heavier`, an isotope's mass, ``kinetic_isotope_effect``
    is the rate of the particle over that of the isotope, attempts going as 1/sqrt(m). Beside them Wigner's, the parabola's and Eckart's
    corrections, and ``crossover_temperature``, hbar omega/(2 pi k), below which tunneling wins. Zero-point energies are the reader's: V is the one that counts.

    Args:
        temperature: as in "300 K".
        attempt: angular frequency in the reactant's well, as in "500 1/cm".
        heavier: mass of the isotope.
        lowest, highest: temperatures of Arrhenius's plot; by default a third and three times the temperature.
        count: temperatures in it, evenly in 1/T.

    Raises:
        ArgumentError: if a temperature, the attempt or the mass is not positive.

    Source: R. P. Bell, The Tunnel Effect in Chemistry (1980); P. Hanggi, P. Talkner, M. Borkovec, Rev. Mod. Phys. 62, 251 (1990).
    """

    temperature: Temperature
    attempt: Frequency | None = None
    heavier: Mass | None = None
    lowest: Temperature | None = None
    highest: Temperature | None = None
    count: int = 41

    def __post_init__(self) -> None:
        positive("temperature", self.temperature)
        at_least("count", self.count, 5)
        for name in ("attempt", "heavier", "lowest", "highest"):
            if getattr(self, name) is not None:
                positive(name, getattr(self, name))
        low, high = self._ends
        if not low < high:
            raise ArgumentError(
                "lowest",
                f"must be below highest, but they are {as_written(low)} and {as_written(high)}; exchange them.",
            )

    @property
    def _ends(self) -> tuple[float, float]:
        here = float(self.temperature)
        return float(self.lowest or here / 3), float(self.highest or 3 * here)

    def alone(self, problem: Problem) -> dict[str, Quantity]:
        line = scattering_problem(problem)
        barrier, hot = _barrier(line), float(self.temperature)
        correction, error = self._correction(line, barrier, hot)
        quantities = {
            "tunneling_correction": Quantity(
                "tunneling_correction", correction, error, DIMENSIONLESS, {"average": error}
            )
        }
        if self.attempt is not None:
            share = float(self.attempt) / (2 * math.pi) * math.exp(-barrier.top / hot)
            quantities["rate"] = Quantity(
                "rate", share * correction, share * error, FREQUENCY, {"average": share * error}
            )
        if self.heavier is not None:
            other, off = self._correction(dataclasses.replace(line, mass=self.heavier), barrier, hot)
            effect = correction / other * math.sqrt(float(self.heavier) / float(line.mass))
            bar = effect * (error / correction + off / other)
            quantities["kinetic_isotope_effect"] = Quantity(
                "kinetic_isotope_effect", effect, bar, DIMENSIONLESS, {"average": bar}
            )
        omega = _frequency(line)
        if omega is not None:
            cross, digits = theory.crossover_temperature(float(omega)), omega.error / (2 * math.pi)
            quantities["crossover_temperature"] = Quantity(
                "crossover_temperature", cross, digits, TEMPERATURE, {"curvature": digits}
            )
        return quantities

    def answer(self, problem: Problem, line: Problem, tolerance: float, begun: float) -> Report:
        known, theories = self.alone(problem), self.predictions(problem, None)
        quantities = {
            name: dataclasses.replace(quantity, theory=theories.get(name, {})) for name, quantity in known.items()
        }
        return Report(None, tolerance, quantities, self._curves(line), (), 0, 0, time.perf_counter() - begun)

    def predictions(self, problem: Problem, duration: float | None) -> Predictions:
        del duration
        line = scattering_problem(problem)
        hot = float(self.temperature)
        known: Predictions = {"tunneling_correction": _corrections(line, hot)}
        if self.attempt is not None:
            share = float(self.attempt) / (2 * math.pi) * math.exp(-_barrier(line).top / hot)
            known["rate"] = {kind: share * value for kind, value in known["tunneling_correction"].items()}
        if self.heavier is not None:
            other = _corrections(dataclasses.replace(line, mass=self.heavier), hot)
            root = math.sqrt(float(self.heavier) / float(line.mass))
            known["kinetic_isotope_effect"] = {
                kind: root * value / other[kind]
                for kind, value in known["tunneling_correction"].items()
                if kind in other
            }
        return {name: kinds for name, kinds in known.items() if kinds}

    def _correction(self, line: Problem, barrier: _Barrier, hot: float) -> tuple[float, float]:
        """kappa and its error."""
        return _averaged(self._table(line, barrier), barrier.height, hot)

    def _table(self, line: Problem, barrier: _Barrier) -> theory.TransmissionTable:
        """log T, from the higher level up to the highest energy that any temperature of the plot asks for."""
        route, hottest = by_cells(line), max(self._ends[1], float(self.temperature))
        climb = barrier.top - barrier.height
        return theory.TransmissionTable(
            lambda energies: route(energies + climb).log_transmission,
            barrier.height + 41 * hottest,
            equal=barrier.drop == 0,
        )

    def _curves(self, line: Problem) -> dict[str, Curve]:
        """log10 of the rate, or of kappa exp(-V0/kT), against 1/T, beside what goes over the top alone."""
        low, high = self._ends
        inverse = np.linspace(1 / high, 1 / low, self.count)
        barrier, root = _barrier(line), math.sqrt(float(self.heavier) / float(line.mass)) if self.heavier else 1.0
        attempts = 1.0 if self.attempt is None else float(self.attempt) / (2 * math.pi)
        unit = 1.0 if self.attempt is None else _A_SECOND

        def logs(problem: Problem, slower: float) -> tuple[np.ndarray, np.ndarray]:
            table = self._table(problem, barrier)
            found = [_averaged(table, barrier.height, 1 / float(one)) for one in inverse]
            value, error = (np.array(column) for column in zip(*found, strict=True))
            return np.log10(value * attempts / slower / unit) - barrier.top * inverse / math.log(
                10
            ), error / value / math.log(10)

        name = "log10_rate" if self.attempt is None else "log10_rate_per_second"
        values, errors = logs(line, 1.0)
        theories: dict[str, Any] = {"over_the_top": math.log10(attempts / unit) - barrier.top * inverse / math.log(10)}
        for kind in _corrections(line, 1 / float(inverse[0])):
            if kind in ("wigner", "eckart"):
                corrections = [_corrections(line, 1 / float(one))[kind] for one in inverse]
                theories[kind] = theories["over_the_top"] + np.log10(corrections)
        along = ("inverse temperature", INVERSE_TEMPERATURE)
        curves = {name: Curve(name, inverse, values, DIMENSIONLESS, theories, errors, along)}
        if self.heavier is not None:
            other, off = logs(dataclasses.replace(line, mass=self.heavier), root)
            curves["heavier_isotope"] = Curve("heavier_isotope", inverse, other, DIMENSIONLESS, {}, off, along)
        return curves


def _averaged(table: theory.TransmissionTable, height: float, hot: float) -> tuple[float, float]:
    """kappa and its error."""
    average = theory.boltzmann_average(table, hot, height)
    value = math.exp(average.log + height / hot)
    return value, value * (average.error + table.error + 1e-12)


# one over a second, for a logarithm that people read
_A_SECOND = 1 / s


class _Barrier(NamedTuple):
    """One barrier.

    Attributes:
        top: its height from the reactants' side [energy].
        height: from the higher level of both sides, below which nothing passes [energy].
        drop: how far the other level lies below that one [energy].
    """

    top: float
    height: float
    drop: float


def _barrier(line: Problem) -> _Barrier:
    """The one barrier.

    Raises:
        WavesimError: if there is none, or more.
    """
    top = barrier_top(line.potential, float(line.mass), wells=True)
    if top is None:
        raise WavesimError(
            f"a thermal rate needs one barrier that is higher than V on both sides of it, but {named(line.potential)} has none, or more; take one barrier."
        )
    ends = line.potential.asymptotes()
    near = ends[0] if moves_right(line) else ends[1]
    return _Barrier(top - near, top - max(ends), max(ends) - min(ends))


def _frequency(line: Problem) -> Estimate | None:
    """omega of the inverted barrier, sqrt(-V''/m) at its top; None where it has an edge."""
    potential, mass = line.potential, float(line.mass)
    if not potential.smooth or isinstance(potential, AbstractMassStructure):
        return None
    left, right = potential.support(1e-3)
    x = np.linspace(left, right, _LOOKS)
    place = float(x[int(np.argmax(values_at(potential, x, mass)))])
    bends = []
    for half in (_NEAR * (right - left), _NEAR * (right - left) / 2):
        near = Chebyshev.interpolate(
            lambda at: values_at(potential, np.asarray(at), mass), _DEGREE, [place - half, place + half]
        )
        tops = near.deriv().roots()
        inside = np.real(tops[(abs(np.imag(tops)) < half) & (abs(np.real(tops) - place) < half)])
        if not inside.size:
            return None
        bends.append(-float(near.deriv(2)(inside[int(np.argmax(near(inside)))])))
    if min(bends) <= 0:
        return None
    omega = math.sqrt(bends[0] / mass)
    return Estimate(omega, omega * abs(bends[1] / bends[0] - 1) / 2 + 1e-12 * omega)


def _corrections(line: Problem, hot: float) -> dict[str, float]:
    """kappa by formulas: exactly for Eckart's barrier, by his barrier of the same height and curvature, by Wigner, and by the parabola."""
    potential, mass = line.potential, float(line.mass)
    known: dict[str, float] = {}
    omega, (_, height, drop) = _frequency(line), _barrier(line)
    if isinstance(potential, EckartBarrier):
        average = theory.boltzmann_average(
            lambda energies: np.asarray(
                theory.log_eckart_transmission(energies, float(potential.height), float(potential.width), mass)
            ),
            hot,
            height,
        )
        value = math.exp(average.log + height / hot)
        known["closed_form"] = Estimate(value, value * (average.error + 1e-12))
    if omega is None:
        return known
    if "closed_form" not in known:
        known["eckart"] = theory.eckart_correction(height, float(omega), hot, mass, drop)
    known["wigner"] = theory.wigner_correction(float(omega), hot)
    parabola = theory.parabolic_correction(float(omega), hot)
    if math.isfinite(parabola):
        known["parabola"] = parabola
    return known
