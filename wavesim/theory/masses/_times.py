"""Tunneling times: phase time, dwell time and the times of the Larmor clock (hbar = 1)."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from ._mass_cells import MassCells, cell_matrices, rows_from_left, states_from_right


class TunnelingTimes(NamedTuple):
    """Times from the left to the right end of the cells, at each energy, shape (energies,) [time].

    Attributes:
        phase: d(arg t)/dE, the delay of the transmitted packet's peak.
        dwell: int abs(psi)^2 dx over the incoming flux, of reflected and transmitted particles together.
        larmor: -d(arg t)/dV, the precession angle of the transmitted spin over the Larmor frequency.
        spin_up: -d(log abs(t))/dV, the same for the rotation of the spin towards the field.
    """

    phase: np.ndarray
    dwell: np.ndarray
    larmor: np.ndarray
    spin_up: np.ndarray

    @property
    def buttiker(self) -> np.ndarray:
        """Buttiker's time sqrt(larmor^2 + spin_up^2): m L/kappa for a thick barrier."""
        return np.hypot(self.larmor, self.spin_up)


def tunneling_times(
    cells: MassCells, energies: np.ndarray, region: tuple[float, float] | None = None
) -> TunnelingTimes:
    """Tunneling times of waves from the left, as integrals over the scattering state, without numerical differences.

    Args:
        cells: V and m.
        energies: real, above V on both sides, shape (energies,) [energy].
        region: interval of the clock, between two ends of cells; by default all cells [length]. The phase time then refers to plane waves
            extrapolated to the ends of the interval.

    Returns:
        a TunnelingTimes.

    Source: E. P. Wigner, Phys. Rev. 98, 145 (1955); F. T. Smith, Phys. Rev. 118, 349 (1960); M. Buttiker, Phys. Rev. B 27, 6178 (1983);
        E. H. Hauge, J. A. Stovneng, Rev. Mod. Phys. 61, 917 (1989).
    """
    energies = np.asarray(energies, float)
    waves = cell_matrices(cells, energies, inside=True)
    right = np.sqrt(2 * (energies - cells.v_right) / cells.m_right)
    left = np.sqrt(2 * (energies - cells.v_left) / cells.m_left)
    one = np.ones(energies.size, complex)
    states = states_from_right(cells, waves, one, 1j * right)
    rows = rows_from_left(cells, waves, one / 2, -0.5j / left)
    (psi, phi), (first, second) = (np.moveaxis(chain.values, 1, 0) for chain in (states, rows))
    kicks = 2 * cells.kicks[:, None]
    whole = first * psi + second * phi
    begin = (psi[:-1, :, None], (phi + kicks * psi)[:-1, :, None])
    row = ((first - kicks * second)[:-1, :, None], second[:-1, :, None])
    y = waves.inside[..., 0, :]
    psi_in = y[..., 0] * begin[0] + y[..., 1] * begin[1]
    second_in = row[1] * y[..., 0] - row[0] * y[..., 1]
    weight = cells.weights[:, None, :]
    first_end, last_end = (cells.ends[0], cells.ends[-1]) if region is None else region
    middle = (cells.ends[1:] + cells.ends[:-1]) / 2
    timed = (middle > first_end) & (middle < last_end)
    # d(log A)/dV for V raised on one cell
    each = -np.sum(2 * second_in * psi_in / whole[:-1, :, None] * weight, axis=2)
    by_v, raised = each.sum(axis=0), each[timed].sum(axis=0)
    by_left = 0.5j * phi[0] / left**2 / whole[0]
    by_right = 1j * second[-1] / whole[-1]
    # dv/dE = v/(2 (E - V)) outside
    by_energy = (
        -by_v + by_left * left / (2 * (energies - cells.v_left)) + by_right * right / (2 * (energies - cells.v_right))
    )
    # psi relative to the left end, where A is computed
    logs = 2 * (states.logs[:-1] - states.logs[0])[:, :, None]
    density = np.sum((np.abs(psi_in) ** 2 * np.exp(logs) * weight)[timed], axis=(0, 2))
    incoming = np.abs((psi[0] - 1j * phi[0] / left) / 2) ** 2 * left
    outside = (first_end - cells.ends[0]) / left + (cells.ends[-1] - last_end) / right
    return TunnelingTimes(-by_energy.imag - outside, density / incoming, raised.imag, raised.real)


def hartman_time(energy: float, height: float, mass: float = 1.0) -> float:
    """Hartman's limit 2 m/(k kappa) of the phase time of a thick rectangular barrier, independent of its width.

    Args:
        energy: kinetic energy, below `height` [energy].
        height: V0 [energy].
        mass: mass of the particle.

    Source: T. E. Hartman, J. Appl. Phys. 33, 3427 (1962).
    """
    return 2 * mass / (math.sqrt(2 * mass * energy) * math.sqrt(2 * mass * (height - energy)))
