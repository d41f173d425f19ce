"""The tunneling splitting of a symmetric double well: Wronskian identity, Herring, WKB, instantons (hbar = 1)."""

from __future__ import annotations

from math import factorial
from typing import Any

import numpy as np

from wavesim.errors import ArgumentError

from ..._jax import ArrayLike
from ..barriers import classical_period, wkb_exponent
from ..methods import Array, SmoothPotential, breakpoints, evaluate, floats, is_traced, landmarks, namespace
from ._levels import Doublet
from ._shooting import integral, joined_waves, levels_by_shooting, real_slices

_SLICES = 1024
# The flat top is cut off where the norm beyond is exp(-2 * 20).
_REACH = 20.0


def wronskian_gap(
    psi_symmetric: ArrayLike, slope_antisymmetric: ArrayLike, half_overlap: ArrayLike, mass: ArrayLike = 1.0
) -> Array:
    """The gap by the exact identity E_A - E_S = psi_S(0) psi_A'(0)/(2 m int_0^inf psi_S psi_A dx).

    Args:
        psi_symmetric: psi_S at the middle [length^(-1/2)].
        slope_antisymmetric: psi_A' at the middle [length^(-3/2)].
        half_overlap: int_0^inf psi_S psi_A dx, half of Doublet.overlap.
        mass: particle mass.

    Returns:
        E_A - E_S [energy], exact at any coupling and without subtraction. Doublet.gap uses this identity.
    """
    _, value, slope, half, mass = floats(psi_symmetric, slope_antisymmetric, half_overlap, mass)
    return value * slope / (2 * mass * half)


def herring_gap(levels: Doublet) -> float:
    """Herring's formula 2 delta, delta = psi_R(0) psi_R'(0)/m, with the exact localized state (psi_S + psi_A)/sqrt 2.

    It differs from the exact identity only by the factor O, the overlap of psi_S and psi_A on the half lines: it is exact
    in the limit of zero coupling, and has the relative error 1 - O otherwise.

    Args:
        levels: the doublet, from doublet or doublet_by_shooting.

    Returns:
        2 delta [energy], to compare with levels.gap.

    Source:
        Herring, Rev. Mod. Phys. 34 (1962) 631; Landau and Lifshitz, Quantum Mechanics, section 50, problem 3.
    """
    return levels.gap * levels.overlap


