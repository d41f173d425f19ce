"""T(E) of flat layers by scattering matrices: the second route beside the cells (hbar = 1)."""

from __future__ import annotations

import numpy as np

_SMALLEST = 1e-300


def stacked_transmission(
    widths: np.ndarray, potential: np.ndarray, mass: np.ndarray, energy: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """log T and R of layers, each with a constant V and a mass, for waves from the left.

    Amplitudes on both sides of an interface with the complex velocities v = k/m are joined by t = 2 v_1/(v_1 + v_2),
    r = (v_1 - v_2)/(v_1 + v_2); the matrices of two parts that follow each other are joined by the sum over all reflections between them. Every
    factor exp(i k d) decays, so that nothing overflows; t is kept as its logarithm.

    Args:
        widths: of the layers, shape (layers,) [length].
        potential: V to the left, of each layer, and to the right, shape (layers + 2,) [energy].
        mass: m of the same, shape (layers + 2,).
        energy: E as V is counted, shape (energies,) [energy].

    Returns:
        log T and R; T is 0 where the right side is closed.

    Source: D. Y. K. Ko, J. C. Inkson, Phys. Rev. B 38, 9945 (1988).

    When not to use:
        Where V slopes: there every slice is flat, and the error falls with the square of its width.
    """
    energy = np.asarray(energy, float)
    k = np.sqrt(2 * mass[:, None] * (energy - potential[:, None]) + 0j)
    # exactly at a band edge the wave is a straight line, for which no matrix of exponentials stands
    k = np.where(k == 0, _SMALLEST, k)
    velocity = k / mass[:, None]
    log, back, front = np.zeros(energy.size, complex), np.zeros(energy.size, complex), np.zeros(energy.size, complex)
    for place in range(mass.size - 1):
        if place:
            phase = 1j * k[place] * widths[place - 1]
            log, back = log + phase, back * np.exp(2 * phase)
        one, other = velocity[place], velocity[place + 1]
        through, mirrored = 2 * one / (one + other), (one - other) / (one + other)
        # waves that run to and fro between what is behind and this interface
        between = 1 - back * mirrored
        front = front + mirrored * np.exp(2 * log) * _there_and_back(place, velocity) / between
        log = log + np.log(through / between)
        back = -mirrored + (1 - mirrored**2) * back / between
    outgoing = np.real(k[-1]) > 0
    outgoing &= energy > potential[-1]
    with np.errstate(divide="ignore"):
        flux = np.log(np.where(outgoing, np.abs(velocity[-1]) / np.abs(velocity[0]), 0.0))
    return 2 * np.real(log) + flux, np.abs(front) ** 2


def _there_and_back(place: int, velocity: np.ndarray) -> np.ndarray:
    """Transmission back over transmission on, of all before an interface: the ratio of the velocities at its ends."""
    return velocity[place] / velocity[0]
