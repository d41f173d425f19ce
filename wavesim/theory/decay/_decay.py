"""Decay of a metastable state: complex energies of a well behind a barrier (hbar = 1)."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax.typing import ArrayLike

from wavesim.errors import ArgumentError, NumericsError

from ..barriers import classical_period, wkb_exponent
from ..levels import levels_by_shooting
from ..methods import (
    Array,
    Potential,
    SmoothPotential,
    across,
    as_function,
    blocks,
    breakpoints,
    is_traced,
    landmarks,
    namespace,
    refine,
    sample_slices,
)

_FIRST_SLICES = 64
_MOST_SLICES = 2**15
_NEWTON_STEPS = 40
# Slopes are differences over so much of the energy: 1e-9 of them is lost, and no digit of what is found.
_SLOPE_STEP = 1e-6
# exp(-25) of the closed well's state is left where it is cut off: good enough for a start.
_REACH = 25.0


@dataclass(frozen=True)
class Resonance:
    """A metastable state, the Siegert energy E - i width/2.

    Attributes:
        energy: E, the real part [energy].
        width: Gamma, right to many digits however small it is [energy].
        error: relative error of the width, and of the energy: the change from half as many slices.
    """

    energy: float
    width: float
    error: float

    @property
    def lifetime(self) -> float:
        """1/Gamma [time]: the population falls as exp(-t/lifetime)."""
        return 1 / self.width if self.width else float("inf")


def resonance(
    potential: Potential,
    wall: float,
    right: float,
    *,
    level: int = 0,
    start: float | None = None,
    edges: Any = (),
    mass: float = 1.0,
    v_right: float | None = None,
    tolerance: float = 1e-11,
) -> Resonance:
    """Complex energy of a state between a hard wall and a barrier, from the outgoing-wave condition.

    Newton's method on psi_in'/psi_in = psi_out'/psi_out in the well, where psi_in vanishes at the wall and psi_out
    is exp(ikx) beyond `right`, k = sqrt(2 m (E - V_right)) with Im k < 0. Where V still has a slope there, as in the
    tail of a Coulomb barrier, the WKB wave exp(i int k dx)/sqrt(k) takes its place. Both are followed in the direction in
    which they grow, and psi_out as two solutions that are real for real E, whose Wronskian is known: so Gamma is
    never the small difference of large numbers, and even 1e-200 keeps its digits.

    Args:
        potential: real V(x), a function built from jax.numpy, or samples (x, V) joined by straight lines.
        wall: position of the hard wall [length].
        right: where V has become constant, or changes so slowly that the square of k'/k^2 may be neglected [length].
        level: which state of the well, 0 for the lowest; counted in the well closed by a barrier that stays at its
            greatest height for ever.
        start: real energy to start from instead [energy]; then `level` is not used.
        edges: positions of the jumps and kinks of V between wall and right [length].
        mass: particle mass.
        v_right: V beyond `right` [energy]; by default V(right).
        tolerance: relative change of Gamma, and of E, with the number of slices to be satisfied with.

    Returns:
        A Resonance.

    Raises:
        ValueError: if no decaying state is found (none of that level, or a start too far away), V is not real, or the
            state lies below V_right and so never decays.

    Source:
        Siegert, Phys. Rev. 56 (1939) 750.
    """
    points = breakpoints(potential, wall, right, edges)

    def sliced(slices: int) -> tuple[np.ndarray, np.ndarray]:
        v, h = sample_slices(potential, points, np.full(points.size - 1, slices))
        if np.iscomplexobj(v):
            raise ArgumentError("potential", "must be real, but is complex; leave the absorber out.")
        return v, h

    first = 2 * max(1, _FIRST_SLICES // (points.size - 1) // 2)
    v, h = sliced(2 * first)
    value = as_function(potential)
    v_right = float(value(np.asarray(right, float))) if v_right is None else v_right
    tilt = float(jax.grad(lambda x: jnp.sum(value(x)))(jnp.asarray(right, float)))
    if start is None:
        start = _closed_level(value, points, v, h, level, mass)
    if not start > v_right:
        raise ArgumentError(
            "start", f"must lie above the potential outside, {v_right}, but is {start}; below it a state is bound."
        )

    def solve(slices: int) -> complex:
        v, h = sliced(slices)
        join = _join(v, start)
        return newton(lambda e: _mismatch(v, h, join, e, mass, v_right, tilt), start, start - v_right)

    def change(one: complex, other: complex) -> float:
        return max(abs(one.real / other.real - 1), abs(one.imag / other.imag - 1) if other.imag else 0.0)

    slices, coarse, fine = refine(solve, change, first, _MOST_SLICES // (points.size - 1), tolerance)
    rounding = 4 * np.finfo(float).eps * slices * (points.size - 1)
    return Resonance(float(fine.real), float(-2 * fine.imag), float(change(coarse, fine) + rounding))


def wkb_lifetime(
    potential: SmoothPotential,
    energy: ArrayLike,
    wall: ArrayLike,
    top: ArrayLike,
    right: ArrayLike,
    *,
    edges: Any = (),
    mass: ArrayLike = 1.0,
) -> Array:
    """The WKB lifetime t_a/T: a particle of period t_a meets the barrier once in each, and T ~ exp(-2 S).

    Into an equal well the same particle tunnels at the rate delta = exp(-S)/t_a (see wkb_gap): faster by exp(S).

    Args:
        potential: V(x), a function built from jax.numpy.
        energy: real part of the state's energy [energy], any shape.
        wall: position of the hard wall, or a point inside a barrier at the left [length].
        top: a position inside the barrier, where V > E [length].
        right: a position beyond the barrier [length].
        edges: positions of the jumps and kinks of V [length].
        mass: particle mass.

    Returns:
        The lifetime [time], of the shape of energy. For a smooth barrier and a level not too low in its well it is
        right to some tens of per cent; the prefactor 16 E (V0 - E)/V0^2 of a rectangular barrier is missing.

    Raises:
        ValueError: if the particle does not move in one well between `wall` and `top`.
    """
    edges = np.ravel(np.asarray(edges, float))
    within = edges[(edges > wall) & (edges < top)]
    marks = landmarks(potential, wall, top, within)
    bottom = marks.x[marks.v.argmin()]
    beyond = () if is_traced(bottom) else edges[(edges > bottom) & (edges < right)]
    period = classical_period(potential, energy, wall, top, edges=within, mass=mass)
    exponent = wkb_exponent(potential, energy, bottom, right, edges=beyond, mass=mass)
    return period * namespace(exponent).exp(2 * exponent)


def newton(mismatch: Callable[[np.ndarray], np.ndarray], start: float, scale: float) -> complex:
    """A zero E - i Gamma/2, Gamma >= 0, of an analytic function of arrays, from a real start nearby.

    The function varies over energies of the size of `scale`.

    Raises:
        NumericsError: if it does not converge, or to a state that grows.
    """
    energy = complex(start)
    aside = _SLOPE_STEP * scale
    for _ in range(_NEWTON_STEPS):
        below, value, above = mismatch(np.array([energy - aside, energy, energy + aside]))
        step = complex(2 * aside * value / (above - below))
        energy = energy - step
        settled = abs(step.real) <= 1e-14 * abs(energy.real) and abs(step.imag) <= 1e-13 * abs(energy.imag)
        if settled and energy.imag <= 0:
            return energy
    raise NumericsError(
        f"no decaying state was found from the start {start}, but a barrier must hold one there; thicken the barrier or "
        "give a `start` closer to the resonance."
    )


class OutgoingWave(NamedTuple):
    """Two solutions c, s that are (1, 0) and (0, scale) outside, divided by exp(log_norm); scale real, near k."""

    c: np.ndarray
    c_slope: np.ndarray
    s: np.ndarray
    s_slope: np.ndarray
    log_norm: np.ndarray
    scale: np.ndarray


def outgoing_mismatch(psi: np.ndarray, slope: np.ndarray, out: OutgoingWave, k: np.ndarray) -> np.ndarray:
    """psi' - psi L times the denominator of L, the logarithmic derivative of the outgoing wave c + i (k/scale) s.

    L = (c c' + r^2 s s' + i r scale exp(-2 log_norm))/(c^2 + r^2 s^2), r = k/scale: the Wronskian of c and s stands
    for their difference.
    """
    r = k / out.scale
    flux = 1j * r * out.scale * np.exp(-2 * out.log_norm)
    numerator = out.c * out.c_slope + r**2 * out.s * out.s_slope + flux
    return slope * (out.c**2 + r**2 * out.s**2) - psi * numerator


def _mismatch(
    v: np.ndarray, h: np.ndarray, join: int, energy: np.ndarray, mass: float, v_right: float, tilt: float
) -> np.ndarray:
    k = np.sqrt(2 * mass * (energy - v_right))
    scale = np.abs(k)
    one, zero = np.ones_like(energy), np.zeros_like(energy)
    # The logarithmic derivative of 1/sqrt(k), -k'/(2 k).
    bend = mass * tilt / (2 * k**2)
    # Seen in a mirror, with the derivatives reversed, inward is outward.
    out = (np.stack([one, zero]), np.stack([-bend * one, -scale * one]), np.zeros(energy.shape))
    psi, slope, log_norm = _follow(out, v[join:][::-1, ::-1], h[join:][::-1], energy, mass)
    wave, wave_slope, _ = _follow((zero, one, np.zeros(energy.shape)), v[:join], h[:join], energy, mass)
    return outgoing_mismatch(wave, wave_slope, OutgoingWave(psi[0], -slope[0], psi[1], -slope[1], log_norm, scale), k)


_State = tuple[np.ndarray, np.ndarray, np.ndarray]


def _follow(state: _State, v: np.ndarray, h: np.ndarray, energy: np.ndarray, mass: float) -> _State:
    """Waves from left to right, all at one energy divided by one norm whose logarithm is kept."""
    psi, slope, log_norm = state
    for v_block, h_block in blocks(v, h):
        m = across(v_block, h_block, energy, mass)
        for i in range(h_block.size):
            psi, slope = m.m11[i] * psi + m.m12[i] * slope, m.m21[i] * psi + m.m22[i] * slope
        size = np.abs(psi) + np.abs(slope)
        norm = size if size.ndim == 1 else np.max(size, axis=0)
        psi, slope, log_norm = psi / norm, slope / norm, log_norm + np.sum(m.s, axis=0) + np.log(norm)
    return psi, slope, log_norm


def _join(v: np.ndarray, energy: float) -> int:
    """A slice end in the middle of the well: the last allowed region before the outermost barrier."""
    forbidden = v.mean(axis=1) > energy
    if not forbidden.any():
        return forbidden.size // 2
    last = int(np.flatnonzero(forbidden)[-1])
    well_end = int(np.flatnonzero(~forbidden[: last + 1])[-1]) + 1 if not forbidden[: last + 1].all() else 1
    before = np.flatnonzero(forbidden[:well_end])
    return max(1, (well_end + (int(before[-1]) + 1 if before.size else 0)) // 2)


def _closed_level(
    potential: Callable[[Any], Any], points: np.ndarray, v: np.ndarray, h: np.ndarray, level: int, mass: float
) -> float:
    """A level of the well whose barrier stays at its greatest height for ever."""
    top = int(np.argmax(v.max(axis=1)))
    edge, height = points[0] + np.sum(h[:top]), v[top].max()
    if top == 0:
        raise ArgumentError(
            "potential", f"must have its barrier right of the wall, but is highest there, at {edge}; give `start`."
        )

    def closed(x: jax.Array) -> Array:
        return jnp.where(x < edge, potential(jnp.minimum(x, edge)), height)

    far = edge + _REACH / np.sqrt(2 * mass * max(height - v[:top].min(), 1e-300) / 4)
    edges = [*points[(points > points[0]) & (points < edge - 1e-9 * h[top])], edge]
    levels, _ = levels_by_shooting(closed, points[0], far, count=level + 1, edges=edges, mass=mass, tolerance=1e-6)
    if levels[level] >= height:
        raise ArgumentError(
            "level", f"must lie below the barrier's top, {height:.6g}, but level {level} is not; ask for a lower one."
        )
    return float(levels[level])
