"""T(E) and R(E) for a position-dependent mass, and their derivatives with respect to V(x), m(x) and E (hbar = 1)."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from ._mass_cells import MassCells, cell_matrices, rows_from_left, rule, states_from_right

_EPS = float(np.finfo(float).eps)
# relative rounding error of T and R, in units of the machine precision
_ROUNDING = 16.0


class MassWaves(NamedTuple):
    """Scattering of waves from the left, each field of shape (energies,).

    Attributes:
        log_transmission: natural logarithm of T; minus infinity where either side is closed.
        reflection: R.
        incoming: amplitude A of the incoming wave for an outgoing wave exp(i k x), divided by exp(log).
        log: see `incoming`.
    """

    log_transmission: np.ndarray
    reflection: np.ndarray
    incoming: np.ndarray
    log: np.ndarray


class WaveDerivatives(NamedTuple):
    """Derivatives of log T: d(log T) = sum over points of (of_v dV + of_m dm), and terms for moved edges, deltas and V, m outside.

    Attributes:
        places: Gauss points, shape (points,) [length].
        of_v: d(log T)/dV at each point, quadrature weights included, shape (energies, points) [1/energy].
        of_m: the same for m [1/mass].
        ends: ends of the cells, shape (cells + 1,) [length].
        at_ends: functional derivative d(log T)/dV(x) at the ends of the cells, shape (energies, cells + 1) [1/(energy length)].
        m_at_ends: the same for m(x) [1/(mass length)].
        slope_at_ends: d/dx of `at_ends`, the mean of both sides of a delta.
        of_v_left, of_v_right: derivatives with respect to V outside, V at the points held fixed [1/energy].
        of_m_left, of_m_right: derivatives with respect to m outside [1/mass].
        of_energy: d(log T)/dE [1/energy].
    """

    places: np.ndarray
    of_v: np.ndarray
    of_m: np.ndarray
    ends: np.ndarray
    at_ends: np.ndarray
    m_at_ends: np.ndarray
    slope_at_ends: np.ndarray
    of_v_left: np.ndarray
    of_v_right: np.ndarray
    of_m_left: np.ndarray
    of_m_right: np.ndarray
    of_energy: np.ndarray


def incoming_amplitude(cells: MassCells, energies: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Amplitude A(E) of the incoming wave on the left for exp(i k x) on the right, divided by exp(log), and log.

    E may be complex: the zeros of A below the real axis are the resonances.
    """
    waves = cell_matrices(cells, energies)
    right, left = _velocities(cells, energies)
    state = states_from_right(cells, waves, np.ones(energies.size, complex), 1j * right)
    psi, phi = state.values[0]
    return (psi - 1j * phi / left) / 2, state.logs[0]


def mass_waves(cells: MassCells, energies: np.ndarray) -> MassWaves:
    """T and R at real energies above V on the left.

    T = v_right/v_left/abs(A)^2, with the velocities v = sqrt(2 (E - V)/m) outside. The wave is propagated from the outgoing side to the
    incoming side, the direction in which it grows under a barrier, so T keeps its relative accuracy however small it is.

    Args:
        cells: V and m.
        energies: real, shape (energies,) [energy].

    Returns:
        a MassWaves.
    """
    energies = np.asarray(energies, float)
    inside = np.maximum(energies, cells.v_left + 1e-300)
    waves = cell_matrices(cells, energies)
    right, left = _velocities(cells, inside)
    outgoing = energies > cells.v_right
    state = states_from_right(cells, waves, np.ones(energies.size, complex), 1j * right)
    psi, phi = state.values[0]
    incoming, reflected = (psi - 1j * phi / left) / 2, (psi + 1j * phi / left) / 2
    with np.errstate(divide="ignore"):
        flux = np.log(np.where(outgoing, right.real, 0.0) / left.real)
    log = flux - 2 * (np.log(np.abs(incoming)) + state.logs[0])
    reflection = np.abs(reflected / incoming) ** 2
    # rounding moves T + R from 1
    total = np.exp(log) + reflection
    return MassWaves(log - np.log(total), reflection / total, incoming, state.logs[0])


def wave_error(coarse: MassWaves, fine: MassWaves, shifted: MassWaves, shift: float) -> np.ndarray:
    """Bound on the error of log T and of R: the change from cells twice as wide, and rounding; shape (energies,).

    Rounding acts like an error of a few units in the last place of the energy, which matters on the flank of a resonance.

    Args:
        coarse, fine: waves on cells and on cells half as wide.
        shifted: waves on the finer cells at energies larger by `shift`.
        shift: shift of the energies relative to the largest.
    """
    return _change(coarse, fine) + _EPS * (_ROUNDING + 8 * _change(shifted, fine) / shift)