def one_well_herring_gap(
    potential: SmoothPotential, half_length: float, *, edges: Any = (), mass: float = 1.0
) -> float:
    """Herring's formula 2 delta = (2/m) psi(0) psi'(0) with the ground state of one well alone.

    The other well is replaced by the barrier's middle height continued flat, so psi = psi(0) exp(kappa x) there,
    kappa = sqrt(2 m (V(0) - E)). The states of the double well are not needed.

    Args:
        potential: real V(x), even; only x >= 0 is used. A function built from jax.numpy.
        half_length: half of the box, where the state must have vanished [length].
        edges: positions of the jumps and kinks of V; those at x <= 0 are ignored [length].
        mass: particle mass.

    Returns:
        2 delta [energy]; at a gap of 2e-4 of the level spacing it is wrong by 5e-5 of itself, at 2e-8 by 3e-6.

    Raises:
        ValueError: if the well has no level below the middle of the barrier.

    Source:
        Landau and Lifshitz, Quantum Mechanics, section 50, problem 3.
    """
    edges = [float(e) for e in np.ravel(edges) if e > 0]
    top = float(evaluate(potential, np.zeros(1))[0])
    points = breakpoints(potential, 0.0, half_length, edges)
    v, h = real_slices(potential, points, max(2, 2 ** int(np.log2(_SLICES // (points.size - 1)))))
    # The reach is set by half of the greatest depth: only very shallow levels need more.
    reach = _REACH / np.sqrt(mass * max(top - v.min(), 1e-300))
    while True:
        energies, _ = levels_by_shooting(
            lambda x: namespace(x).where(x < 0, top, potential(namespace(x).abs(x))),
            -reach,
            half_length,
            count=1,
            edges=[0.0, *edges],
            mass=mass,
        )
        if not energies[0] < top:
            raise ArgumentError(
                "potential",
                f"must have a level below its middle height {top}, but its lowest is {energies[0]}; raise it.",
            )
        kappa = np.sqrt(2 * mass * (top - energies[0]))
        if kappa * reach >= _REACH:
            break
        reach = 1.1 * _REACH / kappa
    waves, sizes = joined_waves(v, h, energies, mass, (np.ones(1), np.array([kappa])))
    norm = integral(waves[0] ** 2, h, h.size // (points.size - 1)) + sizes[0] ** 2 / (2 * kappa)
    return float(2 * kappa * sizes[0] ** 2 / (norm * mass))


def wkb_gap(
    potential: SmoothPotential,
    energy: ArrayLike,
    half_length: ArrayLike,
    *,
    edges: Any = (),
    mass: ArrayLike = 1.0,
) -> Array:
    """The WKB splitting 2 delta, delta = (1/t_a) exp(-int kappa dx): the same as (omega/pi) exp(-int kappa dx).

    t_a = 2 pi/omega is the classical period in one well and the integral goes across the whole barrier, both at the
    energy of the level. In deep wells the ground state's splitting comes out 7 % too small, as WKB's connection
    formulas do not hold so close to the bottom: multiply by furry_factor.

    Args:
        potential: V(x), even; a function built from jax.numpy.
        energy: E of the level, e.g. the middle of the exact doublet, above the bottom and below V(0) [energy].
        half_length: a position where V > E beyond the right well [length].
        edges: positions of the jumps and kinks of V [length].
        mass: particle mass.

    Returns:
        2 delta [energy], of the shape of energy.

    Raises:
        ValueError: if the half line does not hold one well at this energy.

    Source:
        Landau and Lifshitz, Quantum Mechanics, section 50, problem 3.
    """
    edges = [e for e in np.ravel(edges) if e > 0]
    marks = landmarks(potential, 0.0, half_length, edges)
    # The integral across the barrier ends at the bottom of the well, before the outer forbidden region.
    bottom = marks.x[marks.v.argmin()]
    inner = [] if is_traced(bottom) else [e for e in edges if e < bottom]
    half_barrier = wkb_exponent(potential, energy, 0.0, bottom, edges=inner, mass=mass)
    period = classical_period(potential, energy, 0.0, half_length, edges=edges, mass=mass)
    return 2 / period * namespace(half_barrier).exp(-2 * half_barrier)


def furry_factor(level: int = 0) -> float:
    """Correction factor of wkb_gap by uniform WKB, sqrt(2 pi) (n + 1/2)^(n + 1/2) exp(-n - 1/2)/n!; sqrt(pi/e) for n = 0.

    Args:
        level: n, the number of the level in one well.

    Returns:
        The factor: 1.0750 for n = 0, 1.0275 for n = 1, 1 as n grows.

    Source:
        Furry, Phys. Rev. 71 (1947) 360; Froman, Ark. Fys. 32 (1966) 79.
    """
    if level < 0:
        raise ArgumentError("level", f"must be 0 or more, but is {level}; the lowest level of a well is 0.")
    half = level + 0.5
    return float(np.sqrt(2 * np.pi) * (half / np.e) ** half / factorial(level))


def instanton_gap(barrier: ArrayLike, half_distance: ArrayLike, mass: ArrayLike = 1.0, *, loops: int = 3) -> Array:
    """The gap of V = B ((x/a)^2 - 1)^2 by instantons, omega (2/sqrt(pi g)) exp(-1/(6 g)) (1 - 71 g/12 - 6299 g^2/288).

    omega = sqrt(8 B/(m a^2)) is the frequency at the minima and g = 1/(4 m omega a^2).

    Args:
        barrier: B [energy].
        half_distance: a [length].
        mass: particle mass.
        loops: 1, 2 or 3 terms of the bracket.

    Returns:
        The approximate gap [energy], for g << 1; its relative error is of the order of g^loops.

    Raises:
        ValueError: if loops is not 1, 2 or 3.

    Source:
        Zinn-Justin, Nucl. Phys. B 192 (1981) 125; the third term: Wohler and Shuryak, Phys. Lett. B 333 (1994) 467.
    """
    if loops not in (1, 2, 3):
        raise ArgumentError("loops", f"must be 1, 2 or 3, but is {loops}; more terms are not known here.")
    xp, barrier, a, mass = floats(barrier, half_distance, mass)
    omega = xp.sqrt(8 * barrier / (mass * a**2))
    g = 1 / (4 * mass * omega * a**2)
    series = sum(c * g**n for n, c in enumerate((1.0, -71 / 12, -6299 / 288)[:loops]))
    return omega * 2 / xp.sqrt(np.pi * g) * xp.exp(-1 / (6 * g)) * series
