"""Tunneling through a Coulomb barrier: alpha decay and thermonuclear fusion (hbar = 1).

The barrier is C/r outside of the radius R, C = Z1 Z2 e^2 (e^2 = 1 in atomic units, 1/137.036 times hbar c in
others); the mass is the reduced mass of the two nuclei.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ..._jax import ArrayLike
from ..methods import Array, floats


def gamow_exponent(energy: ArrayLike, coulomb: ArrayLike, radius: ArrayLike, mass: ArrayLike) -> Array:
    """The WKB integral of kappa through the Coulomb barrier, from R to the turning point b = C/E.

    S = C sqrt(2 m/E) [arccos sqrt(rho) - sqrt(rho (1 - rho))], rho = R/b = E R/C. T ~ exp(-2 S).

    Args:
        energy: E > 0 [energy].
        coulomb: C = Z1 Z2 e^2 [energy length].
        radius: R, inside which the nuclear force holds [length].
        mass: reduced mass.

    Returns:
        S >= 0, of the broadcast shape; 0 above the barrier, E >= C/R.

    Source:
        Gamow, Z. Phys. 51 (1928) 204; Gurney and Condon, Nature 122 (1928) 439.
    """
    xp, energy, coulomb, radius, mass = floats(energy, coulomb, radius, mass)
    rho = energy * radius / coulomb
    under = rho < 1
    rho = xp.where(under, rho, 0.5)
    # With rho = cos^2(angle/2) the bracket is (angle - sin(angle))/2.
    angle = 2 * xp.arctan2(xp.sqrt(1 - rho), xp.sqrt(rho))
    return xp.where(under, coulomb * xp.sqrt(2 * mass / energy) * _less_its_sine(xp, angle) / 2, 0.0)


def sommerfeld_exponent(energy: ArrayLike, coulomb: ArrayLike, mass: ArrayLike) -> Array:
    """2 pi eta = 2 pi C/v = pi C sqrt(2 m/E): the limit of 2 S for a point nucleus, R = 0.

    Args:
        energy: E > 0 in the center of mass [energy].
        coulomb: C = Z1 Z2 e^2 [energy length].
        mass: reduced mass.

    Returns:
        The exponent, dimensionless.
    """
    xp, energy, coulomb, mass = floats(energy, coulomb, mass)
    return np.pi * coulomb * xp.sqrt(2 * mass / energy)


def gamow_factor(energy: ArrayLike, coulomb: ArrayLike, mass: ArrayLike) -> Array:
    """Gamow's factor exp(-2 pi eta), to which the rate of a fusion reaction at low energy is proportional.

    Args:
        energy: E > 0 in the center of mass [energy].
        coulomb: C = Z1 Z2 e^2 [energy length].
        mass: reduced mass.

    Returns:
        The factor in (0, 1).
    """
    xp, exponent = floats(sommerfeld_exponent(energy, coulomb, mass))
    return xp.exp(-exponent)


def alpha_half_life(
    energy: ArrayLike, coulomb: ArrayLike, radius: ArrayLike, mass: ArrayLike, frequency: ArrayLike | None = None
) -> Array:
    """Half-life of alpha decay, ln 2/(f exp(-2 S)).

    Args:
        energy: Q, the decay energy [energy].
        coulomb: C = 2 Z e^2, Z of the daughter [energy length].
        radius: R, where the alpha particle leaves the nuclear force, about 1.2 fm (A^(1/3) + 4^(1/3)) [length].
        mass: reduced mass.
        frequency: f, how often the particle meets the barrier [1/time]; by default v/(2 R), v = sqrt(2 Q/m).

    Returns:
        The half-life [time]. Over the 24 orders of magnitude of the even nuclei right within a factor of about 100
        at most, which is largely a matter of the radius: 1 % of R changes it by a factor of 1.5.
    """
    xp, exponent, energy, radius, mass = floats(gamow_exponent(energy, coulomb, radius, mass), energy, radius, mass)
    rate = xp.sqrt(2 * energy / mass) / (2 * radius) if frequency is None else frequency
    return xp.exp(2 * exponent) * np.log(2.0) / rate


def gamow_peak_energy(temperature: ArrayLike, coulomb: ArrayLike, mass: ArrayLike) -> Array:
    """Energy at which fusion in a plasma happens, the maximum of exp(-E/kT - 2 pi eta): (pi C sqrt(m/2) kT)^(2/3).

    Args:
        temperature: kT [energy].
        coulomb: C = Z1 Z2 e^2 [energy length].
        mass: reduced mass.

    Returns:
        E0 [energy].

    Source:
        Clayton, Principles of Stellar Evolution and Nucleosynthesis (1968), eq. 4-46.
    """
    xp, temperature, coulomb, mass = floats(temperature, coulomb, mass)
    return (np.pi * coulomb * xp.sqrt(mass / 2) * temperature) ** (2 / 3)


def gamow_window(temperature: ArrayLike, coulomb: ArrayLike, mass: ArrayLike) -> Array:
    """Full width at 1/e of the Gaussian that touches the Gamow peak, 4 sqrt(E0 kT/3).

    Args:
        temperature: kT [energy].
        coulomb: C = Z1 Z2 e^2 [energy length].
        mass: reduced mass.

    Returns:
        The width [energy].

    Source:
        Clayton, Principles of Stellar Evolution and Nucleosynthesis (1968), eq. 4-52.
    """
    xp, peak, temperature = floats(gamow_peak_energy(temperature, coulomb, mass), temperature)
    return 4 * xp.sqrt(peak * temperature / 3)


def _less_its_sine(xp: Any, angle: Array) -> Array:
    """x - sin(x), by its series where the difference would lose digits."""
    near = angle < 1.0
    x = xp.where(near, angle, 0.0)
    term, total = x**3 / 6, xp.zeros_like(x)
    for n in np.arange(5, 23, 2):
        total = total + term
        term = -term * x**2 / (n * (n - 1))
    return xp.where(near, total, angle - xp.sin(angle))
