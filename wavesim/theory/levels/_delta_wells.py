"""One and two attractive delta wells, V = -W delta(x): the solvable tunneling doublet, and the bond (hbar = 1)."""

from __future__ import annotations

from collections.abc import Callable
from math import factorial
from typing import Any, NamedTuple

import numpy as np

from ..._jax import ArrayLike
from ..methods import Array, fixed, floats, horner, namespace

# y coth y = sum of B_2k (2y)^2k/(2k)!, whose terms fall as (y/pi)^2k.
_BERNOULLI = [1, 1 / 6, -1 / 30, 1 / 42, -1 / 30, 5 / 66, -691 / 2730, 7 / 6]
_COTH = [b / factorial(2 * k) for k, b in enumerate(_BERNOULLI)]
_COTH_SLOPE = [k * c for k, c in enumerate(_COTH)][1:]
# 1 - (1 + u) exp(-u) = u^2 (1/2 - u/3 + ...); at u = 1 the first term left out is 1e-18.
_LOWER = [(-1) ** n * (n + 1) / factorial(n + 2) for n in range(19)]
# Seven steps suffice from 1e-12 above the critical distance to weak coupling.
_NEWTON_STEPS = 8


def delta_well_energy(strength: ArrayLike, mass: ArrayLike = 1.0) -> Array:
    """Energy E0 = -m W^2/2 of the only bound state of V = -W delta(x), W > 0.

    Args:
        strength: W [energy length].
        mass: particle mass.

    Returns:
        E0 [energy].
    """
    _, strength, mass = floats(strength, mass)
    return -mass * strength**2 / 2


def delta_well_state(x: ArrayLike, strength: ArrayLike, mass: ArrayLike = 1.0, center: ArrayLike = 0.0) -> Array:
    """The bound state of V = -W delta(x - center), sqrt(kappa0) exp(-kappa0 abs(x - center)), kappa0 = m W.

    Args:
        x: positions [length].
        strength: W > 0 [energy length].
        mass: particle mass.
        center: position of the well [length].

    Returns:
        psi, normalized [length^(-1/2)], of the broadcast shape.
    """
    xp, x, strength, mass, center = floats(x, strength, mass, center)
    kappa = mass * strength
    return xp.sqrt(kappa) * xp.exp(-kappa * abs(x - center))


def critical_separation(strength: ArrayLike, mass: ArrayLike = 1.0) -> Array:
    """Distance 1/kappa0 = 1/(m W) of two delta wells, below which they have no antisymmetric state.

    Args:
        strength: W of either well [energy length].
        mass: particle mass.

    Returns:
        The distance [length].
    """
    _, strength, mass = floats(strength, mass)
    return 1 / (mass * strength)


class DeltaDoublet(NamedTuple):
    """The two bound states of two delta wells; where there is no antisymmetric state its values, gap and overlap are NaN.

    Attributes:
        kappa_symmetric: decay constant of psi_S [1/length].
        kappa_antisymmetric: decay constant of psi_A [1/length].
        energy_symmetric: E_S [energy].
        energy_antisymmetric: E_A [energy].
        gap: E_A - E_S, without cancellation at any distance [energy].
        overlap: O = 2 int_0^inf psi_S psi_A dx, for right_population.
    """

    kappa_symmetric: Array
    kappa_antisymmetric: Array
    energy_symmetric: Array
    energy_antisymmetric: Array
    gap: Array
    overlap: Array


