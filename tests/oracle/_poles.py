"""Resonances of analytic wells that leak, by complex scaling of a sinc basis: x -> x exp(i angle) turns outgoing waves into bound states."""

from __future__ import annotations

from typing import Any

import numpy as np

from ._formula import Formula

_POINTS, _ANGLES = (420, 560), (0.30, 0.36)


def lowest_pole(formula: Formula, mass: float, reach: tuple[float, float]) -> tuple[complex, float] | None:
    """E - i width/2 of the longest-lived resonance, and its error: two angles and two bases that agree.

    Args:
        formula: V, analytic.
        mass: of the particle.
        reach: where the basis lives [length].

    Source: W. P. Reinhardt, Annu. Rev. Phys. Chem. 33, 223 (1982); J. R. Colbert and W. H. Miller, J. Chem. Phys. 96, 1982 (1992).
    """
    spectra, sizes = zip(
        *(_spectrum(formula, mass, reach, *choice) for choice in zip(_POINTS, _ANGLES, strict=True)), strict=True
    )
    # what does not move when the angle changes is a resonance
    first, second = spectra
    apart = np.abs(first[:, None] - second[None, :])
    moved = apart.min(axis=1)
    # a width below rounding may come out with either sign
    leaving = np.imag(first) < 1e-9 * np.abs(first)
    steady = (np.real(first) > 0) & leaving & (moved < 1e-6 * np.abs(first))
    if not np.any(steady):
        return None
    at = np.flatnonzero(steady)[np.argmin(np.real(first[steady]))]
    # the finer one of the two; that both agree by chance says nothing beyond what rounding leaves of a matrix of this size
    return complex(second[np.argmin(apart[at])]), float(moved[at]) + float(np.finfo(float).eps) * max(sizes)


def _spectrum(
    formula: Formula, mass: float, reach: tuple[float, float], points: int, angle: float
) -> tuple[np.ndarray, float]:
    """Eigenvalues of the turned H, and the size of its largest entry."""
    x = np.linspace(*reach, points)
    step, n = x[1] - x[0], np.arange(points)
    apart = n[:, None] - n[None, :]
    with np.errstate(divide="ignore"):
        kinetic = np.where(apart == 0, np.pi**2 / 3, 2.0 * (-1.0) ** apart / apart**2) / (2 * mass * step**2)
    turned: Any = x * np.exp(1j * angle)
    potential = formula.complex_at(turned)
    matrix = kinetic * np.exp(-2j * angle) + np.diag(potential)
    return np.linalg.eigvals(matrix), float(np.max(np.abs(matrix)))
