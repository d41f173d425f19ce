"""Half-lives, resonances and the Gamow peak of charged nuclei, by mpmath and numerical integrals alone."""

from __future__ import annotations

from typing import Any

import mpmath
import numpy as np
from scipy import constants as si
from scipy.optimize import minimize_scalar


def alpha_half_life(energy: float, mass_number: int, charge: int) -> float:
    """Seconds, by Gamow's integral done numerically: ln 2 (2 R/v) exp(2 S), energy in MeV, mass number and charge of the daughter.

    R = 1.2 fm (A^(1/3) + 4^(1/3)); 4.0015 u for the alpha particle, A u for the daughter.
    """
    mass = (
        4.0015
        * mass_number
        / (4.0015 + mass_number)
        * si.physical_constants["atomic mass constant energy equivalent in MeV"][0]
    )
    hbar_c = si.hbar * si.c / si.e * 1e9  # MeV fm
    strength, radius = 2 * charge * si.alpha * hbar_c, 1.2 * (mass_number ** (1 / 3) + 4 ** (1 / 3))
    turn = strength / energy
    with mpmath.workdps(20):
        # r = turn - u^2 takes the root out of the turning point
        exponent = mpmath.quad(
            lambda u: 2 * u * mpmath.sqrt(2 * mass * (strength / (turn - u**2) - energy)),
            [0, mpmath.sqrt(turn - radius)],
        )
    crossing = 2 * radius * 1e-15 / (np.sqrt(2 * energy / mass) * si.c)
    return float(np.log(2) * crossing * mpmath.exp(2 * mpmath.re(exponent) / hbar_c))


def coulomb_resonance(radius: float, strength: float) -> tuple[float, float]:
    """(energy, lifetime), hbar = m = 1: sin(kr) within the radius, H = G + iF of strength/r outside, mpmath's Coulomb functions."""
    with mpmath.workdps(20):

        def outgoing(rho: Any, eta: Any) -> Any:
            return mpmath.coulombg(0, eta, rho) + 1j * mpmath.coulombf(0, eta, rho)

        def mismatch(energy: Any) -> Any:
            k = mpmath.sqrt(2 * energy)
            eta, rho, h = strength / k, k * radius, mpmath.mpf("1e-6")
            slope = (outgoing(rho + h, eta) - outgoing(rho - h, eta)) / (2 * h)
            return mpmath.cot(rho) - slope / outgoing(rho, eta)

        found = mpmath.findroot(mismatch, 1.43 - 0.004j, tol=1e-14)
        return float(found.real), float(1 / (2 * abs(found.imag)))


def gamow_peak(temperature: float) -> tuple[float, float]:
    """(E0, full width at 1/e) in keV of two protons, kT in keV: the maximum of exp(-E/kT - 2 pi eta), and 4 sqrt(E0 kT/3)."""
    mass = si.physical_constants["proton mass energy equivalent in MeV"][0] * 1e3 / 2
    eta_root = np.pi * si.alpha * np.sqrt(2 * mass)  # 2 pi eta sqrt(E)
    top: Any = minimize_scalar(
        lambda e: e / temperature + eta_root / np.sqrt(e),
        bounds=(1.0, 30.0),
        method="bounded",
        options={"xatol": 1e-12},
    )
    return float(top.x), float(4 * np.sqrt(top.x * temperature / 3))