def delta_doublet(strength: ArrayLike, separation: ArrayLike, mass: ArrayLike = 1.0) -> DeltaDoublet:
    """Bound states of V = -W [delta(x + a/2) + delta(x - a/2)].

    kappa_S = kappa0 (1 + exp(-kappa_S a)), kappa_A = kappa0 (1 - exp(-kappa_A a)): with z0 = kappa0 a these are
    kappa a = z0 + LambertW(+-z0 exp(-z0)). The antisymmetric state exists for z0 > 1 only. Here u/(1 +- exp(-u)) = z0
    is solved for u = kappa a by Newton's method, which unlike Lambert's function stays exact next to z0 = 1. For
    W = m = 1, a = 5 the gap is 0.0134958539819843, the period 2 pi/gap = 465.564114398916 and the overlap 0.99438:
    P_right = (1 + O cos(gap t))/2 never quite reaches 0, as the textbook's cos^2 would.

    Args:
        strength: W of either well, positive [energy length].
        separation: a, positive [length].
        mass: particle mass.

    Returns:
        A DeltaDoublet, each field of the broadcast shape; differentiable in all arguments, three times.

    Source:
        Lapidus, Am. J. Phys. 38 (1970) 905; Corless et al., Adv. Comput. Math. 5 (1996) 329, section 2.
    """
    xp, strength, a, mass = floats(strength, separation, mass)
    kappa0 = mass * strength
    z0 = kappa0 * a
    exists = z0 > 1
    # Starts above the zeros, from which Newton's method on these convex functions converges monotonically.
    safe = xp.where(exists, z0, 2.0)
    u_s = _solve(_even, z0, 2 * z0)
    u_a = _solve(_odd, safe, 2 * safe)
    exp_s, exp_a = xp.exp(-u_s), xp.exp(-u_a)
    # kappa_S - kappa_A from the two conditions, so that even a gap of 1e-100 keeps its relative accuracy.
    gap = kappa0 * (exp_s + exp_a) * (u_s + u_a) / (2 * a * mass)
    norm_s, norm_a = _norms(u_s, u_a, a)
    # The Wronskian identity, gap int_0^inf psi_S psi_A dx = psi_S(0) psi_A'(0)/(2 m).
    overlap = 4 * norm_s * norm_a * u_a / a * xp.exp(-(u_s + u_a) / 2) / (mass * gap)
    nan = np.nan
    return DeltaDoublet(
        kappa_symmetric=u_s / a,
        kappa_antisymmetric=xp.where(exists, u_a / a, nan),
        energy_symmetric=-((u_s / a) ** 2) / (2 * mass),
        energy_antisymmetric=xp.where(exists, -((u_a / a) ** 2) / (2 * mass), nan),
        gap=xp.where(exists, gap, nan),
        overlap=xp.where(exists, overlap, nan),
    )


def delta_doublet_states(
    x: ArrayLike, strength: ArrayLike, separation: ArrayLike, mass: ArrayLike = 1.0
) -> tuple[Array, Array]:
    """The normalized states of two delta wells, N [exp(-kappa abs(x - a/2)) +- exp(-kappa abs(x + a/2))].

    Their combinations (psi_S +- psi_A)/sqrt 2 are the states localized at the right and at the left.

    Args:
        x: positions [length].
        strength: W of either well [energy length].
        separation: a [length].
        mass: particle mass.

    Returns:
        (psi_S, psi_A) [length^(-1/2)], positive at the right; psi_A is NaN where it does not exist.
    """
    levels = delta_doublet(strength, separation, mass)
    xp, x, a, *_ = floats(x, separation, *levels)
    norms = _norms(levels.kappa_symmetric * a, levels.kappa_antisymmetric * a, a)
    kappas = levels.kappa_symmetric, levels.kappa_antisymmetric
    near, far = abs(x - a / 2), abs(x + a / 2)
    psi_s, psi_a = (
        norm * (xp.exp(-kappa * near) + sign * xp.exp(-kappa * far))
        for norm, kappa, sign in zip(norms, kappas, (1, -1), strict=True)
    )
    return psi_s, psi_a


def weak_delta_coupling(strength: ArrayLike, separation: ArrayLike, mass: ArrayLike = 1.0) -> Array:
    """The weak-coupling delta of E_{S,A} ~ E0 -+ delta: delta = (kappa0^2/m) exp(-kappa0 a), for kappa0 a >> 1.

    Args:
        strength: W of either well [energy length].
        separation: a [length].
        mass: particle mass.

    Returns:
        delta [energy], half of the approximate gap: at kappa0 a = 5 it is 0.15 % smaller than half of the exact one.
    """
    xp, strength, a, mass = floats(strength, separation, mass)
    kappa0 = mass * strength
    return kappa0**2 / mass * xp.exp(-kappa0 * a)


