"""The stationary scattering state psi_E(x) of a wave from the left (hbar = 1)."""

from collections.abc import Callable
from typing import Any

import numpy as np

from wavesim.errors import ArgumentError

from ..methods import breakpoints, sample_slices, slice_matrices

# largest phase or exponent of decay in one slice, where the sixth-order propagator has a relative error of 1e-9
_LONGEST = 0.25
_MOST_SLICES = 200_000


def scattering_state(
    potential: Callable[[Any], Any],
    energy: float,
    x: np.ndarray,
    *,
    left: float,
    right: float,
    edges: Any = (),
    spikes: tuple[float, ...] = (),
    strengths: tuple[float, ...] = (),
    mass: float = 1.0,
    v_left: float = 0.0,
    v_right: float = 0.0,
) -> np.ndarray:
    """psi_E(x) = exp(i k_L x) + r exp(-i k_L x) on the left, t exp(i k_R x) on the right, and psi_E between.

    The outgoing wave is propagated towards the source, the direction in which it grows, by sixth-order Magnus propagators of thin slices,
    and the logarithm of its norm is stored, so the tail behind a barrier of any thickness keeps its relative accuracy. For T, R and their
    errors use `scatter`.

    Args:
        potential: V(x) on an array of positions, constant outside [left, right].
        energy: E, above `v_left` [energy].
        x: positions, increasing, shape (n,) [length].
        left: left end of the interval [length].
        right: right end of the interval [length].
        edges: positions of the jumps and kinks of V inside [length].
        spikes: positions of deltas inside [length].
        strengths: strengths of the deltas [energy length].
        mass: particle mass.
        v_left: V left of the interval [energy].
        v_right: V right of the interval [energy].

    Returns:
        psi at x, complex, shape (n,), for an incoming wave of amplitude one. psi decays on the right where that side is closed.

    Raises:
        ValueError: if the energy is not above `v_left`, or V would need too many slices.

    Source:
        Landau and Lifshitz, Quantum Mechanics, section 25; slices: see slice_matrices.
    """
    if not energy > v_left:
        raise ArgumentError(
            "energy",
            f"must be above V on the side that the wave comes from, {v_left:.6g}, but is {energy:.6g}; raise it.",
        )
    x = np.asarray(x, float)
    inner = x[(x > left) & (x < right)]
    marks = np.unique(np.concatenate([np.asarray(edges, float), np.asarray(spikes, float), inner]))
    points = np.asarray(breakpoints(potential, left, right, marks[(marks > left) & (marks < right)]), float)
    values, _ = sample_slices(potential, points, np.ones(points.size - 1, int))
    widths = np.diff(points)
    fastest = np.sqrt(2 * mass * np.abs(np.asarray(values) - energy)).max(axis=1)
    counts = np.maximum(1, np.ceil(fastest * widths / _LONGEST)).astype(int)
    if counts.sum() > _MOST_SLICES:
        raise ArgumentError(
            "energy", "must leave V some thousand wavelengths across, but they are too many; take a lower energy."
        )
    values, h = sample_slices(potential, points, counts)
    ends = np.append(np.cumsum(counts) - counts, counts.sum())
    kinks = {int(np.searchsorted(points, place)): 2 * mass * g for place, g in zip(spikes, strengths, strict=True)}
    k_left = np.sqrt(2 * mass * (energy - v_left))
    k_right = np.sqrt(2 * mass * (energy - v_right) + 0j)
    waves, slopes, logs = _propagate_left(slice_matrices(values, h, energy, mass), ends, kinks, 1j * k_right)
    # psi = incoming exp(i k x) + outgoing exp(-i k x) on the left
    incoming = (waves[0] + slopes[0] / (1j * k_left)) / 2 * np.exp(-1j * k_left * left)
    outgoing = (waves[0] - slopes[0] / (1j * k_left)) / 2 * np.exp(1j * k_left * left)
    normalized = waves * np.exp(logs - logs[0]) / incoming
    psi = np.empty(x.shape, complex)
    before, behind = x <= left, x >= right
    psi[before] = np.exp(1j * k_left * x[before]) + outgoing / incoming * np.exp(-1j * k_left * x[before])
    psi[behind] = normalized[-1] * np.exp(1j * k_right * (x[behind] - right))
    psi[~before & ~behind] = normalized[np.searchsorted(points, inner)]
    return psi


def _propagate_left(
    matrices: Any, ends: np.ndarray, kinks: dict[int, float], slope: complex
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """psi, psi' and the logarithm of their common factor at each breakpoint, from (1, slope) at the last; kinks by breakpoint."""
    last = ends.size - 1
    waves, slopes, logs = np.empty(ends.size, complex), np.empty(ends.size, complex), np.empty(ends.size)
    wave, log = 1.0 + 0j, 0.0
    slope -= kinks.get(last, 0.0) * wave
    waves[last], slopes[last], logs[last] = wave, slope, log
    m11, m12, m21, m22, s = (np.asarray(entry) for entry in matrices)
    for place in range(last - 1, -1, -1):
        for n in range(int(ends[place + 1]) - 1, int(ends[place]) - 1, -1):
            # the inverse matrix has the same factor exp(s), since the determinant is 1
            wave, slope = m22[n] * wave - m12[n] * slope, m11[n] * slope - m21[n] * wave
            size = abs(wave) + abs(slope)
            wave, slope, log = wave / size, slope / size, log + s[n] + np.log(size)
        waves[place], slopes[place], logs[place] = wave, slope, log
        slope -= kinks.get(place, 0.0) * wave
    return waves, slopes, logs
