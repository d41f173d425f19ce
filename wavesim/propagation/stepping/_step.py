"""Time steps, one or n in a compiled loop: the split operator and the Chebyshev series (the eigenstates of the grid: `_spectral`).

All steppers have the same methods: `start` turns psi into a carry, `advance` makes n steps, `output` gives psi and leaves the carry as it
is, and `time` is the time of a carry. An adjoint run (`_adjoint`) goes step by step: between `enter` and `boundary` it makes the undamped
step, a symmetric matrix.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

import numpy as np

from ..._arrays import AnyArray, known, known_inside, xp as jnp
from ..._jax import jax
from ..._pytree import register_dataclass
from ...absorbers import Absorber
from ...fourier import forward, inverse
from ...grid import Grid
from ...potentials import AbstractPotential
from ...problem import Problem
from ...schemes import Chebyshev, Kick, Scheme
from .._matched_in_time import matched_in_time
from .._numerics import Numerics
from ._spectral import Carry, SpectralStepper

Axes = tuple[AnyArray, ...]


@register_dataclass
@dataclasses.dataclass(frozen=True)
class Damping:
    """The absorber in one step: psi *= factor, and the loss of probability on each side."""

    factor: jax.Array
    loss: jax.Array

    @classmethod
    def of(cls, potential: AbstractPotential, absorber: Absorber, grid: Grid, dt: float, dtype: jnp.dtype) -> Damping:
        """Tables for one step: factor exp(-W dt); loss (1 - exp(-2 W dt)) cell, split at the middle of the first axis."""
        strength = absorber.sample(grid)
        if potential.mirrored:
            # the grid is half a spacing off the mirror; layers that are not even about the wall would couple psi to even states
            strength = (strength + strength[::-1]) / 2
        x = grid.position[0]
        left = (x < (grid.lower[0] + grid.upper[0]) / 2).astype(float)
        lost = -jnp.expm1(-2 * strength * dt) * grid.cell
        return cls(jnp.exp(-strength * dt).astype(dtype), jnp.stack([lost * left, lost * (1 - left)]))

    def absorbed(self, psi: jax.Array) -> jax.Array:
        """Probability absorbed (left, right) from psi in one step."""
        axes = tuple(range(1, self.loss.ndim))
        return jnp.sum(self.loss * (jnp.real(psi) ** 2 + jnp.imag(psi) ** 2), axis=axes)


@register_dataclass
@dataclasses.dataclass(frozen=True)
class SplitStepper:
    """A splitting scheme. It carries psi in momentum space, between the drift of one step and the kick of the next.

    So each kick-drift pair is: to position, kick, to momentum, drift; one FFT pair, whether the scheme begins with a kick or a drift.
    The operations at the ends of the scheme are applied once in `start` and in each `output`, never inside the loop.
    """

    scheme: Scheme = dataclasses.field(metadata={"static": True})
    grid: Grid
    mass: float
    dt: float
    # V if it depends on time, for kicks computed step by step; else None
    potential: AbstractPotential | None
    kicks: tuple[jax.Array, ...]
    closing: jax.Array | None
    drifts: tuple[Axes, ...]
    opening: Axes
    processor: tuple[tuple[jax.Array | None, Axes], ...]
    damping: Damping | None

    @classmethod
    def of(cls, problem: Problem, numerics: Numerics) -> SplitStepper:
        """The stepper of a run: tables in float64, cast to the run's precision at the end."""
        scheme, grid, dt = numerics.method, numerics.grid, numerics.dt
        assert isinstance(scheme, Scheme)
        dtype = jnp.dtype(complex if numerics.precision == "double" else jnp.complex64)
        pairs, opening, closing = scheme.merged()
        kinetic = grid.kinetic(problem.mass)

        def drift(a: float) -> Axes:
            return tuple(jnp.exp(-1j * a * dt * t).astype(dtype) for t in kinetic)

        kicks: tuple[jax.Array, ...] = ()
        last = None
        processor: list[tuple[jax.Array | None, Axes]] = [(None, drift(z)) for _, z in scheme.processor]
        if problem.potential.static:

            def phase(kick: Kick) -> jax.Array:
                return kick_phase(problem.potential, kick, grid, problem.mass, dt).astype(dtype)

            kicks = tuple(phase(kick) for _, kick, _ in pairs)
            last = None if scheme.drifts_first else phase(closing)
            processor = [(phase(kick), drift(z)) for kick, z in scheme.processor]
        damping = (
            None if numerics.absorber is None else Damping.of(problem.potential, numerics.absorber, grid, dt, dtype)
        )
        return cls(
            scheme,
            grid,
            problem.mass,
            dt,
            None if problem.potential.static else matched_in_time(problem.potential, numerics.duration, dt),
            kicks,
            last,
            tuple(drift(a) for _, _, a in pairs),
            drift(opening),
            tuple(processor),
            damping,
        )

    def time(self, carry: Carry) -> jax.Array:
        """The time of the carry: steps done times dt."""
        return carry.step * self.dt

    def start(self, psi: jax.Array, step: jax.Array | int = 0) -> Carry:
        """The carry of psi after `step` steps."""
        return self.enter(self.processed(psi, step), step)

    def enter(self, psi: jax.Array, step: jax.Array | int = 0) -> Carry:
        """The carry of a processed psi, on which the steps themselves act."""
        psi, step = psi.astype(self.drifts[0][0].dtype), jnp.asarray(step, int)
        if self.scheme.drifts_first:
            wave = _times(forward(psi, self.grid.dimension), self.opening)
        else:
            wave = forward(psi * jnp.conj(self._closing(step * self.dt)), self.grid.dimension)
        return Carry(wave, jnp.zeros(2), step)

    def boundary(self, carry: Carry) -> jax.Array:
        """The inverse of `enter`: the processed psi between two steps, before the damping of the next."""
        if self.scheme.drifts_first:
            return inverse(_times(carry.wave, tuple(jnp.conj(axis) for axis in self.opening)), self.grid.dimension)
        return inverse(carry.wave, self.grid.dimension) * self._closing(self.time(carry))

    def damped(self, carry: Carry) -> jax.Array:
        """psi at the damping of the next step; a scheme that begins with a drift damps after this drift."""
        return inverse(carry.wave, self.grid.dimension) if self.scheme.drifts_first else self.boundary(carry)

    def enter_damped(self, phi: jax.Array, step: jax.Array | int = 0) -> Carry:
        """The carry of a gradient at the damping: the drift before the damping has still to act on it."""
        if not self.scheme.drifts_first:
            return self.enter(phi, step)
        wave = _times(_times(forward(phi, self.grid.dimension), self.opening), self.opening)
        return Carry(wave, jnp.zeros(2), jnp.asarray(step, int))

    def boundary_damped(self, carry: Carry) -> jax.Array:
        """The inverse of `enter_damped`."""
        if not self.scheme.drifts_first:
            return self.boundary(carry)
        back = tuple(jnp.conj(axis) for axis in self.opening)
        return inverse(_times(_times(carry.wave, back), back), self.grid.dimension)

    def between_dampings(self, phi: jax.Array, step: jax.Array | int) -> jax.Array:
        """A gradient propagated from one damping to the next, with the FFT pairs of one step."""
        dimension, pairs, step = self.grid.dimension, self.scheme.merged()[0], jnp.asarray(step, int)

        def drifted(psi: jax.Array, axes: Axes) -> jax.Array:
            return inverse(_times(forward(psi, dimension), axes), dimension)

        kicks = [self._kick(j, kick, (step + clock) * self.dt) for j, (clock, kick, _) in enumerate(pairs)]
        if self.scheme.drifts_first:
            # the last drift of a step and the first of the next are one, and the damping follows it
            for kick, drift in zip(kicks, (self.opening + self.opening, *self.drifts), strict=False):
                phi = drifted(phi, drift) * kick
            return phi
        phi = phi * jnp.conj(self._closing(step * self.dt))
        for kick, drift in zip(kicks, self.drifts, strict=True):
            phi = drifted(phi * kick, drift)
        return phi * self._closing((step + 1) * self.dt)

    def output(self, carry: Carry) -> jax.Array:
        """psi at the time of the carry."""
        return self.unprocessed(self.boundary(carry), carry.step)

    def advance(self, carry: Carry, count: int) -> Carry:
        """`count` steps in one loop."""
        return counted(lambda _, inner: self.step(inner), carry, count)

    def step(self, carry: Carry) -> Carry:
        """One step."""
        wave, absorbed, step = carry
        dimension = self.grid.dimension
        for j, (clock, kick, _) in enumerate(self.scheme.merged()[0]):
            psi = inverse(wave, dimension)
            if j == 0 and self.damping is not None:
                absorbed = absorbed + self.damping.absorbed(psi)
                psi = psi * self.damping.factor
            wave = _times(forward(psi * self._kick(j, kick, (step + clock) * self.dt), dimension), self.drifts[j])
        return Carry(wave, absorbed, step + 1)

    def processed(self, psi: jax.Array, step: jax.Array | int = 0) -> jax.Array:
        """P psi after `step` steps: kicks and drifts in turn; time advances with the drifts, which sum to zero."""
        dimension, clock, psi = self.grid.dimension, 0.0, psi.astype(self.drifts[0][0].dtype)
        for (kick, z), (phase, drift) in zip(self.scheme.processor, self.processor, strict=True):
            phase = self._phase(kick, jnp.asarray((step + clock) * self.dt)) if phase is None else phase
            psi = inverse(_times(forward(psi * phase, dimension), drift), dimension)
            clock += z
        return psi

    def unprocessed(self, psi: jax.Array, step: jax.Array | int) -> jax.Array:
        """P^-1 psi after `step` steps: the inverse operations in reverse order."""
        dimension, clock = self.grid.dimension, 0.0
        for (kick, z), (phase, drift) in zip(self.scheme.processor[::-1], self.processor[::-1], strict=True):
            clock -= z
            phase = self._phase(kick, jnp.asarray((step + clock) * self.dt)) if phase is None else phase
            back = tuple(jnp.conj(axis) for axis in drift)
            psi = inverse(_times(forward(psi, dimension), back), dimension) * jnp.conj(phase)
        return psi

    def _kick(self, j: int, kick: Kick, time: jax.Array) -> jax.Array:
        if self.kicks:
            return self.kicks[j]
        return self._phase(kick, time)

    def _closing(self, time: jax.Array) -> jax.Array:
        if self.closing is not None:
            return self.closing
        return self._phase(self.scheme.merged()[2], time)

    def _phase(self, kick: Kick, time: jax.Array) -> jax.Array:
        assert self.potential is not None
        return kick_phase(self.potential, kick, self.grid, self.mass, self.dt, time).astype(self.drifts[0][0].dtype)