def strong_delta_energy(strength: ArrayLike, separation: ArrayLike, mass: ArrayLike = 1.0) -> Array:
    """The strong-coupling E_S ~ 4 E0 (1 - 2 kappa0 a), for kappa0 a << 1: the two wells act as one of strength 2 W.

    Args:
        strength: W of either well [energy length].
        separation: a [length].
        mass: particle mass.

    Returns:
        The approximate E_S [energy], its error of the order of (kappa0 a)^2; there is no antisymmetric state any more.
    """
    _, strength, a, mass = floats(strength, separation, mass)
    kappa0 = mass * strength
    return -2 * kappa0**2 / mass * (1 - 2 * kappa0 * a)


def delta_bond_energy(strength: ArrayLike, separation: ArrayLike, mass: ArrayLike = 1.0) -> Array:
    """Energy gain of the symmetric state from the second well, E_S(a) - E0: the covalent bond in one dimension.

    From 3 E0 at a = 0 (one well of strength 2 W) it rises to 0 as -delta; its slope is the attraction of the wells.

    Args:
        strength: W of either well [energy length].
        separation: a [length].
        mass: particle mass.

    Returns:
        The energy, negative [energy]; without cancellation at any distance.
    """
    xp, strength, a, mass = floats(strength, separation, mass)
    kappa0 = mass * strength
    u = _solve(_even, kappa0 * a, 2 * kappa0 * a)
    e = xp.exp(-u)
    return -(kappa0**2) * e * (2 + e) / (2 * mass)


def _even(xp: Any, u: Any) -> tuple[Any, Any]:
    """u/(1 + exp(-u)) and its slope."""
    e = xp.exp(-u)
    return u / (1 + e), (1 + e + u * e) / (1 + e) ** 2


def _odd(xp: Any, u: Any) -> tuple[Any, Any]:
    """u/(1 - exp(-u)) = y + y coth y, y = u/2, which starts as 1 + u/2; and its slope."""
    y = u / 2
    near = abs(y) < 0.25
    small, large = xp.where(near, y, 0.0) ** 2, xp.where(near, 1.0, y)
    e = xp.exp(-2 * large)
    series, series_slope = horner(_COTH, 4 * small), horner(_COTH_SLOPE, 4 * small) * 8 * xp.where(near, y, 0.0)
    value = y + xp.where(near, series, large / xp.tanh(large))
    slope = 1 + xp.where(near, series_slope, 1 / xp.tanh(large) - 4 * large * e / (1 - e) ** 2)
    return value, slope / 2


def _solve(function: Callable[[Any, Any], tuple[Any, Any]], goal: Any, start: Any) -> Any:
    """The u with function(u) = goal, by Newton's method."""
    xp = namespace(goal, start)

    def step(u: Any, goal: Any) -> Any:
        value, slope = function(xp, u)
        return u - (value - goal) / slope

    u, target = fixed(start), fixed(goal)
    for _ in range(_NEWTON_STEPS):
        u = step(u, target)
    # Two differentiable steps: each doubles the number of correct derivatives.
    return step(step(u, goal), goal)


def _norms(u_s: Any, u_a: Any, a: Any) -> tuple[Any, Any]:
    """N^(-2) = (2/kappa) [1 +- (1 + u) exp(-u)]; with the minus sign, by the series in u where it would cancel."""
    xp = namespace(u_s, u_a, a)
    near = u_a < 1.0
    small, large = xp.where(near, u_a, 0.0), xp.where(near, 1.0, u_a)
    series = horner(_LOWER, small) * small**2
    lower = xp.where(near, series, 1 - (1 + large) * xp.exp(-large))
    return (
        xp.sqrt(u_s / (2 * a * (1 + (1 + u_s) * xp.exp(-u_s)))),
        xp.sqrt(u_a / (2 * a * lower)),
    )
