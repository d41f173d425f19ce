"""The state that leaks out of a well written as x^2/2 exp(-a x^2), on the line turned into the complex plane."""

from __future__ import annotations

import math

import numpy as np

from ._differences import Numbers, Table

# the line is x e^(i angle): waves that leave fall along it like exp(-k x sin(angle))
_ANGLE = 0.4
_REACH, _POINTS = 40.0, (600, 800)
_STEPS = 12


def rotated(table: Table) -> Numbers:
    """E - i width/2 of the lowest state of H = exp(-2 i angle) p^2/(2 m) + V(x exp(i angle)), by inverse iteration on sinc functions.

    Source: N. Moiseyev, Physics Reports 302, 211 (1998), section 2.
    """
    mass, a = table["particle"]["mass"], table["potential"]["parameters"]["a"]
    coarse, fine = (_resonance(mass, a, points) for points in _POINTS)
    energy, width = fine.real, -2 * fine.imag
    error = abs(fine - coarse) + 1e-13
    return {
        "resonance_energy": (energy, error),
        "resonance_width": (width, 2 * error),
        "lifetime": (1 / width, 2 * error / width**2),
    }


def _resonance(mass: float, a: float, points: int) -> complex:
    spacing = 2 * _REACH / points
    x = spacing * (np.arange(points) - (points - 1) / 2)
    apart = np.subtract.outer(np.arange(points), np.arange(points))
    kinetic = np.where(apart == 0, math.pi**2 / 3, 2 * (-1.0) ** apart / np.where(apart == 0, 1, apart) ** 2)
    z = x * np.exp(1j * _ANGLE)
    h = kinetic * np.exp(-2j * _ANGLE) / (2 * mass * spacing**2) + np.diag(z**2 / 2 * np.exp(-a * z**2))
    psi = np.exp(-math.sqrt(mass) * x**2 / 2) + 0j
    energy = 0.45 / math.sqrt(mass) + 0j
    for _ in range(_STEPS):
        psi = np.linalg.solve(h - energy * np.eye(points), psi)
        # H is symmetric, not Hermitian: its products have no conjugate
        psi /= np.sqrt(psi @ psi)
        better = complex(psi @ h @ psi)
        if abs(better - energy) < 1e-15:
            break
        energy = better
    return energy
