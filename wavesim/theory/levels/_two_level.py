"""Populations of the wells while a particle oscillates in a tunneling doublet (hbar = 1)."""

from __future__ import annotations

import numpy as np

from ..._jax import ArrayLike
from ..methods import Array, floats, namespace


def tunneling_period(gap: ArrayLike) -> Array:
    """Time of one full oscillation, right to left and back, 2 pi/gap.

    Args:
        gap: E_A - E_S [energy].

    Returns:
        The period [time], of the shape of gap.
    """
    _, gap = floats(gap)
    return 2 * np.pi / gap


def transfer_time(gap: ArrayLike) -> Array:
    """Time after which the particle is in the other well, pi/gap: half of the tunneling period.

    Args:
        gap: E_A - E_S [energy].

    Returns:
        The transfer time [time], of the shape of gap.
    """
    _, gap = floats(gap)
    return np.pi / gap


def textbook_population(time: ArrayLike, gap: ArrayLike) -> Array:
    """Population of the starting well in the textbook, cos^2(gap t/2).

    The limit of weak coupling. A localized state has a tail in the other well, so measured populations differ
    from this by per cents at strong coupling: compare with right_population.

    Args:
        time: t [time].
        gap: E_A - E_S [energy].

    Returns:
        The population in [0, 1], of the broadcast shape.
    """
    xp, time, gap = floats(time, gap)
    return xp.cos(gap * time / 2) ** 2


def right_population(time: ArrayLike, gap: ArrayLike, overlap: ArrayLike = 1.0) -> Array:
    """Probability right of the middle, exact for the start (psi_S + psi_A)/sqrt 2: (1 + O cos(gap t))/2.

    Args:
        time: t [time].
        gap: E_A - E_S [energy].
        overlap: O = 2 int_0^inf psi_S psi_A dx, from Doublet.overlap; 1 gives the textbook's cos^2.

    Returns:
        The population, between (1 - O)/2 and (1 + O)/2.
    """
    xp, time, gap, overlap = floats(time, gap, overlap)
    return (1 + overlap * xp.cos(gap * time)) / 2


def doublet_population(
    time: ArrayLike,
    gap: ArrayLike,
    amplitude_symmetric: ArrayLike,
    amplitude_antisymmetric: ArrayLike,
    overlap: ArrayLike = 1.0,
) -> Array:
    """Probability right of the middle for any start c_S psi_S + c_A psi_A in the doublet.

    P = (abs(c_S)^2 + abs(c_A)^2)/2 + O Re(conj(c_S) c_A exp(-i gap t)). The population of higher levels is not
    counted, and P is too small by their share on the right.

    Args:
        time: t [time].
        gap: E_A - E_S [energy].
        amplitude_symmetric: c_S, complex.
        amplitude_antisymmetric: c_A, complex.
        overlap: O = 2 int_0^inf psi_S psi_A dx.

    Returns:
        The population, of the broadcast shape.
    """
    xp = namespace(time, gap, amplitude_symmetric, amplitude_antisymmetric, overlap)
    c_s, c_a = xp.asarray(amplitude_symmetric, complex), xp.asarray(amplitude_antisymmetric, complex)
    beat = c_s.conj() * c_a * xp.exp(-1j * xp.asarray(gap, float) * xp.asarray(time, float))
    return (abs(c_s) ** 2 + abs(c_a) ** 2) / 2 + xp.asarray(overlap, float) * beat.real


def rabi_transfer(time: ArrayLike, gap: ArrayLike, detuning: ArrayLike = 0.0) -> Array:
    """Population of the other well for two wells detuned by `detuning` (generalised Rabi formula).

    P = gap^2/(gap^2 + detuning^2) sin^2(sqrt(gap^2 + detuning^2) t/2), for localized states of energies
    +-detuning/2 coupled by -gap/2.

    Args:
        time: t [time].
        gap: the splitting without detuning [energy].
        detuning: energy difference of the two localized states [energy].

    Returns:
        The transferred population in [0, 1]; never above gap^2/(gap^2 + detuning^2).

    Source:
        Cohen-Tannoudji, Diu, Laloe, Quantum Mechanics, chapter IV, eq. C-32.
    """
    xp, time, gap, detuning = floats(time, gap, detuning)
    rabi_squared = gap**2 + detuning**2
    return gap**2 / rabi_squared * xp.sin(xp.sqrt(rabi_squared) * time / 2) ** 2


def rabi_population(
    time: ArrayLike,
    gap: ArrayLike,
    detuning: ArrayLike = 0.0,
    amplitude_here: ArrayLike = 1.0,
    amplitude_there: ArrayLike = 0.0,
) -> Array:
    """Population of the first well of two detuned wells, for any start in them.

    psi(t) = [cos(Omega t/2) - 2i sin(Omega t/2) H/Omega] psi(0) with H = [[d, -gap], [-gap, -d]]/2 and
    Omega = sqrt(gap^2 + d^2).

    Args:
        time: t [time].
        gap: the splitting without detuning, not 0 together with the detuning [energy].
        detuning: d, energy of the first well less that of the second [energy].
        amplitude_here: complex amplitude of the first well at t = 0.
        amplitude_there: complex amplitude of the second well at t = 0.

    Returns:
        The population of the first well, of the broadcast shape; with the default start 1 - rabi_transfer.

    Source:
        Cohen-Tannoudji, Diu, Laloe, Quantum Mechanics, chapter IV, section C-3.
    """
    xp = namespace(time, gap, detuning, amplitude_here, amplitude_there)
    time, gap, detuning = (xp.asarray(value, float) for value in (time, gap, detuning))
    here, there = xp.asarray(amplitude_here, complex), xp.asarray(amplitude_there, complex)
    rabi = xp.sqrt(gap**2 + detuning**2)
    angle = rabi * time / 2
    amplitude = xp.cos(angle) * here - 1j * xp.sin(angle) * (detuning * here - gap * there) / rabi
    return abs(amplitude) ** 2
