"""Scattering of even and odd waves by a symmetric V (hbar = 1)."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ._mass_cells import MassCells, cell_matrices, states_from_right


class ParityAmplitudes(NamedTuple):
    """Outgoing amplitudes exp(2 i delta) of the even and the odd wave about x = 0, each of shape (energies,).

    Attributes:
        even: t + r, for exp(-i k abs(x)) + even exp(i k abs(x)) outside.
        odd: t - r, for sign(x) (odd exp(i k abs(x)) - exp(-i k abs(x))) outside.
    """

    even: np.ndarray
    odd: np.ndarray


def parity_amplitudes(cells: MassCells, energies: np.ndarray) -> ParityAmplitudes:
    """Scattering amplitudes t + r and t - r of both parities: 1 for V = 0, and of modulus 1 where V(-x) = V(x).

    When not to use:
        For a small T, which is lost in the difference of the amplitudes; use `mass_waves`.

    Args:
        cells: V and m, with equal constants on both sides.
        energies: real, above V outside, shape (energies,) [energy].

    Returns:
        a ParityAmplitudes.

    Source: J. H. Eberly, Am. J. Phys. 33, 771 (1965).
    """
    energies = np.asarray(energies, float)
    velocity = np.sqrt(2 * (energies - cells.v_right) / cells.m_right)
    k = cells.m_right * velocity
    state = states_from_right(cells, cell_matrices(cells, energies), np.ones(energies.size, complex), 1j * velocity)
    psi, phi = state.values[0]
    incoming, reflected = (psi - 1j * phi / velocity) / 2, (psi + 1j * phi / velocity) / 2
    first, last = cells.ends[0], cells.ends[-1]
    t = np.exp(1j * k * (first - last) - state.logs[0]) / incoming
    r = reflected / incoming * np.exp(2j * k * first)
    return ParityAmplitudes(t + r, t - r)
