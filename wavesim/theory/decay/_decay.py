"""Decay of a metastable state: complex energies of a well behind a barrier (hbar = 1)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from wavesim.errors import ArgumentError, NumericsError

from ..._jax import ArrayLike, jax, jnp
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
# Relative step of the numerical derivative in energy: accurate to 1e-9, which Newton's method corrects.
_SLOPE_STEP = 1e-6
# The closed well is cut off where its state has decayed to exp(-25), accurate enough for a start.
_REACH = 25.0


@dataclass(frozen=True)
class Resonance:
    """A metastable state, the Siegert energy E - i width/2.

    Attributes:
        energy: E, the real part [energy].
        width: Gamma, with a small relative error however small it is [energy].
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
    tail of a Coulomb barrier, the WKB wave exp(i int k dx)/sqrt(k) takes its place. Both are propagated in the direction
    in which they grow. psi_out is a combination of two solutions real for real E, whose Wronskian is known. Gamma is
    therefore never a small difference of large numbers, and even 1e-200 keeps its digits.

    Args:
        potential: real V(x), a function built from jax.numpy, or samples (x, V) joined by straight lines.
        wall: position of the hard wall [length].
        right: where V has become constant, or changes so slowly that the square of k'/k^2 may be neglected [length].
        level: state of the well, 0 for the lowest; counted in the closed well, whose barrier continues at its greatest
            height.
        start: real energy to start from [energy]; replaces `level`.
        edges: positions of the jumps and kinks of V between wall and right [length].
        mass: particle mass.
        v_right: V beyond `right` [energy]; by default V(right).
        tolerance: accepted relative change of Gamma and of E with the number of slices.

    Returns:
        A Resonance.

    Raises:
        ValueError: if no decaying state is found (none of that level, or a start too far away), V is not real, or the
            state lies below V_right and so never decays.

    Source:
        Siegert, Phys. Rev. 56 (1939) 750.
    """
    points = breakpoints(potential, wall, right, edges)

    def slice_values(slices: int) -> tuple[np.ndarray, np.ndarray]:
        v, h = sample_slices(potential, points, np.full(points.size - 1, slices))
        if np.iscomplexobj(v):
            raise ArgumentError("potential", "must be real, but is complex; leave the absorber out.")
        return v, h

    first = 2 * max(1, _FIRST_SLICES // (points.size - 1) // 2)
    v, h = slice_values(2 * first)
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
        v, h = slice_values(slices)
        join = _join(v, start)
        return newton(lambda e: _mismatch(v, h, join, e, mass, v_right, tilt), start, start - v_right)

    def change(coarse: complex, fine: complex) -> float:
        return max(abs(coarse.real / fine.real - 1), abs(coarse.imag / fine.imag - 1) if fine.imag else 0.0)

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
    """The WKB lifetime t_a/T: the particle meets the barrier once in each classical period t_a, and T ~ exp(-2 S).

    Tunneling into an equal well is faster by exp(S), at the rate delta = exp(-S)/t_a (see wkb_gap).

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

    Args:
        mismatch: the function, of complex energies, shape (n,).
        start: real energy nearby [energy].
        scale: energy over which the function varies [energy].

    Raises:
        NumericsError: if it does not converge, or converges to a growing state.
    """
    energy = complex(start)
    difference = _SLOPE_STEP * scale
    for _ in range(_NEWTON_STEPS):
        below, value, above = mismatch(np.array([energy - difference, energy, energy + difference]))
        step = complex(2 * difference * value / (above - below))
        energy = energy - step
        converged = abs(step.real) <= 1e-14 * abs(energy.real) and abs(step.imag) <= 1e-13 * abs(energy.imag)
        if converged and energy.imag <= 0:
            return energy
    raise NumericsError(
        f"no decaying state was found from the start {start}, but a barrier must hold one there; thicken the barrier or "
        "give a `start` closer to the resonance."
    )


class OutgoingWave(NamedTuple):
    """Two solutions c and s, with (psi, psi') = (1, 0) and (0, scale) outside, divided by exp(log_norm); scale is real, near k."""

    c: np.ndarray
    c_slope: np.ndarray
    s: np.ndarray
    s_slope: np.ndarray
    log_norm: np.ndarray
    scale: np.ndarray


def outgoing_mismatch(psi: np.ndarray, slope: np.ndarray, out: OutgoingWave, k: np.ndarray) -> np.ndarray:
    """psi' - psi L times the denominator of L, the logarithmic derivative of the outgoing wave c + i (k/scale) s.

    L = (c c' + r^2 s s' + i r scale exp(-2 log_norm))/(c^2 + r^2 s^2), r = k/scale, where the
    Wronskian of c and s replaces their difference.
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
    # Inward propagation is outward propagation in the mirror image, with reversed derivatives.
    out = (np.stack([one, zero]), np.stack([-bend * one, -scale * one]), np.zeros(energy.shape))
    psi, slope, log_norm = _propagate(out, v[join:][::-1, ::-1], h[join:][::-1], energy, mass)
    wave, wave_slope, _ = _propagate((zero, one, np.zeros(energy.shape)), v[:join], h[:join], energy, mass)
    return outgoing_mismatch(wave, wave_slope, OutgoingWave(psi[0], -slope[0], psi[1], -slope[1], log_norm, scale), k)


_State = tuple[np.ndarray, np.ndarray, np.ndarray]


def _propagate(state: _State, v: np.ndarray, h: np.ndarray, energy: np.ndarray, mass: float) -> _State:
    """Propagate waves from left to right; those of one energy share one norm, whose logarithm is returned."""
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
    """A slice end in the middle of the last allowed region before the outermost barrier."""
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
    """A level of the closed well, whose barrier continues at its greatest height."""
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
