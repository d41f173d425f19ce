"""log T of plane waves and its gradient with respect to all parameters, from one solution of the scattering problem."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from .. import theory
from .._amounts import amount
from .._typing import ENERGY
from ..analysis.predictions import by_closed_form, cells_of, moves_right, scattering_problem, threshold, wave_room
from ..errors import WavesimError
from ..problem import Problem
from ._slopes import Parts, slopes_by


def log_transmissions(problem: Problem, energies: np.ndarray, closed: bool) -> np.ndarray:
    """log T at kinetic energies on the incoming side, shape (energies,).

    Args:
        problem: static, flat on both sides.
        energies: kinetic [energy].
        closed: whether to use the closed form where there is one.
    """
    line = scattering_problem(problem)
    _refuse_closed(line, energies)
    form = by_closed_form(line) if closed else None
    if form is not None:
        logs = form(energies).log_transmission
        if np.all(np.isfinite(logs)):
            return logs
    cells, near = _cells(line, energies)
    return theory.mass_waves(cells, energies + near).log_transmission


def wave_gradient(problem: Problem, energies: np.ndarray, paths: Iterable[str]) -> dict[str, np.ndarray]:
    """d(log T)/d(parameter) by path, each of shape (energies,): one solution serves all parameters.

    d(log T) = int (d log T/dV(x)) dV(x) dx + terms for edges and deltas: an edge at e that moves by de adds -jump de delta(x - e) to V.
    """
    line = scattering_problem(problem)
    _refuse_closed(line, energies)
    cells, near = _cells(line, energies)
    known = theory.wave_derivatives(cells, energies + near)
    side = 1.0 if moves_right(line) else -1.0
    parts = Parts.of(line)
    at_edges = [int(np.argmin(np.abs(known.ends - side * edge))) for edge in parts.edges]
    at_spikes = [int(np.argmin(np.abs(known.ends - side * spike))) for spike in parts.spikes]
    gradient: dict[str, Any] = {}
    for path in paths:
        if not path.startswith("potential.") and path != "particle.mass":
            gradient[path] = np.zeros(energies.size)
            continue
        moved = slopes_by(line, path, side * known.places)
        far = slice(None) if side > 0 else slice(None, None, -1)
        (v_left, v_right), (m_left, m_right) = moved.ends[far], moved.masses[far]
        total = known.of_v @ moved.v + known.of_m @ moved.m
        total = total + known.of_v_left * v_left + known.of_v_right * v_right
        total = total + known.of_m_left * m_left + known.of_m_right * m_right
        # energies are relative to V on the incoming side, which may depend on the parameter
        total = total + known.of_energy * v_left
        for place, jump, mass_jump, shift in zip(at_edges, parts.jumps, parts.mass_jumps, moved.edges, strict=True):
            total = total - (known.at_ends[:, place] * jump + known.m_at_ends[:, place] * mass_jump) * shift
        for place, strength, shift, more in zip(at_spikes, parts.strengths, moved.spikes, moved.strengths, strict=True):
            total = total + known.at_ends[:, place] * more + known.slope_at_ends[:, place] * strength * side * shift
        gradient[path] = total
    return gradient


def _cells(line: Problem, energies: np.ndarray) -> tuple[theory.MassCells, float]:
    to_right = moves_right(line)
    near = float(line.potential.asymptotes()[0 if to_right else 1])
    ends = wave_room(line, float(np.max(energies))).ends
    return cells_of(line, float(np.max(energies)) + near, ends, to_right=to_right), near


def _refuse_closed(line: Problem, energies: np.ndarray) -> None:
    floor = threshold(line)
    if np.min(energies) <= floor:
        raise WavesimError(
            f"transmission is designed above {amount(floor, ENERGY, line.shown_in)}, where the far side opens, but is wanted at {amount(np.min(energies), ENERGY, line.shown_in)}; raise the energy."
        )
