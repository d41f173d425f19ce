"""One and two attractive delta wells, V = -W delta(x): the solvable tunneling doublet, and the bond (hbar = 1)."""

from collections.abc import Callable
from math import factorial
from typing import NamedTuple

import jax
import jax.numpy as jnp
from jax.typing import ArrayLike

from ._entire import _horner

# y coth y = sum of B_2k (2y)^2k/(2k)!, whose terms fall as (y/pi)^2k.
_BERNOULLI = [1, 1 / 6, -1 / 30, 1 / 42, -1 / 30, 5 / 66, -691 / 2730, 7 / 6]
_COTH = [b / factorial(2 * k) for k, b in enumerate(_BERNOULLI)]
# 1 - (1 + u) exp(-u) = u^2 (1/2 - u/3 + ...); at u = 1 the first term left out is 1e-18.
_LOWER = [(-1) ** n * (n + 1) / factorial(n + 2) for n in range(19)]
_NEWTON_STEPS = 30


def delta_well_energy(strength: ArrayLike, mass: ArrayLike = 1.0) -> jax.Array:
    """Energy E0 = -m W^2/2 of the only bound state of V = -W delta(x), W > 0.

    Args:
        strength: W [energy length].
        mass: particle mass.

    Returns:
        E0 [energy].
    """
    return -jnp.asarray(mass, float) * jnp.asarray(strength, float) ** 2 / 2


def delta_well_state(x: ArrayLike, strength: ArrayLike, mass: ArrayLike = 1.0, center: ArrayLike = 0.0) -> jax.Array:
    """The bound state of V = -W delta(x - center), sqrt(kappa0) exp(-kappa0 abs(x - center)), kappa0 = m W.

    Args:
        x: positions [length].
        strength: W > 0 [energy length].
        mass: particle mass.
        center: position of the well [length].

    Returns:
        psi, normalised [length^(-1/2)], of the broadcast shape.
    """
    kappa = jnp.asarray(mass, float) * jnp.asarray(strength, float)
    return jnp.sqrt(kappa) * jnp.exp(-kappa * jnp.abs(jnp.asarray(x, float) - center))


def critical_separation(strength: ArrayLike, mass: ArrayLike = 1.0) -> jax.Array:
    """Distance 1/kappa0 = 1/(m W) of two delta wells, below which they have no antisymmetric state.

    Args:
        strength: W of either well [energy length].
        mass: particle mass.

    Returns:
        The distance [length].
    """
    return 1 / (jnp.asarray(mass, float) * jnp.asarray(strength, float))


class DeltaDoublet(NamedTuple):
    """The two bound states of two delta wells; what needs the antisymmetric one is NaN where it does not exist.

    Attributes:
        kappa_symmetric: decay constant of psi_S [1/length].
        kappa_antisymmetric: decay constant of psi_A [1/length].
        energy_symmetric: E_S [energy].
        energy_antisymmetric: E_A [energy].
        gap: E_A - E_S, without cancellation at any distance [energy].
        overlap: O = 2 int_0^inf psi_S psi_A dx, for right_population.
    """

    kappa_symmetric: jax.Array
    kappa_antisymmetric: jax.Array
    energy_symmetric: jax.Array
    energy_antisymmetric: jax.Array
    gap: jax.Array
    overlap: jax.Array


@jax.jit
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
    kappa0, a = jnp.asarray(mass, float) * jnp.asarray(strength, float), jnp.asarray(separation, float)
    z0 = kappa0 * a
    exists = z0 > 1
    # Starts on the side from which Newton's method on these convex functions runs down to the zero.
    safe = jnp.where(exists, z0, 2.0)
    u_s = _solve(_even, z0, 2 * z0)
    u_a = _solve(_odd, safe, 2 * safe)
    exp_s, exp_a = jnp.exp(-u_s), jnp.exp(-u_a)
    # kappa_S - kappa_A from the two conditions, so that a gap of 1e-100 has all its digits.
    gap = kappa0 * (exp_s + exp_a) * (u_s + u_a) / (2 * a * mass)
    norm_s, norm_a = _norms(u_s, u_a, a)
    # The Wronskian identity, gap int_0^inf psi_S psi_A dx = psi_S(0) psi_A'(0)/(2 m).
    overlap = 4 * norm_s * norm_a * u_a / a * jnp.exp(-(u_s + u_a) / 2) / (mass * gap)
    nan = jnp.nan
    return DeltaDoublet(
        kappa_symmetric=u_s / a,
        kappa_antisymmetric=jnp.where(exists, u_a / a, nan),
        energy_symmetric=-((u_s / a) ** 2) / (2 * mass),
        energy_antisymmetric=jnp.where(exists, -((u_a / a) ** 2) / (2 * mass), nan),
        gap=jnp.where(exists, gap, nan),
        overlap=jnp.where(exists, overlap, nan),
    )