def kick_phase(
    potential: AbstractPotential, kick: Kick, grid: Grid, mass: float, dt: float, time: jax.Array | float = 0.0
) -> jax.Array:
    """exp(-i dt [b V - c dt^2 F + d dt^4 G]) on the grid."""
    b, c, d = kick
    # psi overflows if the step is far too long, which the run reports at its end
    with np.errstate(all="ignore"):
        energy = b * potential.sample(grid, mass=mass, time=time)  # type: ignore[arg-type]
        if (c or d) and potential.smooth:
            first, second = potential.gradient_terms(grid, mass=mass, time=time)  # type: ignore[arg-type]
            energy = energy - c * dt**2 * first + d * dt**4 * second
        return jnp.exp(-1j * dt * energy)


def counted(step: Callable[[Any, Any], Any], state: Any, count: int) -> Any:
    """`state` after step(0, state) .. step(count - 1, state): in NumPy for NumPy arrays, else in a loop that JAX compiles."""
    if not known_inside(state, count):
        return jax.lax.fori_loop(0, count, step, state)
    # an overflow is reported at the end of the run
    with np.errstate(over="ignore", invalid="ignore"):
        for n in range(count):
            state = step(n, state)
    return state


def _times(wave: jax.Array, axes: Axes) -> jax.Array:
    for axis in axes:
        wave = wave * axis
    return wave


