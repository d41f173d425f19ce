"""T(E) and R(E) with a mass that depends on position, and what every V(x), m(x) and E does to them (hbar = 1)."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from ._mass_cells import MassCells, crossed, rows_from_left, rule, states_from_right

_EPS = float(np.finfo(float).eps)
# rounding of a wave across so many cells, in units of the machine's precision
_ROUNDING = 16.0


class MassWaves(NamedTuple):
    """What a structure does to waves that come in from the left, at each energy, shape (energies,).

    Attributes:
        log_transmission: natural logarithm of T; minus infinity where either side is closed.
        reflection: R.
        incoming: amplitude A of the wave that comes in, for exp(i k x) that goes out, divided by exp(log).
        log: see `incoming`.
    """

    log_transmission: np.ndarray
    reflection: np.ndarray
    incoming: np.ndarray
    log: np.ndarray


class WaveDerivatives(NamedTuple):
    """d(log T) for any change of the structure: sum over points of weight (of_v dV + of_m dm), and the parts of ends and deltas.

    Attributes:
        places: the points, shape (points,) [length].
        of_v: d(log T)/dV(x), shape (energies, points) [1/(energy length)]; already with the weights of an integral over the points.
        of_m: the same for m(x) [1/mass].
        ends: of the cells, shape (cells + 1,) [length].
        at_ends: d(log T)/dV(x) at the ends, without a weight, shape (energies, cells + 1) [1/(energy length)].
        m_at_ends: the same for m(x) [1/(mass length)].
        slope_at_ends: d/dx of `at_ends`, the mean of both sides of a delta.
        of_v_left, of_v_right: of V outside, the parts at the points not among them [1/energy].
        of_m_left, of_m_right: of m outside [1/mass].
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
    """A(E) of the wave that comes in on the left for exp(i k x) on the right, divided by exp(log), and log; E may be complex.

    Its zeros below the real axis are the resonances.
    """
    waves = crossed(cells, energies)
    right, left = _velocities(cells, energies)
    state = states_from_right(cells, waves, np.ones(energies.size, complex), 1j * right)
    psi, phi = state.values[0]
    return (psi - 1j * phi / left) / 2, state.logs[0]


def mass_waves(cells: MassCells, energies: np.ndarray) -> MassWaves:
    """T and R at real energies above the threshold of the left side, where V and m are those of the cells.

    With the velocity v = sqrt(2 (E - V)/m) outside, T = v_right/v_left/abs(A)^2; the wave is followed from where it goes out to where
    it comes in, in which direction it grows, so that T keeps its digits at any depth.

    Args:
        cells: V and m.
        energies: real, shape (energies,).
    """
    energies = np.asarray(energies, float)
    inside = np.maximum(energies, cells.v_left + 1e-300)
    waves = crossed(cells, energies)
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
    """Bound on the error of log T and of R: the change from cells twice as wide, and rounding.

    Rounding acts as if the energy were known to some units of its last place, which counts on the flank of a resonance.

    Args:
        coarse, fine: on cells and on cells half as wide.
        shifted: on the finer ones, at energies that are larger by `shift`.
        shift: relative to the largest energy.
    """
    return _change(coarse, fine) + _EPS * (_ROUNDING + 8 * _change(shifted, fine) / shift)


def _change(one: MassWaves, other: MassWaves) -> np.ndarray:
    """The larger of the changes in log T and in R."""
    both = np.isfinite(one.log_transmission) & np.isfinite(other.log_transmission)
    logs = [np.where(both, waves.log_transmission, 0.0) for waves in (one, other)]
    return np.maximum(np.abs(logs[0] - logs[1]), np.abs(one.reflection - other.reflection))


def wave_derivatives(cells: MassCells, energies: np.ndarray) -> WaveDerivatives:
    """The functional derivative of log T with respect to V(x) and m(x), at real energies above both thresholds.

    With the row L(x) for which A = L U(x), U = (psi, phi), first-order perturbation theory gives
    d(log A) = -int (2 L_2 psi dV + L_1 phi dm) dx/A + what the waves outside change; no difference of two numbers is taken.

    Args:
        cells: V and m.
        energies: real, shape (energies,).

    Source: the Born approximation with distorted waves; A. Messiah, Quantum Mechanics, volume 2, section XIX.13.
    """
    energies = np.asarray(energies, float)
    waves = crossed(cells, energies, inside=True)
    right, left = (velocity.real for velocity in _velocities(cells, energies))
    one = np.ones(energies.size, complex)
    states = states_from_right(cells, waves, one, 1j * right)
    rows = rows_from_left(cells, waves, one / 2, -0.5j / left)
    (psi, phi), (first, second) = (np.moveaxis(chain.values, 1, 0) for chain in (states, rows))
    whole = first * psi + second * phi
    kicks = 2 * cells.kicks[:, None]
    # behind the kick of each end, where its cell begins
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
