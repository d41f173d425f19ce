"""Populations of two wells at a temperature, in equilibrium or after a measurement, by levels."""

from __future__ import annotations

import dataclasses
import math
import time
from typing import NamedTuple

import numpy as np
import scipy

from ...._checks import named
from ...._typing import DIMENSIONLESS, ENERGY, TIME
from ....errors import NumericsError, WavesimError
from ....potentials import TwoWells, values_at
from ....problem import Problem
from ....states import Thermal
from ...bars import Curve, Quantity, Report
from .._without_record import report_without_record
from ..levels import WellLevels, on_points, two_wells, well_levels

_FRAMES = 240
# first and largest number of levels
_FIRST_COUNT, _MOST_LEVELS = 8, 384
# Boltzmann weight of the highest level, relative to the lowest, at which the levels are enough
_LEAST_WEIGHT = 1e-17
# quadrature error of a probability
_INTEGRALS = 1e-12


class _Mixture(NamedTuple):
    """Thermal mixture: weights of the levels, shape (count,), and rho(0), shape (count, count)."""

    levels: WellLevels
    weights: np.ndarray
    start: np.ndarray


def thermal_populations(problem: Problem, tolerance: float) -> Report:
    """Left and right population of a thermal state, and its energy, without propagation.

    In equilibrium P = sum w_n L_nn with w_n = exp(-E_n/kT)/Z and L_ij the part of <i|j> left of the barrier. For a particle found on the left at time 0,
    P(t) = sum_ij sqrt(w_i w_j) L_ij^2 cos((E_i - E_j) t)/sum_n w_n L_nn. The equilibrium is compared with Boltzmann's classical share,
    int_left exp(-V/kT) dx/int exp(-V/kT) dx. Without a duration the end is half a period of the two lowest levels.

    Args:
        problem: of two wells, in a `Thermal` state.
        tolerance: of the populations.

    Raises:
        WavesimError: if there are no two wells, or the temperature populates states above the rim, or more than 384 levels.
    """
    begun = time.perf_counter()
    wells, state = two_wells(problem), problem.state
    assert isinstance(state, Thermal)
    mass, kt, moving = float(problem.mass), float(state.temperature), state.side != "both"
    mixture = _thermal_mixture(wells, mass, state)
    levels, weights = mixture.levels, mixture.weights
    end = _duration(problem, levels)
    times = np.linspace(0.0, end, _FRAMES + 1)
    left = _left_at(levels, mixture.start, times)
    coarse = _coarse_left(levels, wells.divide)
    # the change from waves two degrees lower, and the errors of the levels in the weights and in the phases
    change = float(np.max(np.abs(_left_at(levels, _start(coarse, weights, state.side), times, coarse) - left)))
    drift = 2 * float(weights @ levels.errors)
    bar = change + drift / kt + (end * drift if moving else 0.0) + _INTEGRALS
    energy = float(weights @ levels.energies)
    spread = float(weights @ (levels.energies - energy) ** 2)
    budget = {"levels": bar}
    shares = {"left_population": float(left[-1]), "right_population": float(1 - left[-1])}
    classical = {} if moving else _classical(wells, mass, kt)
    # the side that fills comes first, in every case of a study; in equilibrium the fuller one
    fuller = max(shares, key=lambda name: shares[name])
    first = {"left": "right_population", "right": "left_population"}.get(state.side, fuller)
    quantities = {
        name: Quantity(name, shares[name], bar, DIMENSIONLESS, budget, classical.get(name, {}))
        for name in sorted(shares, key=lambda name: name != first)
    }
    if not moving:
        error = float(weights @ levels.errors) + spread / kt**2 * float(levels.errors.max()) + _INTEGRALS * abs(energy)
        quantities["mean_energy"] = Quantity("mean_energy", energy, error, ENERGY, {"levels": error})
    curves = {
        name: Curve(name, times, values, DIMENSIONLESS, {}, bar, ("time", TIME))
        for name, values in (("left_population", left), ("right_population", 1 - left))
    }
    warm = int(np.sum(weights > tolerance / len(weights)))
    notes = [f"nothing was propagated: a sum over {len(weights)} levels, {warm} of them warm, on elements."]
    if moving and kt < levels.energies[1] - levels.energies[0]:
        notes.append(
            "kT is below the gap of the two lowest levels, so that the particle lies on both sides; take a warmer one, or a left_localized state."
        )
    report = report_without_record(
        quantities,
        tolerance,
        "",
        begun,
        scale=1.0,
        notes=tuple(notes),
    )
    return dataclasses.replace(report, curves=curves)


