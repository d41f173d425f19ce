"""Mean motion of a sum of levels without a run, for states that need too large a grid."""

from __future__ import annotations

import dataclasses
import math
import time

import numpy as np

from ...._typing import DIMENSIONLESS, ENERGY, LENGTH, MOMENTUM, TIME, Dimension
from ....elements import Waves
from ....problem import Problem
from ....states import AbstractState, Eigenstate, Superposition
from ...bars import Curve, Quantity, Report
from ...predictions import motion_at, motion_theories
from .._without_record import report_without_record
from ..levels import on_points, signs, solved_levels

_FRAMES = 240
# relative error of an integral by quadrature on the elements
_INTEGRALS = 1e-11


def motion_of_levels(problem: Problem, tolerance: float) -> Report | None:
    """Position, momentum, spread and energy of a sum of eigenstates of a static V(x); else None.

    With psi = sum c_n phi_n exp(-i E_n t), <A>(t) = sum conj(c_i) c_j A_ij exp(i (E_i - E_j) t), and <p> = m d<x>/dt.

    Args:
        problem: with a duration.
        tolerance: absolute, in internal units, as for `Motion`.
    """
    begun = time.perf_counter()
    coefficients = _over_levels(problem.state)
    if (
        coefficients is None
        or problem.duration is None
        or not problem.potential.static
        or problem.potential.dimension > 1
    ):
        return None
    mass, duration = float(problem.mass), float(problem.duration)
    solved = solved_levels(problem.potential, mass, len(coefficients), problem.ends)
    energies = solved.levels.energies
    errors = np.array([math.fsum(budget.values()) for budget in solved.budgets])
    times = np.linspace(0.0, duration, _FRAMES + 1)
    phased = coefficients[:, None] * np.exp(-1j * np.outer(energies - energies[0], times))
    fine, coarse = (_moments(waves, energies, phased, mass) for waves in (solved.levels.waves, solved.coarser))
    shares = np.abs(coefficients) ** 2
    level, energy = float(shares @ errors), float(shares @ energies)
    # the error of a level shifts the phases of all its beats
    phase = 2 * level * duration + _INTEGRALS
    bars = {
        name: float(np.max(np.abs(values - coarse[name]))) + phase * float(np.max(np.abs(values)))
        for name, values in fine.items()
    }
    series: dict[str, tuple[np.ndarray, float, Dimension]] = {
        "mean_position": (fine["position"], bars["position"] + phase * float(np.max(fine["spread"])), LENGTH),
        "mean_momentum": (
            fine["momentum"],
            bars["momentum"] + 2 * mass * level * float(np.max(fine["spread"])),
            MOMENTUM,
        ),
        "position_spread": (fine["spread"], bars["spread"], LENGTH),
        "mean_energy": (np.full_like(times, energy), level + _INTEGRALS * abs(energy), ENERGY),
        "norm": (np.ones_like(times), _INTEGRALS, DIMENSIONLESS),
    }
    at_end, theory_curves = motion_at(problem, duration), motion_theories(problem, times)
    quantities = {
        name: Quantity(name, float(values[-1]), bar, dimension, {"levels": bar}, at_end.get(name, {}))
        for name, (values, bar, dimension) in series.items()
    }
    curves = {
        name: Curve(name, times, values, dimension, theory_curves.get(name, {}), bar, ("time", TIME))
        for name, (values, bar, dimension) in series.items()
    }
    note = "nothing was propagated: the state is a sum of levels, which are known on elements; no grid that can be diagonalized holds them."
    report = report_without_record(quantities, tolerance, "", begun, scale=1.0, runs=solved.rounds, notes=(note,))
    return dataclasses.replace(report, curves=curves)


def _moments(waves: Waves, energies: np.ndarray, phased: np.ndarray, mass: float) -> dict[str, np.ndarray]:
    """Mean position, momentum and spread from amplitudes over levels, shape (levels, times)."""
    x, weights, psi = on_points(waves)
    psi = psi * signs(psi)[:, None]
    position, square = ((psi * weights * x**power) @ psi.T for power in (1, 2))
    velocity = 1j * (energies[:, None] - energies) * position

    def mean(matrix: np.ndarray) -> np.ndarray:
        return np.real(np.sum(phased.conj() * (matrix @ phased), axis=0))

    mean_position = mean(position)
    return {
        "position": mean_position,
        "momentum": mass * mean(velocity),
        "spread": np.sqrt(np.maximum(mean(square) - mean_position**2, 0.0)),
    }


def _over_levels(state: AbstractState) -> np.ndarray | None:
    """Normalized amplitudes over the lowest levels; None for a state that is not a sum of eigenstates."""
    if isinstance(state, Eigenstate):
        return np.eye(1, state.level + 1, state.level, dtype=complex)[0]
    if not isinstance(state, Superposition) or not all(isinstance(term, Eigenstate) for term in state.terms):
        return None
    levels = [term.level for term in state.terms if isinstance(term, Eigenstate)]
    amplitudes = np.zeros(max(levels) + 1, complex)
    for level, coefficient in zip(levels, state.amplitudes, strict=True):
        amplitudes[level] += complex(coefficient)
    return amplitudes / np.linalg.norm(amplitudes)
