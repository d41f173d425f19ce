"""What a symmetric V does to even and to odd waves (hbar = 1)."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ._mass_cells import MassCells, crossed, states_from_right


class ParityAmplitudes(NamedTuple):
    """Outgoing amplitudes exp(2 i delta) of the waves that are even and odd about x = 0, at each energy, shape (energies,).

    Attributes:
        even: t + r, for exp(-i k abs(x)) + even exp(i k abs(x)) outside.
        odd: t - r, for sign(x) (odd exp(i k abs(x)) - exp(-i k abs(x))) outside.
    """

    even: np.ndarray
    odd: np.ndarray


def parity_amplitudes(cells: MassCells, energies: np.ndarray) -> ParityAmplitudes:
    """The amplitudes of both parities; without any V both are 1, and where V(-x) = V(x) their modulus is 1.

    Where T is small both hold nearly the same r, and their difference is not the way to T; take `mass_waves` for that.

    Args:
        cells: V and m, the same constants on both sides.
        energies: real, above V outside, shape (energies,) [energy].

    Source: J. H. Eberly, Am. J. Phys. 33, 771 (1965).
    """
    energies = np.asarray(energies, float)
    velocity = np.sqrt(2 * (energies - cells.v_right) / cells.m_right)
    k = cells.m_right * velocity
    state = states_from_right(cells, crossed(cells, energies), np.ones(energies.size, complex), 1j * velocity)
    psi, phi = state.values[0]
    incoming, reflected = (psi - 1j * phi / velocity) / 2, (psi + 1j * phi / velocity) / 2
    first, last = cells.ends[0], cells.ends[-1]
    t = np.exp(1j * k * (first - last) - state.logs[0]) / incoming
    r = reflected / incoming * np.exp(2j * k * first)
    return ParityAmplitudes(t + r, t - r)