def _thermal_mixture(wells: TwoWells, mass: float, state: Thermal) -> _Mixture:
    """The mixture over all levels that are populated at this temperature."""
    kt, count = float(state.temperature), _FIRST_COUNT
    while True:
        try:
            levels = well_levels(wells, mass, count)
        except NumericsError:
            raise WavesimError(
                f"a thermal state needs wells that hold every level that is warm, but those of {named(wells.potential)} have a rim "
                f"below which there are fewer than {count} levels, and the particle would leave; take a lower temperature, or walls far out."
            ) from None
        boltzmann = np.exp(-(levels.energies - levels.energies[0]) / kt)
        if boltzmann[-1] < _LEAST_WEIGHT:
            weights = boltzmann / boltzmann.sum()
            return _Mixture(levels, weights, _start(levels.left, weights, state.side))
        if count >= _MOST_LEVELS:
            raise WavesimError(
                f"a thermal state is summed over {_MOST_LEVELS} levels at most, but at this temperature more of them are warm; "
                "take a lower one: so high up Boltzmann's classical shares hold."
            )
        count = min(2 * count, _MOST_LEVELS)


def _start(left: np.ndarray, weights: np.ndarray, side: str) -> np.ndarray:
    """rho(0) over levels, normalized to trace 1, shape (count, count)."""
    if side == "both":
        return np.diag(weights)
    part = left if side == "left" else np.eye(len(left)) - left
    root = np.sqrt(weights)
    rho = root[:, None] * part * root
    return rho / np.trace(rho)


def _left_at(levels: WellLevels, start: np.ndarray, times: np.ndarray, left: np.ndarray | None = None) -> np.ndarray:
    """Left population tr(rho(t) L), shape (times,)."""
    product = start * (levels.left if left is None else left)
    phases = np.exp(-1j * np.outer(levels.energies - levels.energies[0], times))
    return np.real(np.sum(phases.conj() * (product @ phases), axis=0))


def _coarse_left(levels: WellLevels, divide: float) -> np.ndarray:
    """L of the waves two degrees lower, with the signs of the finer ones, shape (count, count)."""
    x, weights, psi = on_points(levels.coarser)
    fine = levels.waves.at(x)
    psi = psi * np.sign(np.sum(fine * psi * weights, axis=1))[:, None]
    inside = x < divide
    return (psi * weights)[:, inside] @ psi[:, inside].T


def _duration(problem: Problem, levels: WellLevels) -> float:
    """The problem's duration, or half a period of the two lowest levels."""
    if problem.duration is not None:
        return float(problem.duration)
    return math.pi / float(levels.energies[1] - levels.energies[0])


def _classical(wells: TwoWells, mass: float, kt: float) -> dict[str, dict[str, float]]:
    """Classical Boltzmann populations; none for deltas, which have no classical volume."""
    if wells.potential.spikes:
        return {}
    low = min(wells.depths)

    def weight(x: float) -> float:
        return math.exp(-(float(values_at(wells.potential, np.array([x]), mass)[0]) - low) / kt)

    left = scipy.integrate.quad(weight, -math.inf, wells.divide, limit=200)[0]
    right = scipy.integrate.quad(weight, wells.divide, math.inf, limit=200)[0]
    share = left / (left + right)
    return {"left_population": {"classical": share}, "right_population": {"classical": 1 - share}}