def _change(first: MassWaves, second: MassWaves) -> np.ndarray:
    """The larger of the changes in log T and in R."""
    both = np.isfinite(first.log_transmission) & np.isfinite(second.log_transmission)
    logs = [np.where(both, waves.log_transmission, 0.0) for waves in (first, second)]
    return np.maximum(np.abs(logs[0] - logs[1]), np.abs(first.reflection - second.reflection))


def wave_derivatives(cells: MassCells, energies: np.ndarray) -> WaveDerivatives:
    """Functional derivatives of log T with respect to V(x) and m(x), at real energies above V on both sides.

    Let A = L U(x) with the row L(x) and U = (psi, phi). First-order perturbation theory, without numerical differences, gives
    d(log A) = -int (2 L_2 psi dV + L_1 phi dm) dx/A + the change of the waves outside.

    Args:
        cells: V and m.
        energies: real, shape (energies,) [energy].

    Returns:
        a WaveDerivatives.

    Source: the Born approximation with distorted waves; A. Messiah, Quantum Mechanics, volume 2, section XIX.13.
    """
    energies = np.asarray(energies, float)
    waves = cell_matrices(cells, energies, inside=True)
    right, left = (velocity.real for velocity in _velocities(cells, energies))
    one = np.ones(energies.size, complex)
    states = states_from_right(cells, waves, one, 1j * right)
    rows = rows_from_left(cells, waves, one / 2, -0.5j / left)
    (psi, phi), (first, second) = (np.moveaxis(chain.values, 1, 0) for chain in (states, rows))
    whole = first * psi + second * phi
    kicks = 2 * cells.kicks[:, None]
    # on the right of each delta, where the next cell begins
    phi_behind, first_behind = phi + kicks * psi, first - kicks * second
    y, f = waves.inside[..., 0, :], waves.inside[..., 1, :]
    start = [part[:-1, :, None] for part in (psi, phi_behind, first_behind, second)]
    psi_in = y[..., 0] * start[0] + y[..., 1] * start[1]
    phi_in = f[..., 0] * start[0] + f[..., 1] * start[1]
    first_in = start[2] * f[..., 1] - start[3] * f[..., 0]
    second_in = start[3] * y[..., 0] - start[2] * y[..., 1]
    inner = whole[:-1, :, None]
    weight = cells.weights[:, None, :]
    of_v = 4 * np.real(second_in * psi_in / inner) * weight
    of_m = 2 * np.real(first_in * phi_in / inner) * weight
    begin, end = cells.m @ rule().ends.T[:, 0], cells.m @ rule().ends.T[:, 1]
    m_before, m_behind = np.append(cells.m_left, end)[:, None], np.append(begin, cells.m_right)[:, None]
    slope = (m_before * (second * phi - first * psi) + m_behind * (second * phi_behind - first_behind * psi)) / 2
    # log T = log(v_right/v_left) - 2 Re log A, A = (psi - i phi/v_left)/2 and phi = i v_right on the right
    by_left = -1 / left - 2 * np.real(0.5j * phi[0] / left**2 / whole[0])
    by_right = 1 / right - 2 * np.real(1j * second[-1] / whole[-1])
    of_v_left = by_left * -left / (2 * (energies - cells.v_left))
    of_v_right = by_right * -right / (2 * (energies - cells.v_right))
    flat_v, flat_m = _by_energy(of_v), _by_energy(of_m)
    return WaveDerivatives(
        places=cells.places.ravel(),
        of_v=flat_v,
        of_m=flat_m,
        ends=cells.ends,
        at_ends=(4 * np.real(second * psi / whole)).T,
        m_at_ends=(2 * np.real(first * phi / whole)).T,
        slope_at_ends=(4 * np.real(slope / whole)).T,
        of_v_left=of_v_left,
        of_v_right=of_v_right,
        of_m_left=by_left * -left / (2 * cells.m_left),
        of_m_right=by_right * -right / (2 * cells.m_right),
        of_energy=-of_v_left - of_v_right - flat_v.sum(axis=1),
    )


def _by_energy(values: np.ndarray) -> np.ndarray:
    return np.moveaxis(values, 1, 0).reshape(values.shape[1], -1)


def _velocities(cells: MassCells, energies: np.ndarray) -> tuple[Any, Any]:
    """v = sqrt(2 (E - V)/m) on the right and on the left."""
    return (
        np.sqrt(2 * (energies - cells.v_right) / cells.m_right + 0j),
        np.sqrt(2 * (energies - cells.v_left) / cells.m_left + 0j),
    )
