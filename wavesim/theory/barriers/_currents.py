"""Currents of electrons that tunnel between two reservoirs: Tsu and Esaki's integral, and field emission (hbar = 1, charge 1)."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import NamedTuple

import numpy as np

# points of a panel
_POINTS = 12
# number of highest Legendre coefficients that estimate the error
_TAIL = 2
_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(_POINTS)
# most rounds of bisection
_MOST_HALVINGS = 40
# most panels bisected in one round
_MOST_PANELS = 4000
# extent of the tail of the Fermi distribution, in kT
_TAIL_OF_FERMI = 40.0


class Current(NamedTuple):
    """A current density, as a rate of electrons.

    Attributes:
        value: electrons per area and time [1/(length^2 time)].
        error: estimated error of the quadrature, in the same unit.
    """

    value: float
    error: float


def supply_function(energy: np.ndarray, fermi: float, temperature: float, bias: float) -> np.ndarray:
    """Supply function of electrons with energy E of motion along x: kT ln[(1 + exp((E_F - E)/kT))/(1 + exp((E_F - E - V)/kT))].

    Transverse energies are integrated out; at zero temperature it is max(E_F - E, 0) - max(E_F - E - V, 0).

    Args:
        energy: E, counted from the emitter's band edge [energy].
        fermi: E_F of the emitter, from its band edge; negative where it is not degenerate [energy].
        temperature: kT; 0 for the limit [energy].
        bias: V, by which the collector's Fermi level is lower [energy].

    Returns:
        the supply, of the shape of `energy` [energy].

    Source: R. Tsu, L. Esaki, Appl. Phys. Lett. 22, 562 (1973), equation (4).
    """
    energy = np.asarray(energy, float)
    above, below = fermi - energy, fermi - energy - bias
    if temperature == 0:
        return np.maximum(above, 0.0) - np.maximum(below, 0.0)
    return temperature * (np.logaddexp(0.0, above / temperature) - np.logaddexp(0.0, below / temperature))


def tsu_esaki_current(
    log_transmission: Callable[[np.ndarray], np.ndarray],
    fermi: float,
    temperature: float,
    bias: float,
    mass: float,
    marks: np.ndarray,
    tolerance: float = 1e-9,
) -> Current:
    """J/e = m/(2 pi^2) int T(E) supply(E) dE, by Gauss-Legendre quadrature on panels that end at the marks and are bisected where T is not resolved.

    Args:
        log_transmission: log T of energies counted from the emitter's band edge.
        fermi: E_F of the emitter [energy].
        temperature: kT [energy].
        bias: potential drop across the structure [energy].
        mass: transverse mass in the emitter.
        marks: energies near which T varies fast: resonances and their flanks [energy].
        tolerance: relative accuracy.

    Returns:
        the Current, positive from the emitter to the collector for a positive bias.

    Source: R. Tsu, L. Esaki, Appl. Phys. Lett. 22, 562 (1973).
    """
    low = max(0.0, -bias)
    high = max(fermi, fermi - bias, 0.0) + _TAIL_OF_FERMI * temperature
    if not low < high:
        return Current(0.0, 0.0)
    corners = [low, high, fermi, fermi - bias, *np.asarray(marks, float).tolist()]
    ends = np.unique([corner for corner in corners if low <= corner <= high])
    starts, widths = ends[:-1], np.diff(ends)
    total = error = 0.0
    for _ in range(_MOST_HALVINGS):
        energies = starts[:, None] + widths[:, None] * (_NODES + 1) / 2
        values = np.exp(log_transmission(energies.ravel())).reshape(energies.shape)
        values = values * supply_function(energies, fermi, temperature, bias)
        parts = values @ _WEIGHTS * widths / 2
        # the error of a panel is at most the size of its highest terms
        errors = np.abs(values @ _HIGHEST.T).sum(axis=1) * widths
        whole = abs(total + parts.sum())
        accepted = errors <= tolerance * max(whole, 1e-300) / max(len(ends), 16)
        rejected = ~accepted
        total, error = total + float(parts[accepted].sum()), error + float(errors[accepted].sum())
        if accepted.all() or np.count_nonzero(rejected) > _MOST_PANELS:
            total, error = total + float(parts[rejected].sum()), error + float(errors[rejected].sum())
            break
        half = widths[rejected] / 2
        starts = np.concatenate([starts[rejected], starts[rejected] + half])
        widths = np.concatenate([half, half])
    factor = mass / (2 * math.pi**2)
    return Current(factor * total, factor * error)


def _highest() -> np.ndarray:
    """Matrix from values at the points to the highest Legendre coefficients."""
    table = np.polynomial.legendre.legvander(_NODES, _POINTS - 1)
    whole = (np.arange(_POINTS)[:, None] + 0.5) * table.T * _WEIGHTS
    return whole[-_TAIL:]


_HIGHEST = _highest()


def fowler_nordheim_current(field: float, work_function: float, mass: float = 1.0) -> float:
    """J/e = F^2/(16 pi^2 W) exp(-(4/3) sqrt(2 m) W^(3/2)/F), of a metal at zero temperature, without the image force.

    Args:
        field: F, the force on an electron [energy/length].
        work_function: W [energy].
        mass: mass of the electron.

    Returns:
        electrons per area and time [1/(length^2 time)], without the corrections for the shape of the barrier and the image force.

    Source: R. H. Fowler, L. Nordheim, Proc. R. Soc. A 119, 173 (1928), as in R. G. Forbes, J. H. B. Deane, Proc. R. Soc. A 463, 2907 (2007), equation (1.1).
    """
    exponent = 4 / 3 * math.sqrt(2 * mass) * work_function**1.5 / field
    return field**2 / (16 * math.pi**2 * work_function) * math.exp(-exponent)


def fermi_energy(density: float, mass: float) -> float:
    """E_F = (3 pi^2 n)^(2/3)/(2 m) of free electrons of spin 1/2, above the band edge.

    Args:
        density: n [1/length^3].
        mass: effective mass.
    """
    return (3 * math.pi**2 * density) ** (2 / 3) / (2 * mass)
