"""T(E) of layers of constant V and mass by scattering matrices, independent of the cells (hbar = 1)."""

from __future__ import annotations

import numpy as np

_SMALLEST = 1e-300


def stacked_transmission(
    widths: np.ndarray, potential: np.ndarray, mass: np.ndarray, energy: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """log T and R of layers, each with a constant V and a mass, for waves from the left.

    An interface between layers of complex velocities v = k/m has t = 2 v_1/(v_1 + v_2) and r = (v_1 - v_2)/(v_1 + v_2). Two scattering
    matrices are combined by the sum over all reflections between them. Factors exp(i k d) only decay, so nothing overflows; log t is
    stored instead of t.

    Args:
        widths: widths of the layers, shape (layers,) [length].
        potential: V on the left, in each layer and on the right, shape (layers + 2,) [energy].
        mass: m in the same order, shape (layers + 2,).
        energy: E, on the scale of V, shape (energies,) [energy].

    Returns:
        log T and R, each of shape (energies,); T is 0 where the right side is closed.

    Source: D. Y. K. Ko, J. C. Inkson, Phys. Rev. B 38, 9945 (1988).

    When not to use:
        For a sloping V: its approximation by layers has an error of the order of their width squared.
    """
    energy = np.asarray(energy, float)
    k = np.sqrt(2 * mass[:, None] * (energy - potential[:, None]) + 0j)
    # exactly at a band edge the wave is linear in x, which exponentials cannot represent
    k = np.where(k == 0, _SMALLEST, k)
    velocity = k / mass[:, None]
    log, back, front = np.zeros(energy.size, complex), np.zeros(energy.size, complex), np.zeros(energy.size, complex)
    for place in range(mass.size - 1):
        if place:
            phase = 1j * k[place] * widths[place - 1]
            log, back = log + phase, back * np.exp(2 * phase)
        v_1, v_2 = velocity[place], velocity[place + 1]
        t, r = 2 * v_1 / (v_1 + v_2), (v_1 - v_2) / (v_1 + v_2)
        # 1/multiple: sum over reflections between this interface and the layers before it
        multiple = 1 - back * r
        # transmission to the left is velocity[place]/velocity[0] times that to the right
        front = front + r * np.exp(2 * log) * (velocity[place] / velocity[0]) / multiple
        log = log + np.log(t / multiple)
        back = -r + (1 - r**2) * back / multiple
    outgoing = np.real(k[-1]) > 0
    outgoing &= energy > potential[-1]
    with np.errstate(divide="ignore"):
        flux = np.log(np.where(outgoing, np.abs(velocity[-1]) / np.abs(velocity[0]), 0.0))
    return 2 * np.real(log) + flux, np.abs(front) ** 2
