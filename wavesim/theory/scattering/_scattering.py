"""T(E) and R(E) of any one-dimensional potential, at any depth of tunneling (hbar = 1)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from wavesim.errors import ArgumentError

from ..._jax import ArrayLike, jax, jit, jnp, when_loaded
from ..._pytree import in_numpy
from ..methods import (
    CellWaves,
    Potential,
    Terrain,
    across,
    as_function,
    blocks,
    breakpoints,
    fixed,
    flat_segments,
    is_traced,
    namespace,
    sample_slices,
    slice_matrices,
    surveyed,
)

_TRACED_SLICES = 512
_LARGEST_LOG = 700.0
# rounding acts like an error of a few units in the last place of the energy; relative shift with which its effect is measured
_SHIFT = 2.0**-36


@dataclass(frozen=True)
class Scattering:
    """Scattering of waves from the left by a potential, at each energy.

    Attributes:
        energy: E [energy], shape (...); all fields below have this shape.
        transmission: T(E), the transmitted over the incoming flux.
        reflection: R(E); T + R = 1 for a real potential, less where it absorbs.
        log_transmission: natural logarithm of T, also where T itself underflows; minus infinity where T = 0.
        t: amplitude of exp(i k_R x) on the right (of exp(-kappa_R x) where that channel is closed).
        r: amplitude of exp(-i k_L x) on the left; the incoming wave is exp(i k_L x).
        error: bound on the error of log T and of R: the change from half as many slices or cells, and rounding.
            It is a relative error of T, and an absolute one as well, because T <= 1.
        slices: number of slices or cells in all.
    """

    energy: jax.Array
    transmission: jax.Array
    reflection: jax.Array
    log_transmission: jax.Array
    t: jax.Array
    r: jax.Array
    error: jax.Array
    slices: int


when_loaded(
    lambda: jax.tree_util.register_dataclass(
        Scattering,
        data_fields=["energy", "transmission", "reflection", "log_transmission", "t", "r", "error"],
        meta_fields=["slices"],
    )
)


def scatter(
    potential: Potential,
    energy: ArrayLike,
    *,
    left: ArrayLike | None = None,
    right: ArrayLike | None = None,
    edges: Any = (),
    slices: int | None = None,
    mass: ArrayLike = 1.0,
    v_left: ArrayLike | None = None,
    v_right: ArrayLike | None = None,
) -> Scattering:
    """Scattering of a plane wave by any potential that is constant outside [left, right].

    The interval is cut at the edges, and bisected between them into cells on which V is a polynomial to rounding: short
    where V is steep, long where it is flat. On each cell the wave is a power series. The outgoing wave is propagated cell
    by cell towards the source, and the logarithm of its norm is stored. In this direction the scattering state is the
    growing solution, so rounding errors stay relatively small, and T keeps its digits at 1e-300 and far less. (The product
    of bare transfer matrices fails at T ~ 1e-16.)

    With `slices`, and under jax.grad or jit, equal slices with sixth-order Magnus propagators replace the cells; this
    method is differentiable in the energy, the mass and all parameters of the potential, the edges and the ends.

    Args:
        potential: V(x), a function built from jax.numpy, or a pair (x, V) of samples joined by straight lines.
            A complex V with negative imaginary part absorbs.
        energy: E [energy], any shape. For E <= V_left there is no incoming wave, and the limit T = 0, R = 1 is returned.
        left: left end of the interval [length]; may be omitted for samples (their first position).
        right: right end of the interval [length]; may be omitted for samples (their last position).
        edges: positions of the jumps and kinks of V inside the interval [length]. Bisection finds those that are not
            listed, with more cells; a feature narrower than (right - left)/8192 may be overlooked.
        slices: even number of equal slices in each segment where V is not constant. By default cells are used, or about
            512 slices under jax.grad or jit, where V cannot be sampled beforehand.
        mass: particle mass.
        v_left: potential left of the interval [energy]; by default Re V(left).
        v_right: potential right of the interval [energy]; by default Re V(right).

    Returns:
        A Scattering, accurate to 1e-12 unless its `error` is larger.

    Raises:
        ValueError: if left < edges < right does not hold, or `slices` is not even and positive.

    Source:
        Cells: Ixaru, Numerical Methods for Differential Equations (1984), chapter 3 (piecewise perturbation methods), here by
        power series. Slices: see slice_matrices. Amplitudes: Landau and Lifshitz, Quantum Mechanics, section 25.
    """
    if isinstance(potential, tuple):
        left = np.asarray(potential[0])[0] if left is None else left
        right = np.asarray(potential[0])[-1] if right is None else right
    if left is None or right is None:
        raise ArgumentError(
            "left", "and `right` must be given where the potential is a function, but are not; pass both."
        )
    if slices is not None and (slices < 2 or slices % 2):
        raise ArgumentError("slices", f"must be even and positive, but is {slices}; pass 2 or more, or leave it out.")
    energy, mass = _number(energy), _number(mass)
    points = breakpoints(potential, left, right, edges)
    v_left = _outside(potential, points[0]) if v_left is None else _number(v_left)
    v_right = _outside(potential, points[-1]) if v_right is None else _number(v_right)
    leads = _Leads(mass, v_left, v_right, points[0], points[-1])
    v, _ = sample_slices(potential, points, np.ones(points.size - 1, int))
    traced = is_traced(points, v, energy, leads)
    solutions = (
        _by_slices(potential, points, energy, leads, slices)
        if traced or slices is not None
        else _by_cells(potential, points, np.asarray(energy), leads)
    )
    return _scattering(energy, solutions)


def scatter_terrain(terrain: Terrain, energy: ArrayLike, mass: float = 1.0) -> Scattering:
    """`scatter` for a fitted potential, deltas included.

    Args:
        terrain: V, from `surveyed`.
        energy: E, on the scale of V [energy], any shape.
        mass: particle mass.

    Returns:
        A Scattering, whose error is the change from cells twice as wide, and rounding.
    """
    energy = np.asarray(energy, float)
    leads = _Leads(mass, terrain.v_left, terrain.v_right, terrain.ends[0], terrain.ends[-1])
    return _scattering(energy, _by_terrain(terrain, energy, leads))


def slice_amplitudes(
    potential: Potential,
    energy: ArrayLike,
    *,
    left: float,
    right: float,
    edges: Any = (),
    slices: int = 256,
    mass: float = 1.0,
) -> tuple[np.ndarray, np.ndarray]:
    """T(E) and r(E) of a potential between leads at V = 0, by equal slices: `scatter` without its error, in two fifths of the time.

    Args:
        potential, left, right, edges, slices, mass: see `scatter`; V may absorb.
        energy: E > 0 [energy], any shape.

    Returns:
        T and r, the amplitude of exp(-i k x) on the left, both of the shape of `energy`.

    Raises:
        ValueError: if left < edges < right does not hold.

    When not to use:
        Where the error of this number of slices is unknown.

    Source: see `scatter`.
    """
    points = breakpoints(potential, left, right, edges)
    counts = np.where(flat_segments(potential, points), 1, slices)
    leads = _Leads(float(mass), 0.0, 0.0, points[0], points[-1])
    waves = _scattering_waves(*sample_slices(potential, points, counts), np.asarray(energy, float), leads)
    return np.exp(np.asarray(waves.log_transmission)), np.asarray(waves.r)


class _Waves(NamedTuple):
    log_transmission: Any
    t: Any
    r: Any


class _Leads(NamedTuple):
    mass: Any
    v_left: Any
    v_right: Any
    left: Any
    right: Any


# psi, its derivative, and the logarithm of their common factor.
_State = tuple[Any, ...]
# the coarse solution, the fine one, the fine one at slightly shifted energies, and its number of slices
_Solutions = tuple[_Waves, _Waves, _Waves, int]


def terrain_transmission(terrain: Terrain, mass: float = 1.0, finer: int = 1) -> Callable[[ArrayLike], np.ndarray]:
    """T(E) for waves from the left as a function, without its error; unlike `scatter` it reuses the waves of earlier calls.

    Args:
        terrain: V, from `surveyed`.
        mass: particle mass.
        finer: factor on the number of cells, to estimate the error by comparison.

    Returns:
        a function of energies on the scale of V [energy], of any shape, that returns T of the same shape; 0 where a side is closed. It is
        fastest if the first call spans the energies of all later ones.
    """
    leads = _Leads(mass, terrain.v_left, terrain.v_right, terrain.ends[0], terrain.ends[-1])
    cache: list[CellWaves] = []

    def transmission(energy: ArrayLike) -> np.ndarray:
        energy = np.asarray(energy, float)
        flat = energy.ravel()
        if not flat.size:
            return np.zeros(energy.shape)
        low, high = float(flat.min()), float(flat.max())
        if not cache or low < cache[0].band[0] or high > cache[0].band[1]:
            cache[:] = [CellWaves.over(terrain, (low, high), mass, finer=finer)]
        psi, slope, _ = _outgoing_wave(flat, leads)
        return np.exp(_split(cache[0].to_left(psi, slope, flat), flat, leads).log_transmission).reshape(energy.shape)

    return transmission


def _by_slices(potential: Potential, points: Any, energy: Any, leads: _Leads, slices: int | None) -> _Solutions:
    flat = flat_segments(potential, points)
    slices = slices or 2 * max(1, _TRACED_SLICES // (2 * flat.size))

    def solve(count: int, energy: Any, keep_gradient: bool = False) -> _Waves:
        inputs = (*sample_slices(potential, points, np.where(flat, 1, count)), energy, leads)
        if not keep_gradient:
            inputs = jax.tree.map(fixed, inputs) if is_traced(inputs) else in_numpy(inputs)
        return _scattering_waves(*inputs)

    v, _ = sample_slices(potential, points, np.ones(flat.size, int))
    xp = namespace(energy, v)
    shifted = energy + _SHIFT * xp.maximum(abs(energy), xp.max(abs(v)))
    coarse, fine = solve(slices // 2, energy), solve(slices, energy, keep_gradient=True)
    return coarse, fine, solve(slices, shifted), int(np.sum(np.where(flat, 1, slices)))


def _by_cells(potential: Potential, points: np.ndarray, energy: np.ndarray, leads: _Leads) -> _Solutions:
    terrain = surveyed(
        potential, points[0], points[-1], points[1:-1], v_left=float(leads.v_left), v_right=float(leads.v_right)
    )
    return _by_terrain(terrain, energy, leads)


def _by_terrain(terrain: Terrain, energy: np.ndarray, leads: _Leads) -> _Solutions:
    flat = energy.ravel()
    shifted = flat + _SHIFT * np.maximum(np.abs(flat), np.max(np.abs(terrain.coefficients[:, 0])))
    band = (float(np.min(flat, initial=np.inf)), float(np.max(shifted, initial=-np.inf)))
    mass = float(leads.mass)
    coarse, fine = (CellWaves.over(terrain, band, mass, finer=finer) for finer in (1, 2))

    def solve(waves: CellWaves, energies: np.ndarray) -> _Waves:
        psi, slope, _ = _outgoing_wave(energies, leads)
        flat_waves = _split(waves.to_left(psi, slope, energies), energies, leads)
        return _Waves(*(part.reshape(energy.shape) for part in flat_waves))

    return solve(coarse, flat), solve(fine, flat), solve(fine, shifted), fine.terrain.ends.size - 1


def _scattering(energy: Any, solutions: _Solutions) -> Scattering:
    coarse, fine, shifted, slices = solutions
    # A rounding error of the energy matters only on the flank of a resonance, where it limits the accuracy of T.
    rounding = 2.0**-52 * (16 + slices / 2 + 8 * _change(shifted, fine) / _SHIFT)
    xp = namespace(fine, energy)
    return Scattering(
        energy=xp.asarray(energy),
        transmission=xp.exp(fine.log_transmission),
        reflection=abs(fine.r) ** 2,
        log_transmission=fine.log_transmission,
        t=fine.t,
        r=fine.r,
        error=fixed(_change(coarse, fine) + rounding),
        slices=slices,
    )


def _number(value: Any) -> Any:
    return namespace(value).asarray(value, float)


def _outside(potential: Potential, x: Any) -> Any:
    v = as_function(potential)(x)
    xp = namespace(v)
    return xp.real(xp.asarray(v)).astype(float)


def _change(first: _Waves, second: _Waves) -> Any:
    """The larger of the changes in log T and in R."""
    xp = namespace(first, second)
    both = xp.isfinite(first.log_transmission) & xp.isfinite(second.log_transmission)
    in_log = xp.where(both, first.log_transmission, 0.0) - xp.where(both, second.log_transmission, 0.0)
    return xp.maximum(abs(in_log), abs(abs(first.r) ** 2 - abs(second.r) ** 2))


def _scattering_waves(v: Any, h: Any, energy: Any, leads: _Leads) -> _Waves:
    if is_traced(v, h, energy, leads):
        return _compiled_waves(v, h, energy, leads)
    state = _outgoing_wave(energy, leads)
    for v_block, h_block in reversed(blocks(v, h)):
        state = _cross(state, v_block, h_block, energy, leads.mass)
    return _split(state, energy, leads)


@jit
def _compiled_waves(v: Any, h: Any, energy: Any, leads: _Leads) -> _Waves:
    return _split(_scan(_outgoing_wave(energy, leads), v, h, energy, leads.mass), energy, leads)


def _right_wave_number(energy: Any, leads: _Leads) -> tuple[Any, Any]:
    """k and kappa on the right: k = 0 if the channel is closed, kappa = 0 if it is open."""
    xp = namespace(energy, leads)
    # At threshold the root has no derivative: psi' = 0 there, and no flux.
    at_threshold = energy == leads.v_right
    size = xp.sqrt(2 * leads.mass * xp.where(at_threshold, 1.0, abs(energy - leads.v_right)))
    size = xp.where(at_threshold, 0.0, size)
    is_open = energy > leads.v_right
    return xp.where(is_open, size, 0.0), xp.where(is_open, 0.0, size)


def _outgoing_wave(energy: Any, leads: _Leads) -> _State:
    k, kappa = _right_wave_number(energy, leads)
    xp = namespace(energy, leads)
    return xp.ones_like(k) + 0j, 1j * k - kappa, xp.zeros_like(k)


def _cross(state: _State, v: np.ndarray, h: np.ndarray, energy: np.ndarray, mass: Any) -> _State:
    """Propagate the state from the right end of a block of slices to its left end."""
    psi, slope, log_norm = state
    m = across(v, h, energy, mass)
    for i in range(h.size - 1, -1, -1):
        psi, slope = m.m22[i] * psi - m.m12[i] * slope, m.m11[i] * slope - m.m21[i] * psi
    # One normalization for each block is enough: its matrices grow little.
    norm = np.abs(psi) + np.abs(slope)
    return psi / norm, slope / norm, log_norm + np.sum(m.s, axis=0) + np.log(norm)


def _scan(state: _State, v: jax.Array, h: jax.Array, energy: jax.Array, mass: jax.Array) -> _State:
    """Propagate the state through all slices while JAX is tracing."""

    @jax.checkpoint
    def step(state: _State, inputs: tuple[jax.Array, jax.Array]) -> tuple[_State, None]:
        psi, slope, log_norm = state
        m = slice_matrices(inputs[0], inputs[1], energy, mass)
        psi, slope = m.m22 * psi - m.m12 * slope, m.m11 * slope - m.m21 * psi
        norm = jax.lax.stop_gradient(jnp.abs(psi) + jnp.abs(slope))
        return (psi / norm, slope / norm, log_norm + m.s + jnp.log(norm)), None

    return jax.lax.scan(step, state, (v, h), reverse=True)[0]


def _split(state: _State, energy: Any, leads: _Leads) -> _Waves:
    """The state at the left end as incoming and reflected wave, in units of the incoming one."""
    psi, slope, log_norm = state
    xp = namespace(state, energy, leads)
    open_left, open_right = energy > leads.v_left, energy > leads.v_right
    k_left = xp.sqrt(2 * leads.mass * xp.where(open_left, energy - leads.v_left, 1.0))
    k_right, kappa_right = _right_wave_number(energy, leads)
    incoming, reflected = (psi - 1j * slope / k_left) / 2, (psi + 1j * slope / k_left) / 2
    log_t = -log_norm - xp.log(abs(incoming))
    log_flux = xp.log(xp.where(open_right, k_right, 1.0) / k_left)
    log_transmission = xp.where(open_left & open_right, log_flux + 2 * log_t, -xp.inf)
    # Plane waves have phase 0 (and an evanescent one has size 1) at x = 0, not at the ends.
    phase = xp.exp(1j * (k_left * leads.left - k_right * leads.right))
    size = xp.exp(xp.minimum(log_t + kappa_right * leads.right, _LARGEST_LOG))
    t = size * phase * abs(incoming) / incoming
    r = reflected / incoming * xp.exp(2j * k_left * leads.left)
    return _Waves(log_transmission, xp.where(open_left, t, 0.0), xp.where(open_left, r, -1.0))