@register_dataclass
@dataclasses.dataclass(frozen=True)
class ChebyshevStepper:
    """exp(-i H dt) as a Chebyshev series, with the absorber between the steps. It carries psi in position space."""

    terms: int = dataclasses.field(metadata={"static": True})
    grid: Grid
    dt: float
    # the number of terms to sum, where that is data of the program
    needed: jax.Array | None
    kinetic: Axes
    potential: jax.Array
    coefficients: jax.Array
    damping: Damping | None

    @classmethod
    def of(cls, problem: Problem, numerics: Numerics) -> ChebyshevStepper:
        """Tables in float64: H scaled to [-1, 1], and the Bessel coefficients of one step."""
        method, grid, dt = numerics.method, numerics.grid, numerics.dt
        assert isinstance(method, Chebyshev)
        double = numerics.precision == "double"
        dtype = jnp.dtype(complex if double else jnp.complex64)
        real = jnp.dtype(float if double else jnp.float32)
        half, middle = (method.highest - method.lowest) / 2, (method.highest + method.lowest) / 2
        series = chebyshev_coefficients(half * dt, method.terms) * jnp.exp(-1j * middle * dt)
        potential = (problem.potential.sample(grid, mass=problem.mass) - middle) / half
        kinetic = tuple((t / half).astype(real) for t in grid.kinetic(problem.mass))
        damping = (
            None if numerics.absorber is None else Damping.of(problem.potential, numerics.absorber, grid, dt, dtype)
        )
        return cls(method.terms, grid, dt, None, kinetic, potential.astype(real), series.astype(dtype), damping)

    def time(self, carry: Carry) -> jax.Array:
        """The time of the carry: steps done times dt."""
        return carry.step * self.dt

    def start(self, psi: jax.Array, step: jax.Array | int = 0) -> Carry:
        """The carry of psi after `step` steps."""
        return Carry(psi.astype(self.coefficients.dtype), jnp.zeros(2), jnp.asarray(step, int))

    enter = enter_damped = start

    def output(self, carry: Carry) -> jax.Array:
        """psi at the time of the carry."""
        return carry.wave

    boundary = damped = boundary_damped = output

    def between_dampings(self, phi: jax.Array, step: jax.Array | int) -> jax.Array:
        """A gradient after one undamped step."""
        return self.step(self.start(phi, step)).wave

    def processed(self, psi: jax.Array, step: jax.Array | int = 0) -> jax.Array:
        """psi: a series has no processor."""
        del step
        return psi

    unprocessed = processed

    def advance(self, carry: Carry, count: int) -> Carry:
        """`count` steps in one loop."""
        return counted(lambda _, inner: self.step(inner), carry, count)

    def _scaled(self, psi: jax.Array) -> jax.Array:
        dimension = self.grid.dimension
        kinetic = sum(self.kinetic[1:], start=self.kinetic[0])
        return inverse(kinetic * forward(psi, dimension), dimension) + self.potential * psi

    def step(self, carry: Carry) -> Carry:
        """One step."""
        psi, absorbed, step = carry
        if self.damping is not None:
            absorbed = absorbed + self.damping.absorbed(psi)
            psi = psi * self.damping.factor
        return Carry(self.series(psi), absorbed, step + 1)

    def series(self, psi: Any) -> Any:
        """exp(-i H dt) psi."""
        c = self.coefficients

        # T_m by T_{m+1} = 2 H T_m - T_{m-1}, with T_1 = 1 H T_0 - 0, so that the program contains one FFT pair
        def term(m: jax.Array, state: tuple[jax.Array, jax.Array, jax.Array]) -> tuple[jax.Array, jax.Array, jax.Array]:
            before, now, total = state
            after = jnp.where(m == 1, 1.0, 2.0).astype(self.potential.dtype) * self._scaled(now) - before
            return now, after, total + c[m] * after

        terms, state = self.terms if self.needed is None else self.needed, (jnp.zeros_like(psi), psi, c[0] * psi)
        if known(psi, c):
            for m in range(1, int(terms)):
                state = term(np.asarray(m), state)  # type: ignore[arg-type]
        else:
            c = jax.numpy.asarray(c)
            state = jax.lax.fori_loop(1, terms, term, state)
        return state[2]


def chebyshev_coefficients(radius: jax.Array | float, terms: int) -> jax.Array:
    """(2 - delta_m0) (-i)^m J_m(radius), m = 0 .. terms-1: the Chebyshev coefficients of exp(-i radius x).

    They are the cosine series of exp(-i radius cos theta), so that one FFT gives them all.
    """
    count = 4 * terms
    samples = jnp.exp(-1j * radius * jnp.cos(2 * jnp.pi * jnp.arange(count) / count))
    return jnp.fft.fft(samples)[:terms] / count * jnp.where(jnp.arange(terms) == 0, 1.0, 2.0)


Stepper = SplitStepper | ChebyshevStepper | SpectralStepper


def stepper_for(problem: Problem, numerics: Numerics) -> Stepper:
    """The stepper of the run's method, with its tables."""
    if isinstance(numerics.method, Scheme):
        return SplitStepper.of(problem, numerics)
    if isinstance(numerics.method, Chebyshev):
        return ChebyshevStepper.of(problem, numerics)
    return SpectralStepper.of(problem, numerics)
