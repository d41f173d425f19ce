"""WKB: tunneling exponents and transmission of any smooth barrier, and the classical period of a well (hbar = 1).

Energies may have any shape. Results are differentiable in the energy, the mass and all parameters of the potential.
Under jax.jit or jax.grad at most 16 turning points are found.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from wavesim.errors import ArgumentError

from ..._jax import ArrayLike, jax, jnp
from ..methods import (
    UNIT_NODES,
    UNIT_WEIGHTS,
    Array,
    Landmarks,
    SmoothPotential,
    evaluate,
    fixed,
    floats,
    is_traced,
    landmarks,
    namespace,
    panels,
    values,
)

# Steps of the continuation of the complex turning points from the top up to the energy.
_CONTINUATION = 16
# Step of the numerical second derivative of V, relative to the interval.
_STEP = 1e-4


def wkb_exponent(
    potential: SmoothPotential,
    energy: ArrayLike,
    left: ArrayLike,
    right: ArrayLike,
    *,
    edges: Any = (),
    mass: ArrayLike = 1.0,
) -> Array:
    """The WKB integral S = int sqrt(2 m (V - E)) dx over all of [left, right] that is forbidden.

    Args:
        potential: V(x), a function built from jax.numpy.
        energy: E [energy], any shape.
        left: left end [length].
        right: right end [length]. Several barriers between the ends add up.
        edges: positions of the jumps and kinks of V [length].
        mass: particle mass.

    Returns:
        S >= 0, dimensionless, of the shape of energy, to about 1e-12 of itself; 0 above all barriers.

    Raises:
        ValueError: if left < edges < right does not hold.
    """
    _, energy = floats(energy)
    return _exponent(potential, energy.ravel(), landmarks(potential, left, right, edges), mass).reshape(energy.shape)


def log_wkb_transmission(
    potential: SmoothPotential,
    energy: ArrayLike,
    left: ArrayLike,
    right: ArrayLike,
    *,
    edges: Any = (),
    mass: ArrayLike = 1.0,
) -> Array:
    """Natural logarithm of wkb_transmission, -2 S, for barriers of any thickness. Arguments as there."""
    return -2 * wkb_exponent(potential, energy, left, right, edges=edges, mass=mass)


def wkb_transmission(
    potential: SmoothPotential,
    energy: ArrayLike,
    left: ArrayLike,
    right: ArrayLike,
    *,
    edges: Any = (),
    mass: ArrayLike = 1.0,
) -> Array:
    """The textbook's WKB transmission, T ~ exp(-2 S).

    Valid for smooth barriers well below the top, S >> 1. It is 1 at the top, where T is about 1/2, and above it. It lacks
    the prefactor due to jumps, 16 E (V0 - E)/V0^2 for a rectangular barrier. The exact T: scatter.

    Args:
        potential: V(x), a function built from jax.numpy.
        energy: E [energy], any shape.
        left: left end, where the particle comes in [length].
        right: right end [length].
        edges: positions of the jumps and kinks of V [length].
        mass: particle mass.

    Returns:
        The approximation in (0, 1], of the shape of energy.

    Source:
        Landau and Lifshitz, Quantum Mechanics, eq. 50.5.
    """
    xp, log = floats(log_wkb_transmission(potential, energy, left, right, edges=edges, mass=mass))
    return xp.exp(log)


def kemble_exponent(
    potential: SmoothPotential, energy: ArrayLike, left: ArrayLike, right: ArrayLike, *, mass: ArrayLike = 1.0
) -> Array:
    """The WKB integral S continued above the top of a smooth barrier, where it is negative.

    Above the top the turning points are a pair z, conj(z) of complex positions; S = -int sqrt(2 m (E - V)) dy along
    the line x = Re z between them, the analytic continuation of the integral below. For the parabola
    S = pi (V0 - E)/omega on both sides.

    Args:
        potential: V(x), analytic near the top: built from jax.numpy functions that take complex x.
        energy: E [energy], any shape.
        left: left end [length].
        right: right end [length].
        mass: particle mass.

    Returns:
        S, of the shape of energy; of the highest barrier where E is above all of them.

    Raises:
        ValueError: if an energy lies above a top that is an end or a corner of V and not a smooth maximum.
    """
    marks = landmarks(potential, left, right, ())
    xp, energy, _ = floats(energy, marks.v)
    flat, height = energy.ravel(), marks.v.max()
    below, over = _exponent(potential, flat, marks, mass), flat > height
    if not is_traced(over) and not np.any(over):
        return below.reshape(energy.shape)
    # The value of this branch is unused below the top.
    higher = xp.where(over, flat, height + abs(height) + 1.0)
    top = marks.x[marks.v.argmax()]
    bend = _bend(potential, top, marks.x)
    if not is_traced(bend) and not bend < 0:
        raise ArgumentError(
            "energy", f"must be below the top, {height}, where that is no smooth maximum; leave out the energies above."
        )
    above = _continued_exponent(potential, higher, top, height, bend, mass)
    return namespace(above, below, over).where(over, above, below).reshape(energy.shape)


def log_kemble_transmission(
    potential: SmoothPotential, energy: ArrayLike, left: ArrayLike, right: ArrayLike, *, mass: ArrayLike = 1.0
) -> Array:
    """Natural logarithm of kemble_transmission, for barriers of any thickness. Arguments as there."""
    xp, exponent = floats(kemble_exponent(potential, energy, left, right, mass=mass))
    return -xp.logaddexp(2 * exponent, 0.0)


def kemble_transmission(
    potential: SmoothPotential, energy: ArrayLike, left: ArrayLike, right: ArrayLike, *, mass: ArrayLike = 1.0
) -> Array:
    """Kemble's uniform WKB transmission, T ~ 1/(1 + exp(2 S)), valid also near and above the top of a smooth barrier.

    Exact for the parabola; 1/2 at any top. Like every WKB formula it fails at low energies, where a smooth barrier has
    long flat tails (the exact T vanishes with E), and it has no resonances between two barriers.

    Args:
        potential: V(x), a function built from jax.numpy, analytic near the top for energies above it.
        energy: E [energy], any shape.
        left: left end [length].
        right: right end [length].
        mass: particle mass.

    Returns:
        The approximation in (0, 1), of the shape of energy.

    Raises:
        ValueError: see kemble_exponent.

    Source:
        Kemble, Phys. Rev. 48 (1935) 549, eq. 43; Froman and Froman, JWKB Approximation (1965), chapter 9.
    """
    xp, log = floats(log_kemble_transmission(potential, energy, left, right, mass=mass))
    return xp.exp(log)


def classical_period(
    potential: SmoothPotential,
    energy: ArrayLike,
    left: ArrayLike,
    right: ArrayLike,
    *,
    edges: Any = (),
    mass: ArrayLike = 1.0,
) -> Array:
    """Period of the classical motion in one well, t_a = 2 int dx/v = int sqrt(2 m/(E - V)) dx.

    Args:
        potential: V(x), a function built from jax.numpy.
        energy: E [energy], any shape.
        left: left end, inside the barrier left of the well, or a hard wall where V < E [length].
        right: right end, likewise [length]. Between them there must be one well and no more.
        edges: positions of the jumps and kinks of V [length].
        mass: particle mass.

    Returns:
        t_a [time], of the shape of energy, with a relative error of about 1e-11. Not differentiable; t_a is itself the
        energy derivative of the action.

    Raises:
        ValueError: if the particle can be in several wells between the ends, or in none.
    """
    marks = landmarks(potential, left, right, edges)
    _, energy = floats(energy)
    flat = fixed(energy).ravel()
    if not is_traced(flat, marks.v):
        allowed = marks.v <= flat[:, None]
        wells = np.sum(allowed[:, 1:] & ~allowed[:, :-1], axis=1) + allowed[:, 0]
        if np.any(wells != 1):
            raise ArgumentError(
                "left", f"and `right` must enclose one well, but at these energies there are {np.unique(wells)}."
            )
    x, weight = panels(potential, flat, marks)
    kinetic = flat[:, None] - values(potential, x)
    xp = namespace(kinetic, mass, weight)
    free = kinetic > 0
    slowness = xp.where(free, xp.sqrt(2 * mass / xp.where(free, kinetic, 1.0)), 0.0)
    return fixed(xp.sum(slowness * weight, axis=1)).reshape(energy.shape)


def _exponent(potential: SmoothPotential, energy: Array, marks: Landmarks, mass: ArrayLike) -> Array:
    x, weight = panels(potential, energy, marks)
    barrier = evaluate(potential, x) - energy[:, None]
    xp = namespace(barrier, mass, weight)
    inside = barrier > 0
    kappa = xp.where(inside, xp.sqrt(2 * mass * xp.where(inside, barrier, 1.0)), 0.0)
    return xp.sum(kappa * weight, axis=1)


def _bend(potential: SmoothPotential, top: Any, places: Any) -> Any:
    """V'' at the top, for a parabola as first guess; nan if V has no second derivative there."""
    if is_traced(top, evaluate(potential, np.zeros(1))):
        return jax.lax.stop_gradient(jax.grad(jax.grad(lambda x: jnp.real(potential(x))))(jnp.asarray(top)))
    step = _STEP * float(np.ptp(places))
    v = evaluate(potential, top + step * np.array([-1.0, -0.5, 0.0, 0.5, 1.0])).real
    wide, narrow = v[0] - 2 * v[2] + v[4], 4 * (v[1] - 2 * v[2] + v[3])
    # at a corner, and at a top as flat as x^4, they differ by a factor of two or more
    return narrow / step**2 if abs(narrow - wide) < abs(narrow) / 3 else np.nan


def _continued_exponent(
    potential: SmoothPotential, energy: Any, top: Any, height: Any, bend: Any, mass: ArrayLike
) -> Any:
    traced = is_traced(energy, height, bend, mass, evaluate(potential, np.asarray(top)))
    xp = jnp if traced else np
    rise = fixed(energy) - height
    reach = xp.sqrt(-2 * rise / bend)

    def continued(step: int, pair: tuple[Any, Any]) -> tuple[Any, Any]:
        before, z = pair
        # The turning point moves by about the same distance in each step.
        goal, ahead = height + rise * (step / _CONTINUATION) ** 2, 2 * z - before
        for _ in range(3):
            value, slope = _value_and_slope(potential, ahead, reach, traced)
            ahead = ahead - (value - goal) / slope
        return z, ahead

    z = top + 1j * reach / _CONTINUATION
    # The first step starts between the top and its reflection in the parabola's turning point.
    pair = (z, z)
    if traced:
        pair = jax.lax.fori_loop(1, _CONTINUATION + 1, continued, pair)
    else:
        for step in range(1, _CONTINUATION + 1):
            pair = continued(step, pair)
    z = fixed(pair[1])
    # Along the line from conj(z) to z.
    line = z.real[:, None] + 1j * z.imag[:, None] * (2 * UNIT_NODES - 1)
    momentum = xp.sqrt(2 * mass * (energy[:, None] - (potential(line) if traced else evaluate(potential, line))))
    return -xp.sum(momentum.real * UNIT_WEIGHTS, axis=1) * 2 * z.imag


def _value_and_slope(potential: SmoothPotential, z: Any, reach: Any, traced: bool) -> tuple[Any, Any]:
    """V and V' at complex z; without tracing V' is a difference, accurate enough for Newton's method and free of compilation."""
    if traced:
        return jax.jvp(lambda y: potential(y) + 0j, (z,), (jnp.ones_like(z),))
    h = 1e-4 * reach
    value, after, before = evaluate(potential, np.stack([z, z + h, z - h]))
    return value, (after - before) / (2 * h)