@jax.jit
def delta_doublet_states(
    x: ArrayLike, strength: ArrayLike, separation: ArrayLike, mass: ArrayLike = 1.0
) -> tuple[jax.Array, jax.Array]:
    """The normalised states of two delta wells, N [exp(-kappa abs(x - a/2)) +- exp(-kappa abs(x + a/2))].

    Their combinations (psi_S +- psi_A)/sqrt 2 are the states localised at the right and at the left.

    Args:
        x: positions [length].
        strength: W of either well [energy length].
        separation: a [length].
        mass: particle mass.

    Returns:
        (psi_S, psi_A) [length^(-1/2)], positive at the right; psi_A is NaN where it does not exist.
    """
    x, a = jnp.asarray(x, float), jnp.asarray(separation, float)
    levels = delta_doublet(strength, a, mass)
    norms = _norms(levels.kappa_symmetric * a, levels.kappa_antisymmetric * a, a)
    kappas = levels.kappa_symmetric, levels.kappa_antisymmetric
    near, far = jnp.abs(x - a / 2), jnp.abs(x + a / 2)
    psi_s, psi_a = (
        norm * (jnp.exp(-kappa * near) + sign * jnp.exp(-kappa * far))
        for norm, kappa, sign in zip(norms, kappas, (1, -1), strict=True)
    )
    return psi_s, psi_a


def weak_delta_coupling(strength: ArrayLike, separation: ArrayLike, mass: ArrayLike = 1.0) -> jax.Array:
    """The weak-coupling delta of E_{S,A} ~ E0 -+ delta: delta = (kappa0^2/m) exp(-kappa0 a), for kappa0 a >> 1.

    Args:
        strength: W of either well [energy length].
        separation: a [length].
        mass: particle mass.

    Returns:
        delta [energy], half of the approximate gap: at kappa0 a = 5 it is 0.15 % smaller than half of the exact one.
    """
    kappa0 = jnp.asarray(mass, float) * jnp.asarray(strength, float)
    return kappa0**2 / mass * jnp.exp(-kappa0 * jnp.asarray(separation, float))


@jax.jit
def delta_bond_energy(strength: ArrayLike, separation: ArrayLike, mass: ArrayLike = 1.0) -> jax.Array:
    """What the symmetric state gains by the second well, E_S(a) - E0: the covalent bond in one dimension.

    From 3 E0 at a = 0 (one well of strength 2 W) it rises to 0 as -delta; its slope is the attraction of the wells.

    Args:
        strength: W of either well [energy length].
        separation: a [length].
        mass: particle mass.

    Returns:
        The energy, negative [energy]; without cancellation at any distance.
    """
    kappa0, a = jnp.asarray(mass, float) * jnp.asarray(strength, float), jnp.asarray(separation, float)
    u = _solve(_even, kappa0 * a, 2 * kappa0 * a)
    e = jnp.exp(-u)
    return -(kappa0**2) * e * (2 + e) / (2 * mass)


def _even(u: jax.Array) -> jax.Array:
    return u / (1 + jnp.exp(-u))


def _odd(u: jax.Array) -> jax.Array:
    """u/(1 - exp(-u)) = y + y coth y, y = u/2, which starts as 1 + u/2."""
    y = u / 2
    near = jnp.abs(y) < 0.25
    small, large = jnp.where(near, y, 0.0) ** 2, jnp.where(near, 1.0, y)
    series = _horner(_COTH, 4 * small)
    return y + jnp.where(near, series, large / jnp.tanh(large))


def _solve(function: Callable[[jax.Array], jax.Array], goal: jax.Array, start: jax.Array) -> jax.Array:
    """The u with function(u) = goal, by Newton's method."""

    def step(u: jax.Array, goal: jax.Array) -> jax.Array:
        value, slope = jax.jvp(function, (u,), (jnp.ones_like(u),))
        return u - (value - goal) / slope

    fixed = jax.lax.stop_gradient
    u = jax.lax.fori_loop(0, _NEWTON_STEPS, lambda _, u: step(u, fixed(goal)), fixed(start))
    # Two steps that the gradient sees: each doubles the number of right derivatives.
    return step(step(u, goal), goal)


def _norms(u_s: jax.Array, u_a: jax.Array, a: jax.Array) -> tuple[jax.Array, jax.Array]:
    """N^(-2) = (2/kappa) [1 +- (1 + u) exp(-u)]; with the minus sign, by the series in u where it would cancel."""
    near = u_a < 1.0
    small, large = jnp.where(near, u_a, 0.0), jnp.where(near, 1.0, u_a)
    series = _horner(_LOWER, small) * small**2
    lower = jnp.where(near, series, 1 - (1 + large) * jnp.exp(-large))
    return (
        jnp.sqrt(u_s / (2 * a * (1 + (1 + u_s) * jnp.exp(-u_s)))),
        jnp.sqrt(u_a / (2 * a * lower)),
    )
