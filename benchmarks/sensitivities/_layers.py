"""Layers of any mass by Runge and Kutta, and wells that leak by matching at their edges."""

from __future__ import annotations

import itertools
import math
from typing import Any

import mpmath
import numpy as np
from scipy.integrate import solve_ivp

from ._differences import Numbers, Table
from ._waves import poles_near

_DIGITS = 20


def _stack_amplitude(table: Table, energies: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """t of waves from the left, and T, by Runge and Kutta's order 8 through each layer: psi and psi'/m from right to left."""
    potential, mass = table["potential"], table["particle"]["mass"]
    after, bias = potential.get("mass_after", mass), potential["bias"]
    sides = list(itertools.accumulate((layer[0] for layer in potential["layers"]), initial=potential["left"]))
    near, far = potential["before"], potential["after"] - bias
    out = []
    energies = np.asarray(energies, float) + near
    for e in energies:
        k, q = np.sqrt(2 * mass * (e - near) + 0j), np.sqrt(2 * after * (e - far) + 0j)
        state = np.array([1.0 + 0j, 1j * q / after])
        for (_, height, inner), low, high in list(zip(potential["layers"], sides[:-1], sides[1:], strict=True))[::-1]:

            def slope(
                x: float, y: np.ndarray, height: float = height, inner: float = inner, e: float = e
            ) -> np.ndarray:
                v = height - bias * (x - sides[0]) / (sides[-1] - sides[0])
                return np.array([inner * y[1], 2 * (v - e) * y[0]])

            run = solve_ivp(slope, (high, low), state, method="DOP853", rtol=1e-13, atol=1e-15)
            state = run.y[:, -1]
        coming = (state[0] + mass * state[1] / (1j * k)) / 2
        out.append((1 / coming, float(np.real(q) / after / (np.real(k) / mass)) / abs(coming) ** 2))
    return np.array([t for t, _ in out]), np.array([T for _, T in out])


def stack(table: Table) -> Numbers:
    """T at an energy through layers with masses of their own, a slope by its bias included."""
    through = float(_stack_amplitude(table, np.array([table["find"]["energy"]]))[1][0])
    return {
        "transmission": (through, 1e-12 * through),
        "reflection": (1 - through, 1e-12),
        "log10_transmission": (math.log10(through), 1e-12),
    }


def stack_poles(table: Table) -> Numbers:
    """Resonances of the same."""
    find = table["find"]
    return poles_near(lambda e: _stack_amplitude(table, e)[0], find["low"], find["high"])


def graded(table: Table) -> Numbers:
    """T at an energy through A exp(-x^2/2 s^2) with the mass m1 + d exp(-((x - c)/w)^2), by Runge and Kutta's order 8 from right to left."""
    potential, energy = table["potential"], table["find"]["energy"]
    barrier, p = potential["potential"], potential["parameters"]
    k = math.sqrt(2 * p["m1"] * energy)

    def slope(x: float, y: np.ndarray) -> np.ndarray:
        v = barrier["height"] * math.exp(-(((x - barrier["center"]) / barrier["width"]) ** 2) / 2)
        return np.array(
            [(p["m1"] + p["d"] * math.exp(-(((x - p["c"]) / p["w"]) ** 2))) * y[1], 2 * (v - energy) * y[0]]
        )

    start = np.array([1.0 + 0j, 1j * k / p["m1"]])
    psi, phi = solve_ivp(slope, (12.0, -12.0), start, method="DOP853", rtol=1e-13, atol=1e-15).y[:, -1]
    through = 1 / abs((psi + p["m1"] * phi / (1j * k)) / 2) ** 2
    return {"transmission": (through, 1e-11 * through)}


def square(table: Table) -> Numbers:
    """The pole of a well between a wall, or a barrier without end, and a flat barrier, beyond which waves only leave."""
    well, mass = table["potential"], table["particle"]["mass"]
    if well["kind"] == "well_behind_barrier":
        inside, barrier, outside = 0.0, well["height"], 0.0
        wide, thick, held = well["well_width"], well["width"], True
    else:
        inside, barrier, outside = -well["depth"], 0.0, -well["depth"]
        wide, thick, held = well["well_width"], well["separation"], False

    def root(energy: Any) -> Any:
        return mpmath.sqrt(2 * mass * energy)

    def mismatch(energy: Any, closed: bool = False) -> Any:
        """psi' of the left by psi of the right, less the other way round, at the end of the well."""
        k, kappa, q = root(energy - inside), root(barrier - energy), root(energy - outside)
        first = (mpmath.sin(k * wide), k * mpmath.cos(k * wide))
        if not held:
            # psi grows as exp(kappa x) up to the well
            first = (
                mpmath.cos(k * wide) + kappa / k * mpmath.sin(k * wide),
                kappa * mpmath.cos(k * wide) - k * mpmath.sin(k * wide),
            )
        if closed:
            return first[1] + kappa * first[0]
        value, slope = mpmath.cosh(kappa * thick), kappa * mpmath.sinh(kappa * thick)
        last = (value - 1j * q / kappa * mpmath.sinh(kappa * thick), 1j * q * value - slope)
        return first[1] * last[0] - first[0] * last[1]

    with mpmath.workdps(_DIGITS):
        scan = [inside + (barrier - inside) * (n + 0.5) / 200 for n in range(200)]
        signs = [mismatch(mpmath.mpf(e), closed=True) for e in scan]
        first = next(n for n in range(199) if signs[n] * signs[n + 1] < 0)
        level = mpmath.findroot(lambda e: mismatch(e, closed=True), (scan[first], scan[first + 1]), solver="anderson")
        pole = mpmath.findroot(mismatch, (level * (1 + 1e-6j), level * (1 + 2e-6j)), tol=1e-30)
        energy, width = float(pole.real), float(-2 * pole.imag)
    return {
        "lifetime": (1 / width, 1e-13 / width),
        "resonance_energy": (energy, 1e-14),
        "resonance_width": (width, 1e-14),
    }


def delta(table: Table) -> Numbers:
    """-m s^2/2."""
    return {"level_0": (-table["particle"]["mass"] * table["potential"]["strength"] ** 2 / 2, 0.0)}
